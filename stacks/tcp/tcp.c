/* An agent that runs elsewhere already and is reached over TCP, on a network that is there already.
 * Nothing of that network is changed. */
#include "stacks/agent/agent.h"
#include "stacks/tcp/probe.h"

#include "calls/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Found out by check(), before workers are forked. */
static struct {
    struct target target;
    char network[4096], token[4096]; /* files; empty: none */
    struct description description;
    struct described loopback;
    bool isolates;
    bool *lost; /* shared by all processes: the agent could not be reached the last time */
} tcp = {.target = {.netns = -1}};

static const char network_key[] = ",network=", token_key[] = ",token=";

/* The next of the two keys in a text, or its end. */
static const char *next_key(const char *text)
{
    const char *network = strstr(text, network_key), *token = strstr(text, token_key);
    const char *first = network && (!token || network < token) ? network : token;
    return first ? first : text + strlen(text);
}

/* ",network=FILE" and ",token=FILE", each once or not at all. */
static bool parse_files(const char *at, char *why, size_t size)
{
    tcp.network[0] = tcp.token[0] = '\0';
    while (*at) {
        bool network = strncmp(at, network_key, strlen(network_key)) == 0;
        bool token = strncmp(at, token_key, strlen(token_key)) == 0;
        char *file = network ? tcp.network : tcp.token;
        const char *value = at + strlen(network ? network_key : token_key);
        size_t length = network || token ? (size_t)(next_key(value) - value) : 0;
        if (length == 0 || length >= sizeof tcp.network || *file) {
            snprintf(why, size,
                     "behind the port stand ',network=FILE', ',token=FILE' or nothing, not '%s'",
                     at);
            return false;
        }
        memcpy(file, value, length);
        file[length] = '\0';
        at = value + length;
    }
    return true;
}

/* ADDRESS:PORT or [ADDRESS]:PORT, and then files. */
static bool parse(const char *argument, struct target *target, char *why, size_t size)
{
    bool bracket = *argument == '[';
    const char *host = argument + bracket;
    size_t length = strcspn(host, bracket ? "]" : ":");
    const char *colon = host + length + (bracket && host[length] == ']');
    char *end;
    long port = *colon == ':' ? strtol(colon + 1, &end, 10) : -1;
    if (length == 0 || length >= sizeof target->host || port < 1 || port > 65535 ||
        end == colon + 1) {
        snprintf(why, size,
                 "where the agent listens is ADDRESS:PORT, or [ADDRESS]:PORT with colons "
                 "in the address");
        return false;
    }
    snprintf(target->host, sizeof target->host, "%.*s", (int)length, host);
    target->port = (int)port;
    return parse_files(end, why, size);
}

static bool accepts(const char *argument, char *why, size_t size)
{
    struct target target;
    return !argument || parse(argument, &target, why, size);
}

/* The namespace where the peer's sockets are made; -1 with a reason. */
static int open_namespace(const struct description *description, const char *file, char *why,
                          size_t size)
{
    const char *path = description->name_space[0] ? description->name_space : "/proc/self/ns/net";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET)
        return fd;
    const char *wrong = fd < 0 ? strerror(errno) : "it is no network namespace";
    if (description->name_space[0])
        snprintf(why, size, "%s:%zu: %s: %s", file, description->name_space_line, path, wrong);
    else
        snprintf(why, size, "%s: %s", path, wrong);
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Inside the IUT: the network of a case's own that the agent makes, or what the IUT has. */
static void describe_loopback(void)
{
    const struct description *said = &tcp.description;
    network_describe_inside(&tcp.loopback, tcp.isolates);
    for (unsigned side = 0; side < 2 && !tcp.isolates; side++)
        for (unsigned family = 0; family < 2; family++) {
            struct address *places = tcp.loopback.address[side][family];
            places[PLACE_OTHER] = said->loopback[family];
            places[PLACE_ABSENT] = said->pair.address[side][family][PLACE_ABSENT];
            places[PLACE_UNROUTED] = said->pair.address[side][family][PLACE_UNROUTED];
        }
}

static bool check(const char *argument, char *why, size_t size)
{
    const char *file = tcp.network;
    if (!argument)
        return true; /* this machine needs nothing for it */
    tcp.description = (struct description){0};
    if (!parse(argument, &tcp.target, why, size) ||
        !token_read(&tcp.target.token, *tcp.token ? tcp.token : NULL, why, size) ||
        (*file && !description_read(&tcp.description, file, why, size)))
        return false;
    if (tcp.target.netns >= 0)
        close(tcp.target.netns);
    tcp.target.netns = open_namespace(&tcp.description, file, why, size);
    if (tcp.target.netns < 0)
        return false;
    tcp.description.pair.netns = tcp.target.netns;
    if (!tcp.lost) {
        tcp.lost =
            mmap(NULL, sizeof *tcp.lost, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (tcp.lost == MAP_FAILED)
            abort();
    }
    if (!probe(&tcp.target, *file ? file : NULL, &tcp.description, &tcp.isolates, why, size))
        return false;
    describe_loopback();
    return true;
}

static struct network *provide(const char *argument, enum network_kind kind, char *why, size_t size)
{
    (void)argument;
    const struct described *described =
        kind == NETWORK_PAIR ? &tcp.description.pair : &tcp.loopback;
    struct network *network = network_describe(kind, described);
    if (!network)
        snprintf(why, size, "no memory for a network");
    return network;
}

/* The agent's machine may be gone for good: then what is left of the run does not wait long for
 * each connection. */
static struct door *open_on(const char *argument, const struct network *network)
{
    char why[256];
    (void)argument;
    int fd = target_connect(&tcp.target, *tcp.lost ? patience / 20 : patience, why, sizeof why);
    *tcp.lost = fd < 0;
    if (fd < 0)
        give_up(TROUBLE_TRANSPORT, "%s", why);
    const struct tenant stream = {.input = fd, .output = fd, .token = tcp.target.token.text};
    struct door *door = agent_open(&stream, -1, false);
    if (network->kind == NETWORK_LOOPBACK && tcp.isolates && !agent_isolate(door))
        give_up(TROUBLE_AGENT, "the agent has no more networks for cases of their own");
    return door;
}

/* One case at a time: all share the ports, addresses and limits of one network. */
STACK(tcp, .usage = "tcp:ADDRESS:PORT",
      .summary =
          "an agent that listens elsewhere; behind it ',network=FILE' describes the network, "
          "',token=FILE' has what the agent asks for",
      .needs_argument = true, .elsewhere = true, .most_at_once = 1, .accepts = accepts,
      .check = check, .network = provide, .open_on = open_on);
