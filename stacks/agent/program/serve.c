#include "stacks/agent/program/agent.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER = WIRE_FRAME, BEGUN = 16, CONFUSED = 3 };

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

/* How many bytes there were before the end of the stream, if not all. */
static size_t read_all(void *bytes, size_t count)
{
    size_t done = 0;
    while (done < count) {
        ssize_t n = read(agent.input, (char *)bytes + done, count - done);
        if (n == 0 || (n < 0 && errno != EINTR))
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    return done;
}

/* False if nobody listens any more. */
static bool write_all(const void *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        ssize_t n = write(agent.output, (const char *)bytes + done, count - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Begins an answer; finish with end_answer(). Holds the lock in between. */
static struct wire begin_answer(void)
{
    pthread_mutex_lock(&agent.writing);
    return (struct wire){.bytes = agent.answer, .size = sizeof agent.answer, .at = WIRE_HEADER};
}

static void end_answer(struct wire *wire, enum wire_type type, uint32_t id)
{
    if (!write_all(wire->bytes, wire_frame(wire, type, id)) && type != WIRE_ERROR)
        _exit(0);
    pthread_mutex_unlock(&agent.writing);
}

/* Says what cannot be understood or done, here and to the other side. Returns false. */
static bool complain(const char *what)
{
    fprintf(stderr, "sockspec-agent: %s\n", what);
    struct wire wire = begin_answer();
    size_t length = strlen(what);
    memcpy(wire.bytes + wire.at, what, length);
    wire.at += length;
    end_answer(&wire, WIRE_ERROR, 0);
    return false;
}

static void answer_call(uint32_t id, const struct call *call)
{
    struct wire wire = begin_answer();
    wire_put_result(&wire, call);
    if (wire.bad) {
        pthread_mutex_unlock(&agent.writing);
        complain("a result does not fit into a frame");
        _exit(CONFUSED);
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

static bool begin_task(uint32_t id, struct call *call)
{
    struct task *task = NULL;
    pthread_attr_t attributes;
    pthread_mutex_lock(&agent.listing);
    for (size_t i = 0; i < BEGUN && !task; i++)
        if (!agent.tasks[i].used)
            task = &agent.tasks[i];
    if (!task) {
        pthread_mutex_unlock(&agent.listing);
        wire_release(call);
        return complain("too many calls at once");
    }
    *task = (struct task){.id = id, .call = *call, .begun = {.status = -1}, .used = true};
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int error = pthread_create(&task->thread, &attributes, perform_task, task);
    pthread_attr_destroy(&attributes);
    task->used = !error;
    pthread_mutex_unlock(&agent.listing);
    if (!error)
        return true;
    wire_release(call);
    return complain("no thread for a call");
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

static bool answer_waiting(uint32_t id, struct wire *body)
{
    uint32_t about = wire_get_number(body);
    enum wire_waiting waiting = WAITING_NO;
    if (body->bad || body->at != body->size)
        return complain("a question that makes no sense");
    struct task *task = find_task(about);
    if (task && task->begun.inside) {
        waiting = implementation_waits(&task->begun);
        if (waiting == WAITING_YES && !task->begun.inside)
            waiting = WAITING_NO;
    }
    pthread_mutex_unlock(&agent.listing);
    struct wire wire = begin_answer();
    wire_put_number(&wire, waiting);
    end_answer(&wire, WIRE_ANSWER, id);
    return true;
}

/* ---- frames ---- */

static void answer_isolate(uint32_t id)
{
    uint32_t isolated = isolate();
    struct wire wire = begin_answer();
    wire_put_number(&wire, isolated);
    end_answer(&wire, WIRE_ANSWER, id);
}

static void hello(void)
{
    struct hello hello = {.version = WIRE_VERSION};
    implementation_describe(&hello);
    struct wire wire = begin_answer();
    wire_put_hello(&wire, &hello);
    end_answer(&wire, WIRE_HELLO, 0);
}

static bool take_call(enum wire_type type, uint32_t id, struct wire *body)
{
    struct call call;
    if (!wire_get_call(body, &call))
        return complain("a call that makes no sense");
    if (body->absent) /* no program here could make this call */
        call_fail(&call, ENOSYS);
    else if (type == WIRE_BEGIN)
        return begin_task(id, &call);
    else
        perform(&call);
    answer_call(id, &call);
    wire_release(&call);
    return true;
}

/* False after a complaint. */
static bool take(enum wire_type type, uint32_t id, struct wire *body)
{
    switch (type) {
    case WIRE_CALL:
    case WIRE_BEGIN:
        return take_call(type, id, body);
    case WIRE_ASK:
        return answer_waiting(id, body);
    case WIRE_INTERRUPT:
    case WIRE_ISOLATE:
    case WIRE_NEXT:
        if (body->size)
            return complain("a frame that makes no sense");
        if (type == WIRE_INTERRUPT)
            interrupt(id);
        if (type == WIRE_ISOLATE)
            answer_isolate(id);
        return true;
    default:
        return complain("a frame that an agent does not take");
    }
}

/* Reads a frame into agent.request; 0 at the end of the stream, -1 after a complaint. */
static int read_frame(enum wire_type *type, uint32_t *id, struct wire *body)
{
    unsigned char header[WIRE_HEADER];
    size_t there = read_all(header, sizeof header);
    if (there == 0)
        return 0;
    if (there == sizeof header) {
        int length = wire_header(header, type, id);
        if (length < 0) {
            complain("a frame that makes no sense");
            return -1;
        }
        *body = (struct wire){.bytes = agent.request, .size = (size_t)length};
        if (read_all(agent.request, body->size) == body->size)
            return 1;
    }
    complain("the stream ended within a frame");
    return -1;
}

enum agent_end agent_serve_case(int input, int output)
{
    agent.input = input;
    agent.output = output;
    hello();
    for (;;) {
        enum wire_type type;
        uint32_t id;
        struct wire body;
        int got = read_frame(&type, &id, &body);
        if (got == 0)
            return AGENT_GONE;
        if (got < 0 || !take(type, id, &body))
            return AGENT_CONFUSED;
        if (type == WIRE_NEXT)
            return AGENT_FOLLOWS;
    }
}

bool agent_serve(int input, int output)
{
    enum agent_end end = agent_serve_case(input, output);
    if (end == AGENT_CONFUSED)
        _exit(CONFUSED);
    /* Kept, so that no thread is in the middle of an answer when the process ends. */
    pthread_mutex_lock(&agent.writing);
    return end == AGENT_FOLLOWS;
}
