/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The three kinds of numbered batches: samples, telemetry, events. */
#include "harness/protocol/message.h"

#include "harness/base/array.h"
#include "harness/base/json.h"
#include "harness/protocol/wire.h"

static json_t *batch_encode(const char *run, uint64_t batch, const char *key, json_t *take_list)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "run", nn_json_str_or_null(run));
	(void)json_object_set_new(json, "batch", json_integer((json_int_t)batch));
	(void)json_object_set_new(json, key, take_list);
	return json;
}

void nn_sample_batch_release(struct nn_sample_batch *batch)
{
	for (size_t i = 0; i < batch->nr; i++) {
		free(batch->items[i].metric);
		free(batch->items[i].unit);
	}
	free(batch->items);
	*batch = (struct nn_sample_batch){0};
}

void nn_sample_batch_add(struct nn_sample_batch *batch, const struct nn_sample *sample)
{
	struct nn_sample *copy = NN_ARRAY_APPEND(batch->items, batch->nr, batch->cap);

	*copy = *sample;
	copy->metric = nn_strdup(sample->metric);
	copy->unit = nn_strdup(sample->unit);
}

static json_t *sample_encode(const struct nn_sample *sample)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "metric", nn_json_str_or_null(sample->metric));
	(void)json_object_set_new(json, "unit", nn_json_str_or_null(sample->unit));
	(void)json_object_set_new(json, "direction",
				  json_string(nn_direction_name(sample->direction)));
	(void)json_object_set_new(json, "kind", json_string(nn_metric_kind_name(sample->kind)));
	(void)json_object_set_new(json, "phase", json_string(nn_phase_name(sample->phase)));
	(void)json_object_set_new(json, "iteration", json_integer((json_int_t)sample->iteration));
	(void)json_object_set_new(json, "value", json_real(sample->value));
	return json;
}

static int sample_decode_words(const json_t *json, struct nn_sample *sample, struct nn_err *err)
{
	const char *word;
	int rc = nn_json_get_str(json, "direction", &word, err);

	if (rc)
		return rc;
	if (nn_direction_from(word, &sample->direction))
		return nn_wire_unknown_word("direction", word, err);
	rc = nn_json_get_str(json, "kind", &word, err);
	if (rc)
		return rc;
	if (nn_metric_kind_from(word, &sample->kind))
		return nn_wire_unknown_word("kind", word, err);
	rc = nn_json_get_str(json, "phase", &word, err);
	if (rc)
		return rc;
	if (nn_phase_from(word, &sample->phase))
		return nn_wire_unknown_word("phase", word, err);
	return 0;
}

/* Fills @sample bit by bit; its batch owns what is there on failure. */
static int sample_decode(const json_t *json, struct nn_sample *sample, struct nn_err *err)
{
	int rc = nn_wire_get_text(json, "metric", NN_WIRE_NAME_MAX, &sample->metric, err);

	if (!rc)
		rc = nn_wire_get_text(json, "unit", NN_WIRE_NAME_MAX, &sample->unit, err);
	if (!rc)
		rc = sample_decode_words(json, sample, err);
	if (!rc)
		rc = nn_json_get_u64(json, "iteration", &sample->iteration, err);
	if (!rc)
		rc = nn_json_get_double(json, "value", &sample->value, err);
	return rc;
}

json_t *nn_sample_batch_encode(const struct nn_sample_batch *batch)
{
	json_t *list = json_array();

	for (size_t i = 0; i < batch->nr; i++)
		(void)json_array_append_new(list, sample_encode(&batch->items[i]));
	return batch_encode(batch->run, batch->batch, "samples", list);
}

int nn_sample_batch_decode(const json_t *json, struct nn_sample_batch *ret_batch,
			   struct nn_err *err)
{
	NN_AUTO(sample_batch) struct nn_sample_batch batch = {0};
	json_t *list;
	const json_t *item;
	size_t i;
	int rc = nn_wire_get_batch(json, false, batch.run, &batch.batch, err);

	if (!rc)
		rc = nn_wire_get_list(json, "samples", NN_BATCH_ITEMS_MAX, &list, err);
	if (rc)
		return rc;
	json_array_foreach (list, i, item) {
		rc = sample_decode(item, NN_ARRAY_APPEND(batch.items, batch.nr, batch.cap), err);
		if (rc)
			return nn_err_prefix(err, "samples[%zu]", i);
	}
	*ret_batch = batch;
	batch = (struct nn_sample_batch){0};
	return 0;
}

void nn_telemetry_batch_release(struct nn_telemetry_batch *batch)
{
	for (size_t i = 0; i < batch->nr; i++) {
		free(batch->items[i].name);
		free(batch->items[i].unit);
	}
	free(batch->items);
	*batch = (struct nn_telemetry_batch){0};
}

static json_t *point_encode(const struct nn_telemetry_point *point)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "name", nn_json_str_or_null(point->name));
	(void)json_object_set_new(json, "unit", nn_json_str_or_null(point->unit));
	(void)json_object_set_new(json, "elapsed_ns", json_integer((json_int_t)point->elapsed_ns));
	(void)json_object_set_new(json, "value", json_real(point->value));
	return json;
}

static int point_decode(const json_t *json, struct nn_telemetry_point *point, struct nn_err *err)
{
	int rc = nn_wire_get_text(json, "name", NN_WIRE_NAME_MAX, &point->name, err);

	if (!rc)
		rc = nn_wire_get_text(json, "unit", NN_WIRE_NAME_MAX, &point->unit, err);
	if (!rc)
		rc = nn_json_get_u64(json, "elapsed_ns", &point->elapsed_ns, err);
	if (!rc)
		rc = nn_json_get_double(json, "value", &point->value, err);
	return rc;
}

json_t *nn_telemetry_batch_encode(const struct nn_telemetry_batch *batch)
{
	json_t *list = json_array();

	for (size_t i = 0; i < batch->nr; i++)
		(void)json_array_append_new(list, point_encode(&batch->items[i]));
	return batch_encode(batch->run, batch->batch, "telemetry", list);
}

int nn_telemetry_batch_decode(const json_t *json, struct nn_telemetry_batch *ret_batch,
			      struct nn_err *err)
{
	NN_AUTO(telemetry_batch) struct nn_telemetry_batch batch = {0};
	json_t *list;
	const json_t *item;
	size_t i;
	int rc = nn_wire_get_batch(json, true, batch.run, &batch.batch, err);

	if (!rc)
		rc = nn_wire_get_list(json, "telemetry", NN_BATCH_ITEMS_MAX, &list, err);
	if (rc)
		return rc;
	json_array_foreach (list, i, item) {
		rc = point_decode(item, NN_ARRAY_APPEND(batch.items, batch.nr, batch.cap), err);
		if (rc)
			return nn_err_prefix(err, "telemetry[%zu]", i);
	}
	*ret_batch = batch;
	batch = (struct nn_telemetry_batch){0};
	return 0;
}

void nn_event_batch_release(struct nn_event_batch *batch)
{
	for (size_t i = 0; i < batch->nr; i++) {
		free(batch->items[i].kind);
		free(batch->items[i].message);
	}
	free(batch->items);
	*batch = (struct nn_event_batch){0};
}

static json_t *event_encode(const struct nn_event *event)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "severity", json_string(nn_severity_name(event->severity)));
	(void)json_object_set_new(json, "kind", nn_json_str_or_null(event->kind));
	(void)json_object_set_new(json, "message", nn_json_str_or_null(event->message));
	(void)json_object_set_new(json, "elapsed_ns", json_integer((json_int_t)event->elapsed_ns));
	return json;
}

static int event_decode(const json_t *json, struct nn_event *event, struct nn_err *err)
{
	const char *word;
	int rc = nn_json_get_str(json, "severity", &word, err);

	if (rc)
		return rc;
	if (nn_severity_from(word, &event->severity))
		return nn_wire_unknown_word("severity", word, err);
	rc = nn_wire_get_text(json, "kind", NN_WIRE_NAME_MAX, &event->kind, err);
	if (!rc)
		rc = nn_wire_get_text(json, "message", NN_WIRE_TEXT_MAX, &event->message, err);
	if (!rc)
		rc = nn_json_get_u64(json, "elapsed_ns", &event->elapsed_ns, err);
	return rc;
}

json_t *nn_event_batch_encode(const struct nn_event_batch *batch)
{
	json_t *list = json_array();

	for (size_t i = 0; i < batch->nr; i++)
		(void)json_array_append_new(list, event_encode(&batch->items[i]));
	return batch_encode(batch->run, batch->batch, "events", list);
}

int nn_event_batch_decode(const json_t *json, struct nn_event_batch *ret_batch, struct nn_err *err)
{
	NN_AUTO(event_batch) struct nn_event_batch batch = {0};
	json_t *list;
	const json_t *item;
	size_t i;
	int rc = nn_wire_get_batch(json, true, batch.run, &batch.batch, err);

	if (!rc)
		rc = nn_wire_get_list(json, "events", NN_BATCH_ITEMS_MAX, &list, err);
	if (rc)
		return rc;
	json_array_foreach (list, i, item) {
		rc = event_decode(item, NN_ARRAY_APPEND(batch.items, batch.nr, batch.cap), err);
		if (rc)
			return nn_err_prefix(err, "events[%zu]", i);
	}
	*ret_batch = batch;
	batch = (struct nn_event_batch){0};
	return 0;
}
