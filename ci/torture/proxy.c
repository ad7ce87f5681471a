/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A network that misbehaves on demand, between agents and the orchestrator. Connections are
 * redirected here (nftables); each goes on to where it was meant for, marked so that it is not
 * redirected again. Requests and answers pass one by one, whole, and one fault at a time strikes
 * when the control pipe asks for it:
 *
 *	corrupt          a byte of the request's body changes
 *	corrupt-answer   a byte of the answer's body changes
 *	duplicate        the request arrives twice, the second answer counts
 *	replay           the request arrives again after the two that follow it
 *	drop-request     the connection ends before the request arrives
 *	drop-answer      it arrives, and the connection ends before the answer does
 *	truncate         half of its body arrives, then the connection ends
 *	cut N            for N seconds no connection is let through
 *
 * Each fault that struck is told on standard output: "corrupt /v1/…/samples".
 * usage: proxy PORT CONTROL_PIPE
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/netfilter_ipv4.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/base/units.h"

#define HEAD_MAX       65536
#define REPLAY_AFTER   2
#define DEFAULT_MARK   7
#define CONTENT_LENGTH "Content-Length:"

/* One fault that waits for its victim; guarded by the lock. */
struct mischief {
	pthread_mutex_t lock;
	char fault[32];         /* "" when none waits */
	time_t cut_until;       /* by CLOCK_MONOTONIC */
	struct nn_strbuf old;   /* a request to be replayed */
	unsigned int nr_before; /* that pass before it is */
	int mark;
};

/* A client and where it wanted to go. */
struct line {
	struct mischief *mischief;
	int client;
	int server;
	struct sockaddr_in to;
};

static time_t now_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static bool send_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		bytes += sent;
		len -= (size_t)sent;
	}
	return true;
}

/* Where the body of a message begins, or 0 while the head is incomplete. */
static size_t body_start(const struct nn_strbuf *message)
{
	const char *end = memmem(nn_strbuf_str(message), message->len, "\r\n\r\n", 4);

	return end ? (size_t)(end - nn_strbuf_str(message)) + 4 : 0;
}

static uint64_t announced_length(const struct nn_strbuf *message)
{
	const char *header = strcasestr(nn_strbuf_str(message), "\r\n" CONTENT_LENGTH);
	NN_AUTO(free) char *text = NULL;
	uint64_t length = 0;

	if (!header)
		return 0;
	header += 2 + strlen(CONTENT_LENGTH);
	header += strspn(header, " ");
	text = nn_strndup(header, strcspn(header, "\r\n"));
	return nn_parse_u64(text, &length, NULL) ? 0 : length;
}

/* One whole message; false at the end of the stream. */
static bool receive(int fd, struct nn_strbuf *message)
{
	nn_strbuf_clear(message);
	for (;;) {
		size_t start = body_start(message);
		ssize_t len;

		if (start && message->len >= start + announced_length(message))
			return true;
		if (!start && message->len > HEAD_MAX)
			return false;
		len = recv(fd, nn_strbuf_reserve(message, 16384), 16384, 0);
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return false;
		nn_strbuf_advance(message, (size_t)len);
	}
}

/* Another digit, so that the JSON stays well-formed where it can; else another character. */
static void corrupt(struct nn_strbuf *message)
{
	size_t start = body_start(message);
	char *body = message->data + start;
	size_t at = strcspn(body, "123456789");

	if (start + at >= message->len)
		at = (message->len - start) / 2;
	if (start + at < message->len)
		body[at] = body[at] == '1' ? '2' : '1';
}

/* ---- faults ---- */

static bool is_cut(struct mischief *mischief)
{
	bool is;

	(void)pthread_mutex_lock(&mischief->lock);
	is = now_s() < mischief->cut_until;
	(void)pthread_mutex_unlock(&mischief->lock);
	return is;
}

/* The fault that is to strike this request, told; "" for none. */
static void take_fault(struct mischief *mischief, const struct nn_strbuf *request,
		       char ret_fault[32])
{
	const char *path = strchr(nn_strbuf_str(request), ' ');

	(void)pthread_mutex_lock(&mischief->lock);
	memcpy(ret_fault, mischief->fault, sizeof(mischief->fault));
	mischief->fault[0] = '\0';
	if (ret_fault[0])
		printf("%s%.*s\n", ret_fault, path ? (int)strcspn(path + 1, " ") + 1 : 0,
		       path ? path : "");
	if (strcmp(ret_fault, "replay") == 0) {
		nn_strbuf_clear(&mischief->old);
		nn_strbuf_addn(&mischief->old, nn_strbuf_str(request), request->len);
		mischief->nr_before = REPLAY_AFTER + 1;
	}
	(void)pthread_mutex_unlock(&mischief->lock);
}

/* The old request whose time has come, the caller's; nothing mostly. */
static void take_old(struct mischief *mischief, struct nn_strbuf *ret_old)
{
	(void)pthread_mutex_lock(&mischief->lock);
	if (mischief->nr_before && --mischief->nr_before == 0)
		nn_strbuf_addn(ret_old, nn_strbuf_str(&mischief->old), mischief->old.len);
	(void)pthread_mutex_unlock(&mischief->lock);
}

static bool reach_server(struct line *line)
{
	int fd;

	if (line->server >= 0)
		return true;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_MARK, &line->mischief->mark,
		       sizeof(line->mischief->mark)) == 0 &&
	    connect(fd, (const struct sockaddr *)&line->to, sizeof(line->to)) == 0) {
		line->server = fd;
		return true;
	}
	if (fd >= 0)
		(void)close(fd);
	return false;
}

static bool ask(struct line *line, const struct nn_strbuf *request, struct nn_strbuf *answer)
{
	return reach_server(line) && send_all(line->server, nn_strbuf_str(request), request->len) &&
	       receive(line->server, answer);
}

/* Pass one request and its answer, as the fault has it; false ends the connection. */
static bool pass(struct line *line, const char *fault, struct nn_strbuf *request)
{
	NN_AUTO(strbuf) struct nn_strbuf answer = NN_STRBUF_INIT;
	size_t start = body_start(request);

	if (strcmp(fault, "drop-request") == 0)
		return false;
	if (strcmp(fault, "truncate") == 0) {
		(void)(reach_server(line) && send_all(line->server, nn_strbuf_str(request),
						      start + (request->len - start) / 2));
		return false;
	}
	if (strcmp(fault, "corrupt") == 0)
		corrupt(request);
	if (!ask(line, request, &answer))
		return false;
	if (strcmp(fault, "duplicate") == 0 && !ask(line, request, &answer))
		return false;
	if (strcmp(fault, "corrupt-answer") == 0)
		corrupt(&answer);
	if (strcmp(fault, "drop-answer") == 0)
		return false;
	return send_all(line->client, nn_strbuf_str(&answer), answer.len);
}

static void *line_main(void *arg)
{
	struct line *line = arg;
	NN_AUTO(strbuf) struct nn_strbuf request = NN_STRBUF_INIT;
	bool is_open = true;

	while (is_open && !is_cut(line->mischief) && receive(line->client, &request)) {
		NN_AUTO(strbuf) struct nn_strbuf old = NN_STRBUF_INIT;
		NN_AUTO(strbuf) struct nn_strbuf unheard = NN_STRBUF_INIT;
		char fault[32];

		if (is_cut(line->mischief))
			break;
		take_fault(line->mischief, &request, fault);
		is_open = pass(line, fault, &request);
		take_old(line->mischief, &old);
		if (old.len)
			is_open &= ask(line, &old, &unheard);
	}
	(void)close(line->client);
	if (line->server >= 0)
		(void)close(line->server);
	free(line);
	return NULL;
}

/* ---- control ---- */

/* "corrupt", "cut 5": one a line. */
static void obey(struct mischief *mischief, char *order)
{
	uint64_t seconds = 0;

	order[strcspn(order, "\n")] = '\0';
	(void)pthread_mutex_lock(&mischief->lock);
	if (strncmp(order, "cut ", 4) == 0 && nn_parse_u64(order + 4, &seconds, NULL) == 0) {
		mischief->cut_until = now_s() + (time_t)seconds;
		printf("cut %llu\n", (unsigned long long)seconds);
	} else {
		(void)snprintf(mischief->fault, sizeof(mischief->fault), "%s", order);
	}
	(void)pthread_mutex_unlock(&mischief->lock);
}

struct control {
	struct mischief *mischief;
	const char *path;
};

static void *control_main(void *arg)
{
	const struct control *control = arg;

	for (;;) {
		FILE *orders = fopen(control->path, "re");
		char *line = NULL;
		size_t cap = 0;

		if (!orders)
			break;
		while (getline(&line, &cap, orders) >= 0)
			obey(control->mischief, line);
		free(line);
		(void)fclose(orders);
	}
	return NULL;
}

static int open_listener(uint64_t port)
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
					    .sin_port = htons((uint16_t)port),
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) || listen(fd, 64)) {
		perror("proxy");
		exit(EXIT_FAILURE);
	}
	return fd;
}

static void serve(struct mischief *mischief, int client)
{
	struct line *line = nn_calloc(1, sizeof(*line));
	socklen_t len = sizeof(line->to);
	pthread_t thread;

	line->mischief = mischief;
	line->client = client;
	line->server = -1;
	if (getsockopt(client, SOL_IP, SO_ORIGINAL_DST, &line->to, &len) == 0 &&
	    pthread_create(&thread, NULL, line_main, line) == 0) {
		(void)pthread_detach(thread);
		return;
	}
	(void)close(client);
	free(line);
}

int main(int argc, char **argv)
{
	struct mischief mischief = {.lock = PTHREAD_MUTEX_INITIALIZER, .mark = DEFAULT_MARK};
	struct control control = {.mischief = &mischief};
	pthread_t thread;
	uint64_t port = 0;
	int listener;

	if (argc != 3 || nn_parse_u64(argv[1], &port, NULL)) {
		fprintf(stderr, "usage: %s PORT CONTROL_PIPE\n", argv[0]);
		return 2;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	control.path = argv[2];
	listener = open_listener(port);
	if (pthread_create(&thread, NULL, control_main, &control))
		return EXIT_FAILURE;
	for (;;) {
		int client = accept(listener, NULL, NULL);

		if (client >= 0)
			serve(&mischief, client);
	}
}
