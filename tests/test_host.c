/* A run leaves the host as it was: interfaces, routes, addresses, sysctls, processes, files. */
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Appends a file with its name to a text that grows. */
static void add_file(char **all, const char *path)
{
    char *text = read_file(path), *longer;
    if (!text)
        return; /* unreadable for us before and after */
    if (asprintf(&longer, "%s%s:\n%s\n", *all, path, text) < 0)
        abort();
    free(text);
    free(*all);
    *all = longer;
}

static void add_tree(char **all, const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char child[512];
        snprintf(child, sizeof child, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && entries[i]->d_type == DT_DIR)
            add_tree(all, child);
        else if (entries[i]->d_type == DT_REG)
            add_file(all, child);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

/* Those that somebody has set; what the machine learns by itself comes and goes. */
static void add_neighbours(char **all)
{
    char *learned = strdup(""), *rest = NULL;
    add_file(&learned, "/proc/net/arp");
    for (char *line = strtok_r(learned, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *longer;
        if (!strstr(line, " 0x6 ") || asprintf(&longer, "%s%s\n", *all, line) < 0)
            continue;
        free(*all);
        *all = longer;
    }
    free(learned);
}

static char *network_state(void)
{
    static const char *const files[] = {"/proc/net/route", "/proc/net/ipv6_route",
                                        "/proc/net/if_inet6", "/proc/net/fib_trie"};
    char *all = strdup("");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        add_file(&all, files[i]);
    add_neighbours(&all);
    add_tree(&all, "/proc/sys/net");
    struct dirent **links;
    int count = scandir("/sys/class/net", &links, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char path[512];
        snprintf(path, sizeof path, "/sys/class/net/%s/flags", links[i]->d_name);
        add_file(&all, path);
        free(links[i]);
    }
    if (count >= 0)
        free(links);
    return all;
}

/* Tells where two states differ. */
static void tell(const char *before, const char *after)
{
    size_t at = 0;
    while (before[at] && before[at] == after[at])
        at++;
    size_t from = at > 200 ? at - 200 : 0;
    printf("\n    before: ...%.400s\n    after: ...%.400s\n", before + from, after + from);
}

static void test_untouched(void)
{
    const char *directory = make_directory();
    char home[256];
    char *before = network_state();
    CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(home, sizeof home));
    CU_ASSERT_EQUAL_FATAL(chdir(directory), 0);
    setenv("TMPDIR", directory, 1);
    struct finished finished =
        run_line(SANITIZED           ? "SOCKSPEC run --quiet --json - --filter *ipv4,loopback*"
                 : machine_is_slow() ? "SOCKSPEC run --quiet --json - --shard 1/4"
                                     : "SOCKSPEC run --quiet --json -");
    CU_ASSERT(finished.status == 0 || finished.status == 1);
    if (finished.status > 1) {
        printf("\n    status %d: %.2000s\n", finished.status, finished.err);
        json_t *lines = json_lines(finished.out);
        print_verdicts(lines, "inconclusive");
        json_decref(lines);
    }
    CU_ASSERT_EQUAL(chdir(home), 0);
    char *after = network_state();
    if (strcmp(before, after) != 0)
        tell(before, after);
    CU_ASSERT_STRING_EQUAL(before, after);
    CU_ASSERT_EQUAL(remove_directory(directory), 0);
    finished_free(&finished);
    free(before);
    free(after);
}

int main(void)
{
    support_init();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("host", NULL, NULL);
    CU_add_test(suite, "is untouched", test_untouched);
    return run_tests();
}
