#include "reports/common.h"

#include "calls/clean_text.h"

#include <stdlib.h>
#include <string.h>

char *report_clean(const char *text)
{
    char *clean = malloc(4 * strlen(text) + 1), *to = clean;
    if (!clean)
        abort();
    for (const char *from = text; *from;) {
        size_t length = *from == '\n' || *from == '\t' ? 1 : text_character(from);
        if (length) {
            memcpy(to, from, length);
            to += length;
            from += length;
        } else {
            to += sprintf(to, "\\x%02x", (unsigned char)*from++);
        }
    }
    *to = '\0';
    return clean;
}

void report_words(FILE *out, const char *text, int column, int width)
{
    int at = column;
    while (*text) {
        int length = (int)strcspn(text, " ");
        if (at > column && at + 1 + length > width) {
            fprintf(out, "\n%*s", column, "");
            at = column;
        } else if (at > column) {
            fputc(' ', out);
            at++;
        }
        fwrite(text, 1, (size_t)length, out);
        at += length;
        text += length;
        text += strspn(text, " ");
    }
}

/* A word as a shell takes it to be meant. */
static void put_quoted(FILE *out, const char *word)
{
    fputc('\'', out);
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", out);
        else
            fputc(*word, out);
    fputc('\'', out);
}

/* The glob that matches a text alone. */
static char *glob_of(const char *text)
{
    char *glob = malloc(2 * strlen(text) + 1), *to = glob;
    if (!glob)
        abort();
    for (; *text; *to++ = *text++)
        if (strchr("*?[\\", *text))
            *to++ = '\\';
    *to = '\0';
    return glob;
}

char *report_rerun(const struct run_info *run, const struct variant *variant)
{
    char *text = NULL, *glob = glob_of(variant->id);
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        abort();
    fputs("sockspec run", out);
    if (strcmp(run->iut, "host") != 0) {
        fputs(" --iut ", out);
        put_quoted(out, run->iut);
    }
    if (run->both_inside)
        fputs(" --both-inside", out);
    if (run->profile != BY_LINUX)
        fprintf(out, " --profile %s", profile_name(run->profile));
    if (variant->of->tags & TAG_SLOW)
        fputs(" --slow", out);
    fputs(" --filter ", out);
    put_quoted(out, glob);
    free(glob);
    if (fclose(out) != 0 || !text)
        abort();
    return text;
}
