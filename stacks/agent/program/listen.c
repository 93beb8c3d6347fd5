/* Cases over TCP: a connection for each. */
#include "stacks/agent/program/listen.h"

#include "calls/address.h"
#include "stacks/agent/program/client.h"
#include "stacks/agent/program/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- what is wanted ---- */

static bool take_number(const char *text, long least, long most, int *number)
{
    char *end;
    long value = strtol(text, &end, 10);
    *number = (int)value;
    return end != text && !*end && value >= least && value <= most;
}

static bool take_count(const char *option, const char *value, int *count)
{
    enum { MOST = 1000000 };
    if (take_number(value, 1, MOST, count))
        return true;
    fprintf(stderr, "sockspec-agent: %s takes a number from 1 to %d, not '%s'\n", option, MOST,
            value);
    return false;
}

static bool take_option(struct listening *wanted, const char *option, const char *value)
{
    static const char *const options[] = {"--token", "--user", "--clients", "--idle"};
    size_t i = 0, count = sizeof options / sizeof *options;
    while (i < count && strcmp(option, options[i]) != 0)
        i++;
    if (i == count || !value) {
        fprintf(stderr, "sockspec-agent: --listen %s '%s'; --help shows what there is\n",
                i == count ? "takes no" : "wants a word behind", option);
        return false;
    }
    if (i == 0)
        wanted->token = value;
    else if (i == 1)
        wanted->user = value;
    else
        return take_count(option, value, i == 2 ? &wanted->clients : &wanted->idle);
    return true;
}

bool listen_configure(struct listening *wanted, int count, char **words)
{
    enum { CLIENTS = 16, IDLE = 600 };
    int at = 1;
    *wanted = (struct listening){.address = "127.0.0.1", .clients = CLIENTS, .idle = IDLE};
    if (count < 1) {
        fputs("sockspec-agent: --listen takes a port\n", stderr);
        return false;
    }
    wanted->port = words[0];
    if (at < count && strncmp(words[at], "--", 2) != 0)
        wanted->address = words[at++];
    for (; at < count; at += 2)
        if (!take_option(wanted, words[at], at + 1 < count ? words[at + 1] : NULL))
            return false;
    return true;
}

/* ---- */

/* A socket that listens; -1 with the exit status. */
static int open_server(const char *port, const char *address, struct address *name, int *status)
{
    socklen_t room = sizeof name->storage;
    int on = 1, number;
    *status = 2;
    if (!take_number(port, 0, 65535, &number)) {
        fprintf(stderr, "sockspec-agent: '%s' is no port\n", port);
        return -1;
    }
    if (!address_parse(address, number, name)) {
        fprintf(stderr, "sockspec-agent: '%s' is no address\n", address);
        return -1;
    }
    *status = 3;
    int server = socket(name->any.sa_family, SOCK_STREAM, 0);
    if (server >= 0)
        setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (server >= 0 && bind(server, &name->any, name->length) == 0 && listen(server, 64) == 0 &&
        getsockname(server, &name->any, &room) == 0)
        return server;
    fprintf(stderr, "sockspec-agent: cannot listen on %s: %s\n", address_text(name),
            strerror(errno));
    return -1;
}

/* What whoever started this has left open is nobody's business. */
static void close_others(void)
{
    enum { MOST = 1 << 16 };
    long most = sysconf(_SC_OPEN_MAX);
    for (int fd = STDERR_FILENO + 1; fd < (most > 0 && most < MOST ? most : MOST); fd++)
        close(fd);
}

/* Looks a user up in /etc/passwd itself: what else may know users takes libraries that a static
 * program has not. */
static bool find_user(const char *name, unsigned *uid, unsigned *gid)
{
    char line[1024];
    size_t length = strlen(name);
    bool found = false;
    FILE *file = fopen("/etc/passwd", "r");
    while (file && !found && fgets(line, sizeof line, file))
        found = strncmp(line, name, length) == 0 && line[length] == ':' &&
                sscanf(line + length + 1, "%*[^:]:%u:%u:", uid, gid) == 2;
    if (file)
        fclose(file);
    return found;
}

/* Becomes another user for good, of its own group alone; says what stands in the way. */
static bool become(const char *name)
{
    unsigned uid, gid;
    if (!*name || !find_user(name, &uid, &gid)) {
        fprintf(stderr, "sockspec-agent: /etc/passwd has no user '%s'\n", name);
        return false;
    }
    if (setgroups(1, &(gid_t){gid}) == 0 && setgid(gid) == 0 && setuid(uid) == 0)
        return true;
    fprintf(stderr, "sockspec-agent: cannot become '%s': %s\n", name, strerror(errno));
    return false;
}

/* Takes in who has ended, and gives how many are still served. One whose connection has just ended
 * is given a moment for its own end. */
static int count_served(int served, int most)
{
    enum { TRIES = 20, PAUSE = 5 };
    for (int i = 0; i < TRIES; i++) {
        while (served > 0 && waitpid(-1, NULL, WNOHANG) > 0)
            served--;
        if (served < most)
            break;
        poll(NULL, 0, PAUSE);
    }
    return served;
}

__attribute__((noreturn)) static void accept_clients(int server, const struct listening *wanted,
                                                     const struct token *token)
{
    enum { PAUSE = 100 };
    for (int served = 0;;) {
        int stream = accept(server, NULL, NULL);
        served = count_served(served, wanted->clients);
        if (stream < 0) {
            if (errno != EINTR && errno != ECONNABORTED)
                poll(NULL, 0, PAUSE); /* no descriptor or no memory for now */
            continue;
        }
        if (served >= wanted->clients) {
            client_refuse(stream, "it serves as many clients as it may already");
            continue;
        }
        pid_t pid = fork();
        if (pid == 0) {
            close(server);
            client_serve(stream, token, wanted->idle);
        }
        served += pid > 0;
        close(stream);
    }
}

int listen_on(const struct listening *wanted)
{
    char why[512];
    unsigned char challenge[CHALLENGE_SIZE];
    struct token token;
    struct address name;
    int status;
    close_others();
    int server = open_server(wanted->port, wanted->address, &name, &status);
    if (server < 0)
        return status;
    if (!token_read(&token, wanted->token, why, sizeof why)) {
        fprintf(stderr, "sockspec-agent: %s\n", why);
        return 2;
    }
    if (*token.text && !token_challenge(challenge)) {
        fprintf(stderr,
                "sockspec-agent: a token takes random numbers, which /dev/urandom has: %s\n",
                strerror(errno));
        return 3;
    }
    unsetenv("SOCKSPEC_TOKEN");
    if (wanted->user && !become(wanted->user))
        return 3;
    if (geteuid() == 0)
        fputs("sockspec-agent: this is root, and so is what it does for whoever connects; "
              "--user NAME changes that\n",
              stderr);
    confine();
    printf("sockspec-agent: listening on %s\n", address_text(&name));
    fflush(stdout);
    accept_clients(server, wanted, &token);
}
