/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes that arrive at the server's port. In the input
 *
 *	%T	stands for the boot's token, %B for its UUID
 *	0x1e	lets the server look at what was sent so far
 *	0x1d	begins a new connection
 *
 * Without %T nothing may reach a hook, and the token is never told. Whatever came, an agent is
 * served afterwards.
 */
#include "ci/fuzz/fuzz.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "harness/server/server.h"

#define BOOT        "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"
#define LOOK        '\x1e'
#define RECONNECT   '\x1d'
#define MAX_POLLS   50
#define ANSWER_HEAD "HTTP/1."

struct door {
	struct nn_server *server;
	struct nn_credentials cred;
	unsigned int nr_calls; /* of hooks */
	int fd;
	struct nn_strbuf answers;
};

/* ---- hooks ---- */

static int called(void *user)
{
	((struct door *)user)->nr_calls++;
	return 0;
}

static void on_seen(void *user, const struct nn_message_timing *timing NN_UNUSED)
{
	(void)called(user);
}

static int on_hello(void *user, const struct nn_hello *hello NN_UNUSED,
		    struct nn_err *err NN_UNUSED)
{
	return called(user);
}

static int on_facts(void *user, const struct nn_pairs *facts NN_UNUSED,
		    struct nn_err *err NN_UNUSED)
{
	return called(user);
}

static int on_next(void *user, const struct nn_job **ret_job, struct nn_err *err NN_UNUSED)
{
	*ret_job = NULL;
	return called(user);
}

static int on_samples(void *user, const struct nn_sample_batch *batch NN_UNUSED,
		      struct nn_err *err NN_UNUSED)
{
	return called(user);
}

static int on_telemetry(void *user, const struct nn_telemetry_batch *batch NN_UNUSED,
			struct nn_err *err NN_UNUSED)
{
	return called(user);
}

static int on_events(void *user, const struct nn_event_batch *batch NN_UNUSED,
		     struct nn_err *err NN_UNUSED)
{
	return called(user);
}

static int on_finish(void *user, const struct nn_finish *finish NN_UNUSED,
		     struct nn_err *err NN_UNUSED)
{
	return called(user);
}

static void on_refused(void *user NN_UNUSED, const char *peer, const char *why)
{
	fuzz_require(!fuzz_has_control(peer, "") && !fuzz_has_control(why, ""), "peer '%s'", peer);
}

/* ---- the client ---- */

static void poll_server(struct door *door)
{
	struct nn_err err = {0};

	fuzz_require(nn_server_poll(door->server, 0, &err) == 0, "%s", err.message);
}

static void door_open(struct door *door)
{
	const struct linger reset = {.l_onoff = 1}; /* leaves no port in TIME_WAIT */
	const struct sockaddr_in to = {.sin_family = AF_INET,
				       .sin_port = htons(nn_server_port(door->server)),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	/* Not to be interrupted by the fuzzer's own timer. */
	door->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	fuzz_require(door->fd >= 0, "no socket: %s", strerror(errno));
	fuzz_require(connect(door->fd, (const struct sockaddr *)&to, sizeof(to)) == 0 ||
			     errno == EINPROGRESS,
		     "no connection: %s", strerror(errno));
	(void)setsockopt(door->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
}

static void door_close(struct door *door)
{
	if (door->fd >= 0)
		(void)close(door->fd);
	door->fd = -1;
}

/* Take in what has come. Return: false at the end of the connection. */
static bool receive(struct door *door)
{
	for (;;) {
		ssize_t len =
			recv(door->fd, nn_strbuf_reserve(&door->answers, 4096), 4096, MSG_DONTWAIT);

		if (len <= 0)
			return len < 0 && errno == EAGAIN;
		nn_strbuf_advance(&door->answers, (size_t)len);
	}
}

static void send_all(struct door *door, const char *bytes, size_t len)
{
	for (int i = 0; len && i < MAX_POLLS; i++) {
		ssize_t done = send(door->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (done > 0) {
			bytes += done;
			len -= (size_t)done;
		}
		poll_server(door);
		if (!receive(door))
			return;
	}
}

/* No more comes from us; wait for the end of what comes back. */
static void finish(struct door *door)
{
	(void)shutdown(door->fd, SHUT_WR);
	for (int i = 0; i < MAX_POLLS; i++) {
		poll_server(door);
		if (!receive(door))
			return;
	}
}

/* The input with its words replaced. Return: does it hold the token? */
static bool expand(const struct door *door, const uint8_t *bytes, size_t size,
		   struct nn_strbuf *ret_text)
{
	bool has_token = false;

	for (size_t i = 0; i < size; i++) {
		bool is_word = bytes[i] == '%' && i + 1 < size;

		if (is_word && bytes[i + 1] == 'T') {
			nn_strbuf_add(ret_text, door->cred.token);
			has_token = true;
			i++;
		} else if (is_word && bytes[i + 1] == 'B') {
			nn_strbuf_add(ret_text, BOOT);
			i++;
		} else {
			nn_strbuf_addc(ret_text, (char)bytes[i]);
		}
	}
	return has_token;
}

static void talk(struct door *door, const struct nn_strbuf *text)
{
	size_t begin = 0;

	door_open(door);
	for (size_t i = 0; i <= text->len; i++) {
		char c = i < text->len ? text->data[i] : LOOK;

		if (c != LOOK && c != RECONNECT)
			continue;
		send_all(door, nn_strbuf_str(text) + begin, i - begin);
		begin = i + 1;
		if (c != RECONNECT)
			continue;
		finish(door);
		door_close(door);
		door_open(door);
	}
	finish(door);
	door_close(door);
}

static void check_answers(struct door *door, bool has_token)
{
	const char *text = nn_strbuf_str(&door->answers);

	fuzz_require(has_token || !door->nr_calls, "%u calls without a token", door->nr_calls);
	fuzz_require(!memmem(text, door->answers.len, door->cred.token, strlen(door->cred.token)),
		     "the token came back");
	fuzz_require(!door->answers.len || strncmp(text, ANSWER_HEAD, strlen(ANSWER_HEAD)) == 0,
		     "an answer that is no HTTP");
}

/* Who has the token is served, whatever went before. */
static void check_agent_is_served(struct door *door)
{
	static const char body[] = "{\"elapsed_ns\":1,\"rtt_ns\":0}";
	NN_AUTO(free)
	char *request = nn_asprintf("POST /v1/" BOOT "/heartbeat HTTP/1.1\r\nHost: x\r\n"
				    "Authorization: Bearer %s\r\nContent-Length: %zu\r\n\r\n%s",
				    door->cred.token, strlen(body), body);

	nn_strbuf_clear(&door->answers);
	door_open(door);
	send_all(door, request, strlen(request));
	finish(door);
	door_close(door);
	fuzz_require(strncmp(nn_strbuf_str(&door->answers), "HTTP/1.1 200", 12) == 0,
		     "the agent got '%.60s'", nn_strbuf_str(&door->answers));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct door door = {.fd = -1};
	const struct nn_server_hooks hooks = {
		.user = &door,
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
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	struct nn_err err = {0};
	bool has_token;

	fuzz_require(nn_server_new("127.0.0.1", 0, &hooks, &door.server, &err) == 0, "%s",
		     err.message);
	nn_server_admit(door.server, BOOT, &door.cred);
	has_token = expand(&door, bytes, size, &text);
	talk(&door, &text);
	check_answers(&door, has_token);
	check_agent_is_served(&door);
	nn_strbuf_release(&door.answers);
	nn_server_free(door.server);
	return 0;
}
