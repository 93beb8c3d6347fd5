/* The page in a browser: opening it, looking at it, and the tests that have files of their own. */
#ifndef SOCKSPEC_TESTS_PAGE_H
#define SOCKSPEC_TESTS_PAGE_H

#include "tests/page/browser.h"
#include "tests/support.h"

#include <CUnit/CUnit.h>

enum { WIDE = 1280, TABLET = 800, PHONE = 390 };

extern const char *place; /* directory of all files here */
extern struct browser *browser;

/* An expression of the page is true, now or soon. */
#define HOLDS(expression) CU_ASSERT_TRUE_FATAL(browser_await(browser, expression))

#define CLICK(selector) CU_ASSERT_TRUE_FATAL(browser_click(browser, selector))

/* The first case that is shown. */
#define FIRST "tbody:not([hidden]) tr.case:not([hidden])"

/* A file of that name in place; until the next call. */
const char *path_of(const char *name);

void resize(int width, int height);
void emulate(const char *media, const char *scheme);

/* Opens a page in a window of a size, as it is without a wish of the reader's. */
void open_sized(const char *name, int width, int height);
void open_page(const char *name);

/* Goes on with a page that the browser has just opened. */
void page_ready(void);

/* Gives a field a value as if by hand; "" is also a box without its tick. */
void choose(const char *id, const char *value);

/* Leaves only the case that differs most, and opens it. */
void open_refused(void);

/* An expression as it is now. */
bool is(const char *expression);
double number(const char *expression);

/* All that belongs to the one case that is open. */
void check_detail(void);

/* ---- keyboard.c ---- */

void test_keyboard(void);
void test_keyboard_opens(void);
void test_keyboard_scrolls(void);

/* ---- look.c ---- */

void test_widths(void);
void test_colours(void);
void test_print(void);

/* Writes pictures into this directory, and tests nothing. */
void take_pictures(const char *folder);

#endif
