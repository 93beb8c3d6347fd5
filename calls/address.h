/* Socket addresses as values. */
#ifndef SOCKSPEC_ADDRESS_H
#define SOCKSPEC_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_un un;
        struct sockaddr_storage storage;
    };
    socklen_t length;
};

/* An address from its text ("192.0.2.1", "fe80::1") and a port in host order. A text that is no
 * address is a defect of the caller and aborts. */
struct address address_of(const char *text, int port);

/* The same for a text that a user wrote, which may have a scope behind "%": the name of an
 * interface of this thread's network namespace, or an index. False if it is no address. */
bool address_parse(const char *text, int port, struct address *address);

/* The wildcard address of AF_INET or AF_INET6. */
struct address address_any(int family, int port);

/* Names of AF_UNIX: a path with its NUL; bytes in the abstract namespace, which Linux has; and what
 * a socket without a name is said to have, the family alone. A path may be longer than sun_path,
 * but what does not fit into a struct address is a defect of the caller and aborts. */
struct address address_unix(const char *path);
struct address address_abstract(const void *bytes, size_t count);
struct address address_unnamed(void);

/* A name of family AF_UNSPEC, as connect() takes to dissolve an association: zeros, with the given
 * length in bytes. */
struct address address_unspec(socklen_t length);

/* The IPv4-mapped IPv6 form of an IPv4 address; any other comes back as it is. */
struct address address_mapped(struct address address);

/* The same address with another port, or with another scope (sockaddr_in6 only); names of AF_UNIX
 * have neither and stay as they are. */
struct address address_with_port(struct address address, int port);
struct address address_with_scope(struct address address, unsigned scope);

int address_port(const struct address *address);

/* Whether two names are of one family, address, port and scope; the flow label does not count.
 * Those of AF_UNIX: the same path, whether or not a NUL is counted, or the same abstract bytes, or
 * both no name. */
bool address_equal(const struct address *a, const struct address *b);

/* The same without the port. */
bool address_same_host(const struct address *a, const struct address *b);

/* The wildcard, IPv4's in its mapped form too. */
bool address_is_any(const struct address *address);

/* Prints "192.0.2.1:80", "[fe80::1%2]:80", "AF_UNSPEC"; a path in quotes, "@bytes" of the abstract
 * namespace, "unnamed"; a name too short to read as what it is. A length that is not what such a
 * name usually has follows. Returns the length of the text, cut at size - 1. */
size_t address_format(const void *name, size_t length, char *text, size_t size);

/* Prints the address alone: "192.0.2.1", "fe80::1%2"; of AF_UNIX the whole name. */
void address_host(const struct address *address, char *text, size_t size);

enum { ADDRESS_TEXT = 160 };

/* The same for a struct address, into a buffer of the thread that eight calls share. */
const char *address_text(const struct address *address);

#endif
