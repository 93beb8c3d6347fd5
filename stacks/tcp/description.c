#include "stacks/tcp/description.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 6 };

/* A line in the making: its words, and what is wrong with it. */
struct line {
    char *word[WORDS];
    size_t count;
    char wrong[160];
};

static bool complain(struct line *line, const char *what, const char *word)
{
    snprintf(line->wrong, sizeof line->wrong, "%s%s%.80s%s", what, *word ? " '" : "", word,
             *word ? "'" : "");
    return false;
}

static bool split(struct line *line, char *text)
{
    char *rest = NULL;
    text[strcspn(text, "#\n")] = '\0';
    for (char *word = strtok_r(text, " \t\r", &rest); word; word = strtok_r(NULL, " \t\r", &rest)) {
        if (line->count == WORDS)
            return complain(line, "too many words, from", word);
        line->word[line->count++] = word;
    }
    return true;
}

/* A key that has one word, which is given once. */
static bool take_word(struct line *line, char value[DESCRIPTION_WORD])
{
    if (line->count != 2)
        return complain(line,
                        line->count < 2 ? "a value is missing behind" : "one value is enough for",
                        line->word[0]);
    if (value[0])
        return complain(line, "this was said before:", line->word[0]);
    if (strlen(line->word[1]) >= DESCRIPTION_WORD)
        return complain(line, "too long:", line->word[1]);
    snprintf(value, DESCRIPTION_WORD, "%s", line->word[1]);
    return true;
}

/* The family of a line of addresses, as an index. */
static bool take_family(struct line *line, unsigned *family)
{
    if (line->count < 3)
        return complain(line, "a line of addresses is KEY ipv4|ipv6 ADDRESS, unlike",
                        line->word[0]);
    *family = strcmp(line->word[1], "ipv6") == 0;
    if (!*family && strcmp(line->word[1], "ipv4") != 0)
        return complain(line, "addresses are ipv4 or ipv6, not", line->word[1]);
    return true;
}

static bool take_address(struct line *line, const char *word, unsigned family,
                         struct address *address)
{
    struct address found;
    if (strchr(word, '%') || !address_parse(word, 0, &found) ||
        (found.any.sa_family == AF_INET6) != family)
        return complain(line, family ? "no IPv6 address:" : "no IPv4 address:", word);
    if (address_is_any(&found))
        return complain(line, "no address of anybody:", word);
    if (address->length)
        return complain(line, "one too many:", word);
    *address = found;
    return true;
}

static bool is_link_local(const struct address *address)
{
    return address->any.sa_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&address->in6.sin6_addr);
}

/* A side's addresses: its main one, another one, and a link-local one wherever it stands. */
static bool take_side(struct line *line, struct description *description, enum side side)
{
    unsigned family;
    enum place next = PLACE_MAIN;
    if (!take_family(line, &family))
        return false;
    struct address *places = description->pair.address[side][family];
    if (places[PLACE_MAIN].length || places[PLACE_LINK_LOCAL].length)
        return complain(line, "a side's addresses of a family are one line, and this is another:",
                        line->word[0]);
    for (size_t i = 2; i < line->count; i++) {
        struct address address = {0};
        if (!take_address(line, line->word[i], family, &address))
            return false;
        bool local = is_link_local(&address);
        enum place place = local ? PLACE_LINK_LOCAL : next++;
        if ((!local && place > PLACE_OTHER) || places[place].length)
            return complain(line, "one too many:", line->word[i]);
        places[place] = address;
    }
    return true;
}

/* An address that is the same for both sides. */
static bool take_common(struct line *line, struct description *description, enum place place)
{
    unsigned family;
    if (!take_family(line, &family))
        return false;
    for (size_t i = 2; i < line->count; i++)
        if (!take_address(line, line->word[i], family,
                          &description->pair.address[SIDE_IUT][family][place]))
            return false;
    description->pair.address[SIDE_PEER][family][place] =
        description->pair.address[SIDE_IUT][family][place];
    return true;
}

static bool take_loopback(struct line *line, struct description *description)
{
    unsigned family;
    if (!take_family(line, &family))
        return false;
    for (size_t i = 2; i < line->count; i++)
        if (!take_address(line, line->word[i], family, &description->loopback[family]))
            return false;
    return true;
}

static bool take_line(struct description *description, struct line *line, size_t number)
{
    const char *key = line->word[0];
    if (line->count == 0)
        return true;
    if (strcmp(key, "peer-namespace") == 0) {
        description->name_space_line = number;
        return take_word(line, description->name_space);
    }
    for (enum side side = SIDE_IUT; side <= SIDE_PEER; side++) {
        if (strcmp(key, side == SIDE_IUT ? "iut-interface" : "interface") == 0) {
            description->line[side] = number;
            return take_word(line, description->interface[side]);
        }
        if (strcmp(key, side == SIDE_IUT ? "iut" : "peer") == 0)
            return take_side(line, description, side);
    }
    if (strcmp(key, "loopback") == 0)
        return take_loopback(line, description);
    if (strcmp(key, "absent") == 0)
        return take_common(line, description, PLACE_ABSENT);
    if (strcmp(key, "unrouted") == 0)
        return take_common(line, description, PLACE_UNROUTED);
    if (strcmp(key, "line") == 0)
        return take_common(line, description, PLACE_LINE);
    return complain(line, "no such key:", key);
}

/* No address may stand for two things: a case would take one for the other. */
static const struct address *twice(const struct described *pair)
{
    for (unsigned family = 0; family < 2; family++)
        for (unsigned i = 0; i < 2 * PLACES; i++)
            for (unsigned j = 0; j < i; j++) {
                const struct address *a = &pair->address[i / PLACES][family][i % PLACES];
                const struct address *b = &pair->address[j / PLACES][family][j % PLACES];
                bool common = i % PLACES == j % PLACES && i % PLACES >= PLACE_ABSENT;
                if (a->length && b->length && !common && address_same_host(a, b))
                    return a;
            }
    return NULL;
}

/* What makes no sense although each line does. */
static bool check_whole(const struct description *description, char *why, size_t size)
{
    bool usable = false;
    char text[ADDRESS_TEXT];
    const struct address *double_use = twice(&description->pair);
    if (double_use) {
        address_host(double_use, text, sizeof text);
        snprintf(why, size, "%s is said to be two things", text);
        return false;
    }
    for (unsigned family = 0; family < 2; family++)
        for (enum place place = PLACE_MAIN; place <= PLACE_LINK_LOCAL; place++)
            usable |= description->pair.address[SIDE_IUT][family][place].length &&
                      description->pair.address[SIDE_PEER][family][place].length;
    if (!usable)
        snprintf(why, size,
                 "it needs addresses of both sides: 'iut ipv4 ...' and 'peer ipv4 ...', "
                 "or ipv6");
    return usable;
}

bool description_read(struct description *description, const char *path, char *why, size_t size)
{
    char *text = NULL, whole[200];
    size_t room = 0, number = 0;
    bool good = true;
    FILE *stream = fopen(path, "r");
    *description = (struct description){0};
    if (!stream) {
        snprintf(why, size, "cannot read %s: %s", path, strerror(errno));
        return false;
    }
    while (good && getline(&text, &room, stream) > 0) {
        struct line line = {.count = 0};
        number++;
        good = split(&line, text) && take_line(description, &line, number);
        if (!good)
            snprintf(why, size, "%s:%zu: %s", path, number, line.wrong);
    }
    free(text);
    fclose(stream);
    if (good && !(good = check_whole(description, whole, sizeof whole)))
        snprintf(why, size, "%s: %s", path, whole);
    return good;
}
