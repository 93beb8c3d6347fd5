/* Names and addresses, as hosts/calls.h has sockets.
 *
 * What fails with an errno gives its negative. What fails with one of EAI_ gives -LOOKUP(EAI_...);
 * EAI_SYSTEM is what its errno says, a negative errno. */
#ifndef SOCKSPEC_LOOKUP_H
#define SOCKSPEC_LOOKUP_H

#include "calls/address.h"
#include "hosts/host.h"

#include <netdb.h>
#include <stddef.h>
#include <stdint.h>

/* An EAI_ as a positive number beyond every errno. */
enum { LOOKUP_ERROR = 0x20000, LOOKUP_ERRORS = 0x10000 };
#define LOOKUP(error_) (LOOKUP_ERROR + ((error_) < 0 ? -(error_) : (error_)))

/* What one of these functions returned, by its name: "EAI_NONAME", "ENOENT", "0". Lives as long as
 * the text of error_name(). */
const char *lookup_name(int returned);

/* Gives how many results there are. As many as there is room for, at most 32, are in found; the
 * first of them holds the handle of the list, which sk_freeaddrinfo() frees. Without room
 * (found is NULL) it gives 0 and nothing is kept. The texts and the hints may be NULL. */
int sk_getaddrinfo(struct host *host, const char *node, const char *service,
                   const struct hints *hints, struct found *found, size_t room);
int sk_freeaddrinfo(struct host *host, int64_t handle);

/* The text of an EAI_. */
int sk_gai_strerror(struct host *host, int error, char *text, size_t room);

/* A text may be NULL, with any room. */
int sk_getnameinfo(struct host *host, const struct address *name, char *node, size_t node_room,
                   char *service, size_t service_room, int flags);

/* An address alone is 4 bytes, or 16 of AF_INET6, in network order. Each gives 1, or 0 for what is
 * no text of an address; sk_inet_ntop() 1 or a negative errno. */
int sk_inet_pton(struct host *host, int family, const char *text, void *address, size_t room);
int sk_inet_ntop(struct host *host, int family, const void *address, char *text, size_t room);
int sk_inet_aton(struct host *host, const char *text, void *address);

/* Gives 0 and the address in network order, INADDR_NONE for what is no address. */
int sk_inet_addr(struct host *host, const char *text, uint32_t *address);

int sk_inet_ntoa(struct host *host, const void *address, char *text, size_t room);

/* A number in network order is given and taken here as the number that its bytes spell: 0x01020304
 * for the bytes 1, 2, 3, 4, on a machine of either order. So each gives back the number it was
 * given; or, being broken, another one. */
int64_t sk_htonl(struct host *host, uint32_t number);
int64_t sk_htons(struct host *host, uint16_t number);
int64_t sk_ntohl(struct host *host, uint32_t number);
int64_t sk_ntohs(struct host *host, uint16_t number);

/* The index of an interface as the host numbers them; 0 if it has none of that name. The other
 * form gives the negative errno then. */
int sk_if_nametoindex(struct host *host, const char *name);
int sk_if_nametoindex_errno(struct host *host, const char *name);

/* Gives 1 and the name, for which there has to be room for 32 bytes: what the longest of any
 * system needs. */
int sk_if_indextoname(struct host *host, unsigned index, char name[INTERFACE_NAME]);

/* Gives how many interfaces there are; as many as there is room for are in interfaces, which may
 * not be NULL. */
int sk_if_nameindex(struct host *host, struct interface *interfaces, size_t room);

#endif
