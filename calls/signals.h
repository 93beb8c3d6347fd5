/* The signals that calls raise in this process, counted. */
#ifndef SOCKSPEC_SIGNALS_H
#define SOCKSPEC_SIGNALS_H

/* Installs counting handlers, without SA_RESTART, for SIGPIPE, SIGURG, SIGIO and SIGUSR1. Others
 * are counted once signals_count() is made their handler. */
void signals_catch(void);

/* The handler that counts. */
void signals_count(int signal);

/* A thread says that it enters and leaves a call that it performs for a case. */
void signals_enter_call(void);
void signals_leave_call(void);

/* How often a signal was caught, and how often by a thread that was in a call; -1 with EINVAL for
 * what is no number of a signal. */
int signals_caught(int signal);
int signals_in_call(int signal);

#endif
