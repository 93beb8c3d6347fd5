/* How calls travel to an agent and back: frames over a byte stream.
 *
 * A frame is a length (32 bits, of what follows), a type (8 bits), an id (32 bits) and a body; all
 * numbers are little-endian. Families, types, options, flags, signals and errors travel as the
 * suite's own codes (their place in harness/symbols.c), so that the two sides may have different
 * headers; a value without a name travels as it is. */
#ifndef SOCKSPEC_WIRE_H
#define SOCKSPEC_WIRE_H

#include "hosts/host.h"

#include <stdbool.h>

enum {
    WIRE_VERSION = 2,
    WIRE_HEADER = 9,
    WIRE_FRAME = 1 << 20, /* the longest frame, in bytes, header excluded */
    WIRE_NAME = 128,      /* a struct sockaddr_storage */
    WIRE_READY = 256,     /* the most descriptors of a poll() */
};

enum wire_type {
    WIRE_HELLO = 1, /* agent: version, what it is, what it lacks */
    WIRE_CALL,      /* harness: perform, then answer with the same id */
    WIRE_BEGIN,     /* harness: the same on a thread of its own */
    WIRE_RESULT,    /* agent */
    WIRE_INTERRUPT, /* harness: interrupt the begun call of this id; no answer */
    WIRE_ASK,       /* harness: does the begun call that the body names wait? */
    WIRE_ANSWER,    /* agent: enum wire_waiting */
    WIRE_NEXT,    /* harness: the next case, on a fresh process; the agent says hello again. Over a
                     connection that is one case's it is the end, and the agent closes first */
    WIRE_DIED,    /* agent: the process of the case was ended by the signal in the body */
    WIRE_ERROR,   /* agent: a text; it understood nothing and ends */
    WIRE_ISOLATE, /* harness: both sides of this case are inside, may they have a network of their
                     own? Answered by 1 if the process has one from now on, else 0 */
};

enum wire_waiting { WAITING_NO, WAITING_YES, WAITING_UNKNOWN };

struct hello {
    unsigned version;
    unsigned lacks;   /* LACKS_ bits of harness/host.h */
    char system[128]; /* "Linux 6.1.0" */
    char libc[64];
};

/* A body being written or read. Reading beyond the end or writing beyond the room sets bad, and
 * gives zeros. */
struct wire {
    unsigned char *bytes;
    size_t size; /* room, or bytes to read */
    size_t at;
    bool bad;
    bool absent; /* something was read that this platform has no constant for */
};

/* Completes the frame in wire->bytes, whose body was written from offset WIRE_HEADER on, and
 * returns its whole length. */
size_t wire_frame(struct wire *wire, enum wire_type type, uint32_t id);

/* Reads a header. Returns the length of the body, or -1 if it is none. */
int wire_header(const unsigned char header[WIRE_HEADER], enum wire_type *type, uint32_t *id);

void wire_put_hello(struct wire *wire, const struct hello *hello);
void wire_get_hello(struct wire *wire, struct hello *hello);

void wire_put_number(struct wire *wire, uint32_t number);
uint32_t wire_get_number(struct wire *wire);

/* A call before it ran. The blocks of one that was read are the call's own: release it with
 * wire_release(). */
void wire_put_call(struct wire *wire, const struct call *call);
bool wire_get_call(struct wire *wire, struct call *call);
void wire_release(struct call *call);

/* What a call gave. Reading fills in the result and the out blocks of the call as it was sent;
 * false if that is nothing that this call can give. */
void wire_put_result(struct wire *wire, const struct call *call);
bool wire_get_result(struct wire *wire, struct call *call);

#endif
