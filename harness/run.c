#include "harness/run.h"

#include "calls/clean_text.h"
#include "calls/clock.h"
#include "harness/idle.h"
#include "harness/judge.h"
#include "harness/look.h"
#include "harness/queue.h"
#include "harness/results.h"
#include "harness/worker.h"
#include "lab/stop.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Cases that mostly wait run on lanes: workers beside those that --jobs counts. A case that does so
 * unexpectedly, for what its implementation never does, is found out by its time in milliseconds:
 * another worker then works in the place of its own. Where no processor idles it is more likely to
 * be late because of all the others, of which more would make it later. Of tenants, which take long
 * to start, there are fewer: lanes, which then help; of busy ones no more than workers. */
enum {
    LANES = 64,
    TENANT_LANES = 4,
    RELIEF = 32,
    BESIDE = 8, /* no more lanes, or workers for relief, than so many for each that --jobs counts */
    OVERDUE = 250,
    OVERDUE_AT_WORK = 2000,
    STARTS = 3
};

/* After so many milliseconds without news the reports hear what is running. */
enum { SILENCE = 1000 };

/* How many seconds of machine_factor a worker may take beside the time of a case, for namespaces,
 * processes and networks that it does not get at once, and for starting what lives in them. One
 * that gives no news for longer is stuck, or was stopped by somebody. */
enum { MARGIN = 3 * NETWORK_SECONDS };

/* How many milliseconds no more workers are started after one could not be: others use up what that
 * takes, and among them are our own. */
enum { FULL = 500 };

struct slot {
    struct worker worker;
    bool alive;
    bool parked; /* it is waiting for an order */
    bool came;   /* to work: its worker was heard of */
    bool lane;
    size_t busy; /* the ordinal in the run that it works on, if busy_now */
    bool busy_now;
    int64_t since;     /* when it began with that */
    int64_t silent;    /* nanoseconds since its last news, or ours to it */
    unsigned failures; /* workers that never came to work, since one did */
    bool again;        /* it works on that for the second time, since time stood still */
};

struct coordinator {
    const struct run_options *options;
    struct results results;
    struct looked looked;       /* whose worker is the first, until a slot has it */
    struct queue work, waiting; /* for workers, for lanes */
    struct slot *slots;
    size_t jobs;                  /* at once */
    size_t slot_count, job_slots; /* the latter with those for relief */
    size_t done;
    int64_t news;  /* when a worker was heard last */
    int64_t full;  /* until when no worker is started */
    int64_t had;   /* when a case had a network last, or the run began */
    unsigned vain; /* workers that could not start, since one came to work */
    char why[2048];
    bool impossible;
};

/* A case and its implementation wait for each other much of their time: with three for each
 * processor others work meanwhile. */
static unsigned workers_by_default(const struct stack *stack)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return (processors > 0 ? (unsigned)processors : 1) * (stack->busy ? 1 : 3);
}

/* The run cannot be made, or not to its end, for this reason and errno. */
static void abandon(struct coordinator *c, const char *what)
{
    snprintf(c->why, sizeof c->why, "%s: %s", what, strerror(errno));
    c->impossible = true;
}

/* ---- choosing ---- */

/* The jobs of a run, in the order of variants; the caller frees them. */
static struct job *choose(const struct run_options *options, size_t *taken)
{
    size_t count, ordinal = 0;
    const struct variant *all = variants(&count);
    if (options->jobs)
        count = options->job_count;
    struct job *chosen = calloc(count + 1, sizeof *chosen);
    *taken = 0;
    if (!chosen)
        abort();
    for (size_t i = 0; i < count && options->jobs; i++)
        chosen[(*taken)++] = options->jobs[i];
    for (size_t i = 0; i < count && !options->jobs; i++) {
        if (selection_takes(&options->selection, &all[i], ordinal))
            chosen[(*taken)++].variant = &all[i];
        ordinal += selection_matches(&options->selection, &all[i]);
    }
    return chosen;
}

/* The queue that an ordinal is in. */
static struct queue *queue_for(struct coordinator *c, size_t ordinal)
{
    const struct variant *variant = results_variant(&c->results, ordinal);
    bool lanes = c->options->settings.stack->most_at_once == 0;
    return lanes && variant->of->tags & (TAG_SLOW | TAG_WAITS) ? &c->waiting : &c->work;
}

static void fill_queues(struct coordinator *c)
{
    for (size_t i = 0; i < c->results.job_count; i++)
        queue_add(queue_for(c, i), i);
    queue_fill(&c->work, c->options->repeat, c->results.job_count);
    queue_fill(&c->waiting, c->options->repeat, c->results.job_count);
}

/* Whether a queue has something whose result there is room for. */
static bool may_take(const struct coordinator *c, const struct queue *queue)
{
    return queue_left(queue) > 0 && results_has_room(&c->results, queue_next(queue));
}

/* ---- workers ---- */

/* How many workers there are beside this one. */
static size_t others(const struct coordinator *c, const struct slot *but)
{
    size_t count = 0;
    for (size_t i = 0; i < c->slot_count; i++)
        count += &c->slots[i] != but && c->slots[i].alive;
    return count;
}

/* Whether networks may yet be had although nobody has one: others may be using up the machine. */
static bool may_have_later(const struct coordinator *c)
{
    return clock_now() - c->had < INT64_C(1000000) * machine_milliseconds(CROWDED_SECONDS);
}

/* A worker could not be started, or got no network. As long as others come to work they do it all,
 * and what this one takes may be had later. */
static void go_without(struct coordinator *c, const struct slot *slot, const char *why)
{
    c->full = clock_now() + INT64_C(1000000) * FULL;
    if (others(c, slot) > 0 && c->vain++ < c->slot_count)
        return;
    snprintf(c->why, sizeof c->why, "%s", why);
    c->impossible = true;
}

static void order_next(struct coordinator *c, struct slot *slot);

static void start(struct coordinator *c, struct slot *slot)
{
    char why[2048];
    struct backoff backoff = backoff_begin_rarely(machine_milliseconds(NETWORK_SECONDS));
    slot->parked = slot->busy_now = slot->came = false;
    slot->silent = 0;
    if (c->looked.worker.pid > 0) {
        slot->worker = c->looked.worker;
        c->looked.worker.pid = -1;
        slot->alive = slot->came = true;
        order_next(c, slot);
        return;
    }
    do
        slot->alive = worker_start(&slot->worker, &c->options->settings, why, sizeof why);
    while (!slot->alive && others(c, slot) == 0 && !stop_asked() && backoff_wait(&backoff));
    if (!slot->alive)
        go_without(c, slot, why);
}

/* Where a slot takes its orders from. Lanes of tenants help with the rest in the end: they are up,
 * and much of what an implementation does wrong shows in waiting. */
static struct queue *queue_of(struct coordinator *c, const struct slot *slot)
{
    bool helps = c->options->settings.stack->start && queue_left(&c->waiting) == 0;
    return slot->lane && !helps ? &c->waiting : &c->work;
}

/* Whether a case has taken so long that another worker does not wait for it. Where no processor
 * idles that is a quarter of what it may take at most. */
static bool is_overdue(const struct coordinator *c, const struct slot *slot, int64_t now)
{
    int64_t passed = (now - slot->since) / 1000000;
    if (passed < OVERDUE || machine_idles())
        return passed >= OVERDUE;
    const struct variant *variant = results_variant(&c->results, slot->busy);
    return passed >= OVERDUE_AT_WORK ||
           (double)passed >= worker_limit(variant, &c->options->settings) * 1000 / 4;
}

/* Workers that work, or are about to, but for this one. */
static size_t working(const struct coordinator *c, const struct slot *but)
{
    size_t count = 0;
    int64_t now = clock_now();
    for (size_t i = 0; i < c->job_slots; i++) {
        const struct slot *slot = &c->slots[i];
        count += slot != but && slot->alive && !slot->parked &&
                 (!slot->busy_now || !is_overdue(c, slot, now));
    }
    return count;
}

static void give_order(struct coordinator *c, struct slot *slot)
{
    slot->busy_now = true;
    slot->since = clock_now();
    slot->silent = 0;
    worker_order(&slot->worker, slot->busy % c->results.job_count);
}

static void order_next(struct coordinator *c, struct slot *slot)
{
    struct queue *queue = queue_of(c, slot);
    if (queue_left(queue) == 0) {
        worker_stop(&slot->worker);
        slot->alive = false;
        return;
    }
    slot->parked = !may_take(c, queue) || (!slot->lane && working(c, slot) >= c->jobs);
    if (slot->parked)
        return;
    slot->busy = queue_take(queue);
    slot->again = false;
    give_order(c, slot);
}

/* What was not seen while time stood still says nothing: it is looked for once more. */
static bool is_to_be_repeated(const struct slot *slot, enum verdict verdict)
{
    return slot->worker.ending->stood_still && !slot->again &&
           (verdict == VERDICT_FAIL || verdict == VERDICT_INCONCLUSIVE);
}

static enum verdict without_standstill(const struct slot *slot, enum verdict verdict, char *reason,
                                       size_t size)
{
    char seen[1024];
    if (!slot->worker.ending->stood_still || verdict != VERDICT_FAIL)
        return verdict;
    snprintf(seen, sizeof seen, "%s", reason);
    snprintf(reason, size,
             "time stood still while it ran, twice: this machine, or all of this run, "
             "was stopped; otherwise: %s",
             seen);
    return VERDICT_INCONCLUSIVE;
}

/* Takes a result, unless the case has to run once more: then it is under way. */
static bool take_result(struct coordinator *c, struct slot *slot)
{
    const struct variant *variant = results_variant(&c->results, slot->busy);
    char reason[2048];
    enum verdict verdict = judge(variant, c->options->settings.profile, slot->worker.record,
                                 slot->worker.ending, reason, sizeof reason);
    if (is_to_be_repeated(slot, verdict)) {
        slot->again = true;
        give_order(c, slot);
        return false;
    }
    verdict = without_standstill(slot, verdict, reason, sizeof reason);
    results_put(&c->results, slot->busy, verdict,
                judge_end(slot->worker.record, slot->worker.ending), reason, slot->worker.record,
                slot->worker.ending->nanoseconds);
    slot->busy_now = false;
    slot->worker.ending->reason[0] = '\0'; /* it is no reason for the worker's end */
    c->done++;
    return true;
}

static bool may_start(const struct coordinator *c)
{
    return clock_now() >= c->full;
}

/* A worker is gone. If it never came to work there is something wrong with this machine. */
static void bury(struct coordinator *c, struct slot *slot, const char *reason)
{
    char why[2048];
    snprintf(why, sizeof why, "%s", slot->worker.ending->reason);
    if (slot->busy_now && !why[0]) {
        results_put(&c->results, slot->busy, VERDICT_INCONCLUSIVE, "not-run", reason,
                    slot->worker.record, clock_now() - slot->since);
        slot->busy_now = false;
        c->done++;
    } else if (why[0] && !slot->came) {
        go_without(c, slot, why);
    } else if (why[0] || (!slot->came && ++slot->failures >= STARTS)) {
        snprintf(c->why, sizeof c->why, "%s",
                 why[0] ? why : "workers end, or fall silent, as soon as they are started");
        c->impossible = true;
    }
    worker_stop(&slot->worker);
    slot->alive = slot->parked = false;
    if (!c->impossible && slot->lane && may_start(c) && may_take(c, &c->waiting))
        start(c, slot);
}

/* A worker got no network for its case: somebody else has it run, as long as there is anybody. */
static bool hand_back(struct coordinator *c, struct slot *slot)
{
    bool tenants = c->options->settings.stack->start != NULL;
    if (!slot->worker.ending->no_network)
        c->had = clock_now();
    if (!slot->worker.ending->no_network || tenants || (others(c, slot) == 0 && !may_have_later(c)))
        return false;
    queue_return(queue_for(c, slot->busy), slot->busy);
    c->full = clock_now() + INT64_C(1000000) * FULL;
    worker_stop(&slot->worker);
    slot->alive = slot->busy_now = false;
    return true;
}

/* Has one lane at least, if none could be started before. */
static void have_lane(struct coordinator *c)
{
    bool wanted = may_take(c, &c->waiting) && may_start(c) && !c->impossible;
    for (size_t i = c->job_slots; i < c->slot_count && wanted; i++)
        wanted = !c->slots[i].alive;
    if (wanted)
        start(c, &c->slots[c->job_slots]);
}

/* Lanes that waited for room for their results go on. */
static void wake_lanes(struct coordinator *c)
{
    for (size_t i = c->job_slots; i < c->slot_count && !c->impossible; i++) {
        struct slot *slot = &c->slots[i];
        if (slot->alive && slot->parked && may_take(c, queue_of(c, slot)))
            order_next(c, slot);
    }
}

/* Has as many workers at work as there may be. */
static void fill_up(struct coordinator *c)
{
    size_t busy = working(c, NULL), left = may_take(c, &c->work) ? queue_left(&c->work) : 0;
    size_t missing = c->jobs > busy ? c->jobs - busy : 0;
    missing = missing < left ? missing : left;
    for (int again = 0; again < 2; again++) /* those that are there, then new ones */
        for (size_t i = 0; i < c->job_slots && missing > 0 && !c->impossible && !stop_asked();
             i++) {
            struct slot *slot = &c->slots[i];
            if (again ? slot->alive || !may_start(c) : !slot->parked)
                continue;
            if (again)
                start(c, slot);
            else
                order_next(c, slot);
            missing--;
        }
    wake_lanes(c);
    have_lane(c);
}

static void hear(struct coordinator *c, struct slot *slot)
{
    int news = worker_news(&slot->worker);
    if (news >= 0) {
        slot->came = true;
        slot->failures = c->vain = 0;
    }
    switch (news) {
    case 1:
        if (!hand_back(c, slot) && take_result(c, slot))
            order_next(c, slot);
        break;
    case 0:
        order_next(c, slot);
        break;
    default:
        bury(c, slot, "the worker that ran this case was killed");
    }
}

/* Lets time pass for a worker that gave no news, and gives it up after too much of it. */
static void bear(struct coordinator *c, struct slot *slot, int64_t passed)
{
    double limit = 0;
    char reason[256];
    if (slot->parked)
        return; /* it was told to wait */
    if (slot->busy_now)
        limit = worker_limit(results_variant(&c->results, slot->busy), &c->options->settings);
    slot->silent += passed;
    if (worker_queues(&slot->worker))
        slot->silent = 0;
    double beside = MARGIN + (c->options->settings.stack->start ? BOOT_SECONDS : 0);
    double most = limit + beside * machine_factor;
    if ((double)slot->silent < most * 1e9)
        return;
    snprintf(reason, sizeof reason,
             "the worker gave no news for %g s, %g s of which are the case's limit, and was killed",
             most, limit);
    bury(c, slot, reason);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool start_all(struct coordinator *c)
{
    const struct stack *stack = c->options->settings.stack;
    bool tenants = stack->start != NULL;
    c->jobs = c->options->workers ? c->options->workers : workers_by_default(stack);
    if (stack->most_at_once && c->jobs > stack->most_at_once)
        c->jobs = stack->most_at_once;
    size_t most = stack->busy ? c->jobs : tenants ? TENANT_LANES : LANES;
    size_t lanes = least(c->waiting.total, least(BESIDE * c->jobs, most));
    size_t relief = tenants || stack->most_at_once ? 0 : least(BESIDE * c->jobs, RELIEF);
    size_t jobs = c->jobs + relief;
    c->job_slots = jobs < c->work.total ? jobs : c->work.total;
    c->slot_count = c->job_slots + lanes;
    c->slots = calloc(c->slot_count + 1, sizeof *c->slots);
    if (!c->slots)
        abort();
    /* Those that wait longest begin first. */
    for (size_t i = c->job_slots; i < c->slot_count && !c->impossible && !stop_asked(); i++) {
        c->slots[i].lane = true;
        if (may_start(c))
            start(c, &c->slots[i]);
    }
    fill_up(c);
    return !c->impossible;
}

/* ---- the loop ---- */

/* Tells the reports what has been running longest. */
static void tell_of_waiting(struct coordinator *c)
{
    const struct slot *longest = NULL;
    for (size_t i = 0; i < c->slot_count; i++)
        if (c->slots[i].busy_now && (!longest || c->slots[i].since < longest->since))
            longest = &c->slots[i];
    for (size_t i = 0; longest && i < c->options->report_count; i++) {
        struct report *report = c->options->reports[i];
        if (report->waiting)
            report->waiting(report, results_variant(&c->results, longest->busy),
                            (double)(clock_now() - longest->since) / 1e9);
    }
}

/* Hears workers until everything has run, somebody ends it or nobody hears its results. */
static void loop(struct coordinator *c)
{
    struct pollfd *fds = calloc(c->slot_count + 1, sizeof *fds);
    int64_t before = clock_now();
    if (!fds)
        abort();
    c->news = c->had = clock_now();
    while (c->done < c->results.count && !c->impossible && !stop_asked() &&
           results_are_heard(&c->results)) {
        for (size_t i = 0; i < c->slot_count; i++)
            fds[i] =
                (struct pollfd){c->slots[i].alive ? c->slots[i].worker.control : -1, POLLIN, 0};
        int heard = poll(fds, c->slot_count, queue_left(&c->work) > 0 ? OVERDUE : SILENCE);
        if (heard < 0 && errno != EINTR) {
            errno = errno == EINVAL ? EMFILE : errno; /* it means the limit of open files */
            abandon(c, "the workers cannot be heard");
            break;
        }
        bool silence = heard == 0 && clock_now() - c->news >= INT64_C(1000000) * SILENCE;
        if (silence)
            tell_of_waiting(c);
        if (heard > 0 || silence)
            c->news = clock_now();
        /* Where all of us were stopped for a while, that was no worker's silence. */
        int64_t passed = clock_now() - before, most = 2 * SILENCE * INT64_C(1000000);
        before += passed;
        for (size_t i = 0; i < c->slot_count; i++)
            if (fds[i].revents)
                hear(c, &c->slots[i]);
            else if (c->slots[i].alive)
                bear(c, &c->slots[i], passed < most ? passed : most);
        results_flush(&c->results);
        fill_up(c);
    }
    free(fds);
}

/* Makes room for as many files as there may be. False where that are fewer than cases take, which
 * would say that they cannot have any. */
static bool has_files(struct coordinator *c)
{
    enum { LEAST = 128, MOST = 4096 };
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return true;
    if (files.rlim_max < LEAST) {
        snprintf(c->why, sizeof c->why, "there may be %d open files and no more: a run takes %d",
                 (int)files.rlim_max, LEAST);
        c->impossible = true;
        return false;
    }
    rlim_t most = files.rlim_max < MOST ? files.rlim_max : MOST;
    if (files.rlim_cur < most) {
        files.rlim_cur = most;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    return true;
}

static void release(struct coordinator *c)
{
    for (size_t i = 0; i < c->slot_count; i++)
        if (c->slots[i].alive)
            worker_stop(&c->slots[i].worker);
    if (c->looked.worker.pid > 0)
        worker_stop(&c->looked.worker);
    workers_await();
    free(c->slots);
    queue_free(&c->work);
    queue_free(&c->waiting);
}

/* The networks that jobs need. With both sides inside there is no pair. */
static unsigned networks_of(const struct job *jobs, size_t count, bool inside)
{
    unsigned networks = 0;
    for (size_t i = 0; i < count; i++)
        networks |= !variant_needs_pair(jobs[i].variant) ? LOOK_AT_LOOPBACK
                    : inside                             ? 0
                                                         : LOOK_AT_PAIR;
    return networks;
}

/* Looks at what is to be tested, unless each job has its own. What is wrong with it would be wrong
 * in every case. */
static enum run_end look_first(struct coordinator *c, const struct job *jobs, size_t count)
{
    const struct case_settings *settings = &c->options->settings;
    enum look seen = LOOK_GOOD;
    unsigned networks = networks_of(jobs, count, both_inside(settings));
    if (!c->options->jobs && networks)
        seen = look(settings, networks, &c->looked, c->why, sizeof c->why);
    c->impossible = seen == LOOK_IMPOSSIBLE || seen == LOOK_ABSENT;
    return seen == LOOK_ABSENT ? RUN_ABSENT : RUN_DONE;
}

enum run_end run(const struct run_options *options, struct totals *totals, bool *reports_failed)
{
    struct coordinator c = {.options = options};
    enum run_end end = RUN_DONE;
    size_t count;
    int64_t begin = clock_now();
    struct job *chosen = choose(options, &count);
    *reports_failed = false;
    if (count == 0) {
        free(chosen);
        return RUN_EMPTY;
    }
    if (!cases_register(chosen, count)) {
        fputs("sockspec: CUnit takes no more tests: out of memory\n", stderr);
        free(chosen);
        return RUN_IMPOSSIBLE;
    }
    stop_listen();
    workers_adopt();
    enum run_end seen = has_files(&c) ? look_first(&c, chosen, count) : RUN_IMPOSSIBLE;
    results_begin(&c.results, options, chosen, count,
                  c.looked.worker.pid > 0 ? c.looked.system : NULL);
    fill_queues(&c);
    if (!c.impossible && start_all(&c))
        loop(&c);
    if (stop_asked() && c.done < c.results.count) {
        stop_say();
        end = RUN_INTERRUPTED;
    } else if (c.impossible) {
        end = seen == RUN_ABSENT ? RUN_ABSENT : RUN_IMPOSSIBLE;
        if (end == RUN_ABSENT)
            print_line(stderr, "sockspec: --iut %s: %s", options->iut, c.why);
        else
            print_line(stderr, "sockspec: %s", c.why);
    } else if (c.done < c.results.count) {
        end = RUN_UNHEARD;
    }
    release(&c);
    *reports_failed =
        !results_end(&c.results, totals, end != RUN_DONE, (double)(clock_now() - begin) / 1e9);
    free(chosen);
    return end;
}
