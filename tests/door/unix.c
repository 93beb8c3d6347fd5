/* Sockets of AF_UNIX and their names, through a door. */
#include "tests/door/unix.h"

#include "hosts/files.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum {
    NOBODY = 65534,
    PATH = offsetof(struct sockaddr_un, sun_path),
    PATH_MOST = sizeof((struct sockaddr_un *)NULL)->sun_path,
};

static int bound(struct host *host, int type, const struct address *name)
{
    int fd = sk_socket(host, AF_UNIX, type, 0);
    CU_ASSERT_EQUAL(sk_bind(host, fd, name), 0);
    return fd;
}

/* Binds a name and asserts what it is said to be then: every byte of it. */
static void bind_gives(struct host *host, const struct address *name, const struct address *said)
{
    struct address found;
    int fd = bound(host, SOCK_STREAM, name);
    CU_ASSERT_EQUAL(sk_getsockname(host, fd, &found), 0);
    CU_ASSERT_EQUAL(found.length, said->length);
    CU_ASSERT_EQUAL(memcmp(&found.storage, &said->storage, said->length), 0);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
}

static int bind_alone(struct host *host, const struct address *name)
{
    int fd = sk_socket(host, AF_UNIX, SOCK_STREAM, 0);
    int result = sk_bind(host, fd, name);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    return result;
}

static int connect_alone(struct host *host, const struct address *name)
{
    int fd = sk_socket(host, AF_UNIX, SOCK_STREAM, 0);
    int result = sk_connect(host, fd, name);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    return result;
}

static void exchange(struct host *host, int from, int to)
{
    char data[8] = "";
    CU_ASSERT_EQUAL(sk_send(host, from, "one", 3, 0), 3);
    CU_ASSERT_EQUAL(sk_recv(host, to, data, sizeof data, 0), 3);
    CU_ASSERT_STRING_EQUAL(data, "one");
}

/* ---- names as values ---- */

static struct address with_length(struct address name, size_t length)
{
    name.length = (socklen_t)length;
    return name;
}

static void texts(void)
{
    struct address path = address_unix("a/b"), odd = address_unix("a\"\n");
    struct address abstract = address_abstract("x y\0z", 5), none = address_unnamed();
    struct address cut = with_length(path, PATH + 2), long_one = with_length(path, PATH + 20);
    CU_ASSERT_EQUAL(path.length, PATH + 4);
    CU_ASSERT_EQUAL(abstract.length, PATH + 6);
    CU_ASSERT_EQUAL(none.length, PATH);
    CU_ASSERT_STRING_EQUAL(address_text(&path), "\"a/b\"");
    CU_ASSERT_STRING_EQUAL(address_text(&odd), "\"a\\x22\\x0a\"");
    CU_ASSERT_STRING_EQUAL(address_text(&abstract), "@x\\x20y\\x00z");
    CU_ASSERT_STRING_EQUAL(address_text(&none), "unnamed");
    CU_ASSERT_STRING_EQUAL(address_text(&cut), "\"a/\" (length 4)");
    CU_ASSERT_STRING_EQUAL(address_text(&long_one), "\"a/b\" (length 22)");
}

static void equality(void)
{
    struct address path = address_unix("a"), other = address_unix("b"), none = address_unnamed();
    struct address without_end = with_length(path, PATH + 1);
    struct address abstract = address_abstract("a", 1), longer = address_abstract("a\0", 2);
    CU_ASSERT_TRUE(address_equal(&path, &path));
    CU_ASSERT_TRUE(address_equal(&path, &without_end));
    CU_ASSERT_FALSE(address_equal(&path, &other));
    CU_ASSERT_FALSE(address_equal(&path, &abstract));
    CU_ASSERT_TRUE(address_equal(&abstract, &abstract));
    CU_ASSERT_FALSE(address_equal(&abstract, &longer));
    CU_ASSERT_TRUE(address_equal(&none, &none));
    CU_ASSERT_FALSE(address_equal(&none, &path));
    CU_ASSERT_FALSE(address_equal(&none, &abstract));
    CU_ASSERT_EQUAL(address_port(&path), 0);
    CU_ASSERT_FALSE(address_is_any(&none));
}

/* ---- lengths ---- */

static void paths(struct host *host)
{
    char text[PATH_MOST + 2];
    struct address name = address_unix("exact");
    bind_gives(host, &name, &name);
    CU_ASSERT_EQUAL(sk_unlink(host, "exact"), 0);

    struct address bare = with_length(name, name.length - 1); /* without the NUL */
    bind_gives(host, &bare, &name);
    CU_ASSERT_EQUAL(sk_unlink(host, "exact"), 0);

    struct address beyond = with_length(name, name.length + 3);
    memcpy(beyond.un.sun_path + 6, "xyz", 3);
    bind_gives(host, &beyond, &name);
    CU_ASSERT_EQUAL(sk_unlink(host, "exact"), 0);

    /* The whole of sun_path, then more than it. */
    memset(text, 'p', sizeof text);
    text[PATH_MOST] = '\0';
    struct address whole = address_unix(text), filled = with_length(whole, PATH + PATH_MOST);
    bind_gives(host, &filled, &whole);
    CU_ASSERT_EQUAL(sk_unlink(host, text), 0);
    CU_ASSERT_EQUAL(bind_alone(host, &whole), -EINVAL);
    struct address longest = with_length(whole, sizeof longest.storage);
    CU_ASSERT_EQUAL(bind_alone(host, &longest), -EINVAL);
}

static void abstract_names(struct host *host)
{
    static const char zeros[PATH_MOST - 1];
    struct address name = address_abstract("\xff\0in\0", 5), shorter;
    int listener = bound(host, SOCK_STREAM, &name);
    CU_ASSERT_EQUAL(sk_listen(host, listener, 1), 0);
    shorter = with_length(name, name.length - 1);
    CU_ASSERT_EQUAL(connect_alone(host, &shorter), -ECONNREFUSED);
    CU_ASSERT_EQUAL(connect_alone(host, &name), 0);
    CU_ASSERT_EQUAL(bind_alone(host, &name), -EADDRINUSE);
    CU_ASSERT_EQUAL(sk_close(host, listener), 0);
    bind_gives(host, &name, &name);

    struct address empty = address_abstract("", 0), full = address_abstract(zeros, sizeof zeros);
    bind_gives(host, &empty, &empty);
    bind_gives(host, &full, &full);
    struct address more = with_length(full, full.length + 1);
    CU_ASSERT_EQUAL(bind_alone(host, &more), -EINVAL);
}

static void no_names(struct host *host)
{
    struct address none = address_unnamed(), found;
    int fd = sk_socket(host, AF_UNIX, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL(sk_getsockname(host, fd, &found), 0);
    CU_ASSERT_EQUAL(found.length, none.length);
    CU_ASSERT_TRUE(address_equal(&found, &none));
    CU_ASSERT_EQUAL(sk_getpeername(host, fd, &found), -ENOTCONN);
    CU_ASSERT_EQUAL(sk_connect(host, fd, &none), -EINVAL);

    /* Bound to no path, it gets five digits in the abstract namespace. */
    CU_ASSERT_EQUAL(sk_bind(host, fd, &none), 0);
    CU_ASSERT_EQUAL(sk_getsockname(host, fd, &found), 0);
    CU_ASSERT_EQUAL(found.length, PATH + 6);
    CU_ASSERT_EQUAL(found.un.sun_path[0], '\0');
    CU_ASSERT_EQUAL(strspn(found.un.sun_path + 1, "0123456789abcdef"), 5);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);

    struct address half = with_length(none, 1), nothing = with_length(none, 0);
    CU_ASSERT_EQUAL(bind_alone(host, &half), -EINVAL);
    CU_ASSERT_EQUAL(bind_alone(host, &nothing), -EINVAL);
}

/* A name for which there is less room than it has. */
static void cut_names(struct host *host)
{
    struct address name = address_unix("cut"), found;
    int fd = bound(host, SOCK_DGRAM, &name);
    memset(&found, 'f', sizeof found);
    CU_ASSERT_EQUAL(sk_getsockname_within(host, fd, &found, PATH + 2), 0);
    CU_ASSERT_EQUAL(found.length, name.length);
    CU_ASSERT_EQUAL(memcmp(found.un.sun_path, "cuff", 4), 0);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    CU_ASSERT_EQUAL(sk_unlink(host, "cut"), 0);
}

/* ---- sockets ---- */

static void streams(struct host *host)
{
    struct address name = address_unix("stream"), none = address_unnamed(), found;
    struct file_status status;
    int listener = bound(host, SOCK_STREAM, &name);
    CU_ASSERT_EQUAL(connect_alone(host, &name), -ECONNREFUSED);
    CU_ASSERT_EQUAL(sk_listen(host, listener, 1), 0);
    int fds[2] = {sk_socket(host, AF_UNIX, SOCK_STREAM, 0), -1};
    CU_ASSERT_EQUAL(sk_connect(host, fds[0], &name), 0);
    fds[1] = sk_accept(host, listener, &found);
    CU_ASSERT_TRUE(address_equal(&found, &none));
    CU_ASSERT_EQUAL(found.length, none.length);
    CU_ASSERT_EQUAL(sk_getpeername(host, fds[0], &found), 0);
    CU_ASSERT_TRUE(address_equal(&found, &name));
    CU_ASSERT_EQUAL(sk_getsockname(host, fds[1], &found), 0);
    CU_ASSERT_TRUE(address_equal(&found, &name));
    exchange(host, fds[0], fds[1]);
    exchange(host, fds[1], fds[0]);
    CU_ASSERT_EQUAL(sk_close(host, fds[0]), 0);
    CU_ASSERT_EQUAL(sk_close(host, fds[1]), 0);

    /* The path outlives the socket. */
    CU_ASSERT_EQUAL(sk_stat(host, "stream", &status), 0);
    CU_ASSERT_EQUAL(status.mode & S_IFMT, S_IFSOCK);
    CU_ASSERT_EQUAL(sk_open(host, "stream", O_RDWR, 0), -ENXIO);
    CU_ASSERT_EQUAL(sk_close(host, listener), 0);
    CU_ASSERT_EQUAL(connect_alone(host, &name), -ECONNREFUSED);
    CU_ASSERT_EQUAL(bind_alone(host, &name), -EADDRINUSE);
    CU_ASSERT_EQUAL(sk_unlink(host, "stream"), 0);
    CU_ASSERT_EQUAL(connect_alone(host, &name), -ENOENT);
    CU_ASSERT_EQUAL(bind_alone(host, &name), 0);
    CU_ASSERT_EQUAL(sk_unlink(host, "stream"), 0);
}

static void datagrams(struct host *host)
{
    char data[8] = "";
    struct address to = address_unix("to"), from = address_abstract("from", 4), found;
    int receiver = bound(host, SOCK_DGRAM, &to), sender = bound(host, SOCK_DGRAM, &from);
    CU_ASSERT_EQUAL(sk_sendto(host, sender, "abcd", 4, 0, &to), 4);
    CU_ASSERT_EQUAL(sk_recvfrom(host, receiver, data, 2, 0, &found), 2);
    CU_ASSERT_STRING_EQUAL(data, "ab");
    CU_ASSERT_TRUE(address_equal(&found, &from));
    CU_ASSERT_EQUAL(sk_close(host, sender), 0);

    /* One without a name has none to give. */
    sender = sk_socket(host, AF_UNIX, SOCK_DGRAM, 0);
    CU_ASSERT_EQUAL(sk_connect(host, sender, &to), 0);
    CU_ASSERT_EQUAL(sk_send(host, sender, "", 0, 0), 0);
    CU_ASSERT_EQUAL(sk_recvfrom(host, receiver, data, sizeof data, 0, &found), 0);
    CU_ASSERT_EQUAL(found.length, 0);
    CU_ASSERT_EQUAL(sk_sendto(host, receiver, "x", 1, 0, &from), -ECONNREFUSED);
    CU_ASSERT_EQUAL(sk_close(host, sender), 0);
    CU_ASSERT_EQUAL(sk_close(host, receiver), 0);
    CU_ASSERT_EQUAL(sk_unlink(host, "to"), 0);
}

static void packets(struct host *host)
{
    char data[8] = "";
    struct address none = address_unnamed(), found;
    int fds[2];
    CU_ASSERT_EQUAL(sk_socketpair(host, AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
    CU_ASSERT_EQUAL(sk_send(host, fds[0], "ab", 2, 0), 2);
    CU_ASSERT_EQUAL(sk_send(host, fds[0], "cde", 3, 0), 3);
    CU_ASSERT_EQUAL(sk_recv(host, fds[1], data, sizeof data, 0), 2);
    CU_ASSERT_EQUAL(sk_recv(host, fds[1], data, sizeof data, 0), 3);
    CU_ASSERT_STRING_EQUAL(data, "cde");
    CU_ASSERT_EQUAL(sk_getpeername(host, fds[0], &found), 0);
    CU_ASSERT_TRUE(address_equal(&found, &none));
    CU_ASSERT_EQUAL(sk_close(host, fds[0]), 0);
    CU_ASSERT_EQUAL(sk_recv(host, fds[1], data, sizeof data, 0), 0);
    CU_ASSERT_EQUAL(sk_close(host, fds[1]), 0);
}

/* ---- paths are files ---- */

static void permissions(struct host *host)
{
    struct address device = address_unix("/dev/null"), own = address_unix("own");
    struct file_status status = {0};
    CU_ASSERT_EQUAL(bind_alone(host, &device), -EADDRINUSE);
    CU_ASSERT_EQUAL(connect_alone(host, &device), -ECONNREFUSED);

    int before = sk_umask(host, 077);
    int listener = bound(host, SOCK_STREAM, &own);
    CU_ASSERT_EQUAL(sk_umask(host, before), 077);
    CU_ASSERT_EQUAL(sk_stat(host, "own", &status), 0);
    CU_ASSERT_EQUAL(status.mode, S_IFSOCK | 0700);
    CU_ASSERT_EQUAL(sk_listen(host, listener, 4), 0);
    CU_ASSERT_EQUAL(sk_seteuid(host, NOBODY), 0);
    CU_ASSERT_EQUAL(connect_alone(host, &own), -EACCES);
    CU_ASSERT_EQUAL(sk_seteuid(host, 0), 0);
    CU_ASSERT_EQUAL(sk_chmod(host, "own", 0), 0);
    CU_ASSERT_EQUAL(connect_alone(host, &own), 0); /* the superuser may */

    struct address link = address_unix("link");
    CU_ASSERT_EQUAL(sk_symlink(host, "own", "link"), 0);
    CU_ASSERT_EQUAL(connect_alone(host, &link), 0);
    CU_ASSERT_EQUAL(bind_alone(host, &link), -EADDRINUSE);
    CU_ASSERT_EQUAL(sk_close(host, listener), 0);
    CU_ASSERT_EQUAL(sk_unlink(host, "link"), 0);
    CU_ASSERT_EQUAL(sk_unlink(host, "own"), 0);
}

void door_unix(struct host *host)
{
    texts();
    equality();
    paths(host);
    abstract_names(host);
    no_names(host);
    cut_names(host);
    streams(host);
    datagrams(host);
    packets(host);
    permissions(host);
}
