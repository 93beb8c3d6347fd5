/* Names and addresses. What they look up is in the files of the process that performs them. */
#include "calls/kind.h"
#include "calls/perform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Elements of a list that are counted; one that has more has no end. */
enum { COUNTED_MOST = 1024 };

/* A function that failed without an errno says so: its caller would take 0 for no failure. */
static int64_t failed(void)
{
    if (errno == 0)
        errno = NO_ERRNO;
    return -1;
}

/* Notes how long the text is that a function left in a block. */
static void take_text(struct block *block)
{
    if (!block->bytes)
        return;
    size_t length = strnlen(block->bytes, block->capacity);
    block->length = (uint32_t)(length < block->capacity ? length : length + 1);
}

/* Copies a text that a function gave into a block, as much as there is room for. */
static void give_text(struct block *block, const char *text)
{
    if (block->bytes && block->capacity)
        snprintf(block->bytes, block->capacity, "%s", text ? text : "");
    take_text(block);
}

/* ---- getaddrinfo() and getnameinfo() ---- */

/* Lists that getaddrinfo() gave and nobody has freed yet; a handle is a place here and 1. */
enum { LISTS = 64 };
static struct addrinfo *_Atomic lists[LISTS];

/* One that there is no place for is freed at once, and has no handle. */
static int64_t keep(struct addrinfo *list)
{
    for (int i = 0; i < LISTS; i++) {
        struct addrinfo *none = NULL;
        if (atomic_compare_exchange_strong(&lists[i], &none, list))
            return i + 1;
    }
    freeaddrinfo(list);
    return 0;
}

/* EAI_SYSTEM is a failure with an errno. Every other EAI_ is a result: it may be negative, so no
 * errno that a look-up left behind may make it a failure. */
static int64_t lookup_ended(int code)
{
#ifdef EAI_SYSTEM
    if (code == EAI_SYSTEM)
        return failed();
#endif
    errno = 0;
    return code;
}

static void take_result(struct found *found, const struct addrinfo *result)
{
    *found = (struct found){.flags = result->ai_flags,
                            .family = result->ai_family,
                            .type = result->ai_socktype,
                            .protocol = result->ai_protocol,
                            .name_length = result->ai_addr ? (uint32_t)result->ai_addrlen : 0,
                            .has_canonical = result->ai_canonname};
    size_t stored = found->name_length;
    if (stored)
        memcpy(found->name, result->ai_addr,
               stored < sizeof found->name ? stored : sizeof found->name);
    if (result->ai_canonname)
        snprintf(found->canonical, sizeof found->canonical, "%s", result->ai_canonname);
}

static void take_list(struct block *block, struct addrinfo *list)
{
    struct found *found = block->bytes;
    size_t count = 0, room = found ? block->capacity / sizeof *found : 0;
    for (const struct addrinfo *result = list; result && count < COUNTED_MOST;
         result = result->ai_next, count++)
        if (count < room)
            take_result(&found[count], result);
    block->length = found ? (uint32_t)(count * sizeof *found) : 0;
    if (count && room)
        found[0].handle = keep(list);
    else if (list)
        freeaddrinfo(list);
}

int64_t perform_getaddrinfo(struct call *call)
{
    const struct hints *given = call->block[2].bytes;
    struct addrinfo hints = {0}, *list = NULL;
    call->block[3].length = 0;
    if (given) {
        hints.ai_flags = given->flags;
        hints.ai_family = given->family;
        hints.ai_socktype = given->type;
        hints.ai_protocol = given->protocol;
        hints.ai_addrlen = given->odd;
    }
    int code = getaddrinfo(block_pointer(&call->block[0]), block_pointer(&call->block[1]),
                           given ? &hints : block_pointer(&call->block[2]), &list);
    if (code == 0)
        take_list(&call->block[3], list);
    return lookup_ended(code);
}

int64_t perform_freeaddrinfo(struct call *call)
{
    int64_t handle = call->argument[0];
    struct addrinfo *list =
        handle > 0 && handle <= LISTS ? atomic_exchange(&lists[handle - 1], NULL) : NULL;
    if (!list) {
        errno = EINVAL; /* a handle of ours that stands for no list: the function is not called */
        return -1;
    }
    freeaddrinfo(list);
    return 0;
}

int64_t perform_gai_strerror(struct call *call)
{
    give_text(&call->block[1], gai_strerror(call_int(call, 0)));
    return 0;
}

int64_t perform_getnameinfo(struct call *call)
{
    const struct block *name = &call->block[0];
    struct block *node = &call->block[1], *service = &call->block[2];
    node->length = service->length = 0;
    int code = getnameinfo(block_pointer(name), name->length, block_pointer(node), node->capacity,
                           block_pointer(service), service->capacity, call_int(call, 3));
    if (code == 0) {
        take_text(node);
        take_text(service);
    }
    return lookup_ended(code);
}

/* ---- addresses and their texts ---- */

int64_t perform_inet_pton(struct call *call)
{
    return inet_pton(call_int(call, 0), block_pointer(&call->block[1]),
                     block_pointer(&call->block[2]));
}

/* A text that came out, of a function that gives the buffer back; 2 for another pointer, which no
 * such function can give. */
static int64_t found_text(struct block *text, const char *given)
{
    text->length = 0;
    if (!given)
        return failed();
    take_text(text);
    return given == text->bytes ? 1 : 2;
}

int64_t perform_inet_ntop(struct call *call)
{
    struct block *text = &call->block[2];
    return found_text(text, inet_ntop(call_int(call, 0), block_pointer(&call->block[1]),
                                      block_pointer(text), text->capacity));
}

/* Numbers in network order travel as the number that their bytes spell, whatever the order here. */
static uint32_t spelt(const void *bytes, size_t count)
{
    uint32_t number = 0;
    for (size_t i = 0; i < count; i++)
        number = number << 8 | ((const unsigned char *)bytes)[i];
    return number;
}

static void spell(void *bytes, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++)
        ((unsigned char *)bytes)[i] = (unsigned char)(number >> 8 * (count - 1 - i));
}

int64_t perform_inet_addr(struct call *call)
{
    in_addr_t address = inet_addr(block_pointer(&call->block[0]));
    return spelt(&address, sizeof address);
}

int64_t perform_inet_aton(struct call *call)
{
    return inet_aton(block_pointer(&call->block[0]), block_pointer(&call->block[1])) != 0;
}

int64_t perform_inet_ntoa(struct call *call)
{
    struct in_addr address = {0};
    if (call->block[0].bytes)
        memcpy(&address, call->block[0].bytes, sizeof address);
    give_text(&call->block[1], inet_ntoa(address));
    return 0;
}

/* ---- byte orders ---- */

/* The functions, where they are functions and not only macros. */
#ifdef __APPLE__
#define FUNCTION(name_) name_
#else
#define FUNCTION(name_) (name_)
#endif

int64_t perform_htonl(struct call *call)
{
    uint32_t result = FUNCTION(htonl)((uint32_t)call->argument[0]);
    return spelt(&result, sizeof result);
}

int64_t perform_htons(struct call *call)
{
    uint16_t result = FUNCTION(htons)((uint16_t)call->argument[0]);
    return spelt(&result, sizeof result);
}

int64_t perform_ntohl(struct call *call)
{
    uint32_t number;
    spell(&number, sizeof number, (uint32_t)call->argument[0]);
    return FUNCTION(ntohl)(number);
}

int64_t perform_ntohs(struct call *call)
{
    uint16_t number;
    spell(&number, sizeof number, (uint32_t)call->argument[0]);
    return FUNCTION(ntohs)(number);
}

/* ---- interfaces ---- */

int64_t perform_if_nametoindex(struct call *call)
{
    unsigned index = if_nametoindex(block_pointer(&call->block[0]));
    return index ? (int64_t)index : failed();
}

int64_t perform_if_indextoname(struct call *call)
{
    struct block *name = &call->block[1];
    return found_text(name, if_indextoname((unsigned)call->argument[0], block_pointer(name)));
}

int64_t perform_if_nameindex(struct call *call)
{
    struct block *block = &call->block[0];
    struct interface *interface = block->bytes;
    size_t count = 0, room = interface ? block->capacity / sizeof *interface : 0;
    struct if_nameindex *list = if_nameindex();
    block->length = 0;
    if (!list)
        return failed();
    for (; count < COUNTED_MOST && list[count].if_index != 0; count++)
        if (count < room) {
            interface[count] = (struct interface){.index = list[count].if_index};
            snprintf(interface[count].name, sizeof interface[count].name, "%s",
                     list[count].if_name);
        }
    if_freenameindex(list);
    block->length = interface ? (uint32_t)(count * sizeof *interface) : 0;
    return 1;
}
