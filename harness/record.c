#include "harness/record.h"

#include "calls/clock.h"
#include "calls/text.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* Guards the transcript and the slots against the threads of one case; others read only when
 * the case is over. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct record *record_create(void)
{
    void *memory = mmap(NULL, sizeof(struct record), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void record_free(struct record *record)
{
    munmap(record, sizeof *record);
}

void record_reset(struct record *record)
{
    memset(record, 0, offsetof(struct record, transcript) + 1);
}

static void append(char *text, size_t size, const char *format, va_list list)
{
    size_t used = strnlen(text, size - 1);
    vsnprintf(text + used, size - used, format, list);
}

void record_observe(struct record *record, const char *format, ...)
{
    va_list list;
    if (record->observations >= OBSERVATIONS)
        return;
    char *part = record->part[record->observations];
    part[0] = '\0';
    va_start(list, format);
    append(part, PART_SIZE, format, list);
    va_end(list);
    record->observations++;
}

size_t record_parts(const struct record *record, const char *parts[OBSERVATIONS])
{
    size_t count = record->observations < OBSERVATIONS ? record->observations : OBSERVATIONS;
    for (size_t i = 0; i < count; i++)
        parts[i] = memchr(record->part[i], '\0', PART_SIZE) ? record->part[i] : "";
    return count;
}

void record_observed(const struct record *record, char *text, size_t size)
{
    const char *parts[OBSERVATIONS];
    size_t count = record_parts(record, parts);
    struct text all = text_in(text, size);
    for (size_t i = 0; i < count; i++)
        text_add(&all, i ? " then %s" : "%s", parts[i]);
}

void record_reason(struct record *record, const char *format, ...)
{
    va_list list;
    record->reason[0] = '\0';
    va_start(list, format);
    append(record->reason, REASON_SIZE, format, list);
    va_end(list);
}

void record_line(struct record *record, const char *format, ...)
{
    char line[2 * CALL_TEXT_SIZE + 128];
    va_list list;
    va_start(list, format);
    int n = vsnprintf(line, sizeof line, format, list);
    va_end(list);
    if (n < 0)
        return;
    size_t length = (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;

    pthread_mutex_lock(&lock);
    if (record->transcript_used + length + 2 > TRANSCRIPT_SIZE) {
        record->truncated = true;
    } else {
        if (record->lines < TRANSCRIPT_LINES) {
            record->line[record->lines].time = clock_now();
            record->line[record->lines++].at = (uint32_t)record->transcript_used;
        }
        memcpy(record->transcript + record->transcript_used, line, length);
        record->transcript_used += length;
        record->transcript[record->transcript_used++] = '\n';
        record->transcript[record->transcript_used] = '\0';
    }
    pthread_mutex_unlock(&lock);
}

void record_frame(struct record *record, const struct captured *about, const void *frame)
{
    pthread_mutex_lock(&lock);
    if (record->frames < FRAMES_KEPT && record->capture_used + about->length <= CAPTURE_SIZE) {
        struct captured *kept = &record->frame[record->frames];
        *kept = *about;
        kept->at = (uint32_t)record->capture_used;
        memcpy(record->capture + record->capture_used, frame, about->length);
        record->capture_used += about->length;
        record->frames++;
    } else {
        record->truncated = true;
    }
    pthread_mutex_unlock(&lock);
}

_Static_assert(OPERATIONS_COUNT <= 128, "struct operations has a bit for each");

void operations_add(struct operations *set, enum operation operation)
{
    set->bits[operation / 64] |= UINT64_C(1) << operation % 64;
}

bool operations_has(const struct operations *set, enum operation operation)
{
    return set->bits[operation / 64] >> operation % 64 & 1;
}

int record_enter(struct record *record, bool iut, bool begun, const char *text)
{
    int slot = -1;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < CALLS_AT_ONCE && slot < 0; i++)
        if (!record->under_way[i].active)
            slot = i;
    if (slot >= 0) {
        struct call_under_way *call = &record->under_way[slot];
        snprintf(call->text, sizeof call->text, "%s", text);
        call->iut = iut;
        call->begun = begun;
        call->active = true;
    }
    pthread_mutex_unlock(&lock);
    return slot;
}

void record_leave(struct record *record, int slot)
{
    if (slot < 0)
        return;
    pthread_mutex_lock(&lock);
    record->under_way[slot].active = false;
    pthread_mutex_unlock(&lock);
}

void record_await(struct record *record, bool iut, const char *text)
{
    snprintf(record->awaited.text, sizeof record->awaited.text, "%s", text);
    record->awaited.iut = iut;
    record->awaited.begun = true;
    record->awaited.active = true;
}

void record_await_none(struct record *record)
{
    record->awaited.active = false;
}

static int weight(const struct call_under_way *call)
{
    return 2 * !call->begun + (call->iut != 0);
}

static const struct call_under_way *heaviest(const struct record *record, bool iut_alone)
{
    const struct call_under_way *found = NULL;
    for (int i = 0; i < CALLS_AT_ONCE; i++) {
        const struct call_under_way *call = &record->under_way[i];
        if (call->active && (call->iut || !iut_alone) && (!found || weight(call) > weight(found)))
            found = call;
    }
    return found;
}

const struct call_under_way *record_unfinished(const struct record *record)
{
    const struct call_under_way *found = heaviest(record, false);
    return record->awaited.active && (!found || found->begun) ? &record->awaited : found;
}

const struct call_under_way *record_unfinished_of_iut(const struct record *record)
{
    bool awaited = record->awaited.active && record->awaited.iut;
    const struct call_under_way *found = heaviest(record, true);
    return awaited && (!found || found->begun) ? &record->awaited : found;
}
