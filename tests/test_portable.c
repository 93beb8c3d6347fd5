/* The agent for other machines and systems: with words of 32 bits and with the other byte order it
 * gives the verdicts and observations that this machine gives. */
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EMULATOR "qemu-s390x-static"

/* Rules that the emulator itself breaks. tests/portable/emulator.c, which nothing here is a part
 * of, has to say so: it prints the word under the emulator and nothing without one. */
static const struct {
    const char *word, *rules; /* a glob */
} emulated[] = {
    /* It swaps two of the four bytes of the scope that getsockname() and its like give. */
    {"scopes", "ipv6.scope.accept"},
    {"scopes", "ipv6.scope.bind"},
    {"scopes", "ipv6.scope.connect"},
    {"scopes", "ipv6.scope.receive"},
    /* It knows not all options, and does not ask the kernel about this one. */
    {"flow-information", "ipv6.flowinfo.send-kept"},
    {"multicast-interface", "options.ipv6.set"},
    {"multicast-interface", "options.ipv6.multicast-default"},
    {"other-levels", "options.error.other-level"},
    /* It writes all of a value, whatever the room. */
    {"short-room", "options.error.short-room"},
    {"accept-flags", "basic.accept4.unknown-flags"},
    {"multicast-address", "wire.group.*"},
    {"source-routes", "wire.source-route.*"},
    {"path-mtu", "wire.path-mtu.*"},
    {"path-mtu", "wire.error-queue.mtu"},
    {"path-mtu", "wire.mss.from-mtu"},
    /* It hands control data on in the order that they have there. */
    {"control-data", "wire.control.*"},
    /* It loses a signal that the mask of pselect() held back. */
    {"held-signals", "readiness.mask.holds-signals"},
};

/* Each of which a loaded machine ends in the time that a program has here. */
enum { PARTS = 4 };

static int tried; /* programs that were there */

/* IPv4-mapped addresses are IPv6's, and have nothing new for another machine. */
static json_t *results_of(const char *spec, const char *part)
{
    char iut[2048];
    spec_here(spec, iut, sizeof iut);
    const char *const argv[] = {
        getenv("SOCKSPEC"), "run",     "--iut", iut,       "--filter", "*", "--exclude",
        "*/mapped*",        "--shard", part,    "--quiet", "--json",   "-", NULL};
    struct finished finished = run_program(argv);
    json_t *lines = json_lines(finished.out);
    if (finished.status > 1 && json_array_size(lines) == 0)
        printf("\n    %s: %s\n", iut, finished.err);
    finished_free(&finished);
    return lines;
}

/* What a program prints; NULL if it cannot be run here, with a line that says so. */
static char *output_of(const char *line)
{
    char text[2048];
    struct finished finished = run_line(spec_here(line, text, sizeof text));
    char *out = finished.status == 0 ? strdup(finished.out) : NULL;
    if (out)
        tried++;
    else
        printf("\n    not run: %s ended with status %d", text, finished.status);
    finished_free(&finished);
    return out;
}

static bool is_excused(const json_t *line, const char *words)
{
    for (size_t i = 0; i < sizeof emulated / sizeof *emulated; i++)
        if (fnmatch(emulated[i].rules, text_of(line, "rule"), 0) == 0 &&
            strstr(words, emulated[i].word))
            return true;
    return false;
}

static bool is_same(const json_t *a, const json_t *b)
{
    return strcmp(text_of(a, "id"), text_of(b, "id")) == 0 &&
           strcmp(text_of(a, "verdict"), text_of(b, "verdict")) == 0 &&
           json_equal(json_object_get(a, "parts"), json_object_get(b, "parts"));
}

/* Holds a part of a run against the host's, line by line: both are in the order of variants. Gives
 * how many differ. */
static size_t compare_part(const char *spec, const char *words, unsigned part)
{
    static json_t *here[PARTS]; /* that it is compared with, the same for all */
    char shard[16];
    snprintf(shard, sizeof shard, "%u/%d", part + 1, PARTS);
    if (!here[part])
        here[part] = results_of("host", shard);
    json_t *host = here[part], *lines = results_of(spec, shard), *line;
    size_t i, different = 0;
    CU_ASSERT(json_array_size(host) > 2);
    CU_ASSERT_EQUAL(json_array_size(lines), json_array_size(host));
    json_array_foreach (lines, i, line) {
        const json_t *there = json_array_get(host, i);
        if (strcmp(text_of(line, "type"), "variant") != 0 || is_same(line, there) ||
            is_excused(line, words))
            continue;
        different++;
        printf("\n    %s: %s %s, on this machine %s %s\n      %s", text_of(line, "id"),
               text_of(line, "verdict"), text_of(line, "observed"), text_of(there, "verdict"),
               text_of(there, "observed"), text_of(line, "reason"));
    }
    json_decref(lines);
    return different;
}

static void compare(const char *spec, const char *words, unsigned parts)
{
    if (whole_runs())
        parts = PARTS;
    for (unsigned part = 0; part < parts; part++)
        CU_ASSERT_EQUAL(compare_part(spec, words, part), 0);
}

static void test_words_of_32_bits(void)
{
    char *help = output_of("@/sockspec-agent-i686 --help");
    if (help)
        compare("agent:@/sockspec-agent-i686", "", PARTS / 2);
    free(help);
}

static void test_other_byte_order(void)
{
    char *words = output_of(EMULATOR " @/emulator-s390x"), *none = output_of("@/emulator");
    CU_ASSERT_PTR_NOT_NULL_FATAL(none);
    CU_ASSERT_STRING_EQUAL(none, "");
    setenv("SOCKSPEC_SLOW", machine_is_slow() ? "8" : "3", 0); /* it is an emulated processor */
    if (words)
        compare("agent:" EMULATOR " @/sockspec-agent-s390x", words, 1); /* an emulator is slow */
    unsetenv("SOCKSPEC_SLOW");
    free(words);
    free(none);
}

/* It is built and linked; there is nothing here to run it. */
static void test_macos(void)
{
    static const unsigned char magic[] = {0xcf, 0xfa, 0xed, 0xfe}; /* Mach-O of 64 bits */
    unsigned char bytes[sizeof magic] = {0};
    char path[1100];
    FILE *file = fopen(spec_here("@/sockspec-agent-macos", path, sizeof path), "rb");
    if (!file) {
        printf("\n    not built: %s", path);
        return;
    }
    tried++;
    CU_ASSERT_EQUAL(fread(bytes, 1, sizeof bytes, file), sizeof bytes);
    CU_ASSERT_EQUAL(memcmp(bytes, magic, sizeof magic), 0);
    fclose(file);
}

/* The line that the documentation gives builds the agent, whoever compiles. */
static void test_one_line(void)
{
    static const char *const compilers[] = {"cc", "musl-gcc", "diet gcc", "i686-linux-gnu-gcc",
                                            "s390x-linux-gnu-gcc"};
    char path[1100], script[2200];
    const char *directory = make_directory();
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    snprintf(path, sizeof path, "%s/docs/testing-another-machine.md", getenv("SOURCE"));
    char *text = read_file(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    char *line = strstr(text, "    cc -std=gnu11 ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(line);
    line += strlen("    cc");
    line[strcspn(line, "\n")] = '\0';
    for (size_t i = 0; i < sizeof compilers / sizeof *compilers; i++) {
        int word = (int)strcspn(compilers[i], " ");
        snprintf(script, sizeof script,
                 "command -v %.*s || exit 0; cd '%s' && ln -sf '%s'/* . && %s%s", word,
                 compilers[i], directory, getenv("SOURCE"), compilers[i], line);
        struct finished finished = run_program(argv);
        CU_ASSERT_EQUAL(finished.status, 0);
        if (finished.status)
            printf("\n    %s: %s", compilers[i], finished.err);
        finished_free(&finished);
    }
    remove_directory(directory);
    free(text);
}

int main(void)
{
    enum { SKIPPED = 77, OURS = 1 }; /* of the programs one is ours everywhere */
    support_init();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("portable", NULL, NULL);
    CU_add_test(suite, "words of 32 bits", test_words_of_32_bits);
    CU_add_test(suite, "the other byte order", test_other_byte_order);
    CU_add_test(suite, "macOS", test_macos);
    CU_add_test(suite, "one line", test_one_line);
    int status = run_tests();
    return status == 0 && tried == OURS ? SKIPPED : status;
}
