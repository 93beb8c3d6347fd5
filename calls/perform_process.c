/* What belongs to the process: its identity, its limits, the mask of modes. */
#define _FILE_OFFSET_BITS 64 /* of limits too */

#include "calls/kind.h"
#include "calls/perform.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

int64_t perform_getpid(struct call *call)
{
    (void)call;
    return getpid();
}

int64_t perform_seteuid(struct call *call)
{
    return seteuid((uid_t)call->argument[0]);
}

int64_t perform_setegid(struct call *call)
{
    return setegid((gid_t)call->argument[0]);
}

int64_t perform_umask(struct call *call)
{
    return umask((mode_t)call->argument[0]);
}

/* ---- capabilities ---- */

#ifdef __linux__

/* The C libraries have these two functions, but not the declarations of theirs and of what they
 * take: those are in the headers of libcap and of the kernel. */
struct capability_header {
    uint32_t version;
    int process; /* 0: this thread */
};

struct capability_sets {
    uint32_t effective, permitted, inheritable;
};

extern int capget(struct capability_header *header, struct capability_sets *sets);
extern int capset(struct capability_header *header, const struct capability_sets *sets);

enum { CAPABILITIES_V3 = 0x20080522 };

/* Gives one up for good. Only this thread and those that it will start lose it. */
int64_t perform_drop_capability(struct call *call)
{
    struct capability_header header = {.version = CAPABILITIES_V3};
    struct capability_sets sets[2] = {0};
    if (call->argument[0] < 0 || call->argument[0] >= 64) {
        errno = EINVAL;
        return -1;
    }
    if (capget(&header, sets) < 0)
        return -1;
    struct capability_sets *half = &sets[call->argument[0] / 32];
    uint32_t others = ~(UINT32_C(1) << call->argument[0] % 32);
    half->effective &= others;
    half->permitted &= others;
    half->inheritable &= others;
    return capset(&header, sets);
}

#else

int64_t perform_drop_capability(struct call *call)
{
    (void)call;
    return perform_lacking();
}

#endif

/* ---- limits ---- */

static int64_t limit_out(rlim_t limit)
{
    return limit == (rlim_t)RLIM_INFINITY ? -1 : (int64_t)limit;
}

static rlim_t limit_in(int64_t limit)
{
    return limit < 0 ? (rlim_t)RLIM_INFINITY : (rlim_t)limit;
}

int64_t perform_getrlimit(struct call *call)
{
    const struct block *block = &call->block[1];
    struct limits *limits = block->bytes;
    struct rlimit own;
    if (!limits || block->pointer != POINTER_GOOD)
        return getrlimit(call_int(call, 0), block_pointer(block));
    int64_t result = getrlimit(call_int(call, 0), &own);
    if (result == 0)
        *limits = (struct limits){limit_out(own.rlim_cur), limit_out(own.rlim_max)};
    return result;
}

int64_t perform_setrlimit(struct call *call)
{
    const struct block *block = &call->block[1];
    const struct limits *limits = block->bytes;
    if (!limits || block->pointer != POINTER_GOOD)
        return setrlimit(call_int(call, 0), block_pointer(block));
    const struct rlimit own = {limit_in(limits->soft), limit_in(limits->hard)};
    return setrlimit(call_int(call, 0), &own);
}

/* ---- processes: only an agent has them ---- */

int64_t perform_fork(struct call *call)
{
    (void)call;
    return perform_lacking();
}

int64_t perform_exec(struct call *call)
{
    (void)call;
    return perform_lacking();
}

int64_t perform_await_child(struct call *call)
{
    (void)call;
    return perform_lacking();
}
