/* Frames between an interface of the machine and lwIP. What is sent may come with its checksum to
 * be finished and longer than the link takes, as to any interface of the machine. */
#ifndef SOCKSPEC_LWIP_FRAMES_H
#define SOCKSPEC_LWIP_FRAMES_H

#include <lwip/netif.h>

/* Opens an interface. Gives its index and link-layer address; 0 with errno on failure. */
unsigned frames_open(const char *interface, unsigned char hardware[6]);

/* Sends a frame: lwIP's linkoutput. The lock is held. */
err_t frames_send(struct netif *netif, struct pbuf *packet);

/* Gives what has arrived to lwIP's interface. The lock is held. */
void frames_receive(struct netif *netif);

/* Waits until something has arrived. */
void frames_await(void);

#endif
