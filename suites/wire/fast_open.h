/* What rules about TCP Fast Open share. */
#ifndef SOCKSPEC_WIRE_FAST_OPEN_H
#define SOCKSPEC_WIRE_FAST_OPEN_H

#include "suites/wire/wire.h"

/* "no option", "an empty option", "a cookie": what of Fast Open a segment has. */
const char *option_of(const struct packet *packet);

/* The same of a SYN, or "an experimental option": there was one for it, too. */
const char *asked_by(const struct packet *syn);

/* A packet with a Fast Open option whose length cannot be: which, is an axis of a case. */
#define BAD_LENGTHS                                                                                \
    {                                                                                              \
        "length",                                                                                  \
        {                                                                                          \
            "3", "4", "7", "20"                                                                    \
        }                                                                                          \
    }
struct packet with_bad_length(struct packet packet, int chosen);

/* ---- the IUT as a client ---- */

/* How an application asks for it: by TCP_FASTOPEN_CONNECT before connect(), or by MSG_FASTOPEN. The
 * first of a case's own axes; cases that are about one of them have that alone. */
#define FAST_CALL                                                                                  \
    {                                                                                              \
        "call",                                                                                    \
        {                                                                                          \
            "connect", "sendto", "sendmsg"                                                         \
        }                                                                                          \
    }
enum { BY_CONNECT, BY_SENDTO, BY_SENDMSG };

/* A skip where the IUT has none of it. */
void need_fast_client(struct test *t);

/* A socket that does not block and has TCP_FASTOPEN_CONNECT if the case calls connect(). */
int fast_socket(struct test *t);

/* The same calls the line with this text, and gives what the first call gave: connect(), and if
 * that is 0 the text is sent, or sendto(). */
int fast_begin(struct talk *talk, const char *text);

/* sendto() with MSG_FASTOPEN as a value, to be begun. */
struct call call_fast_open(const struct talk *talk, const char *text);

/* A connection to a port of the line (0: a fresh one) that was called so, of which the SYN was
 * seen. A cookie of it has to have been given before if the SYN shall have the text. */
struct talk fast_called(struct line *line, int port, const char *text);

/* The same by a socket that fast_socket() has made. */
struct talk fast_called_by(struct line *line, int port, int fd, const char *text);

/* The same where that a SYN comes is what a rule says: .syn is what came, whatever that is. */
struct talk fast_tried(struct line *line, int port, const char *text);

/* Whether it is a SYN, with data or without. */
bool is_open(const struct packet *packet);

/* Takes what comes for the SYN of a talk, and counts from it; false if it is none. */
bool see_syn(struct line *line, struct talk *talk);

/* The same, whatever came, to a fresh port of which no cookie is known. A skip where an
 * implementation that outlives cases has the cookie of an earlier one. And the same where a SYN
 * must have come, and ask for one. */
struct talk fast_first(struct line *line);
struct talk fast_asking(struct line *line);

/* Has the IUT ask for a cookie of the line, and gives it this: 8 octets, and what else the SYN and
 * ACK has. Gives the port of the line. */
#define given_cookie(line_, cookie_, ...)                                                          \
    given_cookie_with((line_), (cookie_), (struct packet){.flags = SYN | ACK, __VA_ARGS__})
int given_cookie_with(struct line *line, const char *cookie, struct packet answer);

/* Hears the ACK that completes a handshake, though the SYN was sent again before. */
void need_handshake(struct talk *talk);

/* Sends SYN and ACK, which acknowledges so much less than all. */
void answer_syn(struct talk *talk, int unacknowledged);

/* What the application of a connection whose SYN had no data sends when it is connected. */
void send_when_connected(struct talk *talk, const char *text);

/* Hears segments and acknowledges them until so many octets have come in order; gives them. */
const char *data_heard(struct talk *talk, size_t size);

/* ---- the IUT as a server ---- */

/* A listening socket of the IUT with TCP_FASTOPEN of this value, and a connection to it of which
 * nothing was sent. */
struct talk talk_to_fast_listener(struct line *line, int pending);

/* The answer to a SYN that asks for a cookie, whose connection is then reset. Ends the case as a
 * skip where there is none, and that can be. */
struct packet cookie_answer(const struct talk *listening);

/* Sends a SYN with data and the cookie that an answer has, and notes the SYN and ACK that it gets.
 * Gives the SYN as it went. */
struct packet fast_syn(struct talk *talk, const struct packet *having, const char *text);

/* Sends it and looks at no answer. */
struct packet send_fast_syn(struct talk *talk, const struct packet *having, const char *text);

/* A connection whose SYN had "hello" and a valid cookie, which was answered. */
struct talk fast_opened(struct line *line);

/* What accept() gives before the handshake is complete: a skip if that is nothing, which may be. */
int fast_accepted(const struct talk *talk);

/* A connection of the IUT to a port of the line of which nothing was sent. */
struct talk talk_from_port(struct line *line, int port);

/* ---- for mutants ---- */

/* Whether it is the IUT's. */
bool is_syn(const struct packet *packet, enum heading heading);
bool is_syn_ack(const struct packet *packet, enum heading heading);

/* The IUT sees no Fast Open option in a SYN with data. */
bool loses_cookie(struct packet *packet, enum heading heading);

#endif
