/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/kvm-probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "harness/base/cleanup.h"
#include "harness/base/clock.h"

#define GUEST_BYTES   4096U
#define GUEST_ADDRESS 0x1000U
#define OPCODE_HLT    0xf4
#define RFLAGS_FIXED  0x2U /* bit 1 is always set */
#define REAP_MAX_NS   NN_NS_PER_S

/* How far the child came; what it tells its parent. */
struct probe_report {
	char step[48];
	int errnum;      /* of the step; 0: see exit_reason */
	int exit_reason; /* of KVM_RUN */
	int is_successful;
};

struct probe_vm {
	int kvm;
	int vm;
	int vcpu;
	struct kvm_run *run;
};

static void probe_step(struct probe_report *report, const char *step)
{
	(void)snprintf(report->step, sizeof(report->step), "%s", step);
	errno = 0;
}

static int probe_create(struct probe_vm *vm, struct probe_report *report)
{
	probe_step(report, "open /dev/kvm");
	vm->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vm->kvm < 0)
		return -1;
	probe_step(report, "KVM_GET_API_VERSION");
	if (ioctl(vm->kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		return -1;
	probe_step(report, "KVM_CREATE_VM");
	vm->vm = ioctl(vm->kvm, KVM_CREATE_VM, 0);
	if (vm->vm < 0)
		return -1;
	probe_step(report, "KVM_CREATE_VCPU");
	vm->vcpu = ioctl(vm->vm, KVM_CREATE_VCPU, 0);
	return vm->vcpu < 0 ? -1 : 0;
}

static int probe_memory(struct probe_vm *vm, struct probe_report *report)
{
	int run_bytes = ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	unsigned char *page =
		mmap(NULL, GUEST_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct kvm_userspace_memory_region region = {.guest_phys_addr = GUEST_ADDRESS,
						     .memory_size = GUEST_BYTES,
						     .userspace_addr = (uintptr_t)page};

	probe_step(report, "map the guest's memory");
	if (run_bytes <= 0 || page == MAP_FAILED)
		return -1;
	page[0] = OPCODE_HLT;
	vm->run = mmap(NULL, (size_t)run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu, 0);
	if (vm->run == MAP_FAILED)
		return -1;
	probe_step(report, "KVM_SET_USER_MEMORY_REGION");
	return ioctl(vm->vm, KVM_SET_USER_MEMORY_REGION, &region);
}

/* A vCPU starts in real mode at the reset vector; move it to our page. */
static int probe_registers(struct probe_vm *vm, struct probe_report *report)
{
	struct kvm_regs regs = {.rip = GUEST_ADDRESS, .rflags = RFLAGS_FIXED};
	struct kvm_sregs sregs;

	probe_step(report, "KVM_GET_SREGS");
	if (ioctl(vm->vcpu, KVM_GET_SREGS, &sregs))
		return -1;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	probe_step(report, "KVM_SET_SREGS");
	if (ioctl(vm->vcpu, KVM_SET_SREGS, &sregs))
		return -1;
	probe_step(report, "KVM_SET_REGS");
	return ioctl(vm->vcpu, KVM_SET_REGS, &regs);
}

/* The kernel cleans up after the child, so it closes nothing. */
static void probe_run(struct probe_report *report)
{
	struct probe_vm vm = {.kvm = -1, .vm = -1, .vcpu = -1};

	if (probe_create(&vm, report) || probe_memory(&vm, report) || probe_registers(&vm, report))
		return;
	probe_step(report, "KVM_RUN");
	if (ioctl(vm.vcpu, KVM_RUN, 0))
		return;
	report->exit_reason = (int)vm.run->exit_reason;
	report->is_successful = report->exit_reason == KVM_EXIT_HLT;
}

static void probe_child(int report_fd)
{
	struct probe_report report = {.step = "start"};

	probe_run(&report);
	report.errnum = report.is_successful ? 0 : errno;
	(void)!write(report_fd, &report, sizeof(report)); /* a missing report is a failure too */
	_exit(0);
}

static int probe_failure(const struct probe_report *report, struct nn_err *err)
{
	char text[128];

	if (report->errnum == 0)
		return nn_err_set(
			err, -ENOTSUP,
			"KVM does not work: a vCPU left %s with exit reason %d, not by hlt",
			report->step, report->exit_reason);
	return nn_err_set(err, -ENOTSUP, "KVM does not work: %s: %s", report->step,
			  strerror_r(report->errnum, text, sizeof(text)));
}

/* What the child says until the deadline. */
static int probe_listen(int report_fd, uint64_t deadline_ns, struct nn_err *err)
{
	struct pollfd ready = {.fd = report_fd, .events = POLLIN};
	uint64_t until_ns = nn_clock_ns() + deadline_ns;
	struct probe_report report;
	int rc;

	do
		rc = poll(&ready, 1, nn_clock_ms_until(until_ns));
	while (rc < 0 && errno == EINTR);
	if (rc == 0)
		return nn_err_set(err, -ENOTSUP, "KVM does not work: a vCPU hung for %.3g s",
				  (double)deadline_ns / 1e9);
	if (rc < 0 || read(report_fd, &report, sizeof(report)) != (ssize_t)sizeof(report))
		return nn_err_set(err, -ENOTSUP,
				  "KVM does not work: the process that tried it died");
	return report.is_successful ? 0 : probe_failure(&report, err);
}

/* A child that the kernel does not let go of is left behind: waiting would make us hang with it. */
static void probe_reap(pid_t pid)
{
	uint64_t until_ns = nn_clock_ns() + REAP_MAX_NS;

	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, WNOHANG) == 0 && nn_clock_ns() < until_ns)
		nn_clock_sleep_ns(NN_NS_PER_MS);
}

int nn_kvm_probe(uint64_t deadline_ns, struct nn_err *err)
{
	NN_AUTO(fd) int read_fd = -1;
	NN_AUTO(fd) int write_fd = -1;
	int fds[2];
	pid_t pid;
	int rc;

	if (pipe2(fds, O_CLOEXEC))
		return nn_err_errno(err, errno, "pipe");
	read_fd = fds[0];
	write_fd = fds[1];
	pid = fork();
	if (pid < 0)
		return nn_err_errno(err, errno, "start the KVM probe");
	if (pid == 0)
		probe_child(write_fd);
	(void)close(NN_STEAL_FD(write_fd));
	rc = probe_listen(read_fd, deadline_ns, err);
	probe_reap(pid);
	return rc;
}
