/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/server/endpoint.h"

#include <ifaddrs.h>
#include <signal.h>

#include <arpa/inet.h>
#include <sys/time.h>

#include "harness/base/hash.h"

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
	NN_AUTO(strbuf) struct nn_strbuf answer = NN_STRBUF_INIT;
	int nr_refused = fixture->seen.nr_refused;

	assert_int_equal(post_path(fixture, cred, path, batch, &answer), 401);
	/* whatever is wrong, the answer is the same */
	assert_string_equal(nn_strbuf_str(&answer),
			    "{\"error\":\"no token, or a wrong or expired one\"}");
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
	assert_string_equal(nn_strbuf_str(&answer), "{\"error\":\"message above 8388608 bytes\"}");
	assert_int_equal(fixture->seen.nr_seen, 0);
	assert_int_equal(post(fixture, "heartbeat", "{" TIMES "}", &answer), 200);
}

static void each_message_has_a_length_of_its_own(void **state)
{
	static const struct {
		const char *verb;
		size_t len;
		long status;
		const char *answer;
	} cases[] = {
		{"heartbeat", 8000, 200, "{}"},
		{"heartbeat", 8200, 413, "{\"error\":\"message above 8192 bytes\"}"},
		{"finish", 300000, 413, "{\"error\":\"message above 262144 bytes\"}"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(strbuf) struct nn_strbuf answer = NN_STRBUF_INIT;
		NN_AUTO(free)
		char *body = nn_asprintf("{" TIMES ",\"x\":\"%0*d\"}", (int)cases[i].len - 40, 0);

		assert_int_equal(post(fixture, cases[i].verb, body, &answer), cases[i].status);
		assert_string_equal(nn_strbuf_str(&answer), cases[i].answer);
	}
}

/* Bytes that no client of ours would send, as they are. */
static const struct raw_case {
	const char *request;
	const char *answer; /* what the answer begins with; "" for a closed connection */
} raw_cases[] = {
	{"GET /v1/" BOOT "/next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 401 "},
	/* nobody waits for a body that long, and nobody reads it */
	{"POST /v1/" BOOT "/samples HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n",
	 "HTTP/1.1 401 "},
	{"POST /v1/" BOOT "/samples HTTP/1.1\r\nHost: x\r\n"
	 "Content-Length: 99999999999999999999999\r\n\r\n",
	 "HTTP/1.1 4"},
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
		cmocka_unit_test_setup_teardown(each_message_has_a_length_of_its_own, start, stop),
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
