/* A real browser for tests: Debian's chromium, headless, driven through chromedriver by the
 * WebDriver protocol (https://www.w3.org/TR/webdriver2/) over HTTP on this machine. */
#ifndef SOCKSPEC_TESTS_BROWSER_H
#define SOCKSPEC_TESTS_BROWSER_H

#include <jansson.h>
#include <stdbool.h>

struct browser;

/* Keys for browser_press(), by WebDriver's code points; others are their own character. */
#define KEY_ESCAPE "\uE00C"
#define KEY_ENTER  "\uE007"
#define KEY_SPACE  " "
#define KEY_TAB    "\uE004"
#define KEY_SHIFT  "\uE008" /* held while the keys after it are pressed */
#define KEY_END    "\uE010"
#define KEY_HOME   "\uE011"
#define KEY_UP     "\uE013"
#define KEY_DOWN   "\uE015"

/* The Debian package that this machine lacks for a browser, NULL if it has all. */
const char *browser_lacks(void);

/* Starts both programs, with all that they write in the new folder "browser" of a directory. NULL
 * with a line on stderr. The caller may have no child processes of its own. */
struct browser *browser_start(const char *directory);

/* Ends both programs, removes their folder and frees; NULL does nothing. */
void browser_stop(struct browser *browser);

/* Those below are false or NULL, with a line on stderr, where the browser refuses. */

/* Opens a file and waits until it is loaded. */
bool browser_open(struct browser *browser, const char *path);

/* Runs a script in the page, the body of a function; its value, which the caller frees. */
json_t *browser_run(struct browser *browser, const char *script);

/* Waits until an expression of the page is true, looking at each frame, for a minute at most. */
bool browser_await(struct browser *browser, const char *expression);

/* Moves the mouse to the first element that a CSS selector finds, and clicks. */
bool browser_click(struct browser *browser, const char *selector);

/* Presses and releases each key of a text. */
bool browser_press(struct browser *browser, const char *keys);

/* A command of the Chrome DevTools protocol; its answer, which the caller frees. Takes the
 * parameters.
 */
json_t *browser_devtools(struct browser *browser, const char *command, json_t *parameters);

/* What came since last asked in a log: "browser" is the console, "performance" what DevTools tells,
 * requests among it. An array, which the caller frees. */
json_t *browser_log(struct browser *browser, const char *name);

/* Writes bytes that the browser gave as base64, a screenshot or a print, to a file. */
bool browser_save(const char *base64, const char *path);

/* Writes what the window shows as PNG. */
bool browser_screenshot(struct browser *browser, const char *path);

#endif
