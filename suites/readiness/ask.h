/* Asking which descriptors are ready by the call that the variant says (t->readiness), with the
 * call's own result: what rules about these calls observe. Other rules use ready() of
 * fixtures/transfer.h, which takes the result for granted. */
#ifndef SOCKSPEC_ASK_H
#define SOCKSPEC_ASK_H

#include "calls/clock.h"
#include "suites/suite.h"

/* A call that is begun; it points into this. */
struct question {
    struct readiness one;
    struct fd_list set[3]; /* readable, writable, exceptional */
    struct duration time;
    struct event event;
    struct call call;
    struct pending *pending;
};

/* Asks the IUT for POLL* events of one descriptor, and waits for so many milliseconds (-1: without
 * end). The answer is what the call returned and what it reported: "1: readable", "0: nothing"; or
 * its error. Lives until the thread's next call. */
const char *answer(struct test *t, int fd, int events, int milliseconds);

/* The same in two steps, for one event. */
void ask(struct test *t, struct question *question, int fd, int event, int milliseconds);
const char *answer_to(struct test *t, struct question *question);

/* Waits until a call has returned, which finish() then says. */
void await_return(struct pending *pending);

/* answer_to() with what the call left behind although it returned 0. */
const char *answer_left_to(struct test *t, struct question *question);

/* What a call returned and reported as an answer; if it returned 0, nothing was reported. */
const char *answer_text(int result, int found);

/* The same with what it left behind although it returned 0: in revents, or in sets. */
const char *answer_left(int result, int left);

/* A wait of A_WHILE milliseconds that began then: "too early", "in time" or "too late". The
 * implementation may have a clock of its own: by ours it may be a millisecond too early. */
enum { A_WHILE = 30 };
const char *length_of_wait(int64_t since);

/* What is to be said of a call that something was to end then, and that has ended now: nothing, or
 * ", late", as of one that looks now and then, or that slept for a moment. */
const char *lateness(int64_t since);

/* Whether, after such an answer, to wait once more: a loaded machine is late at times, but not each
 * time. */
bool wait_again(const char *length, int *tries);

/* A socket of the IUT, of the variant's type, and one of the peer that sends to it. */
struct ends {
    int iut, peer;
};
struct ends ends_of(struct test *t);

/* So many milliseconds are more than any case lasts. */
enum { AN_HOUR = 3600 * 1000 };

/* Mutants: nothing is ever reported; everything that was asked for is; it is still in revents and
 * in the sets though the call gives 0 (epoll_wait() reports it); a call that is to wait does not; a
 * call waits for ever. */
void reports_nothing(struct mutation *m, struct call *call);
void reports_all(struct mutation *m, struct call *call);
void leaves_all(struct mutation *m, struct call *call);
void does_not_wait(struct mutation *m, struct call *call);
void waits_for_ever(struct mutation *m, struct call *call);

#endif
