#include "tests/namespace_state.h"

#include "lab/link.h"
#include "lab/namespace.h"
#include "tests/support.h"

#include <dirent.h>
#include <netlink/cache.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/route.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int allocate(struct nl_sock *socket, struct nl_cache **cache);

static int all_links(struct nl_sock *socket, struct nl_cache **cache)
{
    return rtnl_link_alloc_cache(socket, AF_UNSPEC, cache);
}

static int all_routes(struct nl_sock *socket, struct nl_cache **cache)
{
    return rtnl_route_alloc_cache(socket, AF_UNSPEC, 0, cache);
}

static void write_objects(FILE *out)
{
    static allocate *const kinds[] = {all_links, rtnl_addr_alloc_cache, rtnl_neigh_alloc_cache,
                                      all_routes, rtnl_qdisc_alloc_cache};
    struct nl_sock *socket = link_open();
    for (size_t i = 0; socket && i < sizeof kinds / sizeof *kinds; i++) {
        struct nl_dump_params how = {.dp_type = NL_DUMP_LINE, .dp_fd = out};
        struct nl_cache *cache;
        if (kinds[i](socket, &cache) < 0)
            continue;
        nl_cache_dump(cache, &how);
        nl_cache_free(cache);
    }
    nl_socket_free(socket);
}

static void write_settings(FILE *out, const char *path)
{
    DIR *folder = opendir(path);
    if (!folder) {
        char *text = read_file(path);
        fprintf(out, "%s %s\n", path, text ? text : "");
        free(text);
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder));) {
        char below[600];
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.')
            write_settings(out, below);
    }
    closedir(folder);
}

char *namespace_state(int netns)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    namespace_enter(netns);
    write_objects(out);
    write_settings(out, "/proc/sys/net/ipv4");
    write_settings(out, "/proc/sys/net/ipv6");
    fclose(out);
    return text;
}

bool same_namespace_state(const char *a, const char *b)
{
    char *rest[2] = {NULL, NULL}, *copy[2] = {strdup(a), strdup(b)}, *line[2];
    for (;;) {
        for (size_t i = 0; i < 2; i++)
            do
                line[i] = strtok_r(rest[i] ? NULL : copy[i], "\n", &rest[i]);
            while (line[i] && (strstr(line[i], "noarp") || strstr(line[i], "/tcp_available_") ||
                               strstr(line[i], "/tcp_fastopen_key")));
        if (!line[0] || !line[1] || strcmp(line[0], line[1]) != 0)
            break;
    }
    bool same = !line[0] && !line[1];
    if (!same)
        printf("\n    before: %s\n    now:    %s\n", line[0] ? line[0] : "-",
               line[1] ? line[1] : "-");
    free(copy[0]);
    free(copy[1]);
    return same;
}
