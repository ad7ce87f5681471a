/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/protocol/clock-check.h"

#include <math.h>

static uint64_t span_ns(const struct nn_clock_point *first, const struct nn_clock_point *last)
{
	return last->own_ns - first->own_ns;
}

static double pair_bound(const struct nn_clock_point *first, const struct nn_clock_point *last)
{
	return (double)(first->rtt_ns + last->rtt_ns) / (double)span_ns(first, last);
}

static bool is_long_enough(const struct nn_clock_point *first, const struct nn_clock_point *last)
{
	return span_ns(first, last) >= NN_CLOCK_CHECK_MIN_SPAN_NS;
}

/* A pair that may be judged beats one that may not; among equals the tighter bound wins. */
static bool is_better_pair(const struct nn_clock_point *first, const struct nn_clock_point *last,
			   const struct nn_clock_point *old_first,
			   const struct nn_clock_point *old_last)
{
	bool is_long = is_long_enough(first, last);

	if (is_long != is_long_enough(old_first, old_last))
		return is_long;
	return pair_bound(first, last) <= pair_bound(old_first, old_last);
}

/* Use a message whose round trip is known. */
static void take_point(struct nn_clock_check *check, const struct nn_clock_point *point)
{
	if (!check->has_first) {
		check->first = *point;
		check->has_first = true;
		return;
	}
	if (point->own_ns <= check->first.own_ns)
		return;
	if (!check->has_last) {
		check->last = *point;
		check->has_last = true;
		return;
	}
	/*
	 * The hello pays for the connection and the TLS handshake: the second message is often the
	 * better beginning.
	 */
	if (check->last.own_ns < point->own_ns &&
	    is_better_pair(&check->last, point, &check->first, point) &&
	    is_better_pair(&check->last, point, &check->first, &check->last)) {
		check->first = check->last;
		check->last = *point;
		return;
	}
	if (is_better_pair(&check->first, point, &check->first, &check->last))
		check->last = *point;
}

void nn_clock_check_add(struct nn_clock_check *check, uint64_t agent_elapsed_ns, uint64_t own_ns,
			uint64_t rtt_ns)
{
	if (check->has_latest && agent_elapsed_ns < check->latest.agent_ns)
		*check = (struct nn_clock_check){0};
	if (check->has_latest && rtt_ns) {
		check->latest.rtt_ns = rtt_ns;
		take_point(check, &check->latest);
	}
	check->latest = (struct nn_clock_point){
		.agent_ns = agent_elapsed_ns,
		.own_ns = own_ns,
	};
	check->has_latest = true;
}

bool nn_clock_check_verdict(const struct nn_clock_check *check,
			    struct nn_clock_verdict *ret_verdict)
{
	const struct nn_clock_point *first = &check->first;
	const struct nn_clock_point *last = &check->last;
	struct nn_clock_verdict verdict = {0};
	double own_ns;

	if (!check->has_last)
		return false;
	verdict.span_ns = span_ns(first, last);
	own_ns = (double)verdict.span_ns;
	verdict.rate_error = ((double)(last->agent_ns - first->agent_ns) - own_ns) / own_ns;
	verdict.bound = pair_bound(first, last);
	verdict.is_mismatch = is_long_enough(first, last) &&
			      fabs(verdict.rate_error) - verdict.bound > NN_CLOCK_CHECK_LIMIT;
	*ret_verdict = verdict;
	return true;
}
