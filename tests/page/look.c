/* The page in windows and colours, on paper and in pictures. */
#include "tests/page/inputs.h"
#include "tests/page/page.h"

#include <stdio.h>
#include <stdlib.h>

void test_widths(void)
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

void test_colours(void)
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

void test_print(void)
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

/* ---- pictures ---- */

static void take_picture(const char *folder, int width, const char *suffix)
{
    char path[1024];
    resize(width, width == PHONE ? 844 : 900);
    snprintf(path, sizeof path, "%s/page-%d%s.png", folder, width, suffix);
    CU_ASSERT_TRUE(browser_screenshot(browser, path));
}

void take_pictures(const char *folder)
{
    const char *page = getenv("SOCKSPEC_PAGE");
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
