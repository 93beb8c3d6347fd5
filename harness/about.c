#include "harness/about.h"

#include "harness/variant.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool is_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Whether a text has a name that is no part of a longer one. */
static bool has_name(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strstr(text, name); at; at = strstr(at + 1, name))
        if ((at == text || !is_letter(at[-1])) && !is_letter(at[length]))
            return true;
    return false;
}

bool rule_names(const struct rule *rule, enum operation operation)
{
    char call[40];
    snprintf(call, sizeof call, "%s()", operation_info(operation)->name);
    if (has_name(rule->statement, call))
        return true;
    for (size_t i = 0; i < rule->basics; i++)
        if (rule->basic[i] == operation)
            return true;
    return false;
}

/* Whether a case of a rule runs over a value of an axis. */
static bool has_value(const struct rule *rule, const char *axis, const char *value)
{
    for (const struct rule_case *of = cases_of(rule); of; of = case_next(of))
        if (case_has_value(of, axis, value))
            return true;
    return false;
}

bool rule_is_about(const struct rule *rule, enum operation operation)
{
    const char *name = operation_info(operation)->name;
    return rule_names(rule, operation) || has_value(rule, "call", name) ||
           has_value(rule, "send", name) || has_value(rule, "recv", name) ||
           has_value(rule, "readiness", operation == OP_EPOLL_WAIT ? "epoll" : name);
}

/* SO_KEEPALIVE is "keepalive" on an axis of options. */
bool rule_is_about_constant(const struct rule *rule, const char *name)
{
    char value[64];
    const char *rest = strchr(name, '_');
    if (has_name(rule->statement, name))
        return true;
    snprintf(value, sizeof value, "%s", rest ? rest + 1 : name);
    for (char *c = value; *c; c++)
        *c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
    return has_value(rule, "option", value);
}
