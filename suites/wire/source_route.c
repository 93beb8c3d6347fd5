/* Source routes that a program gives. */
#include "suites/wire/wire.h"

enum { LOOSE_ROUTE = 131, ROUTE_LENGTH = 7, FIRST = 4, PADDED = 8, IPV4_HEADER = 20 };

/* Whether the packet goes to the first host of a route and has the other end as what comes then. */
static const char *way_of(const struct packet *packet, const struct line *line,
                          const struct address *end)
{
    if (packet->protocol != IPPROTO_TCP || !address_same_host(&packet->destination, &line->address))
        return "elsewhere";
    const unsigned char *route = (const unsigned char *)packet->raw + IPV4_HEADER;
    bool there = packet->header_options >= ROUTE_LENGTH && route[0] == LOOSE_ROUTE &&
                 route[1] == ROUTE_LENGTH && memcmp(route + 3, &end->in.sin_addr, 4) == 0;
    return there ? "by the first host" : "to the first host alone";
}

/* How the option is written is each system's own: Linux puts the end behind the hosts itself. */
RULE(active, "wire.source-route.connect",
     .statement = "setsockopt() of IP_OPTIONS gives connect() a source route: its SYN goes to the "
                  "first host of the route, and has the option with the other end's address.",
     .outcome = {[BY_LINUX] = {"by the first host", {"rfc9293.must-51"}}});

CASE(active, loose, .network = ON_LINE, .family = FAMILY_IPV4)
{
    struct line line = take_line(t);
    struct address end = address_of("198.51.100.77", 4711);
    unsigned char options[PADDED] = {LOOSE_ROUTE, ROUTE_LENGTH, FIRST};
    memcpy(options + 3, &line.address.in.sin_addr, 4);
    int fd = stream_socket(t, iut);
    must(sk_setsockopt_bytes(iut, fd, IPPROTO_IP, IP_OPTIONS, options, sizeof options));
    set_nonblocking(t, iut, fd, true);
    int result = sk_connect(iut, fd, &end);
    struct packet syn = see(&line);
    observe("%s", result == -EINPROGRESS ? way_of(&syn, &line, &end) : result_name(result));
}

/* The route goes to the first host and no further. */
MUTANT_ON_WIRE(active, "the route is left out")
{
    if (heading == FROM_IUT)
        packet->header_options = 0;
    return true;
}
