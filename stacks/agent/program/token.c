#include "stacks/agent/program/token.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool token_take(struct token *token, const char *text, size_t length)
{
    memset(token, 0, sizeof *token);
    if (length == 0 || length > TOKEN_MOST || memchr(text, '\0', length))
        return false;
    memcpy(token->text, text, length);
    return true;
}

bool token_read(struct token *token, const char *path, char *why, size_t size)
{
    char line[TOKEN_MOST + 3];
    const char *given = path ? NULL : getenv("SOCKSPEC_TOKEN");
    memset(token, 0, sizeof *token);
    if (!path && (!given || !*given))
        return true;
    FILE *file = path ? fopen(path, "r") : NULL;
    if (path && !file) {
        snprintf(why, size, "cannot read the token in %s: %s", path, strerror(errno));
        return false;
    }
    if (path && !fgets(line, sizeof line, file))
        line[0] = '\0';
    if (file)
        fclose(file);
    const char *text = path ? line : given;
    if (token_take(token, text, strcspn(text, "\r\n")))
        return true;
    snprintf(why, size, "a token is a line of 1 to %d bytes, unlike the one in %s", TOKEN_MOST,
             path ? path : "SOCKSPEC_TOKEN");
    return false;
}

bool token_same(const struct token *a, const struct token *b)
{
    unsigned char differ = 0;
    for (size_t i = 0; i < sizeof a->text; i++)
        differ |= (unsigned char)(a->text[i] ^ b->text[i]);
    return differ == 0;
}
