/* Packets as values, and what is kept of those that pass a line. */
#include "tests/support.h"
#include "wire/headers.h"
#include "wire/packet.h"
#include "wire/text.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char frame[FRAME_ROOM];

enum { ETHERNET_IPV4 = 14 + 20 };

static struct packet through(const struct packet *packet)
{
    size_t size = packet_encode(packet, frame, sizeof frame);
    CU_ASSERT(size > 0);
    return packet_decode(frame, size);
}

static struct packet segment(bool ipv6, unsigned flags)
{
    return (struct packet){.protocol = IPPROTO_TCP,
                           .flags = flags,
                           .seq = 1000,
                           .ack = 2000,
                           .window = 300,
                           .source = address_of(ipv6 ? "2001:db8::1" : "192.0.2.1", 1),
                           .destination = address_of(ipv6 ? "2001:db8::2" : "192.0.2.2", 2)};
}

static void test_segments(void)
{
    for (int ipv6 = 0; ipv6 < 2; ipv6++) {
        struct packet sent = segment(ipv6, SYN | ACK);
        sent.mss = 1460;
        sent.scale = SCALE(0);
        sent.sack_permitted = true;
        sent.stamp = (struct stamp)STAMP(5, 6);
        sent.text = "odd";
        struct packet got = through(&sent);
        CU_ASSERT(got.problems == 0 && got.flags == (SYN | ACK) && got.seq == 1000);
        CU_ASSERT(got.mss == 1460 && got.scale == SCALE(0) && got.sack_permitted);
        CU_ASSERT(got.stamp.there && got.stamp.value == 5 && got.stamp.echo == 6);
        CU_ASSERT(got.length == 3 && memcmp(got.data, "odd", 3) == 0);
        CU_ASSERT(packet_space(&got) == 4);
        CU_ASSERT(address_equal(&got.source, &sent.source));
    }
}

/* On its way by hosts of a source route a segment has the checksum of where it ends. */
static void test_source_route(void)
{
    static const unsigned char on[] = {1, 131, 7, 4, 198, 51, 100, 7},
                               over[] = {131, 7, 8, 192, 0, 2, 9, 0};
    unsigned char checksum[2];
    struct packet sent = segment(false, SYN), arrived;
    memcpy(sent.ip_options, on, sent.ip_options_length = sizeof on);
    struct packet got = through(&sent);
    struct address end = address_of("198.51.100.7", 0);
    CU_ASSERT(got.problems == 0 && address_same_host(&got.end, &end));
    CU_ASSERT(address_equal(&got.destination, &sent.destination));
    arrived = sent;
    arrived.ip_options_length = 0;
    arrived.destination = address_with_port(end, 2);
    memcpy(checksum, frame + ETHERNET_IPV4 + sizeof on + 16, sizeof checksum);
    through(&arrived);
    CU_ASSERT_EQUAL(memcmp(checksum, frame + ETHERNET_IPV4 + 16, sizeof checksum), 0);
    memcpy(sent.ip_options, over, sent.ip_options_length = sizeof over);
    got = through(&sent);
    CU_ASSERT(got.problems == 0 && got.end.length == 0);
    /* Options that make no sense end what is read of them. */
    for (unsigned char length = 0; length < 8; length++) {
        memcpy(sent.ip_options, on, sent.ip_options_length = sizeof on);
        sent.ip_options[2] = length;
        got = through(&sent);
        CU_ASSERT_EQUAL(got.end.length != 0, length == 7);
    }
}

/* Options that few segments have; and one as it is on the wire. */
static void test_options(void)
{
    struct packet sent = segment(false, SYN);
    sent.fast_open = true;
    sent.cookie_length = 6;
    memcpy(sent.cookie, "cookie", 6);
    sent.user_timeout = (struct user_timeout)UTO_MINUTES(300);
    struct packet got = through(&sent);
    CU_ASSERT(got.problems == 0 && got.options_length == 12);
    CU_ASSERT(got.fast_open && got.cookie_length == 6 && memcmp(got.cookie, "cookie", 6) == 0);
    CU_ASSERT(got.user_timeout.there && got.user_timeout.minutes && got.user_timeout.value == 300);
    CU_ASSERT(memcmp(tcp_option(&got, OPTION_USER_TIMEOUT), "\34\4\201\54", 4) == 0);
    CU_ASSERT(tcp_option(&got, OPTION_MSS) == NULL);
    sent.user_timeout = (struct user_timeout)UTO_SECONDS(0);
    got = through(&sent);
    CU_ASSERT(got.user_timeout.there && !got.user_timeout.minutes && got.user_timeout.value == 0);
}

/* They are filled up to a word of the header, whose checksum covers them. */
static void test_ip_options(void)
{
    struct packet sent = segment(false, ACK);
    memcpy(sent.ip_options, "\236\5abc", 5);
    sent.ip_options_length = 5;
    sent.text = "odd";
    struct packet got = through(&sent);
    CU_ASSERT(got.problems == 0 && got.header_options == 8 && got.seq == 1000);
    CU_ASSERT(memcmp((const unsigned char *)got.raw + 20, "\236\5abc\0\0\0", 8) == 0);
    CU_ASSERT(got.length == 3 && memcmp(got.data, "odd", 3) == 0);
    sent.ip_options_length = OPTIONS_MOST + 1;
    CU_ASSERT(packet_encode(&sent, frame, sizeof frame) == 0);
}

/* What is wrong on request is seen to be wrong. */
static void test_wrong(void)
{
    struct packet sent = segment(false, ACK);
    sent.wrong.checksum = 0x10;
    CU_ASSERT_EQUAL(through(&sent).problems, PACKET_BAD_CHECKSUM);
    sent.wrong = (struct wrong){.header_checksum = 1};
    CU_ASSERT_EQUAL(through(&sent).problems, PACKET_BAD_HEADER_CHECKSUM);
    sent.wrong = (struct wrong){.length = 1};
    CU_ASSERT(through(&sent).problems & PACKET_CUT);
    sent.wrong = (struct wrong){.words = -1};
    CU_ASSERT(through(&sent).problems & PACKET_BAD_HEADER);
    sent.wrong = (struct wrong){.version = 7};
    CU_ASSERT(through(&sent).problems & PACKET_BAD_HEADER);
    sent.wrong = (struct wrong){.reserved = 5}; /* nothing that a receiver looks at */
    CU_ASSERT(through(&sent).problems == 0 && frame[ETHERNET_IPV4 + 12] == 0x55);
    sent.wrong = (struct wrong){.words = 0};
    memcpy(sent.options, "\2\1\0\0", 4);
    sent.options_length = 4;
    CU_ASSERT_EQUAL(through(&sent).problems, PACKET_BAD_OPTIONS);
}

static void test_others(void)
{
    struct packet sent = segment(true, 0), got;
    sent.protocol = IPPROTO_UDP;
    sent.text = "hello";
    sent.wrong.no_checksum = true;
    CU_ASSERT_EQUAL(through(&sent).problems, PACKET_BAD_CHECKSUM);
    sent.wrong.no_checksum = false;
    got = through(&sent);
    CU_ASSERT(got.problems == 0 && got.length == 5);
    struct packet error = segment(true, 0);
    error.protocol = IPPROTO_ICMPV6;
    error.type = 1;
    error.code = 4;
    error.data = got.raw;
    error.length = got.raw_length;
    static unsigned char kept[200];
    memcpy(kept, got.raw, got.raw_length);
    error.data = kept;
    got = through(&error);
    struct packet quoted = packet_quoted(&got);
    CU_ASSERT(got.problems == 0 && got.type == 1 && got.code == 4);
    CU_ASSERT(quoted.protocol == IPPROTO_UDP && address_port(&quoted.destination) == 2);
    sent.more_fragments = true;
    sent.identifier = 77;
    got = through(&sent);
    CU_ASSERT(got.more_fragments && got.identifier == 77 && got.protocol == IPPROTO_UDP);
}

static void test_words(void)
{
    struct origin own = {true, 999}, other = {true, 1999};
    struct packet packet = segment(false, PSH | ACK);
    packet.text = "abc";
    CU_ASSERT_STRING_EQUAL(packet_words(&packet, &own, &other), "ACK seq 1 ack 1 data 3");
    packet = segment(false, RST);
    CU_ASSERT_STRING_EQUAL(packet_words(&packet, &own, &other), "RST seq 1");
    packet = (struct packet){.protocol = PROTOCOL_NONE};
    CU_ASSERT_STRING_EQUAL(packet_words(&packet, NULL, NULL), "nothing");
}

/* ---- what is kept ---- */

static void contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        printf("\n    no \"%s\" in:\n%s\n", part, text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, part));
}

/* Calls and packets in one transcript, and in a file that others read. */
static void test_dialogue(void)
{
    const char *directory = make_directory();
    struct finished run =
        run_shell(directory, "$M run --filter '*line-deviates*ipv4*' --artifacts kept");
    CU_ASSERT_EQUAL(run.status, 1);
    contains(run.out, " SYN seq 0 win ");
    contains(run.out, "<mss 1000,TS 7 ");
    contains(run.out, "data 5");
    contains(run.out, "bad checksum");
    finished_free(&run);
    run = run_shell(directory, "command -v tshark >/dev/null || exit 77; tshark -r kept/*.pcapng "
                               "-T fields -e tcp.len -e frame.comment -o tcp.check_checksum:TRUE "
                               "-e tcp.checksum.status 2>&1");
    if (run.status == 77) {
        printf("\n    no tshark here: install the package tshark\n");
    } else {
        CU_ASSERT_EQUAL(run.status, 0);
        contains(run.out, "iut  socket(AF_INET");
        contains(run.out, "observed bad");
        contains(run.out, "5\t"); /* the data */
    }
    finished_free(&run);
    remove_directory(directory);
}

/* A case that crashes loses nothing of what came. */
static void test_crash(void)
{
    struct finished run = run_line("MACHINERY run --filter *line-crashes*");
    CU_ASSERT_EQUAL(run.status, 3);
    contains(run.out, "data 10");
    finished_free(&run);
}

static void test_litter(void)
{
    struct finished run = run_line("MACHINERY run --jobs 1 --repeat 3 --filter *line-litters*");
    CU_ASSERT_EQUAL(run.status, 0);
    finished_free(&run);
}

static void test_no_directory(void)
{
    struct finished run =
        run_line("MACHINERY run --filter *line-deviates* --artifacts /proc/nothing/of/the/kind");
    CU_ASSERT_EQUAL(run.status, 3);
    contains(run.err, "cannot keep artifacts in /proc/nothing/of/the/kind");
    finished_free(&run);
}

int main(void)
{
    support_init();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("line", NULL, NULL);
    CU_add_test(suite, "segments", test_segments);
    CU_add_test(suite, "options", test_options);
    CU_add_test(suite, "options of IPv4", test_ip_options);
    CU_add_test(suite, "source routes", test_source_route);
    CU_add_test(suite, "what is wrong on request", test_wrong);
    CU_add_test(suite, "other protocols", test_others);
    CU_add_test(suite, "words", test_words);
    CU_add_test(suite, "one transcript of calls and packets", test_dialogue);
    CU_add_test(suite, "a crash loses nothing", test_crash);
    CU_add_test(suite, "nothing is left on the line", test_litter);
    CU_add_test(suite, "no place for artifacts", test_no_directory);
    return run_tests();
}
