/* The calls of a case and the packets of its line, in the order of their times. */
#ifndef SOCKSPEC_DIALOGUE_H
#define SOCKSPEC_DIALOGUE_H

#include "harness/record.h"

/* The transcript of a case with the packets that passed its line, a line each. The caller frees it.
 * Aborts without memory. */
char *dialogue_text(const struct record *record);

/* The frames that passed a line, each with the lines of the transcript that came before it. */
struct capture {
    size_t count;
    struct captured_frame {
        int64_t time; /* of clock_now() */
        bool from_iut;
        size_t length;
        unsigned char *bytes;
        char
            *before; /* lines of the transcript, or NULL; those behind the last frame are with it */
    } * frame;
};

/* NULL if nothing passed. Aborts without memory. */
struct capture *capture_of(const struct record *record);

void capture_free(struct capture *capture);

#endif
