#include "calls/clean_text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

size_t text_character(const char *from)
{
    static const struct {
        unsigned char mask, lead;
        unsigned least;
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    const unsigned char *text = (const unsigned char *)from;
    for (size_t length = 1; length <= 4; length++) {
        if ((text[0] & forms[length - 1].mask) != forms[length - 1].lead)
            continue;
        unsigned code = text[0] & (unsigned char)~forms[length - 1].mask;
        for (size_t i = 1; i < length; i++) {
            if ((text[i] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (text[i] & 0x3f);
        }
        bool allowed = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) && code != 0xfffe &&
                       code != 0xffff && code >= 0x20 && (code < 0x7f || code >= 0xa0);
        return code >= forms[length - 1].least && allowed ? length : 0;
    }
    return 0;
}

void text_take(char *to, size_t size, const char *from)
{
    static const char newline[] = " | ";
    size_t used = 0;
    bool ended = false; /* a line, before what comes next */
    for (; *from; from++) {
        if (*from == '\n' || *from == '\r') {
            ended = used > 0;
            continue;
        }
        size_t length = text_character(from), before = ended ? sizeof newline - 1 : 0;
        if (used + before + (length ? length : 1) >= size)
            break;
        memcpy(to + used, newline, before);
        used += before;
        ended = false;
        if (length) {
            memcpy(to + used, from, length);
            from += length - 1;
        } else {
            to[used] = *from == '\t' ? ' ' : '?';
            length = 1;
        }
        used += length;
    }
    to[used] = '\0';
}

void text_print(FILE *stream, const char *text, size_t length)
{
    for (size_t i = 0, taken; i < length; i += taken ? taken : 1) {
        taken = text[i] == '\t' ? 1 : text_character(text + i);
        if (taken)
            fwrite(text + i, 1, taken, stream);
        else
            fprintf(stream, "\\x%02x", (unsigned char)text[i]);
    }
}

void print_line(FILE *stream, const char *format, ...)
{
    char some[512], *line = some;
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int length = vsnprintf(some, sizeof some, format, list);
    va_end(list);
    if (length >= (int)sizeof some && (line = malloc((size_t)length + 1)))
        vsnprintf(line, (size_t)length + 1, format, again);
    va_end(again);
    if (!line)
        line = some; /* its beginning */
    if (length > 0)
        text_print(stream, line, strlen(line));
    fputc('\n', stream);
    if (line != some)
        free(line);
}
