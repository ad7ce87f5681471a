/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/server/dispatch.h"

#include <errno.h>
#include <string.h>

#include "harness/base/json.h"

#define STATUS_OK             200U
#define STATUS_BAD_REQUEST    400U
#define STATUS_NOT_FOUND      404U
#define STATUS_INTERNAL_ERROR 500U

/* Bodies of a few numbers, of some texts, and of lists. */
#define SMALL_BYTES  (8UL << 10)
#define MIDDLE_BYTES (256UL << 10)
#define LARGE_BYTES  (8UL << 20)

/* One message: what decodes it and hands it on. *@ret_answer is {} at entry. */
struct message {
	const char *verb;
	size_t max_bytes;
	unsigned int (*handle)(const struct nn_server_hooks *hooks, const json_t *json,
			       json_t *answer, struct nn_err *err);
};

/* A hook says by -EBADMSG that sending the same again is useless; all else may pass. */
static unsigned int hook_status(int rc)
{
	if (!rc)
		return STATUS_OK;
	return rc == -EBADMSG ? STATUS_BAD_REQUEST : STATUS_INTERNAL_ERROR;
}

static unsigned int handle_hello(const struct nn_server_hooks *hooks, const json_t *json,
				 json_t *answer, struct nn_err *err)
{
	NN_AUTO(hello) struct nn_hello hello = {0};

	if (nn_hello_decode(json, &hello, err))
		return STATUS_BAD_REQUEST;
	if (hello.protocol != NN_PROTOCOL_VERSION) {
		(void)nn_err_set(err, -EBADMSG,
				 "agent speaks protocol %llu, this orchestrator %d: "
				 "install the same version on both",
				 (unsigned long long)hello.protocol, NN_PROTOCOL_VERSION);
		return STATUS_BAD_REQUEST;
	}
	(void)json_object_set_new(answer, "protocol", json_integer(NN_PROTOCOL_VERSION));
	(void)json_object_set_new(answer, "heartbeat_ms", json_integer(NN_HEARTBEAT_MS));
	return hook_status(hooks->hello(hooks->user, &hello, err));
}

static unsigned int handle_facts(const struct nn_server_hooks *hooks, const json_t *json,
				 json_t *answer NN_UNUSED, struct nn_err *err)
{
	NN_AUTO(pairs) struct nn_pairs facts = {0};

	if (nn_facts_decode(json, &facts, err))
		return STATUS_BAD_REQUEST;
	return hook_status(hooks->facts(hooks->user, &facts, err));
}

static unsigned int handle_next(const struct nn_server_hooks *hooks, const json_t *json NN_UNUSED,
				json_t *answer, struct nn_err *err)
{
	NN_AUTO(json) json_t *next = NULL;
	const struct nn_job *job = NULL;
	int rc = hooks->next(hooks->user, &job, err);

	if (rc)
		return hook_status(rc);
	next = nn_next_encode(job);
	(void)json_object_update(answer, next);
	return STATUS_OK;
}

static unsigned int handle_samples(const struct nn_server_hooks *hooks, const json_t *json,
				   json_t *answer NN_UNUSED, struct nn_err *err)
{
	NN_AUTO(sample_batch) struct nn_sample_batch batch = {0};

	if (nn_sample_batch_decode(json, &batch, err))
		return STATUS_BAD_REQUEST;
	return hook_status(hooks->samples(hooks->user, &batch, err));
}

static unsigned int handle_telemetry(const struct nn_server_hooks *hooks, const json_t *json,
				     json_t *answer NN_UNUSED, struct nn_err *err)
{
	NN_AUTO(telemetry_batch) struct nn_telemetry_batch batch = {0};

	if (nn_telemetry_batch_decode(json, &batch, err))
		return STATUS_BAD_REQUEST;
	return hook_status(hooks->telemetry(hooks->user, &batch, err));
}

static unsigned int handle_events(const struct nn_server_hooks *hooks, const json_t *json,
				  json_t *answer NN_UNUSED, struct nn_err *err)
{
	NN_AUTO(event_batch) struct nn_event_batch batch = {0};

	if (nn_event_batch_decode(json, &batch, err))
		return STATUS_BAD_REQUEST;
	return hook_status(hooks->events(hooks->user, &batch, err));
}

static unsigned int handle_finish(const struct nn_server_hooks *hooks, const json_t *json,
				  json_t *answer NN_UNUSED, struct nn_err *err)
{
	NN_AUTO(finish) struct nn_finish finish = {0};

	if (nn_finish_decode(json, &finish, err))
		return STATUS_BAD_REQUEST;
	return hook_status(hooks->finish(hooks->user, &finish, err));
}

/* Being seen is all that a heartbeat is for. */
static unsigned int handle_heartbeat(const struct nn_server_hooks *hooks NN_UNUSED,
				     const json_t *json NN_UNUSED, json_t *answer NN_UNUSED,
				     struct nn_err *err NN_UNUSED)
{
	return STATUS_OK;
}

static const struct message messages[] = {
	{"hello", SMALL_BYTES, handle_hello},         {"facts", LARGE_BYTES, handle_facts},
	{"next", SMALL_BYTES, handle_next},           {"samples", LARGE_BYTES, handle_samples},
	{"telemetry", LARGE_BYTES, handle_telemetry}, {"events", LARGE_BYTES, handle_events},
	{"finish", MIDDLE_BYTES, handle_finish},      {"heartbeat", SMALL_BYTES, handle_heartbeat},
};

static const struct message *message_find(const char *verb)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(messages); i++) {
		if (strcmp(messages[i].verb, verb) == 0)
			return &messages[i];
	}
	return NULL;
}

size_t nn_dispatch_max_bytes(const char *verb)
{
	const struct message *message = message_find(verb);

	return message ? message->max_bytes : 0;
}

json_t *nn_dispatch_error(const char *message)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "error", nn_json_str_or_null(message));
	return json;
}

static int timing_decode(const json_t *json, uint64_t arrived_ns,
			 struct nn_message_timing *ret_timing, struct nn_err *err)
{
	struct nn_message_timing timing = {.arrived_ns = arrived_ns};
	int rc = nn_json_get_u64(json, "elapsed_ns", &timing.agent_elapsed_ns, err);

	if (!rc)
		rc = nn_json_get_u64(json, "rtt_ns", &timing.rtt_ns, err);
	if (!rc)
		*ret_timing = timing;
	return rc;
}

unsigned int nn_dispatch(const struct nn_server_hooks *hooks, const char *verb, const char *body,
			 size_t len, uint64_t arrived_ns, json_t **ret_answer)
{
	const struct message *message = message_find(verb);
	NN_AUTO(json) json_t *json = NULL;
	NN_AUTO(json) json_t *answer = json_object();
	struct nn_message_timing timing;
	struct nn_err err = {0};
	unsigned int status = STATUS_BAD_REQUEST;

	if (!message) {
		*ret_answer = nn_dispatch_error("no such message");
		return STATUS_NOT_FOUND;
	}
	if (!nn_json_parse(body, len, &json, &err) &&
	    !timing_decode(json, arrived_ns, &timing, &err)) {
		if (hooks->seen)
			hooks->seen(hooks->user, &timing);
		status = message->handle(hooks, json, answer, &err);
	}
	if (status == STATUS_OK) {
		*ret_answer = NN_STEAL(answer);
		return status;
	}
	(void)nn_err_prefix(&err, "message '%s'", verb);
	*ret_answer = nn_dispatch_error(err.message);
	return status;
}
