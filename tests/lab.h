/* A network that was there before: two namespaces that stand for two machines, one with an agent,
 * and descriptions of it. */
#ifndef SOCKSPEC_TESTS_LAB_H
#define SOCKSPEC_TESTS_LAB_H

#include "lab/network.h"
#include "tests/support.h"

struct agent {
    pid_t pid;
    int port;
};

extern struct lab {
    struct network *network;
    char program[1024];     /* sockspec-agent */
    const char *directory;  /* of descriptions and reports */
    const char *options[3]; /* more words for agents that are started from now on */
    struct agent agent;
    bool own_proc; /* /proc is of these namespaces */
} lab;

#define ADDRESSES                                                                                  \
    "iut ipv4 192.0.2.1 192.0.2.3\n"                                                               \
    "peer ipv4 192.0.2.2 192.0.2.4\n"                                                              \
    "iut ipv6 fe80::1 2001:db8::1:1 2001:db8::2:1\n"                                               \
    "peer ipv6 2001:db8::1:2 2001:db8::2:2 fe80::2 # in any order\n"
#define NOWHERE                                                                                    \
    "\n# where nobody is\n"                                                                        \
    "absent ipv4 192.0.2.9\n"                                                                      \
    "absent ipv6 2001:db8::9\n"                                                                    \
    "unrouted ipv4 198.51.100.1\n"                                                                 \
    "unrouted ipv6 2001:db8:ffff::1\n"                                                             \
    "line ipv4 192.0.2.5\n"                                                                        \
    "line ipv6 2001:db8::1:5\n"

/* The main() of a test with such a network: runs the suite, which makes the network, in namespaces
 * of its own and gives its exit status; 3 if there can be none. */
int lab_main(int (*suite)(void));

/* Makes the network and the directory; false, having said so, if there can be no network. lab_end()
 * stops the agent of the lab, if it was started, and takes down what is there. */
bool lab_begin(void);
void lab_end(void);

/* Starts an agent on the IUT's side that listens on 192.0.2.1, prepared in its process if wanted;
 * port 0 if it does not come up. */
struct agent start_agent(void (*prepare)(void));
void stop_agent(struct agent *old);

/* Prepares an agent as on a system without network namespaces: in a user namespace that may have
 * none. */
void do_without_namespaces(void);

/* Writes a text to a file and gives its path, which lives until the next one. */
const char *write_text(const char *text);

/* A description with the peer's side by a path, and these lines behind it; and of all there is. */
const char *describe(const char *lines);
const char *describe_all(void);

/* Runs sockspec on the agent with a description, or NULL, and more options; a report on its output.
 */
struct finished run_tcp(int port, const char *file, const char *options);

#endif
