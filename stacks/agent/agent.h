/* Implementations at the far end of a byte stream: the harness's side of the agent. */
#ifndef SOCKSPEC_AGENT_DOOR_H
#define SOCKSPEC_AGENT_DOOR_H

#include "harness/host.h"

#include <sys/types.h>

/* An agent at the other end of a stream. The stack keeps it; a door only uses it. */
struct agent_stream {
    int input, output; /* from and to the agent; may be the same */
    pid_t pid;         /* the agent's, if it is a child of this process, else 0 */
};

/* Starts a command with a stream on its standard input and output, in the network namespace of this
 * descriptor. The words end with a NULL. False with errno. */
bool agent_start(struct agent_stream *stream, char *const words[], int netns);

/* Opens a door to the agent, which says hello first. What goes wrong ends this process as the
 * implementation's crash would, with a line on stderr. With a netns other than -1, TCP states are
 * asked of this machine's kernel there. Closing the door ends the agent if it is a child of this
 * process; otherwise the agent is told that another case follows. */
struct door *agent_open(const struct agent_stream *stream, int netns);

/* The path of a program beside this one ("sockspec-agent"); false if it is not there, with a line
 * in why. */
bool agent_program(const char *name, char *path, size_t size, char *why, size_t why_size);

#endif
