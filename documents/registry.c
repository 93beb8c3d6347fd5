#include "documents/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct document *first_document;
static struct requirement_list *first_list;

/* Sorted, made at the first question. */
static const struct document **all_documents;
static const struct requirement **all_requirements;
static size_t document_count, requirement_count;

void document_register(struct document *document)
{
    document->next = first_document;
    first_document = document;
}

void requirements_register(struct requirement_list *list)
{
    list->next = first_list;
    first_list = list;
}

static int by_document_id(const void *a, const void *b)
{
    return strcmp((*(const struct document *const *)a)->id,
                  (*(const struct document *const *)b)->id);
}

static int by_requirement_id(const void *a, const void *b)
{
    return strcmp((*(const struct requirement *const *)a)->id,
                  (*(const struct requirement *const *)b)->id);
}

static void put_in_order(void)
{
    if (all_documents)
        return;
    for (const struct document *document = first_document; document; document = document->next)
        document_count++;
    for (const struct requirement_list *list = first_list; list; list = list->next)
        requirement_count += list->count;
    all_documents = calloc(document_count + 1, sizeof *all_documents);
    all_requirements = calloc(requirement_count + 1, sizeof *all_requirements);
    if (!all_documents || !all_requirements)
        abort();
    size_t d = 0, r = 0;
    for (const struct document *document = first_document; document; document = document->next)
        all_documents[d++] = document;
    for (const struct requirement_list *list = first_list; list; list = list->next)
        for (size_t i = 0; i < list->count; i++)
            all_requirements[r++] = &list->requirements[i];
    qsort(all_documents, document_count, sizeof *all_documents, by_document_id);
    qsort(all_requirements, requirement_count, sizeof *all_requirements, by_requirement_id);
}

size_t documents(const struct document *const **list)
{
    put_in_order();
    *list = all_documents;
    return document_count;
}

size_t requirements(const struct requirement *const **list)
{
    put_in_order();
    *list = all_requirements;
    return requirement_count;
}

const struct document *document_find(const char *id)
{
    const struct document key = {.id = id}, *wanted = &key;
    put_in_order();
    const struct document **found =
        bsearch(&wanted, all_documents, document_count, sizeof *all_documents, by_document_id);
    return found ? *found : NULL;
}

const struct requirement *requirement_find(const char *id)
{
    const struct requirement key = {.id = id}, *wanted = &key;
    put_in_order();
    const struct requirement **found = bsearch(&wanted, all_requirements, requirement_count,
                                               sizeof *all_requirements, by_requirement_id);
    return found ? *found : NULL;
}

/* Its id begins with the document's, and a point behind it. */
const struct document *document_of(const struct requirement *requirement)
{
    char id[128];
    snprintf(id, sizeof id, "%s", requirement->id);
    for (char *point = strrchr(id, '.'); point; point = strrchr(id, '.')) {
        *point = '\0';
        const struct document *document = document_find(id);
        if (document)
            return document;
    }
    return NULL;
}

const char *keyword_name(enum keyword keyword)
{
    static const char *const names[KEYWORDS] = {
        [REQ_SHALL] = "shall",
        [REQ_SHOULD] = "should",
        [REQ_MAY] = "may",
        [REQ_IMPL] = "implementation-defined",
        [REQ_UNSPECIFIED] = "unspecified",
        [REQ_UNDEFINED] = "undefined",
        [REQ_DOCUMENTED] = "documented",
    };
    return names[keyword];
}

/* ---- profiles ---- */

/* What a profile stands on: documents whose ids begin so. Beside its own there are those that its
 * own say that they follow. */
static const struct {
    const char *profile, *documents;
    const char *because; /* the requirement that says so; NULL: the profile's own */
} standing[] = {
    {"posix", "posix", NULL},
    {"posix", "rfc3493", NULL}, /* its IPv6 API is that of XSH 2.10.20 */
    {"linux", "linux.", NULL},
    {"linux", "posix", "linux.connect.2.conforms-to"},
    {"linux", "rfc", "linux.tcp.7.conforms-to"},
    {"bsd", "freebsd.", NULL},
    {"bsd", "posix", "freebsd.socket.2.conforms-to"},
    {"zos", "zos.", NULL},
    {"rfc", "rfc", NULL},
};

bool profile_stands_on(const char *profile, const struct document *document)
{
    for (size_t i = 0; i < sizeof standing / sizeof *standing; i++)
        if (strcmp(standing[i].profile, profile) == 0 &&
            strncmp(standing[i].documents, document->id, strlen(standing[i].documents)) == 0)
            return true;
    return false;
}
