/* What of the sockets API rules are about. */
#ifndef SOCKSPEC_ABOUT_H
#define SOCKSPEC_ABOUT_H

#include "harness/rule.h"

/* Whether the statement of a rule names an operation ("connect()"), or it is the rule about its
 * basic working. */
bool rule_names(const struct rule *rule, enum operation operation);

/* Whether a rule names an operation, or a case of it runs over forms of a call of which this is
 * one. */
bool rule_is_about(const struct rule *rule, enum operation operation);

/* The same for a constant by its name: an option, a flag, a command. */
bool rule_is_about_constant(const struct rule *rule, const char *name);

#endif
