/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/protocol/message.h"

#include <errno.h>
#include <string.h>

#include "harness/base/bdf.h"
#include "harness/base/json.h"
#include "harness/protocol/wire.h"

#define DEVICE_INDEX_MAX 65535

void nn_job_release(struct nn_job *job)
{
	free(job->workload);
	nn_pairs_release(&job->settings);
	*job = (struct nn_job){0};
}

static json_t *device_id_encode(const struct nn_device_id *id)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "bdf", nn_json_str_or_null(id->bdf));
	(void)json_object_set_new(json, "vendor", json_integer(id->vendor));
	(void)json_object_set_new(json, "device", json_integer(id->device));
	(void)json_object_set_new(json, "class", json_integer(id->class_code));
	(void)json_object_set_new(json, "index", json_integer(id->index));
	return json;
}

/* An address goes into paths below /sys: nothing else may pass. "" stays "". */
static int bdf_decode(const json_t *json, char ret_bdf[NN_BDF_CAP], struct nn_err *err)
{
	const char *bdf;
	int rc = nn_json_get_str(json, "bdf", &bdf, err);

	if (rc || !*bdf)
		return rc;
	if (nn_bdf_parse(bdf, ret_bdf, NULL))
		return nn_err_set(err, -EBADMSG, "member 'bdf': '%.40s' is no PCI address", bdf);
	return 0;
}

static int device_id_decode(const json_t *json, const char *key, struct nn_device_id *ret_id,
			    struct nn_err *err)
{
	struct nn_device_id id = {0};
	json_t *obj;
	int rc = nn_json_get_object(json, key, &obj, err);

	if (rc)
		return rc;
	rc = bdf_decode(obj, id.bdf, err);
	if (!rc)
		rc = nn_wire_get_uint(obj, "vendor", 0xffff, &id.vendor, err);
	if (!rc)
		rc = nn_wire_get_uint(obj, "device", 0xffff, &id.device, err);
	if (!rc)
		rc = nn_wire_get_uint(obj, "class", 0xffffff, &id.class_code, err);
	if (!rc)
		rc = nn_wire_get_uint(obj, "index", DEVICE_INDEX_MAX, &id.index, err);
	if (rc)
		return nn_err_prefix(err, "member '%s'", key);
	*ret_id = id;
	return 0;
}

json_t *nn_job_encode(const struct nn_job *job)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "run", nn_json_str_or_null(job->run));
	(void)json_object_set_new(json, "workload", nn_json_str_or_null(job->workload));
	(void)json_object_set_new(json, "settings", nn_wire_pairs(&job->settings));
	(void)json_object_set_new(json, "seed", nn_wire_hex64(job->seed));
	(void)json_object_set_new(json, "iterations", json_integer((json_int_t)job->iterations));
	(void)json_object_set_new(json, "warmup", json_integer((json_int_t)job->warmup));
	(void)json_object_set_new(json, "deadline_ns", json_integer((json_int_t)job->deadline_ns));
	(void)json_object_set_new(json, "device", device_id_encode(&job->device));
	(void)json_object_set_new(json, "spare", device_id_encode(&job->spare));
	return json;
}

int nn_job_decode(const json_t *json, struct nn_job *ret_job, struct nn_err *err)
{
	NN_AUTO(job) struct nn_job job = {0};
	int rc = nn_wire_get_uuid(json, "run", job.run, err);

	if (!rc)
		rc = nn_wire_get_text(json, "workload", NN_WIRE_NAME_MAX, &job.workload, err);
	if (!rc)
		rc = nn_wire_get_pairs(json, "settings", &job.settings, err);
	if (!rc)
		rc = nn_wire_get_hex64(json, "seed", &job.seed, err);
	if (!rc)
		rc = nn_json_get_u64(json, "iterations", &job.iterations, err);
	if (!rc)
		rc = nn_json_get_u64(json, "warmup", &job.warmup, err);
	if (!rc)
		rc = nn_json_get_u64(json, "deadline_ns", &job.deadline_ns, err);
	if (!rc)
		rc = device_id_decode(json, "device", &job.device, err);
	if (!rc)
		rc = device_id_decode(json, "spare", &job.spare, err);
	if (rc)
		return rc;
	*ret_job = job;
	job = (struct nn_job){0};
	return 0;
}

json_t *nn_next_encode(const struct nn_job *job)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "action", json_string(job ? "run" : "shutdown"));
	if (job)
		(void)json_object_set_new(json, "job", nn_job_encode(job));
	return json;
}

int nn_next_decode(const json_t *json, bool *ret_is_shutdown, struct nn_job *ret_job,
		   struct nn_err *err)
{
	const char *action;
	json_t *job;
	int rc = nn_json_get_str(json, "action", &action, err);

	if (rc)
		return rc;
	if (strcmp(action, "shutdown") == 0) {
		*ret_is_shutdown = true;
		return 0;
	}
	if (strcmp(action, "run") != 0)
		return nn_wire_unknown_word("action", action, err);
	rc = nn_json_get_object(json, "job", &job, err);
	if (!rc)
		rc = nn_job_decode(job, ret_job, err);
	if (rc)
		return rc;
	*ret_is_shutdown = false;
	return 0;
}
