#include "lab/leftovers.h"

#include "calls/clock.h"
#include "lab/namespace.h"
#include "lab/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/tcp_metrics.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Files of /proc/net. */
enum { COUNTS, COUNTS6, UNIX, PACKET, FILES };
static const char *const names[FILES] = {"sockstat", "sockstat6", "unix", "packet"};

struct leftovers {
    int files[FILES];  /* -1: this kernel has no such thing */
    long sockets;      /* as it was; -1: that cannot be told */
    long lines[FILES]; /* of UNIX and PACKET */
    bool exceptions;   /* of routes can be asked for */
    struct nl_sock *route, *generic;
};

/* ---- sockets and fragments ---- */

/* Of old kernels, which count those of the machine. */
enum { TOO_MANY = 64 };

/* Not more than fits; "" if there is no such file. */
static void read_start(int file, char *text, size_t size)
{
    ssize_t length = file < 0 ? 0 : pread(file, text, size - 1, 0);
    text[length > 0 ? length : 0] = '\0';
}

static long count_after(const char *text, const char *words)
{
    const char *at = strstr(text, words);
    return at ? strtol(at + strlen(words), NULL, 10) : -1;
}

static long sockets_used(const struct leftovers *leftovers)
{
    char text[512];
    read_start(leftovers->files[COUNTS], text, sizeof text);
    return count_after(text, "sockets: used ");
}

static bool no_fragments(const struct leftovers *leftovers)
{
    char text[512], text6[512];
    read_start(leftovers->files[COUNTS], text, sizeof text);
    read_start(leftovers->files[COUNTS6], text6, sizeof text6);
    return count_after(text, "FRAG: inuse ") <= 0 && count_after(text6, "FRAG6: inuse ") <= 0;
}

static long lines_of(int file)
{
    char text[4096];
    long count = 0;
    read_start(file, text, sizeof text);
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        count++;
    return count;
}

/* Whether the sockets that there are more than before are none of ours to fear. The kernel lets go
 * of a netlink socket some time after its process, and nothing reaches it then. */
static bool are_harmless(const struct leftovers *leftovers)
{
    char text[512], text6[512];
    read_start(leftovers->files[COUNTS], text, sizeof text);
    read_start(leftovers->files[COUNTS6], text6, sizeof text6);
    return count_after(text, "RAW: inuse ") <= 0 && count_after(text6, "RAW6: inuse ") <= 0 &&
           count_after(text, "UDPLITE: inuse ") <= 0 &&
           count_after(text6, "UDPLITE6: inuse ") <= 0 &&
           lines_of(leftovers->files[UNIX]) == leftovers->lines[UNIX] &&
           lines_of(leftovers->files[PACKET]) == leftovers->lines[PACKET];
}

/* Waits a moment, until the kernel has found those that nobody can reach any more. */
static bool no_sockets(const struct leftovers *leftovers)
{
    struct backoff backoff = backoff_begin(machine_milliseconds(0.02));
    while (leftovers->sockets >= 0 && sockets_used(leftovers) > leftovers->sockets &&
           !are_harmless(leftovers))
        if (!backoff_wait(&backoff))
            return false;
    return true;
}

/* ---- netlink ---- */

typedef bool is_left(const struct nlmsghdr *header);

struct search {
    is_left *is_left;
    unsigned found;
};

static void count(const struct nlmsghdr *header, void *context)
{
    struct search *search = context;
    search->found += search->is_left(header);
}

/* Reads all that is answered to a request and counts what is left; 0 or an errno. */
static int find(struct nl_sock *socket, int type, int flags, const void *request, size_t size,
                struct search *search)
{
    return netlink_ask(socket, type, flags, request, size, count, search);
}

/* ---- routes and neighbours ---- */

static bool is_anything(const struct nlmsghdr *header)
{
    (void)header;
    return true;
}

static bool is_learned(const struct nlmsghdr *header)
{
    enum { OURS = NUD_PERMANENT | NUD_NOARP | NUD_NONE };
    const struct ndmsg *neighbour = nlmsg_data(header);
    return nlmsg_datalen(header) >= (int)sizeof *neighbour && !(neighbour->ndm_state & OURS);
}

/* Asked strictly, the kernel shows exceptions alone. */
static bool no_exceptions(const struct leftovers *leftovers)
{
    static const unsigned char families[] = {AF_INET, AF_INET6};
    for (size_t i = 0; i < sizeof families && leftovers->exceptions; i++) {
        struct rtmsg all = {.rtm_family = families[i], .rtm_flags = RTM_F_CLONED};
        struct search search = {.is_left = is_anything};
        int error = find(leftovers->route, RTM_GETROUTE, NLM_F_DUMP, &all, sizeof all, &search);
        if (search.found || (error && error != EOPNOTSUPP && error != EAFNOSUPPORT))
            return false;
    }
    return true;
}

static bool no_neighbours(const struct leftovers *leftovers)
{
    struct ndmsg all = {.ndm_family = AF_UNSPEC};
    struct search search = {.is_left = is_learned};
    return find(leftovers->route, RTM_GETNEIGH, NLM_F_DUMP, &all, sizeof all, &search) == 0 &&
           !search.found;
}

/* ---- what TCP keeps ---- */

static int family_id; /* of tcp_metrics; 0: not known yet, -1: this kernel has none */

static bool take_family(const struct nlmsghdr *header)
{
    const struct nlattr *id =
        nlmsg_find_attr((struct nlmsghdr *)header, sizeof(struct genlmsghdr), CTRL_ATTR_FAMILY_ID);
    if (id)
        family_id = nla_get_u16(id);
    return id != NULL;
}

static void find_family(struct nl_sock *socket)
{
    static const struct {
        struct genlmsghdr header;
        struct nlattr attribute;
        char name[sizeof TCP_METRICS_GENL_NAME];
    } request = {{.cmd = CTRL_CMD_GETFAMILY, .version = 1},
                 {NLA_HDRLEN + sizeof TCP_METRICS_GENL_NAME, CTRL_ATTR_FAMILY_NAME},
                 TCP_METRICS_GENL_NAME};
    struct search search = {.is_left = take_family};
    find(socket, GENL_ID_CTRL, 0, &request, sizeof request, &search);
    if (!search.found)
        family_id = -1;
}

/* Has it forget all; who may not, being no real root, looks whether there is anything, which takes
 * ten times as long. */
static bool no_metrics(const struct leftovers *leftovers)
{
    static bool may_not;
    struct genlmsghdr forget = {.cmd = TCP_METRICS_CMD_DEL, .version = TCP_METRICS_GENL_VERSION};
    struct genlmsghdr show = {.cmd = TCP_METRICS_CMD_GET, .version = TCP_METRICS_GENL_VERSION};
    struct search search = {.is_left = is_anything};
    if (family_id == 0)
        find_family(leftovers->generic);
    if (family_id < 0)
        return true;
    if (!may_not &&
        find(leftovers->generic, family_id, NLM_F_ACK, &forget, sizeof forget, &search) == 0)
        return true;
    may_not = true;
    return find(leftovers->generic, family_id, NLM_F_DUMP, &show, sizeof show, &search) == 0 &&
           !search.found;
}

/* ---- all of it ---- */

struct leftovers *leftovers_watch(int netns)
{
    int on = 1;
    struct leftovers *leftovers = calloc(1, sizeof *leftovers);
    if (!leftovers)
        return NULL;
    namespace_enter(netns);
    for (size_t i = 0; i < FILES; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/thread-self/net/%s", names[i]);
        leftovers->files[i] = open(path, O_RDONLY | O_CLOEXEC);
    }
    leftovers->route = netlink_open(NETLINK_ROUTE);
    leftovers->generic = netlink_open(NETLINK_GENERIC);
    if (!leftovers->route || !leftovers->generic) {
        leftovers_free(leftovers);
        errno = EPROTONOSUPPORT;
        return NULL;
    }
    leftovers->exceptions = setsockopt(nl_socket_get_fd(leftovers->route), SOL_NETLINK,
                                       NETLINK_GET_STRICT_CHK, &on, sizeof on) == 0;
    leftovers->lines[UNIX] = lines_of(leftovers->files[UNIX]);
    leftovers->lines[PACKET] = lines_of(leftovers->files[PACKET]);
    leftovers->sockets = sockets_used(leftovers);
    if (leftovers->sockets > TOO_MANY)
        leftovers->sockets = -1;
    return leftovers;
}

void leftovers_expect_packet_socket(struct leftovers *leftovers)
{
    leftovers->lines[PACKET]++;
    leftovers->sockets += leftovers->sockets >= 0;
}

void leftovers_free(struct leftovers *leftovers)
{
    for (size_t i = 0; i < FILES; i++)
        if (leftovers->files[i] >= 0)
            close(leftovers->files[i]);
    nl_socket_free(leftovers->route);
    nl_socket_free(leftovers->generic);
    free(leftovers);
}

bool leftovers_none(struct leftovers *leftovers, bool count_sockets)
{
    return no_fragments(leftovers) && no_exceptions(leftovers) && no_neighbours(leftovers) &&
           no_metrics(leftovers) && (!count_sockets || no_sockets(leftovers));
}
