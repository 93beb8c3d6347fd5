#include "stacks/host/kernel.h"

#include "calls/address.h"
#include "calls/perform.h"
#include "lab/diag.h"
#include "lab/namespace.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

struct kernel {
    struct door door;
    int netns;
    struct diag *diag; /* opened at the first question */
};

static atomic_bool altered;

bool kernel_altered_process(void)
{
    return atomic_load(&altered);
}

void kernel_alters_process(void)
{
    atomic_store(&altered, true);
}

/* To close such a socket may take as long as it says, but not when its process ends. */
static bool has_close_wait(const struct call *call)
{
    struct linger linger;
    const struct block *value = &call->block[3];
    if (call->operation != OP_SETSOCKOPT || call->argument[1] != SOL_SOCKET ||
        call->argument[2] != SO_LINGER || !value->bytes || value->length < sizeof linger)
        return false;
    memcpy(&linger, value->bytes, sizeof linger);
    return linger.l_onoff && linger.l_linger != 0;
}

static bool alters_process(const struct call *call)
{
    enum operation operation = call->operation;
    return operation == OP_SIGACTION || operation == OP_KILL || operation == OP_SETEUID ||
           operation == OP_SETEGID || operation == OP_DROP_CAPABILITY || operation == OP_UMASK ||
           operation == OP_SETRLIMIT || has_close_wait(call);
}

int kernel_state(struct diag **diag, int netns, const struct call *call)
{
    struct address end[2] = {0};
    if (!*diag)
        *diag = diag_open(netns);
    if (!*diag)
        return -1;
    for (size_t i = 0; i < 2; i++) {
        const struct block *name = &call->block[i];
        /* The name may be what an implementation gave, with a length that it made up. */
        if (!name->bytes || name->length > sizeof end[i].storage) {
            errno = EINVAL;
            return -1;
        }
        memcpy(&end[i].storage, name->bytes, name->length);
        end[i].length = name->length;
    }
    return diag_state(*diag, &end[0], &end[1]);
}

static int64_t dispatch_kernel(void *context, struct call *call)
{
    struct kernel *kernel = context;
    if (alters_process(call))
        kernel_alters_process();
    if (call->operation == OP_TCP_STATE)
        return kernel_state(&kernel->diag, kernel->netns, call);
    if (call->operation == OP_SOCKET || call->operation == OP_SOCKETPAIR ||
        call->operation == OP_GETADDRINFO || call->operation == OP_GETNAMEINFO ||
        call->operation == OP_IF_NAMETOINDEX || call->operation == OP_IF_INDEXTONAME ||
        call->operation == OP_IF_NAMEINDEX)
        namespace_enter(kernel->netns);
    return perform_call(call);
}

static void perform(struct door *door, struct call *call)
{
    struct kernel *kernel = (struct kernel *)door;
    struct caller *caller = this_caller;
    if (caller)
        atomic_store(&caller->inside, true);
    call_run(call, dispatch_kernel, kernel);
    if (caller)
        atomic_store(&caller->inside, false);
}

static void interrupt(struct door *door, struct caller *caller)
{
    (void)door;
    pthread_kill(caller->thread, SIGUSR1);
}

/* A thread that sleeps inside a call waits in it: nothing else on its way sleeps. */
static bool waits(struct door *door, struct caller *caller)
{
    char text[256];
    (void)door;
    if (!atomic_load(&caller->inside))
        return false;
    ssize_t length = pread(caller->status, text, sizeof text - 1, 0);
    if (length <= 0)
        return false;
    text[length] = '\0';
    const char *state = strrchr(text, ')');
    return state && strncmp(state, ") S", 3) == 0 && atomic_load(&caller->inside);
}

static void close_kernel(struct door *door)
{
    struct kernel *kernel = (struct kernel *)door;
    if (kernel->diag)
        diag_close(kernel->diag);
    free(kernel);
}

/* What an agent here would say of itself. */
static const char *system_name(void)
{
    static char name[256];
    struct utsname system;
    if (uname(&system) == 0)
        snprintf(name, sizeof name, "%.60s %.60s, glibc %s", system.sysname, system.release,
                 gnu_get_libc_version());
    return name;
}

struct door *kernel_open(int netns)
{
    static const struct door_operations operations = {
        .perform = perform, .interrupt = interrupt, .waits = waits, .close = close_kernel};
    struct kernel *kernel = calloc(1, sizeof *kernel);
    if (!kernel)
        abort();
    kernel->door =
        (struct door){.operations = &operations, .lacks = "fork exec", .system = system_name()};
    kernel->netns = netns;
    return &kernel->door;
}
