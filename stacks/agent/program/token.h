/* What both sides are given, so that an agent that listens serves nobody else. It goes over the
 * connection as it is, once the agent asks for it: before its hello, by an empty FRAME_TOKEN. */
#ifndef SOCKSPEC_AGENT_TOKEN_H
#define SOCKSPEC_AGENT_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

enum { TOKEN_MOST = 255 };

struct token {
    char text[TOKEN_MOST + 1]; /* NULs to the end; empty: none */
};

/* Takes the token from the first line of a file, or without one from the environment's
 * SOCKSPEC_TOKEN, if that is there. False with one line in why. */
bool token_read(struct token *token, const char *file, char *why, size_t size);

/* Takes a text; false if it is none or too long. */
bool token_take(struct token *token, const char *text, size_t length);

/* Whether two are the same, in a time that does not depend on what they are. */
bool token_same(const struct token *a, const struct token *b);

#endif
