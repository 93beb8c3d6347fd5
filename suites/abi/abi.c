#include "suites/abi/abi.h"

void abi_renumber(struct mutation *m, struct call *call, const char *name)
{
    mutate(m, call);
    if (call->operation == OP_CONSTANT && strlen(name) == call->block[0].length &&
        memcmp(name, call->block[0].bytes, call->block[0].length) == 0)
        call_succeed(call, call->result + 1);
}

void abi_observe(struct test *t, const char *name)
{
    int value = sk_constant(t->iut, name);
    if (value == -ENOPROTOOPT)
        observe("none");
    else
        observe("%d", value);
}
