/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A message of an agent, as the server takes it apart. The first line of the input is the message's
 * name, the rest its body. What reaches a hook, encoded again, decodes to the same JSON.
 */
#include "ci/fuzz/fuzz.h"

#include <errno.h>

#include "harness/base/json.h"
#include "harness/server/dispatch.h"

static void check_same(const json_t *first, const json_t *second)
{
	NN_AUTO(free) char *a = nn_json_text(first);
	NN_AUTO(free) char *b = nn_json_text(second);

	fuzz_require(strcmp(a, b) == 0, "%s became %s", a, b);
}

/* One round trip of each kind of message. */
#define DEFINE_ROUND_TRIP(kind, type)                                                   \
	static void check_##kind(const struct type *value)                              \
	{                                                                               \
		NN_AUTO(json) json_t *once = nn_##kind##_encode(value);                 \
		NN_AUTO(json) json_t *twice = NULL;                                     \
		struct type again = {0};                                                \
		struct nn_err err = {0};                                                \
                                                                                        \
		fuzz_require(nn_##kind##_decode(once, &again, &err) == 0, #kind ": %s", \
			     err.message);                                              \
		twice = nn_##kind##_encode(&again);                                     \
		check_same(once, twice);                                                \
		nn_##kind##_done(&again);                                               \
	}

#define nn_facts_done           nn_pairs_release
#define nn_hello_done           nn_hello_release
#define nn_finish_done          nn_finish_release
#define nn_sample_batch_done    nn_sample_batch_release
#define nn_telemetry_batch_done nn_telemetry_batch_release
#define nn_event_batch_done     nn_event_batch_release

DEFINE_ROUND_TRIP(hello, nn_hello)
DEFINE_ROUND_TRIP(facts, nn_pairs)
DEFINE_ROUND_TRIP(sample_batch, nn_sample_batch)
DEFINE_ROUND_TRIP(telemetry_batch, nn_telemetry_batch)
DEFINE_ROUND_TRIP(event_batch, nn_event_batch)
DEFINE_ROUND_TRIP(finish, nn_finish)

static int on_hello(void *user NN_UNUSED, const struct nn_hello *hello,
		    struct nn_err *err NN_UNUSED)
{
	check_hello(hello);
	return 0;
}

static int on_facts(void *user NN_UNUSED, const struct nn_pairs *facts,
		    struct nn_err *err NN_UNUSED)
{
	check_facts(facts);
	return 0;
}

static int on_next(void *user NN_UNUSED, const struct nn_job **ret_job,
		   struct nn_err *err NN_UNUSED)
{
	*ret_job = NULL;
	return 0;
}

static int on_samples(void *user NN_UNUSED, const struct nn_sample_batch *batch,
		      struct nn_err *err NN_UNUSED)
{
	check_sample_batch(batch);
	return 0;
}

static int on_telemetry(void *user NN_UNUSED, const struct nn_telemetry_batch *batch,
			struct nn_err *err NN_UNUSED)
{
	check_telemetry_batch(batch);
	return 0;
}

static int on_events(void *user NN_UNUSED, const struct nn_event_batch *batch,
		     struct nn_err *err NN_UNUSED)
{
	check_event_batch(batch);
	return 0;
}

static int on_finish(void *user NN_UNUSED, const struct nn_finish *finish, struct nn_err *err)
{
	check_finish(finish);
	return finish->reason ? nn_err_set(err, -ENOSPC, "%s", finish->reason) : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct nn_server_hooks hooks = {
		.hello = on_hello,
		.facts = on_facts,
		.next = on_next,
		.samples = on_samples,
		.telemetry = on_telemetry,
		.events = on_events,
		.finish = on_finish,
	};
	NN_AUTO(fuzz_input) struct fuzz_input input = fuzz_split(bytes, size);
	NN_AUTO(json) json_t *answer = NULL;
	unsigned int status = nn_dispatch(&hooks, input.word, input.text, input.len, 1, &answer);

	fuzz_require(json_is_object(answer), "no answer");
	fuzz_require((status == 200) == !json_object_get(answer, "error"),
		     "status %u and another answer", status);
	return 0;
}
