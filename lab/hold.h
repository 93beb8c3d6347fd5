/* Holding back what an implementation sends that is no part of this machine's kernel: on the way,
 * at the other side's end of the link. */
#ifndef SOCKSPEC_HOLD_H
#define SOCKSPEC_HOLD_H

#include "lab/network.h"

struct hold;

/* For the packets from this link-layer address, between the two sides' interfaces in their
 * namespaces, by side. NULL with errno. */
struct hold *hold_open(const int netns[2], const unsigned ifindex[2],
                       const unsigned char hardware[6]);

/* What becomes of the packets from now on. HOLD keeps them until DELIVER sends them, in order; LOSE
 * drops them. Those that are held when the hold is closed are lost; what another process began is
 * ended by DELIVER. False with errno, EOPNOTSUPP for DISOWN and for a kernel that lacks what it
 * takes (sch_ingress, cls_u32, act_mirred). */
bool hold_set(struct hold *hold, enum delivery delivery);

void hold_close(struct hold *hold);

#endif
