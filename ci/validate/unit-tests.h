/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The golden numbers stand in the unit tests of harness/stats: they are run, not repeated. */
#ifndef NN_CI_VALIDATE_UNIT_TESTS_H
#define NN_CI_VALIDATE_UNIT_TESTS_H

#include "ci/validate/validate.h"

/** Run the built unit test @name and note how many of its cases pass: all must. */
int unit_test_run(struct validate *validate, const char *name, const char *what,
		  struct nn_err *err);

#endif
