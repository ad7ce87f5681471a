/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"

#define CAPTURE_MAX_BYTES   (16UL << 20)
#define DEFAULT_DEADLINE_NS (60 * NN_NS_PER_S)
#define REAP_POLL_NS        (2 * NN_NS_PER_MS)
/* A process that hangs in the kernel (modprobe of a driver that waits) does not die when killed. */
#define KILL_MAX_NS (5 * NN_NS_PER_S)

/* What the child gets of us, and where it tells that it could not begin. */
struct child_fds {
	int in;
	int out;
	int err;
	int exec_report;
	const char *cgroup_procs; /* file to join a control group by, or NULL */
};

struct pipe_pair {
	int read_fd;
	int write_fd;
};

static void pipe_close(struct pipe_pair *p)
{
	if (p->read_fd >= 0)
		(void)close(p->read_fd);
	if (p->write_fd >= 0)
		(void)close(p->write_fd);
}

NN_AUTO_DEFINE(pipe, struct pipe_pair, pipe_close(p))

static int pipe_open(struct pipe_pair *p, struct nn_err *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return nn_err_errno(err, errno, "pipe");
	p->read_fd = fds[0];
	p->write_fd = fds[1];
	return 0;
}

static void pipe_close_write(struct pipe_pair *p)
{
	(void)close(p->write_fd);
	p->write_fd = -1;
}

void nn_subprocess_result_release(struct nn_subprocess_result *result)
{
	nn_strbuf_release(&result->out);
	nn_strbuf_release(&result->err_out);
}

/* "0" is whoever writes. Source: Documentation/admin-guide/cgroup-v2.rst */
static bool child_join(const char *cgroup_procs)
{
	int fd = open(cgroup_procs, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, "0", 1) == 1;
}

/* In the child, after fork: only async-signal-safe calls but for putenv, in a single thread. */
static void child_exec(const struct nn_subprocess_spec *spec, const struct child_fds *fds,
		       pid_t parent)
{
	sigset_t none;
	int why;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127); /* the parent died before the line above */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGINT, SIG_IGN); /* ^C is for us to act on; we stop the child in order */
	(void)dup2(fds->in, 0);
	(void)dup2(fds->out, 1);
	(void)dup2(fds->err, 2);
	for (const char *const *env = spec->env_extra; env && *env; env++)
		(void)putenv((char *)*env); /* the string lives until exec copies it */
	if ((!fds->cgroup_procs || child_join(fds->cgroup_procs)) &&
	    (!spec->cwd || chdir(spec->cwd) == 0))
		(void)execvp(spec->argv[0], (char *const *)spec->argv);
	why = errno;
	(void)!write(fds->exec_report, &why, sizeof(why)); /* a lost report is exit status 127 */
	_exit(127);
}

static int child_start(const struct nn_subprocess_spec *spec, struct child_fds *fds, pid_t *ret_pid,
		       struct nn_err *err)
{
	NN_AUTO(pipe) struct pipe_pair report = {-1, -1};
	NN_AUTO(free)
	char *cgroup_procs = spec->cgroup ? nn_asprintf("%s/cgroup.procs", spec->cgroup) : NULL;
	pid_t parent = getpid();
	int why = 0;
	ssize_t len;
	pid_t pid;
	int rc = pipe_open(&report, err);

	if (rc)
		return rc;
	fds->exec_report = report.write_fd;
	fds->cgroup_procs = cgroup_procs;
	pid = fork();
	if (pid < 0)
		return nn_err_errno(err, errno, "start '%s'", spec->argv[0]);
	if (pid == 0)
		child_exec(spec, fds, parent);
	pipe_close_write(&report);
	do
		len = read(report.read_fd, &why, sizeof(why));
	while (len < 0 && errno == EINTR);
	if (len == (ssize_t)sizeof(why)) {
		(void)waitpid(pid, NULL, 0);
		return nn_err_errno(err, why, "start '%s'", spec->argv[0]);
	}
	*ret_pid = pid;
	return 0;
}

/* Move what is readable into @sb; false at the end of the stream. */
static bool capture_read(int fd, struct nn_strbuf *sb)
{
	char buffer[16384];
	ssize_t len = read(fd, buffer, sizeof(buffer));

	if (len < 0)
		return errno == EINTR || errno == EAGAIN;
	if (sb->len < CAPTURE_MAX_BYTES)
		nn_strbuf_addn(sb, buffer, (size_t)len);
	return len > 0;
}

/* Capture both streams until they end; false when the deadline came first. */
static bool capture_all(int out_fd, int err_fd, struct nn_subprocess_result *result,
			uint64_t deadline_ns)
{
	struct pollfd fds[2] = {{.fd = out_fd, .events = POLLIN}, {.fd = err_fd, .events = POLLIN}};

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		int ready = poll(fds, 2, nn_clock_ms_until(deadline_ns));

		if (ready == 0)
			return false;
		if (ready < 0)
			continue; /* EINTR */
		if (fds[0].revents && !capture_read(out_fd, &result->out))
			fds[0].fd = -1;
		if (fds[1].revents && !capture_read(err_fd, &result->err_out))
			fds[1].fd = -1;
	}
	return true;
}

/* Wait for the end of @pid until the deadline; false when it still runs. */
static bool child_reap(pid_t pid, uint64_t deadline_ns, int *ret_status)
{
	for (;;) {
		pid_t done = waitpid(pid, ret_status, WNOHANG);

		if (done == pid || (done < 0 && errno == ECHILD))
			return true;
		if (nn_clock_ns() >= deadline_ns)
			return false;
		nn_clock_sleep_ns(REAP_POLL_NS);
	}
}

static void child_kill(pid_t pid, int *ret_status)
{
	(void)kill(pid, SIGKILL);
	if (!child_reap(pid, nn_clock_ns() + KILL_MAX_NS, ret_status))
		*ret_status = SIGKILL; /* it will have been, once the kernel lets go of it */
}

static void result_from_status(struct nn_subprocess_result *result, int status)
{
	result->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	result->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static int open_input(const char *input, struct nn_err *err)
{
	NN_AUTO(fd) int fd = -1;
	size_t len;

	if (!input) {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		return fd >= 0 ? NN_STEAL_FD(fd) : nn_err_errno(err, errno, "open '/dev/null'");
	}
	/* A memory file rather than a pipe: no child can block us by not reading. */
	fd = memfd_create("stdin", MFD_CLOEXEC);
	len = strlen(input);
	if (fd < 0 || write(fd, input, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) < 0)
		return nn_err_errno(err, errno, "prepare the child's input");
	return NN_STEAL_FD(fd);
}

int nn_subprocess_run(const struct nn_subprocess_spec *spec, struct nn_subprocess_result *result,
		      struct nn_err *err)
{
	uint64_t allowed_ns = spec->deadline_ns ? spec->deadline_ns : DEFAULT_DEADLINE_NS;
	uint64_t deadline_ns = nn_clock_ns() + allowed_ns;
	NN_AUTO(pipe) struct pipe_pair out = {-1, -1};
	NN_AUTO(pipe) struct pipe_pair err_out = {-1, -1};
	NN_AUTO(fd) int in = open_input(spec->input, err);
	struct child_fds fds;
	int status = 0;
	pid_t pid;
	int rc;

	if (in < 0)
		return in;
	rc = pipe_open(&out, err);
	if (!rc)
		rc = pipe_open(&err_out, err);
	if (rc)
		return rc;
	fds = (struct child_fds){.in = in, .out = out.write_fd, .err = err_out.write_fd};
	rc = child_start(spec, &fds, &pid, err);
	if (rc)
		return rc;
	pipe_close_write(&out);
	pipe_close_write(&err_out);
	result->is_timed_out = !capture_all(out.read_fd, err_out.read_fd, result, deadline_ns) ||
			       !child_reap(pid, deadline_ns, &status);
	if (result->is_timed_out)
		child_kill(pid, &status);
	result_from_status(result, status);
	if (result->is_timed_out)
		return nn_err_set(err, -ETIMEDOUT, "'%s' did not end within %.3g s", spec->argv[0],
				  (double)allowed_ns / 1e9);
	return 0;
}

int nn_subprocess_check(const struct nn_subprocess_spec *spec, struct nn_strbuf *out,
			struct nn_err *err)
{
	NN_AUTO(subprocess_result) struct nn_subprocess_result result = {0};
	int rc = nn_subprocess_run(spec, &result, err);
	const char *last;

	if (rc)
		return rc;
	if (result.exit_status == 0) {
		if (out)
			nn_strbuf_addn(out, nn_strbuf_str(&result.out), result.out.len);
		return 0;
	}
	nn_strbuf_rtrim(&result.err_out);
	last = strrchr(nn_strbuf_str(&result.err_out), '\n');
	return nn_err_set(err, -EIO, "'%s' failed (status %d): %s", spec->argv[0],
			  result.exit_status, last ? last + 1 : nn_strbuf_str(&result.err_out));
}

int nn_subprocess_spawn(const struct nn_subprocess_spec *spec, struct nn_subprocess *ret_child,
			struct nn_err *err)
{
	NN_AUTO(fd) int in = open_input(spec->input, err);
	const char *path = spec->output_path ? spec->output_path : "/dev/null";
	NN_AUTO(fd) int out = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	struct child_fds fds = {.in = in, .out = out, .err = out};

	if (in < 0)
		return in;
	if (out < 0)
		return nn_err_errno(err, errno, "open '%s'", path);
	return child_start(spec, &fds, &ret_child->pid, err);
}

bool nn_subprocess_poll(struct nn_subprocess *child, int *ret_status)
{
	if (waitpid(child->pid, ret_status, WNOHANG) != child->pid)
		return false;
	child->pid = 0;
	return true;
}

void nn_subprocess_stop(struct nn_subprocess *child, uint64_t grace_ns)
{
	int status;

	if (child->pid <= 0)
		return;
	(void)kill(child->pid, SIGTERM);
	if (!child_reap(child->pid, nn_clock_ns() + grace_ns, &status))
		child_kill(child->pid, &status);
	child->pid = 0;
}

void nn_wait_status_text(int status, char *ret_text, size_t cap)
{
	if (WIFSIGNALED(status))
		(void)snprintf(ret_text, cap, "signal %d (%s)", WTERMSIG(status),
			       strsignal(WTERMSIG(status)));
	else
		(void)snprintf(ret_text, cap, "exit status %d", WEXITSTATUS(status));
}
