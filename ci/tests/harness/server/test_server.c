/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server runs in this process, the client that agents use (harness/base/http.h) in a child, so
 * that every byte crosses a real socket.
 */
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/hash.h"
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

static void on_seen(void *user, const struct nn_message_timing *timing)
{
	struct seen *seen = user;

	seen->nr_seen++;
	seen->agent_elapsed_ns = timing->agent_elapsed_ns;
	seen->rtt_ns = timing->rtt_ns;
	seen->arrived_ns = timing->arrived_ns;
}

static int on_hello(void *user, const struct nn_hello *hello, struct nn_err *err)
{
	struct seen *seen = user;

	(void)err;
	assert_string_equal(hello->agent_build, "b");
	seen->nr_hello++;
	return 0;
}

static int on_facts(void *user, const struct nn_pairs *facts, struct nn_err *err)
{
	struct seen *seen = user;

	(void)err;
	assert_string_equal(nn_pairs_get(facts, "n"), "v");
	seen->nr_other++;
	return 0;
}

static int on_next(void *user, const struct nn_job **ret_job, struct nn_err *err)
{
	static const struct nn_job job = {.run = RUN, .workload = (char *)"null", .seed = 9};
	const struct seen *seen = user;

	(void)err;
	*ret_job = seen->has_job ? &job : NULL;
	return 0;
}

static int on_samples(void *user, const struct nn_sample_batch *batch, struct nn_err *err)
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

static int on_telemetry(void *user, const struct nn_telemetry_batch *batch, struct nn_err *err)
{
	(void)err;
	assert_string_equal(batch->run, "");
	((struct seen *)user)->nr_other++;
	return 0;
}

static int on_events(void *user, const struct nn_event_batch *batch, struct nn_err *err)
{
	(void)err;
	assert_string_equal(batch->run, RUN);
	((struct seen *)user)->nr_other++;
	return 0;
}

static int on_finish(void *user, const struct nn_finish *finish, struct nn_err *err)
{
	struct seen *seen = user;

	(void)err;
	(void)snprintf(seen->finish_reason, sizeof(seen->finish_reason), "%s", finish->reason);
	return 0;
}

static void on_refused(void *user, const char *peer, const char *why)
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

static int start_on(const char *address, void **state)
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

static int start(void **state)
{
	return start_on("127.0.0.1", state);
}

static int stop(void **state)
{
	struct fixture *fixture = *state;

	nn_server_free(fixture->server);
	free(fixture);
	return 0;
}

/* In the child: post and write "<status> <answer>" or "<errno> <message>" to @fd. */
static void client(int fd, const struct nn_credentials *cred, const char *path, const char *body)
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
static void serve_child(struct nn_server *server, pid_t pid, int fd, struct nn_strbuf *ret_text)
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
static long post_path(struct fixture *fixture, const struct nn_credentials *cred, const char *path,
		      const char *body, struct nn_strbuf *ret_text)
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

static long post(struct fixture *fixture, const char *verb, const char *body,
		 struct nn_strbuf *ret_text)
{
	NN_AUTO(free) char *path = nn_asprintf("/v1/%s/%s", BOOT, verb);

	return post_path(fixture, &fixture->cred, path, body, ret_text);
}

static const struct message_case {
	const char *verb;
	const char *body;
	long status;
	const char *answer;
} message_cases[] = {
	{"hello", "{\"protocol\":1,\"agent_build\":\"b\",\"credentials_from\":\"file\"," TIMES "}",
	 200, "{\"protocol\":1,\"heartbeat_ms\":10000}"},
	{"facts", "{\"facts\":[{\"name\":\"n\",\"value\":\"v\"}]," TIMES "}", 200, "{}"},
	{"telemetry", "{\"run\":\"\",\"batch\":0,\"telemetry\":[]," TIMES "}", 200, "{}"},
	{"events", "{\"run\":\"" RUN "\",\"batch\":0,\"events\":[]," TIMES "}", 200, "{}"},
	{"finish",
	 "{\"run\":\"" RUN "\",\"outcome\":\"skipped\",\"reason\":\"no GPU\",\"note\":null,"
	 "\"checksum\":\"0000000000000000\",\"is_software\":false,\"duration_ns\":1," TIMES "}",
	 200, "{}"},
	{"heartbeat", "{" TIMES "}", 200, "{}"},
	{"next", "{" TIMES "}", 200, "{\"action\":\"shutdown\"}"},
	{"hello", "{\"protocol\":2,\"agent_build\":\"b\",\"credentials_from\":\"file\"," TIMES "}",
	 400,
	 "{\"error\":\"message 'hello': agent speaks protocol 2, this orchestrator 1: "
	 "install the same version on both\"}"},
	{"hello", "{" TIMES "}", 400,
	 "{\"error\":\"message 'hello': member 'protocol': missing, "
	 "expected a whole number, 0 or more\"}"},
	{"heartbeat", "{}", 400,
	 "{\"error\":\"message 'heartbeat': member 'elapsed_ns': missing, "
	 "expected a whole number, 0 or more\"}"},
	{"heartbeat", "[]", 400,
	 "{\"error\":\"message 'heartbeat': member 'elapsed_ns': missing, "
	 "expected a whole number, 0 or more\"}"},
	{"samples", "{\"run\":\"" RUN "\",\"batch\":0,\"samples\":[{}]," TIMES "}", 400,
	 "{\"error\":\"message 'samples': samples[0]: member 'metric': missing, "
	 "expected a string\"}"},
	{"reboot", "{" TIMES "}", 404, "{\"error\":\"no such message\"}"},
};

static void messages_reach_their_hooks_and_are_answered(void **state)
{
	struct fixture *fixture = *state;
	NN_AUTO(strbuf) struct nn_strbuf answer = NN_STRBUF_INIT;
	uint64_t begin_ns = nn_clock_ns();

	for (size_t i = 0; i < NN_ARRAY_SIZE(message_cases); i++) {
		const struct message_case *c = &message_cases[i];

		assert_int_equal(post(fixture, c->verb, c->body, &answer), c->status);
		assert_string_equal(nn_strbuf_str(&answer), c->answer);
	}
	assert_int_equal(fixture->seen.nr_hello, 1);
	assert_int_equal(fixture->seen.nr_other, 3);
	assert_string_equal(fixture->seen.finish_reason, "no GPU");
	assert_int_equal(fixture->seen.nr_refused, 0);
	assert_true(fixture->seen.agent_elapsed_ns == 5 && fixture->seen.rtt_ns == 3);
	assert_in_range(fixture->seen.arrived_ns, begin_ns, nn_clock_ns());
}

static void next_hands_out_the_job(void **state)
{
	struct fixture *fixture = *state;
	NN_AUTO(strbuf) struct nn_strbuf answer = NN_STRBUF_INIT;
	NN_AUTO(json) json_t *json = NULL;
	NN_AUTO(job) struct nn_job job = {0};
	bool is_shutdown = true;

	fixture->seen.has_job = true;
	assert_int_equal(post(fixture, "next", "{" TIMES "}", &answer), 200);
	assert_int_equal(nn_json_parse(nn_strbuf_str(&answer), answer.len, &json, NULL), 0);
	assert_int_equal(nn_next_decode(json, &is_shutdown, &job, NULL), 0);
	assert_false(is_shutdown);
	assert_string_equal(job.run, RUN);
	assert_true(job.seed == 9);
}

static void a_batch_sent_twice_is_taken_twice_and_acknowledged(void **state)
{
	static const char batch[] = "{\"run\":\"" RUN "\",\"batch\":4,\"samples\":[]," TIMES "}";
	struct fixture *fixture = *state;
	NN_AUTO(strbuf) struct nn_strbuf answer = NN_STRBUF_INIT;

	assert_int_equal(post(fixture, "samples", batch, &answer), 200);
	assert_int_equal(post(fixture, "samples", batch, &answer), 200);
	assert_int_equal(fixture->seen.nr_sample_calls, 2);
	assert_int_equal(fixture->seen.nr_samples, 1);
}

static void a_hook_that_fails_is_no_acknowledgement(void **state)
{
	static const char batch[] = "{\"run\":\"" RUN "\",\"batch\":0,\"samples\":[]," TIMES "}";
	struct fixture *fixture = *state;
	NN_AUTO(strbuf) struct nn_strbuf answer = NN_STRBUF_INIT;

	fixture->seen.hook_result = -ENOSPC;
	assert_int_equal(post(fixture, "samples", batch, &answer), 500);
	assert_string_equal(nn_strbuf_str(&answer),
			    "{\"error\":\"message 'samples': store samples: disk full\"}");
	fixture->seen.hook_result = -EBADMSG; /* never send it again */
	assert_int_equal(post(fixture, "samples", batch, &answer), 400);
}

static void assert_refused(struct fixture *fixture, const struct nn_credentials *cred,
			   const char *boot, const char *why)
{
	static const char batch[] = "{\"run\":\"" RUN "\",\"batch\":0,\"samples\":[]," TIMES "}";
	NN_AUTO(free) char *path = nn_asprintf("/v1/%s/samples", boot);
	NN_AUTO(free) char *expected = nn_asprintf("{\"error\":\"%s\"}", why);
	NN_AUTO(strbuf) struct nn_strbuf answer = NN_STRBUF_INIT;
	int nr_refused = fixture->seen.nr_refused;

	assert_int_equal(post_path(fixture, cred, path, batch, &answer), 401);
	assert_string_equal(nn_strbuf_str(&answer), expected);
	assert_int_equal(fixture->seen.nr_refused, nr_refused + 1);
	assert_string_equal(fixture->seen.refused_why, why);
	assert_int_equal(fixture->seen.nr_seen, 0);
	assert_int_equal(fixture->seen.nr_sample_calls, 0);
}

static void who_has_no_right_gets_401_and_no_data_passes(void **state)
{
	struct fixture *fixture = *state;
	struct nn_credentials wrong = fixture->cred;
	struct nn_credentials none = fixture->cred;
	struct nn_credentials next;

	wrong.token[0] = wrong.token[0] == '0' ? '1' : '0';
	none.token[0] = '\0';
	assert_refused(fixture, &wrong, BOOT, "wrong token");
	assert_refused(fixture, &none, BOOT, "no token");
	assert_refused(fixture, &fixture->cred, OTHER_BOOT,
		       "another boot is admitted, this one has expired");
	nn_server_admit(fixture->server, OTHER_BOOT, &next);
	assert_string_not_equal(next.token, fixture->cred.token);
	assert_refused(fixture, &fixture->cred, BOOT,
		       "another boot is admitted, this one has expired");
	assert_refused(fixture, &fixture->cred, OTHER_BOOT, "wrong token");
	nn_server_expire(fixture->server);
	assert_refused(fixture, &next, OTHER_BOOT, "no boot is admitted, this one has expired");
}

static void other_paths_do_not_exist(void **state)
{
	static const char *const paths[] = {"/",
					    "/v1",
					    "/v1/",
					    "/v1/" BOOT,
					    "/v2/" BOOT "/hello",
					    "/v1/" BOOT "/hello/x/and/more/than/fits",
					    "/v1/zz1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9/hello"};
	struct fixture *fixture = *state;
	NN_AUTO(strbuf) struct nn_strbuf answer = NN_STRBUF_INIT;

	for (size_t i = 0; i < NN_ARRAY_SIZE(paths); i++) {
		assert_int_equal(post_path(fixture, &fixture->cred, paths[i], "{}", &answer), 404);
		assert_string_equal(nn_strbuf_str(&answer), "{\"error\":\"no such path\"}");
	}
	assert_int_equal(fixture->seen.nr_refused, 0);
}

static void an_oversized_body_is_refused_and_the_next_one_served(void **state)
{
	struct fixture *fixture = *state;
	NN_AUTO(strbuf) struct nn_strbuf answer = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf body = NN_STRBUF_INIT;

	nn_strbuf_add(&body, "{\"x\":\"");
	memset(nn_strbuf_reserve(&body, 9 << 20), 'x', 9 << 20);
	nn_strbuf_advance(&body, 9 << 20);
	nn_strbuf_add(&body, "\"}");
	assert_int_equal(post(fixture, "samples", nn_strbuf_str(&body), &answer), 413);
	assert_string_equal(nn_strbuf_str(&answer), "{\"error\":\"message above 8 MiB\"}");
	assert_int_equal(fixture->seen.nr_seen, 0);
	assert_int_equal(post(fixture, "heartbeat", "{" TIMES "}", &answer), 200);
}

/* Bytes that no client of ours would send, as they are. */
static const struct raw_case {
	const char *request;
	const char *answer; /* what the answer begins with; "" for a closed connection */
} raw_cases[] = {
	{"GET /v1/" BOOT "/next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 401 "},
	{"POST /v1/" BOOT "/next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	 "Authorization: Basic AAAA\r\nContent-Length: 2\r\n\r\n{}",
	 "HTTP/1.1 401 "},
	{"\x16\x03\x01 not HTTP at all\r\n\r\n", ""},
};

static void raw_client(int fd, uint16_t port, const char *request)
{
	const struct sockaddr_in to = {.sin_family = AF_INET,
				       .sin_port = htons(port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int s = socket(AF_INET, SOCK_STREAM, 0);
	char answer[4096];
	ssize_t len = -1;

	if (connect(s, (const struct sockaddr *)&to, sizeof(to)) == 0 &&
	    write(s, request, strlen(request)) == (ssize_t)strlen(request))
		len = read(s, answer, sizeof(answer));
	if (len > 0)
		(void)!write(fd, answer, (size_t)len);
	_exit(0);
}

/* What one raw request is answered. */
static void exchange(struct fixture *fixture, const char *request, struct nn_strbuf *ret_text)
{
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0)
		raw_client(fds[1], nn_server_port(fixture->server), request);
	(void)close(fds[1]);
	serve_child(fixture->server, pid, fds[0], ret_text);
	(void)close(fds[0]);
}

static void strange_requests_do_no_harm(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < NN_ARRAY_SIZE(raw_cases); i++) {
		NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

		exchange(fixture, raw_cases[i].request, &text);
		assert_memory_equal(nn_strbuf_str(&text), raw_cases[i].answer,
				    strlen(raw_cases[i].answer));
	}
	assert_int_equal(fixture->seen.nr_seen, 0);
}

static void a_message_that_was_damaged_is_to_be_sent_again(void **state)
{
	static const char *const sent[] = {"{" TIMES "}", "{" TIMES " "};
	static const char *const answers[] = {"HTTP/1.1 200 ", "HTTP/1.1 503 "};
	struct fixture *fixture = *state;
	char digest[NN_CONTENT_DIGEST_CAP];

	nn_content_digest(sent[0], strlen(sent[0]), digest);
	for (size_t i = 0; i < NN_ARRAY_SIZE(sent); i++) {
		NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
		NN_AUTO(free)
		char *request = nn_asprintf("POST /v1/%s/heartbeat HTTP/1.1\r\nHost: x\r\n"
					    "Authorization: Bearer %s\r\nConnection: close\r\n"
					    "Content-Digest: %s\r\nContent-Length: %zu\r\n\r\n%s",
					    fixture->cred.boot, fixture->cred.token, digest,
					    strlen(sent[i]), sent[i]);

		exchange(fixture, request, &text);
		assert_memory_equal(nn_strbuf_str(&text), answers[i], strlen(answers[i]));
	}
	assert_int_equal(fixture->seen.nr_seen, 1);
}

static void loopback_is_plain_http_without_a_pin(void **state)
{
	const struct fixture *fixture = *state;
	NN_AUTO(free)
	char *url = nn_asprintf("http://127.0.0.1:%u", nn_server_port(fixture->server));

	assert_string_equal(fixture->cred.url, url);
	assert_string_equal(fixture->cred.boot, BOOT);
	assert_int_equal(strlen(fixture->cred.token), 64);
	assert_string_equal(fixture->cred.pin, "");
}

/* An address of this machine beyond loopback; false when it has none. */
static bool find_own_address(char ret_address[INET_ADDRSTRLEN])
{
	struct ifaddrs *list = NULL;
	bool is_found = false;

	assert_int_equal(getifaddrs(&list), 0);
	for (const struct ifaddrs *i = list; i && !is_found; i = i->ifa_next) {
		const struct sockaddr_in *v4 = (const void *)i->ifa_addr;

		if (!v4 || v4->sin_family != AF_INET ||
		    ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET)
			continue;
		is_found = inet_ntop(AF_INET, &v4->sin_addr, ret_address, INET_ADDRSTRLEN) != NULL;
	}
	freeifaddrs(list);
	return is_found;
}

static void beyond_loopback_is_tls_that_only_the_pin_opens(void **state)
{
	char address[INET_ADDRSTRLEN];
	NN_AUTO(strbuf) struct nn_strbuf answer = NN_STRBUF_INIT;
	struct nn_credentials wrong;
	struct nn_credentials plain;
	struct fixture *fixture;
	void *own = NULL;

	(void)state;
	if (!find_own_address(address)) {
		print_message("skipped: this machine has no address beyond loopback\n");
		skip();
	}
	assert_int_equal(start_on(address, &own), 0);
	fixture = own;
	assert_memory_equal(fixture->cred.url, "https://", 8);
	assert_memory_equal(fixture->cred.pin, "sha256//", 8);
	assert_int_equal(strlen(fixture->cred.pin), 8 + 44);
	assert_int_equal(post(fixture, "heartbeat", "{" TIMES "}", &answer), 200);
	wrong = fixture->cred;
	wrong.pin[10] = wrong.pin[10] == 'A' ? 'B' : 'A';
	assert_int_equal(post_path(fixture, &wrong, "/v1/" BOOT "/heartbeat", "{}", &answer),
			 -EKEYREJECTED);
	wrong.pin[0] = '\0'; /* without a pin nobody vouches for the key */
	assert_int_equal(post_path(fixture, &wrong, "/v1/" BOOT "/heartbeat", "{}", &answer), -EIO);
	plain = fixture->cred;
	(void)snprintf(plain.url, sizeof(plain.url), "http://%s:%u", address,
		       nn_server_port(fixture->server));
	assert_true(post_path(fixture, &plain, "/v1/" BOOT "/heartbeat", "{" TIMES "}", &answer) <
		    0);
	assert_int_equal(fixture->seen.nr_seen, 1);
	(void)stop(&own);
}

static const struct address_case {
	const char *address;
	int code;
	const char *message;
} address_cases[] = {
	{"localhost", -EINVAL, "listen on 'localhost': not a numeric IPv4 or IPv6 address"},
	{"0.0.0.0", -EINVAL, "listen on '0.0.0.0': agents need one address that they can call"},
	{"::", -EINVAL, "listen on '::': agents need one address that they can call"},
	{"203.0.113.77", -EADDRNOTAVAIL,
	 "listen on '203.0.113.77' port 0: Cannot assign requested address"},
};

static void addresses_that_cannot_be_listened_on_are_refused(void **state)
{
	static const struct nn_server_hooks hooks = {0};
	struct nn_server *server = NULL;

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(address_cases); i++) {
		struct nn_err err = {0};

		assert_int_equal(nn_server_new(address_cases[i].address, 0, &hooks, &server, &err),
				 address_cases[i].code);
		assert_string_equal(err.message, address_cases[i].message);
	}
	assert_null(server);
}

static void a_port_in_use_is_named(void **state)
{
	static const struct nn_server_hooks hooks = {0};
	const struct fixture *fixture = *state;
	uint16_t port = nn_server_port(fixture->server);
	NN_AUTO(free)
	char *expected = nn_asprintf("listen on '127.0.0.1' port %u: Address already in use", port);
	struct nn_server *server = NULL;
	struct nn_err err = {0};

	assert_int_equal(nn_server_new("127.0.0.1", port, &hooks, &server, &err), -EADDRINUSE);
	assert_string_equal(err.message, expected);
}

static void on_alarm(int number)
{
	(void)number;
}

static void poll_returns_on_a_signal(void **state)
{
	const struct fixture *fixture = *state;
	const struct sigaction action = {.sa_handler = on_alarm};
	const struct itimerval soon = {.it_value.tv_usec = 20000};
	uint64_t begin_ns = nn_clock_ns();

	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(nn_server_poll(fixture->server, 60000, NULL), 0);
	assert_true(nn_clock_ns() - begin_ns < 30 * NN_NS_PER_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(messages_reach_their_hooks_and_are_answered, start,
						stop),
		cmocka_unit_test_setup_teardown(next_hands_out_the_job, start, stop),
		cmocka_unit_test_setup_teardown(a_batch_sent_twice_is_taken_twice_and_acknowledged,
						start, stop),
		cmocka_unit_test_setup_teardown(a_hook_that_fails_is_no_acknowledgement, start,
						stop),
		cmocka_unit_test_setup_teardown(who_has_no_right_gets_401_and_no_data_passes, start,
						stop),
		cmocka_unit_test_setup_teardown(other_paths_do_not_exist, start, stop),
		cmocka_unit_test_setup_teardown(
			an_oversized_body_is_refused_and_the_next_one_served, start, stop),
		cmocka_unit_test_setup_teardown(strange_requests_do_no_harm, start, stop),
		cmocka_unit_test_setup_teardown(a_message_that_was_damaged_is_to_be_sent_again,
						start, stop),
		cmocka_unit_test_setup_teardown(loopback_is_plain_http_without_a_pin, start, stop),
		cmocka_unit_test(beyond_loopback_is_tls_that_only_the_pin_opens),
		cmocka_unit_test(addresses_that_cannot_be_listened_on_are_refused),
		cmocka_unit_test_setup_teardown(a_port_in_use_is_named, start, stop),
		cmocka_unit_test_setup_teardown(poll_returns_on_a_signal, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
