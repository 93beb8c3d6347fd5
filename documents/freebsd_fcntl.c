/* FreeBSD fcntl(2), as to the flags of sockets and their descriptors, and who owns them. */
#include "documents/document.h"

REQUIREMENTS(freebsd_fcntl_2, "freebsd.fcntl.2",
             {"freebsd.fcntl.2.getfd", "DESCRIPTION F_GETFD", REQ_DOCUMENTED,
              "F_GETFD gets the close-on-exec flag of the descriptor, the bit FD_CLOEXEC."},
             {"freebsd.fcntl.2.setfd", "DESCRIPTION F_SETFD", REQ_DOCUMENTED,
              "F_SETFD sets the close-on-exec flag of the descriptor to 0 or FD_CLOEXEC."},
             {"freebsd.fcntl.2.getfl", "DESCRIPTION F_GETFL", REQ_DOCUMENTED,
              "F_GETFL gets the status flags of the descriptor, O_NONBLOCK among them."},
             {"freebsd.fcntl.2.setfl", "DESCRIPTION F_SETFL", REQ_DOCUMENTED,
              "F_SETFL sets the status flags of the descriptor, O_NONBLOCK among them."},
             {"freebsd.fcntl.2.setown", "DESCRIPTION F_SETOWN", REQ_DOCUMENTED,
              "F_SETOWN sets the process that gets SIGIO and SIGURG, or, negative, the group."},
             {"freebsd.fcntl.2.returns", "RETURN VALUES", REQ_DOCUMENTED,
              "F_SETFD and F_SETFL return another value than -1.", .when = "they succeed"},
             {"freebsd.fcntl.2.returns-minus-one", "RETURN VALUES", REQ_DOCUMENTED,
              "fcntl() returns -1 and sets errno when it fails."},
             {"freebsd.fcntl.2.ebadf", "ERRORS EBADF", REQ_DOCUMENTED,
              "fcntl() fails with EBADF on a number that is not a valid open descriptor."},
             {"freebsd.fcntl.2.einval-command", "ERRORS EINVAL", REQ_DOCUMENTED,
              "fcntl() fails with EINVAL if the command is invalid."});
