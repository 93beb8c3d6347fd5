#include "reports/common.h"

#include <stdlib.h>
#include <string.h>

/* How many bytes the UTF-8 character at text has; 0 if it is none, or none that XML allows. */
static size_t character(const unsigned char *text)
{
    static const struct {
        unsigned char mask, lead;
        unsigned least;
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t length = 1; length <= 4; length++) {
        if ((text[0] & forms[length - 1].mask) != forms[length - 1].lead)
            continue;
        unsigned code = text[0] & (unsigned char)~forms[length - 1].mask;
        for (size_t i = 1; i < length; i++) {
            if ((text[i] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (text[i] & 0x3f);
        }
        bool control = (code < 0x20 && code != '\n' && code != '\t') || code == 0x7f;
        bool allowed = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) && code != 0xfffe &&
                       code != 0xffff;
        return code >= forms[length - 1].least && allowed && !control ? length : 0;
    }
    return 0;
}

char *report_clean(const char *text)
{
    char *clean = malloc(4 * strlen(text) + 1), *to = clean;
    if (!clean)
        abort();
    for (const unsigned char *from = (const unsigned char *)text; *from;) {
        size_t length = character(from);
        if (length) {
            memcpy(to, from, length);
            to += length;
            from += length;
        } else {
            to += sprintf(to, "\\x%02x", *from++);
        }
    }
    *to = '\0';
    return clean;
}

const char *report_rerun(const struct run_info *run, const struct variant *variant, char *text,
                         size_t size)
{
    bool host = strcmp(run->iut, "host") == 0, linux_profile = run->profile == LINUX;
    snprintf(text, size, "sockspec run%s%s%s%s%s --filter '%s'", host ? "" : " --iut '",
             host ? "" : run->iut, host ? "" : "'", linux_profile ? "" : " --profile ",
             linux_profile ? "" : profile_name(run->profile), variant->id);
    return text;
}
