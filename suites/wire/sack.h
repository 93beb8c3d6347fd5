/* What rules about selective acknowledgments share. */
#ifndef SOCKSPEC_WIRE_SACK_H
#define SOCKSPEC_WIRE_SACK_H

#include "suites/suite.h"

/* A connection, by the case's role, whose SYNs both have SACK-Permitted; a skip where the IUT's has
 * not. Behind the line: what the line's SYN has beside. */
#define line_sacked(line_, ...)                                                                    \
    line_sacked_with((line_), (struct packet){.flags = SYN, .sack_permitted = true, __VA_ARGS__})
struct talk line_sacked_with(struct line *line, struct packet syn);

/* The IUT's SYN has SACK-Permitted: a skip if not. And there is a block in this ACK of what came
 * too early, which nobody need send: a skip if not. */
void need_sack(const struct talk *talk);
void need_blocks(const struct talk *talk, struct packet ack);

/* Data that begins so far beyond what the line sends next, and the ACK of it. */
struct packet early(struct talk *talk, uint32_t at, const char *text);

/* The line fills the gap before so many octets that came too early; gives the ACK of it. That they
 * were kept is a precondition: nobody must. */
struct packet fill_gap(struct talk *talk, const char *text, uint32_t behind);

/* The line fills so many gaps of two octets, each before two that came too early. That these were
 * kept is a precondition: who discards some reports less. */
void need_kept(struct talk *talk, unsigned gaps);

/* The blocks of a segment by the line's numbers: the first, and the others from left to right,
 * since they have any order: "7:9 3:5"; "no block". */
const char *blocks(const struct talk *talk, struct packet packet);

/* The same from left to right: where another rule says which of them is the first. */
const char *sorted_blocks(const struct talk *talk, struct packet packet);

/* Whether a segment reports these octets, as a block of their own. */
bool reports(const struct talk *talk, struct packet packet, uint32_t at, uint32_t size);

#endif
