/* Text that others wrote. */
#ifndef SOCKSPEC_CLEAN_TEXT_H
#define SOCKSPEC_CLEAN_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* How many bytes the UTF-8 character at text, which has an end, takes; 0 if it is none, or a
 * control character, or none that XML allows. */
size_t text_character(const char *text);

/* Takes a text over as one line of whole UTF-8 characters, as much of it as there is room for: what
 * is no such character becomes '?', an end of line " | ", and none is left at either end. */
void text_take(char *to, size_t size, const char *from);

/* Prints so many bytes of a text, which has an end, without letting them control a terminal: what
 * is no character, or a control character other than a tab, becomes "\x1b". */
void text_print(FILE *stream, const char *text, size_t length);

/* Prints one line in the same way, ends of lines in it included, and its end. */
void print_line(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
