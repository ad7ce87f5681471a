/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Renderings for tests: by the format's name, and assertions on what came out. */
#ifndef NN_CI_TESTS_REPORTS_RENDER_H
#define NN_CI_TESTS_REPORTS_RENDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "reports/report.h"

/* The caller's. */
static inline char *render_as(const char *format, const struct nn_comparison *comparison)
{
	const struct nn_report_style style = {0};
	struct nn_strbuf out = NN_STRBUF_INIT;
	struct nn_err err = {0};

	assert_int_equal(nn_report_find(format)->render(comparison, &style, &out, &err), 0);
	return nn_strbuf_detach(&out);
}

static inline void assert_text(const char *text, const char *expected)
{
	if (!strstr(text, expected))
		fail_msg("'%s' is not in: %.500s", expected, text);
}

static inline void assert_begins(const char *text, const char *expected)
{
	if (strncmp(text, expected, strlen(expected)) != 0)
		fail_msg("does not begin with '%s': %.200s", expected, text);
}

static inline void assert_no_text(const char *text, const char *unwanted)
{
	const char *at = strstr(text, unwanted);

	if (at)
		fail_msg("'%s' is in: …%.200s", unwanted, at);
}

#endif
