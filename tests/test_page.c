/* The page that `sockspec compare --html` writes, used in a real browser as a reader would.
 *
 * With SOCKSPEC_SCREENSHOTS=FOLDER in the environment nothing is tested, but pictures are written
 * there: page-1280.png and page-390.png, the same with -dark and -open (a case), and page.pdf as
 * printed. They show the page that SOCKSPEC_PAGE=FILE names, an absolute path, or else one of
 * implementations that are made up. */
#include "tests/page/inputs.h"
#include "tests/page/page.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SKIPPED = 77 };

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

/* ---- the matrix ---- */

static void test_inputs(void)
{
    make_page(place);
    make_many(place);
    make_huge(place);
}

static const char matrix[] =
    "return cases().map(r => ({id: r.querySelector('button').textContent,"
    " area: r.parentNode.querySelector('h2 button').textContent,"
    " differs: r.querySelector('th').textContent.endsWith('differs'),"
    " expected: r.cells[1].textContent,"
    " cells: [...r.cells].slice(2).map(c =>"
    " ({text: c.textContent, colour: getComputedStyle(c).backgroundColor}))}))";

/* The worst is the last. */
static const char *const verdicts[] = {"skip", "kept", "pass", "changed", "inconclusive", "fail"};
enum { VERDICT_COUNT = sizeof verdicts / sizeof *verdicts };

/* Checks a cell; colours has the colour of each verdict, "" until one is seen. */
static void check_cell(const json_t *parts, const char *profile, const json_t *cell,
                       char colours[][32])
{
    size_t i, worst = 0;
    const json_t *part;
    const char *text = text_of(cell, "text");
    CU_ASSERT(json_array_size(parts) > 0);
    json_array_foreach (parts, i, part) {
        const char *verdict = text_of(json_object_get(part, "verdicts"), profile);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, verdict));
        CU_ASSERT_PTR_NOT_NULL(strstr(text, text_of(part, "observed")));
        CU_ASSERT_PTR_NOT_NULL(strstr(text, text_of(part, "reason")));
        for (size_t v = worst; v < VERDICT_COUNT; v++)
            worst = strcmp(verdicts[v], verdict) == 0 ? v : worst;
    }
    if (!*colours[worst])
        snprintf(colours[worst], sizeof colours[worst], "%s", text_of(cell, "colour"));
    CU_ASSERT_STRING_EQUAL(colours[worst], text_of(cell, "colour"));
}

static void check_matrix(const json_t *rows, const char *profile, char colours[][32])
{
    size_t i, k;
    const json_t *row, *cell;
    json_t *shown = browser_run(browser, matrix);
    CU_ASSERT(json_array_size(rows) > 3);
    CU_ASSERT_EQUAL(json_array_size(shown), json_array_size(rows));
    json_array_foreach (shown, i, row) {
        const json_t *want = json_array_get(rows, i);
        CU_ASSERT_STRING_EQUAL(text_of(row, "id"), text_of(want, "id"));
        CU_ASSERT_STRING_EQUAL(text_of(row, "area"), text_of(want, "area"));
        CU_ASSERT_EQUAL(json_is_true(json_object_get(row, "differs")),
                        json_is_true(json_object_get(want, "different")));
        const char *outcome = text_of(json_object_get(want, "outcomes"), profile);
        CU_ASSERT(!*outcome || strcmp(text_of(row, "expected"), outcome) == 0);
        json_array_foreach (json_object_get(row, "cells"), k, cell) {
            check_cell(json_array_get(json_object_get(want, "cells"), k), profile, cell, colours);
        }
        CU_ASSERT_EQUAL(k, 4);
    }
    json_decref(shown);
}

static void test_matrix(void)
{
    static const char *const profiles[] = {"linux", "posix"};
    char colours[VERDICT_COUNT][32] = {""};
    json_t *data = json_load_file(path_of("data"), 0, NULL);
    open_page("page.html");
    HOLDS("['host', 'mutant:tcp.connect.refused', 'host', 'nasty'].every((name, i) =>"
          " find('thead').rows[0].cells[i + 2].textContent.startsWith(name))");
    /* What each is and its version; which of two of a name, by its file. */
    HOLDS("[2, 3, 4].every(i => /Linux "
          "\\d.*glibc/.test(find('thead').rows[0].cells[i].textContent))");
    HOLDS("[2, 4].every(i => find('thead').rows[0].cells[i].textContent.includes('/'))");
    HOLDS("find('thead').rows[0].cells[1].textContent === 'expectedby linux'");
    for (size_t i = 0; i < 2; i++) {
        choose("profile", profiles[i]);
        check_matrix(json_object_get(data, "rows"), profiles[i], colours);
    }
    json_decref(data);
    /* All but two were the worst of a cell: each has a colour, and one of its own. */
    static const int seen[] = {0, 1, 2, 5};
    for (size_t i = 0; i < 4; i++) {
        CU_ASSERT(strncmp(colours[seen[i]], "rgb(", 4) == 0);
        for (size_t k = 0; k < i; k++)
            CU_ASSERT_STRING_NOT_EQUAL(colours[seen[i]], colours[seen[k]]);
    }
}

static void test_search(void)
{
    open_page("page.html");
    HOLDS("cases().length === data.rows.length");
    CLICK("#search");
    browser_press(browser, "No-InterFace bind");
    HOLDS("ids().length > 0 && ids().every(r => r.startsWith('ipv6.scope.bind-no-interface/'))");
    HOLDS("find('#count').textContent.startsWith(`${ids().length} of ${data.rows.length} cases`)");
    HOLDS("all('.area button').length === 1");
    /* Names of the data's own keys are not there to be found. */
    browser_press(browser, " verdicts");
    HOLDS("cases().length === 0 && all('#none').length === 1");
    HOLDS("find('#count').textContent.startsWith('0 of ')");
    CLICK("#all");
    HOLDS("cases().length === data.rows.length && all('#none').length === 0");
    HOLDS("at().id === 'search' && at().value === ''");
}

static void test_filters(void)
{
    open_page("page.html");
    HOLDS("cases().length === data.rows.length");
    CLICK("#different");
    HOLDS("cases().length === data.rows.filter(r => r.different).length");
    CLICK("#different");
    HOLDS("cases().length === data.rows.length");
    choose("area", "udp.connect");
    HOLDS("ids().length > 0 && ids().every(r => r.startsWith('udp.connect.'))");
    choose("verdict", "fail");
    HOLDS("cases().length === 0");
    choose("profile", "posix");
    HOLDS("cases().length > 0 && cases().every(r => r.querySelector('td.fail'))");
    choose("area", "");
    choose("verdict", "inconclusive");
    HOLDS("ids().length === 1 && ids()[0].startsWith('tcp.connect.refused/')");
    /* Nothing differs: that is said, and not shown as an empty page. */
    open_page("alike.html");
    choose("different", "1");
    HOLDS("cases().length === 0 && all('#none').length === 1");
    CLICK("#all");
    HOLDS("cases().length > 3");
}

/* ---- columns ---- */

/* Totals by column and by area, of the cases that are shown. */
static void test_totals(void)
{
    open_page("page.html");
    json_decref(browser_run(
        browser,
        "window.sums = (rows, i) => { const n = {};"
        " for (const r of rows) for (const p of r.cells[i] || [])"
        " n[p.verdicts.linux] = (n[p.verdicts.linux] || 0) + p.variants.length; return n; };"
        "window.told_sums = cell => Object.fromEntries([...cell.querySelectorAll('b')].map(b =>"
        " b.textContent.split(' ')).map(([n, v]) => [v, Number(n)]));"
        "window.alike = (a, b) => JSON.stringify(Object.entries(a).sort()) ==="
        " JSON.stringify(Object.entries(b).sort());"
        "window.right = rows => [0, 1, 2, 3].every(i =>"
        " alike(told_sums(find('#sum').cells[i + 2]), sums(rows, i)));"));
    HOLDS("right(data.rows) && Object.keys(sums(data.rows, 3)).length > 2");
    HOLDS(
        "all('.area:not(#sum)').every(a => [0, 1, 2, 3].every(i => alike(told_sums(a.cells[i + 2]),"
        " sums(data.rows.filter(r => r.area === a.querySelector('button').textContent), i))))");
    choose("search", "tcp.connect");
    HOLDS("right(data.rows.filter(r => r.fits)) && data.rows.some(r => !r.fits)");
}

/* Gives what is looked for in a column a value as if by hand. */
static void look_for(int column, const char *value)
{
    char script[512];
    snprintf(script, sizeof script,
             "const e = all('.columns select')[%d]; e.value = '%s';"
             "e.dispatchEvent(new Event('input')); return e.value === '%s';",
             column, value, value);
    json_t *good = browser_run(browser, script);
    CU_ASSERT_TRUE_FATAL(json_is_true(good));
    json_decref(good);
}

/* Fails here and passes there; columns that are hidden; what profiles expect. */
static void test_columns(void)
{
    open_page("page.html");
    CLICK("#panel");
    HOLDS("all('.columns select').length === 4 && all('.columns input').length === 9");
    look_for(1, "fail");
    HOLDS("ids().length > 0 && ids().every(r => r.startsWith('tcp.connect.refused/'))");
    look_for(0, "pass");
    HOLDS("ids().length > 0");
    /* No variant that fails there fails here. */
    look_for(0, "fail");
    HOLDS("ids().length === 0");
    look_for(0, "");
    look_for(1, "");
    look_for(3, "inconclusive");
    HOLDS("ids().length === 1");
    /* The mutant fails in the variant that nasty says nothing about; in what that fails, too. */
    look_for(1, "fail");
    HOLDS("ids().length === 1");
    look_for(3, "not run");
    HOLDS("ids().length === 0");
    look_for(3, "");
    CLICK(".columns div:nth-child(6) input");
    HOLDS("find('thead').rows[0].cells.length === 5 &&"
          " find('thead').rows[0].cells[2].textContent.startsWith('mutant')");
    HOLDS("cases().every(r => r.cells.length === 5) && find('#sum').cells.length === 5");
    CLICK("#expects-posix");
    HOLDS("find('thead').rows[0].cells[1].textContent.endsWith('posix') &&"
          " cases().every(r => r.cells[1].textContent === data.rows.find(d => d.id ==="
          " r.querySelector('button').textContent).outcomes.posix)");
    CLICK("#expects-linux");
    CLICK("#expects-posix");
    HOLDS("find('thead').rows[0].cells.length === 4");
}

/* ---- addresses ---- */

/* Opens another address of the page that is open, as from a link. */
static void go_to(const char *name, const char *fragment)
{
    char address[1024];
    snprintf(address, sizeof address, "%s#%s", path_of(name), fragment);
    CU_ASSERT_TRUE_FATAL(browser_open(browser, address));
    page_ready();
}

/* What was chosen and opened is in the address, and comes again with it. */
static void test_address(void)
{
    open_page("page.html");
    CLICK("#panel");
    choose("search", "tcp.connect");
    choose("profile", "posix");
    look_for(1, "fail");
    look_for(0, "pass");
    CLICK(".columns div:nth-child(9) input");
    CLICK("#expects-linux");
    HOLDS("cases().length > 0");
    CLICK(FIRST " button");
    HOLDS("detail() && location.hash.includes('tcp.connect.refused/') &&"
          " location.hash.includes('column=fail:mutant')");
    json_t *text = browser_run(browser, "return location.hash.slice(1)");
    json_t *before = browser_run(browser, "return find('table').innerText");
    open_page("alike.html");
    go_to("page.html", json_string_value(text));
    HOLDS("all('tr.detail').length === 1");
    json_t *after = browser_run(browser, "return find('table').innerText");
    CU_ASSERT_TRUE(json_equal(before, after));
    json_decref(before);
    json_decref(after);
    json_decref(text);
    /* The address of a rule, in a page that is open and in one that is not: also where areas are
     * closed. */
    go_to("page.html", "ipv6.scope.bind-no-interface");
    HOLDS("all('tr.detail').length === 1 && at().textContent.startsWith('ipv6.scope.bind-no') &&"
          " cases().length === data.rows.length && find('#profile').value === 'linux'");
    go_to("many.html", "tcp.connect.refused");
    HOLDS("all('tr.detail').length === 1 && areas_open().length === 1 &&"
          " at().textContent.startsWith('tcp.connect.refused/') && uncovered()");
    /* What makes no sense does nothing. */
    go_to("page.html", "no.such.rule&area=none&profile=nobody&column=fail:nobody&%E0%A4%A&hide=x");
    HOLDS("cases().length === data.rows.length && !detail()");
    /* A case says its own address; sources lead to the very section. */
    open_refused();
    HOLDS("detail().querySelector('p a').getAttribute('href') === '#' + ids()[0]");
    HOLDS("all('.source a').some(a => a.href.endsWith('/functions/connect.html')) &&"
          " all('.source a').some(a => a.href.startsWith('https://manpages.debian.org/'))");
}

/* ---- download ---- */

static void test_download(void)
{
    char *text = NULL;
    open_page("page.html");
    json_decref(browser_devtools(browser, "Browser.setDownloadBehavior",
                                 json_pack("{ss ss}", "behavior", "allow", "downloadPath", place)));
    choose("search", "tcp.connect.refused");
    json_decref(browser_run(browser, "window.want = csv()"));
    CLICK("#download");
    for (int i = 0; i < 600 && !text; i++) {
        HOLDS("true"); /* a frame later */
        if (access(path_of("sockspec-comparison.csv"), R_OK) == 0)
            text = read_file(path_of("sockspec-comparison.csv"));
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"expected by linux\",\"host ("));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\r\n\"tcp.connect.refused/"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"ECONNREFUSED\",\"pass ECONNREFUSED ("));
    CU_ASSERT_PTR_NULL(strstr(text, "ipv6.scope"));
    HOLDS("want.split('\\r\\n').length === cases().length + 2");
    free(text);
}

/* One run alone has a page too. */
static void test_one(void)
{
    open_page("one.html");
    HOLDS("cases().length === data.rows.length && find('thead').rows[0].cells.length === 3");
    HOLDS("find('#sum').textContent.includes(' fail') && all('.case small').length === 0");
}

/* ---- one case ---- */

static void test_click(void)
{
    open_page("page.html");
    HOLDS("!detail()");
    open_refused();
    check_detail();
    /* It stays open, and is told anew, when judged by another profile; it goes with its case. */
    choose("profile", "bsd");
    check_detail();
    choose("search", "tcp.connect.a");
    HOLDS("cases().length > 0 && all('tr.detail').length === 0");
    choose("search", "tcp.connect.refused");
    HOLDS("all('tr.detail').length === 1");
    CLICK(".detail .close");
    HOLDS("!detail() && at() === rules()[0]");
    /* A cell opens and closes as well. */
    CLICK(FIRST " td");
    check_detail();
    CLICK(FIRST " td");
    HOLDS("!detail()");
}

/* ---- what it must not do ---- */

static void test_markup_is_text(void)
{
    open_page("page.html");
    open_refused();
    HOLDS("window.nasty = data.columns[3].name.slice('nasty '.length)");
    HOLDS("nasty.startsWith('</script>') && nasty.includes('\"&amp;\\'') &&"
          " nasty.endsWith('<!--@DATA@')");
    HOLDS("find('thead th:last-child').textContent.startsWith('nasty ' + nasty)");
    HOLDS("find('#reports').textContent.includes('nasty<i>&\"\\'')");
    HOLDS("cases()[0].cells[5].textContent.split(nasty).length === 4");
    HOLDS("all('pre').filter(p => p.textContent.includes(nasty)).length === 3");
    HOLDS("!window.injected && !find('img, main script, i, link, iframe, object, embed') &&"
          " document.scripts.length === 2");
    choose("search", "");
    CLICK("#search");
    browser_press(browser, "\"&amp;'");
    HOLDS("cases().length === 1");
}

/* As many rules and implementations as there are to be: 1,500 by 16. */
static void test_huge(void)
{
    struct stat about;
    CU_ASSERT_TRUE_FATAL(stat(path_of("huge.html"), &about) == 0);
    open_page("huge.html");
    HOLDS("stops().length > 20 && cases().length === 0");
    HOLDS("(r => r.length > 1500 && new Set(r).size === r.length)(data.rows.map(r => r.id))");
    json_t *took = browser_run(
        browser, "const time = f => { const t = performance.now(); f(); document.body.offsetHeight;"
                 " return performance.now() - t; };"
                 "const input = (id, value) => { find('#' + id).value = value;"
                 " find('#' + id).dispatchEvent(new Event('input')); };"
                 "return {cases: data.rows.length, columns: data.columns.length,"
                 " load: Number(document.documentElement.dataset.ready),"
                 " search: time(() => input('search', 'connect')),"
                 " judge: time(() => input('profile', 'posix')),"
                 " area: time(() => stops()[0].click()),"
                 " open: time(() => rules()[0].click())};");
    printf("\n    %.0f by %.0f in %.1f MB: opened in %.0f ms, searched in %.0f, judged in %.0f, "
           "an area in %.0f, a rule in %.0f\n",
           number_of(took, "columns"), number_of(took, "cases"), (double)about.st_size / 1e6,
           number_of(took, "load"), number_of(took, "search"), number_of(took, "judge"),
           number_of(took, "area"), number_of(took, "open"));
    CU_ASSERT_EQUAL(number_of(took, "columns"), HUGE_COLUMNS);
    CU_ASSERT(about.st_size < 8000000);
    /* Many times what it takes, for a machine that has other things to do, or is slow as well. */
    const double most = machine_is_slow() ? 60000 : 20000;
    CU_ASSERT(number_of(took, "load") < most);
    CU_ASSERT(number_of(took, "search") < most);
    CU_ASSERT(number_of(took, "judge") < most);
    CU_ASSERT(number_of(took, "area") < most);
    CU_ASSERT(number_of(took, "open") < most);
    json_decref(took);
    /* On a phone they stand below each other, and not beyond its edge. */
    resize(PHONE, 844);
    HOLDS("innerWidth === 390 && fits() && all('.area > *').every(inside)");
    resize(WIDE, 844);
}

/* The URL of a request that an event of DevTools tells of, "" if it is about something else. */
static const char *requested(const json_t *event)
{
    const json_t *sent = json_object_get(event, "params");
    if (strcmp(text_of(event, "method"), "Network.requestWillBeSent") != 0 ||
        strncmp(text_of(sent, "documentURL"), "chrome:", 7) == 0) /* the browser's own window */
        return "";
    return text_of(json_object_get(sent, "request"), "url");
}

/* In all tests before: no complaint on the console, no request but for the pages. */
static void test_self_contained(void)
{
    size_t i, pages = 0;
    const json_t *entry;
    char own[512];
    snprintf(own, sizeof own, "file://%s/", place);
    json_t *console = browser_log(browser, "browser");
    json_t *events = browser_log(browser, "performance");
    CU_ASSERT_EQUAL(json_array_size(console), 0);
    json_array_foreach (console, i, entry) {
        fprintf(stderr, "console: %s\n", text_of(entry, "message"));
    }
    json_array_foreach (events, i, entry) {
        json_t *whole = json_loads(text_of(entry, "message"), 0, NULL);
        const char *url = requested(json_object_get(whole, "message"));
        bool page = strncmp(url, own, strlen(own)) == 0;
        if (*url && !page)
            fprintf(stderr, "request: %s\n", url);
        CU_ASSERT(!*url || page);
        pages += page;
        json_decref(whole);
    }
    CU_ASSERT(pages > 5);
    json_decref(console);
    json_decref(events);
}

static void test_pictures(void)
{
    take_pictures(getenv("SOCKSPEC_SCREENSHOTS"));
}

int main(void)
{
    const char *lacks = browser_lacks();
    support_init();
    if (lacks) {
        printf("page: skipped: the package %s is not installed\n", lacks);
        return SKIPPED;
    }
    place = make_directory();
    browser = browser_start(place);
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("page", NULL, NULL);
    if (getenv("SOCKSPEC_SCREENSHOTS")) {
        CU_add_test(suite, "pictures", test_pictures);
    } else {
        CU_add_test(suite, "inputs", test_inputs);
        CU_add_test(suite, "the matrix", test_matrix);
        CU_add_test(suite, "search", test_search);
        CU_add_test(suite, "filters", test_filters);
        CU_add_test(suite, "totals", test_totals);
        CU_add_test(suite, "columns", test_columns);
        CU_add_test(suite, "addresses", test_address);
        CU_add_test(suite, "download", test_download);
        CU_add_test(suite, "one run", test_one);
        CU_add_test(suite, "a click opens", test_click);
        CU_add_test(suite, "the keyboard alone", test_keyboard);
        CU_add_test(suite, "the keyboard opens", test_keyboard_opens);
        CU_add_test(suite, "the keyboard scrolls", test_keyboard_scrolls);
        CU_add_test(suite, "desktop, tablet and phone", test_widths);
        CU_add_test(suite, "light and dark", test_colours);
        CU_add_test(suite, "print", test_print);
        CU_add_test(suite, "markup is text", test_markup_is_text);
        CU_add_test(suite, "1,500 rules by 16 implementations", test_huge);
        CU_add_test(suite, "self-contained", test_self_contained);
    }
    int status = browser ? run_tests() : 1;
    browser_stop(browser);
    remove_directory(place);
    return status;
}
