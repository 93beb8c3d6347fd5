/* SHA-256 (FIPS 180-4) and HMAC with it (RFC 2104): an agent has no library but the C library. */
#ifndef SOCKSPEC_AGENT_SHA256_H
#define SOCKSPEC_AGENT_SHA256_H

#include <stddef.h>

enum { SHA256_SIZE = 32, SHA256_BLOCK = 64 };

/* The digest of these bytes. */
void sha256(const void *bytes, size_t count, unsigned char digest[SHA256_SIZE]);

/* The keyed digest of a message of at most SHA256_BLOCK bytes. */
void hmac_sha256(const void *key, size_t key_size, const void *message, size_t count,
                 unsigned char digest[SHA256_SIZE]);

#endif
