/* ioctl(), whose argument is always a pointer here. */
#include "calls/kind.h"
#include "calls/perform.h"

#include <sys/ioctl.h>

int64_t perform_ioctl(struct call *call)
{
    return ioctl(call_fd(call), (unsigned long)call->argument[1], block_pointer(&call->block[2]));
}
