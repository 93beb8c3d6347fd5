#include "tests/untouched.h"

#include "hosts/calls.h"
#include "lab/namespace.h"
#include "tests/lab.h"
#include "tests/namespace_state.h"

#include <CUnit/Basic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *before[2];

/* A connection of somebody else in each namespace, which has to outlive the runs. */
static int bystanders[2][2];

static void connect_bystanders(enum side side)
{
    struct address name = address_of("127.0.0.1", 0);
    namespace_enter(lab.network->netns[side]);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bystanders[side][0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server, &name.any, name.length) != 0 || listen(server, 1) != 0 ||
        getsockname(server, &name.any, &name.length) != 0 ||
        connect(bystanders[side][0], &name.any, name.length) != 0)
        abort();
    bystanders[side][1] = accept4(server, NULL, NULL, SOCK_CLOEXEC);
    close(server);
}

bool lab_begin_noted(void)
{
    if (!lab_begin())
        return false;
    if (!network_take_line(lab.network)) {
        lab_end();
        return false;
    }
    for (enum side side = SIDE_IUT; side <= SIDE_PEER; side++) {
        before[side] = namespace_state(lab.network->netns[side]);
        connect_bystanders(side);
    }
    lab.agent = start_agent(NULL);
    return true;
}

void test_nothing_changed(void)
{
    for (enum side side = SIDE_IUT; side <= SIDE_PEER; side++) {
        char byte, *now = namespace_state(lab.network->netns[side]);
        CU_ASSERT(strstr(now, "192.0.2.") && strstr(now, "icmp_ratelimit 0"));
        CU_ASSERT_TRUE(same_namespace_state(before[side], now));
        CU_ASSERT_EQUAL(send(bystanders[side][0], "x", 1, MSG_NOSIGNAL), 1);
        CU_ASSERT_EQUAL(recv(bystanders[side][1], &byte, 1, 0), 1);
        free(now);
        free(before[side]);
    }
}
