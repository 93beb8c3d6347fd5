#include "tests/page/browser.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_SECONDS = 120, STOP_SECONDS = 20 };

static const char chromium[] = "/usr/bin/chromium", chromedriver[] = "/usr/bin/chromedriver";

struct browser {
    CURL *http;
    char folder[256], base[128]; /* where requests go: the driver, then the session */
    int output;                  /* of chromedriver */
    pid_t driver;
    bool session;
};

const char *browser_lacks(void)
{
    return access(chromium, X_OK) != 0       ? "chromium"
           : access(chromedriver, X_OK) != 0 ? "chromium-driver"
                                             : NULL;
}

/* ---- requests ---- */

struct answer {
    char *text;
    size_t used;
};

static size_t take(char *bytes, size_t size, size_t count, void *to)
{
    struct answer *answer = to;
    char *text = realloc(answer->text, answer->used + size * count + 1);
    if (!text)
        return 0;
    memcpy(text + answer->used, bytes, size * count);
    answer->text = text;
    answer->used += size * count;
    text[answer->used] = '\0';
    return size * count;
}

/* Takes the body, NULL for none; the "value" of the answer. */
static json_t *request(struct browser *browser, const char *method, const char *path, json_t *body)
{
    char url[256];
    struct answer answer = {0};
    char *text = body ? json_dumps(body, 0) : NULL;
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    json_decref(body);
    snprintf(url, sizeof url, "%s%s", browser->base, path);
    curl_easy_reset(browser->http);
    curl_easy_setopt(browser->http, CURLOPT_URL, url);
    curl_easy_setopt(browser->http, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(browser->http, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(browser->http, CURLOPT_PROXY, "");
    curl_easy_setopt(browser->http, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(browser->http, CURLOPT_TIMEOUT, (long)PATIENCE_SECONDS);
    curl_easy_setopt(browser->http, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(browser->http, CURLOPT_WRITEDATA, &answer);
    if (text)
        curl_easy_setopt(browser->http, CURLOPT_POSTFIELDS, text);
    CURLcode code = curl_easy_perform(browser->http);
    json_t *whole = code == CURLE_OK ? json_loads(answer.text ? answer.text : "", 0, NULL) : NULL;
    json_t *value = json_incref(json_object_get(whole, "value"));
    const char *error = json_string_value(json_object_get(value, "error"));
    if (!value || error) {
        const char *message = json_string_value(json_object_get(value, "message"));
        fprintf(stderr, "browser: %s %s: %s: %.400s\n", method, path,
                error ? error : curl_easy_strerror(code), message ? message : "");
        json_decref(value);
        value = NULL;
    }
    json_decref(whole);
    curl_slist_free_all(headers);
    free(answer.text);
    free(text);
    return value;
}

/* The same where nothing but success matters. */
static bool done(json_t *value)
{
    bool good = value != NULL;
    json_decref(value);
    return good;
}

/* ---- starting and stopping ---- */

/* Becomes chromedriver, in an environment without what is meant for this process alone. */
static void become_driver(const char *folder, int output)
{
    char home[300], temporary[300], log[300];
    snprintf(home, sizeof home, "HOME=%s", folder);
    snprintf(temporary, sizeof temporary, "TMPDIR=%s", folder);
    snprintf(log, sizeof log, "--log-path=%s/log", folder);
    char path[] = "PATH=/usr/local/bin:/usr/bin:/bin", lang[] = "LANG=C.UTF-8";
    char *const environment[] = {home, temporary, path, lang, NULL};
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execle(chromedriver, chromedriver, "--port=0", log, (char *)NULL, environment);
    _exit(127);
}

/* Reads the driver's port from what it prints; 0 if it says none. */
static int read_port(int output)
{
    char text[4096] = "";
    size_t used = 0;
    struct pollfd fd = {output, POLLIN, 0};
    while (used < sizeof text - 1 && poll(&fd, 1, PATIENCE_SECONDS * 1000) > 0) {
        ssize_t n = read(output, text + used, sizeof text - 1 - used);
        if (n <= 0)
            return 0;
        used += (size_t)n;
        text[used] = '\0';
        const char *at = strstr(text, "successfully on port ");
        if (at && strchr(at, '\n'))
            return atoi(at + strlen("successfully on port "));
    }
    return 0;
}

/* Nothing of this reaches out: the page is a file, and names have no addresses. */
static json_t *capabilities(const char *folder)
{
    return json_pack("{s{s{ss s{ss ss} s{ss s[s s s s s s s s s s s o]}}}}", "capabilities",
                     "alwaysMatch", "browserName", "chrome", "goog:loggingPrefs", "browser", "ALL",
                     "performance", "ALL", "goog:chromeOptions", "binary", chromium, "args",
                     "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
                     "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync",
                     "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                     "--remote-debugging-pipe", json_sprintf("--user-data-dir=%s/profile", folder));
}

static bool begin_session(struct browser *browser)
{
    json_t *value = request(browser, "POST", "/session", capabilities(browser->folder));
    const char *id = json_string_value(json_object_get(value, "sessionId"));
    size_t used = strlen(browser->base);
    browser->session = id != NULL;
    if (id)
        snprintf(browser->base + used, sizeof browser->base - used, "/session/%s", id);
    json_decref(value);
    return browser->session && done(request(browser, "POST", "/timeouts",
                                            json_pack("{si}", "script", PATIENCE_SECONDS * 1000)));
}

struct browser *browser_start(const char *directory)
{
    struct browser *browser = calloc(1, sizeof *browser);
    int output[2];
    if (!browser || pipe2(output, O_CLOEXEC) != 0)
        abort();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    browser->http = curl_easy_init();
    snprintf(browser->folder, sizeof browser->folder, "%s/browser", directory);
    mkdir(browser->folder, 0700);
    /* What the driver starts is ours to wait for, even when the driver is gone. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    browser->driver = fork();
    if (browser->driver == 0)
        become_driver(browser->folder, output[1]);
    close(output[1]);
    browser->output = output[0];
    int port = read_port(browser->output);
    snprintf(browser->base, sizeof browser->base, "http://127.0.0.1:%d", port);
    if (port == 0)
        fputs("browser: chromedriver does not start\n", stderr);
    if (port != 0 && begin_session(browser))
        return browser;
    browser_stop(browser);
    return NULL;
}

/* Waits for all children, for some seconds at most; false if some are left. */
static bool reap(int seconds)
{
    struct timespec start, now, second = {1, 0};
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    clock_gettime(CLOCK_MONOTONIC, &start);
    do {
        pid_t pid;
        while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
            continue;
        if (pid < 0)
            return true;
        sigtimedwait(&child, NULL, &second);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec - start.tv_sec < seconds);
    return false;
}

/* Kills the children of this process; theirs become ours and are next. */
static void kill_children(void)
{
    do {
        FILE *list = fopen("/proc/thread-self/children", "r");
        int pid;
        while (list && fscanf(list, "%d", &pid) == 1)
            kill(pid, SIGKILL);
        if (list)
            fclose(list);
    } while (!reap(1));
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}

void browser_stop(struct browser *browser)
{
    if (!browser)
        return;
    if (browser->session)
        done(request(browser, "DELETE", "", NULL));
    kill(browser->driver, SIGTERM);
    if (!reap(STOP_SECONDS))
        kill_children();
    nftw(browser->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    close(browser->output);
    curl_easy_cleanup(browser->http);
    curl_global_cleanup();
    free(browser);
}

/* ---- the page ---- */

bool browser_open(struct browser *browser, const char *path)
{
    return done(request(browser, "POST", "/url",
                        json_pack("{so}", "url", json_sprintf("file://%s", path))));
}

json_t *browser_run(struct browser *browser, const char *script)
{
    return request(browser, "POST", "/execute/sync",
                   json_pack("{ss s[]}", "script", script, "args"));
}

bool browser_await(struct browser *browser, const char *expression)
{
    json_t *value = request(
        browser, "POST", "/execute/async",
        json_pack("{so s[]}", "script",
                  json_sprintf("const [answer] = arguments, end = performance.now() + 60000;"
                               "const look = () => { const met = !!(%s);"
                               "if (met || performance.now() > end) answer(met);"
                               "else requestAnimationFrame(look); }; look();",
                               expression),
                  "args"));
    bool met = json_is_true(value);
    if (value && !met)
        fprintf(stderr, "browser: waited in vain for: %s\n", expression);
    json_decref(value);
    return met;
}

bool browser_click(struct browser *browser, const char *selector)
{
    char path[256];
    json_t *element = request(browser, "POST", "/element",
                              json_pack("{ss ss}", "using", "css selector", "value", selector));
    const char *id = json_string_value(
        json_object_get(element, "element-6066-11e4-a52e-4f735466cecf")); /* WebDriver's own name */
    snprintf(path, sizeof path, "/element/%s/click", id ? id : "");
    bool good = id && done(request(browser, "POST", path, json_object()));
    json_decref(element);
    return good;
}

bool browser_press(struct browser *browser, const char *keys)
{
    json_t *actions = json_array();
    while (*keys) {
        /* One character: a byte and those that continue it. */
        size_t length = 1;
        while ((keys[length] & 0xC0) == 0x80)
            length++;
        json_array_append_new(actions,
                              json_pack("{ss ss%}", "type", "keyDown", "value", keys, length));
        if (strncmp(keys, KEY_SHIFT, length) != 0)
            json_array_append_new(actions,
                                  json_pack("{ss ss%}", "type", "keyUp", "value", keys, length));
        keys += length;
    }
    bool good = done(request(browser, "POST", "/actions",
                             json_pack("{s[{ss ss so}]}", "actions", "type", "key", "id",
                                       "keyboard", "actions", actions)));
    return done(request(browser, "DELETE", "/actions", NULL)) && good; /* releases what is held */
}

json_t *browser_devtools(struct browser *browser, const char *command, json_t *parameters)
{
    return request(browser, "POST", "/goog/cdp/execute",
                   json_pack("{ss so}", "cmd", command, "params", parameters));
}

json_t *browser_log(struct browser *browser, const char *name)
{
    return request(browser, "POST", "/se/log", json_pack("{ss}", "type", name));
}

bool browser_save(const char *base64, const char *path)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    FILE *file = fopen(path, "wb");
    if (!file) {
        fprintf(stderr, "browser: cannot write %s: %s\n", path, strerror(errno));
        return false;
    }
    unsigned bits = 0, held = 0;
    for (const char *digit; *base64 && (digit = strchr(digits, *base64)); base64++) {
        held = held << 6 | (unsigned)(digit - digits);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            fputc((int)(held >> bits & 0xFF), file);
        }
    }
    return fclose(file) == 0;
}

bool browser_screenshot(struct browser *browser, const char *path)
{
    json_t *value = request(browser, "GET", "/screenshot", NULL);
    bool good = json_is_string(value) && browser_save(json_string_value(value), path);
    json_decref(value);
    return good;
}
