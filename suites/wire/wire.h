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

/* Waits for the segments that the IUT sends until so much of its data has come in order, and
 * acknowledges none; gives how much has come by then, and the most that one segment had. */
size_t hear_data(struct talk *talk, size_t size, size_t *most);

/* What the line hears of a handshake next, in words, whatever SYNs are sent again meanwhile. */
const char *handshake_said(struct talk *talk);

/* For mutants: setsockopt() of these options, of IPPROTO_IP and IPPROTO_IPV6, succeeds and does
 * nothing; and sendmsg() is performed without its control data. */
void ignore_option(struct mutation *m, struct call *call, int ipv4, int ipv6);
void without_control(struct mutation *m, struct call *call);

#endif
