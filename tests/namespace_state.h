/* All that can be changed in a network namespace, as a text, to see that nothing was. */
#ifndef SOCKSPEC_TESTS_NAMESPACE_STATE_H
#define SOCKSPEC_TESTS_NAMESPACE_STATE_H

#include <stdbool.h>

/* Links, addresses, neighbours, routes, queueing and settings, a line each. The caller frees it. */
char *namespace_state(int netns);

/* Whether two states are the same, but for neighbours that the kernel lists for multicast of its
 * own, and for what the machine's modules offer. Prints the first line that differs. */
bool same_namespace_state(const char *a, const char *b);

#endif
