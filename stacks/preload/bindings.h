/* What the dynamic loader makes of a library that stands before the C library. */
#ifndef SOCKSPEC_BINDINGS_H
#define SOCKSPEC_BINDINGS_H

#include <stdbool.h>
#include <stddef.h>

/* Has the loader load a library into a program, which does nothing else, and lists the functions of
 * the program that are the library's then, separated by blanks. False with one line in why if it is
 * refused, or the program does not come up with it. */
bool bindings_find(const char *program, const char *library, char *functions, size_t functions_size,
                   char *why, size_t size);

#endif
