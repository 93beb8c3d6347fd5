#include "reports/merged.h"

#include "calls/clean_text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- headers ---- */

static size_t read_globs(const json_t *array, const char ***list)
{
    size_t count = json_array_size(array);
    *list = calloc(count + 1, sizeof **list);
    if (!*list)
        abort();
    for (size_t i = 0; i < count; i++) {
        const char *glob = json_string_value(json_array_get(array, i));
        (*list)[i] = glob ? glob : "";
    }
    return count;
}

static unsigned number_of(const json_t *object, const char *key)
{
    json_int_t number = json_integer_value(json_object_get(object, key));
    return number > 0 && number <= INT_MAX ? (unsigned)number : 0;
}

static void read_selection(struct merged_part *part)
{
    struct selection *selection = &part->selection;
    const json_t *said = json_object_get(part->file.run, "selection");
    const json_t *tags = json_object_get(said, "tags");
    part->selects = json_is_object(said);
    *selection = (struct selection){
        .slow = json_is_true(json_object_get(said, "slow")),
        .shard = number_of(said, "shard"),
        .shards = number_of(said, "shards"),
    };
    selection->filter_count = read_globs(json_object_get(said, "filters"), &selection->filters);
    selection->exclude_count = read_globs(json_object_get(said, "excludes"), &selection->excludes);
    for (size_t i = 0; i < json_array_size(tags); i++) {
        unsigned tag = 0;
        const char *name = json_string_value(json_array_get(tags, i));
        if (name && tag_find(name, &tag))
            selection->tags |= tag;
    }
}

static bool same_globs(const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
    bool same = a_count == b_count;
    for (size_t i = 0; same && i < a_count; i++)
        same = strcmp(a[i], b[i]) == 0;
    return same;
}

/* Whether two are shards of the same. */
static bool same_whole(const struct selection *a, const struct selection *b)
{
    return a->shards == b->shards && a->tags == b->tags && a->slow == b->slow &&
           same_globs(a->filters, a->filter_count, b->filters, b->filter_count) &&
           same_globs(a->excludes, a->exclude_count, b->excludes, b->exclude_count);
}

static bool refuse(const struct merged_part *part, const char *why, const char *what)
{
    print_line(stderr, "sockspec: %s: %s%s", part->file.path, why, what);
    return false;
}

static void read_info(const struct merged_part *part, struct run_info *info)
{
    const json_t *run = part->file.run, *system = json_object_get(run, "system");
    *info = (struct run_info){
        .version = json_text(run, "sockspec"),
        .iut = json_text(run, "iut"),
        .both_inside = json_is_true(json_object_get(run, "both_inside")),
        .libc = json_text(run, "libc"),
        .detail = json_string_value(json_object_get(run, "detail")),
        .selected = number_of(run, "selected"),
        .repeat = number_of(run, "repeat"),
        .selection = part->selects ? &part->selection : NULL,
    };
    snprintf(info->system.sysname, sizeof info->system.sysname, "%s", json_text(system, "name"));
    snprintf(info->system.release, sizeof info->system.release, "%s", json_text(system, "release"));
    snprintf(info->system.machine, sizeof info->system.machine, "%s", json_text(system, "machine"));
    snprintf(info->implementation, sizeof info->implementation, "%s",
             json_text(run, "implementation"));
    snprintf(info->release, sizeof info->release, "%s", json_text(run, "kernel"));
    snprintf(info->machine, sizeof info->machine, "%s", json_text(run, "machine"));
    snprintf(info->started, sizeof info->started, "%s", json_text(run, "started"));
}

/* Whether a report is of the same implementation, judged alike, as the first one. */
static bool goes_with(const struct merged_part *part, const struct run_info *first,
                      struct run_info *info)
{
    const char *profile = json_text(part->file.run, "profile");
    if (!profile_find(profile, &info->profile))
        return refuse(part, "no profile of this sockspec: ", profile);
    if (strcmp(info->iut, first->iut) != 0 || info->both_inside != first->both_inside)
        return refuse(part,
                      "it is of another implementation, which 'sockspec compare' puts beside "
                      "the first: ",
                      info->iut);
    if (info->profile != first->profile)
        return refuse(part, "it is judged by another profile: ", profile);
    return true;
}

/* ---- results ---- */

static const struct variant *known_variant(const char *id)
{
    static json_t *places;
    size_t count;
    const struct variant *all = variants(&count);
    if (!places) {
        places = json_object();
        for (size_t i = 0; i < count; i++)
            json_object_set_new(places, all[i].id, json_integer((json_int_t)i));
    }
    const json_t *place = json_object_get(places, id);
    return place ? &all[json_integer_value(place)] : NULL;
}

/* The lines of an array with an end to each. */
static char *join(const json_t *lines)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        abort();
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const char *line = json_string_value(json_array_get(lines, i));
        fprintf(stream, "%s\n", line ? line : "");
    }
    if (fclose(stream) != 0 || !text)
        abort();
    return text;
}

/* A text of a line, which lives as long as its report. */
static char *text_in(const json_t *line, const char *key)
{
    return (char *)(uintptr_t)json_text(line, key);
}

static void read_parts(struct result *result, const json_t *line)
{
    const json_t *parts = json_object_get(line, "parts");
    result->part_count = json_array_size(parts);
    result->parts = calloc(result->part_count + 1, sizeof *result->parts);
    if (!result->parts)
        abort();
    for (size_t i = 0; i < result->part_count; i++) {
        const char *part = json_string_value(json_array_get(parts, i));
        result->parts[i] = (char *)(uintptr_t)(part ? part : "");
    }
}

static bool read_result(const struct merged_part *part, const json_t *line, struct result *result)
{
    const char *id = json_text(line, "id"), *verdict = json_text(line, "verdict");
    *result = (struct result){
        .variant = known_variant(id),
        .observed = text_in(line, "observed"),
        .because_of = text_in(line, "because_of"),
        .ended = json_text(line, "ended"),
        .expected = json_string_value(json_object_get(line, "expected")),
        .reason = text_in(line, "reason"),
        .where = text_in(line, "where"),
        .seconds = json_number_value(json_object_get(line, "seconds")),
        .case_seconds = json_number_value(json_object_get(line, "case_seconds")),
        .deviation = json_is_true(json_object_get(line, "known")),
        .known = true,
    };
    if (!result->variant)
        return refuse(
            part, "this sockspec has no such variant; take the one that wrote the report: ", id);
    if (!verdict_find(verdict, &result->verdict))
        return refuse(part, "no verdict of this sockspec: ", verdict);
    result->transcript = join(json_object_get(line, "transcript"));
    read_parts(result, line);
    return true;
}

static void count_result(struct totals *totals, const struct result *result)
{
    totals->count[result->verdict]++;
    totals->ran++;
    totals->deviations += result->deviation;
}

static bool take_part(struct merged *merged, const struct merged_part *part)
{
    size_t i, lines = json_array_size(part->file.lines);
    const json_t *line;
    merged->list = reallocarray(merged->list, merged->count + lines + 1, sizeof *merged->list);
    if (!merged->list)
        abort();
    json_array_foreach (part->file.lines, i, line) {
        if (!read_result(part, line, &merged->list[merged->count]))
            return false;
        count_result(&merged->totals, &merged->list[merged->count++]);
    }
    merged->totals.seconds += json_number_value(json_object_get(part->file.summary, "seconds"));
    if (!*merged->totals.system)
        snprintf(merged->totals.system, sizeof merged->totals.system, "%s",
                 json_text(part->file.summary, "implementation"));
    return true;
}

/* Those of one variant stay in the order in which they were read, by repetition. */
static int by_variant(const void *a, const void *b)
{
    const struct result *one = a, *other = b;
    if (one->variant != other->variant)
        return one->variant < other->variant ? -1 : 1;
    return one->repetition < other->repetition ? -1 : one->repetition > other->repetition;
}

static void put_in_order(struct merged *merged)
{
    for (size_t i = 0; i < merged->count; i++)
        merged->list[i].repetition = (unsigned)i;
    qsort(merged->list, merged->count, sizeof *merged->list, by_variant);
    for (size_t i = 0; i < merged->count; i++) {
        struct result *result = &merged->list[i];
        bool again = i > 0 && result[-1].variant == result->variant;
        result->repetition = again ? result[-1].repetition + 1 : 1;
        if (result->repetition > merged->info.repeat)
            merged->info.repeat = result->repetition;
    }
}

/* What all of them together took, if they are shards of the same. */
static void take_whole(struct merged *merged)
{
    bool known = true;
    for (size_t i = 0; i < merged->part_count; i++)
        known = known && merged->parts[i].selects &&
                same_whole(&merged->parts[i].selection, &merged->parts[0].selection);
    merged->whole = merged->parts[0].selection;
    merged->whole.shard = merged->whole.shards = 0;
    merged->info.selection = known ? &merged->whole : NULL;
}

bool merged_read(struct merged *merged, const char *const *paths, size_t count)
{
    struct run_info *infos = calloc(count, sizeof *infos);
    *merged = (struct merged){.parts = calloc(count, sizeof *merged->parts)};
    if (!infos || !merged->parts)
        abort();
    merged->info.merged = infos;
    for (size_t i = 0; i < count; i++) {
        struct merged_part *part = &merged->parts[merged->part_count++];
        if (!result_file_read_whole(&part->file, paths[i]))
            return false;
        read_selection(part);
        read_info(part, &infos[i]);
        if (!goes_with(part, &infos[0], &infos[i]))
            return false;
        if (i == 0) {
            merged->info = infos[0];
            merged->info.merged = infos;
        }
        if (!take_part(merged, part))
            return false;
        if (*infos[i].started && strcmp(infos[i].started, merged->info.started) < 0)
            memcpy(merged->info.started, infos[i].started, sizeof merged->info.started);
    }
    merged->info.merged_count = count;
    take_whole(merged);
    put_in_order(merged);
    return true;
}

/* ---- what is missing ---- */

/* Which variants have a result, by their places among all. */
static bool *results_there(const struct merged *merged)
{
    size_t count;
    const struct variant *all = variants(&count);
    bool *there = calloc(count + 1, sizeof *there);
    if (!there)
        abort();
    for (size_t i = 0; i < merged->count; i++)
        there[merged->list[i].variant - all] = true;
    return there;
}

/* How many variants of a selection have no result; each is missed but once. */
static size_t miss(const struct selection *selection, bool *there)
{
    size_t count, ordinal = 0, missing = 0;
    const struct variant *all = variants(&count);
    for (size_t i = 0; i < count; i++) {
        if (selection_takes(selection, &all[i], ordinal) && !there[i]) {
            there[i] = true;
            missing++;
        }
        ordinal += selection_matches(selection, &all[i]);
    }
    return missing;
}

static bool has_shard(const struct merged *merged, const struct selection *shard)
{
    for (size_t i = 0; i < merged->part_count; i++)
        if (merged->parts[i].selects && merged->parts[i].selection.shard == shard->shard &&
            same_whole(&merged->parts[i].selection, shard))
            return true;
    return false;
}

/* The shards that a report's run was not, and no other report's. */
static void miss_shards(struct merged *merged, const struct merged_part *part, bool *there,
                        FILE *stream)
{
    struct selection shard = part->selection;
    for (shard.shard = 1; shard.shard <= shard.shards; shard.shard++) {
        size_t missing = has_shard(merged, &shard) ? 0 : miss(&shard, there);
        if (missing)
            print_line(stream, "sockspec: shard %u/%u is missing: %zu variants", shard.shard,
                       shard.shards, missing);
        merged->missing += missing;
    }
}

static void complain_of_systems(const struct merged *merged, FILE *stream)
{
    const struct run_info *first = merged->info.merged;
    const char *path = merged->parts[0].file.path;
    for (size_t i = 1; i < merged->part_count; i++) {
        const struct run_info *info = &merged->info.merged[i];
        const char *other = merged->parts[i].file.path;
        if (strcmp(info->implementation, first->implementation) != 0 ||
            strcmp(info->release, first->release) != 0 ||
            strcmp(info->machine, first->machine) != 0)
            print_line(stream, "sockspec: %s is of %s on %s, and %s of %s on %s", path,
                       first->implementation, first->machine, other, info->implementation,
                       info->machine);
        if (strcmp(info->system.release, first->system.release) != 0 ||
            strcmp(info->system.machine, first->system.machine) != 0)
            print_line(stream, "sockspec: %s ran beside %s %s, %s, and %s beside %s %s, %s", path,
                       first->system.sysname, first->system.release, first->system.machine, other,
                       info->system.sysname, info->system.release, info->system.machine);
    }
}

void merged_complain(struct merged *merged, FILE *stream)
{
    bool *there = results_there(merged);
    merged->missing = 0;
    for (size_t i = 0; i < merged->part_count; i++) {
        const struct merged_part *part = &merged->parts[i];
        size_t missing = part->selects ? miss(&part->selection, there) : 0;
        if (!part->selects)
            print_line(stream,
                       "sockspec: %s does not say what its run took: what is missing of it "
                       "is not known",
                       part->file.path);
        if (missing)
            print_line(stream, "sockspec: %s: %zu variants that it was to run are missing",
                       part->file.path, missing);
        merged->missing += missing;
    }
    for (size_t i = 0; i < merged->part_count; i++)
        if (merged->parts[i].selects)
            miss_shards(merged, &merged->parts[i], there, stream);
    complain_of_systems(merged, stream);
    free(there);
    merged->info.selected = merged->count + merged->missing;
    merged->totals.interrupted = merged->missing > 0;
}

void merged_free(struct merged *merged)
{
    for (size_t i = 0; i < merged->count; i++) {
        free(merged->list[i].parts);
        free(merged->list[i].transcript);
    }
    for (size_t i = 0; i < merged->part_count; i++) {
        free(merged->parts[i].selection.filters);
        free(merged->parts[i].selection.excludes);
        result_file_free(&merged->parts[i].file);
    }
    free((void *)(uintptr_t)merged->info.merged);
    free(merged->list);
    free(merged->parts);
}
