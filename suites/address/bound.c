#include "suites/address/bound.h"

#include "suites/suite.h"

void observe_bound(struct test *t, int fd, const struct address *asked, int result)
{
    struct address given;
    if (result == 0 && must(sk_getsockname(t->iut, fd, &given)) == 0 &&
        !(address_port(asked) ? address_equal(&given, asked) : address_same_host(&given, asked)))
        observe("0, and another name");
    else
        observe_result(result);
}
