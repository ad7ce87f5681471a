/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine as /sys and /proc show it, down to what a device's firmware and a file system's name
 * may write there. Each line of the input makes one entry below the root:
 *
 *	/a/file=text	with \n for a line end, \0 for NUL
 *	/a/link>../target
 *	/a/folder/
 *
 * Entries stay below the root, whatever the input says: parents are no links, and links climb no
 * higher than they lie deep.
 */
#include "ci/fuzz/fuzz.h"

#include <errno.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "collectors/collector.h"
#include "harness/base/scratch.h"
#include "harness/device/change.h"
#include "harness/device/survey.h"
#include "harness/runner/machine.h"
#include "harness/target/vm-process.h"

#define MAX_LINES   256
#define MAX_DEVICES 8
#define VM_UUID     "a70bdd71-6249-4ddc-a756-4ee6dbfac7e5"

/* ---- the tree ---- */

/* Is every component a name? Else the path would leave the tree. */
static bool is_plain(const char *path)
{
	for (const char *name = path; *name; name += strspn(name, "/")) {
		size_t len = strcspn(name, "/");

		if (len > 200 || (len == 1 && name[0] == '.') ||
		    (len == 2 && name[0] == '.' && name[1] == '.'))
			return false;
		name += len;
	}
	return strlen(path) < 1000;
}

static unsigned int count_slashes(const char *path)
{
	unsigned int nr = 0;

	for (; *path; path++)
		nr += *path == '/';
	return nr;
}

/* The folder @path below @root, made when it is not there; -1 when a link is in the way. */
static int open_folder(int root, const char *path, size_t len)
{
	NN_AUTO(free) char *relative = nn_asprintf(".%.*s", (int)len, path);
	const struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
				     .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
	int fd = (int)syscall(SYS_openat2, root, relative, &how, sizeof(how));

	if (fd < 0 && errno == ENOENT && len) {
		const char *slash = memrchr(path, '/', len);
		NN_AUTO(fd) int parent = open_folder(root, path, (size_t)(slash - path));
		NN_AUTO(free)
		char *name = nn_asprintf("%.*s", (int)(path + len - slash) - 1, slash + 1);

		if (parent >= 0 && *name)
			(void)mkdirat(parent, name, 0700); /* the open below tells */
		fd = (int)syscall(SYS_openat2, root, relative, &how, sizeof(how));
	}
	return fd;
}

static void make_file(int folder, const char *name, const char *text)
{
	NN_AUTO(strbuf) struct nn_strbuf bytes = NN_STRBUF_INIT;
	NN_AUTO(fd)
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	for (; *text; text++) {
		bool is_end = strncmp(text, "\\n", 2) == 0;
		bool is_nul = strncmp(text, "\\0", 2) == 0;

		nn_strbuf_addc(&bytes, is_end ? '\n' : is_nul ? '\0' : *text);
		text += is_end || is_nul;
	}
	if (fd >= 0)
		(void)!write(fd, nn_strbuf_str(&bytes), bytes.len);
}

/* Only "../" at the front, and not more of them than the link lies deep. */
static void make_link(int folder, const char *name, unsigned int depth, const char *target)
{
	const char *rest = target;
	unsigned int nr = 0;

	for (; strncmp(rest, "../", 3) == 0; rest += 3)
		nr++;
	if (nr <= depth && *rest && *rest != '/' && is_plain(rest))
		(void)!symlinkat(target, folder, name);
}

static void make_entry(int root, char *line)
{
	char *sign = line + strcspn(line, "=>");
	char kind = *sign;
	char *slash;

	*sign = '\0';
	slash = strrchr(line, '/');
	if (line[0] != '/' || !is_plain(line))
		return;

	NN_AUTO(fd) int folder = open_folder(root, line, (size_t)(slash - line));

	if (folder < 0 || !slash[1])
		return;
	if (kind == '=')
		make_file(folder, slash + 1, sign + 1);
	else if (kind == '>')
		make_link(folder, slash + 1, count_slashes(line) - 1, sign + 1);
}

static void make_tree(const char *prefix, char *text)
{
	NN_AUTO(fd) int root = open(prefix, O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (unsigned int nr = 0; text && nr < MAX_LINES; nr++)
		make_entry(root, strsep(&text, "\n"));
}

/* ---- what is read from it ---- */

/* What a journal would keep of the function. */
static void read_change(const struct nn_sysroot *root, const struct nn_change_kind *kind,
			const char *bdf)
{
	NN_AUTO(json) json_t *before = NULL;
	NN_AUTO(strbuf) struct nn_strbuf words = NN_STRBUF_INIT;
	struct nn_err err = {0};

	if (!kind->is_subject(bdf) || kind->snapshot(root, bdf, &before, &err))
		return;
	kind->describe(bdf, before, &words);
	fuzz_require(words.len, "nothing to say of '%s'", bdf);
}

static void read_device(const struct nn_sysroot *root, const char *bdf)
{
	NN_AUTO(device) struct nn_device device = {0};
	NN_AUTO(name_list) struct nn_name_list functions = {0};
	static const struct nn_group_extra extra = {.is_whole_group = true};
	char found[NN_BDF_CAP];
	struct nn_device_id id;
	struct nn_err err = {0};

	free(nn_device_block_name(root, bdf));
	(void)nn_device_check_unused(root, bdf, false, &err);
	read_change(root, &nn_change_driver, bdf);
	read_change(root, &nn_change_virtual_functions, bdf);
	if (nn_device_read(root, bdf, &device, &err))
		return;
	(void)nn_device_passthrough_set(root, &device, &extra, &functions, &err);
	id = nn_device_identity(&device);
	(void)nn_device_resolve(root, &id, found, &err);
}

static void read_devices(const struct nn_sysroot *root)
{
	static const struct nn_survey_machine machine = {.fingerprint = "f"};
	NN_AUTO(survey) struct nn_survey survey = {0};
	struct nn_err err = {0};
	int rc;

	(void)nn_iommu_is_active(root);
	rc = nn_survey_read(root, &survey, &err);
	if (rc) {
		fuzz_check_failure(rc, &err);
		return;
	}
	json_decref(nn_survey_json(&survey, &machine, NULL));
	for (size_t i = 0; i < survey.devices.nr && i < MAX_DEVICES; i++)
		read_device(root, survey.devices.items[i].bdf);
}

/* The process of a VM, whose name and arguments anybody may choose. */
static void read_process(const struct nn_sysroot *root)
{
	NN_AUTO(vm_process) struct nn_vm_process process = {0};
	NN_AUTO(vm_threads) struct nn_vm_threads threads = {0};
	NN_AUTO(free) char *policy = NULL;
	struct nn_vm_memory memory = {0};
	struct nn_err err = {0};

	if (nn_vm_process_find(root, VM_UUID, &process, &err))
		return;
	(void)nn_vm_process_threads(root, &process, &threads, &err);
	if (nn_vm_process_memory(root, &process, &memory, &err) == 0)
		(void)nn_vm_process_policy(root, &process, &memory, &policy, &err);
}

static void on_fact(void *user NN_UNUSED, const char *name, const char *value NN_UNUSED)
{
	fuzz_require(name && name[0], "a fact without a name");
}

static void on_telemetry(void *user NN_UNUSED, const char *name, const char *unit,
			 double value NN_UNUSED)
{
	fuzz_require(name && unit, "telemetry without a name");
}

static void on_event(void *user NN_UNUSED, enum nn_severity severity NN_UNUSED, const char *kind,
		     const char *message)
{
	fuzz_require(kind && message, "an event without a kind");
}

static void collect(const struct nn_sysroot *root)
{
	static const struct nn_sink sink = {
		.fact = on_fact, .telemetry = on_telemetry, .event = on_event};
	const struct nn_collect params = {
		.sysroot = root, .bdf = "0000:01:00.0", .build_id = "b", .sink = &sink};
	struct nn_collector_set *set = nn_collector_set_start(NN_SIDE_BOTH, &params);

	nn_collector_set_sample(set, NN_COLLECT_FACTS);
	nn_collector_set_sample(set, NN_COLLECT_TELEMETRY);
	nn_collector_set_sample(set, NN_COLLECT_EVENTS);
	nn_collector_set_stop(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	NN_AUTO(free) char *text = nn_strndup(size ? (const char *)bytes : "", size);
	NN_AUTO(free) char *folder = NULL;
	struct nn_machine machine = {0};
	struct nn_sysroot root;
	struct nn_err err = {0};

	fuzz_require(nn_scratch_new(&folder, &err) == 0, "%s", err.message);
	root.prefix = folder;
	make_tree(folder, text);
	read_devices(&root);
	read_process(&root);
	nn_machine_read(&root, &machine);
	nn_machine_release(&machine);
	collect(&root);
	nn_scratch_remove(folder);
	return 0;
}
