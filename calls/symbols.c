#include "calls/symbols.h"

#include "calls/symbol_tables.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

const char *symbol_name(enum symbol_group group, int64_t value)
{
    for (const struct symbol *s = symbol_groups[group]; s->name; s++)
        if (s->value == value && value != SYMBOL_ABSENT)
            return s->name;
    return NULL;
}

bool symbol_find(enum symbol_group group, const char *name, size_t length, int64_t *value)
{
    for (const struct symbol *s = symbol_groups[group]; s->name; s++)
        if (strncmp(s->name, name, length) == 0 && s->name[length] == '\0') {
            *value = s->value;
            return s->value != SYMBOL_ABSENT;
        }
    return false;
}

const char *symbol_at(enum symbol_group group, size_t index, int64_t *value)
{
    const struct symbol *symbol = &symbol_groups[group][index];
    *value = symbol->value;
    return symbol->name;
}

enum symbol_group symbol_options(int level)
{
    switch (level) {
    case IPPROTO_TCP:
        return SYMBOLS_IPPROTO_TCP;
    case IPPROTO_UDP:
        return SYMBOLS_IPPROTO_UDP;
    case IPPROTO_IP:
        return SYMBOLS_IPPROTO_IP;
    case IPPROTO_IPV6:
        return SYMBOLS_IPPROTO_IPV6;
    default:
        return SYMBOLS_SOL_SOCKET;
    }
}

bool symbol_value(const char *name, int64_t *value)
{
    for (size_t g = 0; g < SYMBOL_GROUPS; g++)
        for (const struct symbol *s = symbol_groups[g]; s->name; s++)
            if (strcmp(s->name, name) == 0) {
                *value = s->value;
                return s->value != SYMBOL_ABSENT;
            }
    return false;
}

const char *error_name(int error)
{
    static _Thread_local char unnamed[24];
    if (error == 0)
        return "0";
    const char *name = error == NO_ERRNO  ? "no errno"
                       : error == LACKING ? "lacking"
                                          : symbol_name(SYMBOLS_ERROR, error);
    if (name)
        return name;
    snprintf(unnamed, sizeof unnamed, "errno %d", error);
    return unnamed;
}

size_t format_flags(enum symbol_group group, int64_t flags, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (const struct symbol *s = symbol_groups[group]; s->name && used < size; s++)
        if (s->value > 0 && (flags & s->value) == s->value) {
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? "|" : "", s->name);
            flags &= ~s->value;
        }
    if ((flags || used == 0) && used < size)
        used += (size_t)snprintf(text + used, size - used, flags ? "%s0x%" PRIx64 : "%s0",
                                 used ? "|" : "", (uint64_t)flags);
    return used < size ? used : size - 1;
}

const char *tcp_state_name(int state)
{
    static const char *const names[TCP_STATES] = {
        [STATE_NONE] = "CLOSED",           [STATE_ESTABLISHED] = "ESTABLISHED",
        [STATE_SYN_SENT] = "SYN_SENT",     [STATE_SYN_RECV] = "SYN_RECV",
        [STATE_FIN_WAIT_1] = "FIN_WAIT_1", [STATE_FIN_WAIT_2] = "FIN_WAIT_2",
        [STATE_TIME_WAIT] = "TIME_WAIT",   [STATE_CLOSE] = "CLOSED",
        [STATE_CLOSE_WAIT] = "CLOSE_WAIT", [STATE_LAST_ACK] = "LAST_ACK",
        [STATE_LISTEN] = "LISTEN",         [STATE_CLOSING] = "CLOSING",
    };
    return state >= 0 && state < TCP_STATES ? names[state] : "an unknown state";
}
