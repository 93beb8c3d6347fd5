#include "wire/bytes.h"
#include "wire/headers.h"

#include <string.h>

uint32_t checksum_add(uint32_t sum, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    for (; size > 1; size -= 2, at += 2)
        sum += get16(at);
    if (size)
        sum += (uint32_t)*at << 8;
    return (sum & 0xffff) + (sum >> 16);
}

uint16_t checksum_end(uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

uint32_t pseudo_header(const struct address *source, const struct address *destination,
                       unsigned protocol, size_t length)
{
    size_t size = source->any.sa_family == AF_INET ? 4 : 16;
    uint32_t sum = checksum_add(0, address_bytes(source), size);
    sum = checksum_add(sum, address_bytes(destination), size);
    return sum + protocol + (uint32_t)(length >> 16) + (uint32_t)(length & 0xffff);
}

struct address address_from(int family, const unsigned char *bytes)
{
    struct address address = {.length = 0};
    if (family == AF_INET) {
        address.in.sin_family = AF_INET;
        memcpy(&address.in.sin_addr, bytes, 4);
        address.length = sizeof address.in;
    } else {
        address.in6.sin6_family = AF_INET6;
        memcpy(&address.in6.sin6_addr, bytes, 16);
        address.length = sizeof address.in6;
    }
    return address;
}

const unsigned char *address_bytes(const struct address *address)
{
    return address->any.sa_family == AF_INET ? (const unsigned char *)&address->in.sin_addr
                                             : (const unsigned char *)&address->in6.sin6_addr;
}

struct address end_of_route(const unsigned char *options, size_t size)
{
    enum { END = 0, NO_OPERATION = 1, LOOSE_ROUTE = 131, STRICT_ROUTE = 137, HOSTS = 3, HOST = 4 };
    const unsigned char *past = options + size;
    while (options < past && *options != END) {
        size_t left = (size_t)(past - options);
        size_t length = *options == NO_OPERATION ? 1 : left > 1 ? options[1] : 0;
        if (length == 0 || length > left)
            break;
        if ((*options == LOOSE_ROUTE || *options == STRICT_ROUTE) && length >= HOSTS + HOST &&
            options[2] <= length)
            return address_from(AF_INET, options + length - HOST);
        options += length;
    }
    return (struct address){.length = 0};
}
