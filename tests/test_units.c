/* The parts of the machinery that need no network: judging, naming, choosing, printing. */
#include "calls/address.h"
#include "calls/clean_text.h"
#include "calls/symbols.h"
#include "harness/judge.h"
#include "harness/record.h"
#include "harness/test.h"
#include "harness/variant.h"
#include "hosts/calls.h"
#include "reports/repeats.h"
#include "stacks/agent/program/sha256.h"
#include "stacks/stack.h"
#include "suites/mutants.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether the parts that a text has, joined by " then ", are a documented outcome or may become
 * one; which one is wrong. */
static bool allows(const char *outcome, const char *text, bool so_far, size_t *wrong)
{
    char copy[256];
    const char *parts[OBSERVATIONS];
    size_t count = 0;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *at = copy, *next; at; at = next) {
        next = strstr(at, " then ");
        if (next) {
            *next = '\0';
            next += strlen(" then ");
        }
        parts[count++] = at;
    }
    return outcome_allows(outcome, parts, count, so_far, wrong);
}

static bool is_allowed(const char *outcome, const char *text)
{
    size_t wrong;
    return allows(outcome, text, false, &wrong);
}

static bool may_become(const char *outcome, const char *text)
{
    size_t wrong;
    return allows(outcome, text, true, &wrong);
}

static size_t first_wrong(const char *outcome, const char *text)
{
    size_t wrong = 99;
    CU_ASSERT_FALSE(allows(outcome, text, false, &wrong));
    return wrong;
}

static void test_outcomes(void)
{
    CU_ASSERT_TRUE(is_allowed("EISCONN", "EISCONN"));
    CU_ASSERT_TRUE(is_allowed("0 | EISCONN", "EISCONN"));
    CU_ASSERT_TRUE(is_allowed("0|EISCONN", "0"));
    CU_ASSERT_TRUE(is_allowed("ECONNREFUSED then 0 || 0", "ECONNREFUSED then 0"));
    CU_ASSERT_TRUE(is_allowed("ECONNREFUSED then 0 || 0", "0"));
    CU_ASSERT_TRUE(is_allowed("0 then 5 | EAGAIN", "0 then EAGAIN"));
    CU_ASSERT_TRUE(is_allowed("0 then *", "0 then anything"));
    CU_ASSERT_TRUE(is_allowed("*", "anything"));
    CU_ASSERT_TRUE(is_allowed("*", "anything then more"));
    CU_ASSERT_FALSE(is_allowed("EISCONN", "EISCON"));
    CU_ASSERT_FALSE(is_allowed("EISCONN", "EISCONNX"));
    CU_ASSERT_FALSE(is_allowed("0 | EISCONN", ""));
    CU_ASSERT_FALSE(is_allowed("ECONNREFUSED then 0", "ECONNREFUSED"));
    CU_ASSERT_FALSE(is_allowed("ECONNREFUSED then 0 | 0", "0"));
    CU_ASSERT_FALSE(is_allowed("0 then *", "0"));
    CU_ASSERT_EQUAL(first_wrong("A then B", "A then C"), 1);
    CU_ASSERT_EQUAL(first_wrong("A then B", "C then B"), 0);
    CU_ASSERT_EQUAL(first_wrong("A then B", "A"), 1);
    CU_ASSERT_EQUAL(first_wrong("A then B || C", "A then C"), 1);
}

static void test_partial_observations(void)
{
    CU_ASSERT_TRUE(may_become("A then B || C", "A"));
    CU_ASSERT_TRUE(may_become("C || A then B", "A"));
    CU_ASSERT_TRUE(may_become("C | A then B", "A"));
    CU_ASSERT_TRUE(may_become("A then B", "A then B"));
    CU_ASSERT_FALSE(may_become("A then B", "B"));
    CU_ASSERT_FALSE(may_become("AB then C", "A"));
    CU_ASSERT_TRUE(may_become("*", "A"));
}

static void test_profiles(void)
{
    enum profile profile;
    CU_ASSERT_TRUE(profile_find("zos", &profile) && profile == BY_ZOS);
    CU_ASSERT_FALSE(profile_find("ZOS", &profile));
    CU_ASSERT_FALSE(profile_find("", &profile));
}

static void test_addresses(void)
{
    struct address v4 = address_of("192.0.2.1", 80), v6 = address_of("fe80::1", 443);
    struct address mapped = address_mapped(v4);
    CU_ASSERT_STRING_EQUAL(address_text(&v4), "192.0.2.1:80");
    CU_ASSERT_STRING_EQUAL(address_text(&mapped), "[::ffff:192.0.2.1]:80");
    v6 = address_with_scope(v6, 3);
    CU_ASSERT_STRING_EQUAL(address_text(&v6), "[fe80::1%3]:443");
    CU_ASSERT_EQUAL(v6.length, 28);
    CU_ASSERT_EQUAL(v4.length, 16);
    struct address other = address_with_port(v4, 81);
    CU_ASSERT_FALSE(address_equal(&v4, &other));
    CU_ASSERT_TRUE(address_same_host(&v4, &other));
    CU_ASSERT_FALSE(address_equal(&v4, &mapped));
    struct address rest = address_unspec(16), any = address_any(AF_INET6, 0);
    CU_ASSERT_STRING_EQUAL(address_text(&rest), "AF_UNSPEC (length 16)");
    CU_ASSERT_TRUE(address_is_any(&any));
    any.in6.sin6_addr.s6_addr[10] = any.in6.sin6_addr.s6_addr[11] = 0xff;
    CU_ASSERT_TRUE(address_is_any(&any));
    CU_ASSERT_FALSE(address_is_any(&mapped));
    rest.length = 1;
    CU_ASSERT_STRING_EQUAL(address_text(&rest), "a name of length 1");
}

static void test_calls_are_printed(void)
{
    char text[256], small[12];
    struct address to = address_of("192.0.2.2", 7000);
    struct call call = call_connect(3, &to);
    call_format(&call, false, text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "connect(3, 192.0.2.2:7000)");
    CU_ASSERT_EQUAL(call_format(&call, false, small, sizeof small), sizeof small - 1);
    CU_ASSERT_STRING_EQUAL(small, "connect(3, ");
    call_fail(&call, EISCONN);
    call_format_result(&call, text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "-1 EISCONN");
    call_fail(&call, 0); /* which is no success */
    call_format_result(&call, text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "-1 no errno");
    CU_ASSERT_STRING_EQUAL(result_name(call_returned(&call)), "no errno");
    call = call_send(4, "a\"b\n", 4, MSG_NOSIGNAL | MSG_OOB);
    call_format(&call, true, text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "send(4, \"a\\x22b\\x0a\", 4, MSG_OOB|MSG_NOSIGNAL)");
}

static void test_symbols(void)
{
    int64_t value;
    char text[64];
    CU_ASSERT_STRING_EQUAL(error_name(EISCONN), "EISCONN");
    CU_ASSERT_STRING_EQUAL(error_name(0), "0");
    CU_ASSERT_STRING_EQUAL(error_name(9999), "errno 9999");
    CU_ASSERT_STRING_EQUAL(error_name(NO_ERRNO), "no errno");
    CU_ASSERT_TRUE(symbol_value("AF_INET6", &value) && value == AF_INET6);
    CU_ASSERT_FALSE(symbol_value("AF_MARS", &value));
    CU_ASSERT_EQUAL(format_flags(SYMBOLS_EVENT, 0, text, sizeof text), 1);
    CU_ASSERT_STRING_EQUAL(text, "0");
    format_flags(SYMBOLS_EVENT, POLLIN | 0x4000, text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "POLLIN|0x4000");
    CU_ASSERT_STRING_EQUAL(tcp_state_name(STATE_TIME_WAIT), "TIME_WAIT");
    CU_ASSERT_STRING_EQUAL(tcp_state_name(99), "an unknown state");
}

static void test_records(void)
{
    struct record *record = record_create();
    char observed[OBSERVED_SIZE];
    const char *parts[OBSERVATIONS];
    CU_ASSERT_PTR_NOT_NULL_FATAL(record);
    record_observe(record, "%s", "A");
    record_observe(record, "B%d", 1);
    record_observed(record, observed, sizeof observed);
    CU_ASSERT_STRING_EQUAL(observed, "A then B1");
    CU_ASSERT_EQUAL(record_parts(record, parts), 2);
    CU_ASSERT_STRING_EQUAL(parts[1], "B1");
    int begun = record_enter(record, true, true, "iut's, begun");
    CU_ASSERT_STRING_EQUAL(record_unfinished(record)->text, "iut's, begun");
    int slot = record_enter(record, false, false, "peer's");
    CU_ASSERT_STRING_EQUAL(record_unfinished(record)->text, "peer's");
    int iut = record_enter(record, true, false, "iut's");
    CU_ASSERT_STRING_EQUAL(record_unfinished(record)->text, "iut's");
    record_leave(record, iut);
    record_leave(record, slot);
    record_leave(record, begun);
    CU_ASSERT_PTR_NULL(record_unfinished(record));
    for (int i = 0; i < 10000; i++) {
        record_observe(record, "again");
        record_line(record, "line %d", i);
    }
    record_observed(record, observed, sizeof observed);
    CU_ASSERT_EQUAL(record_parts(record, parts), OBSERVATIONS);
    CU_ASSERT(strlen(observed) < OBSERVED_SIZE);
    CU_ASSERT(record->truncated && strlen(record->transcript) < TRANSCRIPT_SIZE);
    record_free(record);
}

/* What a case left in its record is trusted in nothing. */
static void test_scribbled_record(void)
{
    struct record *record = record_create();
    char observed[OBSERVED_SIZE];
    const char *parts[OBSERVATIONS];
    CU_ASSERT_PTR_NOT_NULL_FATAL(record);
    memset(record, 'x', sizeof *record);
    CU_ASSERT_EQUAL(record_parts(record, parts), OBSERVATIONS);
    record_observed(record, observed, sizeof observed);
    CU_ASSERT(strlen(observed) < OBSERVED_SIZE);
    CU_ASSERT_PTR_NOT_NULL(record_unfinished(record));
    record_free(record);
}

/* What was observed stands whatever ended the case then, but for a way to the implementation that
 * was lost: what it sent may have been lost there too. */
static void test_lost_way(void)
{
    static const struct {
        enum trouble trouble;
        enum verdict verdict;
    } ends[] = {{TROUBLE_CRASH, VERDICT_FAIL},
                {TROUBLE_AGENT, VERDICT_FAIL},
                {TROUBLE_TRANSPORT, VERDICT_INCONCLUSIVE}};
    size_t count, at = 0;
    const struct variant *all = variants(&count);
    struct record *record = record_create();
    char reason[2 * REASON_SIZE];
    CU_ASSERT_PTR_NOT_NULL_FATAL(record);
    while (at + 1 < count && !case_outcome(all[at].of, BY_POSIX))
        at++;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const struct ending ending = {.status = 0};
        record_reset(record);
        record->entered = 1;
        record_observe(record, "what nobody documents");
        record->trouble = (unsigned char)ends[i].trouble;
        CU_ASSERT_EQUAL(judge(&all[at], BY_POSIX, record, &ending, reason, sizeof reason),
                        ends[i].verdict);
    }
    record_free(record);
}

static void test_stacks(void)
{
    const char *argument;
    char why[256];
    const struct stack *stack = stack_find("host", &argument);
    CU_ASSERT(stack && !argument);
    stack = stack_find("mutant:a.b", &argument);
    CU_ASSERT_PTR_NOT_NULL_FATAL(stack);
    CU_ASSERT_STRING_EQUAL(argument, "a.b");
    CU_ASSERT(stack && !stack->accepts(argument, why, sizeof why));
    CU_ASSERT_PTR_NULL(stack_find("hos", &argument));
    CU_ASSERT_PTR_NULL(stack_find("", &argument));
}

/* Ids are unique, stable in form and fit for a shell. */
static void test_variant_ids(void)
{
    size_t count;
    const struct variant *all = variants(&count);
    CU_ASSERT(count > 0);
    for (size_t i = 0; i < count; i++) {
        const char *allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/,";
        bool good = all[i].id[strspn(all[i].id, allowed)] == '\0';
        if (!good)
            printf("\n    %s\n", all[i].id);
        CU_ASSERT_TRUE(good);
        for (size_t j = i + 1; j < count && strcmp(all[j].of->rule->id, all[i].of->rule->id) == 0;
             j++)
            CU_ASSERT_STRING_NOT_EQUAL(all[i].id, all[j].id);
    }
}

/* Each variant is in exactly one shard, and shards are of about one size. */
static void test_shards(void)
{
    enum { SHARDS = 7 };
    size_t count, taken[SHARDS] = {0};
    const struct variant *all = variants(&count);
    for (size_t i = 0; i < count; i++) {
        unsigned times = 0;
        for (unsigned shard = 1; shard <= SHARDS; shard++) {
            struct selection selection = {.slow = true, .shard = shard, .shards = SHARDS};
            bool takes = selection_takes(&selection, &all[i], i);
            times += takes;
            taken[shard - 1] += takes;
        }
        CU_ASSERT_EQUAL(times, 1);
    }
    for (size_t i = 0; i < SHARDS; i++)
        CU_ASSERT(taken[i] + 1 >= count / SHARDS && taken[i] <= count / SHARDS + 1);
}

/* What docs/writing-rules.md asks of every rule. */
static void test_rules(void)
{
    for (const struct rule *rule = rules(); rule; rule = next_rule(rule)) {
        bool any = false;
        for (const struct rule_case *of = cases_of(rule); of; of = case_next(of))
            for (enum profile profile = 0; profile < PROFILES; profile++)
                any |= case_outcome(of, profile) || case_pinned(of, profile);
        size_t length = strlen(rule->statement);
        bool good = any && length > 20 && rule->statement[length - 1] == '.';
        if (!good)
            printf("\n    %s\n", rule->id);
        CU_ASSERT_TRUE(good);
    }
}

static void test_text(void)
{
    static const struct {
        size_t room;
        const char *from, *to;
    } texts[] = {{64, "plain", "plain"},
                 {64, "\n\r\na\r\nb\n\nc\n", "a | b | c"},
                 {64, "\t\x1b[0m\x7f\xc2\x9b", " ?[0m???"},
                 {64, "\xff\xc3\xa4\xc3", "?\xc3\xa4?"},
                 {64, "\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80", "?????????"},
                 {4, "ab\xc3\xa4", "ab"},
                 {5, "ab\xc3\xa4", "ab\xc3\xa4"},
                 {4, "ab\ncd", "ab"},
                 {1, "ab", ""}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char to[64];
        text_take(to, texts[i].room, texts[i].from);
        CU_ASSERT_STRING_EQUAL(to, texts[i].to);
    }
}

/* What comes again in a transcript, whatever it moved and how long it took; never observations. */
static void test_repeats(void)
{
    static const char *const lines[] = {"iut  close(3) = 0 <1 us>",
                                        "iut  send(3, \"a\"..., 9, 0) = 9 <5 us>",
                                        "iut  send(3, \"b, c\"..., 9, 0) = 9 <6 us>",
                                        "iut  send(3, \"\"..., 9, 0) = 9 <60 us>",
                                        "iut  send(3, \"\"..., 9, 0) = 8 <6 us>",
                                        "peer poll([{4, 0}], 1, 5) = 0 <1 us>",
                                        "iut  tcp_state() = LAST_ACK <1 us>",
                                        "peer poll([{4, 0}], 1, 5) = 0 <1 us>",
                                        "iut  tcp_state() = LAST_ACK <1 us>",
                                        "peer poll([{4, 0}], 1, 5) = 0 <2 us>",
                                        "iut  tcp_state() = LAST_ACK <1 us>",
                                        "peer poll([{4, 0}], 1, 5) = 0 <2 us>",
                                        "     -> observed 0",
                                        "     -> observed 0",
                                        "     -> observed 0"};
    static const struct repeat expected[] = {{0}, {1, 2}, {0}, {0}, {0}, {2, 2}};
    size_t count = sizeof lines / sizeof *lines;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct repeat repeat = repeat_at(lines, count, i);
        CU_ASSERT_EQUAL(repeat.lines, expected[i].lines);
        CU_ASSERT_EQUAL(repeat.times, expected[i].times);
    }
    for (size_t i = 11; i < count; i++)
        CU_ASSERT_EQUAL(repeat_at(lines, count, i).times, 0);
}

static void hex(const unsigned char digest[SHA256_SIZE], char text[2 * SHA256_SIZE + 1])
{
    for (size_t i = 0; i < SHA256_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

/* FIPS 180-4's examples, and as many bytes as end in each place of a block; RFC 4231's 2 and 6. */
static void test_digests(void)
{
    static const struct {
        const char *text, *digest;
    } plain[] = {{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
                 {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
                 {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}};
    unsigned char digest[SHA256_SIZE], key[131], all[129 * SHA256_SIZE];
    char text[2 * SHA256_SIZE + 1];
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        sha256(plain[i].text, strlen(plain[i].text), digest);
        hex(digest, text);
        CU_ASSERT_STRING_EQUAL(text, plain[i].digest);
    }
    memset(key, 'a', sizeof key);
    for (size_t length = 0; length < 129; length++)
        sha256(key, length, all + length * SHA256_SIZE);
    sha256(all, sizeof all, digest);
    hex(digest, text);
    CU_ASSERT_STRING_EQUAL(text,
                           "933ad676721ea7b25e55fafbe9f544c2c84280829cd6c7afddd32fc9d6202a4d");

    hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, digest);
    hex(digest, text);
    CU_ASSERT_STRING_EQUAL(text,
                           "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    hmac_sha256(key, sizeof key, "Test Using Larger Than Block-Size Key - Hash Key First", 54,
                digest);
    hex(digest, text);
    CU_ASSERT_STRING_EQUAL(text,
                           "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

int main(void)
{
    support_init();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("units", NULL, NULL);
    CU_add_test(suite, "outcomes", test_outcomes);
    CU_add_test(suite, "partial observations", test_partial_observations);
    CU_add_test(suite, "profiles", test_profiles);
    CU_add_test(suite, "addresses", test_addresses);
    CU_add_test(suite, "calls are printed", test_calls_are_printed);
    CU_add_test(suite, "symbols", test_symbols);
    CU_add_test(suite, "records", test_records);
    CU_add_test(suite, "a scribbled record", test_scribbled_record);
    CU_add_test(suite, "a way that was lost", test_lost_way);
    CU_add_test(suite, "stacks", test_stacks);
    CU_add_test(suite, "variant ids", test_variant_ids);
    CU_add_test(suite, "shards", test_shards);
    CU_add_test(suite, "text of others", test_text);
    CU_add_test(suite, "repeats", test_repeats);
    CU_add_test(suite, "rules", test_rules);
    CU_add_test(suite, "digests", test_digests);
    return run_tests();
}
