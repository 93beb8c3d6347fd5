/* The processes that a case makes with fork(), and what exec() makes of one.
 *
 * A child talks to the harness through its parent, which passes frames on by the number that they
 * bear. */
#ifndef SOCKSPEC_AGENT_FAMILY_H
#define SOCKSPEC_AGENT_FAMILY_H

#include "calls/protocol.h"

/* Forks. In the parent the call has the child's process id as its result, or fails. The child goes
 * on with a stream of its own and answers nothing: gives false there. */
bool family_fork(struct call *call);

/* Passes a frame on to the child that it is for. */
void family_pass(const struct frame_header *header, const struct frame *body);

/* Waits for the end of the children; the result is the status of the last one: 0, its exit status,
 * or 128 and the signal that ended it. */
void family_await(struct call *call);

/* Replaces this program by itself, with the descriptors that stay open across exec(). Returns, with
 * the call failed, only if that cannot be done. */
void family_exec(struct call *call, uint32_t id);

/* For the start of a program that cases run in: goes on, and does not return, if family_exec() has
 * started it, with words that it was given. */
void family_resume_if_asked(int number, char **words);

#endif
