/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digests, random identities and secrets, all from GnuTLS, which the HTTP libraries load anyway. */
#ifndef NN_BASE_HASH_H
#define NN_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/compat.h"
#include "harness/base/err.h"

#define NN_SHA256_HEX_CAP 65
#define NN_TOKEN_HEX_CAP  65

/** SHA-256 of @bytes as 64 lower-case hexadecimal digits. */
void nn_sha256_hex(const void *bytes, size_t len, char ret_hex[NN_SHA256_HEX_CAP]);

/** SHA-256 of a file's content. */
int nn_sha256_file(const char *path, char ret_hex[NN_SHA256_HEX_CAP], struct nn_err *err);

/* "sha-256=:" 44 digits ":" */
#define NN_CONTENT_DIGEST_CAP 64

/** The value of a Content-Digest header for @bytes. Source: RFC 9530 §2 */
void nn_content_digest(const void *bytes, size_t len, char ret_digest[NN_CONTENT_DIGEST_CAP]);

/** A random (version 4) UUID. */
void nn_uuid_new(char ret_uuid[NN_UUID_CAP]);

/** A 256-bit secret as hexadecimal digits. */
void nn_token_new(char ret_hex[NN_TOKEN_HEX_CAP]);

/** A random 53-bit number, for seeds that were not given. */
uint64_t nn_random_seed(void);

/** Do two strings hold the same text? Takes the same time wherever they differ. */
bool nn_secret_equal(const char *a, const char *b);

/*
 * FNV-1a, for checksums of results that must be cheap and equal in both arms; not a secret hash.
 * Begin with NN_FNV_INIT. Source: Fowler-Noll-Vo, draft-eastlake-fnv, 64-bit parameters.
 */
#define NN_FNV_INIT 0xcbf29ce484222325ULL

uint64_t nn_fnv1a(uint64_t state, const void *bytes, size_t len);

#endif
