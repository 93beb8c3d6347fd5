/* A Linux kernel image in a virtual machine, at the IUT's end of the network. */
#include "stacks/agent/addresses.h"
#include "stacks/agent/agent.h"
#include "stacks/vm/image.h"
#include "stacks/vm/initrd.h"
#include "stacks/vm/tap.h"

#include "fixtures/network.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EMULATOR "qemu-system-x86_64"

/* What a run starts again and again; made once. */
static struct {
    struct image image;
    char agent[4096];
    int initrd;
    bool accelerated;
} machine = {.initrd = -1};

/* The agent as the first program, and the drivers for the machine's devices. */
static bool make_initrd(char *why, size_t size)
{
    int initrd = initrd_create();
    bool good = initrd >= 0 && initrd_add_directory(initrd, "dev") &&
                initrd_add_directory(initrd, "proc") &&
                initrd_add_file(initrd, "init", machine.agent);
    for (size_t i = 0; i < machine.image.module_count && good; i++)
        good = initrd_add_file(initrd, machine.image.name[i], machine.image.path[i]);
    good = good && initrd_finish(initrd);
    if (!good)
        snprintf(why, size, "no initrd for the virtual machine: %s", strerror(errno));
    machine.initrd = initrd;
    return good;
}

/* The kernel's command line, whose last part is the agent's. */
static void command_line(char *text, size_t size, const struct network *network)
{
    const char *addresses[ADDRESS_WORDS];
    size_t used = (size_t)snprintf(text, size,
                                   "console=ttyS0 quiet loglevel=0 panic=-1 mitigations=off "
                                   "tsc=reliable no_timer_check rcupdate.rcu_expedited=1 "
                                   "rdinit=/init -- --init /dev/vport0p1");
    for (size_t i = 0; i < machine.image.module_count; i++)
        used += (size_t)snprintf(text + used, size - used, " !/%s", machine.image.name[i]);
    used += (size_t)snprintf(text + used, size - used, " eth0");
    address_words(network, addresses);
    for (size_t i = 0; i < ADDRESS_WORDS; i++)
        used += (size_t)snprintf(text + used, size - used, " %s", addresses[i]);
}

/* The descriptors that the emulator gets, at numbers that its command line names. */
enum { TAP = 10, INITRD = 11 };

static bool prepare(void *context)
{
    (void)context;
    int tap = tap_open();
    return tap >= 0 && dup2(tap, TAP) == TAP && dup2(machine.initrd, INITRD) == INITRD;
}

static bool start_machine(struct network *network, struct tenant *tenant, char *why, size_t size)
{
    char line[2048], tap[64], initrd[64];
    command_line(line, sizeof line, network);
    snprintf(tap, sizeof tap, "tap,id=n,fd=%d", TAP);
    snprintf(initrd, sizeof initrd, "/proc/self/fd/%d", INITRD);
    const char *const words[] = {
        EMULATOR,
        "-nodefaults",
        "-no-user-config",
        "-display",
        "none",
        "-no-reboot",
        "-machine",
        machine.accelerated ? "q35,accel=kvm" : "q35,accel=tcg",
        "-cpu",
        "max",
        "-m",
        "160",
        "-kernel",
        machine.image.kernel,
        "-initrd",
        initrd,
        "-append",
        line,
        /* What the system says beside the agent's stream, a panic or a driver that is missing. */
        "-chardev",
        "file,id=s,path=/dev/stderr,append=on",
        "-serial",
        "chardev:s",
        /* First, so that it is the device's number 0. */
        "-chardev",
        "stdio,id=c,signal=off",
        "-device",
        "virtio-serial-pci",
        "-device",
        "virtserialport,chardev=c",
        "-netdev",
        tap,
        "-device",
        "virtio-net-pci,netdev=n,mac=02:00:00:00:00:01,romfile=",
        NULL,
    };
    return tenant_start(tenant, words, network->netns[SIDE_IUT], STREAM_SOCKET, prepare, NULL, why,
                        size);
}

static bool check(const char *argument, char *why, size_t size)
{
    if (!argument || !*argument) {
        snprintf(why, size, "'vm' needs a kernel: vm:KERNEL[,modules=DIR]");
        return false;
    }
    if (access("/usr/bin/" EMULATOR, X_OK) != 0) {
        snprintf(why, size, "there is no " EMULATOR ": install the package qemu-system-x86");
        return false;
    }
    if (access("/dev/net/tun", R_OK | W_OK) != 0) {
        snprintf(why, size, "a virtual machine's network needs /dev/net/tun: %s", strerror(errno));
        return false;
    }
    if (!agent_program("sockspec-agent-musl", machine.agent, sizeof machine.agent, why, size)) {
        snprintf(why, size,
                 "there is no sockspec-agent-musl beside this program, which needs no libraries "
                 "in a virtual machine: install musl-tools and build again");
        return false;
    }
    return image_find(&machine.image, argument, why, size) && make_initrd(why, size);
}

static bool start(const char *argument, struct network *network, struct tenant *tenant, char *why,
                  size_t size)
{
    (void)argument;
    return start_machine(network, tenant, why, size);
}

static struct door *open_vm(const char *argument, int netns, const struct tenant *tenant)
{
    (void)argument;
    (void)netns;
    return agent_open(tenant, -1, false);
}

STACK(vm, .usage = "vm:KERNEL[,modules=DIR]",
      .summary = "a Linux kernel image in a virtual machine (QEMU)", .elsewhere = true,
      .takes_interface = true, .check = check, .start = start, .open = open_vm);
