/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/render.h"

#include <errno.h>

int nn_render_find(const char *format, const struct nn_report **ret_report, struct nn_err *err)
{
	const struct nn_report *report = nn_report_find(format);

	if (!report)
		return nn_err_set(err, -EINVAL, "unknown format '%s', see 'nearnative list'",
				  format);
	*ret_report = report;
	return 0;
}

int nn_render_write(const struct nn_cmd *cmd, const char *path, const struct nn_strbuf *text)
{
	struct nn_err err = {0};
	NN_AUTO(file) FILE *file = NULL;
	bool is_written;

	if (!path)
		return nn_command_write(cmd, text); /* coloured perhaps, and made of clean text */
	file = fopen(path, "we");
	is_written = file && fwrite(nn_strbuf_str(text), 1, text->len, file) == text->len &&
		     fflush(file) == 0;
	if (is_written && fclose(NN_STEAL(file)) == 0)
		return NN_EXIT_OK;
	(void)nn_err_errno(&err, errno, "write '%s'", path);
	return nn_command_fail(cmd, &err);
}

int nn_render_comparison(const struct nn_cmd *cmd, const struct nn_report *report,
			 const struct nn_comparison *comparison, const char *path)
{
	const struct nn_report_style style = {.use_colour = !path && nn_log_wants_colour(stdout)};
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	struct nn_err err = {0};

	if (report->render(comparison, &style, &text, &err))
		return nn_command_fail(cmd, &err);
	return nn_render_write(cmd, path, &text);
}
