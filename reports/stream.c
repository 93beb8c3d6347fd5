#include "reports/stream.h"

#include "calls/clock.h"
#include "lab/stop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

struct stream {
    int fd;
    int error; /* the first one */
    struct stream *next;
};

/* Those that are open. A process that ends in the middle of a case leaves them, and no sanitizer
 * takes what stands here for lost. */
static struct stream *streams;

bool stream_write(int fd, const char *text, size_t size)
{
    enum { PATIENCE = 1000000000 };
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    for (int64_t since = 0; size > 0;) {
        ssize_t n = write(fd, text, size);
        if (n > 0) {
            text += n;
            size -= (size_t)n;
            since = 0;
            continue;
        }
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return false;
        if (n < 0 && errno == EAGAIN)
            poll(&room, 1, -1);
        if (!stop_asked())
            continue;
        since = since ? since : clock_now();
        if (clock_now() - since > PATIENCE) {
            errno = EINTR;
            return false;
        }
    }
    return true;
}

static ssize_t put(void *cookie, const char *text, size_t size)
{
    struct stream *stream = cookie;
    if (!stream->error && !stream_write(stream->fd, text, size))
        stream->error = errno;
    errno = stream->error;
    return stream->error ? 0 : (ssize_t)size;
}

static int end(void *cookie)
{
    struct stream *stream = cookie;
    int result = close(stream->fd);
    struct stream **at = &streams;
    while (*at != stream)
        at = &(*at)->next;
    *at = stream->next;
    free(stream);
    return result;
}

FILE *stream_on(int fd)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        abort();
    stream->fd = fd;
    stream->next = streams;
    streams = stream;
    FILE *file = fopencookie(stream, "w", (cookie_io_functions_t){.write = put, .close = end});
    if (!file)
        abort();
    return file;
}
