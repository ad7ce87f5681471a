/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/server/tls.h"

#include <errno.h>
#include <string.h>

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include "harness/base/array.h"

#define CERT_SERIAL_BYTES 16
/*
 * Agents check the pin and nothing else, and a guest's calendar may be years off, so the dates only
 * have to be well-formed.
 */
#define CERT_LIFE_S  (10L * 365 * 24 * 3600)
#define SHA256_BYTES 32

NN_AUTO_DEFINE(x509_key, gnutls_x509_privkey_t, gnutls_x509_privkey_deinit(*p))
NN_AUTO_DEFINE(x509_crt, gnutls_x509_crt_t, gnutls_x509_crt_deinit(*p))
NN_AUTO_DEFINE(private_key, gnutls_privkey_t, gnutls_privkey_deinit(*p))
NN_AUTO_DEFINE(public_key, gnutls_pubkey_t, gnutls_pubkey_deinit(*p))
NN_AUTO_DEFINE(datum, gnutls_datum_t, gnutls_free(p->data))

static int tls_fail(int status, const char *what, struct nn_err *err)
{
	return nn_err_set(err, -EIO, "%s: %s", what, gnutls_strerror(status));
}

void nn_server_key_release(struct nn_server_key *key)
{
	if (key->key_pem)
		gnutls_memset(key->key_pem, 0, strlen(key->key_pem));
	free(key->key_pem);
	free(key->cert_pem);
	*key = (struct nn_server_key){0};
}

static int cert_set_names(gnutls_x509_crt_t cert, const char *address)
{
	unsigned char ip[sizeof(struct in6_addr)];
	unsigned int len = 0;
	int status = gnutls_x509_crt_set_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0,
						   "nearnative", strlen("nearnative"));

	if (inet_pton(AF_INET, address, ip) == 1)
		len = sizeof(struct in_addr);
	else if (inet_pton(AF_INET6, address, ip) == 1)
		len = sizeof(struct in6_addr);
	if (status < 0 || !len)
		return status;
	return gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_IPADDRESS, ip, len,
						    GNUTLS_FSAN_SET);
}

static int cert_fill(gnutls_x509_crt_t cert, gnutls_x509_privkey_t key, const char *address)
{
	unsigned char serial[CERT_SERIAL_BYTES];
	time_t now = time(NULL);
	int status = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	serial[0] &= 0x7f; /* a serial number is positive: RFC 5280 §4.1.2.2 */
	if (status >= 0)
		status = gnutls_x509_crt_set_version(cert, 3);
	if (status >= 0)
		status = gnutls_x509_crt_set_serial(cert, serial, sizeof(serial));
	if (status >= 0)
		status = gnutls_x509_crt_set_activation_time(cert, now - 24 * 3600);
	if (status >= 0)
		status = gnutls_x509_crt_set_expiration_time(cert, now + CERT_LIFE_S);
	if (status >= 0)
		status = cert_set_names(cert, address);
	if (status >= 0)
		status = gnutls_x509_crt_set_key(cert, key);
	if (status >= 0)
		status = gnutls_x509_crt_sign2(cert, cert, key, GNUTLS_DIG_SHA256, 0);
	return status;
}

/* SHA-256 of the public key's DER form, in base 64. */
static int pin_of(gnutls_x509_privkey_t key, char *ret_pin, size_t cap)
{
	NN_AUTO(public_key) gnutls_pubkey_t public_key = NULL;
	NN_AUTO(datum) gnutls_datum_t der = {0};
	NN_AUTO(datum) gnutls_datum_t text = {0};
	NN_AUTO(private_key) gnutls_privkey_t private_key = NULL;
	unsigned char digest[SHA256_BYTES];
	gnutls_datum_t digest_datum = {.data = digest, .size = sizeof(digest)};
	int status = gnutls_privkey_init(&private_key);

	if (status >= 0)
		status = gnutls_pubkey_init(&public_key);
	if (status >= 0)
		status = gnutls_privkey_import_x509(private_key, key, 0);
	if (status >= 0)
		status = gnutls_pubkey_import_privkey(public_key, private_key, 0, 0);
	if (status >= 0)
		status = gnutls_pubkey_export2(public_key, GNUTLS_X509_FMT_DER, &der);
	if (status >= 0)
		status = gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data, der.size, digest);
	if (status >= 0)
		status = gnutls_base64_encode2(&digest_datum, &text);
	if (status >= 0)
		(void)snprintf(ret_pin, cap, "sha256//%.*s", (int)text.size,
			       (const char *)text.data);
	return status;
}

static int export_pem(gnutls_x509_privkey_t key, gnutls_x509_crt_t cert,
		      struct nn_server_key *ret_key)
{
	NN_AUTO(datum) gnutls_datum_t key_pem = {0};
	NN_AUTO(datum) gnutls_datum_t cert_pem = {0};
	int status = gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &key_pem);

	if (status >= 0)
		status = gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &cert_pem);
	if (status < 0)
		return status;
	ret_key->key_pem = nn_strndup((const char *)key_pem.data, key_pem.size);
	ret_key->cert_pem = nn_strndup((const char *)cert_pem.data, cert_pem.size);
	gnutls_memset(key_pem.data, 0, key_pem.size);
	return 0;
}

int nn_server_key_new(const char *address, struct nn_server_key *ret_key, struct nn_err *err)
{
	NN_AUTO(server_key) struct nn_server_key made = {0};
	NN_AUTO(x509_key) gnutls_x509_privkey_t key = NULL;
	NN_AUTO(x509_crt) gnutls_x509_crt_t cert = NULL;
	int status = gnutls_x509_privkey_init(&key);

	if (status >= 0)
		status = gnutls_x509_privkey_generate(
			key, GNUTLS_PK_EC, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	if (status < 0)
		return tls_fail(status, "make a TLS key", err);
	status = gnutls_x509_crt_init(&cert);
	if (status >= 0)
		status = cert_fill(cert, key, address);
	if (status < 0)
		return tls_fail(status, "make a TLS certificate", err);
	status = pin_of(key, made.pin, sizeof(made.pin));
	if (status >= 0)
		status = export_pem(key, cert, &made);
	if (status < 0)
		return tls_fail(status, "export the TLS key", err);
	*ret_key = made;
	made = (struct nn_server_key){0};
	return 0;
}
