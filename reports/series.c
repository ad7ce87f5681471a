/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/series.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"

/* One metric of the open workload: its series so far, and the boot whose runs are coming in. */
struct open_metric {
	struct nn_series series;
	struct nn_digester *digester;
	bool has_runs; /* of the open boot */
};

struct reading {
	const char *const *arms;
	size_t nr_arms;
	nn_series_fn each;
	void *user;
	char *campaign;
	char *workload; /* that is open, or NULL */
	char *boot;     /* whose runs are coming in, or NULL */
	struct nn_cell cell;
	struct open_metric *metrics;
	size_t nr_metrics, cap_metrics;
};

void nn_cells_release(struct nn_cells *cells)
{
	for (size_t i = 0; i < cells->nr; i++)
		free(cells->items[i].boot);
	free(cells->items);
	*cells = (struct nn_cells){0};
}

void nn_cells_add(struct nn_cells *cells, const struct nn_cell *cell)
{
	struct nn_cell *copy = NN_ARRAY_APPEND(cells->items, cells->nr, cells->cap);

	*copy = *cell;
	copy->boot = nn_strdup(cell->boot);
}

void nn_series_release(struct nn_series *series)
{
	free(series->campaign);
	free(series->workload);
	free(series->metric);
	free(series->unit);
	free(series->losses);
	nn_cells_release(&series->cells);
	*series = (struct nn_series){0};
}

static void close_boot(struct reading *reading)
{
	for (size_t i = 0; reading->boot && i < reading->nr_metrics; i++) {
		struct open_metric *metric = &reading->metrics[i];

		if (!metric->has_runs)
			continue;
		metric->has_runs = false;
		reading->cell.digest = nn_digester_finish(metric->digester);
		nn_cells_add(&metric->series.cells, &reading->cell);
	}
	free(NN_STEAL(reading->boot));
}

static int by_metric(const void *a, const void *b)
{
	const struct nn_series *x = &((const struct open_metric *)a)->series;
	const struct nn_series *y = &((const struct open_metric *)b)->series;
	int order = strcmp(x->metric, y->metric);

	return order ? order : strcmp(x->unit, y->unit);
}

static void release_metrics(struct reading *reading)
{
	for (size_t i = 0; i < reading->nr_metrics; i++) {
		nn_series_release(&reading->metrics[i].series);
		nn_digester_free(reading->metrics[i].digester);
	}
	reading->nr_metrics = 0;
}

static int close_workload(struct reading *reading, struct nn_err *err)
{
	int rc = 0;

	close_boot(reading);
	if (reading->nr_metrics)
		qsort(reading->metrics, reading->nr_metrics, sizeof(*reading->metrics), by_metric);
	for (size_t i = 0; !rc && i < reading->nr_metrics; i++)
		rc = reading->each(reading->user, &reading->metrics[i].series, err);
	release_metrics(reading);
	free(NN_STEAL(reading->workload));
	return rc;
}

static bool is_metric(const struct nn_series *series, const struct nn_run_values *values)
{
	return series->direction == values->direction &&
	       strcmp(series->metric, values->metric) == 0 &&
	       strcmp(series->unit, values->unit) == 0;
}

static struct open_metric *want_metric(struct reading *reading, const struct nn_run_values *values)
{
	struct open_metric *metric;

	for (size_t i = 0; i < reading->nr_metrics; i++) {
		if (is_metric(&reading->metrics[i].series, values))
			return &reading->metrics[i];
	}
	metric = NN_ARRAY_APPEND(reading->metrics, reading->nr_metrics, reading->cap_metrics);
	metric->digester = nn_digester_new();
	metric->series = (struct nn_series){
		.campaign = nn_strdup(reading->campaign),
		.workload = nn_strdup(values->workload),
		.metric = nn_strdup(values->metric),
		.unit = nn_strdup(values->unit),
		.direction = values->direction,
	};
	return metric;
}

static bool find_arm(const struct reading *reading, const char *name, size_t *ret_index)
{
	for (size_t i = 0; i < reading->nr_arms; i++) {
		if (strcmp(reading->arms[i], name) == 0) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}

static int take_run(void *user, const struct nn_run_values *values, struct nn_err *err)
{
	struct reading *reading = user;
	struct open_metric *metric;
	size_t arm;

	if (!find_arm(reading, values->arm, &arm))
		return 0;
	if (reading->workload && strcmp(reading->workload, values->workload) != 0) {
		int rc = close_workload(reading, err);

		if (rc)
			return rc;
	}
	if (!reading->workload)
		reading->workload = nn_strdup(values->workload);
	if (reading->boot && strcmp(reading->boot, values->boot) != 0)
		close_boot(reading);
	if (!reading->boot) {
		reading->boot = nn_strdup(values->boot);
		reading->cell =
			(struct nn_cell){.arm = arm, .block = values->block, .boot = reading->boot};
	}
	metric = want_metric(reading, values);
	metric->has_runs = true;
	nn_digester_run(metric->digester, values->values, values->nr,
			values->direction == NN_LOWER_IS_BETTER);
	return 0;
}

int nn_series_each_of_store(struct nn_store *store, int64_t campaign, const char *const *arms,
			    size_t nr_arms, nn_series_fn each, void *user, struct nn_err *err)
{
	NN_AUTO(campaign) struct nn_campaign row = {0};
	struct reading reading = {.arms = arms, .nr_arms = nr_arms, .each = each, .user = user};
	int rc = nn_store_campaign_get(store, campaign, &row, err);

	if (rc)
		return rc;
	reading.campaign = row.uuid;
	rc = nn_store_each_run_values(store, campaign, take_run, &reading, err);
	if (!rc)
		rc = close_workload(&reading, err);
	release_metrics(&reading);
	free(reading.metrics);
	free(reading.workload);
	free(reading.boot);
	return rc;
}
