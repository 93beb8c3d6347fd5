/* Rules about the numbers behind names: one rule a name, one case each. */
#ifndef SOCKSPEC_ABI_H
#define SOCKSPEC_ABI_H

#include "suites/suite.h"

/* Defines the rule and case of one constant: its identifier here, id of the rule, the name as a
 * program writes it, statement, values by profile (NULL: not documented), sources. Its mutant has
 * another number for that name. */
#define ABI_VALUE(ident_, id_, name_, statement_, linux_, bsd_, zos_, ...)                         \
    static void renumbers_##ident_(struct mutation *m, struct call *call)                          \
    {                                                                                              \
        abi_renumber(m, call, name_);                                                              \
    }                                                                                              \
    RULE(ident_##_value, id_, .statement = statement_, .level = LEVEL_SHALL,                       \
         .sources = {__VA_ARGS__},                                                                 \
         .outcome = {[BY_LINUX] = {linux_}, [BY_BSD] = {bsd_}, [BY_ZOS] = {zos_}},                 \
         .mutant = {name_ " has another number", renumbers_##ident_});                             \
    CASE(ident_##_value, value, .network = ON_LOOPBACK)                                            \
    {                                                                                              \
        abi_observe(t, name_);                                                                     \
    }

/* Passes a call on and, if it asks for this constant, gives another number. */
void abi_renumber(struct mutation *m, struct call *call, const char *name);

/* Observes the number behind a name; "none" if the platform has no such name. */
void abi_observe(struct test *t, const char *name);

#endif
