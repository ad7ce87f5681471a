/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was sampled over time beside the runs, thinned for pictures. */
#include "reports/build.h"

#include "harness/base/array.h"

static double *copy_of(const double *values, size_t nr)
{
	double *copy = nn_calloc(nr, sizeof(*copy));

	memcpy(copy, values, nr * sizeof(*copy));
	return copy;
}

static int take_telemetry(void *user, const struct nn_telemetry_series *series, struct nn_err *err)
{
	struct nn_comparison *out = user;
	struct nn_report_telemetry *telemetry;

	(void)err;
	if (!series->nr)
		return 0;
	telemetry = NN_ARRAY_APPEND(out->telemetry, out->nr_telemetry, out->cap_telemetry);
	telemetry->arm = nn_strdup(series->arm);
	telemetry->block = series->block;
	telemetry->name = nn_strdup(series->name);
	telemetry->unit = nn_strdup(series->unit);
	telemetry->elapsed_s = copy_of(series->elapsed_s, series->nr);
	telemetry->values = copy_of(series->values, series->nr);
	telemetry->nr = series->nr;
	return 0;
}

static int take_span(void *user, const struct nn_run_span *span, struct nn_err *err)
{
	struct nn_comparison *out = user;
	struct nn_report_span *copy = NN_ARRAY_APPEND(out->spans, out->nr_spans, out->cap_spans);

	(void)err;
	copy->arm = nn_strdup(span->arm);
	copy->block = span->block;
	copy->workload = nn_strdup(span->workload);
	copy->run = span->run;
	copy->from_s = span->from_s;
	copy->to_s = span->to_s;
	return 0;
}

int nn_build_telemetry(struct nn_build *build, struct nn_err *err)
{
	int rc = nn_store_each_telemetry(build->store, build->campaign, NN_REPORT_POINTS,
					 take_telemetry, build->out, err);

	return rc ? rc
		  : nn_store_each_run_span(build->store, build->campaign, take_span, build->out,
					   err);
}
