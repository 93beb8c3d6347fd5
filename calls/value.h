/* The types of what options, control data and requests take and give: which fields a value has, so
 * that it can be printed, checked, and sent to a platform with another layout. */
#ifndef SOCKSPEC_VALUE_H
#define SOCKSPEC_VALUE_H

#include "calls/frame.h"
#include "calls/text.h"

/* The most bytes of a value that there really are, whatever length a call says. */
enum { VALUE_MOST = 1 << 16, VALUE_FIELDS = 10 };

enum value_id {
    VALUE_BYTES, /* the same everywhere: text, or options as they are on the wire */
    VALUE_TEXT,
    VALUE_INT,
    VALUE_BYTE,
    VALUE_UNSIGNED16,
    VALUE_UNSIGNED,
    VALUE_UNSIGNED64,
    VALUE_NETWORK, /* 32 bits in network order */
    VALUE_ERROR,
    VALUE_SOCKET_TYPE,
    VALUE_FAMILY,
    VALUE_PROTOCOL,
    VALUE_LINGER,
    VALUE_TIMEVAL,
    VALUE_TIMESPEC,
    VALUE_TIMESPECS,
    VALUE_IPV4,
    VALUE_MREQ,
    VALUE_MREQN,
    VALUE_MREQ_SOURCE,
    VALUE_IPV6_MREQ,
    VALUE_PKTINFO,
    VALUE_PKTINFO6,
    VALUE_CREDENTIALS,
    VALUE_NAME4,
    VALUE_NAME6,
    VALUE_MTU_INFO,
    VALUE_EXTENDED_ERROR4, /* with the offender's name */
    VALUE_EXTENDED_ERROR6,
    VALUE_TCP_INFO,
    VALUE_DESCRIPTORS,
    VALUE_INTERFACE_NUMBER, /* struct ifreq, by what it is used for */
    VALUE_INTERFACE_FLAGS,
    VALUE_INTERFACE_NAME,
    VALUE_TYPES
};

enum field_kind {
    FIELD_NUMBER,
    FIELD_UNSIGNED,
    FIELD_NETWORK,
    FIELD_HALVES, /* two bit-fields of 4 bits in a byte, laid out in the machine's order */
    FIELD_MICROSECONDS,
    FIELD_NANOSECONDS,
    FIELD_ADDRESS, /* of 4 or 16 bytes */
    FIELD_ERROR,
    FIELD_SOCKET_TYPE,
    FIELD_FAMILY,
    FIELD_PROTOCOL,
    FIELD_TEXT, /* ends with a NUL, or with the field */
    FIELD_NAME, /* a struct sockaddr */
};

struct value_field {
    enum field_kind kind;
    uint32_t offset;
    uint32_t size;  /* of each, in bytes; of a number 1, 2, 4 or 8 */
    uint32_t count; /* how many of them stand behind each other; 0 ends the fields */
};

struct value_type {
    const char
        *name;     /* as frames call it: it never changes; NULL: this platform has no such type */
    uint32_t size; /* on this platform; 0: any, the bytes are the same everywhere */
    bool repeats;  /* the value is as many of them as its length has room for */
    bool grows;    /* newer systems have more behind it */
    struct value_field field[VALUE_FIELDS];
};

const struct value_type *value_type(enum value_id id);

/* How many bytes there are of a value whose length is said to be this. A length that no value has
 * (a negative one) says nothing: there are as many as the type has. Beyond what the type has
 * nobody looks. */
size_t value_there(const struct value_type *type, uint32_t length);

/* Whether a value that is not cut can have this length. */
bool value_has_length(const struct value_type *type, uint32_t length);

/* Prints "[1]" or "{1, 0}". */
void value_print(struct text *text, const struct value_type *type, const void *bytes, size_t there);

/* Says what is wrong with a whole value that an implementation gave. */
void value_check(struct text *why, const struct value_type *type, const void *bytes, size_t there);

/* On the way: which type it is and its length, in terms of what the type's size is on either side;
 * then its fields, or the bytes of one that is cut short. Reading gives how many bytes there are of
 * it, at most the room. */
void put_value_type(struct frame *frame, const struct value_type *type, uint32_t length);
const struct value_type *get_value_type(struct frame *frame, uint32_t *length);
void put_value(struct frame *frame, const struct value_type *type, const void *bytes, size_t there);
size_t get_value(struct frame *frame, const struct value_type *type, void *bytes, size_t room);

#endif
