/* Cases that do everything a case must not do, to see what the machinery makes of them. They are
 * linked into sockspec-machinery only. A case of a real suite never looks like these. */
#include "tests/machinery/misbehaviour.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

MISBEHAVIOUR(passes, "passes", harmless);
CASE(passes, plain, .network = ANY_NETWORK, .family = ANY_FAMILY)
{
    observe("good");
}

MISBEHAVIOUR(deviates, "deviates", harmless);
CASE(deviates, plain)
{
    observe("bad");
}

MISBEHAVIOUR(parts, "deviates-in-parts", harmless);
CASE(parts, plain)
{
    observe("bad");
    require(false, "what follows cannot be done");
}

MISBEHAVIOUR(skips, "skips", harmless);
CASE(skips, plain)
{
    skip("there is no moon");
}

MISBEHAVIOUR(broken, "precondition", harmless);
CASE(broken, plain)
{
    must(sk_listen(iut, -1, 1));
    observe("good");
}

MISBEHAVIOUR(blind, "observes-nothing", harmless);
CASE(blind, plain)
{
    must(sk_socket(iut, AF_INET, SOCK_STREAM, 0));
}

MISBEHAVIOUR(crashes, "crashes", harmless);
CASE(crashes, plain)
{
    raise(SIGSEGV);
}

/* The implementation crashes, hangs, or ends the process, in listen(). */
static void crash(struct mutation *m, struct call *call)
{
    if (call->operation == OP_LISTEN)
        raise(SIGSEGV);
    mutate(m, call);
}

static void hang(struct mutation *m, struct call *call)
{
    while (call->operation == OP_LISTEN)
        pause();
    mutate(m, call);
}

static void leave(struct mutation *m, struct call *call)
{
    if (call->operation == OP_LISTEN)
        _exit(7);
    mutate(m, call);
}

MISBEHAVIOUR(call_crashes, "call-crashes", crash);
CASE(call_crashes, plain)
{
    sk_listen(iut, stream_socket(t, iut), 1);
    observe("good");
}

MISBEHAVIOUR(call_hangs, "call-hangs", hang);
CASE(call_hangs, plain)
{
    sk_listen(iut, stream_socket(t, iut), 1);
    observe("good");
}

MISBEHAVIOUR(call_leaves, "call-leaves", leave);
CASE(call_leaves, plain)
{
    sk_listen(iut, stream_socket(t, iut), 1);
    observe("good");
}

/* A begun call that never returns, which a case notices by itself. */
MISBEHAVIOUR(begun_hangs, "begun-call-hangs", harmless);
CASE(begun_hangs, plain)
{
    struct endpoint listener = listening_socket(t, iut);
    struct pending *pending = sk_begin(iut, call_accept(listener.fd, NULL));
    observe("%s", sk_waits(pending) ? "good" : "bad");
    finish(pending);
}

MISBEHAVIOUR(hangs, "hangs", harmless);
CASE(hangs, plain)
{
    for (;;)
        pause();
}

MISBEHAVIOUR(peer_hangs, "peer-hangs", harmless);
CASE(peer_hangs, plain)
{
    struct endpoint listener = listening_socket(t, peer);
    sk_accept(peer, listener.fd, NULL);
    observe("good");
}

MISBEHAVIOUR(exits, "exits", harmless);
CASE(exits, plain)
{
    _exit(0); /* exit() looks for leaks under sanitizers, by a number that /proc does not know */
}

/* Children that ignore signals, leave the process group, and have children of their own. */
MISBEHAVIOUR(leaks, "leaks-processes", harmless);
CASE(leaks, plain)
{
    for (int i = 0; i < 3; i++)
        if (fork() == 0) {
            setsid();
            signal(SIGTERM, SIG_IGN);
            fork();
            for (;;)
                pause();
        }
    observe("good");
}

MISBEHAVIOUR(floods, "floods-output", harmless);
CASE(floods, plain)
{
    static const char line[] = "much ado about nothing much ado about nothing much ado\n";
    for (int i = 0; i < 100000; i++)
        if (write(i % 2 ? STDOUT_FILENO : STDERR_FILENO, line, sizeof line - 1) < 0)
            return;
    observe("bad");
}

MISBEHAVIOUR(chatters, "floods-transcript", harmless);
CASE(chatters, plain)
{
    for (int i = 0; i < 5000; i++)
        sk_close(iut, -1);
    for (int i = 0; i < 500; i++)
        observe("much of the same");
}

MISBEHAVIOUR(scribbles, "scribbles", harmless);
CASE(scribbles, plain)
{
    memset(t->record, 'x', sizeof *t->record);
    raise(SIGKILL);
}

MISBEHAVIOUR(controls, "control-characters", harmless);
CASE(controls, plain)
{
    observe("\x01<&>\"]]>\xff\x1b[31m\tend");
}

MISBEHAVIOUR(kills, "kills-its-worker", harmless);
CASE(kills, plain)
{
    kill(getppid(), SIGKILL); /* which ignores it: it is the first process of its namespace */
    observe("good");
}

/* What a case leaves in a network must not reach the next one. */
MISBEHAVIOUR(litters, "litters", harmless);
CASE(litters, sockets, .network = ANY_NETWORK, .family = ANY_FAMILY)
{
    struct connection c = connected_pair(t);
    must(sk_close(iut, c.iut));
    must(sk_close(peer, c.peer));
    observe("%s", await_iut_state(t, &c, STATE_TIME_WAIT) == STATE_TIME_WAIT ? "good" : "bad");
}
CASE(litters, neighbours, .network = ON_PAIR)
{
    deliver_from(t, iut, NET_LOSE);
    observe("good");
}
CASE(litters, zz_is_tidy, .network = ON_PAIR, .axes = {{"time", {"1", "2", "3", "4"}}})
{
    struct connection c = connected_pair(t);
    observe("%s", iut_state(t, &c) == STATE_ESTABLISHED ? "good" : "bad");
}

/* A loaded machine: waiting occupies no worker. */
MISBEHAVIOUR(waits, "waits", harmless);
CASE(waits, plain, .tags = TAG_WAITS, .axes = {{"number", {"1", "2", "3", "4", "5", "6"}}})
{
    int fd = datagram_socket(t, iut);
    observe("%s", ready(t, iut, fd, POLLIN, 1000) ? "bad" : "good");
}

/* Cases that take long enough for another worker to stand idle beside theirs. */
MISBEHAVIOUR(dawdles, "dawdles", harmless);
CASE(dawdles, plain)
{
    usleep(150000);
    must(sk_socket(iut, AF_INET, SOCK_STREAM, 0));
    observe("good");
}

/* Cases that wait for each other: the second must run while the first holds its worker. Their
 * memory is older than the workers. */
static OUTLASTS_CASES atomic_bool *arrived;
__attribute__((constructor)) static void share_arrivals(void)
{
    arrived =
        mmap(NULL, 2 * sizeof *arrived, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

MISBEHAVIOUR(meets, "meets", harmless);
CASE(meets, plain, .axes = {{"turn", {"first", "second"}}})
{
    struct backoff backoff = backoff_begin(patience);
    atomic_store(&arrived[t->chosen[0]], true);
    while (!atomic_load(&arrived[!t->chosen[0]]) && backoff_wait(&backoff))
        continue;
    observe("%s", atomic_load(&arrived[!t->chosen[0]]) ? "good" : "bad");
}

MISBEHAVIOUR(slow, "slow", harmless);
CASE(slow, plain, .tags = TAG_SLOW)
{
    observe("good");
}
