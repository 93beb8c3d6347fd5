#include "stacks/agent/program/token.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes a text; false if it is none or too long. */
static bool take(struct token *token, const char *text, size_t length)
{
    memset(token, 0, sizeof *token);
    if (length == 0 || length > TOKEN_MOST)
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
    if (take(token, text, strcspn(text, "\r\n")))
        return true;
    snprintf(why, size, "a token is a line of 1 to %d bytes, unlike the one in %s", TOKEN_MOST,
             path ? path : "SOCKSPEC_TOKEN");
    return false;
}

bool token_challenge(unsigned char challenge[CHALLENGE_SIZE])
{
    FILE *random = fopen("/dev/urandom", "r");
    bool good = random && fread(challenge, 1, CHALLENGE_SIZE, random) == CHALLENGE_SIZE;
    if (random)
        fclose(random);
    return good;
}

void token_answer(const char *token, const unsigned char challenge[CHALLENGE_SIZE],
                  unsigned char answer[ANSWER_SIZE])
{
    hmac_sha256(token, strlen(token), challenge, CHALLENGE_SIZE, answer);
}

bool token_proves(const char *token, const unsigned char challenge[CHALLENGE_SIZE],
                  const unsigned char answer[ANSWER_SIZE])
{
    unsigned char right[ANSWER_SIZE], differ = 0;
    token_answer(token, challenge, right);
    for (size_t i = 0; i < ANSWER_SIZE; i++)
        differ |= right[i] ^ answer[i];
    return differ == 0;
}
