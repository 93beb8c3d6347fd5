/* ICMP errors about the SYN and ACK by which a listening socket answers. */
#include "suites/wire/icmp.h"
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

/* What becomes of a connection in SYN_RECEIVED when the line acknowledges it after an error. */
static void observe_accepting(struct test *t)
{
    struct line line = take_line(t);
    struct talk c = line_calls(&line, .mss = 1460);
    send_asked_error(&line, &c.syn);
    set_nonblocking(t, t->iut, c.listener, true);
    tell(&c, ACK);
    struct packet answer = hear_but_now(&c, SYN | ACK);
    int fd = sk_accept(t->iut, c.listener, NULL);
    if (answer.flags & RST || (fd >= 0 && strcmp(life(&c), "alive") != 0))
        observe("aborted");
    else
        observe("%s", fd >= 0 ? "accepted" : result_name(fd));
}

RULE(
    soft, "wire.icmp.accepting.soft",
    .statement = "A connection that accept() will give is not aborted by an ICMP error that may be "
                 "a passing one, before it is established.",
    .outcome = {[BY_RFC] = {"accepted", {"rfc9293.must-56", "rfc9293.icmpv6-too"}},
                [BY_LINUX] = {"accepted",
                              {"rfc9293.must-56", "rfc9293.icmpv6-too",
                               "linux.tcp.7.network-error-retried"}}},
    .deviation = {[BY_LINUX] = {"aborted", "Linux forgets the request of a connection by most ICMP "
                                           "errors, since accept() could not report one"}});

CASE(soft, icmp, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED,
     .axes = {{"message", {SOFT_ERRORS}}})
{
    observe_accepting(t);
}

CASE(soft, icmpv6, .network = ON_LINE, .family = FAMILY_IPV6,
     .axes = {{"message", {SOFT_ICMP6_ERRORS}}})
{
    observe_accepting(t);
}

MUTANT_GIVES(soft, "accept() fails since an error came", OP_ACCEPT, 0, EHOSTUNREACH)

RULE(hard, "wire.icmp.accepting.hard",
     .statement =
         "A connection that accept() would give is aborted by Protocol Unreachable or Port "
         "Unreachable, before it is established.",
     .outcome = {[BY_RFC] = {"aborted", {"rfc9293.shld-26"}},
                 [BY_LINUX] = {"aborted", {"rfc9293.shld-26"}}},
     .deviation = {[BY_LINUX] = {"accepted", "Linux forgets the request of a connection by those "
                                             "ICMP errors alone that may pass"}});

CASE(hard, icmp, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED,
     .axes = {{"message", {"3-2", "3-3"}}})
{
    observe_accepting(t);
}

MUTANT_GIVES(hard, "accept() fails since an error came", OP_ACCEPT, 0, EHOSTUNREACH)
