#include "reports/compare.h"

#include <stdlib.h>
#include <string.h>

/* The page, as it stands in reports/compare.html; the comparison replaces the word. */
__asm__(".section .rodata\n"
        "compare_page:\n"
        ".incbin \"" SOCKSPEC_SOURCE "/reports/compare.html\"\n"
        "compare_page_end: .byte 0\n"
        ".previous\n");
extern const char compare_page[], compare_page_end[];
static const char word[] = "@DATA@";

/* JSON in a script element: what would end the element is escaped. */
static void write_data(FILE *file, const char *text)
{
    for (; *text; text++)
        if (*text == '<')
            fputs("\\u003c", file);
        else
            fputc(*text, file);
}

void compare_print_html(FILE *stream, const json_t *comparison)
{
    char *data = json_dumps(comparison, JSON_COMPACT);
    const char *at = strstr(compare_page, word);
    if (!data)
        abort();
    fwrite(compare_page, 1, (size_t)(at - compare_page), stream);
    write_data(stream, data);
    at += strlen(word);
    fwrite(at, 1, (size_t)(compare_page_end - at), stream);
    free(data);
}
