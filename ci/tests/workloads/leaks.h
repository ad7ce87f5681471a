/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Include in one file of a test that opens a vendor's library: what such a library keeps until the
 * process ends is no leak of ours.
 */
#ifndef NN_TESTS_WORKLOADS_LEAKS_H
#define NN_TESTS_WORKLOADS_LEAKS_H

const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libEGL\nleak:libGL\nleak:libOpenCL\nleak:libpocl\nleak:_dri.so\nleak:libgallium\n"
	       "leak:libLLVM\nleak:libclang\nleak:libnvidia\nleak:dlopen\n";
}

#endif
