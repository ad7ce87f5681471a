/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The agent's side of the protocol: one message at a time, each sent again with growing pauses
 * until the orchestrator has answered it. An orchestrator that is away for a while (killed and
 * resumed) costs nothing but time; one that stays away longer than the patience ends the session.
 */
#ifndef NN_AGENT_LINK_H
#define NN_AGENT_LINK_H

#include <jansson.h>
#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/protocol/credentials.h"

struct nn_link;

struct nn_link_spec {
	const struct nn_credentials *cred; /* copied */
	int stop_fd;                       /* readable when the agent shall stop, or -1 */
	uint64_t patience_ns;              /* how long a message is tried */
};

int nn_link_new(const struct nn_link_spec *spec, struct nn_link **ret_link, struct nn_err *err);
void nn_link_free(struct nn_link *link);

/** The instant from which the agent counts its elapsed time, of nn_clock_ns(). */
uint64_t nn_link_zero_ns(const struct nn_link *link);

/**
 * Send @body, with the times that every message carries, until it is acknowledged.
 * @verb: "hello", "samples" …
 * @ret_answer: a new reference, or NULL when the answer does not matter.
 * Return: 0; -EACCES when this boot is over (401); -EBADMSG when the message was refused for good;
 * -EINTR when the agent shall stop; -EKEYREJECTED when somebody else answers; -ETIMEDOUT with the
 * last failure when the patience is over.
 */
int nn_link_post(struct nn_link *link, const char *verb, json_t *body, json_t **ret_answer,
		 struct nn_err *err);

NN_AUTO_DEFINE(link, struct nn_link *, nn_link_free(*p))

#endif
