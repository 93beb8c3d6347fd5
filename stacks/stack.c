#include "stacks/stack.h"

#include <string.h>

static struct stack *first;

void stack_register(struct stack *stack)
{
    struct stack **at = &first;
    while (*at && strcmp((*at)->name, stack->name) < 0)
        at = &(*at)->next;
    stack->next = *at;
    *at = stack;
}

const struct stack *stack_first(void)
{
    return first;
}

const struct stack *stack_find(const char *spec, const char **argument)
{
    const char *colon = strchr(spec, ':');
    size_t length = colon ? (size_t)(colon - spec) : strlen(spec);
    *argument = colon ? colon + 1 : NULL;
    for (const struct stack *stack = first; stack; stack = stack->next)
        if (strlen(stack->name) == length && memcmp(stack->name, spec, length) == 0)
            return stack;
    return NULL;
}
