/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP client: one kept connection to one server, JSON in, JSON out. http:// and https:// only, no
 * redirects, no proxy. With a pin the server's public key must match it, whoever signed it; that is
 * how an agent knows its campaign's orchestrator.
 */
#ifndef NN_BASE_HTTP_H
#define NN_BASE_HTTP_H

#include <jansson.h>
#include <stdint.h>

#include "harness/base/err.h"

struct nn_http;

struct nn_http_spec {
	const char *base_url; /* "http://10.0.2.2:8123" */
	const char *token;    /* sent as "Authorization: Bearer …", or NULL */
	const char *pin;      /* "sha256//…" of the server's public key, or NULL */
};

int nn_http_new(const struct nn_http_spec *spec, struct nn_http **ret_http, struct nn_err *err);
void nn_http_free(struct nn_http *http);

/**
 * POST @body (borrowed) to base_url + @path and parse the answer.
 * @ret_status: the HTTP status. @ret_answer: a new reference, or NULL when the body is no JSON.
 * Return: 0 for any HTTP answer; -ETIMEDOUT, -ECONNREFUSED or -EIO when there was none.
 */
int nn_http_post(struct nn_http *http, const char *path, const json_t *body, uint64_t deadline_ns,
		 long *ret_status, json_t **ret_answer, struct nn_err *err);

#endif
