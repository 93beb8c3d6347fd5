#include "stacks/agent/agent.h"

#include "calls/clean_text.h"
#include "calls/clock.h"
#include "calls/protocol.h"
#include "calls/text.h"
#include "lab/diag.h"
#include "lab/namespace.h"
#include "stacks/agent/program/token.h"
#include "stacks/host/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A request that waits for its answer; on the stack of its thread. */
struct request {
    uint32_t id;
    uint32_t process;      /* of the agent's, whom it was sent to */
    struct call *call;     /* of a call: filled in by whoever reads the answer */
    struct caller *caller; /* of a begun one */
    uint32_t number;       /* of a question: the answer */
    bool answered;
    struct request *next;
};

struct agent {
    struct door door;
    struct tenant stream;
    int netns;
    char system[sizeof((struct hello *)NULL)->system + sizeof((struct hello *)NULL)->libc];
    char lacks[sizeof((struct hello *)NULL)->lacks + 64];
    bool own;   /* the agent ends with this door */
    bool ahead; /* what comes behind a frame is read with it: nobody else will read it */
    struct diag *diag;
    pthread_mutex_t lock; /* of everything below */
    pthread_cond_t change;
    pthread_mutex_t writing; /* of the output and its buffer */
    pthread_mutex_t reading; /* of the input, a frame at a time; kept by who closes the door */
    struct request *requests;
    uint32_t last_id;
    bool someone_reads;
    size_t there, taken; /* bytes in `in`; those of the frame that was read last */
    unsigned char out[FRAME_MOST], in[FRAME_HEADER + FRAME_MOST];
};

/* ---- the end of an agent ---- */

/* The agent is gone. One that closed its stream and lives on does not keep us. */
__attribute__((noreturn)) static void die_with(struct agent *agent, const char *how)
{
    int status;
    struct pollfd end = {.fd = agent->own ? pidfd_open(agent->stream.pid, 0) : -1,
                         .events = POLLIN};
    if (agent->own && poll(&end, 1, patience) == 1 &&
        waitpid(agent->stream.pid, &status, WNOHANG) == agent->stream.pid) {
        if (WIFSIGNALED(status))
            give_up(TROUBLE_CRASH, "SIG%s", signal_abbreviation(WTERMSIG(status)));
        give_up(TROUBLE_CRASH, "the implementation's process exited with status %d",
                WEXITSTATUS(status));
    }
    give_up(TROUBLE_TRANSPORT, "the agent's stream ended%s", how);
}

__attribute__((noreturn)) static void garbled(const char *what)
{
    give_up(TROUBLE_AGENT, "the agent sent %s", what);
}

/* ---- frames ---- */

/* Reads until so many bytes of a frame are there. The first may take as long as a call takes; the
 * rest was written with it. */
static void have_bytes(struct agent *agent, size_t count)
{
    struct pollfd rest = {.fd = agent->stream.input, .events = POLLIN};
    size_t most = agent->ahead ? sizeof agent->in : count;
    while (agent->there < count) {
        if (agent->there > 0 && poll(&rest, 1, patience) == 0)
            garbled("a part of a frame, and no more of it");
        ssize_t n = read(agent->stream.input, agent->in + agent->there, most - agent->there);
        if (n == 0 || (n < 0 && errno != EINTR))
            die_with(agent, agent->there > 0 ? " within a frame" : "");
        agent->there += n > 0 ? (size_t)n : 0;
    }
}

static void write_all(struct agent *agent, const void *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        ssize_t n = write(agent->stream.output, (const char *)bytes + done, count - done);
        if (n < 0 && errno != EINTR)
            die_with(agent, "");
        done += n > 0 ? (size_t)n : 0;
    }
}

/* A forked process has ended, by a signal or by itself (0): a crash for whoever waits for an answer
 * from it, unless that is what it was told to do. */
static void take_end_of_child(struct agent *agent, uint32_t process, int signal)
{
    for (struct request *request = agent->requests; request; request = request->next) {
        if (request->process != process || request->answered)
            continue;
        if (!request->call || request->call->operation != OP_KILL ||
            request->call->argument[0] != signal)
            give_up(TROUBLE_CRASH,
                    signal ? "SIG%s in a forked process" : "%sa forked process ended",
                    signal ? signal_abbreviation(signal) : "");
        call_succeed(request->call, 0);
        request->answered = true;
    }
}

/* What an agent sends of its own accord. */
static void take_news(struct agent *agent, const struct frame_header *header, struct frame *frame)
{
    char text[256];
    int64_t number;
    switch (header->type) {
    case FRAME_ERROR:
        give_up(TROUBLE_AGENT, "the agent says: %.*s", (int)frame->size,
                (const char *)frame->bytes);
    case FRAME_TROUBLE:
        frame_get_text(frame, text, sizeof text);
        give_up(TROUBLE_AGENT, "the agent says: %s", text);
    case FRAME_DIED:
        number = frame_get_number(frame);
        if (frame->bad || number < 0 || number >= NSIG)
            garbled("the end of its process by a signal that ends none");
        if (header->process == 0)
            give_up(TROUBLE_CRASH, "SIG%s", signal_abbreviation((int)number));
        take_end_of_child(agent, header->process, (int)number);
        return;
    default:
        return;
    }
}

/* Reads a frame into agent->in, where it stays until the next one is read. Whoever waits for a call
 * that its case has given up must not take in what is for the next case: it never gets beyond the
 * lock once the door is closed. */
static struct frame read_frame(struct agent *agent, struct frame_header *header)
{
    struct pollfd something = {.fd = agent->stream.input, .events = POLLIN};
    while (agent->there == agent->taken && poll(&something, 1, -1) < 0 && errno == EINTR)
        continue;
    pthread_mutex_lock(&agent->reading);
    agent->there -= agent->taken;
    memmove(agent->in, agent->in + agent->taken, agent->there);
    agent->taken = 0;
    have_bytes(agent, FRAME_HEADER);
    int length = frame_read_header(agent->in, header);
    if (length < 0)
        garbled("a frame that makes no sense");
    agent->taken = FRAME_HEADER + (size_t)length;
    have_bytes(agent, agent->taken);
    pthread_mutex_unlock(&agent->reading);
    return (struct frame){.bytes = agent->in + FRAME_HEADER, .size = (size_t)length};
}

/* Gives an answer to who waits for it. */
static void deliver(struct agent *agent, const struct frame_header *header, struct frame *frame)
{
    if (header->type == FRAME_ERROR || header->type == FRAME_TROUBLE ||
        header->type == FRAME_DIED) {
        take_news(agent, header, frame);
        return;
    }
    for (struct request *request = agent->requests; request; request = request->next) {
        if (request->id != header->id || request->process != header->process || request->answered)
            continue;
        if (request->call && header->type == FRAME_RESULT) {
            if (!frame_get_result(frame, request->call))
                garbled("a result that makes no sense");
        } else if (!request->call && header->type == FRAME_ANSWER) {
            request->number = (uint32_t)frame_get_count(frame, WAITING_UNKNOWN);
            if (frame->bad || frame->at != frame->size)
                garbled("an answer that makes no sense");
        } else {
            garbled("an answer to something else");
        }
        request->answered = true;
        return;
    }
    garbled("an answer that nobody waits for");
}

/* Waits for an answer; whoever waits first reads for all. The lock is held. */
static void await_answer(struct agent *agent, struct request *request)
{
    while (!request->answered) {
        if (agent->someone_reads) {
            pthread_cond_wait(&agent->change, &agent->lock);
            continue;
        }
        struct frame_header header;
        agent->someone_reads = true;
        pthread_mutex_unlock(&agent->lock);
        struct frame frame = read_frame(agent, &header);
        pthread_mutex_lock(&agent->lock);
        deliver(agent, &header, &frame);
        agent->someone_reads = false;
        pthread_cond_broadcast(&agent->change);
    }
}

static void enlist(struct agent *agent, struct request *request)
{
    pthread_mutex_lock(&agent->lock);
    request->id = ++agent->last_id;
    request->next = agent->requests;
    agent->requests = request;
    pthread_mutex_unlock(&agent->lock);
}

static void conclude(struct agent *agent, struct request *request)
{
    pthread_mutex_lock(&agent->lock);
    await_answer(agent, request);
    struct request **at = &agent->requests;
    while (*at != request)
        at = &(*at)->next;
    *at = request->next;
    pthread_mutex_unlock(&agent->lock);
}

static void send_frame(struct agent *agent, const struct frame_header *header,
                       const struct call *call, const uint32_t *number)
{
    pthread_mutex_lock(&agent->writing);
    struct frame frame = {.bytes = agent->out, .size = sizeof agent->out, .at = FRAME_HEADER};
    if (call)
        frame_put_call(&frame, call);
    if (number)
        frame_put_number(&frame, *number);
    if (frame.bad) {
        fputs("a call does not fit into a frame\n", stderr);
        abort();
    }
    write_all(agent, frame.bytes, frame_complete(&frame, header));
    pthread_mutex_unlock(&agent->writing);
}

/* ---- the door ---- */

/* The state of a connection as this machine's kernel shows it in the agent's namespace. */
static void ask_kernel(struct agent *agent, struct call *call)
{
    int state = kernel_state(&agent->diag, agent->netns, call);
    if (state < 0)
        call_fail(call, errno);
    else
        call_succeed(call, state);
}

/* Performs a call in one of the agent's processes. */
static void perform_in(struct agent *agent, uint32_t process, struct call *call)
{
    struct request request = {.process = process, .call = call, .caller = this_caller};
    enlist(agent, &request);
    send_frame(agent,
               &(struct frame_header){this_caller ? FRAME_BEGIN : FRAME_CALL, process, request.id},
               call, NULL);
    if (this_caller)
        atomic_store(&this_caller->inside, true);
    conclude(agent, &request);
    if (this_caller)
        atomic_store(&this_caller->inside, false);
}

static void perform(struct door *door, struct call *call)
{
    struct agent *agent = (struct agent *)door;
    if (call->operation == OP_TCP_STATE && agent->netns >= 0)
        ask_kernel(agent, call);
    else
        perform_in(agent, 0, call);
}

/* The request of the call that a thread has under way; NULL if it has returned. The lock is held.
 */
static const struct request *request_of(const struct agent *agent, const struct caller *caller)
{
    for (struct request *request = agent->requests; request; request = request->next)
        if (request->caller == caller && !request->answered)
            return request;
    return NULL;
}

/* Its id, 0 if it has returned. */
static struct frame_header request_header(struct agent *agent, const struct caller *caller)
{
    struct frame_header header = {.type = FRAME_INTERRUPT};
    pthread_mutex_lock(&agent->lock);
    const struct request *request = request_of(agent, caller);
    if (request)
        header = (struct frame_header){FRAME_INTERRUPT, request->process, request->id};
    pthread_mutex_unlock(&agent->lock);
    return header;
}

/* Waits for a call's answer, for at most so many milliseconds. */
static bool returns_within(struct agent *agent, const struct caller *caller, int milliseconds)
{
    struct timespec deadline = clock_after(milliseconds);
    bool under_way;
    pthread_mutex_lock(&agent->lock);
    while ((under_way = request_of(agent, caller) != NULL) &&
           pthread_cond_timedwait(&agent->change, &agent->lock, &deadline) != ETIMEDOUT)
        continue;
    pthread_mutex_unlock(&agent->lock);
    return !under_way;
}

static void interrupt(struct door *door, struct caller *caller)
{
    struct agent *agent = (struct agent *)door;
    struct frame_header header = request_header(agent, caller);
    if (header.id)
        send_frame(agent, &header, NULL, NULL);
}

/* Asks a process of the agent a question, about a begun call by its id, or about itself. */
static uint32_t ask(struct agent *agent, enum frame_type type, uint32_t process, const uint32_t *id)
{
    struct request question = {.process = process};
    enlist(agent, &question);
    send_frame(agent, &(struct frame_header){type, process, question.id}, NULL, id);
    conclude(agent, &question);
    return question.number;
}

static bool waits(struct door *door, struct caller *caller)
{
    struct agent *agent = (struct agent *)door;
    struct frame_header header = {0};
    if (atomic_load(&caller->inside))
        header = request_header(agent, caller);
    if (!header.id)
        return false;
    uint32_t answer = ask(agent, FRAME_ASK, header.process, &header.id);
    /* It cannot tell: what has not returned after a part of a case's patience is taken to wait. */
    if (answer == WAITING_UNKNOWN)
        return !returns_within(agent, caller, patience / 5);
    return answer == WAITING_YES;
}

bool agent_isolate(struct door *door)
{
    return ask((struct agent *)door, FRAME_ISOLATE, 0, NULL) != 0;
}

/* ---- processes that fork() made ---- */

struct child {
    struct door door;
    struct agent *agent;
    uint32_t process;
};

static void perform_child(struct door *door, struct call *call)
{
    struct child *child = (struct child *)door;
    perform_in(child->agent, child->process, call);
}

static void interrupt_child(struct door *door, struct caller *caller)
{
    interrupt(&((struct child *)door)->agent->door, caller);
}

static bool waits_child(struct door *door, struct caller *caller)
{
    return waits(&((struct child *)door)->agent->door, caller);
}

/* Its process ends; nobody waits for that here: its parent may want to see it. */
static void close_child(struct door *door)
{
    const struct child *child = (struct child *)door;
    send_frame(child->agent, &(struct frame_header){FRAME_NEXT, child->process, 0}, NULL, NULL);
    free(door);
}

static struct door *open_child(struct door *door, uint32_t process);

static struct door *open_grandchild(struct door *door, uint32_t process)
{
    return open_child(&((struct child *)door)->agent->door, process);
}

static struct door *open_child(struct door *door, uint32_t process)
{
    static const struct door_operations operations = {.perform = perform_child,
                                                      .interrupt = interrupt_child,
                                                      .waits = waits_child,
                                                      .child = open_grandchild,
                                                      .close = close_child};
    struct child *child = calloc(1, sizeof *child);
    if (!child)
        abort();
    child->door =
        (struct door){.operations = &operations, .lacks = door->lacks, .system = door->system};
    child->agent = (struct agent *)door;
    child->process = process;
    return &child->door;
}

/* ---- closing ---- */

/* The end of a connection: waits until the agent has closed it, since what the case had is gone by
 * then. Closing second, and with a reset, leaves no TIME_WAIT on either side. */
static void end_connection(int stream)
{
    char rest[4096];
    struct linger reset = {.l_onoff = 1};
    struct pollfd end = {.fd = stream, .events = POLLIN};
    int64_t deadline = clock_now() + patience * INT64_C(1000000);
    for (int64_t now; (now = clock_now()) < deadline;) {
        int n = poll(&end, 1, (int)((deadline - now) / 1000000) + 1);
        if (n == 0 || (n < 0 && errno != EINTR) || (n > 0 && read(stream, rest, sizeof rest) <= 0))
            break;
    }
    setsockopt(stream, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(stream);
}

static void close_agent(struct door *door)
{
    struct agent *agent = (struct agent *)door;
    /* What the peer saw of an implementation that died between calls is worth nothing: it must be
     * there to the end. */
    ask(agent, FRAME_ASK, 0, &(uint32_t){0});
    pthread_mutex_lock(&agent->reading);
    if (agent->own) {
        close(agent->stream.input);
        if (agent->stream.output != agent->stream.input)
            close(agent->stream.output);
        kill(agent->stream.pid, SIGKILL);
        waitpid(agent->stream.pid, NULL, 0);
    } else {
        send_frame(agent, &(struct frame_header){.type = FRAME_NEXT}, NULL, NULL);
        if (agent->stream.pid == 0)
            end_connection(agent->stream.input);
    }
    if (agent->diag)
        diag_close(agent->diag);
    /* A thread that still waits for an answer goes on using it, until the process ends. */
    pthread_mutex_lock(&agent->lock);
    bool used = agent->requests != NULL;
    pthread_mutex_unlock(&agent->lock);
    if (!used)
        munmap(agent, sizeof *agent);
}

static struct agent *agent_create(const struct tenant *stream, int netns, bool own)
{
    static const struct door_operations operations = {.perform = perform,
                                                      .interrupt = interrupt,
                                                      .waits = waits,
                                                      .child = open_child,
                                                      .close = close_agent};
    /* Fresh pages: calloc() would clear some, which a case's process then has copied. */
    struct agent *agent =
        mmap(NULL, sizeof *agent, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_condattr_t attributes;
    if (agent == MAP_FAILED)
        abort();
    agent->door.operations = &operations;
    agent->stream = *stream;
    agent->netns = netns;
    agent->own = agent->ahead = own;
    pthread_mutex_init(&agent->lock, NULL);
    pthread_mutex_init(&agent->writing, NULL);
    pthread_mutex_init(&agent->reading, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&agent->change, &attributes);
    pthread_condattr_destroy(&attributes);
    return agent;
}

/* What the agent says that it lacks; who asks this machine's kernel for the states of connections
 * needs nobody else's word for them. */
static void take_lacks(struct agent *agent, const char *lacks)
{
    struct text kept = text_in(agent->lacks, sizeof agent->lacks);
    for (const char *at = lacks; *at; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        size_t length = strcspn(at, " ");
        bool states = length >= 6 && strncmp(at + length - 6, "states", 6) == 0;
        if (!states || agent->netns < 0)
            text_add(&kept, "%.*s ", (int)length, at);
    }
}

/* The version of a hello from before version 3, when headers were shorter: the first letters of its
 * "sockspec" are in the place of the id. 0 for all others. */
static int early_version(const struct frame_header *header, const struct frame *frame)
{
    const unsigned char *bytes = frame->bytes;
    bool early = header->id == UINT32_C(0x6b636f73) && frame->size > 4 &&
                 memcmp(bytes, "spec", 4) == 0 && bytes[4] < 3;
    return early ? bytes[4] : 0;
}

__attribute__((noreturn)) static void refuse_version(int version)
{
    give_up(TROUBLE_AGENT, "the agent speaks version %d of the protocol, this program %d", version,
            PROTOCOL_VERSION);
}

static void take_hello(struct agent *agent, const struct frame_header *header, struct frame *frame)
{
    struct hello hello = {0};
    char name[sizeof agent->system];
    int early = early_version(header, frame);
    if (early)
        refuse_version(early);
    frame_get_hello(frame, &hello);
    if (header->type != FRAME_HELLO || (frame->bad && hello.version == PROTOCOL_VERSION) ||
        hello.version == 0)
        garbled("no hello");
    if (hello.version == PROTOCOL_VERSION && frame->at != frame->size)
        garbled("more than a hello");
    if (hello.version != PROTOCOL_VERSION)
        refuse_version(hello.version);
    snprintf(name, sizeof name, "%s, %s", hello.system, hello.libc);
    text_take(agent->system, sizeof agent->system, name);
    take_lacks(agent, hello.lacks);
    agent->door.system = agent->system;
    agent->door.lacks = agent->lacks;
}

/* Shows the agent, which sent a challenge, that the token is known here, and reads what it says to
 * that. */
static struct frame show_token(struct agent *agent, const char *token,
                               const struct frame *challenge, struct frame_header *header)
{
    struct frame frame = {.bytes = agent->out, .size = sizeof agent->out, .at = FRAME_HEADER};
    if (challenge->size != CHALLENGE_SIZE)
        garbled("a challenge that makes no sense");
    if (!token || !*token)
        give_up(TROUBLE_AGENT, "the agent asks for a token: ',token=FILE' or SOCKSPEC_TOKEN");
    token_answer(token, challenge->bytes, agent->out + frame.at);
    frame.at += ANSWER_SIZE;
    write_all(agent, frame.bytes,
              frame_complete(&frame, &(struct frame_header){.type = FRAME_TOKEN}));
    return read_frame(agent, header);
}

/* Hears who the agent is, and shows it who we are if it wants to know. */
static void meet(struct agent *agent)
{
    struct frame_header header;
    struct pollfd first = {.fd = agent->stream.input, .events = POLLIN};
    signal(SIGPIPE, SIG_IGN);
    if (poll(&first, 1, patience) == 0)
        give_up(TROUBLE_AGENT, "the agent did not say hello within %d ms", patience);
    struct frame frame = read_frame(agent, &header);
    if (header.type == FRAME_TOKEN)
        frame = show_token(agent, agent->stream.token, &frame, &header);
    /* Of calls and processes that the last case left. */
    while (header.type == FRAME_RESULT || header.type == FRAME_ANSWER ||
           (header.type == FRAME_DIED && header.process))
        frame = read_frame(agent, &header);
    take_news(agent, &header, &frame);
    take_hello(agent, &header, &frame);
}

struct door *agent_open(const struct tenant *stream, int netns, bool own)
{
    struct agent *agent = agent_create(stream, netns, own);
    meet(agent);
    return &agent->door;
}
