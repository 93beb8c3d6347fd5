#include "reports/common.h"

#include "harness/text.h"

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

const char *report_rerun(const struct run_info *run, const struct variant *variant, char *text,
                         size_t size)
{
    bool host = strcmp(run->iut, "host") == 0, linux_profile = run->profile == LINUX;
    snprintf(text, size, "sockspec run%s%s%s%s%s --filter '%s'", host ? "" : " --iut '",
             host ? "" : run->iut, host ? "" : "'", linux_profile ? "" : " --profile ",
             linux_profile ? "" : profile_name(run->profile), variant->id);
    return text;
}
