/* The order in which what a run repeats is given out: job by job, then all once more. */
#ifndef SOCKSPEC_QUEUE_H
#define SOCKSPEC_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue {
    size_t *jobs; /* of one repetition */
    size_t count, room;
    size_t taken, total; /* over all repetitions */
    size_t every;        /* jobs of the run in a repetition, others' too */
    size_t *returned;    /* ordinals that were taken and come first */
    size_t returned_count, returned_room;
};

/* Adds a job, before any is taken. Aborts without memory, as queue_return() does. */
void queue_add(struct queue *queue, size_t job);

/* No more are added: each is to be had so many times, and a run has so many jobs. */
void queue_fill(struct queue *queue, unsigned repeat, size_t every);

/* How many are left. */
size_t queue_left(const struct queue *queue);

/* The ordinal in the run that comes next, of those that are left; and taking it. */
size_t queue_next(const struct queue *queue);
size_t queue_take(struct queue *queue);

/* Gives one back, to be the next. */
void queue_return(struct queue *queue, size_t ordinal);

void queue_free(struct queue *queue);

#endif
