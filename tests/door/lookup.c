#include "tests/door/lookup.h"

#include "hosts/calls.h"
#include "hosts/lookup.h"

#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>

static const struct hints numeric = {
    .flags = AI_NUMERICHOST | AI_NUMERICSERV, .family = AF_UNSPEC, .type = SOCK_STREAM};

static bool is_name(const struct found *found, const char *text, int port)
{
    struct address expected = address_of(text, port);
    return found->name_length == expected.length &&
           memcmp(found->name, &expected.storage, expected.length) == 0;
}

/* ---- look-up ---- */

static void numeric_names(struct host *host)
{
    struct found found[4];
    CU_ASSERT_EQUAL(sk_getaddrinfo(host, "192.0.2.1", "80", &numeric, found, 4), 1);
    CU_ASSERT_EQUAL(found[0].family, AF_INET);
    CU_ASSERT_EQUAL(found[0].type, SOCK_STREAM);
    CU_ASSERT_EQUAL(found[0].protocol, IPPROTO_TCP);
    CU_ASSERT_TRUE(is_name(&found[0], "192.0.2.1", 80));
    CU_ASSERT_EQUAL(sk_freeaddrinfo(host, found[0].handle), 0);
    CU_ASSERT_EQUAL(sk_freeaddrinfo(host, found[0].handle), -EINVAL);
    CU_ASSERT_EQUAL(sk_freeaddrinfo(host, 0), -EINVAL);

    CU_ASSERT_EQUAL(sk_getaddrinfo(host, "2001:db8::1", "443", &numeric, found, 4), 1);
    CU_ASSERT_TRUE(is_name(&found[0], "2001:db8::1", 443));
    CU_ASSERT_EQUAL(sk_freeaddrinfo(host, found[0].handle), 0);
}

static void many_results(struct host *host)
{
    const struct hints any = {.flags = AI_PASSIVE | AI_NUMERICSERV, .family = AF_INET};
    struct found found[4], one;
    memset(&found[1], 1, sizeof found[1]);
    struct found before = found[1];
    int count = sk_getaddrinfo(host, NULL, "7000", &any, found, 1);
    CU_ASSERT_TRUE(count >= 2); /* a stream's and a datagram's */
    CU_ASSERT_TRUE(is_name(&found[0], "0.0.0.0", 7000));
    CU_ASSERT_EQUAL(memcmp(&found[1], &before, sizeof before), 0);
    CU_ASSERT_EQUAL(sk_getaddrinfo(host, NULL, "7000", &any, &one, 1), count);
    CU_ASSERT_TRUE(one.handle != found[0].handle);
    CU_ASSERT_EQUAL(sk_freeaddrinfo(host, found[0].handle), 0);
    CU_ASSERT_EQUAL(sk_freeaddrinfo(host, one.handle), 0);
    CU_ASSERT_EQUAL(sk_getaddrinfo(host, NULL, "7000", &any, NULL, 0), 0);

    CU_ASSERT_EQUAL(sk_getaddrinfo(host, "192.0.2.1", NULL, NULL, found, 4), count);
    /* Without hints glibc may map the address, where no interface but the loopback has any. */
    CU_ASSERT_TRUE(is_name(&found[1], "192.0.2.1", 0) || is_name(&found[1], "::ffff:192.0.2.1", 0));
    CU_ASSERT_EQUAL(found[0].handle > 0, true);
    CU_ASSERT_EQUAL(found[1].handle, 0);
    CU_ASSERT_EQUAL(sk_freeaddrinfo(host, found[0].handle), 0);
}

static void canonical_name(struct host *host)
{
    const struct hints asks = {
        .flags = AI_CANONNAME | AI_NUMERICHOST, .family = AF_INET, .type = SOCK_DGRAM};
    struct found found;
    CU_ASSERT_EQUAL(sk_getaddrinfo(host, "192.0.2.1", NULL, &asks, &found, 1), 1);
    CU_ASSERT_TRUE(found.has_canonical);
    CU_ASSERT_STRING_EQUAL(found.canonical, "192.0.2.1");
    CU_ASSERT_EQUAL(found.type, SOCK_DGRAM);
    CU_ASSERT_EQUAL(sk_freeaddrinfo(host, found.handle), 0);
}

static void scoped_name(struct host *host)
{
    struct found found;
    struct address name = {0};
    int lo = sk_if_nametoindex(host, "lo");
    CU_ASSERT_EQUAL(sk_getaddrinfo(host, "fe80::1%lo", "1", &numeric, &found, 1), 1);
    memcpy(&name.storage, found.name, found.name_length);
    CU_ASSERT_EQUAL(name.in6.sin6_scope_id, (unsigned)lo);
    CU_ASSERT_EQUAL(sk_freeaddrinfo(host, found.handle), 0);
}

static void failures(struct host *host)
{
    struct hints hints = numeric;
    struct found found;
    int result = sk_getaddrinfo(host, "name", "80", &hints, &found, 1);
    CU_ASSERT_EQUAL(result, -LOOKUP(EAI_NONAME));
    CU_ASSERT_STRING_EQUAL(lookup_name(result), "EAI_NONAME");
    CU_ASSERT_EQUAL(sk_getaddrinfo(host, NULL, NULL, &hints, &found, 1), -LOOKUP(EAI_NONAME));
    CU_ASSERT_EQUAL(sk_getaddrinfo(host, NULL, "discard", &hints, &found, 1), -LOOKUP(EAI_NONAME));
    hints = (struct hints){.family = AF_UNIX};
    CU_ASSERT_EQUAL(sk_getaddrinfo(host, NULL, "80", &hints, &found, 1), -LOOKUP(EAI_FAMILY));
    hints = (struct hints){.flags = 1 << 30};
    CU_ASSERT_EQUAL(sk_getaddrinfo(host, NULL, "80", &hints, &found, 1), -LOOKUP(EAI_BADFLAGS));
    CU_ASSERT_STRING_EQUAL(lookup_name(0), "0");
    CU_ASSERT_STRING_EQUAL(lookup_name(-ENOENT), "ENOENT");
    CU_ASSERT_STRING_EQUAL(lookup_name(-LOOKUP(9999)), "an unknown error");
}

static void other_fields(struct host *host)
{
    struct hints odd = numeric;
    struct found found;
    odd.odd = true; /* of an implementation's choice, so that it arrives is all that is asked */
    int result = sk_getaddrinfo(host, "192.0.2.1", "80", &odd, &found, 1);
    CU_ASSERT_TRUE(result == 1 || result < -LOOKUP_ERROR);
    if (result == 1)
        CU_ASSERT_EQUAL(sk_freeaddrinfo(host, found.handle), 0);
}

static void error_texts(struct host *host)
{
    char text[128] = "", small[4] = "xyz";
    CU_ASSERT_EQUAL(sk_gai_strerror(host, EAI_NONAME, text, sizeof text), 0);
    CU_ASSERT_TRUE(strlen(text) > 3);
    CU_ASSERT_EQUAL(sk_gai_strerror(host, EAI_NONAME, small, sizeof small), 0);
    CU_ASSERT_EQUAL(strlen(small), 3);
    CU_ASSERT_EQUAL(strncmp(text, small, 3), 0);
    CU_ASSERT_EQUAL(sk_gai_strerror(host, 4242, text, sizeof text), 0);
    CU_ASSERT_TRUE(strlen(text) > 3);
}

static void names_of_addresses(struct host *host)
{
    enum { NUMERIC = NI_NUMERICHOST | NI_NUMERICSERV };
    struct address v4 = address_of("192.0.2.1", 80), v6 = address_of("2001:db8::1", 443);
    char node[64], service[16], small[4];
    CU_ASSERT_EQUAL(sk_getnameinfo(host, &v4, node, sizeof node, service, sizeof service, NUMERIC),
                    0);
    CU_ASSERT_STRING_EQUAL(node, "192.0.2.1");
    CU_ASSERT_STRING_EQUAL(service, "80");
    CU_ASSERT_EQUAL(sk_getnameinfo(host, &v6, node, sizeof node, NULL, 0, NUMERIC), 0);
    CU_ASSERT_STRING_EQUAL(node, "2001:db8::1");
    CU_ASSERT_EQUAL(sk_getnameinfo(host, &v6, NULL, 0, service, sizeof service, NUMERIC), 0);
    CU_ASSERT_STRING_EQUAL(service, "443");
    CU_ASSERT_EQUAL(sk_getnameinfo(host, &v4, small, sizeof small, NULL, 0, NUMERIC),
                    -LOOKUP(EAI_OVERFLOW));
    v4.length--;
    CU_ASSERT_EQUAL(sk_getnameinfo(host, &v4, node, sizeof node, NULL, 0, NUMERIC),
                    -LOOKUP(EAI_FAMILY));
}

/* ---- addresses and their texts ---- */

static void texts(struct host *host)
{
    unsigned char v4[4] = {0}, v6[16] = {0};
    char text[INET6_ADDRSTRLEN], small[8];
    CU_ASSERT_EQUAL(sk_inet_pton(host, AF_INET, "192.0.2.1", v4, sizeof v4), 1);
    CU_ASSERT_EQUAL(memcmp(v4, "\xc0\x00\x02\x01", 4), 0);
    CU_ASSERT_EQUAL(sk_inet_pton(host, AF_INET, "192.0.2", v6, sizeof v4), 0);
    CU_ASSERT_EQUAL(sk_inet_pton(host, AF_UNIX, "192.0.2.1", v4, sizeof v4), -EAFNOSUPPORT);
    CU_ASSERT_EQUAL(sk_inet_pton(host, AF_INET6, "::ffff:192.0.2.1", v6, sizeof v6), 1);
    CU_ASSERT_EQUAL(v6[10], 0xff);
    CU_ASSERT_EQUAL(v6[15], 1);
    CU_ASSERT_EQUAL(sk_inet_ntop(host, AF_INET6, v6, text, sizeof text), 1);
    CU_ASSERT_STRING_EQUAL(text, "::ffff:192.0.2.1");
    CU_ASSERT_EQUAL(sk_inet_ntop(host, AF_INET, v4, text, sizeof text), 1);
    CU_ASSERT_STRING_EQUAL(text, "192.0.2.1");
    CU_ASSERT_EQUAL(sk_inet_ntop(host, AF_INET, v4, small, sizeof small), -ENOSPC);
    CU_ASSERT_EQUAL(sk_inet_ntop(host, AF_UNIX, v4, text, sizeof text), -EAFNOSUPPORT);
}

static void old_texts(struct host *host)
{
    struct in_addr expected = {htonl(0x7f000001)}, given = {0};
    uint32_t address = 0;
    char text[INET_ADDRSTRLEN];
    CU_ASSERT_EQUAL(sk_inet_addr(host, "127.1", &address), 0);
    CU_ASSERT_EQUAL(address, expected.s_addr);
    CU_ASSERT_EQUAL(sk_inet_addr(host, "127.x", &address), 0);
    CU_ASSERT_EQUAL(address, INADDR_NONE);
    CU_ASSERT_EQUAL(sk_inet_aton(host, "0x7f.1", &given), 1);
    CU_ASSERT_EQUAL(given.s_addr, expected.s_addr);
    CU_ASSERT_EQUAL(sk_inet_aton(host, "127.0.0.256", &given), 0);
    CU_ASSERT_EQUAL(sk_inet_ntoa(host, &expected, text, sizeof text), 0);
    CU_ASSERT_STRING_EQUAL(text, "127.0.0.1");
}

static void byte_orders(struct host *host)
{
    CU_ASSERT_EQUAL(sk_htonl(host, 0x81020304), 0x81020304);
    CU_ASSERT_EQUAL(sk_ntohl(host, 0x81020304), 0x81020304);
    CU_ASSERT_EQUAL(sk_htons(host, 0x8102), 0x8102);
    CU_ASSERT_EQUAL(sk_ntohs(host, 0x8102), 0x8102);
}

static void interfaces(struct host *host)
{
    struct interface list[16];
    char name[INTERFACE_NAME] = "";
    int lo = sk_if_nametoindex(host, "lo"), count = sk_if_nameindex(host, list, 16);
    CU_ASSERT_TRUE(lo > 0);
    CU_ASSERT_EQUAL(sk_if_nametoindex(host, "none"), 0);
    CU_ASSERT_EQUAL(sk_if_nametoindex_errno(host, "none"), -ENODEV);
    CU_ASSERT_EQUAL(sk_if_indextoname(host, (unsigned)lo, name), 1);
    CU_ASSERT_STRING_EQUAL(name, "lo");
    CU_ASSERT_EQUAL(sk_if_indextoname(host, 9999, name), -ENXIO);
    CU_ASSERT_TRUE(count >= 1);
    bool found = false;
    for (int i = 0; i < count && i < 16; i++)
        found |= (int)list[i].index == lo && strcmp(list[i].name, "lo") == 0;
    CU_ASSERT_TRUE(found);
    CU_ASSERT_EQUAL(sk_if_nameindex(host, list, 0), count);
}

void door_lookup(struct host *host)
{
    numeric_names(host);
    many_results(host);
    canonical_name(host);
    scoped_name(host);
    failures(host);
    other_fields(host);
    error_texts(host);
    names_of_addresses(host);
    texts(host);
    old_texts(host);
    byte_orders(host);
    interfaces(host);
}

/* ---- what is in files ---- */

static void host_names(struct host *host)
{
    const struct hints stream = {.family = AF_UNSPEC, .type = SOCK_STREAM};
    const struct hints canonical = {
        .flags = AI_CANONNAME, .family = AF_UNSPEC, .type = SOCK_STREAM};
    struct found found[4];
    CU_ASSERT_EQUAL(sk_getaddrinfo(host, "four.sockspec.test", "9", &stream, found, 4), 1);
    CU_ASSERT_TRUE(is_name(&found[0], "192.0.2.4", 9));
    CU_ASSERT_EQUAL(sk_freeaddrinfo(host, found[0].handle), 0);
    CU_ASSERT_EQUAL(sk_getaddrinfo(host, "six", "9", &canonical, found, 4), 1);
    CU_ASSERT_TRUE(is_name(&found[0], "2001:db8::6", 9));
    CU_ASSERT_STRING_EQUAL(found[0].canonical, "six.sockspec.test");
    CU_ASSERT_EQUAL(sk_freeaddrinfo(host, found[0].handle), 0);
    CU_ASSERT_EQUAL(sk_getaddrinfo(host, "both.sockspec.test", NULL, &stream, found, 4), 2);
    CU_ASSERT_EQUAL(found[0].family + found[1].family, AF_INET + AF_INET6);
    CU_ASSERT_EQUAL(sk_freeaddrinfo(host, found[0].handle), 0);
    int none = sk_getaddrinfo(host, "none.sockspec.test", NULL, &stream, found, 4);
    /* A library that asks a server all the same has waited for it in vain. */
    CU_ASSERT_TRUE(none == -LOOKUP(EAI_NONAME) || none == -LOOKUP(EAI_AGAIN));
}

static void service_names(struct host *host)
{
    struct hints hints = {.family = AF_INET, .type = SOCK_STREAM};
    struct found found;
    struct address name = address_of("192.0.2.4", 7001);
    char node[64], service[32];
    CU_ASSERT_EQUAL(sk_getaddrinfo(host, "127.0.0.1", "sockspec-stream", &hints, &found, 1), 1);
    CU_ASSERT_TRUE(is_name(&found, "127.0.0.1", 7001));
    CU_ASSERT_EQUAL(sk_freeaddrinfo(host, found.handle), 0);
    hints.type = SOCK_DGRAM;
    CU_ASSERT_EQUAL(sk_getaddrinfo(host, "127.0.0.1", "sockspec-stream", &hints, &found, 1),
                    -LOOKUP(EAI_SERVICE));
    CU_ASSERT_EQUAL(sk_getnameinfo(host, &name, node, sizeof node, service, sizeof service, 0), 0);
    CU_ASSERT_STRING_EQUAL(node, "four.sockspec.test");
    CU_ASSERT_STRING_EQUAL(service, "sockspec-stream");
    name = address_of("192.0.2.99", 7001);
    CU_ASSERT_EQUAL(sk_getnameinfo(host, &name, node, sizeof node, NULL, 0, NI_NAMEREQD),
                    -LOOKUP(EAI_NONAME));
}

void door_lookup_files(struct host *host)
{
    host_names(host);
    service_names(host);
}
