#include "harness/queue.h"

#include <stdlib.h>

static void append(size_t **list, size_t *count, size_t *room, size_t value)
{
    if (*count == *room) {
        *room = *room ? 2 * *room : 64;
        *list = reallocarray(*list, *room, sizeof **list);
        if (!*list)
            abort();
    }
    (*list)[(*count)++] = value;
}

void queue_add(struct queue *queue, size_t job)
{
    append(&queue->jobs, &queue->count, &queue->room, job);
}

void queue_fill(struct queue *queue, unsigned repeat, size_t every)
{
    queue->total = queue->count * repeat;
    queue->every = every;
}

size_t queue_left(const struct queue *queue)
{
    return queue->total - queue->taken + queue->returned_count;
}

size_t queue_next(const struct queue *queue)
{
    if (queue->returned_count)
        return queue->returned[queue->returned_count - 1];
    return queue->taken / queue->count * queue->every + queue->jobs[queue->taken % queue->count];
}

size_t queue_take(struct queue *queue)
{
    size_t ordinal = queue_next(queue);
    if (queue->returned_count)
        queue->returned_count--;
    else
        queue->taken++;
    return ordinal;
}

void queue_return(struct queue *queue, size_t ordinal)
{
    append(&queue->returned, &queue->returned_count, &queue->returned_room, ordinal);
}

void queue_free(struct queue *queue)
{
    free(queue->jobs);
    free(queue->returned);
}
