/* The addresses of a network, as the words that tell an agent which to use. */
#ifndef SOCKSPEC_AGENT_ADDRESSES_H
#define SOCKSPEC_AGENT_ADDRESSES_H

#include "lab/network.h"

enum { ADDRESS_WORDS = 10 };

/* "+ADDRESS" for one of the IUT's, "-ADDRESS" for one of the IUT's that is deprecated, "=ADDRESS"
 * for the peer's; on loopback those that no loopback interface has by itself. Returns how many. The
 * words live until the next call. */
size_t address_words(const struct network *network, const char *words[ADDRESS_WORDS]);

#endif
