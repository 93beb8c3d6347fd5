/* A network as its user describes it, in a file:
 *
 *     # comment
 *     peer-namespace PATH       where the peer's sockets are made; else where sockspec was started
 *     interface NAME            the peer's towards the IUT, for link-local addresses
 *     iut-interface NAME        the same of the IUT: a name there, or an index
 *     iut ipv4 MAIN [OTHER]     the IUT's addresses; so for ipv6, where link-local ones may be
 * among peer ipv4 MAIN [OTHER]    them; and the peer's loopback ipv4 OTHER       another address of
 * the IUT's loopback interface absent ipv4 ADDRESS       an address on the link that nobody has
 *     unrouted ipv4 ADDRESS     one that no route of the IUT's leads to
 */
#ifndef SOCKSPEC_DESCRIPTION_H
#define SOCKSPEC_DESCRIPTION_H

#include "lab/network.h"

enum { DESCRIPTION_WORD = 256 };

struct description {
    char name_space[DESCRIPTION_WORD];   /* a path; "" if there is none, as for interfaces */
    char interface[2][DESCRIPTION_WORD]; /* by side */
    struct described pair;
    struct address loopback[2];      /* by family */
    size_t line[2], name_space_line; /* where these are said, for complaints */
};

/* Reads a file. False with one line in why that names file, line and reason. */
bool description_read(struct description *description, const char *path, char *why, size_t size);

#endif
