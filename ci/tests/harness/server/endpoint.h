/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A server in this process whose hooks note what they saw, and the client that agents use
 * (harness/base/http.h) in a child, so that every byte crosses a real socket.
 */
#ifndef NN_TESTS_SERVER_ENDPOINT_H
#define NN_TESTS_SERVER_ENDPOINT_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/http.h"
#include "harness/base/json.h"
#include "harness/server/server.h"

#define BOOT        "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"
#define OTHER_BOOT  "ffffffff-4e5f-4071-8293-a4b5c6d7e8f9"
#define RUN         "11111111-2222-4333-8444-555555555555"
#define TIMES       "\"elapsed_ns\":5,\"rtt_ns\":3"
#define DEADLINE_NS (20 * NN_NS_PER_S)

/* What the hooks saw, and what they are told to do. */
struct seen {
	int nr_seen;
	int nr_hello;
	int nr_samples; /* distinct batches, as a store with a unique key would keep */
	int nr_sample_calls;
	int nr_other;
	int nr_refused;
	uint64_t last_batch;
	uint64_t agent_elapsed_ns;
	uint64_t rtt_ns;
	uint64_t arrived_ns;
	char refused_why[80];
	char finish_reason[80];
	int hook_result;
	bool has_job;
};

static inline void on_seen(void *user, const struct nn_message_timing *timing)
{
	struct seen *seen = user;

	seen->nr_seen++;
	seen->agent_elapsed_ns = timing->agent_elapsed_ns;
	seen->rtt_ns = timing->rtt_ns;
	seen->arrived_ns = timing->arrived_ns;
}

static inline int on_hello(void *user, const struct nn_hello *hello, struct nn_err *err)
{
	struct seen *seen = user;

	(void)err;
	assert_string_equal(hello->agent_build, "b");
	seen->nr_hello++;
	return 0;
}

static inline int on_facts(void *user, const struct nn_pairs *facts, struct nn_err *err)
{
	struct seen *seen = user;

	(void)err;
	assert_string_equal(nn_pairs_get(facts, "n"), "v");
	seen->nr_other++;
	return 0;
}

static inline int on_next(void *user, const struct nn_job **ret_job, struct nn_err *err)
{
	static const struct nn_job job = {.run = RUN, .workload = (char *)"null", .seed = 9};
	const struct seen *seen = user;

	(void)err;
	*ret_job = seen->has_job ? &job : NULL;
	return 0;
}

static inline int on_samples(void *user, const struct nn_sample_batch *batch, struct nn_err *err)
{
	struct seen *seen = user;

	if (seen->hook_result)
		return nn_err_set(err, seen->hook_result, "store samples: disk full");
	seen->nr_sample_calls++;
	if (!seen->nr_samples || batch->batch > seen->last_batch)
		seen->nr_samples++;
	seen->last_batch = batch->batch;
	return 0;
}

static inline int on_telemetry(void *user, const struct nn_telemetry_batch *batch,
			       struct nn_err *err)
{
	(void)err;
	assert_string_equal(batch->run, "");
	((struct seen *)user)->nr_other++;
	return 0;
}

static inline int on_events(void *user, const struct nn_event_batch *batch, struct nn_err *err)
{
	(void)err;
	assert_string_equal(batch->run, RUN);
	((struct seen *)user)->nr_other++;
	return 0;
}

static inline int on_finish(void *user, const struct nn_finish *finish, struct nn_err *err)
{
	struct seen *seen = user;

	(void)err;
	(void)snprintf(seen->finish_reason, sizeof(seen->finish_reason), "%s", finish->reason);
	return 0;
}

static inline void on_refused(void *user, const char *peer, const char *why)
{
	struct seen *seen = user;

	assert_non_null(strchr(peer, ':'));
	seen->nr_refused++;
	(void)snprintf(seen->refused_why, sizeof(seen->refused_why), "%s", why);
}

struct fixture {
	struct seen seen;
	struct nn_server *server;
	struct nn_credentials cred;
};

static inline int start_on(const char *address, void **state)
{
	struct fixture *fixture = nn_calloc(1, sizeof(*fixture));
	const struct nn_server_hooks hooks = {
		.user = &fixture->seen,
		.seen = on_seen,
		.hello = on_hello,
		.facts = on_facts,
		.next = on_next,
		.samples = on_samples,
		.telemetry = on_telemetry,
		.events = on_events,
		.finish = on_finish,
		.refused = on_refused,
	};
	struct nn_err err = {0};

	if (nn_server_new(address, 0, &hooks, &fixture->server, &err))
		fail_msg("%s", err.message);
	nn_server_admit(fixture->server, BOOT, &fixture->cred);
	*state = fixture;
	return 0;
}

static inline int start(void **state)
{
	return start_on("127.0.0.1", state);
}

static inline int stop(void **state)
{
	struct fixture *fixture = *state;

	nn_server_free(fixture->server);
	free(fixture);
	return 0;
}

/* In the child: post and write "<status> <answer>" or "<errno> <message>" to @fd. */
static inline void client(int fd, const struct nn_credentials *cred, const char *path,
			  const char *body)
{
	const struct nn_http_spec spec = {.base_url = cred->url,
					  .token = cred->token[0] ? cred->token : NULL,
					  .pin = cred->pin[0] ? cred->pin : NULL};
	struct nn_http *http = NULL;
	json_t *json = json_loads(body, JSON_DECODE_ANY, NULL);
	json_t *answer = NULL;
	struct nn_err err = {0};
	long status = 0;
	int rc = nn_http_new(&spec, &http, &err);

	if (!rc)
		rc = nn_http_post(http, path, json, DEADLINE_NS, &status, &answer, &err);
	if (rc)
		(void)dprintf(fd, "%d %s", rc, err.message);
	else
		(void)dprintf(fd, "%ld %s", status, nn_json_text(answer));
	_exit(0);
}

/* Serve until @fd, a child's only output, is at its end; the output goes to *@ret_text. */
static inline void serve_child(struct nn_server *server, pid_t pid, int fd,
			       struct nn_strbuf *ret_text)
{
	uint64_t until_ns = nn_clock_ns() + DEADLINE_NS;
	ssize_t len;

	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	do {
		assert_true(nn_clock_ns() < until_ns);
		assert_int_equal(nn_server_poll(server, 5, NULL), 0);
		len = read(fd, nn_strbuf_reserve(ret_text, 65536), 65536);
		if (len > 0)
			nn_strbuf_advance(ret_text, (size_t)len);
	} while (len != 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Post @body as an agent with @cred would; returns the status, the answer's text in @ret_text. */
static inline long post_path(struct fixture *fixture, const struct nn_credentials *cred,
			     const char *path, const char *body, struct nn_strbuf *ret_text)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	int fds[2];
	pid_t pid;
	char *end;
	long status;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(fds[0]);
		client(fds[1], cred, path, body);
	}
	(void)close(fds[1]);
	serve_child(fixture->server, pid, fds[0], &text);
	(void)close(fds[0]);
	status = strtoll(nn_strbuf_str(&text), &end, 10);
	nn_strbuf_clear(ret_text);
	nn_strbuf_add(ret_text, *end ? end + 1 : end);
	return status;
}

static inline long post(struct fixture *fixture, const char *verb, const char *body,
			struct nn_strbuf *ret_text)
{
	NN_AUTO(free) char *path = nn_asprintf("/v1/%s/%s", BOOT, verb);

	return post_path(fixture, &fixture->cred, path, body, ret_text);
}

#endif
