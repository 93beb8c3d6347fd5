#include "stacks/agent/program/agent.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER = WIRE_FRAME, BEGUN = 16 };

/* A begun call. */
struct task {
    pthread_t thread;
    uint32_t id;
    struct call call;
    struct begun begun;
    bool used;
};

static struct {
    int input, output;
    pthread_mutex_t writing, listing;
    struct task tasks[BEGUN];
    unsigned char request[WIRE_FRAME], answer[ANSWER];
} agent = {.writing = PTHREAD_MUTEX_INITIALIZER, .listing = PTHREAD_MUTEX_INITIALIZER};

/* 1 when all is there, 0 at the end of the stream. */
static int read_all(void *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        ssize_t n = read(agent.input, (char *)bytes + done, count - done);
        if (n == 0 || (n < 0 && errno != EINTR))
            return 0;
        done += n > 0 ? (size_t)n : 0;
    }
    return 1;
}

static void write_all(const void *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        ssize_t n = write(agent.output, (const char *)bytes + done, count - done);
        if (n < 0 && errno != EINTR)
            _exit(0); /* nobody listens any more */
        done += n > 0 ? (size_t)n : 0;
    }
}

/* Begins an answer; finish with end_answer(). Holds the lock in between. */
static struct wire begin_answer(void)
{
    pthread_mutex_lock(&agent.writing);
    return (struct wire){.bytes = agent.answer, .size = sizeof agent.answer, .at = WIRE_HEADER};
}

static void end_answer(struct wire *wire, enum wire_type type, uint32_t id)
{
    write_all(wire->bytes, wire_frame(wire, type, id));
    pthread_mutex_unlock(&agent.writing);
}

__attribute__((noreturn)) static void give_up(const char *what)
{
    struct wire wire = begin_answer();
    size_t length = strlen(what);
    memcpy(wire.bytes + wire.at, what, length);
    wire.at += length;
    end_answer(&wire, WIRE_ERROR, 0);
    fprintf(stderr, "sockspec-agent: %s\n", what);
    _exit(3);
}

static void answer_call(uint32_t id, const struct call *call)
{
    struct wire wire = begin_answer();
    wire_put_result(&wire, call);
    if (wire.bad) {
        pthread_mutex_unlock(&agent.writing);
        give_up("a result does not fit into a frame");
    }
    end_answer(&wire, WIRE_RESULT, id);
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void perform(struct call *call)
{
    int64_t begin = now();
    errno = 0;
    call->result = implementation_perform(call);
    call->error = call->result >= 0 ? 0 : errno > 0 ? errno : NO_ERRNO;
    call->nanoseconds = now() - begin;
}

/* ---- begun calls ---- */

static void *perform_task(void *argument)
{
    struct task *task = argument;
    implementation_enter(&task->begun);
    task->begun.inside = true;
    perform(&task->call);
    task->begun.inside = false;
    pthread_mutex_lock(&agent.listing);
    implementation_leave(&task->begun);
    task->used = false;
    struct call call = task->call;
    uint32_t id = task->id;
    pthread_mutex_unlock(&agent.listing);
    answer_call(id, &call);
    wire_release(&call);
    return NULL;
}

static void begin_task(uint32_t id, struct call *call)
{
    struct task *task = NULL;
    pthread_attr_t attributes;
    pthread_mutex_lock(&agent.listing);
    for (size_t i = 0; i < BEGUN && !task; i++)
        if (!agent.tasks[i].used)
            task = &agent.tasks[i];
    if (!task)
        give_up("too many calls at once");
    *task = (struct task){.id = id, .call = *call, .begun = {.status = -1}, .used = true};
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int error = pthread_create(&task->thread, &attributes, perform_task, task);
    pthread_attr_destroy(&attributes);
    pthread_mutex_unlock(&agent.listing);
    if (error)
        give_up("no thread for a call");
}

/* The task of a call, with the list locked; NULL if it has returned. */
static struct task *find_task(uint32_t id)
{
    pthread_mutex_lock(&agent.listing);
    for (size_t i = 0; i < BEGUN; i++)
        if (agent.tasks[i].used && agent.tasks[i].id == id)
            return &agent.tasks[i];
    return NULL;
}

static void interrupt(uint32_t id)
{
    struct task *task = find_task(id);
    if (task)
        pthread_kill(task->thread, SIGUSR1);
    pthread_mutex_unlock(&agent.listing);
}

static void answer_waiting(uint32_t id, struct wire *body)
{
    struct task *task = find_task(wire_get_number(body));
    enum wire_waiting waiting = WAITING_NO;
    if (task && task->begun.inside) {
        waiting = implementation_waits(&task->begun);
        if (waiting == WAITING_YES && !task->begun.inside)
            waiting = WAITING_NO;
    }
    pthread_mutex_unlock(&agent.listing);
    if (body->bad)
        give_up("a question without the call that it is about");
    struct wire wire = begin_answer();
    wire_put_number(&wire, waiting);
    end_answer(&wire, WIRE_ANSWER, id);
}

/* ---- frames ---- */

static void hello(void)
{
    struct hello hello = {.version = WIRE_VERSION};
    implementation_describe(&hello);
    struct wire wire = begin_answer();
    wire_put_hello(&wire, &hello);
    end_answer(&wire, WIRE_HELLO, 0);
}

static void take_call(enum wire_type type, uint32_t id, struct wire *body)
{
    struct call call;
    if (!wire_get_call(body, &call))
        give_up("a call that makes no sense");
    if (body->absent) { /* no program here could make this call */
        call_fail(&call, ENOSYS);
        answer_call(id, &call);
        wire_release(&call);
        return;
    }
    if (type == WIRE_BEGIN) {
        begin_task(id, &call);
        return;
    }
    perform(&call);
    answer_call(id, &call);
    wire_release(&call);
}

bool agent_serve(int input, int output)
{
    agent.input = input;
    agent.output = output;
    hello();
    for (;;) {
        unsigned char header[WIRE_HEADER];
        enum wire_type type;
        uint32_t id;
        if (!read_all(header, sizeof header))
            return false;
        int length = wire_header(header, &type, &id);
        if (length < 0)
            give_up("a frame that makes no sense");
        if (!read_all(agent.request, (size_t)length))
            return false;
        struct wire body = {.bytes = agent.request, .size = (size_t)length};
        switch (type) {
        case WIRE_CALL:
        case WIRE_BEGIN:
            take_call(type, id, &body);
            break;
        case WIRE_INTERRUPT:
            interrupt(id);
            break;
        case WIRE_ASK:
            answer_waiting(id, &body);
            break;
        case WIRE_NEXT:
            /* Kept, so that no thread is in the middle of an answer when the process ends. */
            pthread_mutex_lock(&agent.writing);
            return true;
        default:
            give_up("a frame that an agent does not take");
        }
    }
}
