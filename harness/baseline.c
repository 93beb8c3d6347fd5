#include "harness/baseline.h"

#include "calls/clean_text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct entry {
    size_t line;
    char *glob, *observed, *reason;
    char *release;  /* a glob, or NULL: any */
    bool elsewhere; /* it is about other releases than what is tested */
    enum verdict verdict;
    size_t met, passed; /* variants that deviated as it says, and that passed */
    size_t prefix;      /* so many bytes of the glob stand for themselves */
    size_t alike;       /* globs with this prefix from here on, this one included */
    size_t next;        /* another with such a prefix, or NONE */
};

/* No entry. */
#define NONE ((size_t)-1)

struct baseline {
    char *path;
    struct entry *entries;
    size_t count, room;
    size_t *heads; /* of entries by their prefixes' hashes; a power of two of them */
    size_t head_count;
};

/* ---- finding entries by the beginnings of their globs ---- */

enum { HASH_OF_NOTHING = 5381 };

/* All globs that begin alike are looked at for each variant that does. */
enum { ALIKE_MOST = 10000 };

/* Of a text that is one byte longer. */
static size_t hash_on(size_t hash, char byte)
{
    return hash * 33 + (unsigned char)byte;
}

static size_t *head_of(const struct baseline *baseline, size_t hash)
{
    return &baseline->heads[(hash ^ hash >> 16) & (baseline->head_count - 1)];
}

/* How many globs an entry makes with those of its chain that begin as it does. */
static size_t alike(const struct baseline *baseline, const struct entry *entry, size_t next)
{
    for (const struct entry *other; next != NONE; next = other->next) {
        other = &baseline->entries[next];
        if (other->prefix == entry->prefix && memcmp(other->glob, entry->glob, entry->prefix) == 0)
            return other->alike + (entry->glob[entry->prefix] != '\0');
    }
    return 1;
}

/* False, with a line that says so, if there are so many that begin alike that a run would take for
 * ever. */
static bool index_entries(struct baseline *baseline)
{
    for (baseline->head_count = 64; baseline->head_count < baseline->count;)
        baseline->head_count *= 2;
    baseline->heads = calloc(baseline->head_count, sizeof *baseline->heads);
    if (!baseline->heads)
        abort();
    memset(baseline->heads, 0xff, baseline->head_count * sizeof *baseline->heads);
    for (size_t i = baseline->count; i-- > 0;) {
        struct entry *entry = &baseline->entries[i];
        size_t hash = HASH_OF_NOTHING;
        entry->prefix = strcspn(entry->glob, "*?[\\");
        for (size_t k = 0; k < entry->prefix; k++)
            hash = hash_on(hash, entry->glob[k]);
        size_t *head = head_of(baseline, hash);
        entry->next = *head;
        entry->alike = alike(baseline, entry, *head);
        *head = i;
        if (entry->alike > ALIKE_MOST) {
            print_line(stderr, "sockspec: %s:%zu: more than %d lines have a wildcard after '%.*s'",
                       baseline->path, entry->line, ALIKE_MOST, (int)entry->prefix, entry->glob);
            return false;
        }
    }
    return true;
}

/* ---- reading ---- */

/* The next word of a line, or the text between quotes; NULL at its end, where *at is, or without a
 * second quote. */
static char *next_word(char **at)
{
    char *word = *at + strspn(*at, " \t");
    if (!*word) {
        *at = word;
        return NULL;
    }
    if (*word == '"') {
        char *end = strchr(++word, '"');
        if (!end)
            return NULL;
        *end = '\0';
        *at = end + 1;
        return word;
    }
    size_t length = strcspn(word, " \t");
    *at = word + length;
    if (**at)
        *(*at)++ = '\0';
    return word;
}

static bool is_past(const char *date)
{
    char today[16];
    time_t now = time(NULL);
    strftime(today, sizeof today, "%Y-%m-%d", gmtime(&now));
    return strcmp(date, today) < 0;
}

static bool is_date(const char *text)
{
    static const char form[] = "dddd-dd-dd";
    for (size_t i = 0; i < sizeof form; i++)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    return true;
}

/* Takes a line apart. NULL, or what is wrong with it; *expired tells whether it counts no more. */
static const char *parse(char *line, struct entry *entry, bool *expired)
{
    char *reason = strstr(line, " -- "), *at = line, *word, *release = NULL;
    if (!reason || !reason[4 + strspn(reason + 4, " \t")])
        return "the reason is missing: end the line with ' -- REASON'";
    *reason = '\0';
    reason += 4;
    reason += strspn(reason, " \t");
    char *glob = next_word(&at), *verdict = next_word(&at), *observed = NULL;
    if (!glob || !verdict)
        return "a line is GLOB VERDICT ... -- REASON";
    if (strcmp(verdict, "fail") == 0)
        entry->verdict = VERDICT_FAIL;
    else if (strcmp(verdict, "inconclusive") == 0)
        entry->verdict = VERDICT_INCONCLUSIVE;
    else
        return "the verdict must be fail or inconclusive";
    while ((word = next_word(&at))) {
        char *value = next_word(&at);
        if (!value)
            return *at ? "a quote is not closed" : "a value is missing";
        if (strcmp(word, "observed") == 0) {
            observed = value;
        } else if (strcmp(word, "until") == 0) {
            if (!is_date(value))
                return "a date is YYYY-MM-DD";
            *expired = is_past(value);
        } else if (strcmp(word, "release") == 0) {
            release = value;
        } else {
            return "known words are observed, until and release";
        }
    }
    if (*at)
        return "a quote is not closed";
    entry->glob = strdup(glob);
    entry->observed = observed ? strdup(observed) : NULL;
    entry->reason = strdup(reason);
    entry->release = release ? strdup(release) : NULL;
    return NULL;
}

static void free_entry(struct entry *entry)
{
    free(entry->glob);
    free(entry->observed);
    free(entry->reason);
    free(entry->release);
}

static bool add_line(struct baseline *baseline, char *line, size_t number)
{
    struct entry entry = {.line = number};
    bool expired = false;
    line[strcspn(line, "\n")] = '\0';
    if (line[strspn(line, " \t")] == '\0' || line[strspn(line, " \t")] == '#')
        return true;
    const char *wrong = parse(line, &entry, &expired);
    if (wrong) {
        print_line(stderr, "sockspec: %s:%zu: %s", baseline->path, number, wrong);
        return false;
    }
    if (expired)
        print_line(stderr, "sockspec: %s:%zu: has expired", baseline->path, number);
    if (baseline->count == baseline->room) {
        baseline->room = baseline->room ? 2 * baseline->room : 64;
        baseline->entries =
            reallocarray(baseline->entries, baseline->room, sizeof *baseline->entries);
    }
    if (!baseline->entries)
        abort();
    if (expired)
        free_entry(&entry);
    else
        baseline->entries[baseline->count++] = entry;
    return true;
}

struct baseline *baseline_read(const char *path)
{
    char *line = NULL;
    size_t size = 0, number = 0;
    bool good = true;
    FILE *stream = fopen(path, "r");
    struct baseline *baseline = calloc(1, sizeof *baseline);
    if (!baseline)
        abort();
    baseline->path = strdup(path);
    if (!stream) {
        print_line(stderr, "sockspec: cannot read %s: %s", path, strerror(errno));
        baseline_free(baseline);
        return NULL;
    }
    ssize_t length;
    while (good && (length = getline(&line, &size, stream)) > 0) {
        good = !memchr(line, '\0', (size_t)length);
        if (good)
            good = add_line(baseline, line, ++number);
        else
            print_line(stderr, "sockspec: %s:%zu: this is no text", path, ++number);
    }
    if (ferror(stream)) {
        print_line(stderr, "sockspec: cannot read %s: %s", path, strerror(errno));
        good = false;
    }
    free(line);
    fclose(stream);
    if (good && index_entries(baseline))
        return baseline;
    baseline_free(baseline);
    return NULL;
}

void baseline_free(struct baseline *baseline)
{
    for (size_t i = 0; i < baseline->count; i++)
        free_entry(&baseline->entries[i]);
    free(baseline->entries);
    free(baseline->heads);
    free(baseline->path);
    free(baseline);
}

void baseline_for(struct baseline *baseline, const char *release)
{
    for (size_t i = 0; i < baseline->count; i++) {
        struct entry *entry = &baseline->entries[i];
        entry->elsewhere = entry->release && !glob_matches(entry->release, release);
    }
}

/* Whether an entry is about a variant, or its rule. */
static bool is_about(const struct entry *entry, const struct variant *variant)
{
    return !entry->elsewhere && (glob_matches(entry->glob, variant->id) ||
                                 glob_matches(entry->glob, variant->of->rule->id));
}

/* Counts what an entry met; true if it knows the deviation. */
static bool meets(struct entry *entry, enum verdict verdict, const char *observed)
{
    bool met =
        verdict == entry->verdict && (!entry->observed || strcmp(entry->observed, observed) == 0);
    entry->passed += verdict == VERDICT_PASS;
    entry->met += met;
    return met;
}

const char *baseline_knows(struct baseline *baseline, const struct variant *variant,
                           enum verdict verdict, const char *observed, const char **instead)
{
    size_t first = NONE, other = NONE, hash = HASH_OF_NOTHING;
    *instead = NULL;
    /* A rule's id begins the ids of its variants: what begins one of the two begins the latter. */
    for (size_t length = 0;; hash = hash_on(hash, variant->id[length++])) {
        for (size_t i = *head_of(baseline, hash); i != NONE; i = baseline->entries[i].next) {
            struct entry *entry = &baseline->entries[i];
            if (entry->prefix != length || !is_about(entry, variant))
                continue;
            if (meets(entry, verdict, observed))
                first = i < first ? i : first;
            else if (verdict == entry->verdict)
                other = i < other ? i : other;
        }
        if (!variant->id[length])
            break;
    }
    if (first == NONE && other != NONE)
        *instead = baseline->entries[other].observed;
    return first == NONE ? NULL : baseline->entries[first].reason;
}

size_t baseline_review(const struct baseline *baseline)
{
    size_t stale = 0;
    for (size_t i = 0; i < baseline->count; i++) {
        const struct entry *entry = &baseline->entries[i];
        if (entry->met || entry->elsewhere)
            continue;
        stale++;
        print_line(stderr, "sockspec: %s:%zu: %s: %s", baseline->path, entry->line, entry->glob,
                   entry->passed ? "now passes: remove it" : "matches nothing that ran");
    }
    return stale;
}
