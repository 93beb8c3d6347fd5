/* Cases on a line that do what a case must not do. */
#include "tests/machinery/misbehaviour.h"

/* The whole of a connection, and a wrong observation. */
MISBEHAVIOUR(line_deviates, "line-deviates", harmless);
CASE(line_deviates, plain, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_IPV6)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = 1000, .stamp = STAMP(7, 0));
    must(sk_send(iut, c.fd, "hello", 5, 0));
    must_hear(&c, ACK);
    tell(&c, ACK, .wrong.checksum = 1);
    observe("bad");
}

/* What the implementation has sent is kept, although nobody reads it. */
MISBEHAVIOUR(line_crashes, "line-crashes", harmless);
CASE(line_crashes, plain, .network = ON_LINE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    must(sk_send(iut, c.fd, "last words", 10, 0));
    raise(SIGSEGV);
}

/* The next case finds a line on which nothing is left of that. */
MISBEHAVIOUR(line_litters, "line-litters", harmless);
CASE(line_litters, a_leaves, .network = ON_LINE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    must(sk_send(iut, c.fd, "for nobody", 10, 0));
    observe("good");
}

CASE(line_litters, b_sees_none, .network = ON_LINE)
{
    struct line line = take_line(t);
    observe("%s", see_now(&line).protocol ? "bad" : "good");
}
