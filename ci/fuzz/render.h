/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every form of report of a comparison, and what holds of each whatever the figures are. */
#ifndef NN_CI_FUZZ_RENDER_H
#define NN_CI_FUZZ_RENDER_H

#include "ci/fuzz/fuzz.h"

#include "harness/base/json.h"
#include "reports/report.h"

static inline bool fuzz_is_json(const struct nn_report *report)
{
	return strcmp(report->extension, "json") == 0;
}

static inline void fuzz_check_json(const struct nn_strbuf *text)
{
	json_t *json = json_loadb(nn_strbuf_str(text), text->len, JSON_REJECT_DUPLICATES, NULL);

	fuzz_require(json, "a report that is no JSON");
	json_decref(json);
}

static inline void fuzz_render(const struct nn_comparison *comparison)
{
	const struct nn_report_style style = {0};

	for (size_t i = 0; i < nn_nr_reports; i++) {
		const struct nn_report *report = nn_reports[i];
		NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
		struct nn_err err = {0};
		int rc = report->render(comparison, &style, &text, &err);

		fuzz_require(rc == 0, "%s: %s", report->plugin.name, err.message);
		fuzz_require(strlen(nn_strbuf_str(&text)) == text.len, "%s: a NUL",
			     report->plugin.name);
		/* JSON is for programs: its writer escapes what its grammar wants, and not DEL. */
		fuzz_require(!fuzz_has_control(nn_strbuf_str(&text),
					       fuzz_is_json(report) ? "\t\n\x7f" : "\t\n"),
			     "%s: a control character", report->plugin.name);
		if (fuzz_is_json(report))
			fuzz_check_json(&text);
	}
}

#endif
