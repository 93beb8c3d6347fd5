#include "suites/address/bound.h"

#include "suites/suite.h"

int address_socket(struct test *t, int type)
{
    int fd = must(sk_socket(t->iut, t->domain, type, 0));
    if (t->family & FAMILY_MAPPED) /* what has no such option restricts nothing */
        sk_setsockopt(t->iut, fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    return fd;
}

int bound_at(struct test *t, int type, enum place place, int port, struct address *name)
{
    int fd = address_socket(t, type);
    *name = place_of(t, t->iut, place, port);
    must(sk_bind(t->iut, fd, name));
    must(sk_getsockname(t->iut, fd, name));
    return fd;
}

void observe_bound(struct test *t, int fd, const struct address *asked, int result)
{
    struct address given;
    if (result == 0 && must(sk_getsockname(t->iut, fd, &given)) == 0 &&
        !(address_port(asked) ? address_equal(&given, asked) : address_same_host(&given, asked)))
        observe("0, and another name");
    else
        observe_result(result);
}
