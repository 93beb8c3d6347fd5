/* sockspec-agent: serves calls over its standard input and output, or over TCP. */
#include "calls/protocol.h"
#include "calls/version.h"
#include "stacks/agent/program/agent.h"
#include "stacks/agent/program/family.h"
#include "stacks/agent/program/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: sockspec-agent             serve one case over standard input and output\n"
    "       sockspec-agent --repeat    the same, case after case, each in a process of its own\n"
    "                                  (both take words that are the implementation's own)\n"
    "       sockspec-agent --listen PORT [ADDRESS] [--token FILE] [--user NAME]\n"
    "                      [--clients COUNT] [--idle SECONDS]\n"
    "                                  serve each TCP connection to this address (without one:\n"
    "                                  127.0.0.1; 0.0.0.0 and :: are every address of the "
    "machine)\n"
    "                                  and port (0: a free one, which is printed). Whoever can\n"
    "                                  connect, and knows the token that the first line of FILE\n"
    "                                  or the environment's SOCKSPEC_TOKEN has, if there is one,\n"
    "                                  can make IPv4 and IPv6 sockets here and send and receive\n"
    "                                  with them, as this user or as NAME; files, other processes\n"
    "                                  and other families are out of reach. So many clients are\n"
    "                                  served at once (16), each until it asks for nothing for\n"
    "                                  that long (600 s).\n"
    "       sockspec-agent --init DEVICE [!MODULE...] [INTERFACE ADDRESS...]\n"
    "                                  as the first process of a Linux, serve on a serial line\n"
    "       sockspec-agent --help      this\n"
    "       sockspec-agent --version   the version, and that of the protocol\n";

/* The stream's ends, away from the numbers that programs expect of their standard ones. */
static void take_standard_streams(int *input, int *output)
{
    *input = descriptor_away(STDIN_FILENO);
    *output = descriptor_away(STDOUT_FILENO);
    int null = open("/dev/null", O_RDONLY);
    if (*input < 0 || *output < 0) {
        fprintf(stderr, "sockspec-agent: no standard streams: %s\n", strerror(errno));
        exit(3);
    }
    dup2(null, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    if (null > STDERR_FILENO)
        close(null);
}

/* What is printed for the one word of a command line; false if it asks for nothing like that. */
static bool tell(const char *word)
{
    if (strcmp(word, "--version") == 0)
        printf("sockspec-agent %s, protocol %d\n", SOCKSPEC_VERSION, PROTOCOL_VERSION);
    else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        fputs(help, stdout);
    else
        return false;
    return true;
}

/* One line says what is wrong with a command line: who reads it, through sockspec, sees no more. */
static int refuse(const char *what, const char *word)
{
    fprintf(stderr, "sockspec-agent: %s '%s'; --help shows what there is\n", what, word);
    return 2;
}

int main(int argc, char **argv)
{
    int input, output;
    if (argc == 2 && tell(argv[1]))
        return fflush(stdout) == 0 ? 0 : 3;
    family_resume_if_asked(argc, argv); /* nothing that a user writes */
    if (argc >= 3 && strcmp(argv[1], "--init") == 0) {
        int stream = init_stream(argc - 2, argv + 2);
        return stream == NO_INIT ? 2 : stream < 0 ? 3 : agent_repeat(stream, stream, false);
    }
    struct listening wanted;
    if (argc > 1 && strcmp(argv[1], "--listen") == 0)
        return listen_configure(&wanted, argc - 2, argv + 2) ? listen_on(&wanted) : 2;
    bool again = argc > 1 && strcmp(argv[1], "--repeat") == 0;
    int own = again ? 2 : 1; /* the implementation's words */
    if (argc > own && argv[own][0] == '-')
        return refuse(again ? "--repeat takes no option" : "no option", argv[own]);
    if (!implementation_configure(argc - own, argv + own))
        return refuse("no argument is taken, and there is", argv[own]);
    take_standard_streams(&input, &output);
    agent_enter_directory();
    if (again)
        return agent_repeat(input, output, true);
    agent_serve(input, output);
    /* Nothing is left to do, and what runs at exit (a leak check, which stops processes by the
     * numbers that another PID namespace's /proc shows) could do harm. */
    _exit(0);
}
