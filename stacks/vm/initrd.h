/* An initial RAM disk: the files that a kernel starts with. */
#ifndef SOCKSPEC_INITRD_H
#define SOCKSPEC_INITRD_H

#include <stdbool.h>

/* A new one, in memory; -1 with errno. Its descriptor goes to the kernel's loader as
 * /proc/self/fd/N. */
int initrd_create(void);

/* Adds a directory or a copy of a file, by a name without leading slash; directories first. False
 * with errno. */
bool initrd_add_directory(int initrd, const char *name);
bool initrd_add_file(int initrd, const char *name, const char *path);

/* Completes it. */
bool initrd_finish(int initrd);

#endif
