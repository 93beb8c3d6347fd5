#include "harness/dialogue.h"

#include "wire/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line of the transcript, or a frame. */
struct event {
    int64_t time;
    size_t order; /* as they were noted: for events of the same time */
    const char *line;
    size_t length; /* of the line */
    const struct captured *frame;
};

static int compare(const void *a, const void *b)
{
    const struct event *one = a, *other = b;
    if (one->time != other->time)
        return one->time < other->time ? -1 : 1;
    return one->order < other->order ? -1 : one->order > other->order;
}

/* A frame that lies within the capture, as nobody's word but the case's own says. */
static bool is_sound(const struct captured *frame)
{
    return frame->at <= CAPTURE_SIZE && frame->length <= CAPTURE_SIZE - frame->at;
}

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* All events in order; gives how many there are. The caller frees them. */
static size_t collect(const struct record *record, struct event **events)
{
    size_t lines = least_of(record->lines, TRANSCRIPT_LINES), count = 0;
    size_t frames = least_of(record->frames, FRAMES_KEPT);
    size_t used = strnlen(record->transcript, TRANSCRIPT_SIZE - 1);
    struct event *all = calloc(lines + frames + 1, sizeof *all);
    if (!all)
        abort();
    for (size_t i = 0; i < lines; i++) {
        size_t at = record->line[i].at;
        size_t end = i + 1 < lines ? record->line[i + 1].at : used;
        if (at < end && end <= used)
            all[count++] = (struct event){.time = record->line[i].time,
                                          .order = i,
                                          .line = record->transcript + at,
                                          .length = end - at};
    }
    for (size_t i = 0; i < frames; i++)
        if (is_sound(&record->frame[i]))
            all[count++] = (struct event){
                .time = record->frame[i].time, .order = i, .frame = &record->frame[i]};
    qsort(all, count, sizeof *all, compare);
    *events = all;
    return count;
}

static void print_frame(FILE *stream, const struct record *record, const struct captured *frame,
                        struct flows *flows)
{
    char line[512];
    struct packet packet = packet_decode(record->capture + frame->at, frame->length);
    if (frame->hidden)
        return;
    flows_note(flows, &packet);
    packet_line(&packet, flows, line, sizeof line);
    fprintf(stream, "%s %s\n", frame->from_iut ? "<-  " : "->  ", line);
}

char *dialogue_text(const struct record *record)
{
    struct event *events;
    struct flows flows = {.count = 0};
    char *text;
    size_t size, count;
    if (!record->frames)
        return strndup(record->transcript, strnlen(record->transcript, TRANSCRIPT_SIZE - 1));
    count = collect(record, &events);
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        abort();
    for (size_t i = 0; i < count; i++)
        if (events[i].frame)
            print_frame(stream, record, events[i].frame, &flows);
        else
            fwrite(events[i].line, 1, events[i].length, stream);
    fclose(stream);
    free(events);
    return text;
}

/* ---- a capture ---- */

static void *copy(const void *bytes, size_t size)
{
    void *made = malloc(size + 1);
    if (!made)
        abort();
    return memcpy(made, bytes, size);
}

/* Adds a line of the transcript to a comment, without its end. */
static void add_comment(char **comment, const char *line, size_t length)
{
    size_t used = *comment ? strlen(*comment) : 0;
    while (length && line[length - 1] == '\n')
        length--;
    char *longer = realloc(*comment, used + length + 2);
    if (!longer)
        abort();
    if (used)
        longer[used++] = '\n';
    memcpy(longer + used, line, length);
    longer[used + length] = '\0';
    *comment = longer;
}

struct capture *capture_of(const struct record *record)
{
    struct event *events;
    char *comment = NULL;
    if (!record->frames)
        return NULL;
    size_t count = collect(record, &events);
    struct capture *capture = calloc(1, sizeof *capture);
    if (!capture || !(capture->frame = calloc(count + 1, sizeof *capture->frame)))
        abort();
    for (size_t i = 0; i < count; i++) {
        const struct captured *frame = events[i].frame;
        if (!frame) {
            add_comment(&comment, events[i].line, events[i].length);
            continue;
        }
        capture->frame[capture->count++] =
            (struct captured_frame){.time = frame->time,
                                    .from_iut = frame->from_iut,
                                    .length = frame->length,
                                    .bytes = copy(record->capture + frame->at, frame->length),
                                    .before = comment};
        comment = NULL;
    }
    if (comment && capture->count) {
        struct captured_frame *last = &capture->frame[capture->count - 1];
        add_comment(&last->before, comment, strlen(comment));
    }
    free(comment);
    free(events);
    return capture;
}

void capture_free(struct capture *capture)
{
    for (size_t i = 0; capture && i < capture->count; i++) {
        free(capture->frame[i].bytes);
        free(capture->frame[i].before);
    }
    if (capture)
        free(capture->frame);
    free(capture);
}
