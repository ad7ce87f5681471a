/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Child processes without a shell. Every child has a deadline or is waited for with one, every
 * child is reaped, descriptors other than 0–2 are closed on exec, and children die with us
 * (PR_SET_PDEATHSIG) unless told otherwise.
 */
#ifndef NN_BASE_SUBPROCESS_H
#define NN_BASE_SUBPROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/base/err.h"
#include "harness/base/strbuf.h"

struct nn_subprocess_spec {
	const char *const *argv;      /* NULL-terminated; argv[0] is looked up in PATH */
	const char *const *env_extra; /* "NAME=value" …, NULL-terminated, or NULL */
	const char *cwd;              /* or NULL */
	const char *cgroup; /* folder of a control group that it runs in from its first instruction
			       on */
	const char *input;  /* given on stdin, or NULL for /dev/null */
	const char *output_path; /* spawn only: stdout and stderr are appended there, or NULL */
	uint64_t deadline_ns;    /* run only: how long it may take (a duration); 0: 60 s */
};

struct nn_subprocess_result {
	int exit_status; /* 0–255, or -1 when a signal ended it */
	int signal;      /* the signal, or 0 */
	bool is_timed_out;
	struct nn_strbuf out;
	struct nn_strbuf err_out;
};

void nn_subprocess_result_release(struct nn_subprocess_result *result);
NN_AUTO_DEFINE(subprocess_result, struct nn_subprocess_result, nn_subprocess_result_release(p))

/**
 * Run to the end and capture stdout and stderr (each at most 16 MiB, the rest is dropped).
 * Return: 0 when it ran, whatever its exit status; -ETIMEDOUT after killing it; or -errno.
 */
int nn_subprocess_run(const struct nn_subprocess_spec *spec, struct nn_subprocess_result *result,
		      struct nn_err *err);

/** Like run, but a non-zero exit is -EIO with the last line of its stderr; @out may be NULL. */
int nn_subprocess_check(const struct nn_subprocess_spec *spec, struct nn_strbuf *out,
			struct nn_err *err);

/** A running child. Zero-initialised is "none". */
struct nn_subprocess {
	pid_t pid;
};

/** Start in the background. */
int nn_subprocess_spawn(const struct nn_subprocess_spec *spec, struct nn_subprocess *ret_child,
			struct nn_err *err);

/** Has it ended? Reaps it then, fills @ret_status (as waitpid) and clears @child. */
bool nn_subprocess_poll(struct nn_subprocess *child, int *ret_status);

/** SIGTERM, wait up to @grace_ns, SIGKILL, reap. Accepts "none". */
void nn_subprocess_stop(struct nn_subprocess *child, uint64_t grace_ns);

/** "exit status 3", "signal 11 (Segmentation fault)" for a waitpid status. */
void nn_wait_status_text(int status, char *ret_text, size_t cap);

#endif
