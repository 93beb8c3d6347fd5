#include "suites/wire/icmp.h"

#include <stdlib.h>

struct packet asked_error(const struct test *t, const struct packet *about)
{
    const struct own_axis *axis = &t->variant->of->axes[0];
    int type = 0, code = 0;
    if (sscanf(axis->values[t->chosen[0]], "%d-%d", &type, &code) != 2)
        abort();
    return error_about(about, type, code, 0);
}

struct packet send_asked_error(struct line *line, const struct packet *about)
{
    line_send_packet(line, asked_error(line->t, about));
    return see_now(line);
}

struct packet send_error(struct line *line, const struct packet *about, int type, int code,
                         uint32_t rest)
{
    line_send_packet(line, error_about(about, type, code, rest));
    return see_now(line);
}

struct packet error_quoting(const struct packet *about, int type, int code, const void *bytes,
                            size_t size)
{
    struct packet error = error_about(about, type, code, 0);
    error.data = bytes;
    error.length = size;
    return error;
}

static bool is_ipv6(const struct packet *packet)
{
    return packet->source.any.sa_family == AF_INET6;
}

struct packet port_unreachable(const struct packet *about)
{
    return is_ipv6(about) ? error_about(about, 1, 4, 0) : error_about(about, 3, 3, 0);
}

struct packet host_unreachable(const struct packet *about)
{
    return is_ipv6(about) ? error_about(about, 1, 3, 0) : error_about(about, 3, 1, 0);
}

static struct packet must_see_datagram(struct line *line)
{
    struct test *t = line->t;
    struct packet packet = see(line);
    require(packet.protocol == IPPROTO_UDP, "a datagram should have come, and not %s",
            packet_words(&packet, NULL, NULL));
    return packet;
}

struct asker asks_connected(struct line *line)
{
    struct test *t = line->t;
    struct asker asker = {
        .fd = datagram_socket(t, t->iut), .connected = true, .line_name = line_name(line, 0)};
    must(sk_connect(t->iut, asker.fd, &asker.line_name));
    must(sk_send(t->iut, asker.fd, "hello", 5, 0));
    asker.datagram = must_see_datagram(line);
    return asker;
}

struct asker asks_unconnected(struct line *line)
{
    struct test *t = line->t;
    struct asker asker = {.fd = datagram_socket(t, t->iut), .line_name = line_name(line, 0)};
    must(sk_sendto(t->iut, asker.fd, "hello", 5, 0, &asker.line_name));
    asker.datagram = must_see_datagram(line);
    return asker;
}

struct packet datagram_more(struct line *line, struct asker *asker, size_t size)
{
    static char data[4096];
    struct test *t = line->t;
    /* There are those that take no address on a connected socket. */
    must(sk_sendto(t->iut, asker->fd, data, size, 0, asker->connected ? NULL : &asker->line_name));
    asker->datagram = must_see_datagram(line);
    return asker->datagram;
}

static int turn_on(struct test *t, int fd)
{
    return t->domain == AF_INET6 ? sk_setsockopt(t->iut, fd, IPPROTO_IPV6, IPV6_RECVERR, 1)
                                 : sk_setsockopt(t->iut, fd, IPPROTO_IP, IP_RECVERR, 1);
}

/* Asked with a socket of its own: one that was refused an option shall not be in a case's way. */
static bool has_option(struct test *t)
{
    int probe = datagram_socket(t, t->iut), result = turn_on(t, probe);
    must(sk_close(t->iut, probe));
    return result >= 0;
}

void need_error_queue(struct test *t)
{
    if (!has_option(t))
        skip("this implementation has no %s",
             t->domain == AF_INET6 ? "IPV6_RECVERR" : "IP_RECVERR");
}

void hear_errors(struct test *t, int fd)
{
    need_error_queue(t);
    must(turn_on(t, fd));
}

void hear_errors_if_possible(struct test *t, int fd)
{
    if (has_option(t))
        must(turn_on(t, fd));
}

const char *pending_error(struct test *t, int fd)
{
    int error;
    must(sk_getsockopt(t->iut, fd, SOL_SOCKET, SO_ERROR, &error));
    return error_name(error);
}

const char *reported_error(struct test *t, int fd)
{
    char byte;
    const char *error = pending_error(t, fd);
    if (strcmp(error, "0") != 0)
        return error;
    set_nonblocking(t, t->iut, fd, true);
    int result = sk_recv(t->iut, fd, &byte, 1, 0);
    return result >= 0 || result == -EAGAIN || result == -EWOULDBLOCK ? "0" : result_name(result);
}

void forget_path_mtu(struct test *t)
{
    t->net->altered = t->net->rerouted = true;
}

void reports_another_error(struct mutation *m, struct call *call)
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR) && call_option_value(call))
        call_set_option_value(call, EDOM);
    if (call->operation == OP_CONNECT && call->error && call->error != EINPROGRESS)
        call_fail(call, EDOM);
}

bool invents_error(struct mutation *m, struct call *call, int error)
{
    mutate(m, call);
    if (!call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR) || call_option_value(call))
        return false;
    call_set_option_value(call, error);
    return true;
}

bool is_error_to_iut(const struct packet *packet, enum heading heading)
{
    return heading == TO_IUT && packet_is_error(packet);
}
