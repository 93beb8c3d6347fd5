/* Before libc: no link can be made, as by a kernel that has none of its kind. */
#include <dlfcn.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <sys/socket.h>

static int makes_link(const struct msghdr *message)
{
    const struct sockaddr *to = message->msg_name;
    const struct nlmsghdr *header = message->msg_iovlen ? message->msg_iov[0].iov_base : NULL;
    return to && to->sa_family == AF_NETLINK && header &&
           message->msg_iov[0].iov_len >= sizeof *header && header->nlmsg_type == RTM_NEWLINK &&
           header->nlmsg_flags & NLM_F_CREATE;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    ssize_t (*real)(int, const struct msghdr *, int) =
        (ssize_t(*)(int, const struct msghdr *, int))dlsym(RTLD_NEXT, "sendmsg");
    if (!makes_link(message))
        return real(fd, message, flags);
    errno = EOPNOTSUPP;
    return -1;
}
