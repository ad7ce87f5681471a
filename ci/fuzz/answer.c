/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an agent is told to do: the answer to "next", with the job. */
#include "ci/fuzz/fuzz.h"

#include "harness/base/bdf.h"
#include "harness/base/json.h"
#include "harness/protocol/message.h"
#include "harness/protocol/wire.h"

static void check_device(const struct nn_device_id *id)
{
	char normal[NN_BDF_CAP];

	fuzz_require(!id->bdf[0] || (nn_bdf_parse(id->bdf, normal, NULL) == 0 &&
				     strcmp(id->bdf, normal) == 0),
		     "address '%s'", id->bdf);
}

static void check_job(const struct nn_job *job)
{
	NN_AUTO(json) json_t *json = nn_next_encode(job);
	NN_AUTO(job) struct nn_job again = {0};
	bool is_shutdown = true;
	struct nn_err err = {0};

	fuzz_require(nn_wire_is_uuid(job->run) && job->workload, "a job without a name");
	check_device(&job->device);
	check_device(&job->spare);
	fuzz_require(nn_next_decode(json, &is_shutdown, &again, &err) == 0 && !is_shutdown, "%s",
		     err.message);
	fuzz_require(again.seed == job->seed && again.settings.nr == job->settings.nr &&
			     memcmp(&again.device, &job->device, sizeof(job->device)) == 0,
		     "another job came back");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	NN_AUTO(json) json_t *json = NULL;
	NN_AUTO(job) struct nn_job job = {0};
	bool is_shutdown = false;
	struct nn_err err = {0};
	int rc = nn_json_parse(size ? (const char *)bytes : "", size, &json, &err);

	if (!rc)
		rc = nn_next_decode(json, &is_shutdown, &job, &err);
	if (rc)
		fuzz_require(err.message[0], "a failure without a message");
	else if (!is_shutdown)
		check_job(&job);
	return 0;
}
