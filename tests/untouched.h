/* That a lab's two machines stay as they were, whatever runs there. */
#ifndef SOCKSPEC_TESTS_UNTOUCHED_H
#define SOCKSPEC_TESTS_UNTOUCHED_H

#include <stdbool.h>

/* Notes how the machines are, and connects somebody else in each. False if the line between them,
 * without which neighbours come and go, cannot be had. */
bool note_machines(void);

/* A test: they are as they were noted, and who was connected still is. Once. */
void test_nothing_changed(void);

#endif
