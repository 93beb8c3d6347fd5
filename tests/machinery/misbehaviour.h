/* What cases have in common that do what a case must not do. */
#ifndef SOCKSPEC_TESTS_MISBEHAVIOUR_H
#define SOCKSPEC_TESTS_MISBEHAVIOUR_H

#include "suites/suite.h"

#define MISBEHAVIOUR(name_, id_, mutant_)                                                          \
    RULE(name_, "machinery." id_, .statement = "The machinery copes with this.",                   \
         .outcome = {[BY_POSIX] = {"good"}, [BY_LINUX] = {"good"}});                               \
    MUTANT_BY(name_, "see the code", mutant_)                                                      \
    struct rule

static inline void harmless(struct mutation *m, struct call *call)
{
    mutate(m, call);
}

#endif
