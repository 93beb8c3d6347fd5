#include "stacks/agent/agent.h"

#include "fixtures/diag.h"
#include "fixtures/namespace.h"
#include "harness/clock.h"
#include "harness/text.h"
#include "stacks/agent/wire.h"
#include "stacks/host/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* A request that waits for its answer; on the stack of its thread. */
struct request {
    uint32_t id;
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
    char system[256];
    bool own; /* the agent ends with this door */
    struct diag *diag;
    pthread_mutex_t lock; /* of everything below */
    pthread_cond_t change;
    pthread_mutex_t writing; /* of the output and its buffer */
    pthread_mutex_t reading; /* of the input, a frame at a time; kept by who closes the door */
    struct request *requests;
    uint32_t last_id;
    bool someone_reads;
    unsigned char out[WIRE_FRAME], in[WIRE_FRAME];
};

/* ---- the end of an agent ---- */

/* Ends this process by a signal, if it is one that does that. */
static void die_of(int number)
{
    static const int harmless[] = {SIGCHLD, SIGCONT, SIGURG,  SIGWINCH,
                                   SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (number == harmless[i])
            return;
    if (number > 0 && number < NSIG) {
        signal(number, SIG_DFL);
        raise(number); /* to this thread, which then goes no further */
    }
}

/* The agent is gone: what it died of becomes the end of this case's process, whose record says in
 * which call. One that closed its stream and lives on does not keep us. */
__attribute__((noreturn)) static void die_with(struct agent *agent)
{
    int status;
    struct pollfd end = {.fd = agent->own ? pidfd_open(agent->stream.pid, 0) : -1,
                         .events = POLLIN};
    if (agent->own && poll(&end, 1, patience) == 1 &&
        waitpid(agent->stream.pid, &status, WNOHANG) == agent->stream.pid) {
        if (WIFSIGNALED(status)) {
            fprintf(stderr, "the agent was ended by a signal\n");
            die_of(WTERMSIG(status));
        }
        fprintf(stderr, "the agent exited with status %d\n", WEXITSTATUS(status));
        _exit(WEXITSTATUS(status) ? WEXITSTATUS(status) : 1);
    }
    fprintf(stderr, "the agent's stream ended\n");
    _exit(1);
}

__attribute__((noreturn)) static void garbled(const char *what)
{
    fprintf(stderr, "the agent sent %s\n", what);
    _exit(1);
}

/* ---- frames ---- */

/* Reads a part of a frame. The first byte of one may take as long as a call takes; the rest was
 * written with it. */
static void read_all(struct agent *agent, void *bytes, size_t count, bool within)
{
    struct pollfd rest = {.fd = agent->stream.input, .events = POLLIN};
    for (size_t done = 0; done < count; within = within || done > 0) {
        if (within && poll(&rest, 1, patience) == 0)
            garbled("a part of a frame, and no more of it");
        ssize_t n = read(agent->stream.input, (char *)bytes + done, count - done);
        if (n == 0 || (n < 0 && errno != EINTR)) {
            if (within)
                fprintf(stderr, "the agent's stream ended within a frame\n");
            die_with(agent);
        }
        done += n > 0 ? (size_t)n : 0;
    }
}

static void write_all(struct agent *agent, const void *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        ssize_t n = write(agent->stream.output, (const char *)bytes + done, count - done);
        if (n < 0 && errno != EINTR)
            die_with(agent);
        done += n > 0 ? (size_t)n : 0;
    }
}

/* Reads a frame into agent->in. Whoever waits for a call that its case has given up must not take
 * in what is for the next case: it never gets beyond the lock once the door is closed. */
static struct wire read_frame(struct agent *agent, enum wire_type *type, uint32_t *id)
{
    unsigned char header[WIRE_HEADER];
    struct pollfd something = {.fd = agent->stream.input, .events = POLLIN};
    while (poll(&something, 1, -1) < 0 && errno == EINTR)
        continue;
    pthread_mutex_lock(&agent->reading);
    read_all(agent, header, sizeof header, false);
    int length = wire_header(header, type, id);
    if (length < 0)
        garbled("a frame that makes no sense");
    read_all(agent, agent->in, (size_t)length, true);
    pthread_mutex_unlock(&agent->reading);
    struct wire wire = {.bytes = agent->in, .size = (size_t)length};
    if (*type == WIRE_ERROR) {
        fprintf(stderr, "the agent says: %.*s\n", length, (const char *)agent->in);
        _exit(1);
    }
    if (*type == WIRE_DIED) {
        uint32_t number = wire_get_number(&wire);
        if (!wire.bad && number < NSIG) {
            fprintf(stderr, "the agent's process was ended by a signal\n");
            die_of((int)number);
        }
        garbled("the end of its process by a signal that ends none");
    }
    return wire;
}

/* Gives an answer to who waits for it. */
static void deliver(struct agent *agent, enum wire_type type, uint32_t id, struct wire *wire)
{
    for (struct request *request = agent->requests; request; request = request->next) {
        if (request->id != id || request->answered)
            continue;
        if (request->call && type == WIRE_RESULT) {
            if (!wire_get_result(wire, request->call))
                garbled("a result that makes no sense");
        } else if (!request->call && type == WIRE_ANSWER) {
            request->number = wire_get_number(wire);
            if (wire->bad || wire->at != wire->size || request->number > WAITING_UNKNOWN)
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
        enum wire_type type;
        uint32_t id;
        agent->someone_reads = true;
        pthread_mutex_unlock(&agent->lock);
        struct wire wire = read_frame(agent, &type, &id);
        pthread_mutex_lock(&agent->lock);
        deliver(agent, type, id, &wire);
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

static void send_frame(struct agent *agent, enum wire_type type, uint32_t id,
                       const struct call *call, const uint32_t *number)
{
    pthread_mutex_lock(&agent->writing);
    struct wire wire = {.bytes = agent->out, .size = sizeof agent->out, .at = WIRE_HEADER};
    if (call)
        wire_put_call(&wire, call);
    if (number)
        wire_put_number(&wire, *number);
    if (wire.bad) {
        fputs("a call does not fit into a frame\n", stderr);
        abort();
    }
    write_all(agent, wire.bytes, wire_frame(&wire, type, id));
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

static void perform(struct door *door, struct call *call)
{
    struct agent *agent = (struct agent *)door;
    if (call->operation == OP_TCP_STATE && agent->netns >= 0) {
        ask_kernel(agent, call);
        return;
    }
    struct request request = {.call = call, .caller = this_caller};
    enlist(agent, &request);
    send_frame(agent, this_caller ? WIRE_BEGIN : WIRE_CALL, request.id, call, NULL);
    if (this_caller)
        atomic_store(&this_caller->inside, true);
    conclude(agent, &request);
    if (this_caller)
        atomic_store(&this_caller->inside, false);
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
static uint32_t id_of(struct agent *agent, const struct caller *caller)
{
    pthread_mutex_lock(&agent->lock);
    const struct request *request = request_of(agent, caller);
    uint32_t id = request ? request->id : 0;
    pthread_mutex_unlock(&agent->lock);
    return id;
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
    uint32_t id = id_of(agent, caller);
    if (id)
        send_frame(agent, WIRE_INTERRUPT, id, NULL, NULL);
}

/* Asks a question, about a begun call by its id, or about itself. */
static uint32_t ask(struct agent *agent, enum wire_type type, const uint32_t *id)
{
    struct request question = {0};
    enlist(agent, &question);
    send_frame(agent, type, question.id, NULL, id);
    conclude(agent, &question);
    return question.number;
}

static bool waits(struct door *door, struct caller *caller)
{
    struct agent *agent = (struct agent *)door;
    uint32_t id = atomic_load(&caller->inside) ? id_of(agent, caller) : 0;
    if (!id)
        return false;
    uint32_t answer = ask(agent, WIRE_ASK, &id);
    if (answer == WAITING_UNKNOWN) {
        /* It cannot tell: what has not returned in this time is taken to wait. */
        enum { GRACE = 50 };
        return !returns_within(agent, caller, GRACE);
    }
    return answer == WAITING_YES;
}

bool agent_isolate(struct door *door)
{
    return ask((struct agent *)door, WIRE_ISOLATE, NULL) != 0;
}

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
    ask(agent, WIRE_ASK, &(uint32_t){0});
    pthread_mutex_lock(&agent->reading);
    if (agent->own) {
        close(agent->stream.input);
        if (agent->stream.output != agent->stream.input)
            close(agent->stream.output);
        kill(agent->stream.pid, SIGKILL);
        waitpid(agent->stream.pid, NULL, 0);
    } else {
        send_frame(agent, WIRE_NEXT, 0, NULL, NULL);
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
        free(agent);
}

struct door *agent_open(const struct tenant *stream, int netns, bool own)
{
    static const struct door_operations operations = {
        .perform = perform, .interrupt = interrupt, .waits = waits, .close = close_agent};
    struct agent *agent = calloc(1, sizeof *agent);
    struct hello hello = {0};
    char name[sizeof agent->system];
    pthread_condattr_t attributes;
    enum wire_type type;
    uint32_t id;
    if (!agent)
        abort();
    agent->door.operations = &operations;
    agent->stream = *stream;
    agent->netns = netns;
    agent->own = own;
    pthread_mutex_init(&agent->lock, NULL);
    pthread_mutex_init(&agent->writing, NULL);
    pthread_mutex_init(&agent->reading, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&agent->change, &attributes);
    pthread_condattr_destroy(&attributes);
    signal(SIGPIPE, SIG_IGN);

    struct pollfd first = {.fd = stream->input, .events = POLLIN};
    if (poll(&first, 1, patience) == 0) {
        fprintf(stderr, "the agent did not say hello within %d ms\n", patience);
        _exit(1);
    }
    struct wire wire = read_frame(agent, &type, &id);
    while (type == WIRE_RESULT || type == WIRE_ANSWER) /* of a call that the last case left */
        wire = read_frame(agent, &type, &id);
    wire_get_hello(&wire, &hello);
    if (type != WIRE_HELLO || wire.bad)
        garbled("no hello");
    if (hello.version == WIRE_VERSION && wire.at != wire.size)
        garbled("more than a hello");
    if (hello.version != WIRE_VERSION) {
        fprintf(stderr, "the agent speaks version %u of the protocol, this program %d\n",
                hello.version, WIRE_VERSION);
        _exit(1);
    }
    agent->door.lacks = hello.lacks;
    agent->door.system = agent->system;
    snprintf(name, sizeof name, "%s, %s", hello.system, hello.libc);
    text_take(agent->system, sizeof agent->system, name);
    if (netns >= 0)
        agent->door.lacks &= ~(unsigned)(LACKS_TCP_STATES | LACKS_ORPHAN_STATES);
    return &agent->door;
}

/* ---- starting ---- */

bool agent_start(struct tenant *stream, const char *const words[], int netns)
{
    int ends[2];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults, none;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    if (netns >= 0)
        namespace_enter(netns);
    sigfillset(&defaults);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setsigmask(&attributes, &none);
    int error =
        posix_spawnp(&stream->pid, words[0], &actions, &attributes, (char *const *)words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    stream->input = stream->output = ends[0];
    stream->errors = -1;
    stream->said[0] = '\0';
    if (error) {
        close(ends[0]);
        errno = error;
    }
    return error == 0;
}

bool agent_program(const char *name, char *path, size_t size, char *why, size_t why_size)
{
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0)
        length = 0;
    self[length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = '\0';
    snprintf(path, size, "%s/%s", self, name);
    if (access(path, X_OK) == 0)
        return true;
    snprintf(why, why_size, "there is no %s beside this program: %s", name, strerror(errno));
    return false;
}
