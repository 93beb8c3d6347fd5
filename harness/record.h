/* What a case leaves behind: written by the case's process, read by the coordinator.
 *
 * The record lies in memory that both share, so it holds what was observed until the moment at
 * which a case crashed, hung or was killed. The reader trusts none of it: texts end within their
 * array, numbers are checked, flags are bytes that any value fits. */
#ifndef SOCKSPEC_RECORD_H
#define SOCKSPEC_RECORD_H

#include "calls/operations.h"
#include "harness/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OBSERVATIONS = 9, /* parts */
    PART_SIZE = 192,
    OBSERVED_SIZE = OBSERVATIONS * (PART_SIZE + 6),
    SYSTEM_SIZE = 640,
    REASON_SIZE = 1024,
    TRANSCRIPT_SIZE = 32768,
    TRANSCRIPT_LINES = 1024,
    FRAMES_KEPT = 1024,
    CAPTURE_SIZE = 262144,
    CALL_TEXT_SIZE = 256,
    CALLS_AT_ONCE = 8,
    WHERE_SIZE = 128,
    RULE_ID_SIZE = 96,
};

/* A set of operations. */
struct operations {
    uint64_t bits[2];
};

/* A call that was begun and has not returned. */
struct call_under_way {
    unsigned char active;
    unsigned char iut;
    unsigned char begun; /* on a thread of its own */
    char text[CALL_TEXT_SIZE];
};

/* A frame that passed the line. */
struct captured {
    int64_t time;        /* of clock_now() */
    uint32_t at, length; /* its bytes in the capture */
    unsigned char from_iut;
    unsigned char hidden; /* a marker, which a transcript does not show */
};

struct record {
    unsigned char finished;    /* the case's process reached its end */
    unsigned char entered;     /* the case's own code has begun */
    unsigned char broken;      /* a precondition failed */
    unsigned char skipped;     /* the case left itself out */
    unsigned char hung;        /* a call of the IUT outlived its deadline */
    unsigned char deviated;    /* CUnit holds a failed assertion about what was observed */
    unsigned char trouble;     /* enum trouble: what ended the case from within a door */
    unsigned char net_altered; /* 1: neighbours were changed, 2: links, addresses or routes too */
    unsigned char truncated;   /* the transcript was longer than there is room */
    unsigned observations;     /* parts */
    struct operations used;    /* performed on the IUT */
    int64_t case_nanoseconds;
    char system[SYSTEM_SIZE]; /* what the implementation says that it is */
    char part[OBSERVATIONS][PART_SIZE];
    char because_of[RULE_ID_SIZE]; /* the rule that a failed precondition stands on; or empty */
    char trouble_text[REASON_SIZE / 2];
    char reason[REASON_SIZE];
    char where[WHERE_SIZE]; /* file:line of the last observation or precondition */
    struct call_under_way under_way[CALLS_AT_ONCE];
    struct call_under_way awaited; /* the begun call that the case itself waits for */
    char no_line[128];             /* why there is no line; empty if there is one */
    size_t frames, capture_used;
    size_t lines; /* of the transcript */
    size_t transcript_used;
    char transcript[TRANSCRIPT_SIZE];
    struct {
        int64_t time;
        uint32_t at; /* where it begins */
    } line[TRANSCRIPT_LINES];
    struct captured frame[FRAMES_KEPT];
    unsigned char capture[CAPTURE_SIZE];
};

/* A record in memory that children of this process share. NULL with errno on failure. */
struct record *record_create(void);

void record_free(struct record *record);

/* Empties a record for the next case. */
void record_reset(struct record *record);

/* Adds a part to the observation or sets the reason, with printf's format. Both cut what does not
 * fit; what comes after the last part that fits is left out. */
void record_observe(struct record *record, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void record_reason(struct record *record, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The parts of the observation, with an end to each; gives how many there are. */
size_t record_parts(const struct record *record, const char *parts[OBSERVATIONS]);

/* All of them as one text, joined by " then ". */
void record_observed(const struct record *record, char *text, size_t size);

/* Appends a line to the transcript; safe from several threads of a case. */
void record_line(struct record *record, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Keeps a frame, with its time, length and direction; what does not fit is left out. */
void record_frame(struct record *record, const struct captured *about, const void *frame);

void operations_add(struct operations *set, enum operation operation);
bool operations_has(const struct operations *set, enum operation operation);

/* Marks a call as under way; returns its slot, or -1 if all are taken. */
int record_enter(struct record *record, bool iut, bool begun, const char *text);
void record_leave(struct record *record, int slot);

/* Says which begun call the case waits for, and that it does no more. */
void record_await(struct record *record, bool iut, const char *text);
void record_await_none(struct record *record);

/* The call that was under way when the case ended: the one that the case itself was in or waited
 * for, else one that it had begun, the IUT's first; NULL if there was none. */
const struct call_under_way *record_unfinished(const struct record *record);

/* The same of the IUT alone, whose process has ended: whatever call the peer was in. */
const struct call_under_way *record_unfinished_of_iut(const struct record *record);

#endif
