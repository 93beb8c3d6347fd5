/* gVisor: the agent inside runsc, whose network stack takes over the IUT's end of the network. */
#include "stacks/agent/agent.h"

#include "lab/link.h"
#include "lab/namespace.h"
#include "lab/network.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* A directory of the tenant's own, on a tmpfs that only it sees. */
#define PRIVATE_DIRECTORY "/run"

static char agent[4096];

/* The OCI bundle: the agent on a read-only view of this machine's files. */
static bool write_bundle(const char *path)
{
    json_t *config =
        json_pack("{s:s, s:{s:b, s:{s:i, s:i}, s:[s, s], s:[s], s:s}, s:{s:s, s:b},"
                  " s:[{s:s, s:s, s:s}], s:{s:[{s:s}, {s:s}, {s:s}, {s:s}, {s:s, s:s}]}}",
                  "ociVersion", "1.0.0", "process", "terminal", 0, "user", "uid", 0, "gid", 0,
                  "args", agent, "--repeat", "env", "PATH=/bin", "cwd", "/", "root", "path", "/",
                  "readonly", 1, "mounts", "destination", "/proc", "type", "proc", "source", "proc",
                  "linux", "namespaces", "type", "pid", "type", "mount", "type", "ipc", "type",
                  "uts", "type", "network", "path", "/proc/self/ns/net");
    bool good = config && json_dump_file(config, path, 0) == 0;
    json_decref(config);
    return good;
}

/* runsc refuses namespaces that look like the machine's own: those that show these settings. */
static bool prepare(void *context)
{
    (void)context;
    if (mount("tmpfs", "/proc/sys/net/core", "tmpfs", 0, NULL) != 0 ||
        mount("tmpfs", PRIVATE_DIRECTORY, "tmpfs", 0, NULL) != 0 ||
        !write_bundle(PRIVATE_DIRECTORY "/config.json")) {
        fprintf(stderr, "cannot lay out the bundle for runsc: %s\n", strerror(errno));
        return false;
    }
    return true;
}

static bool accepts(const char *argument, char *why, size_t size)
{
    bool good = !argument || *argument;
    if (!good)
        snprintf(why, size, "'gvisor:' needs a platform: gvisor:ptrace, gvisor:kvm");
    return good;
}

static bool check(const char *argument, char *why, size_t size)
{
    (void)argument;
    if (access("/usr/bin/runsc", X_OK) != 0 && access("/usr/local/bin/runsc", X_OK) != 0) {
        snprintf(why, size, "there is no runsc: install the package runsc");
        return false;
    }
    if (geteuid() != 0) {
        snprintf(why, size, "runsc needs root for a network of its own");
        return false;
    }
    /* A static agent needs no libraries inside. */
    return agent_program("sockspec-agent-musl", agent, sizeof agent, why, size) ||
           agent_program("sockspec-agent", agent, sizeof agent, why, size);
}

static bool start(const char *argument, struct network *network, struct tenant *tenant, char *why,
                  size_t size)
{
    char platform[64];
    snprintf(platform, sizeof platform, "--platform=%.40s", argument ? argument : "ptrace");
    const char *const words[] = {"runsc", platform, "--ignore-cgroups", "--network=sandbox",
                                 /* No hardware looks at the checksums that it is sent. */
                                 "--rx-checksum-offload=false",
                                 "--root=" PRIVATE_DIRECTORY "/state", "run",
                                 "--bundle=" PRIVATE_DIRECTORY, "sockspec", NULL};
    /* Nor does any add those that the peer leaves out. */
    if (network->kind == NETWORK_PAIR) {
        namespace_enter(network->netns[SIDE_PEER]);
        if (!link_do_checksums(network->ifindex[SIDE_PEER])) {
            snprintf(why, size, "cannot have the peer make checksums: %s", strerror(errno));
            return false;
        }
    }
    return tenant_start(tenant, words, network->netns[SIDE_IUT], STREAM_PIPES, prepare, NULL, why,
                        size);
}

STACK(gvisor, .usage = "gvisor[:PLATFORM]",
      .summary = "gVisor's network stack: the agent inside runsc (ptrace unless said otherwise)",
      .elsewhere = true, .reorders = true, .accepts = accepts, .check = check, .start = start,
      .open = tenant_open);
