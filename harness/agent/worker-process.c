/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/agent/worker-process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "harness/base/json.h"

#define LINE_MAX_BYTES   (4UL << 20)
#define READ_CHUNK_BYTES 65536
#define EXIT_EXEC_FAILED 127

/* The order in a file of memory, read from its start: no pipe whose other end must be watched. */
static int order_file(const struct nn_worker_order *order, int *ret_fd, struct nn_err *err)
{
	NN_AUTO(fd) int fd = memfd_create("nearnative-order", MFD_CLOEXEC);
	NN_AUTO(json) json_t *json = nn_worker_order_encode(order);
	NN_AUTO(free) char *text = nn_json_text(json);
	size_t len = strlen(text);

	if (fd < 0)
		return nn_err_errno(err, errno, "make the worker's order");
	if (write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0)
		return nn_err_errno(err, errno ? errno : EIO, "write the worker's order");
	*ret_fd = NN_STEAL_FD(fd);
	return 0;
}

/*
 * In the child, between fork and exec: only calls that are safe there. Everything above the
 * socket is closed, whoever opened it, so that no workload inherits the way to the orchestrator.
 */
static void child_exec(int order_fd, int socket_fd, pid_t parent)
{
	static const char *const argv[] = {"nearnative-worker", NN_WORKER_ARG, NULL};
	sigset_t none;

	(void)setpgid(0, 0); /* the parent does the same; the first one wins */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(EXIT_EXEC_FAILED);
	/* Neither may be at the other's place while it moves there. */
	order_fd = fcntl(order_fd, F_DUPFD, NN_WORKER_FD + 1);
	socket_fd = fcntl(socket_fd, F_DUPFD, NN_WORKER_FD + 1);
	if (dup2(order_fd, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0 ||
	    dup2(socket_fd, NN_WORKER_FD) < 0)
		_exit(EXIT_EXEC_FAILED);
	(void)close_range(NN_WORKER_FD + 1, ~0U, 0);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)execv("/proc/self/exe", (char *const *)argv);
	_exit(EXIT_EXEC_FAILED);
}

int nn_worker_process_start(const struct nn_worker_order *order,
			    struct nn_worker_process *ret_worker, struct nn_err *err)
{
	NN_AUTO(fd) int order_fd = -1;
	NN_AUTO(fd) int ours = -1;
	NN_AUTO(fd) int theirs = -1;
	int pair[2];
	pid_t parent = getpid();
	pid_t pid;
	int rc = order_file(order, &order_fd, err);

	if (rc)
		return rc;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return nn_err_errno(err, errno, "make the worker's socket");
	ours = pair[0];
	theirs = pair[1];
	pid = fork();
	if (pid < 0)
		return nn_err_errno(err, errno, "start a worker process");
	if (pid == 0)
		child_exec(order_fd, theirs, parent);
	(void)setpgid(pid, pid); /* so that the group exists before anyone kills it */
	*ret_worker = (struct nn_worker_process){.pid = pid, .fd = NN_STEAL_FD(ours)};
	return 0;
}

int nn_worker_process_read(struct nn_worker_process *worker, struct nn_err *err)
{
	char *to = nn_strbuf_reserve(&worker->input, READ_CHUNK_BYTES);
	ssize_t len = recv(worker->fd, to, READ_CHUNK_BYTES, MSG_DONTWAIT);

	if (len < 0 && (errno == EINTR || errno == EAGAIN))
		return 1;
	if (len < 0 && errno == ECONNRESET)
		return 0; /* it died with a "go" unread */
	if (len < 0)
		return nn_err_errno(err, errno, "read from the worker");
	nn_strbuf_advance(&worker->input, (size_t)len);
	if (worker->input.len > LINE_MAX_BYTES)
		return nn_err_set(err, -EMSGSIZE, "worker wrote a line above %lu bytes",
				  LINE_MAX_BYTES);
	return len > 0;
}

int nn_worker_process_line(struct nn_worker_process *worker, json_t **ret_line, struct nn_err *err)
{
	struct nn_strbuf *input = &worker->input;
	const char *end = input->len ? memchr(input->data, '\n', input->len) : NULL;
	size_t len;
	int rc;

	if (!end)
		return 0;
	len = (size_t)(end - input->data);
	rc = nn_json_parse(input->data, len, ret_line, err);
	memmove(input->data, end + 1, input->len - len - 1);
	input->len -= len + 1;
	input->data[input->len] = '\0';
	return rc ? nn_err_prefix(err, "worker wrote a malformed line") : 1;
}

int nn_worker_process_go(const struct nn_worker_process *worker, struct nn_err *err)
{
	static const char go[] = "go\n";
	ssize_t len;

	do {
		len = send(worker->fd, go, sizeof(go) - 1, MSG_NOSIGNAL);
	} while (len < 0 && errno == EINTR);
	/* Three bytes never split; a worker that died meanwhile is seen at the next read. */
	if (len < 0 && errno != EPIPE)
		return nn_err_errno(err, errno, "write to the worker");
	return 0;
}

int nn_worker_process_end(struct nn_worker_process *worker)
{
	int status = 0;

	if (worker->pid > 0) {
		/* Does nothing to the status of one that is already on its way out. */
		(void)kill(-worker->pid, SIGKILL);
		while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	if (worker->fd >= 0)
		(void)close(worker->fd);
	nn_strbuf_release(&worker->input);
	*worker = (struct nn_worker_process)NN_WORKER_PROCESS_NONE;
	return status;
}
