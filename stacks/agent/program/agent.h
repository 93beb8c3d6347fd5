/* The far end of the door: reads calls from a byte stream, performs them, answers. Portable C with
 * POSIX and threads. */
#ifndef SOCKSPEC_AGENT_H
#define SOCKSPEC_AGENT_H

#include "calls/protocol.h"
#include "calls/text.h"

/* Serves one case on the two ends of a stream; returns at its end: true if another case follows,
 * false if the other side is gone. A frame that makes no sense is answered by FRAME_ERROR and ends
 * the process with status 3. */
bool agent_serve(int input, int output);

/* The same, which leaves the end to the caller. Begun calls may still be under way. */
enum agent_end { AGENT_FOLLOWS, AGENT_GONE, AGENT_CONFUSED };
enum agent_end agent_serve_case(int input, int output);

/* Goes on serving a case, after it said hello. */
enum agent_end agent_continue(void);

/* Enters the empty directory that the harness has made for the case, if it names one. */
void agent_enter_directory(void);

/* Has the end of the process that forked this one end it too, where a system can do that. */
void end_with_parent(void);

/* Moves a descriptor away from the numbers that a case's have: a duplicate that closes on exec();
 * -1 with errno. */
int descriptor_away(int fd);

/* ---- what an implementation provides: system.c has it for a C library's sockets ---- */

/* Takes the words of the command line that are its own, before anything else; false if they make
 * no sense. */
bool implementation_configure(int count, char **words);

/* What it is and lacks. The first that is asked of it in the process of a case: here it starts what
 * has to run. */
void implementation_describe(struct hello *hello);

/* The harness asks this machine's kernel itself for the states of connections, so the hello need
 * not find out what this process can tell. */
void implementation_states_elsewhere(void);

/* What has to be done again in a program that exec() started. */
void implementation_resume(void);

/* Whether its sockets survive fork() and exec(). */
bool implementation_forks(void);

/* Performs a call on the calling thread and fills in its out blocks. Returns what the function
 * returned, with errno. */
int64_t implementation_perform(struct call *call);

/* A thread that performs a begun call. */
struct begun {
    int status; /* implementation's own */
    volatile bool inside;
};

/* Called on the thread before the call; and the question whether the call waits inside the
 * implementation by now. */
void implementation_enter(struct begun *begun);
enum waiting implementation_waits(const struct begun *begun);
void implementation_leave(struct begun *begun);

/* ---- asleep.c ---- */

/* Whether a thread sleeps: its status, opened by itself, asked by any; -1 where there is no /proc,
 * which makes the answer WAITING_UNKNOWN. */
int asleep_open(void);
enum waiting asleep_now(int status);
void asleep_close(int status);

/* ---- learn.c ---- */

/* Finds out, once for all processes that are forked from here, what each would have to find out for
 * itself. */
void agent_learn(void);

/* ---- locked.c ---- */

/* Whether a thread that sleeps does so for a lock, not in the call that it was sent for; false
 * where nobody can tell. */
bool locked_sleeps(int status);

/* Finds out how that is told here; see agent_learn(). */
void locked_learn(void);

/* ---- libraries.c ---- */

/* Adds which files the C library (" of PATH") and what LD_PRELOAD names (" with PATH") were really
 * loaded from; nothing of a static program, or without /proc. */
void libraries_describe(struct text *text);

/* Finds that out; see agent_learn(). */
void libraries_learn(void);

/* ---- platform.c ---- */

/* Adds the names of the operations and constants that this platform does not have. */
void platform_describe(struct text *lacks);

/* Finds those out; see agent_learn(). */
void platform_learn(void);

/* ---- settings.c, Linux only ---- */

/* Gives the network of this process the settings that every network of a case has. */
void settings_apply(void);

/* ---- isolate.c ---- */

/* Moves this process into a network of its own with nothing but a loopback interface, as the
 * harness lays it out itself; false if this system or user cannot. Single-threaded callers only. */
bool isolate(void);

/* ---- client.c ---- */

/* Tells the harness which signal has ended a case's process; false if it is gone. */
bool tell_of_death(int output, int signal);

/* ---- repeat.c ---- */

/* Serves case after case, each in a process of its own; returns an exit status at the end of the
 * stream. Where that can be heard, and is wanted, it ends a process that is inside a call too. */
int agent_repeat(int input, int output, bool listens);

/* ---- init.c ---- */

/* As the first process of a system: mounts, settings, addresses, and the stream that it opens; -1
 * if it cannot, NO_INIT if it is not the first one and so has done nothing. The words: device,
 * kernel modules after "!", in their order, interface, and addresses: "+" ours, "-" ours but
 * deprecated, "=" the peer's. */
enum { NO_INIT = -2 };
int init_stream(int argc, char **argv);

/* ---- states.c ---- */

/* The TCP state of a connection as /proc/net/tcp and tcp6 show it; -1 with ENOSYS without them. */
int states_find(const struct call *call);

/* What these tables show, tried on the loopback: no connection of this implementation's, as where
 * they are another one's; those that have a socket; or those whose socket was closed too. */
enum shown { SHOWN_NONE, SHOWN_SOCKETS, SHOWN_ALL };
enum shown states_shown(void);

#endif
