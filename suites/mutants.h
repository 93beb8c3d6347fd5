/* Ways in which many mutants are broken. A suite defines a mutant's function with these or writes
 * its own; see docs/writing-rules.md. */
#ifndef SOCKSPEC_MUTANTS_H
#define SOCKSPEC_MUTANTS_H

#include "harness/rule.h"

/* Whether the call is of this operation, and failed with this error. */
bool call_failed(const struct call *call, enum operation operation, int error);

/* Whether the call is one of the four forms of receiving, or of sending. */
bool call_receives(const struct call *call);
bool call_sends(const struct call *call);

/* Whether the call is getsockopt() or setsockopt() for this option. */
bool call_is_option(const struct call *call, enum operation operation, int level, int option);

/* The address that a call was given or gave back (block 0 or 1 of the call); zeros if none. */
struct address call_address(const struct call *call, int block);

/* Puts an address into a call's out block, as the implementation would: cut to its room. */
void call_set_address(struct call *call, int block, const struct address *address);

/* The int of an option call's value. */
int call_option_value(const struct call *call);
void call_set_option_value(struct call *call, int value);

/* Mutants: bind() sets SO_REUSEADDR secretly; setting SO_REUSEADDR does nothing. */
void reuses_secretly(struct mutation *m, struct call *call);
void ignores_reuse(struct mutation *m, struct call *call);

/* Defines a mutant's function in which a call of this operation that fails with this error gives
 * another one instead (0: succeeds). */
#define MUTANT_ERROR(name_, operation_, error_, instead_)                                          \
    static void name_(struct mutation *m, struct call *call)                                       \
    {                                                                                              \
        mutate(m, call);                                                                           \
        if (call_failed(call, operation_, error_)) {                                               \
            if ((instead_) == 0)                                                                   \
                call_succeed(call, 0);                                                             \
            else                                                                                   \
                call_fail(call, instead_);                                                         \
        }                                                                                          \
    }

/* Defines a mutant's function in which a successful call of this operation fails instead. */
#define MUTANT_FAILS(name_, operation_, error_)                                                    \
    static void name_(struct mutation *m, struct call *call)                                       \
    {                                                                                              \
        mutate(m, call);                                                                           \
        if (call->operation == (operation_) && call->result >= 0)                                  \
            call_fail(call, error_);                                                               \
    }

#endif
