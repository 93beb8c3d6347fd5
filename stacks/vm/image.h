/* A kernel image and the modules that it needs for the devices of our virtual machine. */
#ifndef SOCKSPEC_IMAGE_H
#define SOCKSPEC_IMAGE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

enum { IMAGE_MODULES = 12 };

struct image {
    char kernel[PATH_MAX];
    size_t module_count; /* in the order in which they are loaded */
    char path[IMAGE_MODULES][PATH_MAX];
    char name[IMAGE_MODULES][64]; /* without folders */
    char accelerator[16];         /* what was asked for, "" if nothing was */
};

/* Whether an argument makes sense, as image_find() reads it; false with a reason in one line. */
bool image_accepts(const char *argument, char *why, size_t size);

/* Reads "KERNEL[,modules=DIR][,accel=NAME]". Modules that the kernel has built in are in no folder;
 * without DIR they are looked for where packages have them: beside the kernel's folder, in
 * ../lib/modules/VERSION of boot/vmlinuz-VERSION. False with a reason in one line. */
bool image_find(struct image *image, const char *argument, char *why, size_t size);

#endif
