#include "stacks/tcp/probe.h"

#include "calls/clock.h"
#include "hosts/calls.h"
#include "hosts/lookup.h"
#include "lab/namespace.h"
#include "lab/stop.h"
#include "stacks/agent/agent.h"
#include "stacks/host/kernel.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the process that looks leaves in memory that it shares. */
struct findings {
    struct description description;
    bool connected, greeted, isolates;
    bool v6only[2], timeless[2]; /* the IUT, the peer's side: see look_at_settings() */
};

/* ---- in a process of its own, in namespaces as a worker has them ---- */

__attribute__((noreturn, format(printf, 1, 2))) static void refuse(const char *format, ...)
{
    char what[512];
    va_list list;
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    fputs(what, stderr);
    _exit(1);
}

static const char *host_text(const struct address *address)
{
    static char text[2][ADDRESS_TEXT];
    static unsigned next;
    char *found = text[next++ % 2];
    address_host(address, found, ADDRESS_TEXT);
    return found;
}

static const char *who(const struct host *host)
{
    return host->iut ? "the IUT" : "the peer's side";
}

static void enter(const struct target *target)
{
    char why[256];
    if (!namespace_isolate(why, sizeof why))
        refuse("%s", why);
    if (setns(target->netns, CLONE_NEWNET) != 0)
        refuse("the network namespace of the peer's sockets cannot be entered (%s): run as root, "
               "or in a user namespace that owns it",
               strerror(errno));
}

/* The main addresses that the connection shows, where there is no file. */
static void derive(struct described *pair, int connection)
{
    struct address end[2] = {0};
    socklen_t length[2] = {sizeof end[0].storage, sizeof end[1].storage};
    if (getpeername(connection, &end[SIDE_IUT].any, &length[0]) != 0 ||
        getsockname(connection, &end[SIDE_PEER].any, &length[1]) != 0)
        refuse("the connection to the agent has no ends: %s", strerror(errno));
    for (enum side side = SIDE_IUT; side <= SIDE_PEER; side++) {
        struct address *own = &end[side];
        own->length = length[side];
        *own = address_with_port(*own, 0);
        if (own->any.sa_family == AF_INET6 && own->in6.sin6_scope_id)
            refuse("a link-local address says too little of the network: add ',network=FILE'");
        pair->address[side][own->any.sa_family == AF_INET6][PLACE_MAIN] = *own;
    }
    if (address_same_host(&end[0], &end[1]))
        refuse("the agent is on this machine, in the network of the peer's sockets: describe "
               "another network with ',network=FILE'");
}

static void find_interface(const char *file, struct description *description, struct host *host)
{
    enum side side = host->iut ? SIDE_IUT : SIDE_PEER;
    const char *name = description->interface[side];
    if (!*name)
        return;
    int index = sk_if_nametoindex(host, name);
    if (index <= 0 && host->iut && name[strspn(name, "0123456789")] == '\0')
        index = atoi(name);
    if (index <= 0)
        refuse("%s:%zu: %s has no interface '%s'", file, description->line[side], who(host), name);
    description->pair.ifindex[side] = (unsigned)index;
}

/* A datagram socket of a host; -1 if it has none of this family, which cases will say. */
static int datagrams(struct host *host, const struct address *address)
{
    return sk_socket(host, address->any.sa_family, SOCK_DGRAM, 0);
}

/* Whether an address is the host's, if it is described. */
static void check_own(const char *from, struct host *host, const struct address *address)
{
    int fd = address->length ? datagrams(host, address) : -1;
    if (fd < 0)
        return;
    int result = sk_bind(host, fd, address);
    if (result < 0)
        refuse("%s%s has no address %s: bind() gives %s", from, who(host), host_text(address),
               error_name(-result));
    sk_close(host, fd);
}

/* Whether a host has a route to the other side's main address that makes its own main one the
 * source: cases take that for granted. connect() on a datagram socket sends nothing. */
static void check_route(const char *from, struct host *host, const struct address *own,
                        const struct address *other)
{
    int fd = own->length && other->length ? datagrams(host, own) : -1;
    struct address to = address_with_port(*other, 7), name;
    if (fd < 0)
        return;
    int result = sk_connect(host, fd, &to);
    if (result < 0)
        refuse("%s%s has no way to %s: connect() gives %s", from, who(host), host_text(other),
               error_name(-result));
    if (sk_getsockname(host, fd, &name) == 0 && name.any.sa_family == own->any.sa_family &&
        !address_is_any(&name) && !address_same_host(&name, own))
        refuse("%stowards %s %s uses %s: its main address, the first one, has to be that one", from,
               host_text(other), who(host), host_text(&name));
    sk_close(host, fd);
}

static void check_addresses(const char *from, const struct described *pair, struct host *host)
{
    enum side side = host->iut ? SIDE_IUT : SIDE_PEER, far = host->iut ? SIDE_PEER : SIDE_IUT;
    const struct network network = {.described = pair,
                                    .ifindex = {pair->ifindex[0], pair->ifindex[1]}};
    for (unsigned family = 0; family < 2; family++) {
        const int domain = family ? AF_INET6 : AF_INET;
        for (enum place place = PLACE_MAIN; place <= PLACE_LINK_LOCAL; place++) {
            char why[160];
            if (!network_has(&network, side, place, domain, why, sizeof why))
                continue;
            struct address address = network_address(&network, side, place, domain, 0);
            check_own(from, host, &address);
        }
        check_route(from, host, &pair->address[side][family][PLACE_MAIN],
                    &pair->address[far][family][PLACE_MAIN]);
    }
}

/* What a machine may have set otherwise than a network of ours, and rules depend on. That there are
 * no timestamps the connection shows, which has them if both sides do. */
static void look_at_settings(struct host *iut, int connection, struct findings *findings)
{
    struct tcp_info info = {0};
    int fd = sk_socket(iut, AF_INET6, SOCK_STREAM, 0), on = 0;
    if (fd >= 0) {
        findings->v6only[SIDE_IUT] =
            sk_getsockopt(iut, fd, IPPROTO_IPV6, IPV6_V6ONLY, &on) == 0 && on;
        sk_close(iut, fd);
    }
    findings->v6only[SIDE_PEER] = namespace_setting("ipv6/bindv6only") > 0;
    findings->timeless[SIDE_PEER] = namespace_setting("ipv4/tcp_timestamps") == 0;
    findings->timeless[SIDE_IUT] =
        !findings->timeless[SIDE_PEER] &&
        getsockopt(connection, IPPROTO_TCP, TCP_INFO, &info, &(socklen_t){sizeof info}) == 0 &&
        !(info.tcpi_options & TCPI_OPT_TIMESTAMPS);
}

__attribute__((noreturn)) static void look(const struct target *target, const char *file,
                                           struct findings *findings)
{
    struct description *description = &findings->description;
    struct host iut = {.name = "iut", .iut = true}, peer = {.name = "peer"};
    char why[256], from[DESCRIPTION_WORD + 8] = "";
    enter(target);
    int connection = target_connect(target, patience, why, sizeof why);
    if (connection < 0)
        refuse("%s", why);
    findings->connected = true;
    const struct tenant stream = {
        .input = connection, .output = connection, .token = target->token.text};
    iut.door = agent_open(&stream, -1, false);
    peer.door = kernel_open(target->netns);
    findings->greeted = true;
    if (file)
        snprintf(from, sizeof from, "%s: ", file);
    else
        derive(&description->pair, connection);
    find_interface(file, description, &iut);
    find_interface(file, description, &peer);
    check_addresses(from, &description->pair, &iut);
    check_addresses(from, &description->pair, &peer);
    description->pair.errors_limited[0] = namespace_setting("ipv4/icmp_ratelimit") > 0;
    description->pair.errors_limited[1] = namespace_setting("ipv6/icmp/ratelimit") > 0;
    look_at_settings(&iut, connection, findings);
    findings->isolates = agent_isolate(iut.door);
    for (unsigned family = 0; family < 2 && !findings->isolates; family++)
        check_own(from, &iut, &description->loopback[family]);
    host_close(&iut);
    host_close(&peer);
    _exit(0);
}

/* ---- in ours ---- */

/* Reads what the process says until it ends; false if that takes too long. */
static bool listen_to(int fd, char *text, size_t size)
{
    enum { PATIENCE = 30 };
    int64_t deadline = clock_now() + PATIENCE * INT64_C(1000000000);
    struct pollfd news = {.fd = fd, .events = POLLIN};
    for (size_t used = 0;;) {
        int64_t left = (deadline - clock_now()) / 1000000;
        int n = poll(&news, 1, left > 0 ? (int)left : 0);
        if (n < 0 && errno == EINTR && !stop_asked())
            continue;
        if (n <= 0)
            return false;
        char chunk[256];
        ssize_t length = read(fd, chunk, sizeof chunk);
        if (length <= 0)
            return true;
        for (ssize_t i = 0; i < length && used < size - 1; i++)
            text[used++] = chunk[i];
        text[used] = '\0';
    }
}

/* Whether what was said shows that an agent is there. */
static bool is_from_agent(const char *said)
{
    return strncmp(said, "the agent says", 14) == 0 || strncmp(said, "the agent asks", 14) == 0;
}

static bool conclude(const struct findings *findings, bool in_time, int status, const char *said,
                     char *why, size_t size)
{
    int length = (int)strcspn(said, "\n");
    if (in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (!in_time)
        snprintf(why, size, "the agent does not answer");
    else if (findings->connected && !findings->greeted && !is_from_agent(said))
        snprintf(why, size, "%.*s: is that sockspec-agent --listen?", length, said);
    else if (length)
        snprintf(why, size, "%.*s", length, said);
    else
        snprintf(why, size, "a first look at the agent ended early");
    return false;
}

/* Names what will make rules fail that the implementation keeps elsewhere. */
static void warn(const struct findings *findings)
{
    static const char *const sides[] = {[SIDE_IUT] = "the IUT", [SIDE_PEER] = "the peer's side"};
    for (enum side side = SIDE_IUT; side <= SIDE_PEER; side++) {
        if (findings->v6only[side])
            fprintf(stderr,
                    "sockspec: on %s IPv6 sockets are IPV6_V6ONLY from the start (Linux: "
                    "net.ipv6.bindv6only): rules about IPv4-mapped addresses do not hold\n",
                    sides[side]);
        if (findings->timeless[side])
            fprintf(stderr,
                    "sockspec: %s has no TCP timestamps (Linux: net.ipv4.tcp_timestamps): rules "
                    "about new connections in TIME_WAIT may not hold\n",
                    sides[side]);
    }
}

bool probe(const struct target *target, const char *file, struct description *description,
           bool *isolates, char *why, size_t size)
{
    int ends[2], status = 0;
    char said[512] = "";
    struct findings *findings =
        mmap(NULL, sizeof *findings, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (findings == MAP_FAILED || pipe2(ends, O_CLOEXEC) != 0) {
        snprintf(why, size, "no memory or pipe: %s", strerror(errno));
        return false;
    }
    findings->description = *description;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        stop_forget();
        dup2(ends[1], STDERR_FILENO);
        look(target, file, findings);
    }
    close(ends[1]);
    bool in_time = pid > 0 && listen_to(ends[0], said, sizeof said);
    if (pid > 0) {
        if (!in_time)
            kill(pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    close(ends[0]);
    bool good = conclude(findings, in_time, status, said, why, size);
    *description = findings->description;
    *isolates = findings->isolates;
    if (good)
        warn(findings);
    munmap(findings, sizeof *findings);
    return good;
}
