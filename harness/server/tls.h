/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A key pair made for one server and never written to disk, with the certificate that TLS wants
 * around it. Nobody signs it: agents trust its pin, which reaches them with their credentials.
 */
#ifndef NN_SERVER_TLS_H
#define NN_SERVER_TLS_H

#include "harness/base/cleanup.h"
#include "harness/base/err.h"

struct nn_server_key {
	char *key_pem;
	char *cert_pem;
	char pin[64]; /* "sha256//…", as CURLOPT_PINNEDPUBLICKEY takes it */
};

/** Make an EC P-256 key and a self-signed certificate for @address. */
int nn_server_key_new(const char *address, struct nn_server_key *ret_key, struct nn_err *err);

/** Wipe and free; accepts zeroes. */
void nn_server_key_release(struct nn_server_key *key);

NN_AUTO_DEFINE(server_key, struct nn_server_key, nn_server_key_release(p))

#endif
