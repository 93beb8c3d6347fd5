#include "calls/text.h"

#include <stdarg.h>
#include <stdio.h>

struct text text_in(char *bytes, size_t size)
{
    if (size)
        bytes[0] = '\0';
    return (struct text){.bytes = bytes, .size = size};
}

void text_add(struct text *text, const char *format, ...)
{
    va_list list;
    if (text->used + 1 >= text->size)
        return;
    va_start(list, format);
    int n = vsnprintf(text->bytes + text->used, text->size - text->used, format, list);
    va_end(list);
    text->used += n > 0 ? (size_t)n : 0;
    if (text->used >= text->size)
        text->used = text->size - 1;
}

void text_add_bytes(struct text *text, const void *bytes, size_t count, size_t shown)
{
    const unsigned char *byte = bytes;
    text_add(text, "\"");
    for (size_t i = 0; i < count && i < shown; i++)
        if (byte[i] >= 0x20 && byte[i] < 0x7f && byte[i] != '"' && byte[i] != '\\')
            text_add(text, "%c", byte[i]);
        else
            text_add(text, "\\x%02x", byte[i]);
    text_add(text, count > shown ? "\"..." : "\"");
}
