/* sendto() to everybody, and what has to be asked for first. */
#include "suites/wire/many.h"

/* A case needs a way to everybody, which is a matter of routes. Gives whether it leads to the line:
 * where there are several interfaces it may be another that is taken. */
static bool need_broadcast(struct test *t, struct line *line, const struct address *to)
{
    int fd = bound_datagram_socket(t, t->iut).fd;
    must(sk_setsockopt(t->iut, fd, SOL_SOCKET, SO_BROADCAST, 1));
    struct address way = address_with_port(*to, address_port(to) + 1); /* not the case's, if late */
    int result = sk_sendto(t->iut, fd, "way", 3, 0, &way);
    if (result == -EHOSTUNREACH || result == -ENETUNREACH)
        skip("no route of the implementation leads to the broadcast address");
    return see_datagram(line, way, true).protocol;
}

RULE(denied, "wire.broadcast.denied",
     .statement = "sendto() and sendmsg() to the broadcast address fail with EACCES and send "
                  "nothing, unless SO_BROADCAST is set.",
     .outcome = {[BY_LINUX] = {"EACCES then nothing",
                               {"linux.ip.7.eacces-broadcast", "linux.ip.7.broadcast-sent",
                                "linux.send.2.eacces-broadcast"}},
                 [BY_BSD] = {"EACCES then nothing",
                             {"freebsd.send.2.eacces", "freebsd.getsockopt.2.so-broadcast"}}});

#define NOT_SET                                                                                    \
    .network = ON_LINE, .family = FAMILY_IPV4, .send = WITH_SENDTO | WITH_SENDMSG,                 \
    .axes = {{"so-broadcast", {"unset", "cleared"}}}

/* What a send to everybody gives that is not allowed; what comes of it is observed behind it. */
static int send_denied(struct test *t, struct line *line, const struct address *to)
{
    bool seen = need_broadcast(t, line, to);
    if (!seen && t->net->described)
        skip("what the implementation sends to everybody leaves by another interface");
    require_by("wire.broadcast.sent", seen, "what is sent to everybody does not come");
    int fd = bound_datagram_socket(t, t->iut).fd;
    for (int on = 1; t->chosen[0] && on >= 0; on--)
        must(sk_setsockopt(t->iut, fd, SOL_SOCKET, SO_BROADCAST, on));
    return send_by_form(t, t->iut, fd, "abc", 3, to);
}

static void observe_sent_now(struct line *line, struct address to)
{
    struct test *t = line->t;
    struct packet packet = see_datagram(line, to, true);
    observe("%s", packet_words(&packet, NULL, NULL));
}

CASE(denied, datagram, NOT_SET)
{
    struct line line = line_to_many(t);
    struct address to = address_of("255.255.255.255", 4711);
    observe_result(send_denied(t, &line, &to));
    observe_sent_now(&line, to);
}

/* POSIX does not say with which error. */
#define FAILS_BY_POSIX                                                                             \
    {                                                                                              \
        "fails then nothing",                                                                      \
        {                                                                                          \
            "posix.sendto.broadcast-needs-option", "posix.sendmsg.broadcast-needs-option",         \
                "posix.netinet-in-h.inaddr-broadcast", "posix.sockets.options.broadcast.default",  \
                "posix.sockets.options.broadcast.permits"                                          \
        }                                                                                          \
    }

CASE(denied, with_any_error, NOT_SET,
     .outcome = {
         [BY_POSIX] = FAILS_BY_POSIX, [BY_LINUX] = FAILS_BY_POSIX, [BY_BSD] = FAILS_BY_POSIX})
{
    struct line line = line_to_many(t);
    struct address to = address_of("255.255.255.255", 4711);
    observe("%s", send_denied(t, &line, &to) < 0 ? "fails" : "succeeds");
    observe_sent_now(&line, to);
}

MUTANT(denied, "SO_BROADCAST is always set")
{
    if (call->operation == OP_SENDTO || call->operation == OP_SENDMSG)
        sk_setsockopt(m->real, (int)call->argument[0], SOL_SOCKET, SO_BROADCAST, 1);
    mutate(m, call);
}

RULE(
    broadcast, "wire.broadcast.sent",
    .statement = "sendto() to the broadcast address sends to everybody on the link if setsockopt() "
                 "set SO_BROADCAST.",
    .outcome = {
        [BY_POSIX] = {"to everybody",
                      {"posix.sockets.options.broadcast.permits", "posix.sendto.sends",
                       "posix.netinet-in-h.inaddr-broadcast"}},
        [BY_LINUX] = {"to everybody", {"linux.socket.7.so-broadcast", "linux.ip.7.broadcast-sent"}},
        [BY_BSD] = {"to everybody",
                    {"freebsd.getsockopt.2.so-broadcast", "freebsd.inet.4.inaddr-broadcast"}}});

/* Whether it is an address of everybody on the link, as far as a case knows them. */
static bool is_everybody(struct test *t, const struct line *line, const struct address *address)
{
    const struct address limited = address_of("255.255.255.255", 0);
    if (address_same_host(address, &limited))
        return true;
    if (t->net->described) /* how long the prefix of the network is, is not known */
        return !address_same_host(address, &line->address) &&
               !address_same_host(address, &line->iut);
    struct address of_the_net = broadcast_of_the_net(t, line->address);
    return address_same_host(address, &of_the_net);
}

CASE(broadcast, datagram, .network = ON_LINE, .family = FAMILY_IPV4)
{
    static const unsigned char everybody[HARDWARE] = {255, 255, 255, 255, 255, 255};
    struct line line = line_to_many(t);
    struct address to = address_of("255.255.255.255", 4711);
    int fd = bound_datagram_socket(t, iut).fd;
    if (!need_broadcast(t, &line, &to) && t->net->described)
        skip("what the implementation sends to everybody leaves by another interface");
    must(sk_setsockopt(iut, fd, SOL_SOCKET, SO_BROADCAST, 1));
    int result = sk_sendto(iut, fd, "abc", 3, 0, &to);
    if (result < 0) {
        observe_result(result);
        return;
    }
    struct packet packet = see_datagram(&line, to, false);
    bool to_all =
        memcmp(packet.to, everybody, HARDWARE) == 0 && is_everybody(t, &line, &packet.destination);
    observe("%s", !packet.protocol                         ? "nothing"
                  : strcmp(octets_of(&packet), "abc") != 0 ? "something else"
                  : to_all                                 ? "to everybody"
                                                           : "to somebody");
}

MUTANT_ON_WIRE(broadcast, "it goes to nobody")
{
    return heading == TO_IUT || packet->protocol != IPPROTO_UDP;
}
