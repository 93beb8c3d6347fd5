/* The sockets API, and which of it rules are about. */
#include "cli/lists.h"

#include "calls/symbols.h"
#include "harness/about.h"
#include "reports/common.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By the header that declares it. What is no operation of ours cannot be called by a case. */
static const struct {
    const char *header, *functions;
} api[] = {
    {"sys/socket.h", "accept accept4 bind connect getpeername getsockname getsockopt listen recv "
                     "recvfrom recvmmsg recvmsg send sendmmsg sendmsg sendto setsockopt shutdown "
                     "sockatmark socket socketpair"},
    {"unistd.h", "close dup dup2 dup3 pread pwrite read write"},
    {"sys/uio.h", "preadv pwritev readv writev"},
    {"fcntl.h", "fcntl splice"},
    {"sys/ioctl.h", "ioctl"},
    {"sys/sendfile.h", "sendfile"},
    {"sys/stat.h", "fstat"},
    {"poll.h", "poll ppoll"},
    {"sys/select.h", "pselect select"},
    {"sys/epoll.h", "epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait"},
    {"arpa/inet.h", "htonl htons inet_addr inet_aton inet_ntoa inet_ntop inet_pton ntohl ntohs"},
    {"net/if.h", "if_freenameindex if_indextoname if_nameindex if_nametoindex"},
    {"netdb.h",
     "endhostent endnetent endprotoent endservent freeaddrinfo gai_strerror getaddrinfo "
     "gethostbyaddr gethostbyname gethostent getnameinfo getnetbyaddr getnetbyname getnetent "
     "getprotobyname getprotobynumber getprotoent getservbyname getservbyport getservent "
     "sethostent setnetent setprotoent setservent"},
};

/* What functions are given. */
static const struct {
    const char *what, *begins;
    enum symbol_group group;
} constants[] = {
    {"options of SOL_SOCKET", "SO_", SYMBOLS_SOL_SOCKET},
    {"options of IPPROTO_TCP", "TCP_", SYMBOLS_IPPROTO_TCP},
    {"options of IPPROTO_UDP", "UDP_", SYMBOLS_IPPROTO_UDP},
    {"options of IPPROTO_IP", "IP_", SYMBOLS_IPPROTO_IP},
    {"options of IPPROTO_IPV6", "IPV6_", SYMBOLS_IPPROTO_IPV6},
    {"flags of send and recv", "MSG_", SYMBOLS_MESSAGE_FLAG},
    {"flags of socket and accept4", "SOCK_", SYMBOLS_SOCKET_FLAG},
    {"commands of fcntl", "F_", SYMBOLS_FCNTL},
    {"requests of ioctl", "", SYMBOLS_REQUEST},
};

enum { WIDTH = 80, NAME = 26 };

/* A group of names while it is printed, and all of them. */
struct names {
    bool json;
    const struct rule **rules; /* that are taken */
    size_t rule_count;
    char none[4096], uncallable[4096]; /* names that no rule is about */
    size_t with, all;
    bool begun;
};

static void take_rules(struct names *names, const struct selection *selection)
{
    size_t count;
    const struct variant *all = variants(&count);
    names->rules = calloc(count + 1, sizeof *names->rules);
    if (!names->rules)
        abort();
    for (size_t i = 0, ordinal = 0; i < count; i++) {
        const struct rule *rule = all[i].of->rule;
        bool last = names->rule_count && names->rules[names->rule_count - 1] == rule;
        if (!last && selection_takes(selection, &all[i], ordinal))
            names->rules[names->rule_count++] = rule;
        ordinal += selection_matches(selection, &all[i]);
    }
}

static void add(char list[4096], const char *name)
{
    size_t used = strlen(list);
    snprintf(list + used, 4096 - used, "%s%s", used ? ", " : "", name);
}

/* Prints a name with the rules about it: those that a function of ours picks. */
static void print_name(struct names *names, const char *kind, const char *of, const char *name,
                       bool callable, const enum operation *operation)
{
    size_t count = 0;
    json_t *ids = json_array();
    for (size_t i = 0; i < names->rule_count && callable; i++)
        if (operation ? rule_is_about(names->rules[i], *operation)
                      : rule_is_about_constant(names->rules[i], name)) {
            json_array_append_new(ids, json_string(names->rules[i]->id));
            count++;
        }
    names->all++;
    names->with += count > 0;
    if (names->json) {
        json_t *object =
            json_pack("{ss ss ss sO}", "type", kind, "of", of, "name", name, "rules", ids);
        json_dumpf(object, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(object);
    } else if (count) {
        printf("  %-*s %4zu rule%s\n", NAME, name, count, count > 1 ? "s" : "");
    } else {
        add(callable ? names->none : names->uncallable, name);
    }
    json_decref(ids);
}

static void print_rest(const char *what, char list[4096])
{
    if (*list) {
        int column = printf("  %s: ", what);
        report_words(stdout, list, column, WIDTH);
        putchar('\n');
    }
    *list = '\0';
}

static void begin(struct names *names, const char *title, bool header)
{
    if (!names->json)
        printf(header ? "%s<%s>\n" : "%s%s\n", names->begun ? "\n" : "", title);
    names->begun = true;
}

static void end(struct names *names)
{
    print_rest("no rule", names->none);
    print_rest("cases cannot call", names->uncallable);
}

static void print_functions(struct names *names, const char *header, const char *functions)
{
    char text[1024], *rest = NULL;
    snprintf(text, sizeof text, "%s", functions);
    begin(names, header, true);
    for (char *name = strtok_r(text, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
        enum operation operation;
        bool callable = operation_find(name, &operation);
        print_name(names, "function", header, name, callable, &operation);
    }
    end(names);
}

static void print_constants(struct names *names, const char *what, const char *begins,
                            enum symbol_group group)
{
    int64_t value;
    const char *name;
    begin(names, what, false);
    for (size_t i = 0; (name = symbol_at(group, i, &value)); i++)
        if (strncmp(name, begins, strlen(begins)) == 0)
            print_name(names, "constant", what, name, true, NULL);
    end(names);
}

static void print_sum(struct names *names, const char *what)
{
    if (!names->json && names->all)
        printf("\n%zu of %zu %s have rules.\n", names->with, names->all, what);
    names->with = names->all = 0;
}

void list_functions(const struct selection *selection, bool json)
{
    struct names names = {.json = json};
    take_rules(&names, selection);
    for (size_t i = 0; i < sizeof api / sizeof *api; i++)
        print_functions(&names, api[i].header, api[i].functions);
    print_sum(&names, "functions");
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        print_constants(&names, constants[i].what, constants[i].begins, constants[i].group);
    print_sum(&names, "options, flags and commands");
    free(names.rules);
}
