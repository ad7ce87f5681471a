/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/validate/analysis.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/array.h"
#include "harness/base/csv.h"
#include "harness/base/strbuf.h"
#include "harness/base/subprocess.h"
#include "harness/base/units.h"

/* Columns of the report that are looked at; REAL ones first. */
enum column {
	RATIO,
	RATIO_LOWER,
	RATIO_UPPER,
	BOOTSTRAP_LOWER,
	BOOTSTRAP_UPPER,
	HL_LOWER,
	HL_UPPER,
	P_VALUE,
	NR_REALS,
	VERDICT = NR_REALS,
	FLAGS,
	REASONS,
	NR_COLUMNS,
};

static const char *const column_names[NR_COLUMNS] = {
	[RATIO] = "ratio",
	[RATIO_LOWER] = "ratio_ci95_lower",
	[RATIO_UPPER] = "ratio_ci95_upper",
	[BOOTSTRAP_LOWER] = "ratio_ci95_bootstrap_t_lower",
	[BOOTSTRAP_UPPER] = "ratio_ci95_bootstrap_t_upper",
	[HL_LOWER] = "hodges_lehmann_ci95_lower",
	[HL_UPPER] = "hodges_lehmann_ci95_upper",
	[P_VALUE] = "p_value",
	[VERDICT] = "verdict",
	[FLAGS] = "flags",
	[REASONS] = "reasons",
};

bool analysis_covers(const double interval[2], double value)
{
	return interval[0] <= value && value <= interval[1];
}

/* ---- the two processes ---- */

static pid_t start_writer(const struct model *model, const int pipe_fds[2])
{
	pid_t pid = fork();
	FILE *out;

	if (pid)
		return pid;
	(void)close(pipe_fds[0]);
	out = fdopen(pipe_fds[1], "w");
	_exit(!out || model_write(model, out) ? EXIT_FAILURE : EXIT_SUCCESS);
}

static pid_t start_program(const struct validate *validate, const struct analysis *analysis,
			   const char *output, const int pipe_fds[2])
{
	const char *argv[] = {validate->nearnative,
			      "analyse",
			      "-",
			      "--format",
			      "csv",
			      "--output",
			      output,
			      NULL,
			      NULL,
			      NULL,
			      NULL,
			      NULL};
	size_t nr = 7;
	pid_t pid = fork();

	if (pid)
		return pid;
	if (analysis->claim) {
		argv[nr++] = "--claim";
		argv[nr++] = analysis->claim;
	}
	if (analysis->pairing) {
		argv[nr++] = "--pairing";
		argv[nr++] = analysis->pairing;
	}
	if (dup2(pipe_fds[0], STDIN_FILENO) >= 0)
		(void)execv(argv[0], (char *const *)argv);
	_exit(127); /* as a shell says it */
}

static int wait_for(pid_t pid, const char *what, struct nn_err *err)
{
	char text[64];
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return nn_err_errno(err, errno, "wait for %s", what);
	}
	if (status == 0)
		return 0;
	nn_wait_status_text(status, text, sizeof(text));
	return nn_err_set(err, -EIO, "%s: %s", what, text);
}

/* Let the model's CSV flow into the program, which writes its report to @output. */
static int run_pipeline(const struct validate *validate, const struct model *model,
			const struct analysis *analysis, const char *output, struct nn_err *err)
{
	int pipe_fds[2];
	pid_t writer, program;
	int rc;

	if (pipe2(pipe_fds, O_CLOEXEC))
		return nn_err_errno(err, errno, "make a pipe");
	writer = start_writer(model, pipe_fds);
	program = writer < 0 ? -1 : start_program(validate, analysis, output, pipe_fds);
	rc = writer < 0 || program < 0 ? nn_err_errno(err, errno, "fork") : 0;
	(void)close(pipe_fds[0]);
	(void)close(pipe_fds[1]);
	if (program > 0)
		rc = wait_for(program, "nearnative analyse", err);
	if (writer > 0) {
		struct nn_err other = {0};
		int answer = wait_for(writer, "the writer of campaigns", &other);

		/* when the program failed the writer met a broken pipe: tell the cause */
		if (!rc && answer)
			rc = nn_err_set(err, answer, "%s", other.message);
	}
	return rc;
}

/* ---- the report ---- */

struct reading {
	struct nn_csv *csv;
	struct nn_csv_record record;
	size_t fields[NR_COLUMNS];
};

static int find_columns(struct reading *reading, struct nn_err *err)
{
	int rc = nn_csv_next(reading->csv, &reading->record, err);

	if (rc <= 0)
		return rc ? rc : nn_err_set(err, -EIO, "the report is empty");
	for (size_t c = 0; c < NR_COLUMNS; c++) {
		size_t f = 0;

		while (f < reading->record.nr &&
		       strcmp(reading->record.fields[f], column_names[c]) != 0)
			f++;
		if (f == reading->record.nr)
			return nn_err_set(err, -EIO, "the report lacks column '%s'",
					  column_names[c]);
		reading->fields[c] = f;
	}
	return 0;
}

static int read_figures(const struct reading *reading, struct figures *ret, struct nn_err *err)
{
	double *const reals[NR_REALS] = {
		[RATIO] = &ret->ratio,
		[RATIO_LOWER] = &ret->ratio_ci95[0],
		[RATIO_UPPER] = &ret->ratio_ci95[1],
		[BOOTSTRAP_LOWER] = &ret->bootstrap_t[0],
		[BOOTSTRAP_UPPER] = &ret->bootstrap_t[1],
		[HL_LOWER] = &ret->hodges_lehmann_ci95[0],
		[HL_UPPER] = &ret->hodges_lehmann_ci95[1],
		[P_VALUE] = &ret->p_value,
	};

	for (size_t c = 0; c < NR_REALS; c++) {
		const char *text = reading->record.fields[reading->fields[c]];

		*reals[c] = NAN;
		if (*text && nn_parse_double(text, reals[c], NULL))
			return nn_csv_error(reading->csv, &reading->record, reading->fields[c], err,
					    "%s '%s', expected a number", column_names[c], text);
	}
	ret->verdict = reading->record.fields[reading->fields[VERDICT]];
	ret->flags = reading->record.fields[reading->fields[FLAGS]];
	ret->reasons = reading->record.fields[reading->fields[REASONS]];
	return 0;
}

static int read_report(const char *path, size_t nr_expected, figures_fn each, void *user,
		       struct nn_err *err)
{
	NN_AUTO(csv) struct nn_csv *csv = NULL;
	struct reading reading = {0};
	struct figures figures;
	size_t nr = 0;
	int rc = nn_csv_open(path, &csv, err);

	reading.csv = csv;
	if (!rc)
		rc = find_columns(&reading, err);
	if (rc)
		return rc;
	for (rc = nn_csv_next(csv, &reading.record, err); rc > 0;
	     rc = nn_csv_next(csv, &reading.record, err)) {
		int answer = read_figures(&reading, &figures, err);

		if (answer)
			return answer;
		each(user, &figures);
		nr++;
	}
	if (!rc && nr != nr_expected)
		rc = nn_err_set(err, -EIO, "%zu comparisons of %zu campaigns", nr, nr_expected);
	return rc;
}

int analysis_run(const struct validate *validate, const struct model *model,
		 const struct analysis *analysis, figures_fn each, void *user, struct nn_err *err)
{
	NN_AUTO(free) char *output = nn_asprintf("%s/report.csv", validate->folder);
	int rc = run_pipeline(validate, model, analysis, output, err);

	if (!rc)
		rc = read_report(output, model->nr_campaigns, each, user, err);
	(void)unlink(output); /* there is none when the program failed */
	return rc ? nn_err_prefix(err, "campaigns '%s'", model->name) : 0;
}
