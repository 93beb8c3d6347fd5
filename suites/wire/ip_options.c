/* IP's part of segments that arrive: options, identification and precedence, none of which TCP goes
 * by. */
#include "suites/wire/wire.h"

/* A connection whose segments from the line have this of IP's header, those of its opening and
 * those with the data that arrives. */
static void observe_parts(struct test *t, struct packet opening, struct packet data)
{
    struct line line = take_line(t);
    struct talk c;
    struct packet syn = opening;
    syn.flags = SYN;
    bool connected;
    if (t->role == ROLE_SERVER) {
        c = talk_to_listener(&line);
        tell_segment(&c, syn);
        struct packet answer = hear(&c);
        if (answer.flags == (SYN | ACK)) {
            talk_counts_from(&c, &answer);
            opening.flags = ACK;
            tell_segment(&c, opening);
            accepted_now(&c);
        }
        connected = c.fd >= 0;
    } else {
        c = line_called(&line);
        syn.flags = SYN | ACK;
        tell_segment(&c, syn);
        connected = end_of_connect(&c) == 0;
    }
    observe("%s", connected ? "a connection" : "none");
    if (!connected)
        return;
    data.flags = ACK | PSH;
    for (int i = 0; i < 2; i++) {
        data.text = i ? "again" : "hello";
        tell_segment(&c, data);
        observe("%s", receive_next(t, t->iut, c.fd));
    }
}

static void observe_hello(struct test *t, struct packet with)
{
    observe_parts(t, with, with);
}

RULE(unknown, "wire.ip.unknown-option",
     .statement = "Segments with an IP option of an unknown kind are taken as ones without it: "
                  "accept() or connect() gives a connection, and recv() the data.",
     RFCS("a connection then hello then again", "rfc9293.must-50", "rfc1122.unknown-options"));

/* An option for experiments (RFC 4727). */
enum { EXPERIMENTAL = 158, OPTION_LENGTH = 4 };

CASE(unknown, all_segments, .network = ON_LINE, .family = FAMILY_IPV4, .role = ANY_ROLE)
{
    observe_hello(t, (struct packet){.ip_options = {EXPERIMENTAL, OPTION_LENGTH},
                                     .ip_options_length = OPTION_LENGTH});
}

MUTANT_ON_WIRE(unknown, "segments with data and IP options are not heard")
{
    return heading == FROM_IUT || !packet->ip_options_length || !packet->text;
}

RULE(identification, "wire.ip.same-identification",
     .statement = "Segments that have the same IP identification are not taken for duplicates: "
                  "recv() gives the data of each.",
     RFCS("a connection then hello then again", "rfc9293.ip-identification-not-relied-on"));

CASE(identification, all_segments, .network = ON_LINE, .family = FAMILY_IPV4, .role = ANY_ROLE)
{
    observe_hello(t, (struct packet){.identifier = 4711});
}

MUTANT_ON_WIRE(identification, "a segment with the identification of one before is not heard")
{
    static uint32_t last;
    bool heard = heading == FROM_IUT || !packet->text || packet->identifier != last;
    if (heading == TO_IUT && packet->text)
        last = packet->identifier;
    return heard;
}

RULE(precedence, "wire.ip.precedence",
     .statement = "Segments are taken whatever the precedence in their type of service or traffic "
                  "class, that of the SYN or another: accept() or connect() gives a connection, "
                  "and recv() the data.",
     RFCS("a connection then hello then again", "rfc9293.no-precedence-check"));

CASE(precedence, all_segments, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"precedence", {"1", "5", "7"}}})
{
    static const uint8_t values[] = {1 << 5, 5 << 5, 7 << 5};
    observe_hello(t, (struct packet){.traffic = values[t->chosen[0]]});
}

/* Who goes by the highest precedence of a connection, as TCP once did, takes no other after it. */
CASE(precedence, changes, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"data", {"higher", "lower"}}})
{
    struct packet low = {.traffic = 1 << 5}, high = {.traffic = 5 << 5};
    observe_parts(t, t->chosen[0] ? high : low, t->chosen[0] ? low : high);
}

MUTANT_ON_WIRE(precedence, "data of another precedence is not heard")
{
    return heading == FROM_IUT || !packet->traffic || !packet->text;
}
