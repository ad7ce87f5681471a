/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/vm-process.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/array.h"

#define MAX_VCPU 65535

/* How the names of mappings of vfio begin. */
#define VFIO_INODE  "anon_inode:[vfio"
#define VFIO_FOLDER "/dev/vfio/"

void nn_vm_process_release(struct nn_vm_process *process)
{
	nn_name_list_release(&process->argv);
	*process = (struct nn_vm_process){0};
}

void nn_vm_threads_release(struct nn_vm_threads *threads)
{
	free(threads->emulator);
	nn_name_list_release(&threads->vcpus);
	nn_name_list_release(&threads->iothreads);
	*threads = (struct nn_vm_threads){0};
}

/* ---- finding it, its arguments ---- */

static void split_argv(const struct nn_strbuf *bytes, struct nn_name_list *argv)
{
	const char *end = bytes->data + bytes->len;

	for (const char *at = bytes->data; at < end; at += strlen(at) + 1)
		*NN_ARRAY_APPEND(argv->names, argv->nr, argv->cap) = nn_strdup(at);
}

static bool is_the_vm(const struct nn_vm_process *process, const char *uuid)
{
	const char *given = nn_vm_process_option(process, "uuid");

	return given && strcmp(given, uuid) == 0;
}

int nn_vm_process_find(const struct nn_sysroot *root, const char *uuid,
		       struct nn_vm_process *ret_process, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list names = {0};
	int rc = nn_sysfs_list(root, "/proc", &names, err);

	for (size_t i = 0; !rc && i < names.nr; i++) {
		NN_AUTO(free) char *path = nn_asprintf("/proc/%s/cmdline", names.names[i]);
		NN_AUTO(strbuf) struct nn_strbuf bytes = NN_STRBUF_INIT;
		NN_AUTO(vm_process) struct nn_vm_process process = {0};

		/* a process may end while we look */
		if (!isdigit((unsigned char)names.names[i][0]) ||
		    nn_sysfs_read(root, path, &bytes, NULL) || !bytes.len)
			continue;
		split_argv(&bytes, &process.argv);
		if (!is_the_vm(&process, uuid))
			continue;
		process.pid = strtoull(names.names[i], NULL, 10);
		*ret_process = process;
		process = (struct nn_vm_process){0};
		return 0;
	}
	if (rc)
		return rc;
	return nn_err_set(err, -ESRCH, "no process of this machine runs the VM");
}

/* The argument behind the next "-NAME" from *@i on, or NULL. */
static const char *next_option(const struct nn_vm_process *process, const char *name, size_t *i)
{
	const struct nn_name_list *argv = &process->argv;

	while (*i + 1 < argv->nr) {
		const char *word = argv->names[(*i)++];

		if (word[0] == '-' && strcmp(word + 1, name) == 0)
			return argv->names[*i];
	}
	return NULL;
}

const char *nn_vm_process_option(const struct nn_vm_process *process, const char *name)
{
	size_t i = 0;

	return next_option(process, name, &i);
}

bool nn_vm_process_has(const struct nn_vm_process *process, const char *option, const char *part)
{
	const char *at = nn_vm_process_option(process, option);
	size_t len = strlen(part);

	while (at && *at) {
		size_t part_len = strcspn(at, ",");

		if (part_len == len && strncmp(at, part, len) == 0)
			return true;
		at += part_len + (at[part_len] == ',');
	}
	return false;
}

const char *nn_vm_process_with(const struct nn_vm_process *process, const char *option,
			       const char *text)
{
	size_t i = 0;

	for (const char *value = next_option(process, option, &i); value;
	     value = next_option(process, option, &i)) {
		if (strstr(value, text))
			return value;
	}
	return NULL;
}

/* ---- memory ---- */

static int read_file(const struct nn_sysroot *root, const struct nn_vm_process *process,
		     const char *name, struct nn_strbuf *ret_text, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf("/proc/%" PRIu64 "/%s", process->pid, name);

	return nn_sysfs_read(root, path, ret_text, err);
}

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

/* "Size:   1048576 kB" */
static bool take_field(const char *line, const char *name, uint64_t *ret_bytes)
{
	size_t len = strlen(name);
	uint64_t kib;

	if (strncmp(line, name, len) != 0 || line[len] != ':' ||
	    sscanf(line + len + 1, "%" SCNu64 " kB", &kib) != 1)
		return false;
	*ret_bytes = kib << 10;
	return true;
}

struct mapping {
	struct nn_vm_memory memory;
	bool is_device; /* registers of a device, such as a BAR that vfio maps whole */
};

/* A mapping's first line: "START-END PERMISSIONS OFFSET DEVICE INODE NAME" */
static bool take_mapping(const char *line, struct mapping *ret_mapping)
{
	uint64_t start, end;
	int used = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %*s %n", &start, &end, &used) != 2)
		return false;
	line += used;
	*ret_mapping = (struct mapping){
		.memory = {.start = start, .bytes = end - start},
		.is_device = strncmp(line, VFIO_INODE, strlen(VFIO_INODE)) == 0 ||
			     strncmp(line, VFIO_FOLDER, strlen(VFIO_FOLDER)) == 0,
	};
	return true;
}

/* "VmFlags: rd wr io pf": with "io" or "pf" there are no pages of memory behind it. */
static bool has_device_flags(const char *line)
{
	NN_AUTO(free) char *flags = nn_strndup(line, strcspn(line, "\n"));

	return strncmp(flags, "VmFlags:", strlen("VmFlags:")) == 0 &&
	       (strstr(flags, " io") || strstr(flags, " pf"));
}

static void keep_larger(const struct mapping *mapping, struct nn_vm_memory *largest)
{
	if (!mapping->is_device && mapping->memory.bytes >= largest->bytes)
		*largest = mapping->memory;
}

/* Source: Documentation/filesystems/proc.rst, smaps */
int nn_vm_process_memory(const struct nn_sysroot *root, const struct nn_vm_process *process,
			 struct nn_vm_memory *ret_memory, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	struct nn_vm_memory largest = {0};
	struct mapping present = {0}, next;
	int rc = read_file(root, process, "smaps", &text, err);

	if (rc)
		return rc;
	for (const char *line = nn_strbuf_str(&text); *line; line = next_line(line)) {
		if (take_mapping(line, &next)) {
			keep_larger(&present, &largest); /* whose last line says what it is */
			present = next;
		} else if (!take_field(line, "AnonHugePages", &present.memory.thp_bytes) &&
			   !take_field(line, "KernelPageSize", &present.memory.page_bytes)) {
			present.is_device |= has_device_flags(line);
		}
	}
	keep_larger(&present, &largest);
	if (!largest.bytes)
		return nn_err_set(err, -EPERM, "/proc/%" PRIu64 "/smaps shows nothing",
				  process->pid);
	*ret_memory = largest;
	return 0;
}

/* Source: man 7 numa, numa_maps */
int nn_vm_process_policy(const struct nn_sysroot *root, const struct nn_vm_process *process,
			 const struct nn_vm_memory *memory, char **ret_policy, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	int rc = read_file(root, process, "numa_maps", &text, err);

	if (rc)
		return rc;
	for (const char *line = nn_strbuf_str(&text); *line; line = next_line(line)) {
		uint64_t start = 0;
		int used = 0;

		if (sscanf(line, "%" SCNx64 " %n", &start, &used) != 1 || start != memory->start)
			continue;
		*ret_policy = nn_strndup(line + used, strcspn(line + used, " \n"));
		return 0;
	}
	return nn_err_set(err, -ENOENT, "/proc/%" PRIu64 "/numa_maps does not show the memory",
			  process->pid);
}

/* ---- threads ---- */

char *nn_thread_cpus(const struct nn_sysroot *root, uint64_t pid, const char *thread)
{
	static const char field[] = "Cpus_allowed_list:";
	NN_AUTO(free) char *path = nn_asprintf("/proc/%" PRIu64 "/task/%s/status", pid, thread);
	NN_AUTO(free) char *text = nn_sysfs_text(root, path);
	const char *at = text ? strstr(text, field) : NULL;

	if (!at)
		return NULL;
	at += strlen(field);
	at += strspn(at, " \t");
	return nn_strndup(at, strcspn(at, "\n"));
}

static void take_vcpu(struct nn_name_list *vcpus, unsigned int number, char *take_cpus)
{
	while (vcpus->nr <= number)
		(void)NN_ARRAY_APPEND(vcpus->names, vcpus->nr, vcpus->cap);
	free(vcpus->names[number]);
	vcpus->names[number] = take_cpus;
}

/* QEMU names its threads: libvirt asks it to, by debug-threads=on. */
static void take_thread(const struct nn_sysroot *root, const struct nn_vm_process *process,
			const char *thread, struct nn_vm_threads *threads)
{
	NN_AUTO(free)
	char *path = nn_asprintf("/proc/%" PRIu64 "/task/%s/comm", process->pid, thread);
	NN_AUTO(free) char *comm = nn_sysfs_text(root, path);
	NN_AUTO(free) char *cpus = nn_thread_cpus(root, process->pid, thread);
	unsigned int number;

	if (!comm || !cpus)
		return;
	if (strtoull(thread, NULL, 10) == process->pid)
		threads->emulator = NN_STEAL(cpus);
	else if (sscanf(comm, "CPU %u/", &number) == 1 && number <= MAX_VCPU)
		take_vcpu(&threads->vcpus, number, NN_STEAL(cpus));
	else if (strncmp(comm, "IO iothread", strlen("IO iothread")) == 0)
		*NN_ARRAY_APPEND(threads->iothreads.names, threads->iothreads.nr,
				 threads->iothreads.cap) = NN_STEAL(cpus);
}

int nn_vm_process_threads(const struct nn_sysroot *root, const struct nn_vm_process *process,
			  struct nn_vm_threads *ret_threads, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf("/proc/%" PRIu64 "/task", process->pid);
	NN_AUTO(name_list) struct nn_name_list names = {0};
	NN_AUTO(vm_threads) struct nn_vm_threads threads = {0};
	int rc = nn_sysfs_list(root, path, &names, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < names.nr; i++)
		take_thread(root, process, names.names[i], &threads);
	if (!threads.vcpus.nr)
		return nn_err_set(err, -ESRCH, "no thread of process %" PRIu64 " is a vCPU's",
				  process->pid);
	*ret_threads = threads;
	threads = (struct nn_vm_threads){0};
	return 0;
}
