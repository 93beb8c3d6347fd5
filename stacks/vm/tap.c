#include "stacks/vm/tap.h"

#include "lab/link.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TAP_NAME    "tap0"
#define BRIDGE_NAME "bridge0"

/* The machine has the link-layer address of LINK_NAME, and a bridge keeps to itself what is for one
 * of its own. */
static const unsigned char other_hardware[6] = {2, 0, 0, 0, 0, 3};

static bool bridge(void)
{
    struct nl_sock *route = link_open();
    bool good = route && link_set_hardware(route, link_index(LINK_NAME), other_hardware) &&
                link_add_bridge(route, BRIDGE_NAME) && link_enslave(route, BRIDGE_NAME, TAP_NAME) &&
                link_enslave(route, BRIDGE_NAME, LINK_NAME) &&
                link_set_up(route, link_index(TAP_NAME), true) &&
                link_set_up(route, link_index(BRIDGE_NAME), true);
    nl_socket_free(route);
    return good;
}

int tap_open(void)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    int tap = open("/dev/net/tun", O_RDWR);
    strcpy(request.ifr_name, TAP_NAME);
    if (tap < 0 || ioctl(tap, TUNSETIFF, &request) != 0)
        fprintf(stderr, "no TAP by /dev/net/tun: %s\n", strerror(errno));
    else if (!bridge())
        fprintf(stderr, "no bridge between TAP and " LINK_NAME ": %s\n", strerror(errno));
    else
        return tap;
    if (tap >= 0)
        close(tap);
    return -1;
}
