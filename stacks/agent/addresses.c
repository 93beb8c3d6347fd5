#include "stacks/agent/addresses.h"

#include <stdio.h>
#include <sys/socket.h>

void address_words(const struct network *network, const char *words[ADDRESS_WORDS])
{
    static char texts[ADDRESS_WORDS][ADDRESS_TEXT + 1];
    size_t count = 0;
    for (int k = 0; k < 2; k++)
        for (enum place place = MAIN; place <= LINK_LOCAL; place++)
            for (enum side side = SIDE_IUT; side <= SIDE_PEER; side++) {
                char text[ADDRESS_TEXT];
                if (place == LINK_LOCAL && k == 0)
                    continue;
                struct address address =
                    network_address(network, side, place, k ? AF_INET6 : AF_INET, 0);
                address = address_with_scope(address, 0);
                address_host(&address, text, sizeof text);
                snprintf(texts[count], sizeof texts[count], "%c%s",
                         side == SIDE_PEER     ? '='
                         : k && place == OTHER ? '-'
                                               : '+',
                         text);
                words[count] = texts[count];
                count++;
            }
}
