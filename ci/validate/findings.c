/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/validate/validate.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"

#define NO_LIMIT 1e299

static const char *const kind_names[] = {
	[FINDING_PASSED] = "pass",
	[FINDING_FAILED] = "FAIL",
	[FINDING_TOLD] = "",
};

static char *number(double value, int decimals)
{
	return nn_asprintf("%.*f", decimals, value);
}

static char *demand_text(const struct demand *demand)
{
	NN_AUTO(free) char *least = number(demand->least, demand->decimals);
	NN_AUTO(free) char *most = number(demand->most, demand->decimals);

	if (demand->most > NO_LIMIT)
		return nn_asprintf(">= %s", least);
	if (demand->least < -NO_LIMIT)
		return nn_asprintf("<= %s", most);
	return nn_asprintf("%s to %s", least, most);
}

/* Owns all three texts from here on; a line is printed at once, for tests take minutes. */
static void add(struct validate *validate, enum finding_kind kind, char *take_name,
		char *take_demanded, char *take_measured)
{
	struct finding *finding =
		NN_ARRAY_APPEND(validate->findings, validate->nr_findings, validate->cap_findings);

	*finding = (struct finding){.test = validate->test,
				    .name = take_name,
				    .demanded = take_demanded,
				    .measured = take_measured,
				    .kind = kind};
	(void)printf("%-4s %-76s %-16s %-12s %s\n", finding->test, finding->name, finding->demanded,
		     finding->measured, kind_names[kind]);
	(void)fflush(stdout);
}

static char *vtext(const char *fmt, va_list args)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_strbuf_vaddf(&sb, fmt, args);
	return nn_strbuf_detach(&sb);
}

void validate_figure(struct validate *validate, double value, struct demand demand,
		     const char *name, ...)
{
	bool is_met = value >= demand.least && value <= demand.most; /* false of NaN */
	char *text;
	va_list args;

	va_start(args, name);
	text = vtext(name, args);
	va_end(args);
	add(validate, is_met ? FINDING_PASSED : FINDING_FAILED, text, demand_text(&demand),
	    number(value, demand.decimals));
}

void validate_tell(struct validate *validate, double value, int decimals, const char *name, ...)
{
	char *text;
	va_list args;

	va_start(args, name);
	text = vtext(name, args);
	va_end(args);
	add(validate, FINDING_TOLD, text, nn_strdup("-"), number(value, decimals));
}

void validate_fact(struct validate *validate, bool is_right, const char *demanded,
		   const char *measured, const char *name, ...)
{
	char *text;
	va_list args;

	va_start(args, name);
	text = vtext(name, args);
	va_end(args);
	add(validate, is_right ? FINDING_PASSED : FINDING_FAILED, text, nn_strdup(demanded),
	    nn_strdup(measured));
}

void validate_broken(struct validate *validate, const struct nn_err *err)
{
	add(validate, FINDING_FAILED, nn_strdup(err->message), nn_strdup("to be carried out"),
	    nn_strdup("broken"));
}

size_t validate_count(const char *text, const char *needle)
{
	size_t nr = 0;

	for (const char *at = strstr(text, needle); at; at = strstr(at + 1, needle))
		nr++;
	return nr;
}

/* Of a share of 0.95. */
static double two_se(double nr)
{
	return 2 * sqrt(0.95 * 0.05 / nr);
}

static void put_table(const struct validate *validate, FILE *out)
{
	(void)fprintf(
		out,
		"Shares are of %d campaigns (T1 to T3, T6, T7, T11), %d gates (T4, T5) or %d "
		"histories (T8);\ntwo standard errors of 0.95 are %.4f, %.4f and %.4f. Of what "
		"has a dash nothing is demanded.\n\n",
		VALIDATE_NR_CAMPAIGNS, VALIDATE_NR_GATES, VALIDATE_NR_HISTORIES,
		two_se(VALIDATE_NR_CAMPAIGNS), two_se(VALIDATE_NR_GATES),
		two_se(VALIDATE_NR_HISTORIES));
	(void)fprintf(out, "| test | what | demanded | measured |\n|---|---|---|---|\n");
	for (size_t i = 0; i < validate->nr_findings; i++) {
		const struct finding *finding = &validate->findings[i];
		bool is_failed = finding->kind == FINDING_FAILED;

		(void)fprintf(out, "| %s | %s | %s | %s%s |\n", finding->test, finding->name,
			      finding->demanded, finding->measured, is_failed ? " **missed**" : "");
	}
}

int validate_write_markdown(const struct validate *validate, const char *path, struct nn_err *err)
{
	FILE *out = fopen(path, "we");
	bool has_failed;

	if (!out)
		return nn_err_errno(err, errno, "open '%s'", path);
	put_table(validate, out);
	has_failed = ferror(out);
	if (fclose(out) || has_failed)
		return nn_err_errno(err, errno ? errno : EIO, "write '%s'", path);
	return 0;
}

void validate_release(struct validate *validate)
{
	for (size_t i = 0; i < validate->nr_findings; i++) {
		free(validate->findings[i].name);
		free(validate->findings[i].demanded);
		free(validate->findings[i].measured);
	}
	free(validate->findings);
	validate->findings = NULL;
	validate->nr_findings = validate->cap_findings = 0;
}
