/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/agent/link.h"

#include <errno.h>

#include <poll.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/http.h"
#include "harness/base/json.h"
#include "harness/base/strbuf.h"

#define REQUEST_DEADLINE_NS (30 * NN_NS_PER_S)
#define BACKOFF_FIRST_NS    (100 * NN_NS_PER_MS)
#define BACKOFF_MAX_NS      (5 * NN_NS_PER_S)

#define STATUS_OK           200
#define STATUS_UNAUTHORIZED 401
#define STATUS_CLIENT_ERROR 400
#define STATUS_SERVER_ERROR 500

struct nn_link {
	struct nn_http *http;
	char boot[NN_UUID_CAP];
	int stop_fd;
	uint64_t patience_ns;
	uint64_t zero_ns;
	uint64_t rtt_ns; /* of the message before, 0: none or it had no answer */
};

int nn_link_new(const struct nn_link_spec *spec, struct nn_link **ret_link, struct nn_err *err)
{
	const struct nn_http_spec http_spec = {
		.base_url = spec->cred->url,
		.token = spec->cred->token,
		.pin = spec->cred->pin[0] ? spec->cred->pin : NULL,
	};
	NN_AUTO(link) struct nn_link *link = nn_calloc(1, sizeof(*link));
	int rc = nn_http_new(&http_spec, &link->http, err);

	if (rc)
		return rc;
	(void)snprintf(link->boot, sizeof(link->boot), "%s", spec->cred->boot);
	link->stop_fd = spec->stop_fd;
	link->patience_ns = spec->patience_ns;
	link->zero_ns = nn_clock_ns();
	*ret_link = NN_STEAL(link);
	return 0;
}

void nn_link_free(struct nn_link *link)
{
	if (!link)
		return;
	nn_http_free(link->http);
	free(link);
}

uint64_t nn_link_zero_ns(const struct nn_link *link)
{
	return link->zero_ns;
}

/* Wait, unless told to stop. */
static bool pause_is_interrupted(const struct nn_link *link, uint64_t duration_ns)
{
	uint64_t until_ns = nn_clock_ns() + duration_ns;
	struct pollfd stop = {.fd = link->stop_fd, .events = POLLIN};

	for (;;) {
		int rc = poll(&stop, 1, nn_clock_ms_until(until_ns));

		if (rc > 0)
			return true;
		if (rc == 0)
			return false;
		/* a signal: wait for the rest */
	}
}

/*
 * Send once. A positive result is the HTTP status of an answer; its body, if it is JSON, goes to
 * *@ret_answer.
 */
static long send_once(struct nn_link *link, const char *path, json_t *body, json_t **ret_answer,
		      struct nn_err *err)
{
	uint64_t begin_ns = nn_clock_ns();
	long status = 0;
	int rc;

	(void)json_object_set_new(body, "elapsed_ns",
				  json_integer((json_int_t)(begin_ns - link->zero_ns)));
	(void)json_object_set_new(body, "rtt_ns", json_integer((json_int_t)link->rtt_ns));
	rc = nn_http_post(link->http, path, body, REQUEST_DEADLINE_NS, &status, ret_answer, err);
	/* Without an answer nobody knows whether, and so when, the message arrived. */
	link->rtt_ns = rc ? 0 : nn_clock_ns() - begin_ns;
	return rc ? rc : status;
}

/* What an answer other than 200 means: 0 for "send it again". */
static int refusal(const char *verb, long status, const json_t *answer, struct nn_err *err)
{
	const char *why = nn_json_opt_str(answer, "error");

	if (!why)
		why = "no reason given";
	if (status == STATUS_UNAUTHORIZED)
		return nn_err_set(err, -EACCES, "the orchestrator refused this boot: %s", why);
	if (status >= STATUS_CLIENT_ERROR && status < STATUS_SERVER_ERROR)
		return nn_err_set(err, -EBADMSG,
				  "the orchestrator refused message '%s' (status %ld): %s", verb,
				  status, why);
	(void)nn_err_set(err, -EAGAIN, "message '%s': status %ld: %s", verb, status, why);
	return 0;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

int nn_link_post(struct nn_link *link, const char *verb, json_t *body, json_t **ret_answer,
		 struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf("/v1/%s/%s", link->boot, verb);
	uint64_t until_ns = nn_clock_ns() + link->patience_ns;
	uint64_t backoff_ns = BACKOFF_FIRST_NS;

	for (;;) {
		NN_AUTO(json) json_t *answer = NULL;
		struct nn_err why = {0};
		long status = send_once(link, path, body, &answer, &why);
		uint64_t now_ns;
		int rc;

		if (status == STATUS_OK) {
			if (ret_answer)
				*ret_answer = NN_STEAL(answer);
			return 0;
		}
		if (status == -EKEYREJECTED)
			return nn_err_set(err, -EKEYREJECTED, "%s", why.message);
		rc = status > 0 ? refusal(verb, status, answer, &why) : 0;
		if (rc)
			return nn_err_set(err, rc, "%s", why.message);
		now_ns = nn_clock_ns();
		if (now_ns >= until_ns)
			return nn_err_set(err, -ETIMEDOUT, "the orchestrator stayed away: %s",
					  why.message);
		if (pause_is_interrupted(link, min_u64(backoff_ns, until_ns - now_ns)))
			return nn_err_set(err, -EINTR, "stopped by a signal");
		backoff_ns = min_u64(2 * backoff_ns, BACKOFF_MAX_NS);
	}
}
