/* Cases over TCP: a connection for each, served by a process that nothing of it outlives. */
#include "stacks/agent/program/agent.h"

#include "calls/address.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

#ifndef POLLRDHUP
#define POLLRDHUP 0 /* then a process that is inside a call ends when the call does */
#endif

/* Waits for the end of the case's process, or of the other side: a process that is inside a call
 * does not hear of that. Whether the process ended first. */
static bool ends_first(int life, int stream)
{
    struct pollfd fds[2] = {{.fd = life}, {.fd = POLLRDHUP ? stream : -1, .events = POLLRDHUP}};
    while (poll(fds, 2, -1) < 0 && errno == EINTR)
        continue;
    return fds[0].revents != 0;
}

/* Serves one connection. Its end tells the other side that the case's process, and so every socket
 * of the case, is gone. */
__attribute__((noreturn)) static void serve(int accepted)
{
    int life[2], status = 0, on = 1;
    end_with_parent();
    signal(SIGCHLD, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    int stream = descriptor_away(accepted);
    close(accepted);
    setsockopt(stream, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(stream, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    if (stream < 0 || pipe(life) != 0)
        _exit(3);
    int alive = descriptor_away(life[1]);
    close(life[1]);
    pid_t pid = fork();
    if (pid == 0) {
        end_with_parent();
        close(life[0]);
        _exit(agent_serve(stream, stream) ? 0 : 1);
    }
    close(alive);
    if (pid < 0)
        _exit(3);
    bool by_itself = ends_first(life[0], stream);
    if (!by_itself)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (by_itself && WIFSIGNALED(status))
        tell_of_death(stream, WTERMSIG(status));
    _exit(0);
}

/* A socket that listens; -1 with the exit status. */
static int open_server(const char *port, const char *address, int *status)
{
    struct address name;
    socklen_t room = sizeof name.storage;
    int on = 1;
    char *end;
    long number = strtol(port, &end, 10);
    *status = 2;
    if (end == port || *end || number < 0 || number > 65535) {
        fprintf(stderr, "sockspec-agent: '%s' is no port\n", port);
        return -1;
    }
    if (!address_parse(address, (int)number, &name)) {
        fprintf(stderr, "sockspec-agent: '%s' is no address\n", address);
        return -1;
    }
    *status = 3;
    int server = socket(name.any.sa_family, SOCK_STREAM, 0);
    if (server >= 0)
        setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (server >= 0 && bind(server, &name.any, name.length) == 0 && listen(server, 64) == 0 &&
        getsockname(server, &name.any, &room) == 0) {
        printf("sockspec-agent: listening on %s\n", address_text(&name));
        fflush(stdout);
        return server;
    }
    fprintf(stderr, "sockspec-agent: cannot listen on %s: %s\n", address_text(&name),
            strerror(errno));
    return -1;
}

int listen_on(const char *port, const char *address)
{
    enum { PAUSE = 100 };
    int status, server = open_server(port, address, &status);
    if (server < 0)
        return status;
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int stream = accept(server, NULL, NULL);
        if (stream < 0) {
            if (errno != EINTR && errno != ECONNABORTED)
                poll(NULL, 0, PAUSE); /* no descriptor or no memory for now */
            continue;
        }
        if (fork() == 0) {
            close(server);
            serve(stream);
        }
        close(stream);
    }
}
