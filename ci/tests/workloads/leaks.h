/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Include in a test program that opens OpenCL or EGL, under AddressSanitizer. The leak checker is
 * off there: Mesa unloads its drivers before the check, so that their allocations have no module to
 * be excused by, and the checker itself crashes on the threads of PoCL's LLVM.
 */
#ifndef NN_TESTS_WORKLOADS_LEAKS_H
#define NN_TESTS_WORKLOADS_LEAKS_H

const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

#endif
