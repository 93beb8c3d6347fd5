/* Messages through a door: every buffer, every element of control data and every flag arrives, and
 * what a case says wrongly on purpose is wrong there as well. */
#include "tests/door/messages.h"

#include "calls/clock.h"
#include "hosts/files.h"
#include "hosts/message.h"
#include "hosts/readiness.h"

#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void close_both(struct host *host, const int fd[2])
{
    CU_ASSERT_EQUAL(sk_close(host, fd[0]), 0);
    CU_ASSERT_EQUAL(sk_close(host, fd[1]), 0);
}

/* A datagram socket that sends to itself. */
static int open_self(struct host *host, const char *address, struct address *name)
{
    *name = address_of(address, 0);
    int fd = sk_socket(host, name->any.sa_family, SOCK_DGRAM, 0);
    CU_ASSERT_EQUAL(sk_bind(host, fd, name), 0);
    CU_ASSERT_EQUAL(sk_getsockname(host, fd, name), 0);
    return fd;
}

static void await(struct host *host, int fd, short events)
{
    struct readiness one = {.fd = fd, .asked = events};
    CU_ASSERT_EQUAL(sk_poll(host, &one, 1, patience), 1);
}

/* A message with one buffer to receive into. */
static struct message one_buffer(char *buffer, size_t size, uint32_t control_room)
{
    return (struct message){
        .buffer = {block_out(buffer, size)}, .buffers = 1, .control_room = control_room};
}

/* ---- several buffers ---- */

static void try_vectors(struct host *host)
{
    int fd[2];
    char first[3] = "", second[8] = "";
    struct block given[] = {block_in("one", 3), block_in(NULL, 0), block_in("two", 3)};
    struct block room[] = {block_out(first, 2), block_out(second, 7)};
    struct block bad[] = {block_in("one", 3), block_bad(3)};
    CU_ASSERT_EQUAL(sk_socketpair(host, AF_UNIX, SOCK_STREAM, 0, fd), 0);
    CU_ASSERT_EQUAL(sk_writev(host, fd[0], given, 3), 6);
    CU_ASSERT_EQUAL(sk_readv(host, fd[1], room, 2), 6);
    CU_ASSERT_STRING_EQUAL(first, "on");
    CU_ASSERT_STRING_EQUAL(second, "etwo");
    CU_ASSERT_EQUAL(room[0].length, 2);
    CU_ASSERT_EQUAL(room[1].length, 4);
    CU_ASSERT_EQUAL(sk_writev(host, fd[0], bad + 1, 1), -EFAULT);
    close_both(host, fd);
}

/* A pointer to buffers that is null or bad, with numbers of them that cannot be. */
static void try_bad_vectors(struct host *host)
{
    int fd[2];
    CU_ASSERT_EQUAL(sk_socketpair(host, AF_UNIX, SOCK_STREAM, 0, fd), 0);
    struct call none = {
        .operation = OP_WRITEV, .argument = {fd[0]}, .block = {[1] = block_null(UINT32_MAX)}};
    struct call bad = {.operation = OP_READV, .argument = {fd[0]}, .block = {[1] = block_bad(1)}};
    CU_ASSERT_EQUAL(perform(host, &none), -EINVAL);
    CU_ASSERT_EQUAL(perform(host, &bad), -EFAULT);
    close_both(host, fd);
}

static void try_buffers(struct host *host)
{
    int fd[2];
    char first[4] = "", second[8] = "";
    struct message given = {.buffer = {block_in("ab", 2), block_in("cdef", 4)}, .buffers = 2};
    struct message taken = {.buffer = {block_out(first, 3), block_out(second, 2)}, .buffers = 2};
    CU_ASSERT_EQUAL(sk_socketpair(host, AF_UNIX, SOCK_DGRAM, 0, fd), 0);
    CU_ASSERT_EQUAL(sk_sendmsg_whole(host, fd[0], &given, 0), 6);
    CU_ASSERT_EQUAL(sk_recvmsg_whole(host, fd[1], &taken, 0), 5);
    CU_ASSERT_STRING_EQUAL(first, "abc");
    CU_ASSERT_STRING_EQUAL(second, "de");
    CU_ASSERT_EQUAL(taken.flags, MSG_TRUNC);
    CU_ASSERT_EQUAL(taken.controls, 0);
    close_both(host, fd);
}

/* ---- control data ---- */

/* Sends two descriptors with a message; receives it with room for so many bytes of them. */
static void pass_descriptors(struct host *host, int flags, uint32_t room, struct message *taken)
{
    static char buffer[8];
    int fd[2], passed[2];
    struct message given = {.buffer = {block_in("x", 1)}, .buffers = 1};
    CU_ASSERT_EQUAL(sk_socketpair(host, AF_UNIX, SOCK_DGRAM, 0, fd), 0);
    CU_ASSERT_EQUAL(sk_pipe(host, passed), 0);
    control_add(&given, SOL_SOCKET, SCM_RIGHTS, passed, sizeof passed);
    *taken = one_buffer(buffer, sizeof buffer, room);
    CU_ASSERT_EQUAL(sk_sendmsg_whole(host, fd[0], &given, 0), 1);
    CU_ASSERT_EQUAL(sk_recvmsg_whole(host, fd[1], taken, flags), 1);
    close_both(host, passed);
    close_both(host, fd);
}

static void try_descriptors(struct host *host)
{
    struct message message;
    char byte = '\0';
    int pipe[2];
    pass_descriptors(host, 0, sizeof pipe, &message);
    const struct control *control = control_find(&message, SOL_SOCKET, SCM_RIGHTS);
    CU_ASSERT_PTR_NOT_NULL_FATAL(control);
    CU_ASSERT_EQUAL_FATAL(control->length, sizeof pipe);
    CU_ASSERT_EQUAL(message.flags, 0);
    memcpy(pipe, control->value, sizeof pipe);
    CU_ASSERT_EQUAL(sk_write(host, pipe[1], "y", 1), 1);
    CU_ASSERT_EQUAL(sk_read(host, pipe[0], &byte, 1), 1);
    CU_ASSERT_EQUAL(byte, 'y');
    CU_ASSERT_EQUAL(sk_fcntl(host, pipe[0], F_GETFD, 0), 0);
    close_both(host, pipe);
}

/* Room for one of the two, and for none. */
static void try_cut_control(struct host *host)
{
    struct message message;
    int fd;
    pass_descriptors(host, MSG_CMSG_CLOEXEC, sizeof fd, &message);
    const struct control *control = control_find(&message, SOL_SOCKET, SCM_RIGHTS);
    CU_ASSERT_PTR_NOT_NULL_FATAL(control);
    CU_ASSERT_EQUAL_FATAL(control->length, sizeof fd);
    CU_ASSERT_EQUAL(message.flags & MSG_CTRUNC, MSG_CTRUNC);
    memcpy(&fd, control->value, sizeof fd);
    CU_ASSERT_EQUAL(sk_fcntl(host, fd, F_GETFD, 0), FD_CLOEXEC);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    pass_descriptors(host, 0, 0, &message);
    CU_ASSERT_EQUAL(message.controls, 0);
    CU_ASSERT_EQUAL(message.flags, MSG_CTRUNC);
}

static void try_credentials(struct host *host)
{
    char buffer[8];
    int fd[2];
    struct ucred sender;
    struct message message = one_buffer(buffer, sizeof buffer, sizeof sender);
    CU_ASSERT_EQUAL(sk_socketpair(host, AF_UNIX, SOCK_STREAM, 0, fd), 0);
    CU_ASSERT_EQUAL(sk_setsockopt(host, fd[1], SOL_SOCKET, SO_PASSCRED, 1), 0);
    CU_ASSERT_EQUAL(sk_send(host, fd[0], "x", 1, 0), 1);
    CU_ASSERT_EQUAL(sk_recvmsg_whole(host, fd[1], &message, 0), 1);
    const struct control *control = control_find(&message, SOL_SOCKET, SCM_CREDENTIALS);
    CU_ASSERT_PTR_NOT_NULL_FATAL(control);
    CU_ASSERT_EQUAL_FATAL(control->length, sizeof sender);
    memcpy(&sender, control->value, sizeof sender);
    CU_ASSERT(sender.pid > 0);
    CU_ASSERT_EQUAL(sender.uid, 0);
    close_both(host, fd);
}

/* The hop limit that is sent, the address and interface that it comes by, and when. */
static void try_ipv4(struct host *host)
{
    struct address name, from = {0};
    char buffer[8];
    int ttl = 33;
    int fd = open_self(host, "127.0.0.1", &name);
    struct message given = {
        .name = block_address(&name), .buffer = {block_in("abc", 3)}, .buffers = 1};
    struct message taken = one_buffer(buffer, sizeof buffer, 256);
    taken.name = block_address_out(&from);
    control_add(&given, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl);
    CU_ASSERT_EQUAL(sk_setsockopt(host, fd, IPPROTO_IP, IP_RECVTTL, 1), 0);
    CU_ASSERT_EQUAL(sk_setsockopt(host, fd, IPPROTO_IP, IP_PKTINFO, 1), 0);
    CU_ASSERT_EQUAL(sk_setsockopt(host, fd, IPPROTO_IP, IP_RECVTOS, 1), 0);
    CU_ASSERT_EQUAL(sk_setsockopt(host, fd, SOL_SOCKET, SO_TIMESTAMP, 1), 0);
    CU_ASSERT_EQUAL(sk_sendmsg_whole(host, fd, &given, 0), 3);
    CU_ASSERT_EQUAL(sk_recvmsg_whole(host, fd, &taken, 0), 3);
    from.length = taken.name.length;
    CU_ASSERT(address_equal(&from, &name));
    CU_ASSERT_EQUAL(taken.controls, 4);
    const struct control *control = control_find(&taken, IPPROTO_IP, IP_TTL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(control);
    CU_ASSERT_EQUAL(control->length, sizeof ttl);
    CU_ASSERT_EQUAL(memcmp(control->value, &ttl, sizeof ttl), 0);
    control = control_find(&taken, IPPROTO_IP, IP_PKTINFO);
    CU_ASSERT_PTR_NOT_NULL_FATAL(control);
    const struct in_pktinfo *info = (const void *)control->value;
    CU_ASSERT_EQUAL(control->length, sizeof *info);
    CU_ASSERT_EQUAL(info->ipi_ifindex, 1);
    CU_ASSERT_EQUAL(info->ipi_addr.s_addr, htonl(INADDR_LOOPBACK));
    control = control_find(&taken, IPPROTO_IP, IP_TOS);
    CU_ASSERT_PTR_NOT_NULL_FATAL(control);
    CU_ASSERT_EQUAL(control->length, 1);
    CU_ASSERT_EQUAL(control->value[0], 0);
    control = control_find(&taken, SOL_SOCKET, SCM_TIMESTAMP);
    CU_ASSERT_PTR_NOT_NULL_FATAL(control);
    CU_ASSERT_EQUAL(control->length, sizeof(struct timeval));
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
}

static void try_ipv6(struct host *host)
{
    struct address name;
    char buffer[8];
    int fd = open_self(host, "::1", &name);
    struct message taken = one_buffer(buffer, sizeof buffer, sizeof(struct in6_pktinfo));
    CU_ASSERT_EQUAL(sk_setsockopt(host, fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1), 0);
    CU_ASSERT_EQUAL(sk_sendto(host, fd, "abc", 3, 0, &name), 3);
    CU_ASSERT_EQUAL(sk_recvmsg_whole(host, fd, &taken, 0), 3);
    const struct control *control = control_find(&taken, IPPROTO_IPV6, IPV6_PKTINFO);
    CU_ASSERT_PTR_NOT_NULL_FATAL(control);
    const struct in6_pktinfo *info = (const void *)control->value;
    CU_ASSERT_EQUAL(control->length, sizeof *info);
    CU_ASSERT_EQUAL(info->ipi6_ifindex, 1);
    CU_ASSERT(IN6_IS_ADDR_LOOPBACK(&info->ipi6_addr));
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
}

/* An error that waits in a queue, with the name that it is about. */
static void try_error_queue(struct host *host)
{
    /* struct sock_extended_err, and the offender behind it. */
    struct {
        uint32_t error;
        uint8_t origin, type, code, padding;
        uint32_t info, data;
        struct sockaddr_in offender;
    } found;
    struct address closed, name;
    char buffer[8];
    struct message taken = one_buffer(buffer, sizeof buffer, sizeof found);
    int other = open_self(host, "127.0.0.1", &closed), fd = open_self(host, "127.0.0.1", &name);
    CU_ASSERT_EQUAL(sk_close(host, other), 0);
    CU_ASSERT_EQUAL(sk_setsockopt(host, fd, IPPROTO_IP, IP_RECVERR, 1), 0);
    CU_ASSERT_EQUAL(sk_sendto(host, fd, "abc", 3, 0, &closed), 3);
    await(host, fd, 0);
    CU_ASSERT_EQUAL(sk_recvmsg_whole(host, fd, &taken, MSG_ERRQUEUE), 3);
    CU_ASSERT_EQUAL(taken.flags & MSG_ERRQUEUE, MSG_ERRQUEUE);
    const struct control *control = control_find(&taken, IPPROTO_IP, IP_RECVERR);
    CU_ASSERT_PTR_NOT_NULL_FATAL(control);
    CU_ASSERT_EQUAL_FATAL(control->length, sizeof found);
    memcpy(&found, control->value, sizeof found);
    CU_ASSERT_EQUAL(found.error, ECONNREFUSED);
    CU_ASSERT_EQUAL(found.origin, 2); /* ICMP */
    CU_ASSERT_EQUAL(found.type, 3);   /* destination unreachable */
    CU_ASSERT_EQUAL(found.code, 3);   /* port unreachable */
    CU_ASSERT_EQUAL(found.offender.sin_family, AF_INET);
    CU_ASSERT_EQUAL(found.offender.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
}

/* ---- what is wrong on purpose ---- */

static void try_bad_messages(struct host *host)
{
    struct address name;
    char buffer[8];
    int fd = open_self(host, "127.0.0.1", &name), ttl = 33;
    struct message good = {
        .name = block_address(&name), .buffer = {block_in("abc", 3)}, .buffers = 1};
    struct message bad = good;
    CU_ASSERT_EQUAL(sk_sendmsg_whole(host, fd, NULL, 0), -EFAULT);
    CU_ASSERT_EQUAL(sk_recvmsg_whole(host, fd, NULL, MSG_DONTWAIT), -EFAULT);
    bad.pointer = POINTER_BAD;
    CU_ASSERT_EQUAL(sk_sendmsg_whole(host, fd, &bad, 0), -EFAULT);
    bad = good;
    bad.buffers_pointer = POINTER_BAD;
    CU_ASSERT_EQUAL(sk_sendmsg_whole(host, fd, &bad, 0), -EFAULT);
    bad = good;
    bad.name = block_bad(sizeof(struct sockaddr_in));
    CU_ASSERT_EQUAL(sk_sendmsg_whole(host, fd, &bad, 0), -EFAULT);
    bad = good;
    bad.buffer[0] = block_bad(3);
    CU_ASSERT_EQUAL(sk_sendmsg_whole(host, fd, &bad, 0), -EFAULT);
    bad = good;
    bad.more_buffers = 1024;
    CU_ASSERT_EQUAL(sk_sendmsg_whole(host, fd, &bad, 0), -EMSGSIZE);
    bad = good;
    bad.control_pointer = POINTER_BAD;
    bad.control_room = sizeof ttl;
    CU_ASSERT_EQUAL(sk_sendmsg_whole(host, fd, &bad, 0), -EFAULT);
    bad = good;
    control_add(&bad, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl);
    bad.control[0].length = UINT32_MAX; /* one byte less than the header */
    CU_ASSERT_EQUAL(sk_sendmsg_whole(host, fd, &bad, 0), -EINVAL);
    bad.control[0].length = 2 * CONTROL_VALUE; /* more than there is */
    CU_ASSERT_EQUAL(sk_sendmsg_whole(host, fd, &bad, 0), -EINVAL);
    struct message taken = one_buffer(buffer, sizeof buffer, 0);
    CU_ASSERT_EQUAL(sk_sendmsg_whole(host, fd, &good, 0), 3);
    taken.name = block_null(0);
    taken.control_pointer = POINTER_NULL;
    taken.control_room = 64;
    CU_ASSERT_EQUAL(sk_recvmsg_whole(host, fd, &taken, 0), 3);
    CU_ASSERT_EQUAL(taken.name.length, 0);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
}

/* ---- several messages ---- */

static void try_several(struct host *host)
{
    struct address name, from[3];
    char buffer[3][8];
    int fd = open_self(host, "127.0.0.1", &name);
    struct message *given = calloc(2, sizeof *given), *taken = calloc(3, sizeof *taken);
    struct duration timeout = {.seconds = 5};
    for (int i = 0; i < 2; i++)
        given[i] = (struct message){.name = block_address(&name),
                                    .buffer = {block_in("abc", 3), block_in("de", (size_t)i)},
                                    .buffers = 2};
    for (int i = 0; i < 3; i++) {
        taken[i] = one_buffer(buffer[i], sizeof buffer[i], 0);
        taken[i].name = block_address_out(&from[i]);
    }
    CU_ASSERT_EQUAL(sk_sendmmsg(host, fd, given, 2, 0), 2);
    CU_ASSERT_EQUAL(given[0].count, 3);
    CU_ASSERT_EQUAL(given[1].count, 4);
    CU_ASSERT_EQUAL(sk_recvmmsg(host, fd, taken, 3, MSG_WAITFORONE, &timeout), 2);
    CU_ASSERT_EQUAL(taken[0].count, 3);
    CU_ASSERT_EQUAL(taken[1].count, 4);
    CU_ASSERT_EQUAL(memcmp(buffer[1], "abcd", 4), 0);
    from[1].length = taken[1].name.length;
    CU_ASSERT(address_equal(&from[1], &name));
    CU_ASSERT(timeout.seconds == 4 && timeout.fraction > 0);
    CU_ASSERT_EQUAL(sk_recvmmsg(host, fd, taken, 3, MSG_DONTWAIT, NULL), -EAGAIN);
    timeout.fraction = -1;
    CU_ASSERT_EQUAL(sk_recvmmsg(host, fd, taken, 3, MSG_DONTWAIT, &timeout), -EINVAL);
    struct call bad = {.operation = OP_SENDMMSG, .argument = {fd}, .block = {[1] = block_bad(1)}};
    CU_ASSERT_EQUAL(perform(host, &bad), -EFAULT);
    CU_ASSERT_EQUAL(sk_sendmmsg(host, fd, NULL, 0, 0), 0);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    free(given);
    free(taken);
}

void door_messages(struct host *host)
{
    try_vectors(host);
    try_bad_vectors(host);
    try_buffers(host);
    try_descriptors(host);
    try_cut_control(host);
    try_credentials(host);
    try_ipv4(host);
    try_ipv6(host);
    try_error_queue(host);
    try_bad_messages(host);
    try_several(host);
}
