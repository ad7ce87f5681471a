/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/vm-settings.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/utsname.h>

#include "harness/base/array.h"
#include "harness/base/units.h"
#include "harness/target/libvirt.h"

const struct nn_setting nn_vm_setting_table[] = {
	{"uri", NN_SETTING_STRING, NN_LIBVIRT_DEFAULT_URI, "libvirt connection"},
	{"memory", NN_SETTING_BYTES, "1GiB", "memory of the VM, all of it pinned while it runs"},
	{"vcpus", NN_SETTING_U64, "1", "virtual processors"},
	{"image", NN_SETTING_STRING, NULL,
	 "host: this machine's own root, read-only (default); disk: what the setting disk names"},
	{"disk", NN_SETTING_STRING, NULL,
	 "disk image with an agent inside, never changed (.qcow2, else raw)"},
	{"kernel", NN_SETTING_STRING, NULL,
	 "kernel to boot directly (default: the running one's /boot/vmlinuz-…; none for a disk)"},
	{"initrd", NN_SETTING_STRING, NULL, "initramfs for it (default: made for the host image)"},
	{"cmdline_extra", NN_SETTING_STRING, NULL, "more words for the kernel command line"},
	{"accel", NN_SETTING_STRING, "kvm", "kvm, or tcg for software emulation"},
	{"emulator", NN_SETTING_STRING, NULL, "QEMU program (default: libvirt's choice)"},
	{"hugepages", NN_SETTING_BOOL, "no", "back the memory with the host's huge pages"},
	{"extra", NN_SETTING_STRING, NULL,
	 "functions of the device's IOMMU group that go along although a driver of the host has "
	 "them: their addresses, or group for all"},
	{"pv_eoi", NN_SETTING_BOOL, "yes", "let the guest end interrupts without leaving to KVM"},
	{.name = NULL},
};

void nn_vm_settings_release(struct nn_vm_settings *settings)
{
	free(settings->disk);
	free(settings->kernel);
	free(settings->initrd);
	*settings = (struct nn_vm_settings){0};
}

/* libvirt wants absolute paths. A file that is not there is found out by who opens it. */
static char *absolute(const char *path)
{
	NN_AUTO(free) char *cwd = NULL;

	if (!path || path[0] == '/')
		return nn_strdup(path);
	cwd = getcwd(NULL, 0);
	return nn_asprintf("%s/%s", cwd ? cwd : "", path);
}

static char *running_kernel(void)
{
	struct utsname self;

	if (uname(&self))
		return NULL;
	return nn_asprintf("/boot/vmlinuz-%s", self.release);
}

static int read_numbers(const struct nn_target *target, const struct nn_plan_arm *arm,
			struct nn_vm_settings *settings, struct nn_err *err)
{
	const char *vcpus = nn_target_setting(target, arm, "vcpus");
	const char *memory = nn_target_setting(target, arm, "memory");
	int rc = nn_parse_bytes(memory, &settings->memory_bytes, err);

	if (rc)
		return nn_err_prefix(err, "setting 'memory'");
	rc = nn_parse_u64(vcpus, &settings->vcpus, err);
	if (rc)
		return nn_err_prefix(err, "setting 'vcpus'");
	if (settings->vcpus == 0)
		return nn_err_set(err, -EINVAL, "setting 'vcpus': 0, expected at least 1");
	return 0;
}

static int read_switch(const struct nn_target *target, const struct nn_plan_arm *arm,
		       const char *name, bool *ret_value, struct nn_err *err)
{
	int rc = nn_parse_bool(nn_target_setting(target, arm, name), ret_value, err);

	return rc ? nn_err_prefix(err, "setting '%s'", name) : 0;
}

static int read_accel(const char *accel, struct nn_vm_settings *settings, struct nn_err *err)
{
	settings->is_emulated = strcmp(accel, "tcg") == 0;
	if (settings->is_emulated || strcmp(accel, "kvm") == 0)
		return 0;
	return nn_err_set(err, -EINVAL, "setting 'accel': '%s', expected kvm or tcg", accel);
}

static int read_image(const char *image, const char *disk, struct nn_vm_settings *settings,
		      struct nn_err *err)
{
	if (!image)
		image = disk ? "disk" : "host";
	settings->is_host_image = strcmp(image, "host") == 0;
	if (!settings->is_host_image && strcmp(image, "disk") != 0)
		return nn_err_set(err, -EINVAL, "setting 'image': '%s', expected host or disk",
				  image);
	if (settings->is_host_image && disk)
		return nn_err_set(err, -EINVAL,
				  "setting 'disk' contradicts 'image: host', expected one of them");
	if (!settings->is_host_image && !disk)
		return nn_err_set(err, -EINVAL, "setting 'image: disk' needs a setting 'disk'");
	settings->disk = absolute(disk);
	return 0;
}

int nn_vm_settings_read(const struct nn_target *target, const struct nn_plan_arm *arm,
			struct nn_vm_settings *ret_settings, struct nn_err *err)
{
	const char *kernel = nn_target_setting(target, arm, "kernel");
	NN_AUTO(vm_settings)
	struct nn_vm_settings settings = {
		.uri = nn_target_setting(target, arm, "uri"),
		.cmdline_extra = nn_target_setting(target, arm, "cmdline_extra"),
		.emulator = nn_target_setting(target, arm, "emulator"),
		.kernel = absolute(kernel),
		.initrd = absolute(nn_target_setting(target, arm, "initrd")),
	};
	int rc = read_numbers(target, arm, &settings, err);

	if (!rc)
		rc = read_switch(target, arm, "hugepages", &settings.has_hugepages, err);
	if (!rc)
		rc = read_switch(target, arm, "pv_eoi", &settings.has_pv_eoi, err);
	if (!rc)
		rc = read_accel(nn_target_setting(target, arm, "accel"), &settings, err);
	if (!rc)
		rc = read_image(nn_target_setting(target, arm, "image"),
				nn_target_setting(target, arm, "disk"), &settings, err);
	if (rc)
		return nn_err_prefix(err, "arm '%s'", arm->name);
	if (!settings.kernel && settings.is_host_image)
		settings.kernel = running_kernel();
	*ret_settings = settings;
	settings = (struct nn_vm_settings){0};
	return 0;
}
