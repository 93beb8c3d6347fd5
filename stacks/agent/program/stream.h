/* The stream to the harness: frames in, frames out. */
#ifndef SOCKSPEC_AGENT_STREAM_H
#define SOCKSPEC_AGENT_STREAM_H

#include "calls/protocol.h"

/* How a process of an agent ends that was not understood. */
enum { CONFUSED = 3 };

/* Serves on these ends from now on, as this process of the case: 0 is the first one. */
void stream_open(int input, int output, uint32_t process);

/* Notes there, which another process may share, when this one read a frame last, from now on; and
 * what time that is now: milliseconds, of which only differences mean something. */
void stream_tell(volatile unsigned *asked);
unsigned stream_now(void);

/* The number that the harness knows this process by. */
uint32_t stream_process(void);

/* The ends, for a program that goes on with them. */
int stream_input(void);
int stream_output(void);

/* Reads a frame, whose body lives until the next one; 0 at the end of the stream, -1 after a
 * complaint. */
int stream_read(struct frame_header *header, struct frame *body);

/* Begins an answer and ends it. Nobody else writes in between. */
struct frame answer_begin(void);
void answer_end(struct frame *frame, enum frame_type type, uint32_t id);

/* Passes a whole frame of another process on. */
void stream_pass(const void *bytes, size_t count);

/* Says what cannot be understood or done, here and to the other side. Gives false. */
bool complain(const char *what);

/* Keeps everybody from writing, across a fork() or until the end of the process. */
void stream_lock(void);
void stream_unlock(void);

/* Reads or writes all of these bytes of any descriptor; reading gives how many there were before
 * the end. */
size_t read_whole(int fd, void *bytes, size_t count);
bool write_whole(int fd, const void *bytes, size_t count);

#endif
