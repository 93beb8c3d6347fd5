/* The end of a line: a link-layer address on the peer's end of a link that no kernel owns. What is
 * sent there is read here as frames, and nothing answers by itself. */
#ifndef SOCKSPEC_LAB_LINE_H
#define SOCKSPEC_LAB_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct line_end;

/* On an interface of a network namespace, for frames to this link-layer address and to groups.
 * NULL with errno. One lives as long as its network, since the kernel takes its time to close it.
 */
struct line_end *line_open(int netns, unsigned ifindex, const unsigned char hardware[6]);

void line_close(struct line_end *line);

/* Its descriptor, readable when there is a frame; and its link-layer address. */
int line_descriptor(const struct line_end *line);
const unsigned char *line_hardware(const struct line_end *line);

/* The next frame that is there, with the time at which it came (of clock_now()), and whether its
 * sender left the checksum to hardware. Gives its size, 0 if there is none, -1 with errno. */
int line_read(struct line_end *line, void *frame, size_t room, int64_t *time,
              bool *checksum_is_later);

/* Sends a frame; false with errno. */
bool line_write(struct line_end *line, const void *frame, size_t size);

/* Throws away what has come. */
void line_empty(struct line_end *line);

#endif
