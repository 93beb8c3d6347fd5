/* A virtual machine's way onto the IUT's end of a pair. */
#ifndef SOCKSPEC_TAP_H
#define SOCKSPEC_TAP_H

/* Makes a TAP in the thread's network namespace, bridged with LINK_NAME there, for the machine's
 * emulator to read and write. Its descriptor, which a program that is started keeps; -1 with a line
 * on stderr. */
int tap_open(void);

#endif
