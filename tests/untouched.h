/* That a lab's two machines stay as they were, whatever runs there. */
#ifndef SOCKSPEC_TESTS_UNTOUCHED_H
#define SOCKSPEC_TESTS_UNTOUCHED_H

#include <stdbool.h>

/* lab_begin(), then notes how the machines are, connects somebody else in each, and starts the
 * lab's agent. False as well if the line between them, without which neighbours come and go, cannot
 * be had. */
bool lab_begin_noted(void);

/* A test: they are as they were noted, and who was connected still is. Once. */
void test_nothing_changed(void);

#endif
