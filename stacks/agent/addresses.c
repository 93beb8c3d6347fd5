#include "stacks/agent/addresses.h"

#include <stdio.h>
#include <sys/socket.h>

static char texts[ADDRESS_WORDS][ADDRESS_TEXT + 1];

static size_t add(const struct network *network, enum side side, enum place place, int family,
                  size_t count, const char *words[])
{
    char text[ADDRESS_TEXT];
    bool deprecated = network->kind == NETWORK_PAIR && family == AF_INET6 && place == PLACE_OTHER;
    char sign = side == SIDE_PEER ? '=' : deprecated ? '-' : '+';
    struct address address = network_address(network, side, place, family, 0);
    address = address_with_scope(address, 0);
    address_host(&address, text, sizeof text);
    snprintf(texts[count], sizeof texts[count], "%c%s", sign, text);
    words[count] = texts[count];
    return count + 1;
}

size_t address_words(const struct network *network, const char *words[ADDRESS_WORDS])
{
    bool pair = network->kind == NETWORK_PAIR;
    size_t count = 0;
    for (int k = 0; k < 2; k++) {
        enum place last = k && pair ? PLACE_LINK_LOCAL : PLACE_OTHER;
        for (enum place place = pair ? PLACE_MAIN : PLACE_OTHER; place <= last; place++)
            for (enum side side = SIDE_IUT; side <= (pair ? SIDE_PEER : SIDE_IUT); side++)
                count = add(network, side, place, k ? AF_INET6 : AF_INET, count, words);
    }
    return count;
}
