#include "stacks/agent/program/family.h"

#include "stacks/agent/program/agent.h"
#include "stacks/agent/program/stream.h"
#include "stacks/agent/program/tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 16 };

static struct child {
    uint32_t process;
    pid_t pid;
    int stream; /* ours, to it */
    int status;
    bool ended;
} children[CHILDREN];

static size_t count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t change = PTHREAD_COND_INITIALIZER;

static void tell_of_end(const struct child *child)
{
    struct frame frame = answer_begin();
    frame_put_number(&frame, child->status > 128 ? child->status - 128 : 0);
    const struct frame_header header = {FRAME_DIED, child->process, 0};
    write_whole(stream_output(), frame.bytes, frame_complete(&frame, &header));
    stream_unlock();
}

static bool has_ended(const struct child *child)
{
    pthread_mutex_lock(&lock);
    bool ended = child->ended;
    pthread_mutex_unlock(&lock);
    return ended;
}

static void note_end(struct child *child)
{
    int status = 0;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    pthread_mutex_lock(&lock);
    child->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    child->ended = true;
    pthread_cond_broadcast(&change);
    pthread_mutex_unlock(&lock);
    tell_of_end(child);
}

/* Passes on what a child says, until it has ended. */
static void *relay(void *argument)
{
    struct child *child = argument;
    unsigned char *frame = malloc(FRAME_HEADER + FRAME_MOST);
    struct frame_header header;
    while (frame && read_whole(child->stream, frame, FRAME_HEADER) == FRAME_HEADER) {
        int length = frame_read_header(frame, &header);
        if (length < 0 ||
            read_whole(child->stream, frame + FRAME_HEADER, (size_t)length) != (size_t)length)
            break;
        stream_pass(frame, FRAME_HEADER + (size_t)length);
    }
    free(frame);
    note_end(child);
    return NULL;
}

static bool start_relay(struct child *child)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int error = pthread_create(&thread, &attributes, relay, child);
    pthread_attr_destroy(&attributes);
    return error == 0;
}

/* Moves a descriptor away from the numbers that a case's have. */
static int move_away(int fd)
{
    int moved = descriptor_away(fd);
    close(fd);
    return moved;
}

static void become_child(int end, uint32_t process)
{
    end_with_parent();
    for (size_t i = 0; i < count; i++)
        close(children[i].stream);
    count = 0;
    close(stream_input());
    if (stream_output() != stream_input())
        close(stream_output());
    tasks_forget();
    stream_open(end, end, process);
}

bool family_fork(struct call *call)
{
    int ends[2];
    if (count == CHILDREN || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        call_fail(call, EAGAIN);
        return true;
    }
    ends[0] = move_away(ends[0]);
    ends[1] = move_away(ends[1]);
    /* Nobody may hold a lock that the child would find held for ever. */
    stream_lock();
    tasks_lock();
    pthread_mutex_lock(&lock);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        become_child(ends[1], (uint32_t)call->argument[0]);
    }
    pthread_mutex_unlock(&lock);
    tasks_unlock();
    stream_unlock();
    if (pid == 0)
        return false;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        call_fail(call, errno);
        return true;
    }
    struct child *child = &children[count++];
    *child = (struct child){.process = (uint32_t)call->argument[0], .pid = pid, .stream = ends[0]};
    if (start_relay(child))
        call_succeed(call, pid);
    else
        call_fail(call, EAGAIN);
    return true;
}

/* Who sends something to a child that has ended learns it once more, instead of nothing. */
static void pass_to(const struct child *child, const struct frame *header, const struct frame *body)
{
    if (has_ended(child)) {
        tell_of_end(child);
        return;
    }
    write_whole(child->stream, header->bytes, FRAME_HEADER);
    write_whole(child->stream, body->bytes, body->size);
}

void family_pass(const struct frame_header *header, const struct frame *body)
{
    unsigned char bytes[FRAME_HEADER];
    struct frame frame = {.bytes = bytes, .at = FRAME_HEADER + body->size};
    frame_complete(&frame, header);
    /* To the child itself, else to each: one of them may be its parent. */
    for (size_t i = 0; i < count; i++)
        if (children[i].process == header->process) {
            pass_to(&children[i], &frame, body);
            return;
        }
    for (size_t i = 0; i < count; i++)
        if (!has_ended(&children[i]))
            pass_to(&children[i], &frame, body);
}

void family_await(struct call *call)
{
    int status = 0;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count; i++) {
        while (!children[i].ended)
            pthread_cond_wait(&change, &lock);
        status = children[i].status;
    }
    pthread_mutex_unlock(&lock);
    if (count)
        call_succeed(call, status);
    else
        call_fail(call, ECHILD);
}

/* ---- exec() ---- */

/* Starts this program again. By its own name: where another program runs this one, as an emulator
 * does, the other is what /proc/self/exe starts. Gives an errno. */
static int start_again(char *const words[])
{
    static const char self[] = "/proc/self/exe";
    char path[4096];
    ssize_t length = readlink(self, path, sizeof path - 1);
    if (length < 0)
        return LACKING;
    path[length] = '\0';
    execv(path, words);
    if (errno == ENOENT) /* it was removed, or is of another mount namespace */
        execv(self, words);
    return errno == ENOEXEC ? LACKING : errno;
}

static void keep_on_exec(bool keep)
{
    fcntl(stream_input(), F_SETFD, keep ? 0 : FD_CLOEXEC);
    fcntl(stream_output(), F_SETFD, keep ? 0 : FD_CLOEXEC);
}

void family_exec(struct call *call, uint32_t id)
{
    char input[16], output[16], process[16], number[16];
    char name[] = "sockspec-agent", resume[] = "--resume";
    char *const words[] = {name, resume, input, output, process, number, NULL};
    snprintf(input, sizeof input, "%d", stream_input());
    snprintf(output, sizeof output, "%d", stream_output());
    snprintf(process, sizeof process, "%u", (unsigned)stream_process());
    snprintf(number, sizeof number, "%u", (unsigned)id);
    stream_lock();
    keep_on_exec(true);
    call_fail(call, start_again(words));
    keep_on_exec(false);
    stream_unlock();
}

static int resume(int number, char **words)
{
    struct call done = {.operation = OP_EXEC};
    if (number != 4)
        return 2;
    stream_open(atoi(words[0]), atoi(words[1]), (uint32_t)strtoul(words[2], NULL, 10));
    for (int i = 0; i < 2; i++)
        fcntl(atoi(words[i]), F_SETFD, FD_CLOEXEC);
    implementation_resume();
    task_answer((uint32_t)strtoul(words[3], NULL, 10), &done);
    return agent_continue() == AGENT_CONFUSED ? CONFUSED : 0;
}

void family_resume_if_asked(int number, char **words)
{
    if (number > 2 && strcmp(words[1], "--resume") == 0)
        _exit(resume(number - 2, words + 2));
}
