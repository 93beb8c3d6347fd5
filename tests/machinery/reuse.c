/* Cases that run in one process, one after the other, and what they leave there. */
#include "tests/machinery/misbehaviour.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether a case ran before in this process. */
static OUTLASTS_CASES bool used;

static bool was_used(void)
{
    bool before = used;
    used = true;
    return before;
}

MISBEHAVIOUR(restored, "finds-all-as-it-was", harmless);
static int zero, five = 5;
static char page[8192];
CASE(restored, again, .axes = {{"time", {"first", "second", "third"}}})
{
    static bool once;
    bool before = was_used(), fresh = !once && zero == 0 && five == 5 && !page[0] && !page[8191];
    int next = must(sk_socket(peer, AF_INET, SOCK_DGRAM, 0));
    static OUTLASTS_CASES int first;
    fresh = fresh && (!before || next == first);
    first = next;
    once = true;
    zero = five = 7;
    page[0] = page[8191] = 1;
    must(dup(next)); /* nobody closes it */
    observe("%s", fresh && before == (t->chosen[0] > 0) ? "good" : "bad");
}

/* What cannot be taken away ends the process: the next case finds a fresh one. */
static OUTLASTS_CASES int descriptor_there;
#define IS_ELSEWHERE(of_)                                                                          \
    CASE(of_, b_is_elsewhere)                                                                      \
    {                                                                                              \
        descriptor_there = must(sk_socket(peer, AF_INET, SOCK_DGRAM, 0));                          \
        observe("%s", was_used() ? "bad" : "good");                                                \
    }

MISBEHAVIOUR(thread, "leaves-thread", harmless);
CASE(thread, a_leaves)
{
    was_used();
    struct endpoint listener = listening_socket(t, peer);
    observe("%s", sk_waits(sk_begin(peer, call_accept(listener.fd, NULL))) ? "good" : "bad");
}
IS_ELSEWHERE(thread)

MISBEHAVIOUR(handler, "leaves-handler", harmless);
CASE(handler, a_leaves)
{
    was_used();
    must(sk_sigaction(peer, SIGURG, &(struct action){.does = ACTION_IGNORE}));
    observe("good");
}
IS_ELSEWHERE(handler)

MISBEHAVIOUR(child, "leaves-child", harmless);
CASE(child, a_leaves)
{
    was_used();
    if (fork() == 0)
        for (;;)
            pause();
    observe("good");
}
IS_ELSEWHERE(child)

/* It is nobody's child but the worker's. */
MISBEHAVIOUR(orphan, "leaves-orphan", harmless);
CASE(orphan, a_leaves)
{
    was_used();
    pid_t pid = fork();
    if (pid == 0) {
        if (fork() == 0)
            for (;;)
                pause();
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    observe("good");
}
IS_ELSEWHERE(orphan)

MISBEHAVIOUR(closed, "leaves-closed", harmless);
CASE(closed, a_leaves)
{
    was_used();
    close(STDERR_FILENO);
    observe("good");
}
IS_ELSEWHERE(closed)

/* The first case of such a process finds the descriptors that the next one finds. */
CASE(closed, c_follows)
{
    int next = must(sk_socket(peer, AF_INET, SOCK_DGRAM, 0));
    observe("%s", was_used() && next == descriptor_there ? "good" : "bad");
}

/* Closing would wait for what is held back. */
MISBEHAVIOUR(lingering, "leaves-lingering", harmless);
CASE(lingering, a_leaves, .network = ON_PAIR)
{
    was_used();
    struct connection c = connected_pair(t);
    set_linger(t, peer, c.peer, 60);
    network_deliver(t->net, SIDE_PEER, NET_HOLD);
    must(sk_send(peer, c.peer, "x", 1, 0));
    observe("good");
}
IS_ELSEWHERE(lingering)

/* What a case says with stdio is shown with it, and not with whichever fills the buffer. */
MISBEHAVIOUR(says, "says", harmless);
CASE(says, plain)
{
    printf("said without more");
    observe("bad");
}
