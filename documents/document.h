/* Documents, and what each of them requires of a socket implementation.
 *
 * A requirement is one sentence of ours about one place of a document. It is made from the text,
 * not from a rule. The folder has a file for each page or chapter:
 *
 *     #include "documents/document.h"
 *
 *     REQUIREMENTS(posix_connect, "posix",
 *         {"posix.connect.eisconn", "XSH connect(), ERRORS", REQ_SHALL,
 *          "connect() fails with EISCONN on a connection-mode socket that is connected already."},
 *         {"posix.connect.state-after-failure", "XSH connect(), APPLICATION USAGE",
 * REQ_UNSPECIFIED, "The state of a socket whose connect() failed is not specified.", .untestable =
 * "anything is right"})
 */
#ifndef SOCKSPEC_DOCUMENT_H
#define SOCKSPEC_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

/* How strongly a text binds, in its own words. */
enum keyword {
    REQ_SHALL,       /* POSIX "shall", an RFC's MUST and MUST NOT */
    REQ_SHOULD,      /* "should", SHOULD, SHOULD NOT */
    REQ_MAY,         /* "may", MAY: both ways are right */
    REQ_IMPL,        /* implementation-defined: the implementation documents what it does */
    REQ_UNSPECIFIED, /* unspecified: anything that the text does not exclude */
    REQ_UNDEFINED,   /* undefined: anything at all */
    REQ_DOCUMENTED,  /* a manual page says that it does so */
    KEYWORDS
};

struct document {
    const char *id;      /* "posix", "rfc9293", "linux.tcp.7", "freebsd.connect.2": never changes */
    const char *title;   /* as it is cited */
    const char *edition; /* which was read: its year, version or date */
    const char *where;   /* where anybody can read it: an address, or a package */

    struct document *next; /* filled in by the registry */
};

struct requirement {
    const char *id; /* begins with its document's id; never changes */
    const char *place;
    enum keyword keyword;
    const char *says;       /* one sentence of ours that can be true or false */
    const char *when;       /* the condition under which it holds; NULL: always */
    const char *untestable; /* why no rule can stand on it; NULL: one can */
    const char *number;     /* its number in the text ("MUST-23", "SHLD-3"), or NULL */
};

/* A list of requirements of one document, in the order of the text. */
struct requirement_list {
    const char *document; /* its id */
    const struct requirement *requirements;
    size_t count;
    struct requirement_list *next;
};

/* ---- what is known, in the order of ids ---- */

size_t documents(const struct document *const **list);
size_t requirements(const struct requirement *const **list);

/* The document of an id, and that which a requirement is of; NULL if there is none. */
const struct document *document_find(const char *id);
const struct document *document_of(const struct requirement *requirement);

/* The requirement of an id, or NULL. */
const struct requirement *requirement_find(const char *id);

/* "shall", "should", "may", "implementation-defined", "unspecified", "undefined", "documented". */
const char *keyword_name(enum keyword keyword);

/* Whether a profile, by its name, stands on a document: its own, or one that one of its own says
 * that it follows. */
bool profile_stands_on(const char *profile, const struct document *document);

/* ---- making them known, before main() ---- */

void document_register(struct document *document);
void requirements_register(struct requirement_list *list);

#define DOCUMENT(name_, ...)                                                                       \
    static struct document name_##_document = {__VA_ARGS__};                                       \
    __attribute__((constructor)) static void register_##name_##_document(void)                     \
    {                                                                                              \
        document_register(&name_##_document);                                                      \
    }                                                                                              \
    struct document

#define REQUIREMENTS(name_, document_, ...)                                                        \
    static const struct requirement name_##_requirements[] = {__VA_ARGS__};                        \
    static struct requirement_list name_##_list = {                                                \
        document_, name_##_requirements,                                                           \
        sizeof name_##_requirements / sizeof *name_##_requirements, NULL};                         \
    __attribute__((constructor)) static void register_##name_##_requirements(void)                 \
    {                                                                                              \
        requirements_register(&name_##_list);                                                      \
    }                                                                                              \
    struct requirement

#endif
