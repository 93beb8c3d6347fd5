#include "reports/compare.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* The page, as it stands in reports/compare.html; the comparison replaces the word. */
__asm__(".section .rodata\n"
        "compare_page:\n"
        ".incbin \"" SOCKSPEC_SOURCE "/reports/compare.html\"\n"
        "compare_page_end: .byte 0\n"
        ".previous\n");
extern const char compare_page[], compare_page_end[];
static const char word[] = "@DATA@";

/* Values of which each is kept once; a value stands for itself by its place. */
struct pool {
    json_t *values, *places;
};

static json_t *place_of(struct pool *pool, json_t *value)
{
    char *key = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
    if (!key)
        abort();
    json_t *place = json_object_get(pool->places, key);
    if (!place) {
        place = json_integer((json_int_t)json_array_size(pool->values));
        json_array_append(pool->values, value);
        json_object_set_new(pool->places, key, place);
    }
    free(key);
    return json_incref(place);
}

/* Cells as places: for each null, or a list of a part and its variants. */
static json_t *pack_cells(const json_t *cells, struct pool *parts, struct pool *variants)
{
    json_t *packed = json_array(), *cell, *part;
    size_t i, k;
    json_array_foreach (cells, i, cell) {
        json_t *list = json_is_null(cell) ? json_null() : json_array();
        json_array_foreach (cell, k, part) {
            json_t *rest = json_copy(part);
            json_object_del(rest, "variants");
            json_array_append_new(list,
                                  json_pack("[o, o]", place_of(parts, rest),
                                            place_of(variants, json_object_get(part, "variants"))));
            json_decref(rest);
        }
        json_array_append_new(packed, list);
    }
    return packed;
}

/* A comparison whose parts of cells and lists of variants stand once, in "parts" and "variants":
 * most are alike. */
static json_t *pack(const json_t *comparison)
{
    struct pool parts = {json_array(), json_object()}, variants = {json_array(), json_object()};
    json_t *packed = json_copy((json_t *)comparison), *rows = json_array(), *row;
    size_t i;
    json_array_foreach (json_object_get(comparison, "rows"), i, row) {
        json_t *copy = json_copy(row);
        json_object_set_new(copy, "cells",
                            pack_cells(json_object_get(row, "cells"), &parts, &variants));
        json_array_append_new(rows, copy);
    }
    json_decref(parts.places);
    json_decref(variants.places);
    json_object_set_new(packed, "rows", rows);
    json_object_set_new(packed, "parts", parts.values);
    json_object_set_new(packed, "variants", variants.values);
    return packed;
}

static void write_base64(FILE *stream, const unsigned char *bytes, size_t count)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < count; i += 3) {
        unsigned next = i + 1 < count ? bytes[i + 1] : 0, last = i + 2 < count ? bytes[i + 2] : 0;
        unsigned all = (unsigned)bytes[i] << 16 | next << 8 | last;
        fputc(digits[all >> 18], stream);
        fputc(digits[all >> 12 & 63], stream);
        fputc(i + 1 < count ? digits[all >> 6 & 63] : '=', stream);
        fputc(i + 2 < count ? digits[all & 63] : '=', stream);
    }
}

/* JSON in a script element, compressed: transcripts say the same thing thousands of times. */
static void write_data(FILE *stream, const json_t *comparison)
{
    json_t *packed = pack(comparison);
    char *text = json_dumps(packed, JSON_COMPACT);
    uLongf size = text ? compressBound(strlen(text)) : 0;
    unsigned char *bytes = malloc(size);
    if (!text || !bytes ||
        compress2(bytes, &size, (const Bytef *)text, strlen(text), Z_BEST_COMPRESSION) != Z_OK)
        abort();
    write_base64(stream, bytes, size);
    free(bytes);
    free(text);
    json_decref(packed);
}

void compare_print_html(FILE *stream, const json_t *comparison)
{
    const char *at = strstr(compare_page, word);
    fwrite(compare_page, 1, (size_t)(at - compare_page), stream);
    write_data(stream, comparison);
    at += strlen(word);
    fwrite(at, 1, (size_t)(compare_page_end - at), stream);
}
