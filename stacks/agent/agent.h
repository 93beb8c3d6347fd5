/* Implementations at the far end of a byte stream: the harness's side of the agent. */
#ifndef SOCKSPEC_AGENT_DOOR_H
#define SOCKSPEC_AGENT_DOOR_H

#include "stacks/stack.h"

/* A command's words, with a NULL behind them; with anything that a shell would look at, the shell
 * gets it whole. The caller frees them, all at once. Aborts without memory. */
const char **agent_words(const char *command);

/* Starts a command with a stream on its standard input and output, in the network namespace of this
 * descriptor. The words end with a NULL. False with errno. */
bool agent_start(struct tenant *stream, const char *const words[], int netns);

/* The sockets of commands that are started from now on are none of this machine's kernel, which is
 * not asked for the states of their connections: agents tell them, or nobody. */
void agent_states_inside(void);

/* Opens a door to the agent, which says hello first. What goes wrong ends this process as the
 * implementation's crash would, with a line on stderr. With a netns other than -1, TCP states are
 * asked of this machine's kernel there. Closing the door ends the agent if it is our own; one that
 * is not is told that another case follows, or, over a connection (pid 0), that the case is over;
 * then its end is awaited. */
struct door *agent_open(const struct tenant *stream, int netns, bool own);

/* Starts a command like agent_start() and opens the door to it, whose end is the command's. Gives
 * up where it cannot be started: that is not the implementation's doing. */
struct door *agent_run(const char *const words[], int netns, int states_netns);

/* Asks the agent for a network of the case's own, before any call: whether it has one from now on,
 * with the addresses of a loopback network. */
bool agent_isolate(struct door *door);

/* The name of a signal without its SIG. */
const char *signal_abbreviation(int number);

/* Starts a command like agent_start(), but with a standard error that we read, and in a PID and a
 * mount namespace of its own with its own
 * /proc, so that ending its process ends all that it started. What prepare does there, before the
 * command runs, nobody else sees; descriptors that it makes are the command's. It may be NULL. With
 * a netns of -1 it starts where we are. False with a reason. */
enum tenant_stream { STREAM_PIPES, STREAM_SOCKET };
bool tenant_start(struct tenant *tenant, const char *const words[], int netns,
                  enum tenant_stream kind, bool (*prepare)(void *context), void *context, char *why,
                  size_t size);

/* Waits until it says something, for so many seconds: its agent's hello. False with a reason if it
 * does not come up, which has what it wrote on its standard error, and errno: ETIMEDOUT if it did
 * not end. */
bool tenant_await(struct tenant *tenant, int seconds, char *why, size_t size);

/* Waits so and ends it: whether such a one comes up on this machine. */
bool tenant_try(struct tenant *tenant, int seconds, char *why, size_t size);

/* The open of a stack whose tenants serve cases: the door to the agent inside. */
struct door *tenant_open(const char *argument, int netns, const struct tenant *tenant);

/* Reads what it has written on its standard error; false at the end of that. It has to be read now
 * and then, or the tenant waits for it. */
bool tenant_listen(struct tenant *tenant);

/* Whether it has not ended since. */
bool tenant_lives(const struct tenant *tenant);

/* Ends a tenant. */
void tenant_stop(struct tenant *tenant);

/* The path of a program beside this one ("sockspec-agent"); false if it is not there, with a line
 * in why. */
bool agent_program(const char *name, char *path, size_t size, char *why, size_t why_size);

#endif
