/* SPDX-License-Identifier: GPL-3.0-or-later */
/* T10: the same database, or the same file, gives the same bytes in every format. */
#include "ci/validate/validate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ci/validate/model.h"
#include "ci/validate/recording.h"
#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/base/subprocess.h"
#include "harness/stats/random.h"
#include "reports/report.h"

/* Nothing of this may show in a report. */
static const char *const here[] = {"TZ=UTC", "LC_ALL=C", "LANG=C", "COLUMNS=80", NULL};
static const char *const elsewhere[] = {"TZ=Pacific/Auckland", "LC_ALL=de_DE.UTF-8",
					"LANG=de_DE.UTF-8", "COLUMNS=200", NULL};

/* A command that renders: "report --db FILE" or "analyse FILE". */
struct subject {
	const char *words[4];
	size_t nr_words;
};

/* One report in each format. */
struct reports {
	struct nn_strbuf *items;
};

static void reports_release(struct reports *reports)
{
	for (size_t i = 0; reports->items && i < nn_nr_reports; i++)
		nn_strbuf_release(&reports->items[i]);
	free(reports->items);
}
NN_AUTO_DEFINE(reports, struct reports, reports_release(p))

static int render(const struct validate *validate, const struct subject *subject,
		  const char *format, const char *const *env, struct nn_strbuf *ret_report,
		  struct nn_err *err)
{
	const char *argv[NN_ARRAY_SIZE(subject->words) + 4] = {validate->nearnative};
	NN_AUTO(subprocess_result) struct nn_subprocess_result result = {0};
	size_t nr = 1;
	int rc;

	for (size_t i = 0; i < subject->nr_words; i++)
		argv[nr++] = subject->words[i];
	argv[nr++] = "--format";
	argv[nr++] = format;
	rc = nn_subprocess_run(&(struct nn_subprocess_spec){.argv = argv, .env_extra = env},
			       &result, err);
	if (rc)
		return rc;
	if (result.exit_status || !result.out.len)
		return nn_err_set(err, -EIO, "%s --format %s: exit status %d, %zu bytes: %s",
				  subject->words[0], format, result.exit_status, result.out.len,
				  nn_strbuf_str(&result.err_out));
	nn_strbuf_addn(ret_report, result.out.data, result.out.len);
	return 0;
}

static int render_all(const struct validate *validate, const struct subject *subject,
		      const char *const *env, struct reports *ret_reports, struct nn_err *err)
{
	int rc = 0;

	ret_reports->items = nn_calloc(nn_nr_reports, sizeof(*ret_reports->items));
	for (size_t i = 0; !rc && i < nn_nr_reports; i++)
		rc = render(validate, subject, nn_reports[i]->plugin.name, env,
			    &ret_reports->items[i], err);
	return rc;
}

static void compare(struct validate *validate, const struct reports *before,
		    const struct reports *after, const char *what)
{
	NN_AUTO(free) char *demanded = nn_asprintf("%zu formats", nn_nr_reports);
	NN_AUTO(strbuf) struct nn_strbuf measured = NN_STRBUF_INIT;
	size_t nr_equal = 0;

	for (size_t i = 0; i < nn_nr_reports; i++) {
		const struct nn_strbuf *a = &before->items[i], *b = &after->items[i];

		if (a->len == b->len && memcmp(a->data, b->data, a->len) == 0)
			nr_equal++;
		else
			nn_strbuf_addf(&measured, "not %s, ", nn_reports[i]->plugin.name);
	}
	nn_strbuf_addf(&measured, "%zu formats", nr_equal);
	validate_fact(validate, nr_equal == nn_nr_reports, demanded, nn_strbuf_str(&measured),
		      "byte-identical reports: %s", what);
}

/* ---- a database ---- */

static int same_database(struct validate *validate, struct nn_err *err)
{
	static const struct recording recording = {.name = "determinism",
						   .claim = "vm >= 97% of native",
						   .margin = 0.97,
						   .nr_blocks = 6,
						   .nr_workloads = 3,
						   .nr_runs = 3,
						   .nr_iterations = 250,
						   .boot_sd = 0.005,
						   .iteration_sd = 0.02,
						   .ratio = 0.985};
	NN_AUTO(free) char *path = nn_asprintf("%s/determinism.db", validate->folder);
	const struct subject subject = {.words = {"report", "--db", path}, .nr_words = 3};
	NN_AUTO(reports) struct reports before = {0};
	NN_AUTO(reports) struct reports after = {0};
	int rc = recording_write(path, &recording, 1, err);

	if (!rc)
		rc = render_all(validate, &subject, here, &before, err);
	if (!rc)
		rc = render_all(validate, &subject, elsewhere, &after, err);
	if (!rc)
		compare(validate, &before, &after, "one database, another time zone and language");
	return rc;
}

/* ---- a file ---- */

static int write_model(const char *path, struct nn_err *err)
{
	static const struct model model = {
		.name = "determinism",
		.nr_campaigns = 1,
		.nr_blocks = 6,
		.ratio = 0.985,
		MODEL_LEVELS,
	};
	FILE *out = fopen(path, "we");
	int rc;

	if (!out)
		return nn_err_errno(err, errno, "open '%s'", path);
	rc = model_write(&model, out);
	if (fclose(out) || rc)
		return nn_err_set(err, rc ? rc : -EIO, "write '%s'", path);
	return 0;
}

struct lines {
	char **items;
	size_t nr, cap;
};

static void lines_release(struct lines *lines)
{
	for (size_t i = 0; i < lines->nr; i++)
		free(lines->items[i]);
	free(lines->items);
}
NN_AUTO_DEFINE(lines, struct lines, lines_release(p))

static int read_lines(const char *path, struct lines *ret_lines, struct nn_err *err)
{
	NN_AUTO(file) FILE *in = fopen(path, "re");
	NN_AUTO(free) char *line = NULL;
	size_t cap = 0;

	if (!in)
		return nn_err_errno(err, errno, "open '%s'", path);
	while (getline(&line, &cap, in) > 0)
		*NN_ARRAY_APPEND(ret_lines->items, ret_lines->nr, ret_lines->cap) = nn_strdup(line);
	return 0;
}

/* The header stays where it is. */
static int shuffle_lines(const char *path, struct nn_err *err)
{
	NN_AUTO(random) struct nn_random *random = nn_random_new(10);
	NN_AUTO(lines) struct lines lines = {0};
	int rc = read_lines(path, &lines, err);
	FILE *out;

	if (rc)
		return rc;
	for (size_t i = lines.nr - 1; i > 1; i--) {
		size_t k = 1 + nn_random_below(random, i);
		char *line = lines.items[i];

		lines.items[i] = lines.items[k];
		lines.items[k] = line;
	}
	out = fopen(path, "we");
	for (size_t i = 0; out && i < lines.nr; i++)
		(void)fputs(lines.items[i], out); /* fclose() tells */
	if (!out || fclose(out))
		return nn_err_errno(err, errno, "write '%s'", path);
	return 0;
}

static int same_file(struct validate *validate, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf("%s/determinism.csv", validate->folder);
	const struct subject subject = {
		.words = {"analyse", path, "--claim", "vm >= 97% of native"}, .nr_words = 4};
	NN_AUTO(reports) struct reports before = {0};
	NN_AUTO(reports) struct reports after = {0};
	NN_AUTO(reports) struct reports shuffled = {0};
	int rc = write_model(path, err);

	if (!rc)
		rc = render_all(validate, &subject, here, &before, err);
	if (!rc)
		rc = render_all(validate, &subject, elsewhere, &after, err);
	if (rc)
		return rc;
	compare(validate, &before, &after, "one file, another time zone and language");
	rc = shuffle_lines(path, err);
	if (!rc)
		rc = render_all(validate, &subject, here, &shuffled, err);
	if (!rc)
		compare(validate, &before, &shuffled, "one file, its rows in another order");
	return rc;
}

int validate_determinism(struct validate *validate, struct nn_err *err)
{
	int rc = same_database(validate, err);

	return rc ? rc : same_file(validate, err);
}
