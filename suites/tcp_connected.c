/* connect() on a stream socket that has a connection already. */
#include "harness/suite.h"

MUTANT_ERROR(connects_again, OP_CONNECT, EISCONN, 0)

RULE(already_connected, "tcp.connect.already-connected",
     .statement = "connect() on a stream socket that is connected fails with EISCONN.",
     .level = SHALL,
     .sources = {{"POSIX.1-2017", "XSH connect(), ERRORS"},
                 {"connect(2)", "ERRORS"},
                 {"z/OS Communications Server IP Sockets API Guide", "CONNECT, ERRNO 56 EISCONN"}},
     .outcome = {"EISCONN", "EISCONN", "EISCONN", "EISCONN"},
     .mutant = {"connect() on a connected socket succeeds", connects_again});

CASE(already_connected, same_address, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .role = ANY_ROLE, .mode = ANY_MODE)
{
    struct connection c = connected_pair(t);
    set_nonblocking(t, iut, c.iut, t->mode == NONBLOCKING);
    observe_result(sk_connect(iut, c.iut, &c.peer_name));
}
