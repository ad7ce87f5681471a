/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recorded series with the change points that people marked, from ci/tests/fixtures/series, and the
 * two scores of van den Burg and Williams (arXiv 2003.06222). A set of change points holds the
 * first index of each segment but the first.
 */
#ifndef NN_TESTS_STATS_SERIES_H
#define NN_TESTS_STATS_SERIES_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness/base/cleanup.h"

#define SERIES_MAX_VALUES     1024
#define SERIES_MAX_ANNOTATORS 8
#define SERIES_MAX_CHANGES    128

struct change_set {
	size_t indices[SERIES_MAX_CHANGES]; /* ascending */
	size_t nr;
};

struct series {
	double values[SERIES_MAX_VALUES];
	size_t nr;
	struct change_set annotations[SERIES_MAX_ANNOTATORS];
	size_t nr_annotators;
};

static inline void series_add_annotation(struct series *series, char *text)
{
	struct change_set *set = &series->annotations[series->nr_annotators++];
	char *end = text;

	assert_true(series->nr_annotators <= SERIES_MAX_ANNOTATORS);
	for (;;) {
		unsigned long index = strtoul(text, &end, 10);

		if (end == text)
			return;
		set->indices[set->nr++] = index;
		text = end;
	}
}

/* "# annotation: 10 20" is one annotator's set; other lines with # are comments. */
static inline void series_read(struct series *series, const char *path)
{
	static const char annotation[] = "# annotation:";
	NN_AUTO(file) FILE *file = fopen(path, "re");
	NN_AUTO(free) char *line = NULL;
	size_t cap = 0;

	*series = (struct series){0};
	if (!file)
		fail_msg("%s cannot be opened", path);
	while (getline(&line, &cap, file) > 0) {
		if (strncmp(line, annotation, strlen(annotation)) == 0)
			series_add_annotation(series, line + strlen(annotation));
		if (line[0] == '#')
			continue;
		assert_true(series->nr < SERIES_MAX_VALUES);
		series->values[series->nr++] = strtod(line, NULL);
	}
}

static inline bool change_set_has(const struct change_set *set, size_t index)
{
	for (size_t i = 0; i < set->nr; i++) {
		if (set->indices[i] == index)
			return true;
	}
	return false;
}

/* Ascending, without duplicates. */
static inline void change_set_add(struct change_set *set, size_t index)
{
	size_t i = set->nr;

	if (change_set_has(set, index))
		return;
	assert_true(set->nr < SERIES_MAX_CHANGES);
	for (; i > 0 && set->indices[i - 1] > index; i--)
		set->indices[i] = set->indices[i - 1];
	set->indices[i] = index;
	set->nr++;
}

static inline size_t distance_of(size_t a, size_t b)
{
	return a > b ? a - b : b - a;
}

/* How many of @truth have a prediction within 5; a prediction serves one, the closest goes first.
 */
static inline size_t count_found(const struct change_set *truth, struct change_set predictions)
{
	size_t nr_found = 0;

	for (size_t i = 0; i < truth->nr; i++) {
		size_t closest = predictions.nr;

		for (size_t k = 0; k < predictions.nr; k++) {
			size_t distance = distance_of(predictions.indices[k], truth->indices[i]);

			if (distance <= 5 && (closest == predictions.nr ||
					      distance < distance_of(predictions.indices[closest],
								     truth->indices[i])))
				closest = k;
		}
		if (closest == predictions.nr)
			continue;
		nr_found++;
		predictions.nr--;
		memmove(&predictions.indices[closest], &predictions.indices[closest + 1],
			(predictions.nr - closest) * sizeof(*predictions.indices));
	}
	return nr_found;
}

/* F1 of precision against what any annotator marked and of the mean recall; index 0 counts. */
static inline double series_f1(const struct change_set *annotations, size_t nr_annotators,
			       struct change_set predictions)
{
	struct change_set all = {0};
	double precision;
	double recall = 0;

	change_set_add(&predictions, 0);
	for (size_t a = 0; a < nr_annotators; a++) {
		struct change_set truth = annotations[a];

		change_set_add(&truth, 0);
		for (size_t i = 0; i < truth.nr; i++)
			change_set_add(&all, truth.indices[i]);
		recall += (double)count_found(&truth, predictions) / (double)truth.nr /
			  (double)nr_annotators;
	}
	precision = (double)count_found(&all, predictions) / (double)predictions.nr;
	return 2 * precision * recall / (precision + recall);
}

/* Segments start at 0 and at each change; the last ends at @nr. */
static inline size_t segment_bounds(const struct change_set *set, size_t i, size_t nr, size_t *end)
{
	*end = i + 1 < set->nr ? set->indices[i + 1] : nr;
	return set->indices[i];
}

static inline double best_overlap(size_t start, size_t end, const struct change_set *set, size_t nr)
{
	double best = 0;

	for (size_t i = 0; i < set->nr; i++) {
		size_t other_end;
		size_t other_start = segment_bounds(set, i, nr, &other_end);
		size_t low = other_start > start ? other_start : start;
		size_t high = other_end < end ? other_end : end;

		if (high > low)
			best = fmax(best,
				    (double)(high - low) / (double)(end - start + other_end -
								    other_start - (high - low)));
	}
	return best;
}

/* How well the segments of the annotators are covered by predicted ones, by length. */
static inline double series_cover(const struct change_set *annotations, size_t nr_annotators,
				  struct change_set predictions, size_t nr)
{
	double cover = 0;

	change_set_add(&predictions, 0);
	for (size_t a = 0; a < nr_annotators; a++) {
		struct change_set truth = annotations[a];

		change_set_add(&truth, 0);
		for (size_t i = 0; i < truth.nr; i++) {
			size_t end;
			size_t start = segment_bounds(&truth, i, nr, &end);

			cover += (double)(end - start) * best_overlap(start, end, &predictions, nr);
		}
	}
	return cover / (double)nr / (double)nr_annotators;
}

#endif
