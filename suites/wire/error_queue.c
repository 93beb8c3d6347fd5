/* The queue of ICMP errors that Linux keeps for a datagram socket with IP_RECVERR or IPV6_RECVERR.
 */
#include "hosts/message.h"
#include "suites/wire/icmp.h"

#include "calls/clock.h"

/* As the kernel has it. */
enum { ORIGIN_LOCAL = 1, ORIGIN_ICMP = 2, ORIGIN_ICMP6 = 3 };
struct queued_error {
    uint32_t error;
    uint8_t origin, type, code, padding;
    uint32_t info, data;
};

/* What recvmsg() with MSG_ERRQUEUE gave. */
struct queued {
    int result;
    int flags;
    struct address name;
    char data[64];
    bool there; /* an element of control data of the kind */
    struct queued_error about;
    struct address offender;
    int hops; /* of the message; -1: not told */
};

static struct queued take_error(struct test *t, int fd)
{
    struct queued q = {.name = {.length = sizeof q.name.storage}};
    bool ipv6 = t->domain == AF_INET6;
    struct message message = {.name = block_address_out(&q.name),
                              .buffer = {block_out(q.data, sizeof q.data)},
                              .buffers = 1,
                              .control_room = 256};
    q.result = sk_recvmsg_whole(t->iut, fd, &message, MSG_ERRQUEUE);
    q.flags = message.flags;
    const struct control *control =
        control_find(&message, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_RECVERR : IP_RECVERR);
    const struct control *hops =
        control_find(&message, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_HOPLIMIT : IP_TTL);
    q.hops = -1;
    if (hops && hops->length == sizeof q.hops)
        memcpy(&q.hops, hops->value, sizeof q.hops);
    q.there = control && control->length >= sizeof q.about;
    if (!q.there)
        return q;
    memcpy(&q.about, control->value, sizeof q.about);
    size_t rest = control->length - sizeof q.about;
    q.offender.length =
        (socklen_t)(rest < sizeof q.offender.storage ? rest : sizeof q.offender.storage);
    memcpy(&q.offender.storage, control->value + sizeof q.about, q.offender.length);
    return q;
}

/* The same where an error must be there. */
static struct queued must_take_error(struct test *t, int fd)
{
    struct queued q = take_error(t, fd);
    require_by("wire.error-queue.control-message", q.result >= 0 && q.there,
               "recvmsg() with MSG_ERRQUEUE gave no error, but %s",
               q.result < 0 ? result_name(q.result) : "something else");
    return q;
}

/* The same where that it is queued is what a rule says, which is then observed: false if it is not.
 */
static bool error_taken(struct test *t, int fd, struct queued *q)
{
    *q = take_error(t, fd);
    if (q->result < 0)
        observe("%s", result_name(q->result));
    else if (!q->there)
        observe("no error");
    return q->result >= 0 && q->there;
}

/* The same for an error that the program may not have heard of at all, as another rule says. */
static bool told_error_taken(struct test *t, int fd, struct queued *q)
{
    bool told = strcmp(pending_error(t, fd), "0") != 0;
    *q = take_error(t, fd);
    if (q->result >= 0 && q->there)
        return true;
    require_by("wire.icmp.datagram.passed-up", told || strcmp(reported_error(t, fd), "0") != 0,
               "the ICMP error is not passed up");
    observe("nothing queued");
    return false;
}

/* A datagram of the IUT, by a socket that hears errors, connected or not. */
static struct asker hearing(struct line *line)
{
    struct test *t = line->t;
    struct asker a = t->chosen[0] ? asks_connected(line) : asks_unconnected(line);
    hear_errors(t, a.fd);
    return a;
}

#define CONNECTED_OR_NOT                                                                           \
    {                                                                                              \
        "socket",                                                                                  \
        {                                                                                          \
            "unconnected", "connected"                                                             \
        }                                                                                          \
    }
#define ANY_ERRORS .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_IPV6

/* Such a socket about whose datagram Port Unreachable has come. */
static struct asker refused(struct line *line)
{
    struct asker a = hearing(line);
    line_send_packet(line, port_unreachable(&a.datagram));
    see_now(line);
    return a;
}

/* Sends an error about its datagram, from the destination or from a router: a host of the same
 * link, which nobody is; not each network has one. Gives it as it went. */
static struct packet error_from(struct line *line, const struct asker *a, bool router)
{
    struct test *t = line->t;
    struct packet error = router ? host_unreachable(&a->datagram) : port_unreachable(&a->datagram);
    if (router)
        error.source = place_of(t, t->peer, PLACE_ABSENT, 0);
    error = line_send_packet(line, error);
    see_now(line);
    return error;
}

#define FROM_EITHER                                                                                \
    {                                                                                              \
        "from",                                                                                    \
        {                                                                                          \
            "destination", "router"                                                                \
        }                                                                                          \
    }

/* The control data of the IUT's errors, for mutants to change; NULL if the call is another. */
static struct queued_error *error_of(struct call *call)
{
    if (call->operation != OP_RECVMSG || call->error)
        return NULL;
    struct message *message = call->block[1].bytes;
    for (size_t i = 0; i < message->controls; i++)
        if (message->control[i].type == IP_RECVERR || message->control[i].type == IPV6_RECVERR)
            return (struct queued_error *)(void *)message->control[i].value;
    return NULL;
}

RULE(control, "wire.error-queue.control-message",
     .statement =
         "recvmsg() with MSG_ERRQUEUE gives a queued error as a control message IP_RECVERR "
         "or IPV6_RECVERR, with MSG_ERRQUEUE in msg_flags.",
     .outcome = {[BY_LINUX] = {"there then MSG_ERRQUEUE",
                               {"linux.ip.7.ip-recverr-queue", "linux.ip.7.ip-recverr-message",
                                "linux.ipv6.7.ipv6-recverr", "linux.recv.2.msg-errqueue",
                                "linux.recv.2.msg-errqueue-flag", "linux.udp.7.recverr-queue"}}});

CASE(control, port_unreachable, ANY_ERRORS, .axes = {CONNECTED_OR_NOT})
{
    struct line line = take_line(t);
    struct asker a = refused(&line);
    struct queued q = take_error(t, a.fd);
    observe("%s", q.result < 0 ? result_name(q.result) : q.there ? "there" : "missing");
    observe("%s", q.flags & MSG_ERRQUEUE ? "MSG_ERRQUEUE" : "no flag");
}

MUTANT(control, "the flag is missing")
{
    mutate(m, call);
    if (error_of(call))
        ((struct message *)call->block[1].bytes)->flags &= ~MSG_ERRQUEUE;
}

RULE(off, "wire.error-queue.off",
     .statement = "Nothing is queued unless IP_RECVERR, or IPV6_RECVERR, is set.",
     .outcome = {
         [BY_LINUX] = {"nothing", {"linux.ip.7.ip-recverr-default", "linux.ipv6.7.ipv6-recverr"}}});

CASE(off, port_unreachable, ANY_ERRORS,
     .axes = {CONNECTED_OR_NOT, {"option", {"never", "cleared"}}})
{
    struct line line = take_line(t);
    need_error_queue(t);
    struct asker a = t->chosen[0] ? asks_connected(&line) : asks_unconnected(&line);
    if (t->chosen[1]) {
        hear_errors(t, a.fd);
        must(t->domain == AF_INET6 ? sk_setsockopt(iut, a.fd, IPPROTO_IPV6, IPV6_RECVERR, 0)
                                   : sk_setsockopt(iut, a.fd, IPPROTO_IP, IP_RECVERR, 0));
    }
    line_send_packet(&line, port_unreachable(&a.datagram));
    see_now(&line);
    pending_error(t, a.fd); /* if it was reported, it stands before no queue */
    observe("%s", take_error(t, a.fd).result < 0 ? "nothing" : "something");
}

MUTANT(off, "errors are always queued")
{
    if (call_is_option(call, OP_SETSOCKOPT, IPPROTO_IP, IP_RECVERR) ||
        call_is_option(call, OP_SETSOCKOPT, IPPROTO_IPV6, IPV6_RECVERR))
        call_set_option_value(call, 1);
    if (call->operation == OP_SENDTO || call->operation == OP_SEND) {
        sk_setsockopt(m->real, (int)call->argument[0], IPPROTO_IP, IP_RECVERR, 1);
        sk_setsockopt(m->real, (int)call->argument[0], IPPROTO_IPV6, IPV6_RECVERR, 1);
    }
    mutate(m, call);
}

RULE(origin, "wire.error-queue.origin",
     .statement = "ee_origin of an error that came by ICMP is SO_EE_ORIGIN_ICMP, or "
                  "SO_EE_ORIGIN_ICMP6.",
     .outcome = {[BY_LINUX] = {"ICMP",
                               {"linux.ip.7.ip-recverr-origin", "linux.recv.2.msg-errqueue-origin",
                                "linux.ipv6.7.ipv6-recverr"}}});

CASE(origin, port_unreachable, ANY_ERRORS, .axes = {CONNECTED_OR_NOT})
{
    struct line line = take_line(t);
    struct asker a = refused(&line);
    unsigned origin = must_take_error(t, a.fd).about.origin;
    bool right = origin == (t->domain == AF_INET6 ? ORIGIN_ICMP6 : ORIGIN_ICMP);
    observe("%s", right ? "ICMP" : origin == ORIGIN_LOCAL ? "local" : "another");
}

MUTANT(origin, "all errors are local")
{
    mutate(m, call);
    if (error_of(call))
        error_of(call)->origin = ORIGIN_LOCAL;
}

RULE(type, "wire.error-queue.type-and-code",
     .statement = "ee_type and ee_code are those of the ICMP message.",
     .outcome = {[BY_LINUX] = {"as sent",
                               {"linux.ip.7.ip-recverr-type-code", "linux.ipv6.7.ipv6-recverr",
                                "linux.udp.7.recverr-queue"}}});

static void observe_type(struct test *t)
{
    struct line line = take_line(t);
    struct asker a = asks_unconnected(&line);
    hear_errors(t, a.fd);
    struct packet error = asked_error(t, &a.datagram);
    line_send_packet(&line, error);
    see_now(&line);
    struct queued q;
    if (!told_error_taken(t, a.fd, &q))
        return;
    bool right = q.about.type == error.type && q.about.code == error.code;
    observe("%s", right ? "as sent" : "others");
}

CASE(type, unreachable, .network = ON_LINE, .family = FAMILY_IPV4,
     .axes = {{"message", {UNREACHABLE, "3-15"}}})
{
    observe_type(t);
}

CASE(type, other, .network = ON_LINE, .family = FAMILY_IPV4,
     .axes = {{"message", {"11-0", "12-0", "12-1"}}})
{
    observe_type(t);
}

CASE(type, icmpv6, .network = ON_LINE, .family = FAMILY_IPV6, .axes = {{"message", {ICMP6_ERRORS}}})
{
    observe_type(t);
}

MUTANT(type, "the code is one more")
{
    mutate(m, call);
    if (error_of(call))
        error_of(call)->code++;
}

RULE(offender, "wire.error-queue.offender",
     .statement = "SO_EE_OFFENDER is the address that the ICMP message came from.",
     .outcome = {
         [BY_LINUX] = {"whoever sent it",
                       {"linux.ip.7.ip-recverr-queue", "linux.ip.7.ip-recverr-offender",
                        "linux.recv.2.msg-errqueue-offender", "linux.ipv6.7.ipv6-recverr"}}});

CASE(offender, from, ANY_ERRORS, .axes = {CONNECTED_OR_NOT, FROM_EITHER})
{
    struct line line = take_line(t);
    struct asker a = hearing(&line);
    struct queued q;
    struct packet error = error_from(&line, &a, t->chosen[1] == 1);
    if (!told_error_taken(t, a.fd, &q))
        return;
    bool right = address_same_host(&q.offender, &error.source);
    observe("%s", right                                   ? "whoever sent it"
                  : q.offender.any.sa_family == AF_UNSPEC ? "AF_UNSPEC"
                                                          : "another");
}

MUTANT(offender, "the offender is not known")
{
    mutate(m, call);
    struct queued_error *error = error_of(call);
    if (error)
        memset(error + 1, 0, sizeof(struct sockaddr_in));
}

RULE(payload, "wire.error-queue.payload",
     .statement = "The data that comes with a queued error is that of the datagram that failed.",
     .outcome = {[BY_LINUX] = {"hello",
                               {"linux.ip.7.ip-recverr-packet", "linux.recv.2.msg-errqueue-payload",
                                "linux.ipv6.7.ipv6-recverr"}}});

CASE(payload, port_unreachable, ANY_ERRORS, .axes = {CONNECTED_OR_NOT})
{
    struct line line = take_line(t);
    struct asker a = hearing(&line);
    struct packet failed = a.datagram;
    datagram_more(&line, &a, 3); /* which is not the one that fails */
    line_send_packet(&line, port_unreachable(&failed));
    see_now(&line);
    struct queued q = must_take_error(t, a.fd);
    observe("%.*s", q.result, q.data);
}

MUTANT(payload, "the first byte is missing")
{
    mutate(m, call);
    if (error_of(call))
        ((char *)call_data(call)->bytes)[0] = 'j';
}

RULE(destination, "wire.error-queue.destination",
     .statement = "msg_name of a queued error is the address that the datagram was sent to.",
     .outcome = {
         [BY_LINUX] = {"where it went",
                       {"linux.ip.7.ip-recverr-queue", "linux.recv.2.msg-errqueue-destination",
                        "linux.ipv6.7.ipv6-recverr"}}});

CASE(destination, from, ANY_ERRORS, .axes = {CONNECTED_OR_NOT, FROM_EITHER})
{
    struct line line = take_line(t);
    struct asker a = hearing(&line);
    struct queued q;
    error_from(&line, &a, t->chosen[1] == 1);
    if (!told_error_taken(t, a.fd, &q))
        return;
    observe("%s", address_equal(&q.name, &a.line_name) ? "where it went" : "another");
}

MUTANT(destination, "the port is missing")
{
    mutate(m, call);
    if (error_of(call)) {
        struct address name = address_with_port(call_address(call), 1);
        call_set_address(call, &name);
    }
}

RULE(same, "wire.error-queue.same-error",
     .statement = "The error that a call fails with is the one that is queued.",
     .outcome = {[BY_LINUX] = {"the same",
                               {"linux.ip.7.ip-recverr-queue", "linux.ip.7.ip-recverr-errno",
                                "linux.recv.2.msg-errqueue-errno", "linux.ipv6.7.ipv6-recverr"}}});

CASE(same, unreachable, ANY_ERRORS, .axes = {CONNECTED_OR_NOT, {"unreachable", {"port", "host"}}})
{
    struct line line = take_line(t);
    struct asker a = hearing(&line);
    char byte;
    line_send_packet(&line, t->chosen[1] == 0 ? port_unreachable(&a.datagram)
                                              : host_unreachable(&a.datagram));
    see_now(&line);
    set_nonblocking(t, iut, a.fd, true);
    int result = sk_recv(iut, a.fd, &byte, 1, 0);
    bool told = result < 0 && result != -EAGAIN && result != -EWOULDBLOCK;
    struct queued q = take_error(t, a.fd);
    bool queued = q.result >= 0 && q.there;
    require_by("wire.icmp.datagram.passed-up", told || queued, "the ICMP error is not passed up");
    observe("%s", !queued                                       ? "nothing queued"
                  : result < 0 && result == -(int)q.about.error ? "the same"
                                                                : result_name(result));
}

MUTANT(same, "all errors are taken for one")
{
    mutate(m, call);
    if (call->operation == OP_RECV && (call->error == ECONNREFUSED || call->error == EHOSTUNREACH))
        call_fail(call, ENETUNREACH);
}

RULE(next, "wire.error-queue.next",
     .statement = "When an error was taken from the queue the next call fails with the next one.",
     .outcome = {[BY_LINUX] = {"EHOSTUNREACH then ECONNREFUSED",
                               {"linux.recv.2.msg-errqueue-next", "linux.ipv6.7.ipv6-recverr",
                                "linux.udp.7.econnrefused", "linux.ip.7.ehostunreach-icmp"}}});

CASE(next, two_errors, ANY_ERRORS, .axes = {CONNECTED_OR_NOT})
{
    struct line line = take_line(t);
    struct asker a = hearing(&line);
    line_send_packet(&line, host_unreachable(&a.datagram));
    line_send_packet(&line, port_unreachable(&a.datagram));
    see_now(&line);
    set_nonblocking(t, iut, a.fd, true);
    pending_error(t, a.fd);
    char byte;
    int before = sk_recv(iut, a.fd, &byte, 1, 0);
    require(before == -EAGAIN || before == -EWOULDBLOCK, "an error is still pending: %s",
            result_name(before));
    struct queued q;
    if (!error_taken(t, a.fd, &q))
        return;
    observe("%s", error_name((int)q.about.error));
    observe_result(sk_recv(iut, a.fd, &byte, 1, 0));
}

MUTANT_GIVES(next, "nothing is reported after the first error", OP_RECV, ECONNREFUSED, EAGAIN)

RULE(empty, "wire.error-queue.empty",
     .statement = "recvmsg() with MSG_ERRQUEUE fails with EAGAIN on Linux when nothing is queued "
                  "any more, and does not wait.",
     .pinned = {[BY_LINUX] = "EAGAIN"});

CASE(empty, after_one, ANY_ERRORS, .axes = {CONNECTED_OR_NOT})
{
    struct line line = take_line(t);
    struct asker a = refused(&line);
    must_take_error(t, a.fd);
    int result, tries = 0;
    bool late;
    do {
        int64_t begin = clock_now();
        result = take_error(t, a.fd).result;
        late = clock_late(begin);
    } while (late && ++tries < LATE_TRIES);
    observe("%s%s", result_name(result), late ? ", late" : "");
}

MUTANT_GIVES(empty, "an empty queue gives another error", OP_RECVMSG, EAGAIN, EINVAL)

RULE(hops, "wire.error-queue.time-to-live",
     .statement = "A queued error brings the time to live, or hop limit, of the ICMP message as a "
                  "control message if the socket asks for it.",
     .outcome = {[BY_LINUX] = {"there",
                               {"linux.ip.7.ip-recverr-options", "linux.ip.7.ip-recvttl",
                                "linux.ipv6.7.ipv6-recverr", "rfc3542.hop-limit-received"}}});

CASE(hops, port_unreachable, ANY_ERRORS, .axes = {CONNECTED_OR_NOT})
{
    struct line line = take_line(t);
    struct asker a = hearing(&line);
    bool ipv6 = t->domain == AF_INET6;
    must(ipv6 ? sk_setsockopt(iut, a.fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1)
              : sk_setsockopt(iut, a.fd, IPPROTO_IP, IP_RECVTTL, 1));
    struct packet error = port_unreachable(&a.datagram);
    error.hops = 77;
    line_send_packet(&line, error);
    see_now(&line);
    int hops = must_take_error(t, a.fd).hops;
    observe("%s", hops == 77 ? "there" : hops < 0 ? "missing" : "another");
}

MUTANT(hops, "errors come without what was asked for")
{
    if (call_is_option(call, OP_SETSOCKOPT, IPPROTO_IP, IP_RECVTTL) ||
        call_is_option(call, OP_SETSOCKOPT, IPPROTO_IPV6, IPV6_RECVHOPLIMIT))
        call_set_option_value(call, 0);
    mutate(m, call);
}

/* ---- the path's MTU ---- */

/* A datagram that is not cut on its way, and a message that it was too big for an MTU. */
static struct asker too_big(struct line *line, uint32_t mtu)
{
    struct test *t = line->t;
    struct asker a = hearing(line);
    bool ipv6 = t->domain == AF_INET6;
    forget_path_mtu(t);
    must(ipv6 ? sk_setsockopt(t->iut, a.fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO)
              : sk_setsockopt(t->iut, a.fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO));
    datagram_more(line, &a, 1400);
    send_error(line, &a.datagram, ipv6 ? 2 : 3, ipv6 ? 0 : 4, mtu);
    return a;
}

RULE(mtu, "wire.error-queue.mtu",
     .statement = "A message that a datagram was too big is queued as EMSGSIZE, and ee_info is the "
                  "path's MTU.",
     .outcome = {[BY_LINUX] = {"EMSGSIZE then 1300",
                               {"linux.ip.7.ip-recverr-mtu", "linux.ipv6.7.ipv6-recverr",
                                "linux.ip.7.ip-mtu-discover-error-queue", "linux.ip.7.emsgsize"}}});

CASE(mtu, too_big, ANY_ERRORS, .axes = {CONNECTED_OR_NOT})
{
    struct line line = take_line(t);
    struct asker a = too_big(&line, 1300);
    struct queued q;
    if (!error_taken(t, a.fd, &q))
        return;
    observe("%s", error_name((int)q.about.error));
    observe("%u", q.about.info);
}

MUTANT(mtu, "the MTU is one less")
{
    mutate(m, call);
    if (error_of(call))
        error_of(call)->info--;
}

RULE(local, "wire.error-queue.local",
     .statement = "An error that the host itself finds is queued with SO_EE_ORIGIN_LOCAL: a "
                  "datagram above the path's MTU that may not be cut.",
     .outcome = {[BY_LINUX] = {"EMSGSIZE then local then EMSGSIZE then 1300",
                               {"linux.ip.7.ip-recverr-queue", "linux.ip.7.ip-recverr-origin",
                                "linux.ip.7.ip-recverr-mtu", "linux.ip.7.ip-pmtudisc-do-emsgsize",
                                "linux.ipv6.7.ipv6-recverr", "linux.ipv6.7.ipv6-mtu-discover"}}});

CASE(local, too_big, ANY_ERRORS, .axes = {CONNECTED_OR_NOT})
{
    static const char data[1400];
    struct line line = take_line(t);
    struct asker a = too_big(&line, 1300);
    struct queued q = take_error(t, a.fd);
    require_by("wire.error-queue.mtu", q.result >= 0 && q.there, "no MTU was queued");
    pending_error(t, a.fd);
    observe_result(sk_sendto(iut, a.fd, data, sizeof data, 0, a.connected ? NULL : &a.line_name));
    if (!error_taken(t, a.fd, &q))
        return;
    observe("%s", q.about.origin == ORIGIN_LOCAL ? "local" : "another");
    observe("%s", error_name((int)q.about.error));
    observe("%u", q.about.info);
}

MUTANT(local, "errors of the host itself came from the network")
{
    mutate(m, call);
    if (error_of(call))
        error_of(call)->origin = ORIGIN_ICMP;
}
