/* What the code of mutants needs to look at calls and to change them; see docs/writing-rules.md. */
#ifndef SOCKSPEC_MUTANTS_H
#define SOCKSPEC_MUTANTS_H

#include "harness/rule.h"

/* Whether the call is of this operation, and failed with this error. */
bool call_failed(const struct call *call, enum operation operation, int error);

/* Whether the call is one of the forms of receiving, of sending, or of asking for readiness. */
bool call_receives(const struct call *call);
bool call_sends(const struct call *call);
bool call_asks_readiness(const struct call *call);

/* Whether the call is getsockopt() or setsockopt() for this option. */
bool call_is_option(const struct call *call, enum operation operation, int level, int option);

/* The data that a call sends, or the room that it receives into: the first buffer. The flags of
 * sending and receiving; a call without any has no place for them, and NULL comes back. */
struct block *call_data(struct call *call);
int64_t *call_flags(struct call *call);

/* The name that a call was given or gave back; NULL if it has none. */
struct block *call_name(struct call *call);

/* The same as an address; zeros if there is none. */
struct address call_address(struct call *call);

/* Puts an address where a call has a name: where it gives one back cut to its room, as the
 * implementation would. */
void call_set_address(struct call *call, const struct address *address);

/* An option call's value, and the int in it. */
struct block *call_value(struct call *call);
int call_option_value(struct call *call);
void call_set_option_value(struct call *call, int value);

/* For calls about the readiness of one descriptor: the POLL* events that were asked for and that
 * were found. Events that were found can be taken away, or others added; the result follows. */
int call_asked(struct call *call);
int call_found(struct call *call);
void call_set_found(struct call *call, int events);

/* Has the implementation perform a call without a flag of sending or receiving; and all calls but
 * setsockopt() of an option, which does nothing and succeeds. */
void mutate_without_flag(struct mutation *m, struct call *call, int flag);
void mutate_without_option(struct mutation *m, struct call *call, int level, int option);

/* Mutants: bind() sets SO_REUSEADDR secretly; setting SO_REUSEADDR, or SO_LINGER,
 * does nothing. */
void reuses_secretly(struct mutation *m, struct call *call);
void ignores_reuse(struct mutation *m, struct call *call);
void ignores_linger(struct mutation *m, struct call *call);

#endif
