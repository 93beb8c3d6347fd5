#include "tests/page/page.h"

#include <stdio.h>

const char *place;
struct browser *browser;

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

const char *path_of(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", place, name);
    return path;
}

void resize(int width, int height)
{
    json_decref(browser_devtools(browser, "Emulation.setDeviceMetricsOverride",
                                 json_pack("{si si sf sb}", "width", width, "height", height,
                                           "deviceScaleFactor", 1.0, "mobile", width <= PHONE)));
}

void emulate(const char *media, const char *scheme)
{
    json_decref(browser_devtools(browser, "Emulation.setEmulatedMedia",
                                 json_pack("{ss s[{ss ss}]}", "media", media, "features", "name",
                                           "prefers-color-scheme", "value", scheme)));
}

void page_ready(void)
{
    json_decref(browser_run(browser, common));
    HOLDS("document.documentElement.dataset.ready");
}

void open_sized(const char *name, int width, int height)
{
    emulate("", "");
    resize(width, height);
    CU_ASSERT_TRUE_FATAL(browser_open(browser, *name == '/' ? name : path_of(name)));
    page_ready();
}

void open_page(const char *name)
{
    open_sized(name, WIDE, 900);
}

void choose(const char *id, const char *value)
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

void open_refused(void)
{
    choose("search", "tcp.connect.refused");
    CLICK(FIRST " button");
    HOLDS("detail()");
}

bool is(const char *expression)
{
    char script[512];
    snprintf(script, sizeof script, "return !!(%s)", expression);
    json_t *value = browser_run(browser, script);
    bool yes = json_is_true(value);
    json_decref(value);
    return yes;
}

double number(const char *expression)
{
    char script[512];
    snprintf(script, sizeof script, "return %s", expression);
    json_t *value = browser_run(browser, script);
    double result = json_number_value(value);
    json_decref(value);
    return result;
}

void check_detail(void)
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
