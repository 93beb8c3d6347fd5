#include "stacks/remote/keeper.h"

#include "calls/clock.h"
#include "lab/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What comes with a request: the standard streams of the command, and what tells the one who asked
 * of its end, and us of his. */
enum { INPUT, OUTPUT, ERRORS, LIFE, FDS };

/* How many words and letters a command may have. */
enum { WORDS = 512, LETTERS = 16384 };

/* How many seconds of machine_factor a command may take to end after its input has. */
enum { FAREWELL = 5 };

static struct {
    int socket; /* where requests go to */
    pid_t pid, owner;
} keeper = {.socket = -1};

/* Room for the descriptors of a message. */
union rights {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(FDS * sizeof(int))];
};

/* ---- in the keeper ---- */

__attribute__((noreturn)) static void become(char *const words[], const int fds[FDS])
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    signal(SIGPIPE, SIG_DFL);
    for (int i = INPUT; i <= ERRORS; i++)
        dup2(fds[i], i);
    execvp(words[0], words);
    fprintf(stderr, "cannot run %s: %s\n", words[0], strerror(errno));
    _exit(127);
}

static bool wait_for(int fd, double seconds)
{
    struct pollfd end = {.fd = fd, .events = POLLIN};
    int n;
    while ((n = poll(&end, 1, seconds < 0 ? -1 : machine_milliseconds(seconds))) < 0 &&
           errno == EINTR)
        continue;
    return n != 0;
}

/* Looks after a command until it has ended: by itself, or when nobody wants it any more. Then its
 * input has ended, and it has time to end what it started elsewhere. */
__attribute__((noreturn)) static void mind(char *const words[], const int fds[FDS])
{
    pid_t pid = fork();
    if (pid == 0)
        become(words, fds);
    for (int i = INPUT; i <= ERRORS; i++)
        close(fds[i]);
    if (pid < 0)
        _exit(1);
    int process = pidfd_open(pid, 0);
    struct pollfd ends[2] = {{process, POLLIN, 0}, {fds[LIFE], POLLIN, 0}};
    while (poll(ends, 2, -1) < 0 && errno == EINTR)
        continue;
    if (!ends[0].revents)
        wait_for(process, FAREWELL);
    kill(-pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    _exit(0);
}

/* The words of a request; they stay in its letters. */
static void split(char *letters, size_t length, char *words[WORDS + 1])
{
    size_t count = 0;
    for (char *at = letters; at < letters + length && count < WORDS; at += strlen(at) + 1)
        words[count++] = at;
    words[count] = NULL;
}

/* Takes a request; false at the end of them. */
static bool serve(int requests)
{
    static char letters[LETTERS + 1];
    char *words[WORDS + 1];
    int fds[FDS];
    union rights rights;
    struct iovec text = {letters, LETTERS};
    struct msghdr message = {
        .msg_iov = &text, .msg_iovlen = 1, .msg_control = &rights, .msg_controllen = sizeof rights};
    ssize_t length = recvmsg(requests, &message, MSG_CMSG_CLOEXEC);
    if (length < 0 && errno == EINTR)
        return true;
    const struct cmsghdr *header = length > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (!header || header->cmsg_len != CMSG_LEN(sizeof fds))
        return false;
    memcpy(fds, CMSG_DATA(header), sizeof fds);
    letters[length] = '\0';
    split(letters, (size_t)length, words);
    if (words[0] && fork() == 0) {
        close(requests);
        mind(words, fds);
    }
    for (int i = 0; i < FDS; i++)
        close(fds[i]);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
    return true;
}

__attribute__((noreturn)) static void keep(int requests)
{
    stop_forget();
    setsid(); /* the terminal's ^C is for who started us, who lets go of all then */
    prctl(PR_SET_NAME, "sockspec-keeper");
    signal(SIGCHLD, SIG_DFL);
    while (serve(requests))
        continue;
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        continue;
    _exit(0);
}

/* ---- in processes that want something started ---- */

/* By then all others that could ask are gone. */
static void end(void)
{
    if (getpid() != keeper.owner || keeper.socket < 0)
        return;
    close(keeper.socket);
    while (waitpid(keeper.pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

bool keeper_begin(char *why, size_t size)
{
    int ends[2];
    if (keeper.socket >= 0)
        return true;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        snprintf(why, size, "no socket: %s", strerror(errno));
        return false;
    }
    keeper.owner = getpid();
    keeper.pid = fork();
    if (keeper.pid == 0) {
        close(ends[0]);
        keep(ends[1]);
    }
    close(ends[1]);
    keeper.socket = ends[0];
    if (keeper.pid > 0 && atexit(end) == 0)
        return true;
    snprintf(why, size, "no process: %s", strerror(errno));
    return false;
}

/* The words with an end to each; how long they are, 0 if they are too long. */
static size_t join(const char *const words[], char letters[LETTERS])
{
    size_t used = 0, count = 0;
    for (; words[count]; count++) {
        size_t length = strlen(words[count]) + 1;
        if (count == WORDS || used + length > LETTERS)
            return 0;
        memcpy(letters + used, words[count], length);
        used += length;
    }
    return used;
}

static bool ask(const char *const words[], const int fds[FDS])
{
    char letters[LETTERS];
    union rights rights = {.header = {.cmsg_len = CMSG_LEN(FDS * sizeof(int)),
                                      .cmsg_level = SOL_SOCKET,
                                      .cmsg_type = SCM_RIGHTS}};
    struct iovec text = {letters, join(words, letters)};
    const struct msghdr message = {
        .msg_iov = &text, .msg_iovlen = 1, .msg_control = &rights, .msg_controllen = sizeof rights};
    memcpy(CMSG_DATA(&rights.header), fds, FDS * sizeof *fds);
    errno = E2BIG;
    return text.iov_len > 0 &&
           sendmsg(keeper.socket, &message, MSG_NOSIGNAL) == (ssize_t)text.iov_len;
}

/* The two ends of each of the four, ours and the command's; -1 for what could not be had. */
static bool make_ends(int ours[FDS], int theirs[FDS])
{
    int pair[2];
    for (int i = 0; i < FDS; i++)
        ours[i] = theirs[i] = -1;
    for (int i = INPUT; i <= ERRORS; i++) {
        if (pipe2(pair, O_CLOEXEC) != 0)
            return false;
        ours[i] = pair[i == INPUT];
        theirs[i] = pair[i != INPUT];
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return false;
    ours[LIFE] = pair[0];
    theirs[LIFE] = pair[1];
    return fcntl(ours[ERRORS], F_SETFL, O_NONBLOCK) == 0;
}

static void close_all(const int fds[FDS])
{
    for (int i = 0; i < FDS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

bool keeper_start(struct tenant *tenant, const char *const words[], char *why, size_t size)
{
    int ours[FDS], theirs[FDS];
    bool good = make_ends(ours, theirs) && ask(words, theirs);
    if (!good) {
        snprintf(why, size, "the command cannot be started: %s", strerror(errno));
        close_all(ours);
    }
    close_all(theirs);
    *tenant = (struct tenant){.input = ours[OUTPUT],
                              .output = ours[INPUT],
                              .pid = -1,
                              .errors = ours[ERRORS],
                              .keeper = ours[LIFE]};
    return good;
}
