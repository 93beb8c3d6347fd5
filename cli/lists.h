/* What sockspec list prints beside rules and variants. */
#ifndef SOCKSPEC_LISTS_H
#define SOCKSPEC_LISTS_H

#include "harness/variant.h"

/* Prints areas and their suites with the numbers of rules and variants that a selection takes, as
 * text or JSON Lines; gives how many variants that are. */
size_t list_areas(const struct selection *selection, bool json);

/* Prints the functions and constants of the sockets API with the number of rules about each, of
 * those that a selection takes, as text or JSON Lines; gives how many rules that are. */
size_t list_functions(const struct selection *selection, bool json);

#endif
