#include "suites/wire/too_big.h"

#include "calls/clock.h"

static int64_t told_at;

bool on_ipv6(const struct line *line)
{
    return line->address.any.sa_family == AF_INET6;
}

void say_too_big_by(struct line *line, const struct packet *packet, uint32_t mtu, int code)
{
    line_send_packet(line, on_ipv6(line) ? error_about(packet, 2, code, mtu)
                                         : error_about(packet, 3, 4, mtu));
    told_at = clock_now();
}

void say_too_big(struct line *line, const struct packet *packet, uint32_t mtu)
{
    say_too_big_by(line, packet, mtu, 0);
}

int64_t told_too_big(void)
{
    return told_at;
}

bool would_pass(const struct packet *packet, size_t mtu)
{
    return packet->raw_length <= mtu ||
           (packet->source.any.sa_family == AF_INET && !packet->dont_fragment);
}

const char *how_sent(const struct packet *packet)
{
    if (packet->fragment || packet->more_fragments)
        return packet->raw_length <= 1300 ? "a fragment" : "a big fragment";
    return packet->dont_fragment ? "whole with the flag" : "whole";
}

void set_discover(struct test *t, int fd, int discover)
{
    int result = t->domain == AF_INET6
                     ? sk_setsockopt(t->iut, fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, discover)
                     : sk_setsockopt(t->iut, fd, IPPROTO_IP, IP_MTU_DISCOVER, discover);
    if (result == -ENOPROTOOPT || result == -LACKING)
        skip("this implementation has no such option");
    must(result);
}
