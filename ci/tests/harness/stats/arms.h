/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ten boots of each arm, for which golden values were computed with R 4.2.2. */
#ifndef NN_TESTS_STATS_ARMS_H
#define NN_TESTS_STATS_ARMS_H

#define NR_BOOTS 10

static const double native[NR_BOOTS] = {101.2, 99.8,  100.5, 102.3, 98.7,
					100.1, 101.9, 99.4,  100.9, 100.3};
static const double vm[NR_BOOTS] = {98.9, 97.1, 99.0, 98.4, 96.8, 99.9, 98.0, 97.6, 98.8, 97.9};

#endif
