/* The signals that calls raise in this process, counted. */
#ifndef SOCKSPEC_SIGNALS_H
#define SOCKSPEC_SIGNALS_H

/* Installs counting handlers, without SA_RESTART, for SIGPIPE, SIGURG, SIGIO and SIGUSR1. */
void signals_catch(void);

/* How often a signal was caught since; -1 with EINVAL for one that is not counted. */
int signals_caught(int signal);

#endif
