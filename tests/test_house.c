/* The house: each room uses those below it and itself, so that nothing depends on what stands on
 * it.
 */
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From below. */
static const char *const rooms[] = {"calls/",  "wire/",      "hosts/",   "lab/",
                                    "stacks/", "documents/", "harness/", "fixtures/",
                                    "suites/", "reports/",   "cli/"};

enum { ROOMS = sizeof rooms / sizeof *rooms, HARNESS = 6, SUITES = 8, STRANGER = -1 };

static int room_of(const char *path)
{
    for (int i = 0; i < ROOMS; i++)
        if (strncmp(path, rooms[i], strlen(rooms[i])) == 0)
            return i;
    return STRANGER;
}

/* Reports and the command line stand on the harness, beside fixtures and suites. */
static bool may_use(int room, const char *file, const char *header)
{
    static const char agent[] = "stacks/agent/program/";
    int used = room_of(header);
    if (strncmp(file, agent, strlen(agent)) == 0)
        return used == 0 || strncmp(header, agent, strlen(agent)) == 0 ||
               strcmp(header, "lab/settings.h") == 0;
    if (room > SUITES && used > HARNESS && used <= SUITES)
        return false;
    return used != STRANGER && used <= room;
}

static void look_into(int room, const char *path, const char *file)
{
    static const char include[] = "#include \"";
    char *text = read_file(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    for (char *at = text; (at = strstr(at, include));) {
        char *header = at + strlen(include);
        at = header + strcspn(header, "\"");
        *at++ = '\0';
        if (!may_use(room, file, header)) {
            printf("\n    %s uses %s", file, header);
            CU_FAIL("a room above");
        }
    }
    free(text);
}

static void test_rooms(void)
{
    static const char *const depths[] = {"", "*/", "*/*/"};
    const char *source = getenv("SOURCE");
    for (int room = 0; room < ROOMS; room++) {
        size_t files = 0;
        for (size_t depth = 0; depth < sizeof depths / sizeof *depths; depth++) {
            char pattern[1024];
            glob_t found = {.gl_pathc = 0};
            snprintf(pattern, sizeof pattern, "%s/%s%s*.[ch]", source, rooms[room], depths[depth]);
            glob(pattern, 0, NULL, &found);
            for (size_t i = 0; i < found.gl_pathc; i++)
                look_into(room, found.gl_pathv[i], found.gl_pathv[i] + strlen(source) + 1);
            files += found.gl_pathc;
            globfree(&found);
        }
        CU_ASSERT(files > 0);
    }
}

int main(void)
{
    support_init();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("house", NULL, NULL);
    CU_add_test(suite, "rooms use those below", test_rooms);
    return run_tests();
}
