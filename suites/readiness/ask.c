#include "suites/readiness/ask.h"

#include <sys/select.h>
#include <unistd.h>

/* The events of select()'s sets. */
static const short set_event[3] = {POLLIN, POLLOUT, POLLPRI};

static struct call poll_call(struct question *question, int milliseconds)
{
    return (struct call){.operation = OP_POLL,
                         .argument = {[1] = milliseconds},
                         .block = {block_in(&question->one, sizeof question->one)}};
}

static struct block block_set(struct fd_list *set)
{
    struct block block = block_out(set->fd, sizeof set->fd);
    block.length = (uint32_t)(set->count * sizeof *set->fd);
    return block;
}

static struct call select_call(struct question *question, int milliseconds)
{
    struct call call = {.operation = OP_SELECT, .argument = {question->one.fd + 1}};
    for (int k = 0; k < 3; k++)
        if (question->one.asked & set_event[k]) {
            question->set[k] = (struct fd_list){.fd = {question->one.fd}, .count = 1};
            call.block[1 + k] = block_set(&question->set[k]);
        }
    question->time = (struct duration){milliseconds / 1000, milliseconds % 1000 * 1000};
    if (milliseconds >= 0) {
        call.block[4] = block_out(&question->time, sizeof question->time);
        call.block[4].length = sizeof question->time;
    }
    return call;
}

static struct call epoll_call(struct test *t, struct question *question, int milliseconds)
{
    int epoll = must(sk_epoll_create(t->iut));
    must(sk_epoll_ctl(t->iut, epoll, EPOLL_CTL_ADD, question->one.fd, (uint32_t)question->one.asked,
                      0));
    return (struct call){.operation = OP_EPOLL_WAIT,
                         .argument = {epoll, [2] = 1, [3] = milliseconds},
                         .block = {[1] = block_out(&question->event, sizeof question->event)}};
}

static void prepare(struct test *t, struct question *question, int fd, int events, int milliseconds)
{
    *question = (struct question){.one = {.fd = fd, .asked = (short)events}};
    require(fd < FD_SETSIZE || t->readiness != WITH_SELECT, "no set holds the descriptor %d", fd);
    if (t->readiness == WITH_SELECT)
        question->call = select_call(question, milliseconds);
    else if (t->readiness == WITH_EPOLL)
        question->call = epoll_call(t, question, milliseconds);
    else
        question->call = poll_call(question, milliseconds);
}

/* What was reported. Of a set, where just one was asked for, the result alone says whether its
 * descriptor is still there: a begun call keeps the length to itself. */
static int found(const struct question *question)
{
    const struct call *call = &question->call;
    int events = 0;
    if (call->operation == OP_POLL)
        return question->one.found;
    if (call->operation == OP_EPOLL_WAIT)
        return (int)question->event.events;
    for (int k = 0; k < 3; k++)
        if (call->block[1 + k].length && question->set[k].fd[0] == question->one.fd)
            events |= set_event[k];
    return events;
}

static void add_name(char *text, size_t size, const char *name)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", used ? " and " : "", name);
}

static const char *events_text(int events)
{
    static _Thread_local char text[128];
    int named = events & (POLLIN | POLLOUT | POLLPRI | POLLERR | POLLHUP | POLLNVAL);
    text[0] = '\0';
    if (named || !events)
        add_name(text, sizeof text, ready_name(named));
    if (events & POLLRDHUP)
        add_name(text, sizeof text, "half closed");
    if (events & ~(named | POLLRDHUP))
        add_name(text, sizeof text, "others");
    return text;
}

const char *answer_left(int result, int left)
{
    static _Thread_local char text[160];
    if (result < 0)
        return result_name(result);
    snprintf(text, sizeof text, "%d: %s", result, events_text(left));
    return text;
}

const char *answer_text(int result, int found_events)
{
    return answer_left(result, result ? found_events : 0);
}

const char *answer(struct test *t, int fd, int events, int milliseconds)
{
    struct question question;
    prepare(t, &question, fd, events, milliseconds);
    int result = perform(t->iut, &question.call);
    if (question.call.operation == OP_EPOLL_WAIT)
        return answer_text(result, found(&question));
    return answer_left(result, found(&question));
}

void ask(struct test *t, struct question *question, int fd, int event, int milliseconds)
{
    prepare(t, question, fd, event, milliseconds);
    question->pending = sk_begin(t->iut, question->call);
}

const char *answer_to(struct test *t, struct question *question)
{
    int result = finish(question->pending);
    return answer_text(result, found(question));
}

void await_return(struct pending *pending)
{
    struct backoff backoff = backoff_begin(patience);
    while (!sk_returned(pending) && backoff_wait(&backoff))
        continue;
}

const char *answer_left_to(struct test *t, struct question *question)
{
    await_return(question->pending);
    question->call = *pending_call(question->pending); /* which says what is left of the sets */
    int result = finish(question->pending);
    return question->call.operation == OP_EPOLL_WAIT ? answer_text(result, found(question))
                                                     : answer_left(result, found(question));
}

const char *length_of_wait(int64_t since)
{
    enum { CLOCKS_DIFFER = 1 };
    int64_t milliseconds = (clock_now() - since) / INT64_C(1000000);
    return milliseconds < A_WHILE - CLOCKS_DIFFER           ? "too early"
           : clock_late(since + A_WHILE * INT64_C(1000000)) ? "too late"
                                                            : "in time";
}

const char *lateness(int64_t since)
{
    return clock_late(since) ? ", late" : "";
}

bool wait_again(const char *length, int *tries)
{
    return strstr(length, "late") && ++*tries < LATE_TRIES;
}

struct ends ends_of(struct test *t)
{
    if (t->type != TYPE_DATAGRAM) {
        struct connection c = connected_pair(t);
        return (struct ends){c.iut, c.peer};
    }
    struct endpoint socket = bound_datagram_socket(t, t->iut);
    struct ends ends = {socket.fd, datagram_socket(t, t->peer)};
    must(sk_connect(t->peer, ends.peer, &socket.address));
    return ends;
}

/* ---- mutants ---- */

void reports_nothing(struct mutation *m, struct call *call)
{
    mutate(m, call);
    if (call_asks_readiness(call))
        call_set_found(call, 0);
}

void reports_all(struct mutation *m, struct call *call)
{
    mutate(m, call);
    if (call_asks_readiness(call))
        call_set_found(call, call_asked(call));
}

void leaves_all(struct mutation *m, struct call *call)
{
    reports_all(m, call);
    if (call_asks_readiness(call) && call->operation != OP_EPOLL_WAIT &&
        call->operation != OP_EPOLL_PWAIT && !call->error)
        call_succeed(call, 0);
}

void does_not_wait(struct mutation *m, struct call *call)
{
    static struct duration none;
    if (call->operation == OP_POLL)
        call->argument[1] = 0;
    if (call->operation == OP_EPOLL_WAIT)
        call->argument[3] = 0;
    if (call->operation == OP_SELECT) {
        call->block[4] = block_out(&none, sizeof none);
        call->block[4].length = sizeof none;
    }
    mutate(m, call);
}

void waits_for_ever(struct mutation *m, struct call *call)
{
    while (call_asks_readiness(call))
        pause();
    mutate(m, call);
}
