/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/history/history.h"

#include <math.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/clean.h"
#include "reports/history/build.h"
#include "reports/words.h"

#define TEXT_WIDTH      100
#define SPARKLINE_WIDTH 60
#define ARROW           "\xe2\x86\x92" /* → */

#define BOLD  "\033[1m"
#define RED   "\033[31m"
#define GREEN "\033[32m"
#define PLAIN "\033[0m"

struct page {
	const struct nn_history *history;
	struct nn_strbuf *out;
	bool use_colour;
};

/* Bytes of the next word, at most as many as take @width columns. */
static size_t word_length(const char *text, size_t width, size_t *ret_columns)
{
	size_t len = 0, columns = 0;

	for (; columns < width && text[len] && text[len] != ' '; columns++) {
		size_t step = nn_clean_length(text + len);

		len += step ? step : 1;
	}
	*ret_columns = columns;
	return len;
}

/* @text, which is clean, broken at blanks; every line is indented. */
static void put_wrapped(struct page *page, size_t indent, const char *text)
{
	size_t column = 0;

	for (;;) {
		size_t len, width;

		text += strspn(text, " ");
		if (!*text)
			break;
		len = word_length(text, TEXT_WIDTH - indent, &width);
		if (column && column + 1 + width > TEXT_WIDTH) {
			nn_strbuf_addc(page->out, '\n');
			column = 0;
		}
		if (column) {
			nn_strbuf_addc(page->out, ' ');
			column++;
		} else {
			nn_strbuf_addf(page->out, "%*s", (int)indent, "");
			column = indent;
		}
		nn_strbuf_addn(page->out, text, len);
		column += width;
		text += len;
	}
	nn_strbuf_addc(page->out, '\n');
}

/* ---- sparkline ---- */

struct spark {
	size_t nr;                      /* columns */
	double levels[SPARKLINE_WIDTH]; /* means of as many points as a column stands for */
	double low, high;
};

static size_t column_of(const struct spark *spark, size_t point, size_t nr_points)
{
	return point * spark->nr / nr_points;
}

static struct spark make_spark(const struct nn_history_series *series)
{
	struct spark spark = {.nr = series->nr < SPARKLINE_WIDTH ? series->nr : SPARKLINE_WIDTH,
			      .low = INFINITY,
			      .high = -INFINITY};
	size_t counts[SPARKLINE_WIDTH] = {0};

	for (size_t i = 0; i < series->nr; i++) {
		size_t column = column_of(&spark, i, series->nr);

		spark.levels[column] += series->points[i].log_mean;
		counts[column]++;
	}
	for (size_t i = 0; i < spark.nr; i++) {
		spark.levels[i] /= (double)counts[i];
		spark.low = fmin(spark.low, spark.levels[i]);
		spark.high = fmax(spark.high, spark.levels[i]);
	}
	return spark;
}

static const char *spark_block(const struct spark *spark, double level)
{
	static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	const size_t nr = NN_ARRAY_SIZE(blocks);
	double share = (level - spark->low) / (spark->high - spark->low);

	if (!(spark->high > spark->low))
		return blocks[nr / 2];
	return blocks[(size_t)fmin(share * (double)nr, (double)(nr - 1))];
}

/* Marks below the sparkline where it changed. */
static void put_marks(struct page *page, const struct nn_history_series *series,
		      const struct spark *spark)
{
	char marks[SPARKLINE_WIDTH + 1];
	bool has_marks = false;

	memset(marks, ' ', spark->nr);
	marks[spark->nr] = '\0';
	for (size_t i = 0; i < series->nr_changes; i++) {
		const struct nn_history_change *change = &series->changes[i];

		if (change->state == NN_CHANGE_LOST || change->index >= series->nr)
			continue;
		marks[column_of(spark, change->index, series->nr)] = '^';
		has_marks = true;
	}
	if (series->suspicion.index) {
		marks[column_of(spark, series->suspicion.index, series->nr)] = '?';
		has_marks = true;
	}
	if (!has_marks)
		return;
	nn_strbuf_addf(page->out, "  %s", marks);
	nn_strbuf_rtrim(page->out);
	nn_strbuf_addc(page->out, '\n');
}

static void put_sparkline(struct page *page, const struct nn_history_series *series)
{
	const struct spark spark = make_spark(series);

	if (!series->nr)
		return;
	nn_strbuf_add(page->out, "  ");
	for (size_t i = 0; i < spark.nr; i++)
		nn_strbuf_add(page->out, spark_block(&spark, spark.levels[i]));
	nn_strbuf_addc(page->out, '\n');
	put_marks(page, series, &spark);
}

/* ---- changes ---- */

static const char *effect_colour(const struct page *page, const struct nn_history_series *series,
				 const struct nn_history_change *change)
{
	if (!page->use_colour || change->state == NN_CHANGE_LOST)
		return "";
	return nn_history_performance(series, change->effect_log) < 1 ? RED : GREEN;
}

static void put_change(struct page *page, const struct nn_history_series *series,
		       const struct nn_history_change *change)
{
	const char *colour = effect_colour(page, series, change);
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_history_words_version(&sb, series, change->index ? change->index - 1 : SIZE_MAX);
	nn_strbuf_add(&sb, " " ARROW " ");
	nn_history_words_version(&sb, series, change->index);
	nn_strbuf_add(&sb, ": ");
	nn_history_words_effect(&sb, series, change->effect_log);
	nn_strbuf_add(&sb, " (");
	nn_words_number(&sb, change->before);
	nn_strbuf_add(&sb, " " ARROW " ");
	nn_history_words_value(&sb, series, change->after);
	nn_strbuf_add(&sb, "), ");
	nn_words_p(&sb, change->p_value);
	if (isfinite(change->p_adjusted)) {
		nn_strbuf_add(&sb, ", adjusted ");
		nn_words_fixed(&sb, change->p_adjusted, 3);
	}
	nn_strbuf_add(page->out, colour);
	put_wrapped(page, 2, nn_strbuf_str(&sb));
	nn_strbuf_add(page->out, *colour ? PLAIN : "");

	nn_strbuf_clear(&sb);
	nn_history_words_state(&sb, series, change);
	nn_strbuf_add(&sb, "; between ");
	nn_history_words_campaign(&sb, page->history, series,
				  change->index ? change->index - 1 : SIZE_MAX);
	nn_strbuf_add(&sb, " and ");
	nn_history_words_campaign(&sb, page->history, series, change->index);
	put_wrapped(page, 6, nn_strbuf_str(&sb));
}

/* ---- series ---- */

static void put_heading(struct page *page, const struct nn_history_series *series)
{
	const struct nn_series_key *key = &series->key;
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	NN_AUTO(free)
	char *names = nn_asprintf("%s  %s:%s  (%s, %s is better)", key->arm, key->workload,
				  key->metric, key->unit, nn_direction_name(series->direction));

	nn_clean_add(&sb, names, strlen(names));
	nn_strbuf_add(page->out, page->use_colour ? "\n" BOLD : "\n");
	put_wrapped(page, 0, nn_strbuf_str(&sb));
	nn_strbuf_add(page->out, page->use_colour ? PLAIN : "");
}

static void put_sentence(struct page *page, struct nn_strbuf *sb)
{
	if (sb->len)
		put_wrapped(page, 2, nn_strbuf_str(sb));
	nn_strbuf_clear(sb);
}

static void put_series(struct page *page, const struct nn_history_series *series)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	put_heading(page, series);
	if (series->is_told_by_settings) {
		nn_strbuf_add(&sb, "settings: ");
		nn_history_words_settings(&sb, series);
		put_sentence(page, &sb);
	}
	put_sparkline(page, series);
	nn_history_words_extent(&sb, page->history, series);
	put_sentence(page, &sb);
	nn_history_words_quiet(&sb, series);
	put_sentence(page, &sb);
	for (size_t i = 0; i < series->nr_changes; i++)
		put_change(page, series, &series->changes[i]);
	nn_history_words_suspicion(&sb, page->history, series);
	put_sentence(page, &sb);
}

static void put_machine(struct page *page, const struct nn_history_series *series)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	NN_AUTO(free)
	char *text = nn_asprintf("machine %s%s%s%s", series->key.machine,
				 series->machine_description ? ", " : "",
				 series->machine_description ? series->machine_description : "",
				 series->is_emulated ? " (EMULATED: figures say nothing of "
						       "hardware)"
						     : "");

	nn_clean_add(&sb, text, strlen(text));
	nn_strbuf_addc(page->out, '\n');
	put_wrapped(page, 0, nn_strbuf_str(&sb));
}

void nn_history_text(const struct nn_history *history, const char *name, bool use_colour,
		     struct nn_strbuf *out)
{
	struct page page = {.history = history, .out = out, .use_colour = use_colour};
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	NN_AUTO(free) char *clean_name = nn_clean_text(name);
	NN_AUTO(free) char *clean_fact = nn_clean_text(history->version_fact);

	nn_strbuf_addf(&sb, "%s: ", clean_name);
	nn_history_words_summary(&sb, history);
	nn_strbuf_addf(&sb, ". Versions are the fact %s.", clean_fact);
	put_wrapped(&page, 0, nn_strbuf_str(&sb));
	for (size_t i = 0; i < history->nr_series; i++) {
		const struct nn_history_series *series = &history->series[i];

		if (!i || strcmp(history->series[i - 1].key.machine, series->key.machine) != 0)
			put_machine(&page, series);
		put_series(&page, series);
	}
}
