/* What the files of this suite share. */
#ifndef SOCKSPEC_SUITES_WIRE_H
#define SOCKSPEC_SUITES_WIRE_H

#include "suites/suite.h"

/* What the RFCs document, which Linux says that it follows. Behind the outcome: the requirements.
 */
#define RFCS(outcome_, ...)                                                                        \
    .outcome = {[BY_LINUX] = {outcome_, {__VA_ARGS__}}, [BY_RFC] = {outcome_, {__VA_ARGS__}}}

/* Waits until the implementation has processed all that was sent; what it says to that is not
 * looked at. */
void drain(struct line *line);

/* What accept() gives at once, when the implementation has processed what was sent: "a connection",
 * "none". The connection is the talk's from then on. */
const char *accepted_now(struct talk *talk);

/* A listening socket of the IUT and a connection to it of which nothing was sent. */
struct talk talk_to_listener(struct line *line);

/* Hears the segments that the IUT has sent by now, of what was sent to it. */
void hear_rest(struct talk *talk);

/* The line says how much it takes, behind two octets of data: there are those that go by a smaller
 * window only where it comes with a later number. */
void say_window(struct talk *talk, uint16_t window);

/* A connection whose line takes no more than this at once from its beginning: where the IUT has
 * accepted it too. */
struct talk line_narrow(struct line *line, uint16_t window);

/* Whether a FIN, or a RST, has come up to now: "no FIN", or what it says. Another ACK, or a probe
 * of the closed window, is no news. */
const char *fin_now(struct talk *talk);

/* Hears segments until the IUT has acknowledged all that the line sent, and gives the one that did;
 * one of protocol 0 if none does. What a RST says is no acknowledgment. */
struct packet acknowledged(struct talk *talk);

/* What of a stream has come, in however many pieces it is given, when the implementation has
 * processed all that was sent; an error or an end as receive_next() has it. */
const char *received_all(struct test *t, int fd);

/* A connection with timestamps, by the case's role; the line's begin with this value. A skip where
 * the IUT has none. */
struct talk line_stamped(struct line *line, uint32_t value);

/* The IUT uses what both SYNs must have: a skip if its own has not. */
void need_stamps(const struct talk *talk);
void need_scale(const struct talk *talk);

/* Waits for the segments that the IUT sends until so much of its data has come in order, and
 * acknowledges none; gives how much has come by then, and the most that one segment had. */
size_t hear_data(struct talk *talk, size_t size, size_t *most);

/* Takes what of a segment comes next in order, though it begins with what has come before. */
void take_new(struct talk *talk, const struct packet *packet);

/* Whether an answer may still come to what was sent then. An implementation that gives none sends
 * what was not acknowledged again and again, and for longer than a case has time. */
bool may_still_come(int64_t begin);

/* What the line hears next, but for a SYN with ACK of another connection, which may be sent again
 * meanwhile. */
struct packet hear_own(struct talk *talk);

/* Whether a segment has exactly these flags, those of ECN in a SYN aside: who asks for ECN may do
 * so each time that the SYN is sent. */
bool has_just(const struct packet *packet, unsigned flags);

/* What the line hears next, but for what the IUT sends again meanwhile, which has just these flags:
 * if that comes again and again it is given after all. A SYN that comes at once, which no timer
 * sends, is given. */
struct packet hear_but(struct talk *talk, unsigned flags);

/* The same for what the IUT has sent by now: a loaded machine may be slower than its timer. */
struct packet hear_but_now(struct talk *talk, unsigned flags);

/* SYN_RECEIVED after connect(): the IUT's SYN and this one of the line have crossed, and the IUT
 * has answered by a SYN with ACK. Data of the line's SYN that was not acknowledged comes next. */
struct talk line_crossed(struct line *line, struct packet syn);

/* What the line hears of a handshake next, in words, whatever SYNs are sent again meanwhile. */
const char *handshake_said(struct talk *talk);

/* For mutants: setsockopt() of these options, of IPPROTO_IP and IPPROTO_IPV6, succeeds and does
 * nothing; and sendmsg() is performed without its control data. */
void ignore_option(struct mutation *m, struct call *call, int ipv4, int ipv6);
void without_control(struct mutation *m, struct call *call);

/* The broadcast address of the network that one IPv4 address is in. Networks of our own have 24
 * bits; of others a case does not know how many, and ends as a skip. */
struct address broadcast_of_the_net(struct test *t, struct address one);

/* What a segment carries, as text; "no data". */
const char *octets_of(const struct packet *packet);

#endif
