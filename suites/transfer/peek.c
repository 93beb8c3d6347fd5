/* Peeking without waiting. */
#include "suites/transfer/forms.h"

RULE(dontwait, "transfer.receive.peek-dontwait",
     .statement = "recv(), recvfrom() and recvmsg() with MSG_PEEK and MSG_DONTWAIT fail with "
                  "EAGAIN or EWOULDBLOCK where nothing is, without waiting, and give what is there "
                  "and leave it.",
     .outcome = {[BY_LINUX] = {"EAGAIN | EWOULDBLOCK then hello then hello then hello",
                               {"linux.recv.2.msg-dontwait", "linux.recv.2.msg-peek"}},
                 [BY_BSD] = {"EAGAIN then hello then hello then hello",
                             {"freebsd.recv.2.msg-dontwait-eagain", "freebsd.recv.2.msg-peek",
                              "freebsd.recv.2.msg-peek-same-data-again"}}});

CASE(dontwait, twice, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     RECEIVING(WITH_FLAGS), .needs = "MSG_DONTWAIT")
{
    struct ends ends = connected_ends(t);
    struct transfer transfer;
    char data[16];
    struct pending *pending = sk_begin(
        iut, receiving(t, &transfer, ends.iut, data, sizeof data, MSG_PEEK | MSG_DONTWAIT));
    if (sk_waits(pending))
        observe("waits");
    observe_came(t, finish(pending), data);
    must(sk_send(peer, ends.peer, "hello", 5, 0));
    await_data(t, iut, ends.iut);
    for (int i = 0; i < 2; i++)
        observe_came(t, receive_as(t, ends.iut, data, sizeof data, MSG_PEEK | MSG_DONTWAIT), data);
    observe_came(t, receive_as(t, ends.iut, data, sizeof data, 0), data);
}

MUTANT(dontwait, "with MSG_DONTWAIT nothing is left there")
{
    if (call_receives(call) && call_flags(call) && *call_flags(call) & MSG_DONTWAIT)
        *call_flags(call) &= ~(int64_t)MSG_PEEK;
    mutate(m, call);
}
