/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/import/import.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/strbuf.h"

/* A boot in the making. */
struct collection {
	struct nn_import_boot boot;
	const char *path;
	size_t nr_values;
};

NN_AUTO_DEFINE(collection, struct collection, nn_import_boot_release(&p->boot))

/* Text of a file on its way into the store: one line of UTF-8. */
static char *clean(const char *text)
{
	NN_AUTO(json) json_t *utf8 = nn_json_str_or_null(text);
	char *copy = nn_strdup(json_string_value(utf8));

	for (char *c = copy; c && *c; c++) {
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	}
	return copy;
}

/* The same as one word that a claim can name. */
static char *word(const char *text)
{
	NN_AUTO(free) char *line = clean(text);
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	bool is_gap = false;

	for (const char *c = line; *c; c++) {
		bool is_breaking = *c == ' ' || *c == ':';

		if (!is_breaking && is_gap && sb.len)
			nn_strbuf_addc(&sb, '_');
		if (!is_breaking)
			nn_strbuf_addc(&sb, *c);
		is_gap = is_breaking;
	}
	return nn_strdup(nn_strbuf_str(&sb));
}

static struct nn_import_run *want_run(struct nn_import_boot *boot, const char *workload)
{
	struct nn_import_run *run;

	for (size_t i = boot->nr_runs; i > 0; i--) { /* a file tells one workload after the other */
		if (strcmp(boot->runs[i - 1].workload, workload) == 0)
			return &boot->runs[i - 1];
	}
	run = NN_ARRAY_APPEND(boot->runs, boot->nr_runs, boot->cap_runs);
	run->workload = nn_strdup(workload);
	return run;
}

static bool is_same_metric(const struct nn_sample *a, const struct nn_sample *b)
{
	return a->direction == b->direction && a->kind == b->kind &&
	       strcmp(a->metric, b->metric) == 0 && strcmp(a->unit, b->unit) == 0;
}

/* One more than the latest iteration of this metric. */
static uint64_t next_iteration(const struct nn_sample_batch *batch, const struct nn_sample *sample)
{
	for (size_t i = batch->nr; i > 0; i--) {
		if (is_same_metric(&batch->items[i - 1], sample))
			return batch->items[i - 1].iteration + 1;
	}
	return 0;
}

static int take_value(void *user, const struct nn_import_value *value, struct nn_err *err)
{
	struct collection *into = user;
	NN_AUTO(free) char *workload = word(value->workload);
	NN_AUTO(free) char *metric = word(value->metric);
	NN_AUTO(free) char *unit = clean(value->unit);
	struct nn_sample sample = {.metric = metric,
				   .unit = unit,
				   .direction = value->direction,
				   .kind = value->kind,
				   .phase = NN_PHASE_STEADY,
				   .value = value->value};
	struct nn_sample_batch *batch;

	if (!*workload || !*metric)
		return nn_err_set(err, -EBADMSG, "%s: a figure without a name", into->path);
	if (!isfinite(value->value))
		return nn_err_set(err, -EBADMSG, "%s: %s of %s is no finite number", into->path,
				  metric, workload);
	batch = &want_run(&into->boot, workload)->samples;
	sample.iteration = next_iteration(batch, &sample);
	nn_sample_batch_add(batch, &sample);
	into->nr_values++;
	return 0;
}

static void take_about(void *user, const struct nn_import_about *about)
{
	struct collection *into = user;
	NN_AUTO(free) char *workload = word(about->workload);
	struct nn_import_run *run = want_run(&into->boot, workload);

	free(run->reason);
	free(run->note);
	run->outcome = about->outcome;
	run->reason = about->reason ? clean(about->reason) : NULL;
	run->note = about->note ? clean(about->note) : NULL;
	run->is_software = about->is_software;
}

static void take_fact(void *user, const char *name, const char *value)
{
	struct collection *into = user;
	NN_AUTO(free) char *text = clean(value);

	if (*text)
		nn_pairs_add(&into->boot.facts, name, text);
}

static int check_text(const char *text, size_t len, const char *path, struct nn_err *err)
{
	const char *nul = memchr(text, '\0', len);
	unsigned int line = 1;

	if (len > NN_IMPORT_MAX_BYTES)
		return nn_err_set(err, -EFBIG, "%s: the file is too large, expected at most %u MiB",
				  path, NN_IMPORT_MAX_BYTES >> 20);
	if (!text[strspn(text, " \t\r\n")] && !nul)
		return nn_err_set(err, -EBADMSG, "%s:1: the file is empty", path);
	if (!nul)
		return 0;
	for (const char *p = text; p < nul; p++)
		line += *p == '\n';
	return nn_err_set(err, -EBADMSG, "%s:%u: a NUL byte, expected text", path, line);
}

static int collect(const struct nn_importer *importer, const char *text, size_t len,
		   const char *only, struct collection *into, struct nn_err *err)
{
	const struct nn_import_sink sink = {.user = into,
					    .only = only,
					    .value = take_value,
					    .about = take_about,
					    .fact = take_fact};
	int rc = check_text(text, len, into->path, err);

	if (!rc)
		rc = importer->read(text, len, into->path, &sink, err);
	if (!rc && !into->nr_values)
		rc = nn_err_set(err, -EBADMSG, "%s: no figure in it, expected results of %s",
				into->path, importer->plugin.name);
	return rc;
}

int nn_import_text(const struct nn_importer *importer, const char *text, size_t len,
		   const char *path, const char *only, struct nn_import_boot *ret_boot,
		   struct nn_err *err)
{
	NN_AUTO(collection) struct collection into = {.path = path};
	struct nn_err unheard = {0}; /* messages are built in layers, also when nobody listens */
	struct nn_err *heard = err ? err : &unheard;
	const char *slash = strrchr(path, '/');
	int rc = collect(importer, text, len, only, &into, heard);

	if (rc)
		return rc;
	into.boot.name = clean(slash ? slash + 1 : path);
	into.boot.content = nn_strndup(text, len);
	into.boot.len = len;
	*ret_boot = into.boot;
	into.boot = (struct nn_import_boot){0};
	return 0;
}

int nn_import_file(const struct nn_importer *importer, const char *path, const char *only,
		   struct nn_import_boot *ret_boot, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	int rc = nn_file_read(path, NN_IMPORT_MAX_BYTES, &text, err);

	return rc ? rc
		  : nn_import_text(importer, nn_strbuf_str(&text), text.len, path, only, ret_boot,
				   err);
}
