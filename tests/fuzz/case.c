/* Whole cases of the suites against implementations that are made up: what a case makes of what its
 * calls give. The first two bytes of an input choose the variant, the others say what each call of
 * either side gives, which travels as an agent's does.
 *
 * Nothing here makes a socket: the door performs no call, and there is no network. A begun call
 * returns at once. */
#include "tests/fuzz/fuzz.h"

#include "harness/rule.h"
#include "harness/test.h"
#include "harness/transcript.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static jmp_buf end_of_case;

/* ---- the input ---- */

static struct {
    const uint8_t *at;
    size_t left;
} input;

static uint8_t next_byte(void)
{
    if (!input.left)
        return 0;
    input.left--;
    return *input.at++;
}

static uint64_t next_number(size_t bytes)
{
    uint64_t number = 0;
    while (bytes-- > 0)
        number = number << 8 | next_byte();
    return number;
}

/* Numbers as they may be: mostly small ones, and each that there is. */
static int64_t any_number(void)
{
    uint8_t form = next_byte();
    return form < 128   ? form % 64
           : form < 192 ? (int64_t)next_number(1)
           : form < 224 ? (int64_t)(int32_t)next_number(4)
                        : (int64_t)next_number(8);
}

static void fill(void *bytes, size_t size)
{
    uint8_t *byte = bytes;
    for (size_t i = 0; i < size; i++)
        byte[i] = next_byte();
}

/* A length of what there is so much room for; the whole of it most of the time. */
static uint32_t any_length(uint32_t room)
{
    uint8_t form = next_byte();
    return form < 128 ? room : form < 224 ? form % (room + 1) : (uint32_t)next_number(4);
}

static uint32_t least_of(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* ---- what calls give ---- */

static void fill_name(struct block *block)
{
    static const sa_family_t families[] = {AF_INET, AF_INET6, AF_UNIX, AF_UNSPEC};
    struct address name = {0};
    uint8_t form = next_byte();
    name.any.sa_family = form < 240 ? families[form % 4] : (sa_family_t)next_number(2);
    fill(name.any.sa_data, form % 32);
    uint32_t usual = name.any.sa_family == AF_INET6 ? sizeof name.in6 : sizeof name.in;
    memcpy(block->bytes, &name.storage, least_of(block->capacity, sizeof name.storage));
    block->length = any_length(usual);
}

static void fill_message(struct message *message)
{
    if (message->name.bytes && message->name.pointer == POINTER_GOOD)
        fill_name(&message->name);
    message->flags = (int)any_number();
    message->count = (uint32_t)any_number();
    message->controls = next_byte() % (MESSAGE_CONTROLS + 1);
    for (size_t i = 0; i < message->controls; i++) {
        struct control *control = &message->control[i];
        control->level = next_byte() % 2 ? IPPROTO_IP : (int)any_number();
        control->type = (int)any_number();
        control->length = any_length(sizeof(int));
        fill(control->value, next_byte() % 32);
    }
}

static void fill_list(struct block *block, enum parameter parameter)
{
    struct found *found = block->bytes;
    struct interface *interface = block->bytes;
    size_t size = parameter == P_FOUND_OUT ? sizeof *found : sizeof *interface;
    size_t there = block->capacity / size, count = next_byte() % 4;
    for (size_t i = 0; i < there && i < count; i++)
        if (parameter == P_FOUND_OUT) {
            struct block name = {.bytes = found[i].name, .capacity = sizeof found[i].name};
            fill_name(&name);
            found[i].name_length = name.length;
            found[i].family = name.length ? found[i].name[0] : (int)any_number();
            found[i].type = (int)any_number();
            found[i].handle = any_number();
            fill(found[i].canonical, next_byte() % 16);
            found[i].has_canonical = next_byte() % 2;
        } else {
            interface[i].index = (unsigned)any_number();
            fill(interface[i].name, next_byte() % 16);
        }
    block->length = (uint32_t)((next_byte() < 240 ? count : next_number(2)) * size);
}

static void fill_events(struct block *block)
{
    struct event *event = block->bytes;
    size_t room = block->capacity / sizeof *event, count = next_byte() % 4;
    count = count < room ? count : room;
    for (size_t i = 0; i < count; i++)
        event[i] = (struct event){(uint32_t)any_number(), (uint64_t)any_number()};
    block->length = (uint32_t)(count * sizeof *event);
}

static void fill_ready(struct block *block)
{
    struct readiness *ready = block->bytes;
    for (size_t i = 0; i < block->length / sizeof *ready; i++)
        ready[i].found = (short)(next_byte() % 2 ? ready[i].asked : any_number());
}

static void fill_set(struct block *block)
{
    int *fd = block->bytes;
    size_t room = block->capacity / sizeof *fd, count = next_byte() % 4;
    if (next_byte() % 2)
        return; /* all that was asked for */
    count = count < room ? count : room;
    for (size_t i = 0; i < count; i++)
        fd[i] = (int)any_number();
    block->length = (uint32_t)(count * sizeof *fd);
}

/* Fills in what comes out of a call by one of its parameters, as somebody else's memory has it. */
static void fill_block(struct call *call, int at)
{
    struct block *block = &call->block[at];
    struct message *message = block->bytes;
    enum { MOST = 64 };
    if (!block->bytes || block->pointer != POINTER_GOOD)
        return;
    switch (operation_info(call->operation)->parameter[at]) {
    case P_ADDRESS_OUT:
        fill_name(block);
        break;
    case P_MESSAGES_OUT:
    case P_MESSAGE_OUT:
        for (size_t i = 0; i < block->length / sizeof *message; i++)
            fill_message(&message[i]);
        break;
    case P_VALUE_OUT:
        fill(block->bytes, least_of(block->capacity, MOST));
        block->length = any_length(block->capacity);
        break;
    case P_DATA_OUT:
    case P_TEXT_OUT:
    case P_FDS_OUT:
    case P_IOCTL:
    case P_BINARY_OUT:
    case P_STATUS_OUT:
        fill(block->bytes, least_of(block->capacity, MOST));
        break;
    case P_LIMITS_OUT:
    case P_TIMEVAL:
    case P_TIMESPEC:
        ((int64_t *)block->bytes)[0] = any_number();
        ((int64_t *)block->bytes)[1] = any_number();
        break;
    case P_POLLED:
        fill_ready(block);
        break;
    case P_SET:
        fill_set(block);
        break;
    case P_EVENTS_OUT:
        fill_events(block);
        break;
    case P_FOUND_OUT:
    case P_INTERFACES_OUT:
        fill_list(block, operation_info(call->operation)->parameter[at]);
        break;
    default:
        break;
    }
}

static int last_fd; /* that was given in this case */

/* What a call gives that does what it should. */
static int64_t usual_result(const struct call *call)
{
    switch (operation_info(call->operation)->result) {
    case R_DESCRIPTOR:
        return 3 + last_fd++ % 900;
    case R_DUPLICATE:
        return call->argument[1];
    case R_SENT:
        return call->block[1].length;
    case R_RECEIVED:
        return call->block[1].capacity ? next_byte() % (call->block[1].capacity + 1)
                                       : next_byte() % 8;
    case R_STATE:
        return next_byte() % TCP_STATES;
    case R_READY:
    case R_NUMBER:
    case R_FOUND:
        return next_byte() % 3;
    default:
        return 0;
    }
}

static void answer(struct call *call)
{
    static const int errors[] = {EAGAIN,   EINVAL,       EBADF,    ECONNREFUSED, EINPROGRESS,
                                 ENOTCONN, EADDRINUSE,   EINTR,    LACKING,      NO_ERRNO,
                                 EISCONN,  EAFNOSUPPORT, ENOTSOCK, EMFILE,       EPIPE};
    uint8_t form = next_byte();
    if (form < 40) {
        call_fail(call, form < 36 ? errors[next_byte() % (sizeof errors / sizeof *errors)]
                                  : (int)any_number());
        return;
    }
    call_succeed(call, form < 60 ? any_number() : usual_result(call));
    for (int i = 0; i < CALL_PARAMETERS; i++)
        fill_block(call, i);
}

/* ---- the door ---- */

enum { ROOM = FRAME_MOST };

static unsigned char bytes[ROOM];

/* Damages an answer on its way, now and then. */
static void damage(const struct frame *frame)
{
    uint8_t form = next_byte();
    for (; frame->at && form >= 250; form--)
        bytes[next_number(2) % frame->at] = next_byte();
}

/* A case is at its end too where the input is, and where an agent would be given up. */
static void leave(void)
{
    if (this_caller && this_caller->status >= 0)
        close(this_caller->status);
    this_caller = NULL;
    longjmp(end_of_case, 1);
}

static void perform_made_up(struct door *door, struct call *call)
{
    bool known;
    struct call far;
    (void)door;
    if (!input.left)
        leave();
    struct frame frame = {.bytes = bytes, .size = ROOM};
    frame_put_call(&frame, call);
    HOLDS(!frame.bad);
    frame.size = frame.at;
    frame.at = 0;
    HOLDS(frame_get_call(&frame, &far, &known));
    if (!known)
        leave(); /* of a constant that this platform does not have */
    answer(&far);
    frame = (struct frame){.bytes = bytes, .size = ROOM};
    frame_put_result(&frame, &far);
    call_release(&far);
    damage(&frame);
    frame = (struct frame){.bytes = bytes, .size = frame.at, .bad = frame.bad};
    if (!frame_get_result(&frame, call))
        leave();
}

static void interrupt_nobody(struct door *door, struct caller *caller)
{
    (void)door;
    (void)caller;
}

static bool waits_by_chance(struct door *door, struct caller *caller)
{
    (void)door;
    (void)caller;
    return next_byte() % 2;
}

/* A begun call is made on the thread that begins it. */
/* Who made a begun call is no more, also if the case ended in that: nobody else closes what it has.
 */
static void end_caller(void)
{
    if (this_caller && this_caller->status >= 0)
        close(this_caller->status);
    if (this_caller)
        this_caller->status = -1;
    this_caller = NULL;
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument)
{
    (void)attributes;
    memset(thread, 0, sizeof *thread);
    run(argument);
    end_caller();
    return 0;
}

int __wrap_pthread_join(pthread_t thread, void **result);
int __wrap_pthread_join(pthread_t thread, void **result)
{
    (void)thread;
    (void)result;
    return 0;
}

/* ---- what a case is in, otherwise ---- */

/* Instead of CUnit's: an assertion that fails ends the case if it has to. */
CU_BOOL CU_assertImplementation(CU_BOOL good, unsigned line, const char *condition,
                                const char *file, const char *function, CU_BOOL fatal)
{
    (void)line;
    (void)function;
    HOLDS(condition && *file);
    if (!good && fatal)
        longjmp(end_of_case, 1);
    return good;
}

void mutate(struct mutation *mutation, struct call *call)
{
    (void)mutation;
    (void)call;
}

struct address network_address(const struct network *network, enum side side, enum place place,
                               int family, int port)
{
    char text[ADDRESS_TEXT];
    (void)network;
    snprintf(text, sizeof text, family == AF_INET ? "192.0.2.%d" : "2001:db8::%d",
             1 + 2 * (int)place + (int)side);
    return address_of(text, port);
}

bool network_has(const struct network *network, enum side side, enum place place, int family,
                 char *why, size_t size)
{
    (void)network;
    (void)side;
    (void)place;
    (void)family;
    snprintf(why, size, "it is made up");
    return true;
}

bool network_deliver(struct network *network, enum side from, enum delivery delivery)
{
    (void)network;
    (void)from;
    (void)delivery;
    return true;
}

bool network_unreachable_route(struct network *network, enum side side, int family)
{
    (void)network;
    (void)side;
    (void)family;
    return true;
}

/* ---- */

static void set_up(struct test *t, const struct variant *variant)
{
    t->variant = variant;
    memcpy(t->on, variant->value, sizeof t->on);
    for (size_t i = 0; i < OWN_AXES; i++) {
        unsigned value = variant->value[AXIS_OWN + i];
        t->chosen[i] = value ? (unsigned)__builtin_ctz(value) : 0;
    }
    bool ipv6 = t->family & (FAMILY_IPV6 | FAMILY_MAPPED);
    t->domain = ipv6 ? AF_INET6 : AF_INET;
    t->peer_domain = t->family & FAMILY_IPV6 ? AF_INET6 : AF_INET;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct door_operations operations = {
        .perform = perform_made_up, .interrupt = interrupt_nobody, .waits = waits_by_chance};
    static struct record *record;
    static struct network net = {.ifindex = {2, 2}};
    static struct test t;
    static struct host iut, peer;
    struct door door[2] = {{.operations = &operations}, {.operations = &operations}};
    size_t count;
    const struct variant *all = variants(&count);
    if (!record)
        record = record_create();
    HOLDS(record && count);
    patience = 1;
    input.at = data;
    input.left = size;
    last_fd = 0;
    record_reset(record);
    iut = (struct host){.name = "iut", .door = &door[0], .iut = true};
    peer = (struct host){.name = "peer", .door = &door[1]};
    t = (struct test){.record = record, .iut = &iut, .peer = &peer, .net = &net};
    set_up(&t, &all[next_number(2) % count]);
    net.kind = t.network == ON_PAIR ? NETWORK_PAIR : NETWORK_LOOPBACK;
    transcript_attach(&iut, record);
    transcript_attach(&peer, record);
    if (setjmp(end_of_case) == 0)
        t.variant->of->run(&t, &iut, &peer);
    end_caller();
    if (setjmp(end_of_case) == 0)
        for (enum profile profile = 0; profile < PROFILES; profile++)
            test_conclude(&t, profile);
    host_close(&iut);
    host_close(&peer);
    return 0;
}
