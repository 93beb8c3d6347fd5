/* The page for whoever has no pointer. */
#include "tests/page/page.h"

/* From the top of the page to the first rule, using what is on the way. */
void test_keyboard(void)
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

void test_keyboard_opens(void)
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
void test_keyboard_scrolls(void)
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
