/* Packets in the form that Wireshark and its kin open: pcapng, with comments. */
#ifndef SOCKSPEC_REPORTS_PCAPNG_H
#define SOCKSPEC_REPORTS_PCAPNG_H

#include "harness/dialogue.h"

#include <stdbool.h>
#include <stdio.h>

/* Writes a capture. The comment of the file says what it is of; each frame has as its comment the
 * calls before it. Texts are UTF-8. False with errno if it cannot be written. */
bool pcapng_write(FILE *stream, const struct capture *capture, const char *comment);

#endif
