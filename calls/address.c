#include "calls/address.h"

#include "calls/symbols.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct address address_of(const char *text, int port)
{
    struct address a = {0};
    if (inet_pton(AF_INET, text, &a.in.sin_addr) == 1) {
        a.in.sin_family = AF_INET;
        a.length = sizeof a.in;
        return address_with_port(a, port);
    }
    memset(&a, 0, sizeof a);
    if (inet_pton(AF_INET6, text, &a.in6.sin6_addr) == 1) {
        a.in6.sin6_family = AF_INET6;
        a.length = sizeof a.in6;
        return address_with_port(a, port);
    }
    fprintf(stderr, "not an address: %s\n", text);
    abort();
}

bool address_parse(const char *text, int port, struct address *address)
{
    char host[INET6_ADDRSTRLEN];
    struct in6_addr binary;
    size_t length = strcspn(text, "%");
    unsigned scope = 0;
    if (length >= sizeof host)
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    if (text[length] == '%') {
        const char *name = text + length + 1;
        scope = if_nametoindex(name);
        if (!scope && name[strspn(name, "0123456789")] == '\0')
            scope = (unsigned)strtoul(name, NULL, 10);
        if (!scope)
            return false;
    }
    if (inet_pton(AF_INET6, host, &binary) != 1 &&
        (scope || inet_pton(AF_INET, host, &binary) != 1))
        return false;
    *address = address_with_scope(address_of(host, port), scope);
    return true;
}

struct address address_any(int family, int port)
{
    return address_of(family == AF_INET ? "0.0.0.0" : "::", port);
}

struct address address_unspec(socklen_t length)
{
    return (struct address){.length = length};
}

struct address address_mapped(struct address address)
{
    if (address.any.sa_family != AF_INET)
        return address;
    struct address mapped = {0};
    mapped.in6.sin6_family = AF_INET6;
    mapped.in6.sin6_port = address.in.sin_port;
    mapped.in6.sin6_addr.s6_addr[10] = 0xff;
    mapped.in6.sin6_addr.s6_addr[11] = 0xff;
    memcpy(&mapped.in6.sin6_addr.s6_addr[12], &address.in.sin_addr, 4);
    mapped.length = sizeof mapped.in6;
    return mapped;
}

struct address address_with_port(struct address address, int port)
{
    if (address.any.sa_family == AF_INET6)
        address.in6.sin6_port = htons((uint16_t)port);
    else
        address.in.sin_port = htons((uint16_t)port);
    return address;
}

struct address address_with_scope(struct address address, unsigned scope)
{
    if (address.any.sa_family == AF_INET6)
        address.in6.sin6_scope_id = scope;
    return address;
}

int address_port(const struct address *address)
{
    return ntohs(address->any.sa_family == AF_INET6 ? address->in6.sin6_port
                                                    : address->in.sin_port);
}

bool address_same_host(const struct address *a, const struct address *b)
{
    if (a->any.sa_family != b->any.sa_family)
        return false;
    if (a->any.sa_family == AF_INET)
        return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
    if (a->any.sa_family == AF_INET6)
        return IN6_ARE_ADDR_EQUAL(&a->in6.sin6_addr, &b->in6.sin6_addr) &&
               a->in6.sin6_scope_id == b->in6.sin6_scope_id;
    return false;
}

bool address_equal(const struct address *a, const struct address *b)
{
    return address_same_host(a, b) && address_port(a) == address_port(b);
}

bool address_is_any(const struct address *address)
{
    if (address->any.sa_family == AF_INET)
        return address->in.sin_addr.s_addr == INADDR_ANY;
    return address->any.sa_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&address->in6.sin6_addr);
}

size_t address_format(const void *name, size_t length, char *text, size_t size)
{
    struct address a = {0};
    char host[INET6_ADDRSTRLEN];
    int n;
    if (!name) {
        n = snprintf(text, size, "NULL");
        return (size_t)n < size ? (size_t)n : size - 1;
    }
    memcpy(&a.storage, name, length < sizeof a.storage ? length : sizeof a.storage);
    if (length >= sizeof a.in && a.any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &a.in.sin_addr, host, sizeof host);
        n = snprintf(text, size, "%s:%d", host, address_port(&a));
        if (length != sizeof a.in && (size_t)n < size)
            n += snprintf(text + n, size - (size_t)n, " (length %zu)", length);
    } else if (length >= sizeof a.in6 && a.any.sa_family == AF_INET6) {
        char scope[16] = "", flow[24] = "";
        inet_ntop(AF_INET6, &a.in6.sin6_addr, host, sizeof host);
        if (a.in6.sin6_scope_id)
            snprintf(scope, sizeof scope, "%%%u", a.in6.sin6_scope_id);
        if (a.in6.sin6_flowinfo)
            snprintf(flow, sizeof flow, " flow 0x%x", ntohl(a.in6.sin6_flowinfo));
        n = snprintf(text, size, "[%s%s]:%d%s", host, scope, address_port(&a), flow);
        if (length != sizeof a.in6 && (size_t)n < size)
            n += snprintf(text + n, size - (size_t)n, " (length %zu)", length);
    } else if (length >= sizeof a.any.sa_family) {
        const char *family = symbol_name(SYMBOLS_FAMILY, a.any.sa_family);
        if (family)
            n = snprintf(text, size, "%s (length %zu)", family, length);
        else
            n = snprintf(text, size, "family %d (length %zu)", a.any.sa_family, length);
    } else {
        n = snprintf(text, size, "a name of length %zu", length);
    }
    return (size_t)n < size ? (size_t)n : size - 1;
}

void address_host(const struct address *address, char *text, size_t size)
{
    char scope[16] = "";
    if (address->any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address->in.sin_addr, text, (socklen_t)size);
        return;
    }
    inet_ntop(AF_INET6, &address->in6.sin6_addr, text, (socklen_t)size);
    if (address->in6.sin6_scope_id)
        snprintf(scope, sizeof scope, "%%%u", address->in6.sin6_scope_id);
    snprintf(text + strlen(text), size - strlen(text), "%s", scope);
}

const char *address_text(const struct address *address)
{
    static _Thread_local char texts[8][ADDRESS_TEXT];
    static _Thread_local unsigned next;
    char *text = texts[next++ % 8];
    address_format(&address->storage, address->length, text, ADDRESS_TEXT);
    return text;
}
