/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/figures.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/array.h"

void nn_figures_release(struct nn_figures *figures)
{
	free(figures->base);
	free(figures->arm);
	*figures = (struct nn_figures){0};
}

double nn_figure_mean(const struct nn_digest *digest, size_t which)
{
	(void)which;
	return digest->mean;
}

double nn_figure_tail(const struct nn_digest *digest, size_t which)
{
	return digest->tails[which];
}

double nn_figure_variation(const struct nn_digest *digest, size_t which)
{
	(void)which;
	return digest->variation;
}

/* The first cell from @i on that lies in another block than @block. */
static size_t skip_block(const struct nn_cells *cells, size_t i, uint64_t block)
{
	while (i < cells->nr && cells->items[i].block == block)
		i++;
	return i;
}

static uint64_t block_at(const struct nn_cells *cells, size_t i)
{
	return i < cells->nr ? cells->items[i].block : UINT64_MAX;
}

void nn_count_blocks(const struct nn_cells *a, const struct nn_cells *b, uint64_t *ret_nr_either,
		     uint64_t *ret_nr_both)
{
	size_t i = 0, j = 0;

	*ret_nr_either = *ret_nr_both = 0;
	while (i < a->nr || j < b->nr) {
		uint64_t x = block_at(a, i), y = block_at(b, j);
		uint64_t block = x < y ? x : y;

		(*ret_nr_either)++;
		*ret_nr_both += x == y;
		i = skip_block(a, i, block);
		j = skip_block(b, j, block);
	}
}

/* The figure of the cells @from … @to − 1, which share a block. NaN: none has one. */
static double block_figure(const struct nn_cells *cells, size_t from, size_t to,
			   nn_figure_fn figure, size_t which)
{
	double *values = nn_calloc(to - from, sizeof(*values));
	double mean = NAN;
	size_t nr = 0;

	for (size_t i = from; i < to; i++) {
		double value = figure(&cells->items[i].digest, which);

		if (!isnan(value))
			values[nr++] = value;
	}
	if (nr) /* one boot is the rule, and its figure need not be positive */
		mean = nr == 1 ? values[0] : nn_geometric_mean(values, nr);
	free(values);
	return mean;
}

static void collect_pairs(const struct nn_report_row *row, nn_figure_fn figure, size_t which,
			  struct nn_figures *ret_figures)
{
	const struct nn_cells *base = &row->base_side.boots, *arm = &row->side.boots;
	size_t i = 0, j = 0, nr = 0;

	while (i < base->nr && j < arm->nr) {
		uint64_t x = base->items[i].block, y = arm->items[j].block;
		size_t next_i = x <= y ? skip_block(base, i, x) : i;
		size_t next_j = y <= x ? skip_block(arm, j, y) : j;

		if (x == y) {
			double of_base = block_figure(base, i, next_i, figure, which);
			double of_arm = block_figure(arm, j, next_j, figure, which);

			if (!isnan(of_base) && !isnan(of_arm)) {
				ret_figures->base[nr] = of_base;
				ret_figures->arm[nr++] = of_arm;
			}
		}
		i = next_i;
		j = next_j;
	}
	ret_figures->nr_base = ret_figures->nr_arm = nr;
}

static size_t collect_arm(const struct nn_cells *cells, nn_figure_fn figure, size_t which,
			  double *ret_values)
{
	size_t nr = 0;

	for (size_t i = 0; i < cells->nr; i++) {
		double value = figure(&cells->items[i].digest, which);

		if (!isnan(value))
			ret_values[nr++] = value;
	}
	return nr;
}

struct nn_figures nn_figures_collect(const struct nn_report_row *row, nn_figure_fn figure,
				     size_t which)
{
	const struct nn_cells *base = &row->base_side.boots, *arm = &row->side.boots;
	struct nn_figures figures = {.is_paired = row->is_paired};

	figures.base = nn_calloc(base->nr + 1, sizeof(*figures.base));
	figures.arm = nn_calloc(arm->nr + 1, sizeof(*figures.arm));
	if (row->is_paired) {
		collect_pairs(row, figure, which, &figures);
	} else {
		figures.nr_base = collect_arm(base, figure, which, figures.base);
		figures.nr_arm = collect_arm(arm, figure, which, figures.arm);
	}
	return figures;
}

int nn_figures_ratio(const struct nn_figures *figures, struct nn_ratio *ret_ratio)
{
	if (figures->is_paired)
		return nn_ratio_paired(figures->base, figures->arm, figures->nr_base, ret_ratio);
	return nn_ratio_welch(figures->base, figures->nr_base, figures->arm, figures->nr_arm,
			      ret_ratio);
}
