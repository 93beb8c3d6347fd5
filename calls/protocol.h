/* How calls travel to an agent and back: frames over a byte stream.
 *
 * A frame is its length (32 bits, of what follows), a type (8 bits), the number of a process (32
 * bits), an id (32 bits) and a body; all numbers are little-endian. Operations and constants travel
 * by their names and structures by their fields, so that the two sides may have different headers,
 * and different versions of this program: an operation or a constant that the other side does not
 * know is answered by LACKING. */
#ifndef SOCKSPEC_PROTOCOL_H
#define SOCKSPEC_PROTOCOL_H

#include "calls/call.h"
#include "calls/frame.h"

enum {
    PROTOCOL_VERSION = 3,
    FRAME_HEADER = 13,
    FRAME_MOST = 1 << 20, /* the longest frame, in bytes, header excluded */
};

enum frame_type {
    FRAME_HELLO = 1, /* agent: version, what it is, what it lacks */
    FRAME_CALL,      /* harness: perform, then answer with the same id */
    FRAME_BEGIN,     /* harness: the same on a thread of its own */
    FRAME_RESULT,    /* agent */
    FRAME_INTERRUPT, /* harness: interrupt the begun call of this id; no answer */
    FRAME_ASK,       /* harness: does the begun call that the body names wait? */
    FRAME_ANSWER,    /* agent: enum waiting */
    FRAME_NEXT,    /* harness: the next case, on a fresh process; the agent says hello again. Over a
                      connection that is one case's it is the end, and the agent closes first */
    FRAME_DIED,    /* agent: the process of the case was ended by the signal in the body */
    FRAME_ERROR,   /* agent: a text; it understood nothing and ends */
    FRAME_ISOLATE, /* harness: both sides of this case are inside, may they have a network of their
                      own? Answered by 1 if the process has one from now on, else 0 */
    FRAME_TROUBLE, /* agent: a text; it could not begin the call of this id, for want of a thread */
    FRAME_TOKEN, /* agent, before its hello: a challenge; harness: the answer of who knows the token
                    (token.h); both are bytes that are no frame's fields */
    FRAME_TYPES
};

enum waiting { WAITING_NO, WAITING_YES, WAITING_UNKNOWN };

/* What an agent says first. */
struct hello {
    int version;
    char system[128]; /* "Linux 6.1.0 x86_64" */
    char libc[512];   /* "glibc 2.36 of /lib/libc.so.6", and what was loaded before it */
    char lacks[8192]; /* what it does not have, names separated by blanks: see hosts/host.h */
};

struct frame_header {
    enum frame_type type;
    uint32_t process; /* whom it is for or from: 0, or what fork() gave */
    uint32_t id;
};

/* Completes the frame whose body was written from offset FRAME_HEADER on, and returns its whole
 * length. */
size_t frame_complete(struct frame *frame, const struct frame_header *header);

/* Reads a header. Returns the length of the body, or -1 if it is none. */
int frame_read_header(const unsigned char bytes[FRAME_HEADER], struct frame_header *header);

void frame_put_hello(struct frame *frame, const struct hello *hello);
void frame_get_hello(struct frame *frame, struct hello *hello);

/* A call before it ran. The blocks of one that was read are the call's own: release it with
 * call_release(). Reading gives false for what makes no sense; *known is false for a call that this
 * side has no operation or constant for. */
void frame_put_call(struct frame *frame, const struct call *call);
bool frame_get_call(struct frame *frame, struct call *call, bool *known);

/* What a call gave, of one that was read: there is room behind its blocks that shows who wrote
 * beyond them. Reading fills in the result and the out blocks of the call as it was sent;
 * false if that makes no sense. */
void frame_put_result(struct frame *frame, const struct call *call);
bool frame_get_result(struct frame *frame, struct call *call);

#endif
