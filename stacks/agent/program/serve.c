#include "stacks/agent/program/agent.h"
#include "stacks/agent/program/confine.h"
#include "stacks/agent/program/family.h"
#include "stacks/agent/program/stream.h"
#include "stacks/agent/program/tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <signal.h>
#include <sys/prctl.h>
#endif

void end_with_parent(void)
{
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

int descriptor_away(int fd)
{
    /* Beyond what cases have, where there is room for that. */
    static const int least[] = {900, 200, 10};
    int moved = -1;
    for (size_t i = 0; i < sizeof least / sizeof *least && moved < 0; i++)
        moved = fcntl(fd, F_DUPFD, least[i]);
    if (moved >= 0)
        fcntl(moved, F_SETFD, FD_CLOEXEC);
    return moved;
}

void agent_enter_directory(void)
{
    const char *directory = getenv("SOCKSPEC_DIRECTORY");
    if (directory && chdir(directory) != 0)
        fprintf(stderr, "sockspec-agent: %s: %s\n", directory, strerror(errno));
}

static void answer_number(enum frame_type type, uint32_t id, int64_t number)
{
    struct frame frame = answer_begin();
    frame_put_number(&frame, number);
    answer_end(&frame, type, id);
}

static void say_hello(void)
{
    struct hello hello = {.version = PROTOCOL_VERSION};
    implementation_describe(&hello);
    size_t used = strlen(hello.lacks);
    struct text more = text_in(hello.lacks + used, sizeof hello.lacks - used);
    confine_describe(&more);
    struct frame frame = answer_begin();
    frame_put_hello(&frame, &hello);
    answer_end(&frame, FRAME_HELLO, 0);
}

/* Performs a call on this thread; gives whether this process is to answer it. */
static bool perform(struct call *call, uint32_t id)
{
    switch (call->operation) {
    case OP_FORK:
        if (implementation_forks())
            return family_fork(call);
        call_fail(call, LACKING);
        return true;
    case OP_EXEC:
        if (implementation_forks())
            family_exec(call, id);
        else
            call_fail(call, LACKING);
        return true;
    case OP_AWAIT_CHILD:
        family_await(call);
        return true;
    default:
        task_perform(call);
        return true;
    }
}

static bool take_call(const struct frame_header *header, struct frame *body)
{
    struct call call;
    bool known;
    if (!frame_get_call(body, &call, &known))
        return complain("a call that makes no sense");
    known = known && confine_allows(&call);
    if (known && header->type == FRAME_BEGIN) {
        task_begin(header->id, &call);
        return true;
    }
    bool answer = true;
    if (known)
        answer = perform(&call, header->id);
    else /* no program here could make this call, or this one may not */
        call_fail(&call, LACKING);
    if (answer)
        task_answer(header->id, &call);
    call_release(&call);
    return true;
}

static bool take_question(const struct frame_header *header, struct frame *body)
{
    uint32_t about = (uint32_t)frame_get_count(body, UINT32_MAX);
    if (body->bad || body->at != body->size)
        return complain("a question that makes no sense");
    answer_number(FRAME_ANSWER, header->id, task_waits(about));
    return true;
}

/* False after a complaint. */
static bool take(const struct frame_header *header, struct frame *body)
{
    switch (header->type) {
    case FRAME_CALL:
    case FRAME_BEGIN:
        return take_call(header, body);
    case FRAME_ASK:
        return take_question(header, body);
    case FRAME_INTERRUPT:
    case FRAME_ISOLATE:
    case FRAME_NEXT:
        if (body->size)
            return complain("a frame that makes no sense");
        if (header->type == FRAME_INTERRUPT)
            task_interrupt(header->id);
        if (header->type == FRAME_ISOLATE)
            answer_number(FRAME_ANSWER, header->id, isolate());
        return true;
    default:
        return complain("a frame that an agent does not take");
    }
}

enum agent_end agent_continue(void)
{
    for (;;) {
        struct frame_header header;
        struct frame body;
        int got = stream_read(&header, &body);
        if (got == 0)
            return AGENT_GONE;
        if (got < 0)
            return AGENT_CONFUSED;
        if (header.process != stream_process())
            family_pass(&header, &body);
        else if (!take(&header, &body))
            return AGENT_CONFUSED;
        else if (header.type == FRAME_NEXT)
            return AGENT_FOLLOWS;
    }
}

enum agent_end agent_serve_case(int input, int output)
{
    stream_open(input, output, 0);
    say_hello();
    return agent_continue();
}

bool agent_serve(int input, int output)
{
    enum agent_end end = agent_serve_case(input, output);
    if (end == AGENT_CONFUSED)
        _exit(CONFUSED);
    /* Kept, so that no thread is in the middle of an answer when the process ends. */
    stream_lock();
    return end == AGENT_FOLLOWS;
}
