#include "stacks/agent/program/tasks.h"

#include "calls/perform.h"
#include "stacks/agent/program/agent.h"
#include "stacks/agent/program/stream.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

enum { BEGUN = 64 };

struct task {
    pthread_t thread;
    uint32_t id;
    struct call call;
    struct begun begun;
    bool used;
};

static pthread_mutex_t listing = PTHREAD_MUTEX_INITIALIZER;
static struct task tasks[BEGUN];
static size_t known; /* the first so many of which have ever been used */

static int64_t perform(void *context, struct call *call)
{
    (void)context;
    return implementation_perform(call);
}

void task_perform(struct call *call)
{
    call_run(call, perform, NULL);
}

void task_answer(uint32_t id, const struct call *call)
{
    struct frame frame = answer_begin();
    frame_put_result(&frame, call);
    if (frame.bad) {
        struct call failed = {.operation = call->operation, .error = NO_ERRNO};
        frame.bad = false;
        frame.at = FRAME_HEADER;
        frame_put_result(&frame, &failed);
    }
    answer_end(&frame, FRAME_RESULT, id);
}

static void *run(void *argument)
{
    struct task *task = argument;
    implementation_enter(&task->begun);
    task->begun.inside = true;
    task_perform(&task->call);
    task->begun.inside = false;
    pthread_mutex_lock(&listing);
    implementation_leave(&task->begun);
    struct call call = task->call;
    uint32_t id = task->id;
    task->used = false;
    pthread_mutex_unlock(&listing);
    task_answer(id, &call);
    call_release(&call);
    return NULL;
}

/* A free place in the list, which is locked; NULL without one. */
static struct task *free_task(void)
{
    for (size_t i = 0; i < known; i++)
        if (!tasks[i].used)
            return &tasks[i];
    return known < BEGUN ? &tasks[known++] : NULL;
}

static bool start(struct task *task)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int error = pthread_create(&task->thread, &attributes, run, task);
    pthread_attr_destroy(&attributes);
    return error == 0;
}

void task_begin(uint32_t id, const struct call *call)
{
    pthread_mutex_lock(&listing);
    struct task *task = free_task();
    if (task) {
        *task = (struct task){.id = id, .call = *call, .begun = {.status = -1}, .used = true};
        task->used = start(task);
    }
    bool started = task && task->used;
    pthread_mutex_unlock(&listing);
    if (started)
        return;
    struct call release = *call;
    call_release(&release);
    struct frame frame = answer_begin();
    frame_put_text(&frame, "it has no thread for a call that may block");
    answer_end(&frame, FRAME_TROUBLE, id);
}

/* The task of a call, in the locked list; NULL if it has returned. */
static struct task *find(uint32_t id)
{
    for (size_t i = 0; i < known; i++)
        if (tasks[i].used && tasks[i].id == id)
            return &tasks[i];
    return NULL;
}

void task_interrupt(uint32_t id)
{
    pthread_mutex_lock(&listing);
    const struct task *task = find(id);
    if (task)
        pthread_kill(task->thread, SIGUSR1);
    pthread_mutex_unlock(&listing);
}

enum waiting task_waits(uint32_t id)
{
    enum waiting waiting = WAITING_NO;
    pthread_mutex_lock(&listing);
    const struct task *task = find(id);
    if (task && task->begun.inside) {
        waiting = implementation_waits(&task->begun);
        if (waiting == WAITING_YES && !task->begun.inside)
            waiting = WAITING_NO;
    }
    pthread_mutex_unlock(&listing);
    return waiting;
}

void tasks_lock(void)
{
    pthread_mutex_lock(&listing);
}

void tasks_unlock(void)
{
    pthread_mutex_unlock(&listing);
}

void tasks_forget(void)
{
    memset(tasks, 0, sizeof tasks);
}
