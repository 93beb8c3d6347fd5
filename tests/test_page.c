/* The page that `sockspec compare --html` writes, used in a real browser as a reader would.
 *
 * With SOCKSPEC_SCREENSHOTS=FOLDER in the environment nothing is tested, but pictures are written
 * there: page-1280.png and page-390.png, the same with -dark and -open (a case), and page.pdf as
 * printed. They show the page that SOCKSPEC_PAGE=FILE names, an absolute path, or else one of
 * implementations that are made up. */
#include "tests/browser.h"
#include "tests/page_inputs.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SKIPPED = 77, WIDE = 1280, TABLET = 800, PHONE = 390 };

static const char *place; /* directory of all files here */
static struct browser *browser;

/* An expression of the page is true, now or soon. */
#define HOLDS(expression) CU_ASSERT_TRUE_FATAL(browser_await(browser, expression))

#define CLICK(selector) CU_ASSERT_TRUE_FATAL(browser_click(browser, selector))

/* The first case that is shown. */
#define FIRST "tbody:not([hidden]) tr.case:not([hidden])"

/* What the expressions have in common; all that is listed is shown. */
static const char common[] =
    "window.find = s => document.querySelector(s);"
    "window.all = s => [...document.querySelectorAll(s)].filter(e => e.checkVisibility());"
    "window.cases = () => all('tr.case');"
    "window.rules = () => all('.case button');"
    "window.stops = () => all('.area button, .case > th > button');"
    "window.areas_open = () => all('.area [aria-expanded=true]');"
    "window.ids = () => rules().map(b => b.textContent);"
    "window.detail = () => find('tr.detail');"
    "window.told = s => detail().innerText.includes(s);"
    "window.at = () => document.activeElement;"
    "window.ringed = () => { const style = getComputedStyle(at());"
    " return at().matches(':focus-visible') && style.outlineStyle !== 'none' &&"
    " parseFloat(style.outlineWidth) >= 2; };"
    "window.uncovered = () => { const r = at().getBoundingClientRect();"
    " return [r.top + 2, r.bottom - 2].every(y =>"
    " at().contains(document.elementFromPoint(r.left + 5, y))); };"
    "window.fits = () => document.documentElement.scrollWidth <= innerWidth;"
    "window.inside = e => { const r = e.getBoundingClientRect();"
    " return r.left >= -1 && r.right <= innerWidth + 1; };";

static const char *path_of(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", place, name);
    return path;
}

static void resize(int width, int height)
{
    json_decref(browser_devtools(browser, "Emulation.setDeviceMetricsOverride",
                                 json_pack("{si si sf sb}", "width", width, "height", height,
                                           "deviceScaleFactor", 1.0, "mobile", width <= PHONE)));
}

static void emulate(const char *media, const char *scheme)
{
    json_decref(browser_devtools(browser, "Emulation.setEmulatedMedia",
                                 json_pack("{ss s[{ss ss}]}", "media", media, "features", "name",
                                           "prefers-color-scheme", "value", scheme)));
}

/* Opens a page in a window of a size, as it is without a wish of the reader's. */
static void open_sized(const char *name, int width, int height)
{
    emulate("", "");
    resize(width, height);
    CU_ASSERT_TRUE_FATAL(browser_open(browser, *name == '/' ? name : path_of(name)));
    json_decref(browser_run(browser, common));
    HOLDS("document.documentElement.dataset.ready");
}

static void open_page(const char *name)
{
    open_sized(name, WIDE, 900);
}

/* Gives a field a value as if by hand; "" is also a box without its tick. */
static void choose(const char *id, const char *value)
{
    char script[512];
    snprintf(script, sizeof script,
             "const e = find('#%s'), value = '%s';"
             "if (e.type === 'checkbox') e.checked = !!value; else e.value = value;"
             "e.dispatchEvent(new Event('input', {bubbles: true}));"
             "return e.type === 'checkbox' || e.value === value;",
             id, value);
    json_t *good = browser_run(browser, script);
    CU_ASSERT_TRUE_FATAL(json_is_true(good));
    json_decref(good);
}

/* Leaves only the case that differs most, and opens it. */
static void open_refused(void)
{
    choose("search", "tcp.connect.refused");
    CLICK(FIRST " button");
    HOLDS("detail()");
}

static bool is(const char *expression)
{
    char script[512];
    snprintf(script, sizeof script, "return !!(%s)", expression);
    json_t *value = browser_run(browser, script);
    bool yes = json_is_true(value);
    json_decref(value);
    return yes;
}

static double number(const char *expression)
{
    char script[512];
    snprintf(script, sizeof script, "return %s", expression);
    json_t *value = browser_run(browser, script);
    double result = json_number_value(value);
    json_decref(value);
    return result;
}

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
    json_decref(browser_run(browser, common));
    HOLDS("document.documentElement.dataset.ready");
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

/* All that belongs to the one case that is open. */
static void check_detail(void)
{
    HOLDS("all('tr.detail').length === 1 && all('.case [aria-expanded=true]').length === 1");
    HOLDS("find('.case [aria-expanded=true]').getAttribute('aria-controls') === detail().id");
    HOLDS("window.row = data.rows.find(r => r.id === find('.case "
          "[aria-expanded=true]').textContent)");
    HOLDS("told(row.statement)");
    HOLDS("row.sources.length > 0 && row.sources.every(told)");
    HOLDS("data.profiles.every(p => told(p) && told(row.outcomes[p] || 'documents nothing'))");
    HOLDS("data.columns.every(c => told(c.name))");
    HOLDS("row.cells.flat().flatMap(part => part.variants).every(told)");
    HOLDS("row.cells.flat().filter(p => p.transcript).every(part =>"
          " all('pre').some(p => p.textContent === part.transcript.join('\\n')))");
    HOLDS("all('pre').some(p => /^iut .*connect\\([^]*-> observed/m.test(p.textContent))");
}

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

/* ---- the keyboard ---- */

/* From the top of the page to the first rule, using what is on the way. */
static void test_keyboard(void)
{
    int stops = 0;
    open_page("page.html");
    do {
        browser_press(browser, KEY_TAB);
        HOLDS("at() !== document.body && ringed()");
        if (is("at().id === 'search'")) {
            browser_press(browser, "connect");
            HOLDS("ids().length > 0 && ids().every(r => r.includes('connect'))");
        } else if (is("at().id === 'profile'")) {
            browser_press(browser, "p");
            HOLDS("at().value === 'posix' && find('#count').textContent.includes('by posix')");
        } else if (is("at().id === 'different'")) {
            browser_press(browser, KEY_SPACE);
            HOLDS("at().checked && !cases().some(r => r.textContent.includes('all alike'))");
            browser_press(browser, KEY_SPACE);
            HOLDS("!at().checked && cases().some(r => r.textContent.includes('all alike'))");
        } else if (is("at().id === 'panel'")) {
            browser_press(browser, KEY_ENTER);
            HOLDS("all('.columns select').length === 4");
            browser_press(browser, KEY_ENTER);
        }
    } while (++stops < 14 && !is("at() === stops()[0]"));
    /* five fields, two buttons, the columns, the matrix, the area */
    CU_ASSERT_EQUAL(stops, 10);
    browser_press(browser, KEY_END);
    HOLDS("rules().length > 2 && at() === rules().at(-1) && ringed()");
    browser_press(browser, KEY_HOME KEY_DOWN);
    HOLDS("at() === rules()[0] && ringed()");
    browser_press(browser, KEY_UP KEY_UP);
    HOLDS("at() === stops()[0] && ringed()");
    browser_press(browser, KEY_SHIFT KEY_TAB);
    HOLDS("at().matches('.scroll') && ringed()");
    browser_press(browser, KEY_DOWN);
    HOLDS("at() === stops()[0]");
    /* An area closes and opens. */
    int before = (int)number("rules().length");
    browser_press(browser, KEY_ENTER);
    HOLDS("at() === stops()[0] && ringed() && at().getAttribute('aria-expanded') === 'false'");
    CU_ASSERT(number("rules().length") < before);
    browser_press(browser, KEY_SPACE);
    HOLDS("at().getAttribute('aria-expanded') === 'true'");
    CU_ASSERT_EQUAL(number("rules().length"), before);
}

static void test_keyboard_opens(void)
{
    open_page("page.html");
    choose("search", "tcp.connect.refused");
    browser_press(browser, KEY_DOWN KEY_DOWN KEY_ENTER);
    check_detail();
    HOLDS("at() === rules()[0] && ringed()");
    browser_press(browser, KEY_SPACE);
    HOLDS("!detail() && at().getAttribute('aria-expanded') === 'false'");
    browser_press(browser, KEY_SPACE KEY_TAB);
    HOLDS("detail() && detail().contains(at()) && ringed()");
    browser_press(browser, KEY_ESCAPE);
    HOLDS("!detail() && at() === rules()[0] && ringed()");
    browser_press(browser, KEY_ENTER);
    /* By the button that closes, behind the links to documents. */
    for (int i = 0; i < 40 && !is("at().matches('.close')"); i++)
        browser_press(browser, KEY_TAB);
    browser_press(browser, KEY_ENTER);
    HOLDS("!detail() && at() === rules()[0] && ringed()");
    browser_press(browser, KEY_ENTER KEY_ESCAPE);
    HOLDS("!detail() && at() === rules()[0] && ringed()");
}

/* What has the focus is in sight, and not under the heads. */
static void test_keyboard_scrolls(void)
{
    static const int widths[] = {WIDE, PHONE};
    for (size_t i = 0; i < 2; i++) {
        open_sized("many.html", widths[i], 600);
        choose("area", "tcp.connect");
        HOLDS("cases().length > 30");
        browser_press(browser, KEY_DOWN KEY_END);
        HOLDS("at() === rules().at(-1) && uncovered()");
        for (int k = 0; k < 16; k++) {
            browser_press(browser, KEY_UP);
            HOLDS("uncovered()");
        }
        browser_press(browser, KEY_HOME);
        HOLDS("at() === stops()[0] && uncovered()");
        for (int k = 0; k < 16; k++) {
            browser_press(browser, KEY_DOWN);
            HOLDS("uncovered()");
        }
    }
}

/* ---- how it looks ---- */

static void test_widths(void)
{
    static const int widths[] = {WIDE, TABLET, PHONE};
    for (size_t i = 0; i < 6; i++) {
        open_sized(i % 2 ? "many.html" : "page.html", widths[i / 2], 844);
        HOLDS("stops().length > 0 && fits()");
        open_refused();
        choose("search", i % 2 ? "tcp.connect" : "");
        /* Details can be read without scrolling sideways, whatever the width of the matrix. */
        HOLDS("fits() && all('.inner *').length > 20 && all('.inner *').every(inside)");
        CLICK("#panel");
        HOLDS("fits() && all('.columns').length === 1");
        HOLDS("all('input, select, button').every(inside)");
        CLICK("#panel");
        if (widths[i / 2] == PHONE) {
            HOLDS("all('.case > *, .area > *').every(inside)");
            continue;
        }
        /* Heads stay in sight while the matrix scrolls, both ways. */
        json_decref(browser_run(browser, "find('.scroll').scrollTo(1e5, 0)"));
        HOLDS("all('tr.detail p').every(inside) && all('.case > th').every(inside)");
        if (i == 3)
            HOLDS("find('.scroll').scrollLeft > 0");
        json_decref(browser_run(browser, "find('.scroll').scrollTo(1e5, 300)"));
        HOLDS("(r => Math.abs(r.top - find('.scroll').getBoundingClientRect().top) <= 1 &&"
              " r.left === 0)(find('thead th').getBoundingClientRect())");
    }
}

/* The least contrast of a text that is shown, and where; and how light the page is. */
static const char contrast[] =
    "const parse = s => [...s.match(/[\\d.]+/g).map(Number), 1].slice(0, 4);"
    "const light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.04045 ?"
    " v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);"
    " return 0.2126 * r + 0.7152 * g + 0.0722 * b; };"
    "const behind = e => {"
    " const c = e ? parse(getComputedStyle(e).backgroundColor) : [255, 255, 255, 1];"
    " return c[3] ? c : behind(e.parentElement); };"
    "let least = 99, where = '', cells = 0;"
    "for (const e of all('body *')) {"
    " if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;"
    " const a = light(parse(getComputedStyle(e).color)), b = light(behind(e));"
    " const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);"
    " cells += !!e.closest('.case td');"
    " if (ratio < least) { least = ratio; where = e.outerHTML.slice(0, 200); } }"
    "return {least, where, cells, light: light(behind(document.body))};";

static void check_contrast(bool dark)
{
    json_t *found = browser_run(browser, contrast);
    double least = json_number_value(json_object_get(found, "least"));
    double light = json_number_value(json_object_get(found, "light"));
    CU_ASSERT(json_integer_value(json_object_get(found, "cells")) > 20);
    CU_ASSERT(dark ? light < 0.1 : light > 0.9);
    CU_ASSERT(least >= 4.5);
    if (least < 4.5)
        fprintf(stderr, "contrast %.2f of %s\n", least, text_of(found, "where"));
    json_decref(found);
}

static void test_colours(void)
{
    static const int widths[] = {WIDE, PHONE};
    for (size_t i = 0; i < 2; i++) {
        open_sized("page.html", widths[i], 844);
        CLICK("#panel");
        open_refused();
        choose("search", "");
        emulate("", "light");
        check_contrast(false);
        emulate("", "dark");
        check_contrast(true);
        choose("profile", "zos");
        check_contrast(true);
    }
}

static void test_print(void)
{
    open_page("many.html");
    open_refused();
    choose("search", "");
    choose("area", "tcp.connect");
    /* As wide as A4 across; who reads in the dark does not print it. */
    resize(1030, 700);
    emulate("print", "dark");
    HOLDS("all('button, input, select').every(e => e.matches('.case button, .area button'))");
    HOLDS("cases().length > 3 && all('tr.detail').length === 1 && all('#reports').length === 1");
    HOLDS("find('#count').innerText.includes('tcp.connect')"); /* what was chosen */
    HOLDS("fits() && all('thead th, .case > *, .inner *').every(inside)");
    /* Nothing is in a box that scrolls, since paper does not. */
    HOLDS("document.documentElement.scrollHeight >= find('table').offsetHeight");
    HOLDS("all('main, main *').every(e => e.matches('.why') ||"
          " e.scrollHeight <= e.clientHeight + 1 || getComputedStyle(e).overflowY === 'visible')");
    check_contrast(false);
    emulate("", "");
    json_t *print = browser_devtools(browser, "Page.printToPDF", json_object());
    CU_ASSERT(strncmp(text_of(print, "data"), "JVBERi", 6) == 0); /* "%PDF" */
    json_decref(print);
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
    /* Many times what it takes, for a machine that has other things to do. */
    CU_ASSERT(number_of(took, "load") < 20000);
    CU_ASSERT(number_of(took, "search") < 20000);
    CU_ASSERT(number_of(took, "judge") < 20000);
    CU_ASSERT(number_of(took, "area") < 20000);
    CU_ASSERT(number_of(took, "open") < 20000);
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

/* ---- pictures ---- */

static void take_picture(const char *folder, int width, const char *suffix)
{
    char path[1024];
    resize(width, width == PHONE ? 844 : 900);
    snprintf(path, sizeof path, "%s/page-%d%s.png", folder, width, suffix);
    CU_ASSERT_TRUE(browser_screenshot(browser, path));
}

static void test_pictures(void)
{
    const char *folder = getenv("SOCKSPEC_SCREENSHOTS"), *page = getenv("SOCKSPEC_PAGE");
    static const int widths[] = {WIDE, PHONE};
    char path[1024];
    if (!page)
        make_many(place);
    open_page(page ? page : "many.html");
    for (size_t i = 0; i < 2; i++) {
        emulate("", "dark");
        take_picture(folder, widths[i], "-dark");
        emulate("", "light");
        take_picture(folder, widths[i], "");
    }
    json_t *print =
        browser_devtools(browser, "Page.printToPDF", json_pack("{sb}", "preferCSSPageSize", 1));
    snprintf(path, sizeof path, "%s/page.pdf", folder);
    CU_ASSERT_TRUE(browser_save(text_of(print, "data"), path));
    json_decref(print);
    CLICK("tbody .area button");
    CLICK(FIRST " button");
    for (size_t i = 0; i < 2; i++)
        take_picture(folder, widths[i], "-open");
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
