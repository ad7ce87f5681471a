/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "harness/base/cleanup.h"

#define SHA256_BYTES 32

static void hash_hex(const unsigned char *bytes, size_t len, char *ret_hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		ret_hex[2 * i] = digits[bytes[i] >> 4];
		ret_hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	ret_hex[2 * len] = '\0';
}

/* SHA-256 and randomness cannot be missing from a working GnuTLS: nothing sensible could go on. */
static void hash_require(int gnutls_status, const char *what)
{
	if (gnutls_status >= 0)
		return;
	(void)fprintf(stderr, "nearnative: %s: %s\n", what, gnutls_strerror(gnutls_status));
	abort();
}

static void hash_random(void *bytes, size_t len)
{
	hash_require(gnutls_rnd(GNUTLS_RND_KEY, bytes, len), "random numbers");
}

void nn_sha256_hex(const void *bytes, size_t len, char ret_hex[NN_SHA256_HEX_CAP])
{
	unsigned char digest[SHA256_BYTES];

	hash_require(gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, len, digest), "sha-256");
	hash_hex(digest, sizeof(digest), ret_hex);
}

void nn_content_digest(const void *bytes, size_t len, char ret_digest[NN_CONTENT_DIGEST_CAP])
{
	unsigned char digest[SHA256_BYTES];
	const gnutls_datum_t binary = {.data = digest, .size = sizeof(digest)};
	gnutls_datum_t text = {0};

	hash_require(gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, len, digest), "sha-256");
	hash_require(gnutls_base64_encode2(&binary, &text), "base64");
	(void)snprintf(ret_digest, NN_CONTENT_DIGEST_CAP, "sha-256=:%.*s:", (int)text.size,
		       (const char *)text.data);
	gnutls_free(text.data);
}

int nn_sha256_file(const char *path, char ret_hex[NN_SHA256_HEX_CAP], struct nn_err *err)
{
	NN_AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char digest[SHA256_BYTES];
	gnutls_hash_hd_t hash;
	char buffer[65536];
	ssize_t len;

	if (fd < 0)
		return nn_err_errno(err, errno, "read '%s'", path);
	hash_require(gnutls_hash_init(&hash, GNUTLS_DIG_SHA256), "sha-256");
	for (;;) {
		len = read(fd, buffer, sizeof(buffer));
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			break;
		hash_require(gnutls_hash(hash, buffer, (size_t)len), "sha-256");
	}
	gnutls_hash_deinit(hash, digest);
	if (len < 0)
		return nn_err_errno(err, errno, "read '%s'", path);
	hash_hex(digest, sizeof(digest), ret_hex);
	return 0;
}

void nn_uuid_new(char ret_uuid[NN_UUID_CAP])
{
	unsigned char b[16];
	char hex[33];

	hash_random(b, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); /* version 4; RFC 9562 §5.4 */
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	hash_hex(b, sizeof(b), hex);
	(void)snprintf(ret_uuid, NN_UUID_CAP, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
		       hex + 16, hex + 20);
}

void nn_token_new(char ret_hex[NN_TOKEN_HEX_CAP])
{
	unsigned char b[32];

	hash_random(b, sizeof(b));
	hash_hex(b, sizeof(b), ret_hex);
}

uint64_t nn_random_seed(void)
{
	uint64_t seed;

	hash_random(&seed, sizeof(seed));
	seed >>= 11; /* 53 bits: what a JSON reader keeps exactly */
	return seed ? seed : 1;
}

bool nn_secret_equal(const char *a, const char *b)
{
	size_t len_a = strlen(a);
	size_t len_b = strlen(b);

	return len_a == len_b && gnutls_memcmp(a, b, len_a) == 0;
}

uint64_t nn_fnv1a(uint64_t state, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < len; i++)
		state = (state ^ p[i]) * 0x100000001b3ULL;
	return state;
}
