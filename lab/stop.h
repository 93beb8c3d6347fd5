/* Signals that ask this process to end: it goes on, and finishes what it can.
 *
 * SIGINT, SIGTERM, SIGHUP and SIGQUIT are asked about here instead of ending it, however often they
 * come; one that was ignored from the start stays ignored. From the first one on what blocks is
 * interrupted again and again, so that whoever looks after each EINTR is never kept. SIGPIPE and
 * SIGXFSZ are ignored: who writes gets EPIPE and EFBIG. */
#ifndef SOCKSPEC_STOP_H
#define SOCKSPEC_STOP_H

#include <stdbool.h>

/* From now on. Once is enough. */
void stop_listen(void);

/* Whether one has come. */
bool stop_asked(void);

/* Says so on stderr, the first time it is called after that. */
void stop_say(void);

/* In a forked process: it has the signals as they were before stop_listen(). */
void stop_forget(void);

#endif
