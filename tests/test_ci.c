/* The recipes of docs/ci: their shell steps, run one after the other as the service would, with an
 * implementation that keeps the rules and with one that breaks one. Only what a runner has to bring
 * is stood in for: apt-get, and make in a kernel's tree. A run has only a few of all rules. */
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

enum { STEPS = 16 };

struct step {
    char *text;
    bool always; /* also after one that failed */
};

struct recipe {
    struct step steps[STEPS];
    size_t count;
};

static void add_step(struct recipe *recipe, const char *text, bool always)
{
    CU_ASSERT_FATAL(recipe->count < STEPS);
    recipe->steps[recipe->count++] = (struct step){strdup(text), always};
}

static char *recipe_text(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/docs/ci/%s", getenv("SOURCE"), name);
    char *text = read_file(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    return text;
}

/* ---- YAML ---- */

/* The value of a key of a mapping, NULL if there is none. */
static yaml_node_t *value_of(yaml_document_t *document, const yaml_node_t *node, const char *key)
{
    if (!node || node->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *name = yaml_document_get_node(document, pair->key);
        if (strcmp((const char *)name->data.scalar.value, key) == 0)
            return yaml_document_get_node(document, pair->value);
    }
    return NULL;
}

static const char *text_at(const yaml_node_t *node)
{
    return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : "";
}

/* The item of a list, NULL behind its end. */
static yaml_node_t *item_of(yaml_document_t *document, const yaml_node_t *list, size_t i)
{
    if (!list || list->type != YAML_SEQUENCE_NODE ||
        list->data.sequence.items.start + i >= list->data.sequence.items.top)
        return NULL;
    return yaml_document_get_node(document, list->data.sequence.items.start[i]);
}

static void load(const char *name, yaml_document_t *document)
{
    yaml_parser_t parser;
    char *text = recipe_text(name);
    CU_ASSERT_FATAL(yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
    CU_ASSERT_FATAL(yaml_parser_load(&parser, document));
    yaml_parser_delete(&parser);
    free(text);
}

/* The "run" of each step of the job; GitHub has bash stop at the first that fails. */
static void take_github(struct recipe *recipe)
{
    yaml_document_t document;
    load("github.yml", &document);
    yaml_node_t *jobs = value_of(&document, yaml_document_get_root_node(&document), "jobs");
    yaml_node_t *steps = value_of(&document, value_of(&document, jobs, "sockspec"), "steps"), *step;
    for (size_t i = 0; (step = item_of(&document, steps, i)); i++) {
        const char *text = text_at(value_of(&document, step, "run"));
        if (*text)
            add_step(recipe, text,
                     strcmp(text_at(value_of(&document, step, "if")), "always()") == 0);
    }
    yaml_document_delete(&document);
}

static void take_gitlab(struct recipe *recipe)
{
    static const char *const keys[] = {"script", "after_script"};
    yaml_document_t document;
    load("gitlab.yml", &document);
    yaml_node_t *job = value_of(&document, yaml_document_get_root_node(&document), "sockspec");
    for (size_t k = 0; k < 2; k++) {
        yaml_node_t *list = value_of(&document, job, keys[k]), *line;
        for (size_t i = 0; (line = item_of(&document, list, i)); i++)
            add_step(recipe, text_at(line), k == 1);
    }
    CU_ASSERT_STRING_EQUAL(
        text_at(value_of(&document,
                         value_of(&document, value_of(&document, job, "artifacts"), "reports"),
                         "junit")),
        "sockspec.xml");
    yaml_document_delete(&document);
}

/* What stands between the quotes of "sh", those of "post" always. */
static void take_jenkins(struct recipe *recipe)
{
    char *text = recipe_text("Jenkinsfile"), *post = strstr(text, "post {");
    for (char *at = text, *end; (at = strstr(at, "sh '''")); at = end + 3) {
        at += strlen("sh '''");
        end = strstr(at, "'''");
        CU_ASSERT_PTR_NOT_NULL_FATAL(end);
        *end = '\0';
        add_step(recipe, at, at > post);
    }
    free(text);
}

/* ---- running them ---- */

static const char prepare[] =
    "set -e; mkdir bin; cd bin; printf '#!/bin/sh\\nexit 0\\n' >apt-get\n"
    "cat >sockspec <<END\n"
    "#!/bin/sh\n"
    "[ \"\\$1\" != run ] || { shift; set -- run --filter '%s' \"\\$@\"; }\n"
    "exec $S \"\\$@\"\n"
    "END\n"
    "chmod +x *; cd ..\n";

static const char library[] =
    "cat >Makefile <<'END'\n"
    "libmine.so: mine.c\n"
    "\t$(CC) -shared -fPIC -D_GNU_SOURCE -o $@ $<\n"
    "END\n"
    "cat >mine.c <<'END'\n"
    "#include <dlfcn.h>\n"
    "#include <errno.h>\n"
    "#include <sys/socket.h>\n"
    "int connect(int fd, const struct sockaddr *name, socklen_t size)\n"
    "{\n"
    "    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, \"connect\");\n"
    "    int result = real(fd, name, size);\n"
    "    errno = BREAKS && errno == EISCONN ? EPERM : errno;\n"
    "    return result;\n"
    "}\n"
    "END\n";

static struct finished in_place(const char *place, const char *line)
{
    static char whole[4096];
    snprintf(whole, sizeof whole, "export PATH=$PWD/bin:$PATH GITHUB_STEP_SUMMARY=$PWD/summary\n%s",
             line);
    return run_shell(place, whole);
}

/* Runs a line of ours, which must succeed. */
static void must(const char *place, const char *line)
{
    struct finished finished = in_place(place, line);
    if (finished.status != 0)
        fprintf(stderr, "%s: status %d: %s%s\n", line, finished.status, finished.out, finished.err);
    CU_ASSERT_EQUAL(finished.status, 0);
    finished_free(&finished);
}

/* The status of the first step that failed, 0 if none did. */
static int run_recipe(const struct recipe *recipe, const char *place, const char *shell)
{
    int status = 0;
    for (size_t i = 0; i < recipe->count; i++) {
        char path[512], line[1024];
        if (status != 0 && !recipe->steps[i].always)
            continue;
        snprintf(path, sizeof path, "%s/step", place);
        FILE *file = fopen(path, "w");
        CU_ASSERT_PTR_NOT_NULL_FATAL(file);
        fputs(recipe->steps[i].text, file);
        fclose(file);
        snprintf(line, sizeof line, "%s step", shell);
        struct finished finished = in_place(place, line);
        if (finished.status > 1)
            fprintf(stderr, "%s\nstatus %d: %s%s\n", recipe->steps[i].text, finished.status,
                    finished.out, finished.err);
        status = status ? status : finished.status;
        finished_free(&finished);
    }
    return status;
}

static void check_recipe(void (*take)(struct recipe *recipe), const char *shell)
{
    struct recipe recipe = {.count = 0};
    take(&recipe);
    CU_ASSERT_FATAL(recipe.count >= 3);
    for (int breaks = 0; breaks < 2; breaks++) {
        char line[4096];
        const char *place = make_directory();
        snprintf(line, sizeof line, prepare, "tcp.connect.already-connected/*/ipv4*");
        must(place, line);
        must(place, library);
        must(place, breaks ? "sed -i s/BREAKS/1/ mine.c" : "sed -i s/BREAKS/0/ mine.c");
        CU_ASSERT_EQUAL(run_recipe(&recipe, place, shell), breaks);
        must(place, "grep -q '<testsuites' sockspec.xml && tail -n 1 sockspec.jsonl |"
                    " grep -q '\"type\":\"summary\"' && grep -q '</html>' sockspec.html");
        must(place, breaks ? "grep -q '<failure' sockspec.xml" : "! grep '<failure' sockspec.xml");
        if (take == take_github)
            must(place, "grep -q ' passed, ' summary");
        remove_directory(place);
    }
    for (size_t i = 0; i < recipe.count; i++)
        free(recipe.steps[i].text);
}

static void test_github(void)
{
    check_recipe(take_github, "bash --noprofile --norc -eo pipefail");
}

static void test_gitlab(void)
{
    check_recipe(take_gitlab, "bash -eo pipefail");
}

static void test_jenkins(void)
{
    check_recipe(take_jenkins, "sh -xe");
}

/* ---- kernels ---- */

/* What stands in for building: a kernel of Debian's, whose modules lie where they are looked for.
 */
static const char make[] =
    "set -e; cat >bin/make <<END\n"
    "#!/bin/sh\n"
    "case \"\\$*\" in\n"
    "*kvm_guest.config) echo '# configuration' >.config ;;\n"
    "*bzImage) grep -q CONFIG_VIRTIO_NET=y .config && mkdir -p arch/x86/boot arch/x86/lib/modules "
    "&&\n"
    "    cp %s arch/x86/boot/bzImage && ln -s %s/lib/modules/* arch/x86/lib/modules/bzImage ;;\n"
    "esac\n"
    "END\n"
    "chmod +x bin/make";

static void check_kernel(const char *image)
{
    char line[4096], *root = strdup(image);
    const char *place = make_directory();
    *strstr(root, "/boot/") = '\0';
    snprintf(line, sizeof line, prepare, "abi.error.EACC*");
    must(place, line);
    snprintf(line, sizeof line, make, image, root);
    must(place, line);
    snprintf(line, sizeof line,
             "export ORIGIN=me BUILD_ID=me:1 LINK=http://x SOCKSPEC_SLOW=2; sh %s/docs/ci/kernel "
             "results",
             getenv("SOURCE"));
    must(place, line);
    must(place,
         "cd results; grep -q '^ok 1 ' sockspec.ktap &&"
         " jq -e '.[0] | .test == \"abi.error.EACCES\" and .result == \"pass\" and"
         " .link == \"http://x\" and (.results | length) == 1' nipa.json &&"
         " jq -e '.tests[0] | .status == \"PASS\" and .path == \"sockspec.abi.error.EACCES\"'"
         " kcidb.json");
    remove_directory(place);
    free(root);
}

/* What is known to fail whatever the kernel, for its agent, is all that fails of that rule. */
static void test_known(void)
{
    struct finished finished = run_shell(
        "/",
        "test -x $(dirname $S)/sockspec-agent-musl || exit 77; "
        "$S run --quiet --iut libc:musl --filter 'basic.accept4.unknown-flags/*ipv4,loopback*' "
        "--baseline $SOURCE/docs/ci/kernel.known");
    if (finished.status == 77)
        printf("not run: no agent with musl ... ");
    else
        CU_ASSERT(finished.status == 0 && !*finished.err);
    finished_free(&finished);
}

static void test_kernel(void)
{
    char pattern[512];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/*/boot/vmlinuz-*", getenv("KERNELS"));
    if (access("/dev/net/tun", W_OK) != 0 || glob(pattern, 0, NULL, &found) != 0) {
        printf("not run: no /dev/net/tun, or no kernel image; scripts/kernels gets some ... ");
        return;
    }
    check_kernel(found.gl_pathv[0]);
    globfree(&found);
}

/* ---- what README there says of rights ---- */

static void test_capabilities(void)
{
    if (geteuid() != 0)
        return;
    struct finished finished = run_shell(
        "/", "setpriv --bounding-set=-all,+sys_admin,+net_admin --inh-caps=-all $S run --quiet"
             " --filter 'tcp.connect.refused/*ipv4*' --filter 'udp.connected.*/*pair*'");
    if (finished.status != 0)
        fprintf(stderr, "%s%s\n", finished.out, finished.err);
    CU_ASSERT_EQUAL(finished.status, 0);
    finished_free(&finished);
}

int main(void)
{
    support_init();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("ci", NULL, NULL);
    CU_add_test(suite, "GitHub", test_github);
    CU_add_test(suite, "GitLab", test_gitlab);
    CU_add_test(suite, "Jenkins", test_jenkins);
    CU_add_test(suite, "what is known of any kernel", test_known);
    CU_add_test(suite, "a kernel's tree", test_kernel);
    CU_add_test(suite, "capabilities", test_capabilities);
    return run_tests();
}
