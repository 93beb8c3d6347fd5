/* Explicit congestion notification (RFC 3168) of TCP: it is agreed on by ECE and CWR in SYNs, and
 * ECE tells the sender of what routers have marked. */
#include "suites/wire/wire.h"

/* The field of IP that routers mark: what can be marked, and what is. */
enum { CAPABLE = 2, MARKED = 3 };

RULE(agreed, "wire.ecn.agreed",
     .statement = "A listening socket answers a SYN with ECE and CWR by a SYN with ACK that has "
                  "ECE and not CWR, and one without them by a SYN with ACK that has neither.",
     RFCS("ECE then neither", "rfc9293.shld-8"));

static const char *notification(const struct packet *packet)
{
    static const char *const words[] = {"neither", "ECE", "CWR", "both"};
    return words[(packet->flags & ECE ? 1 : 0) + (packet->flags & CWR ? 2 : 0)];
}

CASE(agreed, listener, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk with = talk_to_listener(&line);
    tell(&with, SYN | ECE | CWR);
    struct packet answer = hear(&with);
    observe("%s", has_just(&answer, SYN | ACK) ? notification(&answer) : said(&with, answer));
    tell(&with, RST); /* so that its SYN with ACK does not come again */
    drain(&line);
    struct talk without = line_calls(&line);
    observe("%s", notification(&without.syn));
}

MUTANT_TAMPERS(agreed, "SYNs have no ECE", .with = SYN | ACK, .clear = ECE)

RULE(told, "wire.ecn.told",
     .statement =
         "When ECN is agreed on with a listening socket, data that was marked on its way "
         "is acknowledged with ECE, and so is what comes then, until the other side has "
         "said CWR; what comes before it, and after the CWR, is acknowledged without, until "
         "something is marked again.",
     RFCS("neither then ECE then ECE then neither then ECE", "rfc9293.shld-8"));

/* What the ACK of data says, which was marked or not, and may say CWR; NULL if there is none. */
static const char *answer_to(struct talk *c, unsigned flags, uint8_t traffic)
{
    tell(c, ACK | PSH | flags, .text = "abc", .traffic = traffic);
    struct packet packet = acknowledged(c);
    if (!packet.protocol)
        return NULL;
    hear_rest(c);
    return notification(&packet);
}

CASE(told, marked, .network = ON_LINE, .family = ANY_FAMILY)
{
    static const struct {
        unsigned flags;
        uint8_t traffic;
    } sent[] = {{0, CAPABLE}, {0, MARKED}, {0, CAPABLE}, {CWR, CAPABLE}, {0, CAPABLE}, {0, MARKED}};
    struct line line = take_line(t);
    struct talk c = line_calls_with(&line, (struct packet){.flags = SYN | ECE | CWR});
    if (strcmp(notification(&c.syn), "ECE") != 0)
        skip("there is no ECN here: there need not be any");
    tell(&c, ACK);
    c.fd = must(sk_accept(iut, c.listener, NULL));
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        const char *answer = answer_to(&c, sent[i].flags, sent[i].traffic);
        if (!answer || !(sent[i].flags & CWR)) /* by the text it counts for what comes after it */
            observe("%s", answer ? answer : "no ACK");
        if (!answer)
            return;
    }
}

MUTANT_TAMPERS(told, "ECE comes once", .with = ACK | ECE, .without = SYN, .nth = 2, .clear = ECE)
