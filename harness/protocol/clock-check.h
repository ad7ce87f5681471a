/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does the agent's clock run as fast as ours? Every message carries the agent's elapsed monotonic
 * time; we note our own when it arrives. A message cannot arrive before it was sent nor later than
 * one round trip afterwards, so two messages bound the rate error by (rtt_first + rtt_last) / span.
 * A message's round trip is known only when the next one tells it. Zero-initialised is "none yet".
 */
#ifndef NN_PROTOCOL_CLOCK_CHECK_H
#define NN_PROTOCOL_CLOCK_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#define NN_CLOCK_CHECK_LIMIT       1e-4
#define NN_CLOCK_CHECK_MIN_SPAN_NS (60ULL * 1000000000ULL)

/* One message on both clocks. */
struct nn_clock_point {
	uint64_t agent_ns;
	uint64_t own_ns;
	uint64_t rtt_ns; /* 0: not known */
};

struct nn_clock_check {
	bool has_latest;
	bool has_first;
	bool has_last;
	struct nn_clock_point latest; /* waits for its round trip to be told */
	struct nn_clock_point first;
	struct nn_clock_point last; /* with first: the pair with the tightest bound so far */
};

struct nn_clock_verdict {
	uint64_t span_ns;  /* on our clock */
	double rate_error; /* (agent - own) / own */
	double bound;      /* the error we could not have seen */
	bool is_mismatch;  /* span ≥ 60 s and |rate_error| - bound > 1e-4 */
};

/**
 * Note a message.
 * @rtt_ns: what the message says of the one before it, 0 when it says nothing. When the agent's
 * time goes backwards (it began anew), so does the check.
 */
void nn_clock_check_add(struct nn_clock_check *check, uint64_t agent_elapsed_ns, uint64_t own_ns,
			uint64_t rtt_ns);

/** Return: false while there are not two messages to compare. */
bool nn_clock_check_verdict(const struct nn_clock_check *check,
			    struct nn_clock_verdict *ret_verdict);

#endif
