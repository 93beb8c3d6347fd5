/* The addresses of a pair, as the words that tell an agent which to use. */
#ifndef SOCKSPEC_AGENT_ADDRESSES_H
#define SOCKSPEC_AGENT_ADDRESSES_H

#include "fixtures/network.h"

enum { ADDRESS_WORDS = 10 };

/* "+ADDRESS" for one of the IUT's, "-ADDRESS" for one that is deprecated, "=ADDRESS" for the
 * peer's. The words live until the next call. */
void address_words(const struct network *network, const char *words[ADDRESS_WORDS]);

#endif
