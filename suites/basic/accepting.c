#include "suites/basic/accepting.h"

void observe_waiting_for_client(struct test *t, const struct endpoint *server, struct call accepts)
{
    bool waits = true, late;
    int result, tries = 0;
    do {
        struct pending *accepting = sk_begin(t->iut, accepts);
        waits = sk_waits(accepting) && waits;
        must(sk_connect(t->peer, stream_socket(t, t->peer), &server->address));
        int64_t since = clock_now();
        result = finish(accepting);
        late = clock_late(since);
    } while (late && ++tries < LATE_TRIES);
    observe("%s", waits ? "waits" : "returns");
    observe("%s%s", result_name(result), late ? ", late" : "");
}

void observe_empty_queue(struct test *t, struct call accepts)
{
    bool late;
    int result, tries = 0;
    do {
        int64_t since = clock_now();
        result = finish(sk_begin(t->iut, accepts));
        late = clock_late(since);
    } while (late && ++tries < LATE_TRIES);
    observe("%s%s", result_name(result), late ? ", late" : "");
}
