/* JSON Lines; the keys are described in docs/results.md. */
#include "reports/common.h"
#include "reports/sources.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct json {
    struct report report;
    enum profile profile;
    struct output *output;
    FILE *stream;
};

static json_t *text(const char *bytes)
{
    char *clean = report_clean(bytes);
    json_t *string = json_string(clean);
    free(clean);
    return string;
}

static bool put_line(struct json *json, json_t *object)
{
    if (!object) {
        snprintf(json->report.why, sizeof json->report.why,
                 "a line of the JSON report cannot be made: a text in it is no UTF-8");
        return false;
    }
    json_dumpf(object, json->stream, JSON_COMPACT);
    fputc('\n', json->stream);
    json_decref(object);
    return output_flush(json->output, json->report.why, sizeof json->report.why);
}

static json_t *globs(const char *const *list, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, text(list[i]));
    return array;
}

/* What a run takes, as its options say it. */
static json_t *selection(const struct selection *of)
{
    json_t *object =
        json_pack("{so so sb}", "filters", globs(of->filters, of->filter_count), "excludes",
                  globs(of->excludes, of->exclude_count), "slow", (int)of->slow);
    char tags[64], *rest = NULL;
    json_t *names = json_array();
    tags_format(of->tags, tags, sizeof tags);
    for (char *tag = strtok_r(tags, " ", &rest); tag; tag = strtok_r(NULL, " ", &rest))
        json_array_append_new(names, json_string(tag));
    json_object_set_new(object, "tags", names);
    if (of->shards)
        json_object_update_new(
            object, json_pack("{si si}", "shard", (int)of->shard, "shards", (int)of->shards));
    return object;
}

static json_t *header(const struct run_info *run)
{
    json_t *object = json_pack(
        "{ss si ss so so* ss so so ss ss s{ss ss ss} ss ss* sI si so*}", "type", "run", "format", 2,
        "sockspec", run->version, "iut", text(run->iut), "both_inside",
        run->both_inside ? json_true() : NULL, "profile", profile_name(run->profile),
        "implementation", text(run->implementation), "kernel", text(run->release), "machine",
        run->machine, "libc", run->libc, "system", "name", run->system.sysname, "release",
        run->system.release, "machine", run->system.machine, "started", run->started, "detail",
        run->detail, "selected", (json_int_t)run->selected, "repeat", (int)run->repeat, "selection",
        run->selection ? selection(run->selection) : NULL);
    json_t *merged = run->merged ? json_array() : NULL;
    for (size_t i = 0; object && i < run->merged_count; i++)
        json_array_append_new(merged, header(&run->merged[i]));
    if (object && merged)
        json_object_set_new(object, "merged", merged);
    return object;
}

static bool begin(struct report *report, const struct run_info *run)
{
    struct json *json = (struct json *)report;
    json->profile = run->profile;
    json->stream = output_begin(json->output);
    return put_line(json, header(run));
}

static json_t *axes(const struct variant *variant)
{
    json_t *values = json_object();
    for (enum axis axis = 0; axis < AXES; axis++) {
        const char *value = variant_value(variant, axis);
        if (value)
            json_object_set_new(values, variant_axis(variant, axis), json_string(value));
    }
    return values;
}

static json_t *lines(const char *transcript)
{
    char *clean = report_clean(transcript), *rest = NULL;
    json_t *list = json_array();
    for (char *line = strtok_r(clean, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        json_array_append_new(list, json_string(line));
    free(clean);
    return list;
}

static json_t *parts(const struct result *result)
{
    json_t *list = json_array();
    for (size_t i = 0; i < result->part_count; i++)
        json_array_append_new(list, text(result->parts[i]));
    return list;
}

static bool variant(struct report *report, const struct result *result)
{
    const struct rule_case *of = result->variant->of;
    char suite[VARIANT_ID], name[VARIANT_ID];
    rule_suite(of->rule, suite, sizeof suite);
    case_name(of, name);
    json_t *object = json_pack(
        "{ss ss ss ss ss so ss ss so so ss? ss so so sf sf si}", "type", "variant", "id",
        result->variant->id, "rule", of->rule->id, "suite", suite, "case", name, "axes",
        axes(result->variant), "level", source_level(of->rule, ((struct json *)report)->profile),
        "verdict", verdict_name(result->verdict), "observed", text(result->observed), "parts",
        parts(result), "expected", result->expected, "ended", result->ended, "reason",
        text(result->reason), "where", text(result->where), "seconds", result->seconds,
        "case_seconds", result->case_seconds, "repetition", (int)result->repetition);
    if (*result->because_of)
        json_object_set_new(object, "because_of", text(result->because_of));
    if (result->deviation)
        json_object_set_new(object, "known", json_true());
    if (result->verdict != VERDICT_PASS)
        json_object_set_new(object, "transcript", lines(result->transcript));
    return put_line((struct json *)report, object);
}

static bool end(struct report *report, const struct totals *totals)
{
    const size_t *count = totals->count;
    return put_line(
        (struct json *)report,
        json_pack("{ss sI sI sI sI sI sI sI sI sf sb ss*}", "type", "summary", "pass",
                  (json_int_t)count[VERDICT_PASS], "fail", (json_int_t)count[VERDICT_FAIL],
                  "inconclusive", (json_int_t)count[VERDICT_INCONCLUSIVE], "skip",
                  (json_int_t)count[VERDICT_SKIP], "kept", (json_int_t)count[VERDICT_KEPT],
                  "changed", (json_int_t)count[VERDICT_CHANGED], "known",
                  (json_int_t)totals->deviations, "ran", (json_int_t)totals->ran, "seconds",
                  totals->seconds, "interrupted", (int)totals->interrupted, "implementation",
                  totals->system[0] ? totals->system : NULL));
}

static void close_json(struct report *report)
{
    struct json *json = (struct json *)report;
    output_close(json->output);
    free(json);
}

struct report *report_json(struct output *output)
{
    struct json *json = calloc(1, sizeof *json);
    if (!json)
        abort();
    json->report =
        (struct report){.begin = begin, .variant = variant, .end = end, .close = close_json};
    json->output = output;
    return &json->report;
}
