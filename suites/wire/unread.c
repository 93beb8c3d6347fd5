/* How much has come and was not read, as SIOCINQ and FIONREAD tell it. */
#include "hosts/message.h"
#include "suites/wire/wire.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

RULE(unread, "wire.unread.count",
     .statement = "ioctl() with SIOCINQ, or FIONREAD, gives how much data has come and was not "
                  "received by recv(); a FIN is not counted.",
     .outcome = {[BY_LINUX] = {"0 then 5 then 3 then 6 then 0",
                               {"linux.tcp.7.siocinq", "linux.tcp.7.siocinq-fionread"}}});

static void observe_unread(struct test *t, int fd)
{
    int value = -1, result = sk_ioctl(t->iut, fd, t->chosen[0] ? FIONREAD : SIOCINQ, &value);
    if (result)
        observe("%s", result_name(result));
    else
        observe("%d", value);
}

CASE(unread, stream, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"request", {"siocinq", "fionread"}}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    char data[2];
    observe_unread(t, c.fd);
    tell(&c, ACK, .text = "hello");
    drain(&line);
    observe_unread(t, c.fd);
    must(sk_recv(iut, c.fd, data, sizeof data, 0));
    observe_unread(t, c.fd);
    tell(&c, FIN | ACK, .text = "bye");
    drain(&line);
    observe_unread(t, c.fd);
    received_all(t, c.fd);
    observe_unread(t, c.fd);
}

MUTANT(unread, "what came last is not counted")
{
    static int last;
    mutate(m, call);
    if (call->operation == OP_IOCTL && !call->error) {
        int now, *value = call->block[2].bytes;
        now = *value;
        *value = last;
        last = now;
    }
}

RULE(listening, "wire.unread.listening",
     .statement = "ioctl() with SIOCINQ, or FIONREAD, fails with EINVAL on a listening socket.",
     .outcome = {
         [BY_LINUX] = {"EINVAL", {"linux.tcp.7.siocinq-listen", "linux.tcp.7.siocinq-fionread"}}});

CASE(listening, listener, .network = ON_LOOPBACK, .family = FAMILY_IPV4 | FAMILY_IPV6,
     .axes = {{"request", {"siocinq", "fionread"}}})
{
    int value = -1;
    struct endpoint listener = listening_socket(t, iut);
    observe_result(sk_ioctl(iut, listener.fd, t->chosen[0] ? FIONREAD : SIOCINQ, &value));
}

MUTANT_GIVES(listening, "it gives 0", OP_IOCTL, EINVAL, 0)
