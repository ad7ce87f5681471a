/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The endpoint that agents talk to (libmicrohttpd). It authenticates, bounds and decodes messages
 * and hands them to the hooks of its one user, the runner, in the thread that calls
 * nn_server_poll(); there are no other threads, so hooks need no locks. A hook's 0 means "stored
 * durably": only then does the agent get its acknowledgement. A hook's -EBADMSG tells the agent
 * never to send this message again; after any other failure it will, so hooks must take the same
 * batch or finish twice, and answer "next" with the same job until that job has finished. Whoever
 * does not show the token is told so and shown out (guard.h): nothing of theirs is kept or decoded,
 * and their number, their stay and what they send are bounded; so is each kind of message. Loopback
 * listens in plain HTTP; any other address in TLS with a key made for this server, whose pin goes
 * into the credentials.
 */
#ifndef NN_SERVER_SERVER_H
#define NN_SERVER_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/protocol/credentials.h"
#include "harness/protocol/message.h"

struct nn_server;

/* Timing that every message carries, for the clock check. */
struct nn_message_timing {
	uint64_t agent_elapsed_ns;
	uint64_t rtt_ns;
	uint64_t arrived_ns; /* our clock */
};

struct nn_server_hooks {
	void *user;
	/* Called for every authenticated message before its own hook. Optional. */
	void (*seen)(void *user, const struct nn_message_timing *timing);
	int (*hello)(void *user, const struct nn_hello *hello, struct nn_err *err);
	int (*facts)(void *user, const struct nn_pairs *facts, struct nn_err *err);
	/* @ret_job: borrowed until the next call, or NULL: shut down. */
	int (*next)(void *user, const struct nn_job **ret_job, struct nn_err *err);
	int (*samples)(void *user, const struct nn_sample_batch *batch, struct nn_err *err);
	int (*telemetry)(void *user, const struct nn_telemetry_batch *batch, struct nn_err *err);
	int (*events)(void *user, const struct nn_event_batch *batch, struct nn_err *err);
	int (*finish)(void *user, const struct nn_finish *finish, struct nn_err *err);
	/* A wrong, expired or missing token: answered 401, never data. */
	void (*refused)(void *user, const char *peer, const char *why);
};

/**
 * Listen.
 * @address: "127.0.0.1" or another local address. @port: 0 for any.
 */
int nn_server_new(const char *address, uint16_t port, const struct nn_server_hooks *hooks,
		  struct nn_server **ret_server, struct nn_err *err);
void nn_server_free(struct nn_server *server);

uint16_t nn_server_port(const struct nn_server *server);

/** Admit one boot: its UUID and a new token; the boot before it is expired. */
void nn_server_admit(struct nn_server *server, const char *boot, struct nn_credentials *ret_cred);
/** Expire the present boot. */
void nn_server_expire(struct nn_server *server);

/** Serve what comes within @timeout_ms; returns early after activity or on a signal. */
int nn_server_poll(struct nn_server *server, int timeout_ms, struct nn_err *err);

#endif
