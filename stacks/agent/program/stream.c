#include "stacks/agent/program/stream.h"

#include "calls/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct {
    int input, output;
    uint32_t process;
    volatile unsigned *asked; /* when a frame was read last; NULL: nobody wants to know */
    pthread_mutex_t writing;
    unsigned char request[FRAME_MOST], answer[FRAME_MOST];
} stream = {.writing = PTHREAD_MUTEX_INITIALIZER};

void stream_open(int input, int output, uint32_t process)
{
    stream.input = input;
    stream.output = output;
    stream.process = process;
}

unsigned stream_now(void)
{
    return (unsigned)(clock_now() / 1000000);
}

void stream_tell(volatile unsigned *asked)
{
    *asked = stream_now();
    stream.asked = asked;
}

uint32_t stream_process(void)
{
    return stream.process;
}

int stream_input(void)
{
    return stream.input;
}

int stream_output(void)
{
    return stream.output;
}

size_t read_whole(int fd, void *bytes, size_t count)
{
    size_t done = 0;
    while (done < count) {
        ssize_t n = read(fd, (char *)bytes + done, count - done);
        if (n == 0 || (n < 0 && errno != EINTR))
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    return done;
}

bool write_whole(int fd, const void *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        ssize_t n = write(fd, (const char *)bytes + done, count - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

void stream_lock(void)
{
    pthread_mutex_lock(&stream.writing);
}

void stream_unlock(void)
{
    pthread_mutex_unlock(&stream.writing);
}

struct frame answer_begin(void)
{
    stream_lock();
    return (struct frame){.bytes = stream.answer, .size = sizeof stream.answer, .at = FRAME_HEADER};
}

void answer_end(struct frame *frame, enum frame_type type, uint32_t id)
{
    const struct frame_header header = {type, stream.process, id};
    size_t length = frame_complete(frame, &header);
    if (!write_whole(stream.output, frame->bytes, length) && type != FRAME_ERROR)
        _exit(0); /* nobody listens any more */
    stream_unlock();
}

void stream_pass(const void *bytes, size_t count)
{
    stream_lock();
    write_whole(stream.output, bytes, count);
    stream_unlock();
}

bool complain(const char *what)
{
    fprintf(stderr, "sockspec-agent: %s\n", what);
    struct frame frame = answer_begin();
    size_t length = strlen(what);
    memcpy(frame.bytes + frame.at, what, length);
    frame.at += length;
    answer_end(&frame, FRAME_ERROR, 0);
    return false;
}

int stream_read(struct frame_header *header, struct frame *body)
{
    unsigned char bytes[FRAME_HEADER];
    size_t there = read_whole(stream.input, bytes, sizeof bytes);
    if (there == 0)
        return 0;
    if (stream.asked)
        *stream.asked = stream_now();
    if (there == sizeof bytes) {
        int length = frame_read_header(bytes, header);
        if (length < 0) {
            complain("a frame that makes no sense");
            return -1;
        }
        *body = (struct frame){.bytes = stream.request, .size = (size_t)length};
        if (read_whole(stream.input, stream.request, body->size) == body->size)
            return 1;
    }
    complain("the stream ended within a frame");
    return -1;
}
