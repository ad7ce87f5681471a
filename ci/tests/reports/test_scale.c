/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file may have ten thousands of campaigns: no renderer's effort may grow with their square. */
#include <time.h>

#include "ci/tests/reports/render.h"
#include "ci/tests/reports/sample.h"

#define SMALL  3000
#define FACTOR 4

/* Four times as many rows take 4 times as long, or 16 times if each looks at all others. */
#define LIMIT 9

/* Below this, in seconds, it is too quick to tell. */
#define NEGLIGIBLE_S 0.1

static struct nn_comparison *campaigns(size_t nr)
{
	struct nn_comparison *c = nn_calloc(1, sizeof(*c));

	c->source = NN_SOURCE_FILE;
	c->title = nn_strdup("numbers.csv");
	c->nr_campaigns = nr;
	sample_add_arm(c, "native", "local", "");
	sample_add_arm(c, "vm", "local", "");
	for (size_t i = 0; i < nr; i++) {
		struct nn_report_row *row = NN_ARRAY_APPEND(c->rows, c->nr_rows, c->cap_rows);

		sample_fill_row(row, &sample_rows[0]);
		free(row->campaign);
		row->campaign = nn_asprintf("campaign-%zu", i);
		nn_strings_add(&row->flags, nn_asprintf("drift: by %zu %%", i));
		sample_add_claim(c, "vm >= 97% of native", "PROVEN", 0.98, 0.99, i, NULL);
		free(c->claims[i].campaign);
		c->claims[i].campaign = nn_strdup(row->campaign);
	}
	return c;
}

/* Of the process, so that others on the machine do not matter. */
static double seconds_to_render(const char *format, size_t nr)
{
	NN_AUTO(comparison) struct nn_comparison *c = campaigns(nr);
	struct timespec from, to;
	char *text;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from), 0);
	text = render_as(format, c);
	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to), 0);
	free(text);
	return (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
}

static void effort_grows_with_the_rows_and_not_with_their_square(void **state)
{
	(void)state;
	for (size_t i = 0; i < nn_nr_reports; i++) {
		const char *format = nn_reports[i]->plugin.name;
		double small_s = seconds_to_render(format, SMALL);
		double large_s = seconds_to_render(format, FACTOR * SMALL);

		print_message("%-24s %.3f s, %.3f s\n", format, small_s, large_s);
		if (large_s > LIMIT * fmax(small_s, NEGLIGIBLE_S / FACTOR))
			fail_msg("%s: %g s for %d rows, %g s for %d", format, small_s, SMALL,
				 large_s, FACTOR * SMALL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(effort_grows_with_the_rows_and_not_with_their_square),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
