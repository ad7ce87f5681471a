/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/store/fixture.h"

#include <errno.h>
#include <math.h>

static char *export(struct fixture *f, const char *which)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_ok(f, nn_store_export_csv(f->store, which, out, &f->err));
	assert_int_equal(fclose(out), 0);
	return text;
}

static void csv_has_one_quoted_line_a_sample_in_a_fixed_order(void **state)
{
	struct fixture *f = *state;
	int64_t boot = fixture_add_boot(f, 1, 3, 0);
	int64_t run = fixture_add_run(f, boot, "odd,\"name\"\n", 0, 2);
	char *text;

	fixture_add_samples(f, run, 0, NN_PHASE_STEADY, (const double[]){0.1 + 0.2, NAN}, 2);
	fixture_add_samples(f, run, 1, NN_PHASE_WARMUP, (const double[]){-1e300}, 1);
	(void)fixture_add_campaign(f, "later");
	free(fixture_sql(f, "UPDATE campaign SET uuid = 'c' || id"));
	free(fixture_sql(f, "UPDATE boot SET uuid = 'b1'"));
	text = export(f, "demo");
	assert_string_equal(
		text,
		"campaign,arm,block,boot,run,phase,iteration,workload,metric,unit,direction,value\n"
		"c1,vm,3,b1,2,warmup,0,\"odd,\"\"name\"\"\n\",copy,B/s,higher,-1e+300\n"
		"c1,vm,3,b1,2,steady,0,\"odd,\"\"name\"\"\n\",copy,B/s,higher,0.30000000000000004\n"
		"c1,vm,3,b1,2,steady,1,\"odd,\"\"name\"\"\n\",copy,B/s,higher,\n");
	free(text);
	text = export(f, NULL); /* the latest has no samples */
	assert_string_equal(text, "campaign,arm,block,boot,run,phase,iteration,workload,metric,"
				  "unit,direction,value\n");
	free(text);
}

static void export_of_an_unknown_campaign_writes_nothing(void **state)
{
	struct fixture *f = *state;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(nn_store_export_csv(f->store, "nobody", out, &f->err), -ENOENT);
	assert_message(f, "no campaign 'nobody'");
	assert_int_equal(fclose(out), 0);
	assert_int_equal(len, 0);
	free(text);
}

static void full_disk_is_an_error(void **state)
{
	struct fixture *f = *state;
	FILE *full = fopen("/dev/full", "w");

	assert_non_null(full);
	assert_int_equal(nn_store_export_csv(f->store, NULL, full, &f->err), -ENOSPC);
	assert_message(f, "write CSV");
	(void)fclose(full); /* it fails, that is what the file is for */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_begun, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(csv_has_one_quoted_line_a_sample_in_a_fixed_order),
		TEST(export_of_an_unknown_campaign_writes_nothing),
		TEST(full_disk_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
