#include "stacks/agent/program/client.h"

#include "stacks/agent/program/agent.h"
#include "stacks/agent/program/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

bool tell_of_death(int output, int signal)
{
    unsigned char bytes[FRAME_HEADER + 8];
    struct frame frame = {.bytes = bytes, .size = sizeof bytes, .at = FRAME_HEADER};
    const struct frame_header header = {.type = FRAME_DIED};
    frame_put_number(&frame, signal);
    return write(output, bytes, frame_complete(&frame, &header)) >= 0;
}

/* ---- the token ---- */

/* Sends a frame with these bytes. */
static bool say(int stream, enum frame_type type, const void *text, size_t length)
{
    unsigned char bytes[FRAME_HEADER + 128];
    struct frame frame = {.bytes = bytes, .size = sizeof bytes, .at = FRAME_HEADER};
    const struct frame_header header = {.type = type};
    memcpy(bytes + frame.at, text, length);
    frame.at += length;
    return write_whole(stream, bytes, frame_complete(&frame, &header));
}

void client_refuse(int accepted, const char *why)
{
    /* Little enough for the socket's room: nobody has to read it. */
    fcntl(accepted, F_SETFL, O_NONBLOCK);
    say(accepted, FRAME_ERROR, why, strlen(why));
    close(accepted);
}

/* Has the client show that it knows the token; false if it does not. */
static bool knows(int stream, const struct token *token)
{
    enum { SECONDS = 10 };
    unsigned char challenge[CHALLENGE_SIZE], bytes[FRAME_HEADER], answer[ANSWER_SIZE];
    struct frame_header header;
    alarm(SECONDS); /* which ends this process */
    bool good = token_challenge(challenge) &&
                say(stream, FRAME_TOKEN, challenge, sizeof challenge) &&
                read_whole(stream, bytes, sizeof bytes) == sizeof bytes &&
                frame_read_header(bytes, &header) == ANSWER_SIZE && header.type == FRAME_TOKEN &&
                read_whole(stream, answer, sizeof answer) == sizeof answer;
    alarm(0);
    return good && token_proves(token->text, challenge, answer);
}

/* ---- the case's process ---- */

/* What it has of this machine besides its own sockets: nothing to read, nowhere to write. */
static void take_nothing(void)
{
    int null = open("/dev/null", O_RDWR);
    if (null < 0)
        _exit(3);
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (null != fd)
            dup2(null, fd);
    if (null > STDERR_FILENO)
        close(null);
}

#ifndef POLLRDHUP
#define POLLRDHUP 0 /* then a process that is inside a call ends when the call does */
#endif

/* Waits for the end of the case's process, or of the other side, or of its patience: a process that
 * is inside a call does not hear of that. Whether the process ended first. */
static bool ends_first(int life, int stream, const volatile unsigned *asked, int idle)
{
    struct pollfd fds[2] = {{.fd = life}, {.fd = POLLRDHUP ? stream : -1, .events = POLLRDHUP}};
    unsigned most = (unsigned)idle * 1000;
    for (;;) {
        unsigned last = *asked, since = stream_now() - last;
        int n = poll(fds, 2, since < most ? (int)(most - since) : 0);
        if (n > 0)
            return fds[0].revents != 0;
        if (since >= most && n == 0)
            return false;
    }
}

/* When the client asked for something last, which the two processes of a connection share. */
static volatile unsigned *share_time(void)
{
    volatile unsigned *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
#ifdef MAP_ANONYMOUS
                                     MAP_SHARED | MAP_ANONYMOUS,
#else
                                     MAP_SHARED | MAP_ANON,
#endif
                                     -1, 0);
    if (shared == MAP_FAILED)
        _exit(3);
    *shared = stream_now();
    return shared;
}

static void set_up(int stream)
{
    int on = 1;
    setsockopt(stream, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(stream, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    end_with_parent();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGALRM, SIG_DFL);
}

/* The end of the connection tells the other side that the case's process, and so every socket of
 * the case, is gone. */
void client_serve(int accepted, const struct token *token, int idle)
{
    int life[2], status = 0;
    int stream = descriptor_away(accepted);
    close(accepted);
    set_up(stream);
    if (stream < 0 || pipe(life) != 0)
        _exit(3);
    if (*token->text && !knows(stream, token)) {
        client_refuse(stream, "this is not the token that it was given");
        _exit(3);
    }
    int alive = descriptor_away(life[1]);
    close(life[1]);
    volatile unsigned *asked = share_time();
    pid_t pid = fork();
    if (pid == 0) {
        end_with_parent();
        close(life[0]);
        take_nothing();
        stream_tell(asked);
        _exit(agent_serve(stream, stream) ? 0 : 1);
    }
    close(alive);
    if (pid < 0)
        _exit(3);
    bool by_itself = ends_first(life[0], stream, asked, idle);
    if (!by_itself)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (by_itself && WIFSIGNALED(status))
        tell_of_death(stream, WTERMSIG(status));
    _exit(0);
}
