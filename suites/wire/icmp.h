/* ICMP and ICMPv6 messages as an axis of a case: {"message", {"3-1", "11-0"}} are types and codes.
 */
#ifndef SOCKSPEC_WIRE_ICMP_H
#define SOCKSPEC_WIRE_ICMP_H

#include "suites/suite.h"

/* Messages of such an axis, one behind the other. Unreachable without 3-4, which is about the
 * path's MTU, and 3-15; all errors of ICMPv6 but the one about the MTU; and what RFC 9293 calls
 * soft errors, of both. */
#define UNREACHABLE                                                                                \
    "3-0", "3-1", "3-2", "3-3", "3-5", "3-6", "3-7", "3-8", "3-9", "3-10", "3-11", "3-12", "3-13", \
        "3-14"
#define ICMP6_ERRORS                                                                               \
    "1-0", "1-1", "1-2", "1-3", "1-4", "1-5", "1-6", "3-0", "3-1", "4-0", "4-1", "4-2"
#define SOFT_ERRORS       "3-0", "3-1", "3-5", "11-0", "11-1", "12-0", "12-1"
#define SOFT_ICMP6_ERRORS "1-0", "1-3", "3-0", "3-1", "4-0", "4-1", "4-2"

/* The error that the first axis of the variant asks for, about a packet of the IUT. */
struct packet asked_error(const struct test *t, const struct packet *about);

/* Sends the same, and waits until the IUT has looked at it. Gives what the IUT sent meanwhile. */
struct packet send_asked_error(struct line *line, const struct packet *about);

/* Sends an error of this type and code, by the family, and waits likewise. */
struct packet send_error(struct line *line, const struct packet *about, int type, int code,
                         uint32_t rest);

/* An error that quotes bytes of the case's own, as error_about() does a packet. */
struct packet error_quoting(const struct packet *about, int type, int code, const void *bytes,
                            size_t size);

/* Port unreachable and host unreachable of the variant's family. */
struct packet port_unreachable(const struct packet *about);
struct packet host_unreachable(const struct packet *about);

/* A datagram socket of the IUT that has sent a datagram to the line: connected to there or not. */
struct asker {
    int fd;
    bool connected;
    struct address line_name; /* where the datagram went, as the IUT writes it */
    struct packet datagram;
};
struct asker asks_connected(struct line *line);
struct asker asks_unconnected(struct line *line);

/* The IUT sends a datagram more on such a socket, of so many bytes; must go. */
struct packet datagram_more(struct line *line, struct asker *asker, size_t size);

/* A skip where the IUT has no IP_RECVERR or IPV6_RECVERR, by the domain of its sockets. The same,
 * and sets it; and sets it where there is one. */
void need_error_queue(struct test *t);
void hear_errors(struct test *t, int fd);
void hear_errors_if_possible(struct test *t, int fd);

/* SO_ERROR of the IUT's socket, as a name. And what the program is told: SO_ERROR has it, or the
 * next receive fails with it where there is no such thing as a pending error. */
const char *pending_error(struct test *t, int fd);
const char *reported_error(struct test *t, int fd);

/* Nothing of what the case did to the path's MTU shall be there for the next one. */
void forget_path_mtu(struct test *t);

/* The cases of a rule in which each message makes the error that Linux has for it. (It drops 11-1
 * of ICMP, see wire.icmp.datagram.passed-up.) */
#define CASES_BY_ERROR(rule_, look_)                                                               \
    ERROR_CASE(rule_, net, FAMILY_IPV4, "ENETUNREACH", look_, "3-0", "3-6", "3-9", "3-11")         \
    ERROR_CASE(rule_, host, FAMILY_IPV4, "EHOSTUNREACH", look_, "3-1", "3-10", "3-12", "3-13",     \
               "3-14", "3-15", "11-0")                                                             \
    ERROR_CASE(rule_, protocol, FAMILY_IPV4, "ENOPROTOOPT", look_, "3-2")                          \
    ERROR_CASE(rule_, source_route, FAMILY_IPV4, "EOPNOTSUPP", look_, "3-5")                       \
    ERROR_CASE(rule_, host_unknown, FAMILY_IPV4, "EHOSTDOWN", look_, "3-7")                        \
    ERROR_CASE(rule_, isolated, FAMILY_IPV4, "ENONET", look_, "3-8")                               \
    ERROR_CASE(rule_, parameter, FAMILY_IPV4, "EPROTO", look_, "12-0", "12-1")                     \
    ERROR_CASE(rule_, net6, FAMILY_IPV6, "ENETUNREACH", look_, "1-0")                              \
    ERROR_CASE(rule_, prohibited6, FAMILY_IPV6, "EACCES", look_, "1-1", "1-5", "1-6")              \
    ERROR_CASE(rule_, host6, FAMILY_IPV6, "EHOSTUNREACH", look_, "1-2", "1-3", "3-0", "3-1")       \
    ERROR_CASE(rule_, parameter6, FAMILY_IPV6, "EPROTO", look_, "4-0", "4-1", "4-2")

#define ERROR_CASE(rule_, name_, family_, error_, look_, ...)                                      \
    CASE(rule_, name_, .network = ON_LINE, .family = family_,                                      \
         .axes = {{"message", {__VA_ARGS__}}}, .pinned = {[BY_LINUX] = error_})                    \
    {                                                                                              \
        look_(t);                                                                                  \
    }

/* For mutants: what SO_ERROR reads, and what connect() fails with, is another error. */
void reports_another_error(struct mutation *m, struct call *call);

/* For mutants: SO_ERROR reads this error if there is none. */
bool invents_error(struct mutation *m, struct call *call, int error);

/* For mutants: whether a packet is an ICMP error that goes to the IUT. */
bool is_error_to_iut(const struct packet *packet, enum heading heading);

#endif
