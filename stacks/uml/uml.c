/* User-mode Linux: another kernel as a process, on the IUT's end of the network. */
#include "stacks/agent/addresses.h"
#include "stacks/agent/agent.h"

#include "lab/link.h"
#include "lab/network.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static char agent[4096];

static const char *kernel_of(const char *argument)
{
    return argument ? argument : "linux.uml";
}

static bool in_path(const char *program)
{
    char path[4096];
    if (strchr(program, '/'))
        return access(program, X_OK) == 0;
    snprintf(path, sizeof path, "/usr/bin/%s", program);
    return access(path, X_OK) == 0;
}

/* Its memory and control files, on a tmpfs that only it sees. */
static bool prepare(void *context)
{
    (void)context;
    if (mount("tmpfs", "/run", "tmpfs", 0, NULL) == 0 && setenv("TMPDIR", "/run", 1) == 0)
        return true;
    fprintf(stderr, "no room for User-mode Linux: %s\n", strerror(errno));
    return false;
}

enum { WORDS = 20, MODULES = 2 };

/* The package's kernel has IPv6 as a module, which needs another one. */
static size_t module_words(const char *words[MODULES])
{
    static const char *const modules[MODULES] = {"lib/crc-ccitt.ko", "net/ipv6/ipv6.ko"};
    static char texts[MODULES][512];
    size_t count = 0;
    for (size_t i = 0; i < MODULES; i++) {
        char pattern[128];
        glob_t found;
        snprintf(pattern, sizeof pattern, "/usr/lib/uml/modules/*/kernel/%s", modules[i]);
        if (glob(pattern, 0, NULL, &found) != 0)
            continue;
        snprintf(texts[count], sizeof texts[count], "!%s", found.gl_pathv[0]);
        words[count] = texts[count];
        count++;
        globfree(&found);
    }
    return count;
}

static bool start(const char *argument, struct network *network, struct tenant *tenant, char *why,
                  size_t size)
{
    char init[sizeof agent + 8];
    snprintf(init, sizeof init, "init=%s", agent);
    const char *words[WORDS + MODULES + ADDRESS_WORDS] = {kernel_of(argument),
                                                          "mem=96M",
                                                          "root=/dev/root",
                                                          "rootfstype=hostfs",
                                                          "ro",
                                                          "quiet",
                                                          "loglevel=1", /* a panic */
                                                          "uml_dir=/run",
                                                          "con=null",
                                                          "con0=null,fd:2",
                                                          "ssl=null",
                                                          "ssl0=fd:0,fd:1",
                                                          init,
                                                          "vec0:transport=raw,ifname=" LINK_NAME
                                                          ",mac=02:00:00:00:00:01",
                                                          "--",
                                                          "--init",
                                                          "/dev/ttyS0"};
    size_t count = 17;
    count += module_words(words + count);
    words[count++] = "vec0";
    address_words(network, words + count);
    return tenant_start(tenant, words, network->netns[SIDE_IUT], STREAM_SOCKET, prepare, NULL, why,
                        size);
}

/* How many bytes of registers a process has on this processor; 0: nobody knows. */
static unsigned register_bytes(void)
{
    unsigned bytes = 0;
#if defined(__x86_64__) || defined(__i386__)
    unsigned a, c, d;
    enum { STATE = 0xd };
    if (!__get_cpuid_count(STATE, 0, &a, &bytes, &c, &d))
        bytes = 0;
#endif
    return bytes;
}

/* Debian's 6.1 has so much room for them, and ptrace(), by which it runs processes, takes all or
 * none: the first process gets SIGSEGV for that. */
static void explain(const char *argument, char *why, size_t size)
{
    enum { ROOM = 2696 };
    static const char panic[] = "Attempted to kill init! exitcode=0x0000000b";
    if (strstr(why, panic) && register_bytes() > ROOM)
        snprintf(why, size,
                 "%s cannot run a process on this processor, whose registers take %u bytes (AMX): "
                 "older kernels have room for %d. Try vm:KERNEL, or a newer User-mode Linux",
                 kernel_of(argument), register_bytes(), ROOM);
}

static bool check(const char *argument, char *why, size_t size)
{
    if (!in_path(kernel_of(argument))) {
        snprintf(why, size, "there is no %s: install the package user-mode-linux",
                 kernel_of(argument));
        return false;
    }
    if (geteuid() != 0) {
        snprintf(why, size, "User-mode Linux needs root for raw access to its end of the network");
        return false;
    }
    return agent_program("sockspec-agent-musl", agent, sizeof agent, why, size) ||
           agent_program("sockspec-agent", agent, sizeof agent, why, size);
}

STACK(uml, .usage = "uml[:BINARY]", .summary = "a kernel as a process: User-mode Linux",
      .elsewhere = true, .isolates = true, .takes_interface = true, .check = check,
      .explain = explain, .start = start, .open = tenant_open);
