/* The harness's side of a stream: what a case's door makes of what an agent sends. The calls of the
 * dialogue are made, as a case would make them, and everything else in it comes from the agent.
 *
 * It is door.c itself, only that what ends a case is the end of the input. */
#include "tests/fuzz/fuzz.h"

#include <setjmp.h>
#include <stdlib.h>
#include <sys/mman.h>

/* One struct agent for all inputs: it is large. */
static void *agent_memory(void);

#define mmap(...)           agent_memory()
#define munmap(agent, size) (void)(agent)
#include "stacks/agent/door.c" /* NOLINT(bugprone-suspicious-include) */
#undef munmap
#undef mmap

static void *agent_memory(void)
{
    static struct agent agent;
    memset(&agent, 0, offsetof(struct agent, out));
    return &agent;
}

static jmp_buf end_of_input;

__attribute__((noreturn)) static void leave(enum trouble trouble, const char *what)
{
    HOLDS(trouble != TROUBLE_NONE && *what);
    longjmp(end_of_input, 1);
}

enum { CALLS = 256 };

/* What the harness asks for, and where it all goes. */
struct dialogue {
    struct call call[CALLS];
    struct request begun[CALLS];
    struct caller caller[CALLS];
    size_t calls;
    uint8_t *said; /* by the agent */
    size_t said_size;
    struct piece pieces[CALLS];
    size_t count;
};

static struct dialogue dialogue;

static bool is_ours(enum frame_type type)
{
    return type == FRAME_CALL || type == FRAME_BEGIN || type == FRAME_ASK ||
           type == FRAME_ISOLATE || type == FRAME_INTERRUPT || type == FRAME_NEXT;
}

/* Takes the two directions apart. */
static void sort(const uint8_t *data, size_t size)
{
    const uint8_t *at = data;
    size_t left = size;
    struct piece piece;
    dialogue.said = malloc(size + 1);
    if (!dialogue.said)
        abort();
    while (dialogue.count < CALLS && piece_next(&at, &left, &piece)) {
        if (is_ours(piece.header.type)) {
            dialogue.pieces[dialogue.count++] = piece;
            continue;
        }
        memcpy(dialogue.said + dialogue.said_size, piece.start, piece.whole);
        dialogue.said_size += piece.whole;
        piece_free(&piece);
    }
    memcpy(dialogue.said + dialogue.said_size, at, left);
    dialogue.said_size += left;
}

static void begin(struct agent *agent, uint32_t process, struct call *call, size_t i)
{
    struct request *request = &dialogue.begun[i];
    *request = (struct request){.process = process, .call = call, .caller = &dialogue.caller[i]};
    enlist(agent, request);
    send_frame(agent, &(struct frame_header){FRAME_BEGIN, process, request->id}, call, NULL);
}

static void make(struct agent *agent, struct piece *piece)
{
    size_t i = dialogue.calls;
    uint32_t process = piece->header.process;
    if (piece->header.type == FRAME_ASK) {
        HOLDS(ask(agent, FRAME_ASK, process, &(uint32_t){1}) <= WAITING_UNKNOWN);
    } else if (piece->header.type == FRAME_ISOLATE) {
        agent_isolate(&agent->door);
    } else if (piece_call(piece, &dialogue.call[i])) {
        dialogue.calls++;
        if (piece->header.type == FRAME_BEGIN)
            begin(agent, process, &dialogue.call[i], i);
        else
            perform_in(agent, process, &dialogue.call[i]);
    }
}

static void talk(const struct tenant *stream, bool ahead)
{
    struct agent *agent = agent_create(stream, -1, false);
    agent->ahead = ahead;
    meet(agent);
    for (size_t i = 0; i < dialogue.count; i++)
        make(agent, &dialogue.pieces[i]);
    for (size_t i = 0; i < dialogue.calls; i++)
        if (dialogue.begun[i].call)
            conclude(agent, &dialogue.begun[i]);
    HOLDS(!agent->requests);
    close_agent(&agent->door);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int nowhere = -1;
    if (nowhere < 0)
        nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    trouble_handler = leave;
    memset(&dialogue, 0, sizeof dialogue);
    sort(data, size);
    struct tenant stream = {.token = "a word",
                            .input = memory_file(dialogue.said, dialogue.said_size),
                            .output = nowhere};
    if (setjmp(end_of_input) == 0)
        talk(&stream, size % 2);
    for (size_t i = 0; i < dialogue.calls; i++)
        call_release(&dialogue.call[i]);
    for (size_t i = 0; i < dialogue.count; i++)
        piece_free(&dialogue.pieces[i]);
    free(dialogue.said);
    close(stream.input);
    return 0;
}
