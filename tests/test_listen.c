/* Who connects to an agent that listens: what they get, how many, how long, and who they must be.
 */
#include "calls/clock.h"
#include "calls/protocol.h"
#include "hosts/calls.h"
#include "hosts/files.h"
#include "hosts/lookup.h"
#include "hosts/message.h"
#include "hosts/readiness.h"
#include "lab/namespace.h"
#include "stacks/agent/agent.h"
#include "stacks/agent/program/token.h"
#include "tests/lab.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- what they get ---- */

static int connect_to(const struct agent *agent)
{
    struct address to = address_of("192.0.2.1", agent->port);
    namespace_enter(lab.network->netns[SIDE_PEER]);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_FATAL(connect(fd, &to.any, to.length) == 0);
    return fd;
}

static struct host client_of(const struct agent *agent, const char *token)
{
    int fd = connect_to(agent);
    const struct tenant stream = {.input = fd, .output = fd, .token = token};
    return (struct host){.name = "iut", .iut = true, .door = agent_open(&stream, -1, false)};
}

/* Reads a frame: its type, or 0 at the end of the connection, which may take so many seconds; its
 * text goes into a buffer of 256. */
static int read_frame_of(int fd, int seconds, char *text)
{
    unsigned char bytes[16384];
    size_t used = 0, wanted = FRAME_HEADER;
    struct frame_header header = {0};
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    while (used < wanted) {
        ssize_t n =
            poll(&readable, 1, seconds * 1000) == 1 ? read(fd, bytes + used, wanted - used) : -1;
        if (n <= 0)
            return n < 0 && errno != ECONNRESET ? -1 : 0;
        used += (size_t)n;
        if (used == FRAME_HEADER && wanted == FRAME_HEADER)
            wanted += (size_t)frame_read_header(bytes, &header);
    }
    size_t length = used - FRAME_HEADER < 255 ? used - FRAME_HEADER : 255;
    memcpy(text, bytes + FRAME_HEADER, length);
    text[length] = '\0';
    return (int)header.type;
}

enum { PATIENCE = 20 };

static void expect_lacking_sockets(struct host *iut)
{
    static const struct {
        int64_t family, type, protocol;
    } sockets[] = {{AF_UNIX, SOCK_STREAM, 0},
                   {AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0},
                   {AF_NETLINK, SOCK_DGRAM, 0},
                   {AF_PACKET, SOCK_DGRAM, 0},
                   {AF_VSOCK, SOCK_STREAM, 0},
                   {AF_INET, SOCK_RAW, 0},
                   {AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_TCP},
                   {AF_INET6, SOCK_RAW, IPPROTO_ICMPV6},
                   {AF_INET, 10 /* SOCK_PACKET */, 0},
                   {AF_INET, SOCK_DGRAM, IPPROTO_ICMP},
                   /* What a cut to an int makes of them counts. */
                   {INT64_C(0x100000000) + AF_NETLINK, SOCK_DGRAM, 0},
                   {AF_INET, INT64_C(0x100000000) + SOCK_RAW, 0},
                   {INT64_C(-0x100000000) + AF_UNIX, SOCK_STREAM, 0}};
    int fds[2];
    for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++) {
        struct call call = {.operation = OP_SOCKET,
                            .argument = {sockets[i].family, sockets[i].type, sockets[i].protocol}};
        host_perform(iut, &call);
        CU_ASSERT_EQUAL(call.error, LACKING);
    }
    CU_ASSERT_EQUAL(sk_socketpair(iut, AF_UNIX, SOCK_STREAM, 0, fds), -LACKING);
}

static void expect_lacking_files(struct host *iut)
{
    struct host child;
    struct file_status status;
    const struct limits limits = {10, 10};
    static const char *const names[] = {"open", "stat", "chmod", "fork", "exec", "setrlimit"};
    CU_ASSERT_EQUAL(sk_open(iut, "/etc/passwd", O_RDONLY, 0), -LACKING);
    CU_ASSERT_EQUAL(sk_stat(iut, "/", &status), -LACKING);
    CU_ASSERT_EQUAL(sk_chmod(iut, lab.directory, 0777), -LACKING);
    CU_ASSERT_EQUAL(sk_unlink(iut, lab.directory), -LACKING);
    CU_ASSERT_EQUAL(sk_symlink(iut, "/", lab.directory), -LACKING);
    CU_ASSERT_EQUAL(sk_mkdir(iut, lab.directory, 0777), -LACKING);
    CU_ASSERT_EQUAL(sk_fork(iut, &child), -LACKING);
    CU_ASSERT_EQUAL(sk_exec(iut), -LACKING);
    CU_ASSERT_EQUAL(sk_await_child(iut), -LACKING);
    CU_ASSERT_EQUAL(sk_seteuid(iut, 0), -LACKING);
    CU_ASSERT_EQUAL(sk_setegid(iut, 0), -LACKING);
    CU_ASSERT_EQUAL(sk_umask(iut, 0), -LACKING);
    CU_ASSERT_EQUAL(sk_setrlimit(iut, RLIMIT_NOFILE, &limits), -LACKING);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CU_ASSERT_FALSE(door_has(iut->door, names[i]));
    CU_ASSERT_TRUE(door_has(iut->door, "getrlimit"));
}

/* Signals reach its own process alone, and options nothing but its sockets. */
static void expect_lacking_others(struct host *iut)
{
    int fd = sk_socket(iut, AF_INET, SOCK_DGRAM, 0), value;
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(sk_fcntl(iut, fd, F_SETOWN, 1), -LACKING);
    CU_ASSERT_EQUAL(sk_fcntl(iut, fd, F_SETOWN, -1), -LACKING);
    CU_ASSERT_EQUAL(sk_fcntl(iut, fd, F_SETOWN, sk_getpid(iut)), 0);
    CU_ASSERT_EQUAL(sk_fcntl(iut, fd, F_SETSIG, SIGKILL), -LACKING);
    CU_ASSERT_EQUAL(sk_fcntl(iut, fd, F_SETSIG, SIGIO), 0);
    CU_ASSERT_EQUAL(sk_fcntl(iut, fd, F_SETLEASE, F_RDLCK), -LACKING);
    value = 1;
    CU_ASSERT_EQUAL(sk_ioctl(iut, fd, FIOSETOWN, &value), -LACKING);
    CU_ASSERT_EQUAL(sk_ioctl(iut, fd, SIOCSIFFLAGS, &value), -LACKING);
    CU_ASSERT_EQUAL(sk_setsockopt(iut, fd, IPPROTO_IP, 64 /* of filters */, 1), -LACKING);
    CU_ASSERT_EQUAL(sk_getsockopt(iut, fd, IPPROTO_IP, 64, &value), -LACKING);
    CU_ASSERT_EQUAL(sk_close(iut, fd), 0);
}

/* What cases ask for is there, what nobody has included. */
static void expect_usual(struct host *iut)
{
    struct file_status status;
    struct stat null;
    int fd = sk_socket(iut, AF_INET6, SOCK_STREAM, 0), value;
    CU_ASSERT(fd >= 0);
    CU_ASSERT_EQUAL(sk_socket(iut, 9999, SOCK_STREAM, 0), -EAFNOSUPPORT);
    CU_ASSERT_EQUAL(sk_socket(iut, AF_INET, SOCK_STREAM, 253), -EPROTONOSUPPORT);
    CU_ASSERT_EQUAL(sk_fcntl(iut, fd, 12345, 0), -EINVAL);
    CU_ASSERT_EQUAL(sk_getsockopt(iut, fd, SOL_SOCKET, 12345, &value), -ENOPROTOOPT);
    CU_ASSERT_EQUAL(sk_setsockopt(iut, fd, SOL_SOCKET, SO_REUSEADDR, 1), 0);
    CU_ASSERT_EQUAL(sk_kill(iut, SIGUSR1), 0);
    CU_ASSERT_EQUAL(sk_signals(iut, SIGUSR1), 1);
    /* The descriptors of whoever started it are not there. */
    CU_ASSERT_EQUAL_FATAL(stat("/dev/null", &null), 0);
    for (int standard = 0; standard < 3; standard++) {
        CU_ASSERT_EQUAL(sk_fstat(iut, standard, &status), 0);
        CU_ASSERT_EQUAL(status.inode, (int64_t)null.st_ino);
    }
    CU_ASSERT_EQUAL(sk_close(iut, fd), 0);
}

static void test_confined(void)
{
    struct host iut = client_of(&lab.agent, NULL);
    expect_lacking_sockets(&iut);
    expect_lacking_files(&iut);
    expect_lacking_others(&iut);
    expect_usual(&iut);
    host_close(&iut);
}

static struct agent start_with(const char *option, const char *value)
{
    lab.options[0] = option;
    lab.options[1] = value;
    struct agent agent = start_agent(NULL);
    lab.options[0] = NULL;
    CU_ASSERT_FATAL(agent.port > 0);
    return agent;
}

/* Who comes when there are enough is told so, and finds room once one has gone. */
static void test_clients(void)
{
    struct agent agent = start_with("--clients", "2");
    char text[256];
    int fds[2] = {connect_to(&agent), connect_to(&agent)};
    for (size_t i = 0; i < 2; i++)
        CU_ASSERT_EQUAL(read_frame_of(fds[i], PATIENCE, text), FRAME_HELLO);
    int third = connect_to(&agent);
    CU_ASSERT_EQUAL(read_frame_of(third, PATIENCE, text), FRAME_ERROR);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "as many clients as it may"));
    CU_ASSERT_EQUAL(read_frame_of(third, PATIENCE, text), 0);
    close(third);
    shutdown(fds[0], SHUT_WR);
    CU_ASSERT_EQUAL(read_frame_of(fds[0], PATIENCE, text), 0);
    third = connect_to(&agent);
    CU_ASSERT_EQUAL(read_frame_of(third, PATIENCE, text), FRAME_HELLO);
    close(third);
    close(fds[0]);
    close(fds[1]);
    stop_agent(&agent);
}

/* Sends a call of this operation, with a descriptor; nobody waits for its result. */
static void send_call(int fd, struct call *call)
{
    unsigned char bytes[1024];
    struct frame frame = {.bytes = bytes, .size = sizeof bytes, .at = FRAME_HEADER};
    frame_put_call(&frame, call);
    size_t length = frame_complete(&frame, &(struct frame_header){.type = FRAME_CALL, .id = 1});
    CU_ASSERT_FATAL(write(fd, bytes, length) == (ssize_t)length);
}

/* Whoever asks for nothing is gone after that time, neither much later nor earlier, inside a call
 * that does not end too. */
static void test_idle(void)
{
    struct agent agent = start_with("--idle", "1");
    struct timespec part = {0, 600000000};
    char text[256];
    struct call sleep = {.operation = OP_POLL, .argument = {[1] = -1}};
    int fds[2] = {connect_to(&agent), connect_to(&agent)};
    for (size_t i = 0; i < 2; i++)
        CU_ASSERT_EQUAL(read_frame_of(fds[i], PATIENCE, text), FRAME_HELLO);
    nanosleep(&part, NULL);
    int64_t asked = clock_now();
    send_call(fds[1], &sleep);
    for (size_t i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(read_frame_of(fds[i], PATIENCE, text), 0);
        close(fds[i]);
    }
    int64_t passed = clock_now() - asked;
    CU_ASSERT(passed > 900000000 && passed < 1400000000 * machine_factor);
    stop_agent(&agent);
}

/* ---- the token ---- */

static const char token[] = "a quiet word";

/* Sends a frame of this type with these bytes. */
static void send_bytes(int fd, enum frame_type type, const void *body, size_t length)
{
    unsigned char bytes[1024];
    memcpy(bytes + FRAME_HEADER, body, length);
    struct frame frame = {.bytes = bytes, .size = sizeof bytes, .at = FRAME_HEADER + length};
    length = frame_complete(&frame, &(struct frame_header){.type = type});
    CU_ASSERT_FATAL(write(fd, bytes, length) == (ssize_t)length);
}

/* Connects and gives the challenge that comes. */
static int challenge_of(const struct agent *agent, unsigned char challenge[CHALLENGE_SIZE])
{
    char text[256];
    int fd = connect_to(agent);
    CU_ASSERT_EQUAL(read_frame_of(fd, PATIENCE, text), FRAME_TOKEN);
    memcpy(challenge, text, CHALLENGE_SIZE);
    return fd;
}

/* What an agent says to these bytes in place of an answer: the type of the frame. */
static int reply_to(const struct agent *agent, const void *said, size_t length)
{
    unsigned char challenge[CHALLENGE_SIZE];
    char text[256];
    int fd = challenge_of(agent, challenge);
    send_bytes(fd, FRAME_TOKEN, said, length);
    int type = read_frame_of(fd, PATIENCE, text);
    close(fd);
    return type;
}

/* What an agent says to who knows this token, whose answer is given. */
static int reply_to_token(const struct agent *agent, const char *known,
                          unsigned char answer[ANSWER_SIZE])
{
    unsigned char challenge[CHALLENGE_SIZE];
    char text[256];
    int fd = challenge_of(agent, challenge);
    token_answer(known, challenge, answer);
    send_bytes(fd, FRAME_TOKEN, answer, ANSWER_SIZE);
    int type = read_frame_of(fd, PATIENCE, text);
    close(fd);
    return type;
}

/* What a client that knows the token sends to something that sends this in place of a challenge:
 * how many bytes. */
static size_t given_away(const void *challenge, size_t length)
{
    int ends[2];
    char byte;
    size_t count = 0;
    CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    send_bytes(ends[0], FRAME_TOKEN, challenge, length);
    pid_t pid = fork();
    if (pid == 0) {
        const struct tenant stream = {.input = ends[1], .output = ends[1], .token = token};
        close(ends[0]);
        dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
        agent_open(&stream, -1, false);
        _exit(0);
    }
    close(ends[1]);
    shutdown(ends[0], SHUT_WR);
    while (read(ends[0], &byte, 1) == 1)
        count++;
    close(ends[0]);
    waitpid(pid, NULL, 0);
    return count;
}

/* One line on stderr that has this text, and status 2. */
static void refused(struct finished finished, const char *text)
{
    bool good = finished.status == 2 && strstr(finished.err, text);
    if (!good)
        printf("\n    status %d instead of '%s': %s\n", finished.status, text, finished.err);
    CU_ASSERT(good);
    finished_free(&finished);
}

/* Runs a case through an agent that asks for a token, with this behind its port. */
static struct finished run_with(const struct agent *agent, const char *behind)
{
    char file[1024];
    snprintf(file, sizeof file, "%s%s", describe(ADDRESSES), behind);
    return run_tcp(agent->port, file, "--filter tcp.connect.establishes/data/ipv4,pair");
}

static void test_token(void)
{
    static const char long_one[300] = {'a'};
    unsigned char answer[ANSWER_SIZE];
    char path[256], behind[300];
    snprintf(path, sizeof path, "%s/token", lab.directory);
    FILE *file = fopen(path, "w");
    if (!file || fprintf(file, "%s\n", token) < 0 || fclose(file) != 0)
        abort();
    struct agent agent = start_with("--token", path);
    CU_ASSERT_EQUAL(reply_to_token(&agent, token, answer), FRAME_HELLO);
    /* An answer is good for its own challenge alone. */
    CU_ASSERT_EQUAL(reply_to(&agent, answer, sizeof answer), FRAME_ERROR);
    CU_ASSERT_EQUAL(reply_to_token(&agent, "a quiet wor", answer), FRAME_ERROR);
    CU_ASSERT_EQUAL(reply_to_token(&agent, "", answer), FRAME_ERROR);
    CU_ASSERT_EQUAL(reply_to(&agent, token, strlen(token)), FRAME_ERROR);
    CU_ASSERT_EQUAL(reply_to(&agent, "", 0), FRAME_ERROR);
    CU_ASSERT_NOT_EQUAL(reply_to(&agent, long_one, sizeof long_one), FRAME_HELLO);
    CU_ASSERT_EQUAL(given_away("", 0), 0);
    CU_ASSERT_EQUAL(given_away(long_one, CHALLENGE_SIZE + 1), 0);
    CU_ASSERT_EQUAL(given_away(long_one, CHALLENGE_SIZE), FRAME_HEADER + ANSWER_SIZE);

    refused(run_with(&agent, ""), "the agent asks for a token");
    refused(run_with(&agent, ",token=/dev/null"), "a token is a line of 1 to 255 bytes");
    refused(run_with(&agent, ",token=/no/such/file"), "cannot read the token in /no/such/file");
    refused(run_with(&agent, ",token="), "behind the port stand");
    snprintf(behind, sizeof behind, ",token=%s", path);
    struct finished finished = run_with(&agent, behind);
    CU_ASSERT_EQUAL(finished.status, 0);
    finished_free(&finished);
    setenv("SOCKSPEC_TOKEN", "another", 1);
    refused(run_with(&agent, ""), "the agent says: this is not the token");
    setenv("SOCKSPEC_TOKEN", token, 1);
    finished = run_with(&agent, "");
    CU_ASSERT_EQUAL(finished.status, 0);
    finished_free(&finished);
    unsetenv("SOCKSPEC_TOKEN");
    stop_agent(&agent);
    unlink(path);
}

/* ---- the user ---- */

static void test_user(void)
{
    char path[64];
    unsigned uid = 0;
    struct agent agent = start_with("--user", "nobody");
    snprintf(path, sizeof path, "/proc/%d/status", agent.pid);
    char *text = read_file(path);
    const char *line = text ? strstr(text, "\nUid:") : NULL;
    CU_ASSERT(line && sscanf(line, "\nUid: %u", &uid) == 1);
    CU_ASSERT_NOT_EQUAL(uid, 0);
    free(text);
    struct host iut = client_of(&agent, NULL);
    CU_ASSERT(sk_socket(&iut, AF_INET, SOCK_STREAM, 0) >= 0);
    host_close(&iut);
    stop_agent(&agent);
}

/* It says who it is, and what makes no sense. */
static void test_words(void)
{
    static const struct {
        const char *words;
        int status;
        const char *complaint;
    } calls[] = {{"0 --user no-such-user", 3, "has no user 'no-such-user'"},
                 {"0 --token /no/such/file", 2, "cannot read the token in /no/such/file"},
                 {"0 127.0.0.1 --clients 0", 2, "--clients takes a number"},
                 {"0 --idle never", 2, "--idle takes a number"},
                 {"0 --token", 2, "wants a word behind '--token'"}};
    char line[1200];
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        snprintf(line, sizeof line, "%s --listen %s", lab.program, calls[i].words);
        struct finished finished = run_line(line);
        CU_ASSERT_EQUAL(finished.status, calls[i].status);
        CU_ASSERT_PTR_NOT_NULL(strstr(finished.err, calls[i].complaint));
        finished_free(&finished);
    }
}

/* ---- */

/* Whether other users than this one can be had. */
static bool has_users(void)
{
    char *map = read_file("/proc/self/uid_map");
    unsigned inside, outside, count = 0;
    bool good = map && sscanf(map, "%u %u %u", &inside, &outside, &count) == 3 && count > 65534;
    free(map);
    return geteuid() == 0 && good;
}

static int run_suite(void)
{
    if (!lab_begin())
        return 3;
    lab.agent = start_agent(NULL);
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("listen", NULL, NULL);
    CU_add_test(suite, "who connects gets what cases need", test_confined);
    CU_add_test(suite, "so many clients", test_clients);
    CU_add_test(suite, "idle clients", test_idle);
    CU_add_test(suite, "a token", test_token);
    if (has_users())
        CU_add_test(suite, "another user", test_user);
    CU_add_test(suite, "words of an agent that listens", test_words);
    int status = run_tests();
    lab_end();
    return status;
}

int main(void)
{
    return lab_main(run_suite);
}
