/* Text that is put together piece by piece in a buffer of a given size; what does not fit is cut.
 */
#ifndef SOCKSPEC_TEXT_H
#define SOCKSPEC_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct text {
    char *bytes;
    size_t size; /* of the buffer, the NUL at the end included */
    size_t used;
};

/* An empty text in a buffer; a size of 0 takes nothing. */
struct text text_in(char *bytes, size_t size);

/* Appends, with printf's format. */
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends bytes as a string literal of C, of which at most so many are shown. */
void text_add_bytes(struct text *text, const void *bytes, size_t count, size_t shown);

#endif
