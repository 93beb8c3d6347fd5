#include "harness/transcript.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct transcript {
    struct door door;
    const char *name; /* of the host */
    bool iut;
    struct record *record;
};

static void perform(struct door *door, struct call *call)
{
    struct transcript *transcript = (struct transcript *)door;
    char text[CALL_TEXT_SIZE], result[64];

    call_format(call, false, text, sizeof text);
    int slot = record_enter(transcript->record, transcript->iut, this_caller != NULL, text);
    door_perform(door->inner, call);
    record_leave(transcript->record, slot);

    call_check(call); /* what the host makes of it, so that it is shown */
    call_format(call, true, text, sizeof text);
    call_format_result(call, result, sizeof result);
    snprintf(last_spoken.text, sizeof last_spoken.text, "%s %s = %s", transcript->name, text,
             result);
    last_spoken.operation = call->operation;
    last_spoken.lacked = call->error == LACKING;
    if (transcript->iut)
        operations_add(&transcript->record->used, call->operation);
    record_line(transcript->record, "%-4s %s = %s <%" PRId64 " us>", transcript->name, text, result,
                call->nanoseconds / 1000);
}

static struct door *open_child(struct door *door, uint32_t process);

static void close_transcript(struct door *door)
{
    free(door);
}

static struct door *transcript_open(struct door *inner, const char *name, bool iut,
                                    struct record *record)
{
    static const struct door_operations operations = {
        .perform = perform, .child = open_child, .close = close_transcript};
    struct transcript *transcript = calloc(1, sizeof *transcript);
    if (!transcript)
        abort();
    transcript->door = (struct door){&operations, inner};
    transcript->name = name;
    transcript->iut = iut;
    transcript->record = record;
    return &transcript->door;
}

/* What a forked process does is written down as well. */
static struct door *open_child(struct door *door, uint32_t process)
{
    const struct transcript *parent = (struct transcript *)door;
    struct door *child = door_child(door->inner, process);
    return child ? transcript_open(child, "child", parent->iut, parent->record) : NULL;
}

void transcript_attach(struct host *host, struct record *record)
{
    host->door = transcript_open(host->door, host->name, host->iut, record);
}

const char *transcript_last(void)
{
    return last_spoken.text;
}

bool transcript_last_lacked(void)
{
    return last_spoken.lacked;
}

bool transcript_last_operation(enum operation *operation)
{
    *operation = last_spoken.operation;
    return last_spoken.text[0] != '\0';
}
