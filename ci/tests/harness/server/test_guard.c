/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/server/guard.h"

#include "ci/tests/harness/server/endpoint.h"

#include <signal.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>

#include "harness/agent/link.h"

#define CROWD 200

/* Visitors on pairs of sockets, whose other ends see who is shown out. */
struct door {
	struct nn_guard guard;
	struct nn_visitor *visitors[CROWD];
	int fds[CROWD][2];
	size_t nr;
};

static int open_door(void **state)
{
	*state = calloc(1, sizeof(struct door));
	return *state ? 0 : -1;
}

static int close_door(void **state)
{
	struct door *f = *state;

	for (size_t i = 0; i < f->nr; i++) {
		nn_guard_leave(&f->guard, f->visitors[i]);
		(void)close(f->fds[i][0]);
		(void)close(f->fds[i][1]);
	}
	nn_guard_release(&f->guard);
	free(f);
	return 0;
}

static size_t enter(struct door *f, const char *address, uint64_t now_ns)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	size_t at = f->nr++;

	assert_int_equal(inet_pton(AF_INET, address, &v4.sin_addr), 1);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, f->fds[at]), 0);
	f->visitors[at] =
		nn_guard_enter(&f->guard, f->fds[at][0], (const struct sockaddr *)&v4, now_ns);
	return at;
}

static bool is_here(const struct door *f, size_t at)
{
	char byte;

	return recv(f->fds[at][1], &byte, 1, MSG_DONTWAIT) < 0;
}

static size_t count_here(const struct door *f)
{
	size_t nr = 0;

	for (size_t i = 0; i < f->nr; i++)
		nr += is_here(f, i);
	return nr;
}

static void too_many_of_one_address_show_out_their_first(void **state)
{
	struct door *f = *state;
	size_t other = enter(f, "192.0.2.9", 0);

	for (size_t i = 0; i < NN_GUARD_OF_ONE_ADDRESS_MAX + 2; i++)
		(void)enter(f, "127.0.0.1", 1);
	assert_true(is_here(f, other));
	assert_false(is_here(f, 1));
	assert_false(is_here(f, 2));
	assert_true(is_here(f, 3));
	assert_int_equal(count_here(f), 1 + NN_GUARD_OF_ONE_ADDRESS_MAX);
}

static void too_many_of_all_addresses_show_out_the_first(void **state)
{
	struct door *f = *state;
	char address[INET_ADDRSTRLEN];

	for (size_t i = 0; i < NN_GUARD_STRANGERS_MAX + 3; i++) {
		(void)snprintf(address, sizeof(address), "192.0.%zu.%zu", i / 10, i % 10);
		(void)enter(f, address, i);
	}
	assert_int_equal(count_here(f), NN_GUARD_STRANGERS_MAX);
	assert_false(is_here(f, 2));
	assert_true(is_here(f, 3));
}

static void who_has_shown_the_token_stays(void **state)
{
	struct door *f = *state;
	size_t agent = enter(f, "127.0.0.1", 0);

	nn_guard_know(f->visitors[agent]);
	for (size_t i = 0; i < 2 * NN_GUARD_OF_ONE_ADDRESS_MAX; i++)
		(void)enter(f, "127.0.0.1", 1);
	nn_guard_sweep(&f->guard, 10 * NN_GUARD_STAY_NS);
	assert_true(is_here(f, agent));
	assert_int_equal(count_here(f), 1);
}

static void strangers_do_not_stay_for_long(void **state)
{
	struct door *f = *state;

	(void)enter(f, "127.0.0.1", 0);
	(void)enter(f, "127.0.0.1", 5);
	nn_guard_sweep(&f->guard, NN_GUARD_STAY_NS - 1);
	assert_int_equal(count_here(f), 2);
	nn_guard_sweep(&f->guard, NN_GUARD_STAY_NS);
	assert_false(is_here(f, 0));
	assert_true(is_here(f, 1));
}

static void a_new_token_makes_all_strangers_who_have_just_come(void **state)
{
	struct door *f = *state;

	nn_guard_know(f->visitors[enter(f, "127.0.0.1", 0)]);
	nn_guard_forget_all(&f->guard, 7);
	nn_guard_sweep(&f->guard, NN_GUARD_STAY_NS + 6);
	assert_true(is_here(f, 0));
	nn_guard_sweep(&f->guard, NN_GUARD_STAY_NS + 7);
	assert_false(is_here(f, 0));
}

/* ---- at a real server ---- */

static int connect_to(uint16_t port)
{
	const struct sockaddr_in to = {.sin_family = AF_INET,
				       .sin_port = htons(port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* Serve until @fd is at its end; what came goes to @ret_text. */
static void serve_socket(struct nn_server *server, int fd, struct nn_strbuf *ret_text)
{
	uint64_t until_ns = nn_clock_ns() + DEADLINE_NS;
	ssize_t len;

	do {
		assert_true(nn_clock_ns() < until_ns);
		assert_int_equal(nn_server_poll(server, 5, NULL), 0);
		len = recv(fd, nn_strbuf_reserve(ret_text, 4096), 4096, MSG_DONTWAIT);
		if (len > 0)
			nn_strbuf_advance(ret_text, (size_t)len);
	} while (len > 0 || (len < 0 && errno == EAGAIN));
}

static void a_refusal_ends_the_connection(void **state)
{
	static const char twice[] = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n"
				    "GET /v1/" BOOT "/next HTTP/1.1\r\nHost: x\r\n\r\n";
	struct fixture *fixture = *state;
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	NN_AUTO(fd) int fd = connect_to(nn_server_port(fixture->server));

	assert_int_equal(send(fd, twice, strlen(twice), MSG_NOSIGNAL), strlen(twice));
	serve_socket(fixture->server, fd, &text);
	assert_memory_equal(nn_strbuf_str(&text), "HTTP/1.1 404 ", 13);
	assert_null(strstr(nn_strbuf_str(&text) + 1, "HTTP/1.1"));
	assert_int_equal(fixture->seen.nr_refused, 0);
}

/* In a child: say wrong things, and nothing, on ever more connections, until killed. */
static void crowd(uint16_t port)
{
	static const char wrong[] = "POST /v1/" BOOT "/samples HTTP/1.1\r\nHost: x\r\n"
				    "Authorization: Bearer 00\r\nContent-Length: 2\r\n\r\n{}";
	int fds[200];

	for (size_t i = 0;; i++) {
		size_t at = i % NN_ARRAY_SIZE(fds);

		if (i >= NN_ARRAY_SIZE(fds))
			(void)close(fds[at]);
		fds[at] = connect_to(port);
		/* half of them never end their request, or never begin it */
		(void)send(fds[at], wrong, i % 3 ? i % 60 : strlen(wrong), MSG_NOSIGNAL);
	}
}

/* In a child: an agent's own way to send, with its patience, on ever new connections. */
static void patient_client(int fd, const struct nn_credentials *cred, unsigned int nr)
{
	const struct nn_link_spec spec = {.cred = cred, .stop_fd = -1, .patience_ns = DEADLINE_NS};
	struct nn_err err = {0};

	for (unsigned int i = 0; i < nr; i++) {
		NN_AUTO(link) struct nn_link *link = NULL;
		NN_AUTO(json) json_t *body = json_object();
		int rc = nn_link_new(&spec, &link, &err);

		if (!rc)
			rc = nn_link_post(link, "heartbeat", body, NULL, &err);
		(void)dprintf(fd, "%s", rc ? err.message : ".");
	}
	_exit(0);
}

static void an_agent_is_served_in_a_crowd(void **state)
{
	struct fixture *fixture = *state;
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	pid_t crowds[3];
	int fds[2];
	pid_t pid;

	for (size_t i = 0; i < NN_ARRAY_SIZE(crowds); i++) {
		crowds[i] = fork();
		assert_true(crowds[i] >= 0);
		if (crowds[i] == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when the test fails */
			crowd(nn_server_port(fixture->server));
		}
	}
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		patient_client(fds[1], &fixture->cred, 10);
	(void)close(fds[1]);
	serve_child(fixture->server, pid, fds[0], &text);
	(void)close(fds[0]);
	for (size_t i = 0; i < NN_ARRAY_SIZE(crowds); i++) {
		assert_int_equal(kill(crowds[i], SIGKILL), 0);
		assert_int_equal(waitpid(crowds[i], NULL, 0), crowds[i]);
	}
	assert_string_equal(nn_strbuf_str(&text), "..........");
	assert_true(fixture->seen.nr_seen >= 10 && fixture->seen.nr_refused > 0);
	assert_int_equal(fixture->seen.nr_sample_calls, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_door, close_door)
	const struct CMUnitTest tests[] = {
		TEST(too_many_of_one_address_show_out_their_first),
		TEST(too_many_of_all_addresses_show_out_the_first),
		TEST(who_has_shown_the_token_stays),
		TEST(strangers_do_not_stay_for_long),
		TEST(a_new_token_makes_all_strangers_who_have_just_come),
		cmocka_unit_test_setup_teardown(a_refusal_ends_the_connection, start, stop),
		cmocka_unit_test_setup_teardown(an_agent_is_served_in_a_crowd, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
