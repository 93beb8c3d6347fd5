/* Streams to whoever reads what this program prints. */
#ifndef SOCKSPEC_REPORTS_STREAM_H
#define SOCKSPEC_REPORTS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A stream on a descriptor, which it closes in the end. A reader may take the time that it wants
 * until the program is asked to end (lab/stop.h); then one that takes nothing for a second is given
 * up with EINTR. After an error nothing more is written. Aborts without memory. */
FILE *stream_on(int fd);

/* Writes all, with the same patience; false with errno. */
bool stream_write(int fd, const char *text, size_t size);

#endif
