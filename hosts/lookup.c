#include "hosts/lookup.h"

#include "hosts/calls.h"

#include <stdio.h>
#include <string.h>

#define CALL(operation_, ...) struct call call = {.operation = operation_, __VA_ARGS__}

const char *lookup_name(int returned)
{
    if (returned > -LOOKUP_ERROR)
        return error_name(returned < 0 ? -returned : 0);
    int64_t value = -returned - LOOKUP_ERROR;
    const char *name = symbol_name(SYMBOLS_LOOKUP_ERROR, value);
    if (!name)
        name = symbol_name(SYMBOLS_LOOKUP_ERROR, -value);
    return name ? name : "an unknown error";
}

static struct block block_text(const char *text)
{
    return text ? block_in(text, strlen(text)) : block_in(NULL, 0);
}

/* Performs a call that gives an EAI_. */
static int perform_lookup(struct host *host, struct call *call)
{
    int returned = perform(host, call);
    if (call->error || call->deviation[0] || returned == 0)
        return returned;
    int error = LOOKUP(returned);
    return error > LOOKUP_ERROR && error < LOOKUP_ERROR + LOOKUP_ERRORS
               ? -error
               : -(LOOKUP_ERROR + LOOKUP_ERRORS);
}

int sk_getaddrinfo(struct host *host, const char *node, const char *service,
                   const struct hints *hints, struct found *found, size_t room)
{
    CALL(OP_GETADDRINFO, .block = {block_text(node), block_text(service),
                                   block_in(hints, hints ? sizeof *hints : 0),
                                   block_out(found, room * sizeof *found)});
    int returned = perform_lookup(host, &call);
    return returned < 0 ? returned : (int)(call.block[3].length / sizeof *found);
}

int sk_freeaddrinfo(struct host *host, int64_t handle)
{
    CALL(OP_FREEADDRINFO, .argument = {handle});
    return perform(host, &call);
}

int sk_gai_strerror(struct host *host, int error, char *text, size_t room)
{
    CALL(OP_GAI_STRERROR, .argument = {error}, .block = {[1] = block_out(text, room)});
    return perform(host, &call);
}

int sk_getnameinfo(struct host *host, const struct address *name, char *node, size_t node_room,
                   char *service, size_t service_room, int flags)
{
    CALL(OP_GETNAMEINFO, .argument = {[3] = flags},
         .block = {block_address(name), block_out(node, node_room),
                   block_out(service, service_room)});
    return perform_lookup(host, &call);
}

int sk_inet_pton(struct host *host, int family, const char *text, void *address, size_t room)
{
    CALL(OP_INET_PTON, .argument = {family},
         .block = {[1] = block_text(text), [2] = block_out(address, room)});
    return perform(host, &call);
}

int sk_inet_ntop(struct host *host, int family, const void *address, char *text, size_t room)
{
    size_t size = family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
    CALL(OP_INET_NTOP, .argument = {family},
         .block = {[1] = block_in(address, size), [2] = block_out(text, room)});
    return perform(host, &call);
}

int sk_inet_aton(struct host *host, const char *text, void *address)
{
    CALL(OP_INET_ATON,
         .block = {block_text(text), block_out(address, address ? sizeof(struct in_addr) : 0)});
    return perform(host, &call);
}

/* Performs a call whose result takes 32 bits and no sign. */
static int64_t perform_number(struct host *host, struct call *call)
{
    int returned = perform(host, call);
    return call->error || call->deviation[0] ? returned : call->result;
}

int sk_inet_addr(struct host *host, const char *text, uint32_t *address)
{
    CALL(OP_INET_ADDR, .block = {block_text(text)});
    int64_t number = perform_number(host, &call);
    if (number < 0)
        return (int)number;
    *address = htonl((uint32_t)number);
    return 0;
}

int sk_inet_ntoa(struct host *host, const void *address, char *text, size_t room)
{
    CALL(OP_INET_NTOA, .block = {block_in(address, sizeof(struct in_addr)), block_out(text, room)});
    return perform(host, &call);
}

int64_t sk_htonl(struct host *host, uint32_t number)
{
    CALL(OP_HTONL, .argument = {number});
    return perform_number(host, &call);
}

int64_t sk_htons(struct host *host, uint16_t number)
{
    CALL(OP_HTONS, .argument = {number});
    return perform_number(host, &call);
}

int64_t sk_ntohl(struct host *host, uint32_t number)
{
    CALL(OP_NTOHL, .argument = {number});
    return perform_number(host, &call);
}

int64_t sk_ntohs(struct host *host, uint16_t number)
{
    CALL(OP_NTOHS, .argument = {number});
    return perform_number(host, &call);
}

int sk_if_nametoindex_errno(struct host *host, const char *name)
{
    CALL(OP_IF_NAMETOINDEX, .block = {block_text(name)});
    return perform(host, &call);
}

int sk_if_nametoindex(struct host *host, const char *name)
{
    int returned = sk_if_nametoindex_errno(host, name);
    return returned < 0 && returned != -LACKING && returned != -DEVIATION ? 0 : returned;
}

int sk_if_indextoname(struct host *host, unsigned index, char name[INTERFACE_NAME])
{
    CALL(OP_IF_INDEXTONAME, .argument = {index}, .block = {[1] = block_out(name, INTERFACE_NAME)});
    return perform(host, &call);
}

int sk_if_nameindex(struct host *host, struct interface *interfaces, size_t room)
{
    CALL(OP_IF_NAMEINDEX, .block = {block_out(interfaces, room * sizeof *interfaces)});
    int returned = perform(host, &call);
    return returned < 0 ? returned : (int)(call.block[0].length / sizeof *interfaces);
}
