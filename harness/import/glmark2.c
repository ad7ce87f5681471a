/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What glmark2 prints: frames a second and frame time of each scene, with its options, and the
 * score, which is the plain mean of the scenes' frame rates. The rate is rounded to whole frames;
 * of slow scenes the frame time says more.
 */
#include <string.h>

#include "harness/base/array.h"
#include "harness/import/text.h"
#include "workloads/common/egl.h"

struct reading {
	const char *path;
	const struct nn_import_sink *sink;
	unsigned int line;
	char *renderer;
	bool is_software;
};

static void reading_release(struct reading *reading)
{
	free(reading->renderer);
}

NN_AUTO_DEFINE(reading, struct reading, reading_release(p))

struct figure {
	const char *label; /* in the text, before the number */
	const char *metric;
	const char *unit;
	enum nn_direction direction;
	enum nn_metric_kind kind;
	bool is_optional; /* only with --results */
};

static const struct figure figures[] = {
	{"FPS: ", "fps", "frames/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE, false},
	{"FrameTime: ", "frame_time", "ms", NN_LOWER_IS_BETTER, NN_KIND_TIME, false},
	{"(User: ", "user_time", "ms", NN_LOWER_IS_BETTER, NN_KIND_TIME, true},
	{" System: ", "system_time", "ms", NN_LOWER_IS_BETTER, NN_KIND_TIME, true},
	{"ShaderCompTime: ", "shader_compile_time", "ms", NN_LOWER_IS_BETTER, NN_KIND_TIME, true},
};

static const struct figure score = {"glmark2 Score: ",   "score",      "frames/s",
				    NN_HIGHER_IS_BETTER, NN_KIND_RATE, false};

static void tell(const struct reading *reading, const char *workload, enum nn_outcome outcome,
		 const char *reason)
{
	const struct nn_import_about about = {.workload = workload,
					      .outcome = outcome,
					      .reason = reason,
					      .note = reading->renderer,
					      .is_software = reading->is_software};

	reading->sink->about(reading->sink->user, &about);
}

static int give(const struct reading *reading, const char *workload, const struct figure *figure,
		const char *from, struct nn_err *err)
{
	NN_AUTO(free) char *number = nn_strndup(from, strcspn(from, " "));
	struct nn_import_value value = {.workload = workload,
					.metric = figure->metric,
					.unit = figure->unit,
					.direction = figure->direction,
					.kind = figure->kind};
	int rc = nn_import_number(number, reading->path, reading->line, &value.value, err);

	return rc ? rc : reading->sink->value(reading->sink->user, &value, err);
}

/* "FPS: 911 FrameTime: 1.098 ms", the rest of a scene's line */
static int read_figures(const struct reading *reading, const char *workload, const char *text,
			struct nn_err *err)
{
	size_t nr_given = 0;

	tell(reading, workload, NN_OUTCOME_OK, NULL);
	for (size_t i = 0; i < NN_ARRAY_SIZE(figures); i++) {
		const char *at = strstr(text, figures[i].label);
		int rc;

		if (!at)
			continue;
		rc = give(reading, workload, &figures[i], at + strlen(figures[i].label), err);
		if (rc)
			return rc;
		nr_given += !figures[i].is_optional;
	}
	if (!nr_given)
		return nn_import_fail(err, reading->path, reading->line, 0,
				      "'%s': no figures of a scene, expected 'FPS: …' or "
				      "'FrameTime: …'",
				      text);
	return 0;
}

/* What glmark2 prints instead of figures; NULL when it is none of these. */
static const char *failure(const char *text, enum nn_outcome *ret_outcome)
{
	if (nn_import_after(text, "Unsupported")) {
		*ret_outcome = NN_OUTCOME_SKIPPED;
		return "the scene is not supported here";
	}
	if (nn_import_after(text, "Set up failed")) {
		*ret_outcome = NN_OUTCOME_BROKEN;
		return "setting the scene up failed";
	}
	if (nn_import_after(text, "Validation: Fail")) {
		*ret_outcome = NN_OUTCOME_FAILED;
		return "the scene was drawn wrong";
	}
	return NULL;
}

/* "[build] use-vbo=false: FPS: …": the options may hold colons, a blank ends them. */
static int read_scene(const struct reading *reading, const char *text, struct nn_err *err)
{
	const char *bracket = strchr(text, ']');
	const char *options = bracket ? bracket + 1 + strspn(bracket + 1, " ") : NULL;
	const char *end = options ? strstr(options, ": ") : NULL;
	enum nn_outcome outcome = NN_OUTCOME_OK;
	NN_AUTO(free) char *workload = NULL;
	const char *reason;

	if (!end)
		return nn_import_fail(err, reading->path, reading->line, 0,
				      "'%s': a scene without results", text);
	if (nn_import_after(options, "<default>"))
		workload = nn_asprintf("glmark2/%.*s", (int)(bracket - text - 1), text + 1);
	else
		workload = nn_asprintf("glmark2/%.*s/%.*s", (int)(bracket - text - 1), text + 1,
				       (int)(end - options), options);
	reason = failure(end + 2, &outcome);
	if (!reason)
		return read_figures(reading, workload, end + 2, err);
	tell(reading, workload, outcome, reason);
	return 0;
}

static void read_renderer(struct reading *reading, const char *renderer)
{
	free(reading->renderer);
	reading->renderer = nn_strdup(renderer);
	reading->is_software = nn_egl_is_software_name(renderer);
	reading->sink->fact(reading->sink->user, "gl.renderer", renderer);
}

/* Everything else that glmark2 and the window system print is for people. */
static int read_line(struct reading *reading, const char *text, struct nn_err *err)
{
	const char *renderer = nn_import_after(text, "GL_RENDERER:");
	const char *version = nn_import_after(text, "GL_VERSION:");
	const char *surface = nn_import_after(text, "Surface Size:");
	const char *points = nn_import_after(text, score.label);

	if (text[0] == '[')
		return read_scene(reading, text, err);
	if (points) {
		tell(reading, "glmark2", NN_OUTCOME_OK, NULL);
		return give(reading, "glmark2", &score, points, err);
	}
	if (renderer)
		read_renderer(reading, renderer);
	else if (version)
		reading->sink->fact(reading->sink->user, "gl.version", version);
	else if (surface)
		reading->sink->fact(reading->sink->user, "gl.surface", surface);
	else if (nn_import_after(text, "glmark2 "))
		reading->sink->fact(reading->sink->user, "tool", text);
	return 0;
}

static int glmark2_read(const char *text, size_t len, const char *path,
			const struct nn_import_sink *sink, struct nn_err *err)
{
	NN_AUTO(reading) struct reading reading = {.path = path, .sink = sink};
	NN_AUTO(import_lines) struct nn_import_lines lines = nn_import_lines(text, len);

	while (nn_import_next_line(&lines)) {
		int rc;

		reading.line = lines.number;
		rc = read_line(&reading, nn_strbuf_str(&lines.text), err);
		if (rc)
			return rc;
	}
	return 0;
}

const struct nn_importer nn_importer_glmark2 = {
	.plugin = {.name = "glmark2", .summary = "OpenGL scenes: what glmark2 prints"},
	.read = glmark2_read,
};
