/* What rules about urgent data that arrives share. */
#ifndef SOCKSPEC_WIRE_URGENT_H
#define SOCKSPEC_WIRE_URGENT_H

#include "suites/wire/wire.h"

/* "told" as soon as the application knows that there is urgent data, by SIGURG or by an exceptional
 * condition of the socket; else "not told". It is asked when all that was sent has been processed,
 * and for half a second then (later is not as soon as it arrives), or once. SIGURG has to be asked
 * for before, where there are signals; an exceptional condition that there is by then tells
 * nothing, and ends the case. */
void ask_to_be_told(struct test *t, int fd);
const char *told(struct talk *c);
const char *told_now(struct talk *c);

/* SIGURG goes to the IUT's process. Waits until it was caught so often, and gives how often. */
void own(struct test *t, int fd);
int signals_come(struct test *t, int count);

/* What is received without MSG_OOB until this byte, in however many pieces. */
const char *stream_to(struct test *t, int fd, char last);

/* Urgent data stays where it is in the stream. */
void keep_inline(struct test *t, int fd);

/* For mutants: fcntl() with F_SETOWN, and SO_OOBINLINE, do nothing. */
void ignores_owner(struct mutation *m, struct call *call);
void ignores_inline(struct mutation *m, struct call *call);

#endif
