/* What is wrong for every case is said once, before the first; and reports name what is tested, not
 * the machine that they come from. */
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *directory;

/* A few cases on both networks, and on one. */
#define FEW      " --quiet --filter udp.connect.filters/*/ipv4* "
#define LOOPBACK " --quiet --filter udp.connect.filters/*/ipv4,loopback* "

/* Runs a line of shell in the test's directory; $S is sockspec and $B its folder. */
static struct finished run_here(const char *line)
{
    char whole[3000];
    snprintf(whole, sizeof whole, "B=$(dirname $S); %s", line);
    return run_shell(directory, whole);
}

/* The same, whose status and only line on stderr are known. */
static void expect(const char *line, int status, const char *complaint)
{
    struct finished finished = run_here(line);
    const char *end = strchr(finished.err, '\n');
    bool good = finished.status == status &&
                (complaint ? strstr(finished.err, complaint) && end && !end[1] : !*finished.err);
    if (!good)
        printf("\n    '%s' exited with %d, expected %d and '%s': %s%s\n", line, finished.status,
               status, complaint ? complaint : "", finished.out, finished.err);
    CU_ASSERT_TRUE(good);
    finished_free(&finished);
}

/* What it prints on stdout has a text. */
static void expect_out(const char *line, int status, const char *text)
{
    struct finished finished = run_here(line);
    bool good = finished.status == status && strstr(finished.out, text);
    if (!good)
        printf("\n    '%s' exited with %d, expected %d and '%s': %s%s\n", line, finished.status,
               status, text, finished.out, finished.err);
    CU_ASSERT_TRUE(good);
    finished_free(&finished);
}

static void test_preload(void)
{
    expect("$S run" FEW "--iut preload:/", 2, "/ is no file");
    expect("echo x >text; $S run" FEW "--iut preload:text", 2, "cannot be preloaded (");
    /* Of another machine: the number of the architecture is at byte 18. */
    expect("cp $B/libdeviant.so odd.so; printf '\\026' | dd of=odd.so bs=1 seek=18 conv=notrunc "
           "status=none; $S run" FEW "--iut preload:odd.so",
           2, "odd.so cannot be preloaded (");
    expect("echo '__attribute__((constructor)) static void f(void) { __builtin_trap(); }' | "
           "cc -shared -fPIC -o trap.so -xc - && $S run" FEW "--iut preload:trap.so",
           2, "the agent does not come up with");
    expect("$S run" FEW "--iut preload:text --exit-style bisect", 125, "text cannot be preloaded");
    expect_out(
        "$S run --filter udp.connect.filters/*/ipv4,loopback* --iut preload:$B/libdeviant.so", 0,
        "of the library take part: connect\n");
    expect_out("$S run" LOOPBACK "--iut preload:$B/libdeviant.so --json -", 0, "/libdeviant.so\"");
}

/* As in the tree that a C library was built in, which is not installed. */
static void test_loader(void)
{
    static const char copy[] = "mkdir -p elf && cp $(ldd $B/sockspec-agent | grep -o "
                               "'/[^ ]*/ld[^ ]*') elf/ld.so && cp $(ldd $B/sockspec-agent | "
                               "grep -o '/[^ ]*/libc\\.so\\.6') . && ";
    char line[1024], wanted[256];
    snprintf(wanted, sizeof wanted, " of %s/libc.so.6\"", directory);
    snprintf(line, sizeof line, "%s$S run" LOOPBACK "--iut libc:elf/ld.so --json -", copy);
    expect_out(line, 0, wanted);
    snprintf(line, sizeof line,
             "%smkdir -p a && mv elf/ld.so a && $S run" LOOPBACK
             "--iut libc:a/ld.so,library=$PWD --json -",
             copy);
    expect_out(line, 0, wanted);
    expect("$S run" FEW "--iut libc:/", 2, "/ is no file");
    expect("$S run" FEW "--iut libc:/lib64/ld-linux-x86-64.so.2,library=/", 2,
           "//libc.so.6: No such file or directory");
    expect("mkdir -p a/b; cp -L /lib64/ld-linux-x86-64.so.2 a/b; $S run" FEW
           "--iut libc:a/b/ld-linux-x86-64.so.2",
           2, "no libc.so.6 beside a/b/ld-linux-x86-64.so.2 or above it");
    expect("$S run" FEW "--iut libc:/bin/true", 2, "process exited with status 0");
    expect("$S run" FEW "--iut libc:/bin/true --exit-style bisect", 125, "status 0");
    expect("$S run" FEW "--iut libc:/bin/true --exit-style kselftest", 4, "status 0");
    expect("$S run" FEW "--iut libc:/bin/true,library=/no/such", 2,
           "/no/such/libc.so: No such file");
}

/* A loader of another library than the agent's. */
static void test_other_loader(void)
{
    if (access("/lib/ld-musl-x86_64.so.1", X_OK) != 0)
        puts("\n    left out: no musl");
    else
        expect("$S run" FEW "--iut libc:/lib/ld-musl-x86_64.so.1", 2,
               "this is musl's loader, and the agent was linked with another C library");
}

/* A kernel that cannot run a process here, which a user of it could not guess. */
static void test_uml(void)
{
    char why[512];
    if (getuid() != 0 || access("/usr/bin/linux.uml", X_OK) != 0 || uml_works(why, sizeof why) ||
        system("grep -q amx_tile /proc/cpuinfo") != 0) {
        puts("\n    left out: no User-mode Linux that fails for its registers");
        return;
    }
    expect_out("$S doctor uml", 1, "older kernels have room for 2696. Try vm:KERNEL");
    expect("$S run" FEW "--iut uml", 2, "older kernels have room for 2696. Try vm:KERNEL");
}

static void test_agent(void)
{
    /* What is wrong is said, and not how the help that could follow ends. */
    expect("$S run" FEW "--iut \"remote:$B/sockspec-agent --repaet\"", 2,
           "up: sockspec-agent: no option '--repaet'");
    expect("$S run" FEW "--iut \"remote:$B/sockspec-agent --repeat yes\"", 2,
           "up: sockspec-agent: no argument is taken, and there is 'yes'");
    expect("$S run" FEW "--iut 'agent:echo >&2 no license; exit 9'", 2,
           "--iut agent:echo >&2 no license; exit 9: the implementation's process exited with "
           "status 9: no license");
    expect("$S run" FEW "--iut agent:/no/such", 2, "No such file or directory");
    /* Reports are whole, although nothing ran. */
    expect("$S run" FEW "--iut agent:/no/such --json j --tap t --junit x 2>/dev/null; "
           "tail -1 j | grep -q '\"interrupted\":true' && tail -1 t | grep -q '^Bail out' && "
           "grep -q '<testsuites' x",
           0, NULL);
}

/* What this machine lacks. */
static void test_machine(void)
{
    static const char no_veth[] = "export LD_PRELOAD=$B/libnoveth.so; $S ";
    char line[512];
    snprintf(line, sizeof line, "%srun" FEW, no_veth);
    expect(line, 3, "cannot make a veth pair (CONFIG_VETH");
    snprintf(line, sizeof line, "%srun --exit-style kselftest" FEW, no_veth);
    expect(line, 4, "cannot make a veth pair (CONFIG_VETH");
    snprintf(line, sizeof line, "%srun" LOOPBACK, no_veth);
    expect(line, 0, NULL);
    snprintf(line, sizeof line, "%sdoctor host", no_veth);
    expect_out(line, 1, "-    host                    cannot make a veth pair");
    if (!SANITIZED) /* whose looking for leaks takes /proc */
        expect("unshare -Urm sh -c \"mount -t tmpfs none /proc; exec $S run" FEW "\"", 3, "/proc");
    expect_out(
        "unshare -Ur sh -c \"echo 0 >/proc/sys/user/max_net_namespaces; exec $S doctor host\"", 1,
        "-    host ");
    expect_out("$S doctor host", 0, "ok   host                    the kernel of this machine");
    expect_out("echo x >text; $S doctor host preload:text", 1, "\n-    preload:text");
    expect("$S doctor mars", 2, "no implementation 'mars'");
}

/* A kernel whose drivers are modules, without them. */
static void test_drivers(void)
{
    char kernel[1024], line[2048];
    if (access("/usr/bin/qemu-system-x86_64", X_OK) != 0 || access("/dev/net/tun", R_OK) != 0 ||
        access(spec_here("%", kernel, sizeof kernel), R_OK) != 0) {
        puts("left out: no kernel image, or no QEMU");
        return;
    }
    setenv("SOCKSPEC_SLOW", "3", 0); /* an emulated processor, while others use this one */
    snprintf(line, sizeof line, "cp %s bzImage; $S run" FEW "--iut vm:bzImage", kernel);
    expect(line, 2, "this kernel has no driver CONFIG_VIRTIO_");
    expect("head -c 20000 bzImage >cut; $S run" FEW "--iut vm:cut --exit-style bisect", 125,
           "invalid kernel header");
}

/* An implementation whose kernel is of another release and machine than this one. */
#define OTHER "--iut \"agent:setarch i686 --uname-2.6 $B/sockspec-agent\" "

static void test_reports(void)
{
    expect("$S run --filter udp.connect.filters/*/ipv4,loopback* " OTHER
           "--json j --tap t --junit x >o; "
           "head -1 j | grep '\"kernel\":\"2\\.6\\.' | grep -q '\"machine\":\"i686\"' && "
           "grep -q '^# sockspec .* (Linux 2\\.6\\.[^ ]* i686, ' t && "
           "grep -q 'name=\"kernel\" value=\"2\\.6\\.' x && "
           "grep -q 'name=\"machine\" value=\"i686\"' x && "
           "head -1 o | grep -q '(Linux 2\\.6\\.[^ ]* i686, '",
           0, NULL);
}

#define FAILS " --quiet --profile posix --filter transfer.write.not-connected "

/* A baseline's releases are the implementation's; an observation that is new is no known one. */
static void test_known(void)
{
    expect("echo 'transfer.write.* fail release 2.6.* -- old' >k; $S run" FAILS OTHER
           "--baseline k >/dev/null",
           0, NULL);
    expect("$S run" FAILS "--baseline k >/dev/null", 1, NULL);
    expect("echo \"transfer.write.* fail release $(uname -r) -- new\" >k; $S run" FAILS OTHER
           "--baseline k >/dev/null",
           1, NULL);
    expect_out("echo 'transfer.write.* fail observed \"EBADF\" -- x' >k; $S run" FAILS
               "--verbose --baseline k 2>/dev/null",
               1, "the deviation that is known here is another: EBADF");
}

int main(void)
{
    support_init();
    directory = make_directory();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("look", NULL, NULL);
    CU_add_test(suite, "preloaded libraries", test_preload);
    CU_add_test(suite, "loaders", test_loader);
    CU_add_test(suite, "a loader of another library", test_other_loader);
    CU_add_test(suite, "User-mode Linux", test_uml);
    CU_add_test(suite, "agents", test_agent);
    CU_add_test(suite, "this machine", test_machine);
    CU_add_test(suite, "a kernel without drivers", test_drivers);
    CU_add_test(suite, "reports", test_reports);
    CU_add_test(suite, "known deviations", test_known);
    int status = run_tests();
    struct finished finished = run_here("rm -rf $PWD");
    finished_free(&finished);
    return status;
}
