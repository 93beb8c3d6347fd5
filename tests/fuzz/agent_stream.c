/* The agent's side of a stream: the loop that serves a case, before an implementation that is none.
 * Whatever comes in, what goes out are whole frames, of the calls that came in or one that says
 * what is wrong. */
#include "stacks/agent/program/agent.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

enum { THREADS = 4096 };

static pthread_t threads[THREADS];
static size_t thread_count;
static int over;      /* readable when the stream has ended */
static sem_t entered; /* by each thread, when its call is under way */
static _Thread_local bool begun;

/* Every thread can be waited for, whatever tasks.c wants, and is in its call before the next frame
 * is read, so that an input always does the same. The linker puts this in place of the function. */
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument)
{
    (void)attributes;
    if (thread_count == THREADS)
        return EAGAIN;
    int error = __real_pthread_create(thread, NULL, run, argument);
    if (error)
        return error;
    threads[thread_count++] = *thread;
    while (sem_wait(&entered) != 0)
        continue;
    return 0;
}

/* ---- an implementation ---- */

void implementation_describe(struct hello *hello)
{
    strcpy(hello->system, "none");
}

void implementation_enter(struct begun *task)
{
    begun = true;
    task->status = 0;
}

enum waiting implementation_waits(const struct begun *task)
{
    return task->status == 0 ? WAITING_YES : WAITING_UNKNOWN;
}

void implementation_leave(struct begun *task)
{
    task->status = -1;
}

void implementation_resume(void)
{
}

bool implementation_forks(void)
{
    return false;
}

static uint32_t at_most(uint32_t size, const struct block *block)
{
    return block->capacity < size ? block->capacity : size;
}

static void fill(struct call *call, enum parameter parameter, struct block *block)
{
    struct readiness *ready = block->bytes;
    switch (parameter) {
    case P_ADDRESS_OUT:
        block->length = 16;
        memset(block->bytes, 2, at_most(16, block));
        break;
    case P_DATA_OUT:
        call->result = block->capacity / 2;
        memset(block->bytes, 'x', (size_t)call->result);
        break;
    case P_TEXT_OUT:
        memset(block->bytes, 'x', block->capacity / 2);
        break;
    case P_VALUE_OUT:
        block->length = at_most(4, block);
        memset(block->bytes, 1, block->length);
        break;
    case P_POLLED:
        for (size_t i = 0; i < block->length / sizeof *ready; i++)
            ready[i].found = ready[i].asked;
        break;
    default:
        break;
    }
}

/* Odd descriptors are bad. A begun call of any other waits to be interrupted, or for the end. */
int64_t implementation_perform(struct call *call)
{
    const struct operation_info *info = operation_info(call->operation);
    struct pollfd end = {.fd = over, .events = POLLIN};
    if (begun)
        sem_post(&entered);
    if (call->argument[0] & 1 || (begun && poll(&end, 1, -1) < 0)) {
        errno = call->argument[0] & 1 ? EBADF : EINTR;
        return -1;
    }
    call_succeed(call, 0);
    for (int i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END; i++)
        if (call->block[i].bytes && call->block[i].pointer == POINTER_GOOD)
            fill(call, info->parameter[i], &call->block[i]);
    return call->result;
}

bool isolate(void)
{
    return false;
}

/* ---- what came out ---- */

struct count {
    size_t results, answers, errors, troubles;
};

static struct count read_output(int fd)
{
    struct count count = {0};
    off_t size = lseek(fd, 0, SEEK_CUR);
    const uint8_t *bytes = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
    HOLDS(bytes != MAP_FAILED);
    for (size_t at = 0; at < (size_t)size;) {
        struct frame_header header;
        int length = (size_t)size - at < FRAME_HEADER ? -1 : frame_read_header(bytes + at, &header);
        HOLDS(length >= 0 && (size_t)length <= (size_t)size - at - FRAME_HEADER);
        HOLDS((at == 0) == (header.type == FRAME_HELLO));
        HOLDS(header.process == 0);
        count.results += header.type == FRAME_RESULT;
        count.answers += header.type == FRAME_ANSWER;
        count.errors += header.type == FRAME_ERROR;
        count.troubles += header.type == FRAME_TROUBLE;
        at += FRAME_HEADER + (size_t)length;
    }
    munmap((void *)bytes, (size_t)size);
    return count;
}

/* The calls and questions that came in before the end, for the process that is there. */
static struct count read_input(const uint8_t *data, size_t size)
{
    struct count count = {0};
    struct piece piece = {0};
    while (piece_next(&data, &size, &piece)) {
        enum frame_type type = piece.header.type;
        piece_free(&piece);
        if (piece.header.process != 0)
            continue;
        if (type == FRAME_NEXT)
            break;
        count.results += type == FRAME_CALL || type == FRAME_BEGIN;
        count.answers += type == FRAME_ASK || type == FRAME_ISOLATE;
    }
    return count;
}

static void ignore(int number)
{
    (void)number;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sigaction action = {.sa_handler = ignore};
    uint64_t one = 1;
    sigaction(SIGUSR1, &action, NULL);
    int input = memory_file(data, size), output = memory_file("", 0);
    over = eventfd(0, EFD_CLOEXEC);
    sem_init(&entered, 0, 0);
    thread_count = 0;
    enum agent_end end = agent_serve_case(input, output);
    HOLDS(write(over, &one, sizeof one) == sizeof one);
    for (size_t i = 0; i < thread_count; i++)
        pthread_join(threads[i], NULL);
    struct count in = read_input(data, size), out = read_output(output);
    HOLDS(out.errors == (end == AGENT_CONFUSED));
    HOLDS(out.results + out.troubles <= in.results && out.answers <= in.answers);
    if (end != AGENT_CONFUSED)
        HOLDS(out.results + out.troubles == in.results && out.answers == in.answers);
    sem_destroy(&entered);
    close(over);
    close(input);
    close(output);
    return 0;
}
