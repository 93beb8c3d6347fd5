/* A Linux kernel image in a virtual machine, at the IUT's end of the network. */
#include "stacks/agent/addresses.h"
#include "stacks/agent/agent.h"
#include "stacks/vm/image.h"
#include "stacks/vm/initrd.h"
#include "stacks/vm/tap.h"

#include "lab/network.h"

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
                initrd_add_directory(initrd, "proc") && initrd_add_directory(initrd, "sys") &&
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
    /* An emulated processor's time stamps are measured wrongly on a loaded machine. */
    size_t used =
        (size_t)snprintf(text, size,
                         "console=ttyS0 quiet loglevel=2 panic=-1 mitigations=off no_timer_check "
                         "rcupdate.rcu_expedited=1 %srdinit=/init -- --init /dev/vport0p1",
                         machine.accelerated ? "" : "clocksource=hpet tsc=nowatchdog ");
    for (size_t i = 0; i < machine.image.module_count; i++)
        used += (size_t)snprintf(text + used, size - used, " !/%s", machine.image.name[i]);
    if (!network)
        return;
    used += (size_t)snprintf(text + used, size - used, " eth0");
    address_words(network, addresses);
    for (size_t i = 0; i < ADDRESS_WORDS; i++)
        used += (size_t)snprintf(text + used, size - used, " %s", addresses[i]);
}

/* The number at which the emulator gets the TAP, which its command line names before there is one.
 */
enum { TAP = 10 };
#define TAP_TEXT "10"

enum { WORDS = 32 };

/* The words that start the emulator; without a network it has no interface. They live until the
 * next call. */
static void emulator_words(const char *words[WORDS], const struct network *network)
{
    static char line[2048], initrd[32];
    command_line(line, sizeof line, network);
    snprintf(initrd, sizeof initrd, "/proc/self/fd/%d", machine.initrd);
    const char *const all[WORDS] = {
        EMULATOR, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-machine",
        machine.accelerated ? "q35,accel=kvm" : "q35,accel=tcg", "-cpu", "max", "-m", "160",
        "-kernel", machine.image.kernel, "-initrd", initrd, "-append", line,
        /* What the system says beside the agent's stream: a panic, a driver that is missing. The
         * name is that of our pipe, whatever the machine's /dev has. */
        "-chardev", "file,id=s,path=/proc/self/fd/2,append=on", "-serial", "chardev:s",
        /* First, so that it is the device's number 0. */
        "-chardev", "stdio,id=c,signal=off", "-device", "virtio-serial-pci", "-device",
        "virtserialport,chardev=c",
        /* At the end, since not every machine has one. */
        network ? "-netdev" : NULL, "tap,id=n,fd=" TAP_TEXT, "-device",
        "virtio-net-pci,netdev=n,mac=02:00:00:00:00:01,romfile="};
    memcpy(words, all, sizeof all);
}

static bool prepare(void *context)
{
    (void)context;
    int tap = tap_open();
    return tap >= 0 && dup2(tap, TAP) == TAP && fcntl(machine.initrd, F_SETFD, 0) == 0;
}

static bool processor_virtualizes(void)
{
    char line[8192];
    bool found = false;
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && !found && fgets(line, sizeof line, file))
        found = strncmp(line, "flags", 5) == 0 && (strstr(line, " vmx") || strstr(line, " svm"));
    if (file)
        fclose(file);
    return found;
}

/* Whether the kernel starts under KVM. That there is a /dev/kvm does not say so. */
static bool starts_accelerated(void)
{
    enum { PATIENCE_SECONDS = 5 };
    /* What the emulator has to say of a failure matters to nobody. */
    const char *words[4 + WORDS + 1] = {"/bin/sh", "-c", "exec \"$@\" 2>/dev/null", "sh"};
    char why[256];
    struct tenant tenant;
    machine.accelerated = true;
    emulator_words(words + 4, NULL);
    if (!agent_start(&tenant, words, -1))
        return false;
    return tenant_try(&tenant, PATIENCE_SECONDS, why, sizeof why);
}

static bool choose_accelerator(char *why, size_t size)
{
    bool asked = strcmp(machine.image.accelerator, "kvm") == 0;
    if (strcmp(machine.image.accelerator, "tcg") == 0 || (!asked && !processor_virtualizes()))
        return true;
    machine.accelerated = access("/dev/kvm", R_OK | W_OK) == 0 && starts_accelerated();
    if (asked && !machine.accelerated)
        snprintf(why, size, "the kernel does not start under KVM here: leave accel=kvm out");
    return machine.accelerated || !asked;
}

static bool accepts(const char *argument, char *why, size_t size)
{
    return !argument || image_accepts(argument, why, size);
}

static bool check(const char *argument, char *why, size_t size)
{
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
    return !argument || (image_find(&machine.image, argument, why, size) &&
                         make_initrd(why, size) && choose_accelerator(why, size));
}

static bool start(const char *argument, struct network *network, struct tenant *tenant, char *why,
                  size_t size)
{
    const char *words[WORDS + 1] = {NULL};
    (void)argument;
    emulator_words(words, network);
    return tenant_start(tenant, words, network->netns[SIDE_IUT], STREAM_SOCKET, prepare, NULL, why,
                        size);
}

STACK(vm, .usage = "vm:KERNEL[,modules=DIR][,accel=kvm|tcg]",
      .summary = "a Linux kernel image in a virtual machine (QEMU)", .needs_argument = true,
      .busy = true, .elsewhere = true, .isolates = true, .takes_interface = true,
      .accepts = accepts, .check = check, .start = start, .open = tenant_open);
