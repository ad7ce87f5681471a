/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/json.h"
#include "harness/base/strbuf.h"
#include "harness/protocol/message.h"

#define RUN "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"

/* To text and back, as on the wire. */
static json_t *through_text(json_t *take_json)
{
	NN_AUTO(json) json_t *json = take_json;
	NN_AUTO(free) char *text = nn_json_text(json);
	json_t *back = NULL;

	assert_int_equal(nn_json_parse(text, strlen(text), &back, NULL), 0);
	return back;
}

static void job_survives_the_wire(void **state)
{
	NN_AUTO(job)
	struct nn_job job = {
		.run = RUN,
		.workload = strdup("iommu/dma-map"),
		.seed = UINT64_MAX - 1, /* above what JSON's signed integers hold */
		.iterations = 1000,
		.warmup = 0,
		.deadline_ns = 120000000000ULL,
		.device = {.bdf = "0000:01:00.0", .vendor = 0x1b36, .device = 0x10, .index = 2},
		.spare = {.vendor = 0x1234, .device = 0x11e8, .class_code = 0x00ff00},
	};
	NN_AUTO(job) struct nn_job back = {0};
	NN_AUTO(json) json_t *json = NULL;

	(void)state;
	nn_pairs_add(&job.settings, "block", "4KiB");
	nn_pairs_add(&job.settings, "name", "\xc3\xa9 \" \\ \n");
	json = through_text(nn_job_encode(&job));
	assert_int_equal(nn_job_decode(json, &back, NULL), 0);
	assert_string_equal(back.run, RUN);
	assert_string_equal(back.workload, "iommu/dma-map");
	assert_true(back.seed == UINT64_MAX - 1);
	assert_true(back.iterations == 1000 && back.warmup == 0);
	assert_true(back.deadline_ns == 120000000000ULL);
	assert_memory_equal(&back.device, &job.device, sizeof(job.device));
	assert_memory_equal(&back.spare, &job.spare, sizeof(job.spare));
	assert_string_equal(nn_pairs_get(&back.settings, "block"), "4KiB");
	assert_string_equal(nn_pairs_get(&back.settings, "name"), "\xc3\xa9 \" \\ \n");
	assert_null(nn_pairs_get(&back.settings, "absent"));
}

static void next_is_a_job_or_a_shutdown(void **state)
{
	NN_AUTO(job) struct nn_job job = {.run = RUN, .workload = strdup("null")};
	NN_AUTO(job) struct nn_job back = {0};
	NN_AUTO(json) json_t *run = through_text(nn_next_encode(&job));
	NN_AUTO(json) json_t *shutdown = through_text(nn_next_encode(NULL));
	bool is_shutdown = true;

	(void)state;
	assert_int_equal(nn_next_decode(run, &is_shutdown, &back, NULL), 0);
	assert_false(is_shutdown);
	assert_string_equal(back.workload, "null");
	assert_int_equal(nn_next_decode(shutdown, &is_shutdown, &back, NULL), 0);
	assert_true(is_shutdown);
}

static void samples_survive_the_wire_bit_by_bit(void **state)
{
	static const double values[] = {0.1,  1e-300, 1.7976931348623157e308,
					-0.0, 5,      123456789.123456789};
	NN_AUTO(sample_batch) struct nn_sample_batch batch = {.run = RUN, .batch = 7};
	NN_AUTO(sample_batch) struct nn_sample_batch back = {0};
	NN_AUTO(json) json_t *json = NULL;

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(values); i++)
		nn_sample_batch_add(&batch, &(struct nn_sample){.metric = (char *)"latency",
								.unit = (char *)"us",
								.direction = NN_LOWER_IS_BETTER,
								.kind = NN_KIND_TIME,
								.phase = NN_PHASE_STEADY,
								.iteration = i,
								.value = values[i]});
	json = through_text(nn_sample_batch_encode(&batch));
	assert_int_equal(nn_sample_batch_decode(json, &back, NULL), 0);
	assert_string_equal(back.run, RUN);
	assert_true(back.batch == 7);
	assert_int_equal(back.nr, NN_ARRAY_SIZE(values));
	for (size_t i = 0; i < back.nr; i++) {
		assert_memory_equal(&back.items[i].value, &values[i], sizeof(double));
		assert_true(back.items[i].iteration == i);
		assert_string_equal(back.items[i].metric, "latency");
		assert_string_equal(back.items[i].unit, "us");
		assert_int_equal(back.items[i].direction, NN_LOWER_IS_BETTER);
		assert_int_equal(back.items[i].kind, NN_KIND_TIME);
		assert_int_equal(back.items[i].phase, NN_PHASE_STEADY);
	}
}

static void telemetry_survives_the_wire(void **state)
{
	struct nn_telemetry_point points[] = {
		{.name = (char *)"cpu.steal", .unit = (char *)"%", .elapsed_ns = 5, .value = 0.25},
		{.name = (char *)"cpu.busy", .unit = (char *)"%", .elapsed_ns = 6, .value = 99},
	};
	const struct nn_telemetry_batch batch = {.batch = 1, .items = points, .nr = 2};
	NN_AUTO(telemetry_batch) struct nn_telemetry_batch back = {0};
	NN_AUTO(json) json_t *json = through_text(nn_telemetry_batch_encode(&batch));

	(void)state;
	assert_int_equal(nn_telemetry_batch_decode(json, &back, NULL), 0);
	assert_string_equal(back.run, ""); /* between runs */
	assert_int_equal(back.nr, 2);
	assert_string_equal(back.items[1].name, "cpu.busy");
	assert_true(back.items[0].value == 0.25 && back.items[0].elapsed_ns == 5);
}

static void events_survive_the_wire(void **state)
{
	struct nn_event events[] = {
		{.severity = NN_SEVERITY_ERROR,
		 .kind = (char *)"iommu-fault",
		 .message = (char *)"DMAR: [DMA Read] \xff\xfe no UTF-8",
		 .elapsed_ns = 9},
	};
	const struct nn_event_batch batch = {.run = RUN, .batch = 0, .items = events, .nr = 1};
	NN_AUTO(event_batch) struct nn_event_batch back = {0};
	NN_AUTO(json) json_t *json = through_text(nn_event_batch_encode(&batch));

	(void)state;
	assert_int_equal(nn_event_batch_decode(json, &back, NULL), 0);
	assert_int_equal(back.items[0].severity, NN_SEVERITY_ERROR);
	assert_string_equal(back.items[0].kind, "iommu-fault");
	assert_string_equal(back.items[0].message, "DMAR: [DMA Read] ?? no UTF-8");
	assert_true(back.items[0].elapsed_ns == 9);
}

static void finish_survives_the_wire(void **state)
{
	static const struct nn_finish finishes[] = {
		{.run = RUN, .outcome = NN_OUTCOME_OK, .checksum = UINT64_MAX, .duration_ns = 3},
		{.run = RUN,
		 .outcome = NN_OUTCOME_BROKEN,
		 .reason = (char *)"worker ended by signal 11 (Segmentation fault)",
		 .note = (char *)"llvmpipe (software)",
		 .is_software = true},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(finishes); i++) {
		NN_AUTO(finish) struct nn_finish back = {0};
		NN_AUTO(json) json_t *json = through_text(nn_finish_encode(&finishes[i]));

		assert_int_equal(nn_finish_decode(json, &back, NULL), 0);
		assert_string_equal(back.run, RUN);
		assert_int_equal(back.outcome, finishes[i].outcome);
		assert_true(back.checksum == finishes[i].checksum);
		assert_true(back.duration_ns == finishes[i].duration_ns);
		assert_true(back.is_software == finishes[i].is_software);
		assert_true(!back.reason == !finishes[i].reason);
		assert_true(!back.note == !finishes[i].note);
		if (back.reason)
			assert_string_equal(back.reason, finishes[i].reason);
	}
}

static void hello_and_facts_survive_the_wire(void **state)
{
	const struct nn_hello hello = {.protocol = NN_PROTOCOL_VERSION,
				       .agent_build = (char *)"0123456789abcdef",
				       .credentials_from = (char *)"smbios"};
	NN_AUTO(hello) struct nn_hello hello_back = {0};
	NN_AUTO(json) json_t *hello_json = through_text(nn_hello_encode(&hello));
	NN_AUTO(pairs) struct nn_pairs facts = {0};
	NN_AUTO(pairs) struct nn_pairs facts_back = {0};
	NN_AUTO(json) json_t *facts_json = NULL;

	(void)state;
	assert_int_equal(nn_hello_decode(hello_json, &hello_back, NULL), 0);
	assert_true(hello_back.protocol == NN_PROTOCOL_VERSION);
	assert_string_equal(hello_back.agent_build, "0123456789abcdef");
	assert_string_equal(hello_back.credentials_from, "smbios");
	nn_pairs_add(&facts, "kernel.release", "6.1.0");
	facts_json = through_text(nn_facts_encode(&facts));
	assert_int_equal(nn_facts_decode(facts_json, &facts_back, NULL), 0);
	assert_string_equal(nn_pairs_get(&facts_back, "kernel.release"), "6.1.0");
}

enum decoder { JOB, NEXT, SAMPLES, TELEMETRY, EVENTS, FINISH, HELLO, FACTS };

#define SAMPLE_HEAD "{\"run\":\"" RUN "\",\"batch\":0,\"samples\":["
#define DEVICE      "{\"bdf\":\"\",\"vendor\":0,\"device\":0,\"class\":0,\"index\":0}"
#define JOB_HEAD                                                                                 \
	"{\"run\":\"" RUN "\",\"workload\":\"w\",\"settings\":[],\"seed\":\"0000000000000000\"," \
	"\"iterations\":1,\"warmup\":0,\"deadline_ns\":1,"

static const struct hostile {
	enum decoder decoder;
	const char *json;
	const char *message;
} hostile[] = {
	{HELLO, "[]", "member 'protocol': missing, expected a whole number, 0 or more"},
	{HELLO, "{\"protocol\":-1}",
	 "member 'protocol': wrong type, expected a whole number, 0 or more"},
	{HELLO, "{\"protocol\":1,\"agent_build\":7}",
	 "member 'agent_build': wrong type, expected a string"},
	{FACTS, "{}", "member 'facts': missing, expected an array"},
	{FACTS, "{\"facts\":[{\"name\":\"a\",\"value\":\"b\"},{\"name\":\"c\"}]}",
	 "facts[1]: member 'value': missing, expected a string"},
	{FACTS, "{\"facts\":[7]}", "facts[0]: member 'name': missing, expected a string"},
	{NEXT, "{\"action\":\"format\"}", "member 'action': unknown word 'format'"},
	{NEXT, "{\"action\":\"run\"}", "member 'job': missing, expected an object"},
	{NEXT, "null", "member 'action': missing, expected a string"},
	{JOB, "{\"run\":\"../../../../../../../etc/passwd-aaaa\"}",
	 "member 'run': '../../../../../../../etc/passwd-aaaa' is no UUID"},
	{JOB, "{\"run\":\"" RUN "\",\"workload\":\"w\",\"settings\":[],\"seed\":\"12\"}",
	 "member 'seed': '12', expected 16 hexadecimal digits"},
	{JOB, "{\"run\":\"" RUN "\",\"workload\":\"w\",\"settings\":[],\"seed\":7}",
	 "member 'seed': wrong type, expected a string"},
	{JOB, JOB_HEAD "\"device\":" DEVICE "}", "member 'spare': missing, expected an object"},
	{JOB, JOB_HEAD "\"device\":{\"bdf\":\"../../x\"}}",
	 "member 'device': member 'bdf': '../../x' is no PCI address"},
	{JOB, JOB_HEAD "\"device\":{\"bdf\":\"\",\"vendor\":65536}}",
	 "member 'device': member 'vendor': 65536, expected at most 65535"},
	{SAMPLES, "{\"run\":\"\",\"batch\":0,\"samples\":[]}", "member 'run': '' is no UUID"},
	{SAMPLES, "{\"run\":\"" RUN "\",\"batch\":1.5,\"samples\":[]}",
	 "member 'batch': wrong type, expected a whole number, 0 or more"},
	{SAMPLES, SAMPLE_HEAD "{\"metric\":\"m\"}]}",
	 "samples[0]: member 'unit': missing, expected a string"},
	{SAMPLES, SAMPLE_HEAD "{\"metric\":\"m\",\"unit\":\"u\",\"direction\":\"sideways\"}]}",
	 "samples[0]: member 'direction': unknown word 'sideways'"},
	{SAMPLES,
	 SAMPLE_HEAD "{\"metric\":\"m\",\"unit\":\"u\",\"direction\":\"lower\",\"kind\":\"time\","
		     "\"phase\":\"steady\",\"iteration\":0,\"value\":null}]}",
	 "samples[0]: member 'value': wrong type, expected a number"},
	{TELEMETRY, "{\"run\":\"no\",\"batch\":0,\"telemetry\":[]}",
	 "member 'run': 'no' is no UUID"},
	{TELEMETRY, "{\"run\":\"\",\"batch\":0,\"telemetry\":{}}",
	 "member 'telemetry': wrong type, expected an array"},
	{EVENTS, "{\"run\":\"\",\"batch\":0,\"events\":[{\"severity\":\"mild\"}]}",
	 "events[0]: member 'severity': unknown word 'mild'"},
	{FINISH, "{\"run\":\"" RUN "\",\"outcome\":\"fine\"}",
	 "member 'outcome': unknown word 'fine'"},
	{FINISH, "{\"run\":\"" RUN "\",\"outcome\":\"ok\",\"checksum\":\"000000000000000g\"}",
	 "member 'checksum': '000000000000000g', expected 16 hexadecimal digits"},
	{FINISH, "{\"run\":\"" RUN "\",\"outcome\":\"ok\",\"checksum\":\"0000000000000000\"}",
	 "member 'is_software': missing, expected true or false"},
	{FINISH, "{\"run\":\"" RUN "\",\"outcome\":\"ok\",\"reason\":[]}",
	 "member 'reason': wrong type, expected a string"},
};

static int decode(enum decoder decoder, const json_t *json, struct nn_err *err)
{
	NN_AUTO(job) struct nn_job job = {0};
	NN_AUTO(sample_batch) struct nn_sample_batch samples = {0};
	NN_AUTO(telemetry_batch) struct nn_telemetry_batch telemetry = {0};
	NN_AUTO(event_batch) struct nn_event_batch events = {0};
	NN_AUTO(finish) struct nn_finish finish = {0};
	NN_AUTO(hello) struct nn_hello hello = {0};
	NN_AUTO(pairs) struct nn_pairs facts = {0};
	bool is_shutdown;

	switch (decoder) {
	case JOB:
		return nn_job_decode(json, &job, err);
	case NEXT:
		return nn_next_decode(json, &is_shutdown, &job, err);
	case SAMPLES:
		return nn_sample_batch_decode(json, &samples, err);
	case TELEMETRY:
		return nn_telemetry_batch_decode(json, &telemetry, err);
	case EVENTS:
		return nn_event_batch_decode(json, &events, err);
	case FINISH:
		return nn_finish_decode(json, &finish, err);
	case HELLO:
		return nn_hello_decode(json, &hello, err);
	case FACTS:
		return nn_facts_decode(json, &facts, err);
	}
	return 0;
}

static void hostile_messages_are_refused_by_name_of_the_member(void **state)
{
	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(hostile); i++) {
		NN_AUTO(json) json_t *json = json_loads(hostile[i].json, JSON_DECODE_ANY, NULL);
		struct nn_err err = {0};

		assert_non_null(json);
		assert_int_equal(decode(hostile[i].decoder, json, &err), -EBADMSG);
		assert_string_equal(err.message, hostile[i].message);
	}
}

static void oversized_parts_are_refused(void **state)
{
	NN_AUTO(free) char *long_text = malloc(20001);
	NN_AUTO(json) json_t *long_fact = NULL;
	NN_AUTO(json) json_t *many = json_object();
	json_t *list = json_array();
	struct nn_err err = {0};

	(void)state;
	memset(long_text, 'x', 20000);
	long_text[20000] = '\0';
	long_fact = json_pack("{s:[{s:s,s:s}]}", "facts", "name", "n", "value", long_text);
	assert_int_equal(decode(FACTS, long_fact, &err), -EBADMSG);
	assert_string_equal(err.message,
			    "facts[0]: member 'value': 20000 bytes, expected at most 16384");
	for (int i = 0; i <= NN_BATCH_ITEMS_MAX; i++)
		json_array_append_new(list, json_object());
	json_object_set_new(many, "run", json_string(RUN));
	json_object_set_new(many, "batch", json_integer(0));
	json_object_set_new(many, "samples", list);
	assert_int_equal(decode(SAMPLES, many, &err), -EBADMSG);
	assert_string_equal(err.message, "member 'samples': 10001 entries, expected at most 10000");
}

static void words_have_one_spelling_both_ways(void **state)
{
	enum nn_outcome outcome;
	enum nn_severity severity;
	enum nn_direction direction;
	enum nn_metric_kind kind;
	enum nn_phase phase;

	(void)state;
	for (int i = 0; i <= NN_OUTCOME_BROKEN; i++) {
		assert_int_equal(nn_outcome_from(nn_outcome_name(i), &outcome), 0);
		assert_int_equal(outcome, i);
	}
	for (int i = 0; i <= NN_SEVERITY_ERROR; i++) {
		assert_int_equal(nn_severity_from(nn_severity_name(i), &severity), 0);
		assert_int_equal(severity, i);
	}
	for (int i = 0; i <= NN_KIND_RATIO; i++) {
		assert_int_equal(nn_metric_kind_from(nn_metric_kind_name(i), &kind), 0);
		assert_int_equal(kind, i);
	}
	assert_int_equal(nn_direction_from("lower", &direction), 0);
	assert_int_equal(direction, NN_LOWER_IS_BETTER);
	assert_int_equal(nn_phase_from("warmup", &phase), 0);
	assert_int_equal(phase, NN_PHASE_WARMUP);
	assert_int_equal(nn_outcome_from("OK", &outcome), -EINVAL);
	assert_int_equal(nn_phase_from("", &phase), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(job_survives_the_wire),
		cmocka_unit_test(next_is_a_job_or_a_shutdown),
		cmocka_unit_test(samples_survive_the_wire_bit_by_bit),
		cmocka_unit_test(telemetry_survives_the_wire),
		cmocka_unit_test(events_survive_the_wire),
		cmocka_unit_test(finish_survives_the_wire),
		cmocka_unit_test(hello_and_facts_survive_the_wire),
		cmocka_unit_test(hostile_messages_are_refused_by_name_of_the_member),
		cmocka_unit_test(oversized_parts_are_refused),
		cmocka_unit_test(words_have_one_spelling_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
