/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole session over a real socket: the server in this process, the agent in a child, its workers
 * below that.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/wait.h>

#include "ci/tests/harness/agent/workloads.h"
#include "harness/agent/session.h"
#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/log.h"
#include "harness/server/server.h"

#define BOOT        "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"
#define DEADLINE_NS (60 * NN_NS_PER_S)
#define JOBS_MAX    8

struct campaign {
	struct nn_server *server;
	struct nn_credentials cred;
	struct nn_job jobs[JOBS_MAX];
	size_t nr_jobs;
	size_t nr_finished;
	enum nn_outcome outcomes[JOBS_MAX];
	char reasons[JOBS_MAX][160];
	size_t nr_samples;
	int nr_sample_failures; /* how often samples are still to fail */
	int sample_result;      /* and how */
	int nr_hello;
	int nr_facts;
	char absent[80]; /* the fact device.absent */
	int nr_refused;
	uint64_t nr_telemetry_batches;
	uint64_t nr_event_batches;
	bool expire_after_hello;
	uint64_t last_elapsed_ns;
	bool is_elapsed_ordered;
	bool has_rtt;
	char order[256]; /* one letter a message */
};

static void note(struct campaign *campaign, char letter)
{
	size_t len = strlen(campaign->order);

	if (len + 1 < sizeof(campaign->order))
		campaign->order[len] = letter;
}

static void on_seen(void *user, const struct nn_message_timing *timing)
{
	struct campaign *campaign = user;

	campaign->is_elapsed_ordered &= timing->agent_elapsed_ns >= campaign->last_elapsed_ns;
	campaign->last_elapsed_ns = timing->agent_elapsed_ns;
	campaign->has_rtt |= timing->rtt_ns > 0;
}

static int on_hello(void *user, const struct nn_hello *hello, struct nn_err *err)
{
	struct campaign *campaign = user;

	(void)err;
	note(campaign, 'h');
	campaign->nr_hello++;
	assert_int_equal(strlen(hello->agent_build), 16);
	assert_string_equal(hello->credentials_from, "environment");
	if (campaign->expire_after_hello)
		nn_server_expire(campaign->server);
	return 0;
}

static int on_facts(void *user, const struct nn_pairs *facts, struct nn_err *err)
{
	struct campaign *campaign = user;

	(void)err;
	note(campaign, 'f');
	campaign->nr_facts++;
	assert_true(facts->nr > 0);
	if (nn_pairs_get(facts, "device.absent"))
		(void)snprintf(campaign->absent, sizeof(campaign->absent), "%s",
			       nn_pairs_get(facts, "device.absent"));
	return 0;
}

static int on_next(void *user, const struct nn_job **ret_job, struct nn_err *err)
{
	struct campaign *campaign = user;

	(void)err;
	note(campaign, 'n');
	*ret_job = campaign->nr_finished < campaign->nr_jobs
			   ? &campaign->jobs[campaign->nr_finished]
			   : NULL;
	return 0;
}

static int on_samples(void *user, const struct nn_sample_batch *batch, struct nn_err *err)
{
	struct campaign *campaign = user;

	note(campaign, 's');
	assert_string_equal(batch->run, campaign->jobs[campaign->nr_finished].run);
	if (campaign->nr_sample_failures) {
		campaign->nr_sample_failures--;
		return nn_err_set(err, campaign->sample_result, "store samples: told to fail");
	}
	campaign->nr_samples += batch->nr;
	return 0;
}

/* The store takes a batch for a repetition whose number it has seen in this boot. */
static int on_telemetry(void *user, const struct nn_telemetry_batch *batch, struct nn_err *err)
{
	struct campaign *campaign = user;

	(void)err;
	assert_true(batch->nr > 0);
	assert_int_equal(batch->batch, campaign->nr_telemetry_batches);
	campaign->nr_telemetry_batches++;
	return 0;
}

static int on_events(void *user, const struct nn_event_batch *batch, struct nn_err *err)
{
	struct campaign *campaign = user;

	(void)err;
	assert_true(batch->nr > 0);
	assert_int_equal(batch->batch, campaign->nr_event_batches);
	campaign->nr_event_batches++;
	return 0;
}

static int on_finish(void *user, const struct nn_finish *finish, struct nn_err *err)
{
	struct campaign *campaign = user;
	size_t index = campaign->nr_finished;

	(void)err;
	note(campaign, 'e');
	assert_in_range(index, 0, campaign->nr_jobs - 1);
	assert_string_equal(finish->run, campaign->jobs[index].run);
	campaign->outcomes[index] = finish->outcome;
	(void)snprintf(campaign->reasons[index], sizeof(campaign->reasons[index]), "%s",
		       finish->reason ? finish->reason : "");
	campaign->nr_finished++;
	return 0;
}

static void on_refused(void *user, const char *peer, const char *why)
{
	(void)peer;
	(void)why;
	((struct campaign *)user)->nr_refused++;
}

static int start(void **state)
{
	struct campaign *campaign = nn_calloc(1, sizeof(*campaign));
	const struct nn_server_hooks hooks = {
		.user = campaign,
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

	assert_int_equal(nn_server_new("127.0.0.1", 0, &hooks, &campaign->server, NULL), 0);
	nn_server_admit(campaign->server, BOOT, &campaign->cred);
	campaign->cred.found_in = "environment";
	campaign->is_elapsed_ordered = true;
	*state = campaign;
	return 0;
}

static int stop(void **state)
{
	struct campaign *campaign = *state;

	nn_server_free(campaign->server);
	free(campaign);
	return 0;
}

static void add_job(struct campaign *campaign, const char *workload)
{
	struct nn_job *job = &campaign->jobs[campaign->nr_jobs];

	*job = (struct nn_job){.workload = (char *)workload,
			       .iterations = 4,
			       .warmup = 1,
			       .deadline_ns = DEADLINE_NS};
	(void)snprintf(job->run, sizeof(job->run), "11111111-2222-4333-8444-%012zu",
		       campaign->nr_jobs);
	campaign->nr_jobs++;
}

/* In the child: be the agent; the exit status is the positive errno. */
static void be_agent(const struct nn_credentials *cred, uint64_t patience_ns, int stop_fd, int fd)
{
	const struct nn_sysroot live = {.prefix = ""};
	const struct nn_log log = nn_log_stderr("agent", NN_LOG_ERROR);
	struct nn_err err = {0};
	int rc = nn_session_run(&(struct nn_session_spec){.cred = cred,
							  .sysroot = &live,
							  .log = &log,
							  .stop_fd = stop_fd,
							  .patience_ns = patience_ns},
				&err);

	(void)dprintf(fd, "%s", err.message);
	_exit(-rc);
}

/*
 * Run an agent against the server (none when @campaign's is gone) until it ends.
 * Return: what its session returned; the message goes to @ret_message.
 */
static int run_agent(struct campaign *campaign, uint64_t patience_ns, int stop_fd,
		     struct nn_strbuf *ret_message)
{
	uint64_t until_ns = nn_clock_ns() + DEADLINE_NS;
	int message[2];
	int status = 0;
	ssize_t len;
	pid_t pid;

	assert_int_equal(pipe2(message, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0)
		be_agent(&campaign->cred, patience_ns, stop_fd, message[1]);
	(void)close(message[1]);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		assert_true(nn_clock_ns() < until_ns);
		if (campaign->server)
			assert_int_equal(nn_server_poll(campaign->server, 10, NULL), 0);
	}
	do {
		len = read(message[0], nn_strbuf_reserve(ret_message, 1024), 1024);
		assert_true(len >= 0);
		nn_strbuf_advance(ret_message, (size_t)len);
	} while (len > 0);
	(void)close(message[0]);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void a_session_runs_every_job_whatever_the_one_before_did(void **state)
{
	struct campaign *campaign = *state;
	NN_AUTO(strbuf) struct nn_strbuf message = NN_STRBUF_INIT;

	add_job(campaign, "count");
	add_job(campaign, "crash");
	add_job(campaign, "skip");
	add_job(campaign, "hang");
	campaign->jobs[3].deadline_ns = NN_NS_PER_S;
	add_job(campaign, "wrong");
	add_job(campaign, "count");
	assert_int_equal(run_agent(campaign, DEADLINE_NS, -1, &message), 0);
	assert_string_equal(nn_strbuf_str(&message), "");
	assert_int_equal(campaign->nr_finished, 6);
	assert_int_equal(campaign->outcomes[0], NN_OUTCOME_OK);
	assert_int_equal(campaign->outcomes[1], NN_OUTCOME_BROKEN);
	assert_string_equal(campaign->reasons[1], "worker ended by signal 11 (Segmentation fault)");
	assert_int_equal(campaign->outcomes[2], NN_OUTCOME_SKIPPED);
	assert_string_equal(campaign->reasons[2], "no GPU here");
	assert_int_equal(campaign->outcomes[3], NN_OUTCOME_BROKEN);
	assert_string_equal(campaign->reasons[3], "run exceeded its deadline of 1 s");
	assert_int_equal(campaign->outcomes[4], NN_OUTCOME_FAILED);
	assert_int_equal(campaign->outcomes[5], NN_OUTCOME_OK);
	assert_int_equal(campaign->nr_samples, 3 * 8); /* a wrong run's samples are kept too */
	assert_int_equal(campaign->nr_hello, 1);
	assert_int_equal(campaign->nr_facts, 1);
	assert_int_equal(campaign->nr_telemetry_batches, 6); /* one a run, each with its number */
	assert_true(campaign->is_elapsed_ordered);
	assert_true(campaign->has_rtt);
	assert_string_equal(campaign->order, "hnfsenenenensensen");
}

static void a_device_that_is_not_at_its_address_is_a_fact(void **state)
{
	struct campaign *campaign = *state;
	NN_AUTO(strbuf) struct nn_strbuf message = NN_STRBUF_INIT;

	add_job(campaign, "count");
	(void)snprintf(campaign->jobs[0].device.bdf, NN_BDF_CAP, "ffff:00:00.0");
	assert_int_equal(run_agent(campaign, DEADLINE_NS, -1, &message), 0);
	assert_string_equal(campaign->absent, "there is no PCI device 'ffff:00:00.0'");
	assert_int_equal(campaign->outcomes[0], NN_OUTCOME_OK);
}

static void a_batch_that_was_not_acknowledged_is_sent_again(void **state)
{
	struct campaign *campaign = *state;
	NN_AUTO(strbuf) struct nn_strbuf message = NN_STRBUF_INIT;

	add_job(campaign, "count");
	campaign->nr_sample_failures = 2;
	campaign->sample_result = -EBUSY;
	assert_int_equal(run_agent(campaign, DEADLINE_NS, -1, &message), 0);
	assert_int_equal(campaign->outcomes[0], NN_OUTCOME_OK);
	assert_int_equal(campaign->nr_samples, 8);
	assert_string_equal(campaign->order, "hnfsssen");
}

static void a_batch_that_is_refused_for_good_breaks_its_run_only(void **state)
{
	struct campaign *campaign = *state;
	NN_AUTO(strbuf) struct nn_strbuf message = NN_STRBUF_INIT;

	add_job(campaign, "count");
	add_job(campaign, "count");
	campaign->nr_sample_failures = 1;
	campaign->sample_result = -EBADMSG;
	assert_int_equal(run_agent(campaign, DEADLINE_NS, -1, &message), 0);
	assert_int_equal(campaign->outcomes[0], NN_OUTCOME_BROKEN);
	assert_string_equal(campaign->reasons[0],
			    "the orchestrator refused message 'samples' (status 400): "
			    "message 'samples': store samples: told to fail");
	assert_int_equal(campaign->outcomes[1], NN_OUTCOME_OK);
}

static void a_boot_without_jobs_says_nothing_after_shutdown(void **state)
{
	struct campaign *campaign = *state;
	NN_AUTO(strbuf) struct nn_strbuf message = NN_STRBUF_INIT;

	assert_int_equal(run_agent(campaign, DEADLINE_NS, -1, &message), 0);
	assert_string_equal(campaign->order, "hn");
}

static void a_boot_that_is_over_ends_the_session(void **state)
{
	struct campaign *campaign = *state;
	NN_AUTO(strbuf) struct nn_strbuf message = NN_STRBUF_INIT;

	campaign->expire_after_hello = true;
	assert_int_equal(run_agent(campaign, DEADLINE_NS, -1, &message), -EACCES);
	assert_string_equal(
		nn_strbuf_str(&message),
		"the orchestrator refused this boot: no token, or a wrong or expired one");
	assert_int_equal(campaign->nr_refused, 1);
}

static void an_orchestrator_that_stays_away_ends_the_session(void **state)
{
	struct campaign *campaign = *state;
	NN_AUTO(strbuf) struct nn_strbuf message = NN_STRBUF_INIT;
	NN_AUTO(free)
	char *expected = nn_asprintf("say hello to %s: the orchestrator stayed away: "
				     "POST '%s/v1/" BOOT "/hello': Couldn't connect to server",
				     campaign->cred.url, campaign->cred.url);

	nn_server_free(NN_STEAL(campaign->server));
	assert_int_equal(run_agent(campaign, 250 * NN_NS_PER_MS, -1, &message), -ETIMEDOUT);
	assert_string_equal(nn_strbuf_str(&message), expected);
}

static void stop_interrupts_the_waiting_for_an_orchestrator(void **state)
{
	struct campaign *campaign = *state;
	NN_AUTO(strbuf) struct nn_strbuf message = NN_STRBUF_INIT;
	int stop_fds[2];

	nn_server_free(NN_STEAL(campaign->server));
	assert_int_equal(pipe(stop_fds), 0);
	assert_int_equal(write(stop_fds[1], "x", 1), 1);
	assert_int_equal(run_agent(campaign, DEADLINE_NS, stop_fds[0], &message), -EINTR);
	(void)close(stop_fds[0]);
	(void)close(stop_fds[1]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_session_runs_every_job_whatever_the_one_before_did, start, stop),
		cmocka_unit_test_setup_teardown(a_device_that_is_not_at_its_address_is_a_fact,
						start, stop),
		cmocka_unit_test_setup_teardown(a_batch_that_was_not_acknowledged_is_sent_again,
						start, stop),
		cmocka_unit_test_setup_teardown(
			a_batch_that_is_refused_for_good_breaks_its_run_only, start, stop),
		cmocka_unit_test_setup_teardown(a_boot_without_jobs_says_nothing_after_shutdown,
						start, stop),
		cmocka_unit_test_setup_teardown(a_boot_that_is_over_ends_the_session, start, stop),
		cmocka_unit_test_setup_teardown(an_orchestrator_that_stays_away_ends_the_session,
						start, stop),
		cmocka_unit_test_setup_teardown(stop_interrupts_the_waiting_for_an_orchestrator,
						start, stop),
	};

	if (is_worker(argc, argv))
		return nn_worker_main(test_workload_find);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
