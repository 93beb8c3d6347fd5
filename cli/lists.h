/* What sockspec list prints beside rules and variants. */
#ifndef SOCKSPEC_LISTS_H
#define SOCKSPEC_LISTS_H

#include "harness/variant.h"

/* Prints areas and their suites with the numbers of rules and variants that a selection takes, as
 * text or JSON Lines. */
void list_areas(const struct selection *selection, bool json);

/* Prints the functions and constants of the sockets API with the number of rules about each, of
 * those that a selection takes, as text or JSON Lines. */
void list_functions(const struct selection *selection, bool json);

#endif
