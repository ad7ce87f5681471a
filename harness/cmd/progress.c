/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/progress.h"

#include <string.h>
#include <unistd.h>

#include "harness/base/units.h"
#include "harness/base/wrap.h"

static int progress_columns(FILE *terminal)
{
	return (int)nn_terminal_columns(fileno(terminal)) - 1; /* the last column would wrap */
}

void nn_progress_view_init(struct nn_progress_view *view, const struct nn_log *log, bool is_quiet)
{
	*view = (struct nn_progress_view){
		.log = log, .is_quiet = is_quiet, .is_terminal = isatty(fileno(log->out)) == 1};
}

static void progress_text(const struct nn_progress *p, bool is_detailed, struct nn_strbuf *sb)
{
	nn_strbuf_addf(sb, "block %llu/%llu  %s  %s", (unsigned long long)p->block,
		       (unsigned long long)p->nr_blocks, p->arm, p->phase);
	if (p->workload)
		nn_strbuf_addf(sb, " %llu/%llu  %s", (unsigned long long)p->job,
			       (unsigned long long)p->nr_jobs, p->workload);
	if (is_detailed && p->eta_ns) {
		nn_strbuf_add(sb, "  about ");
		nn_strbuf_add_duration(sb, p->eta_ns);
		nn_strbuf_add(sb, " left");
	}
}

void nn_progress_view_show(void *user, const struct nn_progress *progress)
{
	struct nn_progress_view *view = user;
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

	if (view->is_quiet)
		return;
	progress_text(progress, true, &text);
	if (view->is_terminal) {
		(void)fprintf(view->log->out, "\r\033[K%.*s", progress_columns(view->log->out),
			      nn_strbuf_str(&text));
		(void)fflush(view->log->out);
		view->has_line = true;
		return;
	}
	if (strcmp(view->last, nn_strbuf_str(&text)) == 0)
		return;
	(void)snprintf(view->last, sizeof(view->last), "%s", nn_strbuf_str(&text));
	(void)fprintf(view->log->out, "%s\n", nn_strbuf_str(&text));
	(void)fflush(view->log->out);
}

void nn_progress_view_warn(void *user, const char *message)
{
	struct nn_progress_view *view = user;

	nn_progress_view_end(view);
	nn_log_line(view->log, NN_LOG_WARNING, "%s", message);
}

void nn_progress_view_end(struct nn_progress_view *view)
{
	if (view->has_line)
		(void)fprintf(view->log->out, "\r\033[K");
	view->has_line = false;
}
