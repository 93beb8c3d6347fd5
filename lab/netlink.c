#include "lab/netlink.h"

#include <errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

/* What comes at once is no longer: the kernel fits what it shows to the room that there is, and
 * takes its time for more. */
enum { LONGEST = 8192 };

struct nl_sock *netlink_open(int protocol)
{
    struct nl_sock *socket = nl_socket_alloc();
    if (socket && nl_connect(socket, protocol) == 0 &&
        nl_socket_set_msg_buf_size(socket, LONGEST) == 0) {
        nl_socket_disable_seq_check(socket);
        nl_socket_disable_auto_ack(socket);
        /* It would be asked for its length first, each time. */
        nl_socket_disable_msg_peek(socket);
        return socket;
    }
    nl_socket_free(socket);
    return NULL;
}

struct answer {
    netlink_visit *visit;
    void *context;
    int error;
};

static int take(struct nl_msg *message, void *context)
{
    const struct answer *answer = context;
    if (answer->visit)
        answer->visit(nlmsg_hdr(message), answer->context);
    return NL_OK;
}

static int take_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *context)
{
    (void)from;
    ((struct answer *)context)->error = -error->error;
    return NL_STOP;
}

int netlink_ask(struct nl_sock *socket, int type, int flags, const void *request, size_t size,
                netlink_visit *visit, void *context)
{
    struct answer answer = {visit, context, 0};
    struct nl_msg *message = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);
    struct nl_cb *callbacks = nl_cb_alloc(NL_CB_DEFAULT);
    if (!message || !callbacks ||
        nlmsg_append(message, (void *)request, size, NLMSG_ALIGNTO) != 0) {
        answer.error = ENOMEM;
    } else {
        nl_cb_set(callbacks, NL_CB_VALID, NL_CB_CUSTOM, take, &answer);
        nl_cb_err(callbacks, NL_CB_CUSTOM, take_error, &answer);
        if ((nl_send_auto(socket, message) < 0 || nl_recvmsgs(socket, callbacks) < 0) &&
            !answer.error)
            answer.error = EIO;
    }
    nl_cb_put(callbacks);
    nlmsg_free(message);
    return answer.error;
}
