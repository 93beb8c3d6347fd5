/* The options of IPv6 that POSIX names. */
#include "suites/suite.h"

static void observe_value(struct test *t, int fd, int option)
{
    int value = -1;
    socklen_t size = sizeof value;
    int result = sk_getsockopt_bytes(t->iut, fd, IPPROTO_IPV6, option, &value, &size);
    observe_result(result);
    if (result == 0 && size == sizeof value)
        observe("%d", value);
    else if (result == 0)
        observe("%u bytes", size);
}

RULE(preset, "options.ipv6.multicast-default",
     .statement = "On a new datagram socket getsockopt() gives IPV6_MULTICAST_HOPS as 1, "
                  "IPV6_MULTICAST_LOOP as 1 and IPV6_MULTICAST_IF as 0.",
     .outcome = {
         [BY_POSIX] = {"0 then 1",
                       {"posix.sockets.ipv6.multicast-hops.default",
                        "posix.sockets.ipv6.multicast-loop.default",
                        "posix.sockets.ipv6.multicast-hops.get-and-set",
                        "posix.sockets.ipv6.multicast-loop.get-and-set",
                        "posix.getsockopt.returns-0"}},
         [BY_LINUX] = {"0 then 1",
                       {"posix.sockets.ipv6.multicast-hops.default",
                        "posix.sockets.ipv6.multicast-loop.default", "linux.ipv6.7.option-level",
                        "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {"0 then 1",
                     {"posix.sockets.ipv6.multicast-hops.default",
                      "posix.sockets.ipv6.multicast-loop.default",
                      "freebsd.ip6.4.ipv6-multicast-hops", "freebsd.ip6.4.ipv6-multicast-loop",
                      "freebsd.getsockopt.2.returns-zero"}}});

CASE(preset, hops, .family = FAMILY_IPV6, .network = ON_LOOPBACK)
{
    observe_value(t, datagram_socket(t, iut), IPV6_MULTICAST_HOPS);
}

CASE(preset, loop, .family = FAMILY_IPV6, .network = ON_LOOPBACK)
{
    observe_value(t, datagram_socket(t, iut), IPV6_MULTICAST_LOOP);
}

CASE(preset, interface, .family = FAMILY_IPV6, .network = ON_LOOPBACK,
     .outcome = {
         [BY_POSIX] = {"0 then 0",
                       {"posix.sockets.ipv6.multicast-if.default",
                        "posix.sockets.ipv6.multicast-if.get-and-set",
                        "posix.sockets.ipv6.multicast-if.type", "posix.getsockopt.returns-0"}},
         [BY_LINUX] = {"0 then 0",
                       {"posix.sockets.ipv6.multicast-if.default", "linux.ipv6.7.option-level",
                        "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {"0 then 0",
                     {"posix.sockets.ipv6.multicast-if.default", "freebsd.ip6.4.ipv6-multicast-if",
                      "freebsd.getsockopt.2.returns-zero"}}})
{
    observe_value(t, datagram_socket(t, iut), IPV6_MULTICAST_IF);
}

MUTANT(preset, "getsockopt() gives 64 for each of them")
{
    mutate(m, call);
    if (call->operation == OP_GETSOCKOPT && call->result == 0)
        call_set_option_value(call, 64);
}

RULE(sets, "options.ipv6.set",
     .statement = "setsockopt() sets IPV6_UNICAST_HOPS, IPV6_MULTICAST_HOPS, IPV6_MULTICAST_LOOP "
                  "and IPV6_MULTICAST_IF, and getsockopt() gives what was set.",
     .outcome = {
         [BY_POSIX] = {"0 then 0 then that",
                       {"posix.sockets.ipv6.unicast-hops.get-and-set",
                        "posix.sockets.ipv6.multicast-hops.get-and-set",
                        "posix.sockets.ipv6.multicast-hops.values",
                        "posix.sockets.ipv6.multicast-loop.get-and-set",
                        "posix.sockets.ipv6.multicast-if.get-and-set", "posix.setsockopt.returns-0",
                        "posix.getsockopt.returns-0"}},
         [BY_LINUX] = {"0 then 0 then that",
                       {"linux.ipv6.7.ipv6-unicast-hops", "linux.ipv6.7.ipv6-multicast-hops",
                        "linux.ipv6.7.ipv6-multicast-loop", "linux.ipv6.7.ipv6-multicast-if",
                        "linux.ipv6.7.option-level", "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {"0 then 0 then that",
                     {"freebsd.ip6.4.ipv6-unicast-hops", "freebsd.ip6.4.ipv6-multicast-hops",
                      "freebsd.ip6.4.ipv6-multicast-hops-0-not-sent",
                      "freebsd.ip6.4.ipv6-multicast-loop", "freebsd.ip6.4.ipv6-multicast-if",
                      "freebsd.getsockopt.2.returns-zero"}}});

static void set_and_read(struct test *t, int fd, int option, int given)
{
    int value = -1;
    observe_result(sk_setsockopt(t->iut, fd, IPPROTO_IPV6, option, given));
    int result = sk_getsockopt(t->iut, fd, IPPROTO_IPV6, option, &value);
    observe_result(result);
    if (result == 0 && value == given)
        observe("that");
    else
        observe("%d", value);
}

CASE(sets, unicast_hops, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {{"hops", {"1", "33", "255"}}})
{
    static const int hops[] = {1, 33, 255};
    set_and_read(t, typed_socket(t, iut), IPV6_UNICAST_HOPS, hops[t->chosen[0]]);
}

CASE(sets, multicast_hops, .family = FAMILY_IPV6, .network = ON_LOOPBACK,
     .axes = {{"hops", {"0", "7", "255"}}})
{
    static const int hops[] = {0, 7, 255};
    set_and_read(t, datagram_socket(t, iut), IPV6_MULTICAST_HOPS, hops[t->chosen[0]]);
}

CASE(sets, multicast_loop, .family = FAMILY_IPV6, .network = ON_LOOPBACK,
     .axes = {{"loop", {"0", "1"}}})
{
    int fd = datagram_socket(t, iut), loop = t->chosen[0] == 1;
    if (loop)
        must(sk_setsockopt(iut, fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0));
    set_and_read(t, fd, IPV6_MULTICAST_LOOP, loop);
}

/* Of the interfaces it is the one to the other host, which has multicast for sure. */
CASE(sets, multicast_interface, .family = FAMILY_IPV6, .network = ON_PAIR)
{
    uint32_t index = place_of(t, iut, PLACE_LINK_LOCAL, 0).in6.sin6_scope_id;
    require(index > 0, "the interface has no index");
    set_and_read(t, datagram_socket(t, iut), IPV6_MULTICAST_IF, (int)index);
}

MUTANT(sets, "setsockopt() gives 0 and sets nothing")
{
    if (call->operation == OP_SETSOCKOPT)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(system_hops, "options.ipv6.unicast-hops-system",
     .statement = "After setsockopt() with IPV6_UNICAST_HOPS and -1, which returns 0, getsockopt() "
                  "gives what it gives on a new socket, or -1.",
     .outcome = {
         [BY_POSIX] = {"0 then as before | -1",
                       {"posix.sockets.ipv6.unicast-hops.system-default",
                        "posix.sockets.ipv6.unicast-hops.get-and-set",
                        "posix.setsockopt.returns-0"}},
         [BY_LINUX] = {"0 then as before | -1",
                       {"posix.sockets.ipv6.unicast-hops.system-default",
                        "linux.ipv6.7.ipv6-unicast-hops-default",
                        "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {"0 then as before | -1",
                     {"posix.sockets.ipv6.unicast-hops.system-default",
                      "freebsd.ip6.4.ipv6-unicast-hops", "freebsd.getsockopt.2.returns-zero"}}});

CASE(system_hops, again, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut), before, between, after;
    must(sk_getsockopt(iut, fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &before));
    int other = before == 33 ? 34 : 33;
    must(sk_setsockopt(iut, fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, other));
    must(sk_getsockopt(iut, fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &between));
    require_by("options.ipv6.set", between == other, "IPV6_UNICAST_HOPS was set to %d and is %d",
               other, between);
    observe_result(sk_setsockopt(iut, fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, -1));
    int result = sk_getsockopt(iut, fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &after);
    if (result < 0)
        observe_result(result);
    else if (after == before)
        observe("as before");
    else
        observe("%d", after);
}

MUTANT(system_hops, "IPV6_UNICAST_HOPS takes -1 for 255")
{
    bool all = call_is_option(call, OP_SETSOCKOPT, IPPROTO_IPV6, IPV6_UNICAST_HOPS) &&
               call_option_value(call) == -1;
    if (all)
        call_set_option_value(call, 255);
    mutate(m, call);
    if (all)
        call_set_option_value(call, -1);
}

RULE(range, "options.ipv6.hops-range",
     .statement = "setsockopt() with IPV6_UNICAST_HOPS or IPV6_MULTICAST_HOPS and a value below -1 "
                  "or above 255 fails with EINVAL.",
     .outcome = {
         [BY_POSIX] = {"EINVAL",
                       {"posix.sockets.ipv6.unicast-hops.below-einval",
                        "posix.sockets.ipv6.unicast-hops.above-einval",
                        "posix.sockets.ipv6.multicast-hops.values",
                        "rfc3493.multicast-hops-einval"}},
         [BY_LINUX] = {"EINVAL",
                       {"posix.sockets.ipv6.unicast-hops.below-einval",
                        "posix.sockets.ipv6.unicast-hops.above-einval",
                        "posix.sockets.ipv6.multicast-hops.values", "rfc3493.multicast-hops-einval",
                        "linux.ipv6.7.ipv6-unicast-hops", "linux.ipv6.7.ipv6-multicast-hops"}}});

/* Numbers whose lowest bytes are in the range as well. */
static const int no_hops[] = {-2, 256, -256, 65536};

CASE(range, outside, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {{"hops", {"-2", "256", "-256", "65536"}}},
     .outcome = {[BY_BSD] = {"EINVAL",
                             {"posix.sockets.ipv6.unicast-hops.below-einval",
                              "posix.sockets.ipv6.unicast-hops.above-einval"}}})
{
    observe_result(sk_setsockopt(iut, typed_socket(t, iut), IPPROTO_IPV6, IPV6_UNICAST_HOPS,
                                 no_hops[t->chosen[0]]));
}

/* That it is EINVAL stands in RFC 3493, which FreeBSD's page names for IPV6_V6ONLY alone. */
CASE(range, multicast, .family = FAMILY_IPV6, .network = ON_LOOPBACK,
     .axes = {{"hops", {"-2", "256", "-256", "65536"}}})
{
    observe_result(sk_setsockopt(iut, datagram_socket(t, iut), IPPROTO_IPV6, IPV6_MULTICAST_HOPS,
                                 no_hops[t->chosen[0]]));
}

MUTANT_GIVES(range, "any number of hops can be set", OP_SETSOCKOPT, EINVAL, 0)

/* Linux's page calls the option a boolean, and takes any value but 0 of these for true. */
RULE(boolean, "options.ipv6.loop-range",
     .statement =
         "setsockopt() with IPV6_MULTICAST_LOOP and another value than 0 and 1 fails with EINVAL.",
     .outcome = {[BY_POSIX] = {"EINVAL", {"posix.sockets.ipv6.multicast-loop.other-einval"}},
                 [BY_BSD] = {"EINVAL", {"posix.sockets.ipv6.multicast-loop.other-einval"}}},
     .pinned = {[BY_LINUX] = "EINVAL"});

CASE(boolean, outside, .family = FAMILY_IPV6, .network = ON_LOOPBACK,
     .axes = {{"value", {"2", "-1", "256"}}})
{
    static const int values[] = {2, -1, 256};
    observe_result(sk_setsockopt(iut, datagram_socket(t, iut), IPPROTO_IPV6, IPV6_MULTICAST_LOOP,
                                 values[t->chosen[0]]));
}

MUTANT_GIVES(boolean, "IPV6_MULTICAST_LOOP can be set to any value", OP_SETSOCKOPT, EINVAL, 0)

RULE(write_only, "options.ipv6.group-set-only",
     .statement = "getsockopt() with IPV6_JOIN_GROUP or IPV6_LEAVE_GROUP fails with EOPNOTSUPP.",
     .outcome = {[BY_POSIX] = {"EOPNOTSUPP",
                               {"posix.sockets.ipv6.group-options-get-eopnotsupp",
                                "posix.sockets.ipv6.join-group.get-eopnotsupp",
                                "posix.sockets.ipv6.leave-group.get-eopnotsupp"}}},
     .pinned = {[BY_LINUX] = "ENOPROTOOPT"});

CASE(write_only, fresh, .family = FAMILY_IPV6, .network = ON_LOOPBACK,
     .axes = {{"option", {"join", "leave"}}})
{
    struct ipv6_mreq group;
    socklen_t size = sizeof group;
    observe_result(sk_getsockopt_bytes(iut, datagram_socket(t, iut), IPPROTO_IPV6,
                                       t->chosen[0] ? IPV6_LEAVE_GROUP : IPV6_JOIN_GROUP, &group,
                                       &size));
}

MUTANT(write_only, "getsockopt() of a group gives 0")
{
    mutate(m, call);
    if (call->operation == OP_GETSOCKOPT)
        call_succeed(call, 0);
}
