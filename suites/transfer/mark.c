/* sockatmark(): where a stream has urgent data. */
#include "suites/transfer/forms.h"

RULE(no_mark, "transfer.sockatmark.no-mark",
     .statement = "sockatmark() gives 0 on a connection that nothing urgent came over, before and "
                  "while there is data.",
     .outcome = {[BY_POSIX] = {"0 then 0", {"posix.sockatmark.returns-0-no-mark"}},
                 [BY_LINUX] = {"0 then 0", {"linux.sockatmark.3.not-at-mark"}},
                 [BY_BSD] = {"0 then 0", {"freebsd.sockatmark.3.not-at-mark"}}},
     .basic = {OP_SOCKATMARK}, .basics = 1);

CASE(no_mark, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .needs = "sockatmark")
{
    struct connection c = connected_pair(t);
    observe_count(sk_sockatmark(iut, c.iut));
    must(sk_send(peer, c.peer, "x", 1, 0));
    await_data(t, iut, c.iut);
    observe_count(sk_sockatmark(iut, c.iut));
}

MUTANT(no_mark, "sockatmark() gives 1 without a mark")
{
    mutate(m, call);
    if (call->operation == OP_SOCKATMARK && !call->error)
        call_succeed(call, 1);
}

RULE(mark, "transfer.sockatmark.mark",
     .statement = "sockatmark() gives 0 while there is data before the mark of urgent data, and 1 "
                  "when that is read, as often as it is asked.",
     .outcome = {
         [BY_POSIX] = {"0 then a then 0 then b then 1 then 1",
                       {"posix.sockatmark.returns-0-data-before-mark", "posix.sockatmark.returns-1",
                        "posix.sockatmark.keeps-mark", "posix.sockets.oob.mark-not-merged",
                        "posix.sockets.receive-queue.one-segment-per-receive",
                        "posix.sockets.options.oobinline.default"}},
         [BY_LINUX] = {"0 then a then 0 then b then 1 then 1",
                       {"linux.sockatmark.3.not-at-mark", "linux.sockatmark.3.at-mark",
                        "linux.sockatmark.3.keeps-mark", "linux.tcp.7.read-stops-at-mark",
                        "linux.tcp.7.urgent-not-inline"}},
         [BY_BSD] = {"0 then a then 0 then b then 1 then 1",
                     {"freebsd.sockatmark.3.not-at-mark", "freebsd.sockatmark.3.at-mark",
                      "freebsd.sockatmark.3.data-before-mark", "posix.sockatmark.keeps-mark"}}});

/* The mark may come later than the data. */
CASE(mark, behind_data, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .needs = "sockatmark")
{
    struct connection c = connected_pair(t);
    struct backoff backoff = backoff_begin(patience);
    int at_mark;
    char byte;
    must(sk_send(peer, c.peer, "ab", 2, 0));
    must(sk_send(peer, c.peer, "c", 1, MSG_OOB));
    await_witness(t);
    await_data(t, iut, c.iut);
    observe_count(sk_sockatmark(iut, c.iut));
    observe_came(t, sk_recv(iut, c.iut, &byte, 1, 0), &byte);
    observe_count(sk_sockatmark(iut, c.iut));
    observe("%s", receive_next(t, iut, c.iut));
    while ((at_mark = sk_sockatmark(iut, c.iut)) == 0 && backoff_wait(&backoff))
        continue;
    observe_count(at_mark);
    observe_count(sk_sockatmark(iut, c.iut));
}

MUTANT(mark, "sockatmark() gives 1 as soon as there is a mark")
{
    mutate(m, call);
    if (call->operation == OP_SOCKATMARK && !call->error)
        call_succeed(call, 1);
}

RULE(closed, "transfer.sockatmark.not-open",
     .statement = "sockatmark() on a descriptor that is not open fails with EBADF.",
     .outcome = {[BY_POSIX] = {"EBADF", {"posix.sockatmark.ebadf"}},
                 [BY_LINUX] = {"EBADF", {"linux.sockatmark.3.ebadf"}},
                 [BY_BSD] = {"EBADF", {"freebsd.sockatmark.3.ebadf"}}});

CASE(closed, closed, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .needs = "sockatmark")
{
    int fd = stream_socket(t, iut);
    must(sk_close(iut, fd));
    observe_count(sk_sockatmark(iut, fd));
}

MUTANT_GIVES(closed, "sockatmark() on a descriptor that is not open gives 0", OP_SOCKATMARK, EBADF,
             0)

RULE(no_socket, "transfer.sockatmark.no-socket",
     .statement = "sockatmark() on a descriptor that is no socket's fails with ENOTTY; on Linux "
                  "with EINVAL or ENOTTY.",
     .outcome = {
         [BY_POSIX] = {"ENOTTY", {"posix.sockatmark.enotty"}},
         [BY_LINUX] = {"ENOTTY | EINVAL", {"linux.sockatmark.3.einval", "posix.sockatmark.enotty"}},
         [BY_BSD] = {"ENOTTY", {"freebsd.sockatmark.3.enotty"}}});

CASE(no_socket, pipe, .network = ON_LOOPBACK, .needs = "sockatmark pipe")
{
    int fds[2];
    must(sk_pipe(iut, fds));
    observe_count(sk_sockatmark(iut, fds[0]));
}

MUTANT_GIVES(no_socket, "sockatmark() on a pipe gives 0", OP_SOCKATMARK, ENOTTY, 0)
