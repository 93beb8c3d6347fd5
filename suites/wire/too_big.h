/* What the cases of path MTU discovery share: messages that a packet was too big, and how packets
 * are sent. */
#ifndef SOCKSPEC_WIRE_TOO_BIG_H
#define SOCKSPEC_WIRE_TOO_BIG_H

#include "suites/wire/icmp.h"
#include "suites/wire/wire.h"

/* Bytes of data that are more than the MTUs of these cases let through, and less than the line. */
enum { BIG = 1400 };

bool on_ipv6(const struct line *line);

/* Says to the IUT that a packet was too big for an MTU, by ICMP or ICMPv6. */
void say_too_big(struct line *line, const struct packet *packet, uint32_t mtu);

/* The same with a code of ICMPv6, which is 0 by RFC 4443. */
void say_too_big_by(struct line *line, const struct packet *packet, uint32_t mtu, int code);

/* When the IUT was told so last, by clock_now(). */
int64_t told_too_big(void);

/* Whether a packet would pass a link with this MTU, be it in fragments. */
bool would_pass(const struct packet *packet, size_t mtu);

/* How the IUT has sent a packet, in words: whether in one piece, and with the don't-fragment flag.
 * A fragment of more than 1300 bytes, the MTU of most cases, is a big one. */
const char *how_sent(const struct packet *packet);

/* Sets IP_MTU_DISCOVER or IPV6_MTU_DISCOVER. A skip where the IUT has no such option. */
void set_discover(struct test *t, int fd, int discover);

#endif
