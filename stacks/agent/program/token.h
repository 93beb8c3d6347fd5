/* What both sides are given, so that an agent that listens serves nobody else. It never crosses the
 * connection: before its hello the agent sends a challenge, random bytes that it uses once, and who
 * knows the token answers with what only that and the challenge give. */
#ifndef SOCKSPEC_AGENT_TOKEN_H
#define SOCKSPEC_AGENT_TOKEN_H

#include "stacks/agent/program/sha256.h"

#include <stdbool.h>
#include <stddef.h>

enum { TOKEN_MOST = 255, CHALLENGE_SIZE = 32, ANSWER_SIZE = SHA256_SIZE };

struct token {
    char text[TOKEN_MOST + 1]; /* empty: none */
};

/* Takes the token from the first line of a file, or without one from the environment's
 * SOCKSPEC_TOKEN, if that is there. False with one line in why. */
bool token_read(struct token *token, const char *file, char *why, size_t size);

/* A new challenge; false with errno if this machine gives no random bytes. */
bool token_challenge(unsigned char challenge[CHALLENGE_SIZE]);

/* The answer to a challenge by who knows this token. */
void token_answer(const char *token, const unsigned char challenge[CHALLENGE_SIZE],
                  unsigned char answer[ANSWER_SIZE]);

/* Whether this is that answer, in a time that does not depend on what is in it. */
bool token_proves(const char *token, const unsigned char challenge[CHALLENGE_SIZE],
                  const unsigned char answer[ANSWER_SIZE]);

#endif
