#include "calls/address.h"

#include "calls/symbols.h"
#include "calls/text.h"

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

/* ---- names of AF_UNIX ---- */

enum { PATH = offsetof(struct sockaddr_un, sun_path) };

/* A name of so many bytes behind the family; some may be set already. */
static struct address unix_name(const void *bytes, size_t skipped, size_t count)
{
    struct address a = {0};
    a.un.sun_family = AF_UNIX;
    if (count > sizeof a.storage - PATH - skipped) {
        fprintf(stderr, "a name of AF_UNIX that is too long: %zu bytes\n", count);
        abort();
    }
    if (count)
        memcpy((char *)&a.storage + PATH + skipped, bytes, count);
    a.length = (socklen_t)(PATH + skipped + count);
    return a;
}

struct address address_unix(const char *path)
{
    return unix_name(path, 0, strlen(path) + 1);
}

struct address address_abstract(const void *bytes, size_t count)
{
    return unix_name(bytes, 1, count); /* a NUL comes first */
}

struct address address_unnamed(void)
{
    return unix_name(NULL, 0, 0);
}

/* What is behind the family of a name that has this length. */
struct path {
    const char *bytes;
    size_t count;
};

static struct path path_of(const struct address *address, size_t length)
{
    size_t end = length < sizeof address->storage ? length : sizeof address->storage;
    return (struct path){(const char *)&address->storage + PATH, end > PATH ? end - PATH : 0};
}

static bool is_abstract(struct path path)
{
    return path.count && path.bytes[0] == '\0';
}

static bool path_equal(struct path a, struct path b)
{
    if (is_abstract(a) || is_abstract(b))
        return a.count == b.count && memcmp(a.bytes, b.bytes, a.count) == 0;
    a.count = strnlen(a.bytes, a.count);
    return a.count == strnlen(b.bytes, b.count) && memcmp(a.bytes, b.bytes, a.count) == 0;
}

/* ---- any name ---- */

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
    else if (address.any.sa_family != AF_UNIX)
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
    if (address->any.sa_family == AF_UNIX)
        return 0;
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
    if (a->any.sa_family == AF_UNIX)
        return path_equal(path_of(a, a->length), path_of(b, b->length));
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
    const struct in6_addr *in6 = &address->in6.sin6_addr;
    static const unsigned char none[4];
    return address->any.sa_family == AF_INET6 &&
           (IN6_IS_ADDR_UNSPECIFIED(in6) ||
            (IN6_IS_ADDR_V4MAPPED(in6) && memcmp(&in6->s6_addr[12], none, sizeof none) == 0));
}

/* ---- printing ---- */

/* Adds the length of a name that is not what such a name usually has. */
static void add_length(struct text *text, size_t length, size_t usual)
{
    if (length != usual)
        text_add(text, " (length %zu)", length);
}

static void add_host(struct text *text, const struct address *a)
{
    char host[INET6_ADDRSTRLEN];
    if (a->any.sa_family == AF_INET) {
        text_add(text, "%s", inet_ntop(AF_INET, &a->in.sin_addr, host, sizeof host));
        return;
    }
    text_add(text, "%s", inet_ntop(AF_INET6, &a->in6.sin6_addr, host, sizeof host));
    if (a->in6.sin6_scope_id)
        text_add(text, "%%%u", (unsigned)a->in6.sin6_scope_id);
}

static void add_in6(struct text *text, const struct address *a)
{
    text_add(text, "[");
    add_host(text, a);
    text_add(text, "]:%d", address_port(a));
    if (a->in6.sin6_flowinfo)
        text_add(text, " flow 0x%x", (unsigned)ntohl(a->in6.sin6_flowinfo));
}

static void add_abstract(struct text *text, struct path path)
{
    text_add(text, "@");
    for (size_t i = 1; i < path.count; i++) {
        unsigned char byte = (unsigned char)path.bytes[i];
        text_add(text, byte > ' ' && byte < 0x7f && byte != '\\' ? "%c" : "\\x%02x", byte);
    }
}

static void add_unix(struct text *text, const struct address *a, size_t length)
{
    struct path path = path_of(a, length);
    if (path.count == 0) {
        text_add(text, "unnamed");
    } else if (is_abstract(path)) {
        add_abstract(text, path);
        add_length(text, length, PATH + path.count); /* one that was cut has another */
    } else {
        size_t count = strnlen(path.bytes, path.count);
        text_add_bytes(text, path.bytes, count, path.count);
        add_length(text, length, PATH + count + 1);
    }
}

size_t address_format(const void *name, size_t length, char *bytes, size_t size)
{
    struct text text = text_in(bytes, size);
    struct address a = {0};
    if (!name) {
        text_add(&text, "NULL");
        return text.used;
    }
    memcpy(&a.storage, name, length < sizeof a.storage ? length : sizeof a.storage);
    if (length >= sizeof a.in && a.any.sa_family == AF_INET) {
        add_host(&text, &a);
        text_add(&text, ":%d", address_port(&a));
        add_length(&text, length, sizeof a.in);
    } else if (length >= sizeof a.in6 && a.any.sa_family == AF_INET6) {
        add_in6(&text, &a);
        add_length(&text, length, sizeof a.in6);
    } else if (length >= PATH && a.any.sa_family == AF_UNIX) {
        add_unix(&text, &a, length);
    } else if (length >= sizeof a.any.sa_family) {
        const char *family = symbol_name(SYMBOLS_FAMILY, a.any.sa_family);
        if (family)
            text_add(&text, "%s (length %zu)", family, length);
        else
            text_add(&text, "family %d (length %zu)", a.any.sa_family, length);
    } else {
        text_add(&text, "a name of length %zu", length);
    }
    return text.used;
}

void address_host(const struct address *address, char *bytes, size_t size)
{
    struct text text = text_in(bytes, size);
    if (address->any.sa_family == AF_UNIX)
        add_unix(&text, address, address->length);
    else
        add_host(&text, address);
}

const char *address_text(const struct address *address)
{
    static _Thread_local char texts[8][ADDRESS_TEXT];
    static _Thread_local unsigned next;
    char *text = texts[next++ % 8];
    address_format(&address->storage, address->length, text, ADDRESS_TEXT);
    return text;
}
