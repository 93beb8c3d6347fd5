/* The pages of docs/coverage/ are what the program says, and tables that a forge shows as such; the
 * rules that docs/packetdrill.md names exist. */
#include "documents/document.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH = 512 };

static void path_of(const char *page, char path[PATH])
{
    snprintf(path, PATH, "%s/docs/coverage/%s.md", getenv("SOURCE"), page);
}

/* The number of the first line in which two texts differ. */
static size_t first_difference(const char *a, const char *b)
{
    size_t line = 1;
    for (; *a && *a == *b; a++, b++)
        line += *a == '\n';
    return line;
}

/* How many cells a line of a table has. */
static size_t cells(const char *line, size_t length)
{
    size_t bars = 0;
    for (size_t i = 0; i < length; i++)
        if (line[i] == '\\')
            i++;
        else
            bars += line[i] == '|';
    return bars ? bars - 1 : 0;
}

/* Each line of the page's table has as many cells as its head, and begins and ends with a bar. */
static void check_table(const char *page, const char *text)
{
    size_t wanted = 0, number = 0;
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        number++;
        if (*line == '|') {
            size_t found = cells(line, length);
            wanted = wanted ? wanted : found;
            bool good = found == wanted && line[length - 1] == '|';
            if (!good)
                printf("\n    %s.md:%zu: %zu cells instead of %zu\n", page, number, found, wanted);
            CU_ASSERT_TRUE(good);
        }
        line += length + (line[length] == '\n');
    }
    CU_ASSERT_TRUE(wanted > 0);
}

static void check_page(const char *page, const char *document)
{
    char line[PATH], path[PATH];
    snprintf(line, sizeof line, "SOCKSPEC coverage --format markdown%s%s", document ? " " : "",
             document ? document : "");
    path_of(page, path);
    struct finished finished = run_line(line);
    char *text = read_file(path);
    CU_ASSERT_EQUAL(finished.status, 0);
    if (!text)
        printf("\n    docs/coverage/%s.md is missing; scripts/coverage writes it\n", page);
    else if (strcmp(text, finished.out) != 0)
        printf(
            "\n    docs/coverage/%s.md:%zu is not what the program says; scripts/coverage renews "
            "the pages\n",
            page, first_difference(text, finished.out));
    CU_ASSERT_TRUE(text && strcmp(text, finished.out) == 0);
    check_table(page, finished.out);
    free(text);
    finished_free(&finished);
}

static void test_documents(void)
{
    const struct document *const *all;
    size_t count = documents(&all);
    CU_ASSERT_TRUE(count > 0);
    for (size_t i = 0; i < count; i++)
        check_page(all[i]->id, all[i]->id);
}

static void test_summary(void)
{
    check_page("README", NULL);
}

/* A page whose document is gone is none. */
static void test_no_other_pages(void)
{
    char path[PATH], id[PATH];
    snprintf(path, sizeof path, "%s/docs/coverage", getenv("SOURCE"));
    DIR *folder = opendir(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (*entry->d_name == '.' || strcmp(entry->d_name, "README.md") == 0)
            continue;
        snprintf(id, sizeof id, "%s", entry->d_name);
        char *end = strrchr(id, '.');
        if (end && strcmp(end, ".md") == 0)
            *end = '\0';
        bool good = document_find(id) != NULL;
        if (!good)
            printf("\n    docs/coverage/%s is of no document; scripts/coverage removes it\n",
                   entry->d_name);
        CU_ASSERT_TRUE(good);
    }
    closedir(folder);
}

/* Whether it is written as rules' ids are: words of small letters, with points between them. */
static bool looks_like_rule(const char *name)
{
    return strchr(name, '.') &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == strlen(name);
}

/* The rules that docs/packetdrill.md names are there. */
static void test_packetdrill(void)
{
    char path[PATH], name[PATH], wanted[PATH + 4];
    size_t named = 0;
    snprintf(path, sizeof path, "%s/docs/packetdrill.md", getenv("SOURCE"));
    struct finished rules = run_line("SOCKSPEC list");
    char *text = read_file(path);
    CU_ASSERT_EQUAL(rules.status, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    for (const char *tick = strchr(text, '`'); tick; tick = strchr(tick, '`')) {
        size_t length = strcspn(++tick, "`");
        snprintf(name, sizeof name, "%.*s", (int)length, tick);
        tick += length + (tick[length] == '`');
        if (!looks_like_rule(name))
            continue;
        named++;
        snprintf(wanted, sizeof wanted, "\n%s  ", name);
        bool there = strstr(rules.out, wanted) != NULL;
        if (!there)
            printf("\n    docs/packetdrill.md names %s, which is no rule\n", name);
        CU_ASSERT_TRUE(there);
    }
    CU_ASSERT_TRUE(named > 0);
    free(text);
    finished_free(&rules);
}

int main(void)
{
    support_init();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("coverage", NULL, NULL);
    CU_add_test(suite, "a page for each document", test_documents);
    CU_add_test(suite, "the table of documents", test_summary);
    CU_add_test(suite, "no other pages", test_no_other_pages);
    CU_add_test(suite, "rules that are named beside packetdrill's scripts", test_packetdrill);
    return run_tests();
}
