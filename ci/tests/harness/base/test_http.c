/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Against a child that says what it is told, whatever it is asked, and keeps what it was sent. */
#include "harness/base/http.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "harness/base/clock.h"
#include "harness/base/hash.h"
#include "harness/base/json.h"
#include "harness/base/strbuf.h"

#define DEADLINE_NS (20 * NN_NS_PER_S)
#define ANSWER      "{\"value\":42}"

struct parrot {
	pid_t pid;
	int heard_fd; /* what it was sent */
	struct nn_http *http;
};

static _Noreturn void parrot_main(int listener, int heard_fd, const char *says)
{
	int s = accept(listener, NULL, NULL);
	char request[4096];
	ssize_t len = read(s, request, sizeof(request));

	(void)!write(heard_fd, request, len > 0 ? (size_t)len : 0);
	(void)!write(s, says, strlen(says));
	(void)close(s);
	_exit(0);
}

static void parrot_start(struct parrot *parrot, const char *says)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	NN_AUTO(free) char *url = NULL;
	struct nn_http_spec spec = {0};
	int fds[2];

	assert_int_equal(bind(listener, (const struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	assert_int_equal(pipe(fds), 0);
	parrot->pid = fork();
	if (parrot->pid == 0)
		parrot_main(listener, fds[1], says);
	(void)close(fds[1]);
	(void)close(listener);
	parrot->heard_fd = fds[0];
	url = nn_asprintf("http://127.0.0.1:%u", ntohs(address.sin_port));
	spec.base_url = url;
	assert_int_equal(nn_http_new(&spec, &parrot->http, NULL), 0);
}

static void parrot_end(struct parrot *parrot)
{
	nn_http_free(parrot->http);
	(void)close(parrot->heard_fd);
	(void)kill(parrot->pid, SIGKILL);
	(void)waitpid(parrot->pid, NULL, 0);
}

NN_AUTO_DEFINE(parrot, struct parrot, parrot_end(p))

/* An answer with that header. */
static char *answer_with(const char *header)
{
	return nn_asprintf("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n%s\r\n" ANSWER,
			   strlen(ANSWER), header);
}

static int post(struct parrot *parrot, json_t **ret_answer, struct nn_err *err)
{
	NN_AUTO(json) json_t *body = json_pack("{s:i}", "a", 1);
	long status = 0;

	return nn_http_post(parrot->http, "/v1", body, DEADLINE_NS, &status, ret_answer, err);
}

static void requests_carry_the_digest_of_their_body(void **state)
{
	NN_AUTO(free) char *says = answer_with("");
	NN_AUTO(parrot) struct parrot parrot = {0};
	NN_AUTO(json) json_t *answer = NULL;
	char digest[NN_CONTENT_DIGEST_CAP];
	char heard[4096] = "";

	(void)state;
	parrot_start(&parrot, says);
	assert_int_equal(post(&parrot, &answer, NULL), 0);
	assert_int_equal(json_integer_value(json_object_get(answer, "value")), 42);
	assert_true(read(parrot.heard_fd, heard, sizeof(heard) - 1) > 0);
	nn_content_digest("{\"a\":1}", 7, digest);
	/* printf '{"a":1}' | openssl dgst -sha256 -binary | base64 */
	assert_string_equal(digest, "sha-256=:AVq9f1zFei3ZS3WQ8ErYCEJzkF7jPsXOvq5iJ2qX+GI=:");
	assert_non_null(strstr(heard, digest));
}

static void an_answer_that_was_damaged_is_found_out(void **state)
{
	static const struct {
		const char *body;
		int rc;
	} cases[] = {{ANSWER, 0}, {"{\"value\":43}", -EIO}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		NN_AUTO(free) char *header = NULL;
		NN_AUTO(free) char *says = NULL;
		NN_AUTO(parrot) struct parrot parrot = {0};
		NN_AUTO(json) json_t *answer = NULL;
		char digest[NN_CONTENT_DIGEST_CAP];
		struct nn_err err = {0};

		nn_content_digest(cases[i].body, strlen(cases[i].body), digest);
		header = nn_asprintf("Content-Digest: %s\r\n", digest);
		says = answer_with(header);
		parrot_start(&parrot, says);
		assert_int_equal(post(&parrot, &answer, &err), cases[i].rc);
		if (cases[i].rc)
			assert_non_null(strstr(err.message, "the answer was damaged on its way"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_carry_the_digest_of_their_body),
		cmocka_unit_test(an_answer_that_was_damaged_is_found_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
