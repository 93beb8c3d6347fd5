/* The process's identity, its limits and the mask of modes, through a door. */
#include "tests/door/process.h"

#include "hosts/files.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { NOBODY = 65534 };

static void modes(struct host *host)
{
    struct file_status status;
    int before = sk_umask(host, 027);
    int fd = sk_open(host, "masked", O_WRONLY | O_CREAT, 0666);
    CU_ASSERT_EQUAL(sk_umask(host, before), 027);
    CU_ASSERT_EQUAL(sk_fstat(host, fd, &status), 0);
    CU_ASSERT_EQUAL(status.mode, S_IFREG | 0640);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    CU_ASSERT_EQUAL(sk_unlink(host, "masked"), 0);
}

static void limits(struct host *host)
{
    struct limits before = {0}, found = {0};
    int fd = sk_socket(host, AF_INET, SOCK_DGRAM, 0), next = sk_dup(host, fd);
    CU_ASSERT_EQUAL(sk_close(host, next), 0);
    CU_ASSERT_EQUAL(sk_getrlimit(host, RLIMIT_NOFILE, &before), 0);
    CU_ASSERT_TRUE(before.soft > next);
    CU_ASSERT_EQUAL(
        sk_setrlimit(host, RLIMIT_NOFILE, &(struct limits){.soft = next, .hard = before.hard}), 0);
    CU_ASSERT_EQUAL(sk_dup(host, fd), -EMFILE);
    CU_ASSERT_EQUAL(sk_socket(host, AF_INET, SOCK_DGRAM, 0), -EMFILE);
    CU_ASSERT_EQUAL(sk_open(host, ".", O_RDONLY, 0), -EMFILE);
    CU_ASSERT_EQUAL(sk_getrlimit(host, RLIMIT_NOFILE, &found), 0);
    CU_ASSERT_EQUAL(found.soft, next);
    CU_ASSERT_EQUAL(found.hard, before.hard);
    CU_ASSERT_EQUAL(sk_setrlimit(host, RLIMIT_NOFILE, &before), 0);
    CU_ASSERT_EQUAL(sk_setrlimit(host, RLIMIT_NOFILE, &(struct limits){.soft = 9, .hard = 8}),
                    -EINVAL);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);

    const struct limits large = {.soft = INT64_C(1) << 40, .hard = -1};
    CU_ASSERT_EQUAL(sk_getrlimit(host, RLIMIT_FSIZE, &before), 0);
    CU_ASSERT_EQUAL(sk_setrlimit(host, RLIMIT_FSIZE, &large), 0);
    CU_ASSERT_EQUAL(sk_getrlimit(host, RLIMIT_FSIZE, &found), 0);
    CU_ASSERT_EQUAL(found.soft, large.soft);
    CU_ASSERT_EQUAL(found.hard, large.hard);
    CU_ASSERT_EQUAL(sk_setrlimit(host, RLIMIT_FSIZE, &before), 0);
}

static int bind_low_port(struct host *host)
{
    struct address low = address_of("127.0.0.1", 80);
    int fd = sk_socket(host, AF_INET, SOCK_STREAM, 0);
    int result = sk_bind(host, fd, &low);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    return result;
}

static void identity(struct host *host)
{
    struct file_status status;
    CU_ASSERT_TRUE(sk_getpid(host) > 0);
    CU_ASSERT_EQUAL(sk_getpid(host), sk_getpid(host));
    CU_ASSERT_EQUAL(bind_low_port(host), 0);

    CU_ASSERT_EQUAL(sk_setegid(host, NOBODY), 0);
    int fd = sk_open(host, "group", O_WRONLY | O_CREAT, 0600);
    CU_ASSERT_EQUAL(sk_setegid(host, 0), 0);
    CU_ASSERT_EQUAL(sk_fstat(host, fd, &status), 0);
    CU_ASSERT_EQUAL(status.uid, 0);
    CU_ASSERT_EQUAL(status.gid, NOBODY);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);

    CU_ASSERT_EQUAL(sk_seteuid(host, NOBODY), 0);
    CU_ASSERT_EQUAL(bind_low_port(host), -EACCES);
    CU_ASSERT_EQUAL(sk_open(host, "group", O_WRONLY, 0), -EACCES);
    CU_ASSERT_EQUAL(sk_setegid(host, 1), -EPERM);
    CU_ASSERT_EQUAL(sk_seteuid(host, 0), 0);
    CU_ASSERT_EQUAL(bind_low_port(host), 0);
    CU_ASSERT_EQUAL(sk_unlink(host, "group"), 0);
}

static void capabilities(struct host *host)
{
    CU_ASSERT_EQUAL(sk_drop_capability(host, 64), -EINVAL);
    CU_ASSERT_EQUAL(sk_drop_capability(host, CAP_NET_BIND_SERVICE), 0);
    CU_ASSERT_EQUAL(sk_drop_capability(host, CAP_NET_BIND_SERVICE), 0);
    CU_ASSERT_EQUAL(bind_low_port(host), -EACCES);
}

void door_process(struct host *host)
{
    modes(host);
    limits(host);
    identity(host);
    capabilities(host);
}
