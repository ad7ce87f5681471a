/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/handover.h"

#include <string.h>

#include "harness/base/array.h"
#include "harness/device/device.h"

#define PCI_DEVICES      "/sys/bus/pci/devices"
#define VT_CLASS         "/sys/class/vtconsole"
#define PLATFORM_DEVICES "/sys/bus/platform/devices"
#define CLASS_DISPLAY    0x03

/* The firmware's frame buffer goes by the driver that took it up at boot. */
static const char *const firmware_buffers[] = {"efi-framebuffer.0", "vesa-framebuffer.0",
					       "simple-framebuffer.0"};

/* fbcon draws on every frame buffer, so a display's driver goes only when it lets go of all. */
static int plan_consoles(struct nn_binding *binding, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list consoles = {0};
	int rc = nn_sysfs_list(binding->root, VT_CLASS, &consoles, err);

	for (size_t i = 0; !rc && i < consoles.nr; i++) {
		NN_AUTO(free) char *path = nn_asprintf(VT_CLASS "/%s/name", consoles.names[i]);
		NN_AUTO(free) char *bind = nn_asprintf(VT_CLASS "/%s/bind", consoles.names[i]);
		NN_AUTO(free) char *name = nn_sysfs_text(binding->root, path);

		if (name && strstr(name, "frame buffer"))
			nn_binding_add_attribute(binding, bind, "0");
	}
	return rc;
}

/* Only the display that the firmware booted on can lie under its frame buffer. */
static void plan_firmware_buffers(struct nn_binding *binding, const char *bdf)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s/boot_vga", bdf);
	NN_AUTO(free) char *boot_vga = nn_sysfs_text(binding->root, path);

	for (size_t i = 0; i < NN_ARRAY_SIZE(firmware_buffers); i++) {
		NN_AUTO(free)
		char *device = nn_asprintf(PLATFORM_DEVICES "/%s", firmware_buffers[i]);

		if (boot_vga && strcmp(boot_vga, "1") == 0 &&
		    nn_sysfs_exists(binding->root, device))
			nn_binding_add(binding, &nn_change_platform_driver, firmware_buffers[i],
				       "");
	}
}

/* A function that sleeps in D3cold may never wake up for whoever gets it. */
static void plan_power(struct nn_binding *binding, const char *bdf)
{
	NN_AUTO(free) char *cold = nn_asprintf(PCI_DEVICES "/%s/d3cold_allowed", bdf);
	NN_AUTO(free) char *control = nn_asprintf(PCI_DEVICES "/%s/power/control", bdf);

	nn_binding_add_attribute(binding, cold, "0");
	nn_binding_add_attribute(binding, control, "on");
}

/* Vendors have variants: nvgrace-gpu-vfio-pci, mlx5_vfio_pci. All offer a folder vfio-dev. */
static bool is_vfio_driver(const struct nn_sysroot *root, const struct nn_device *device)
{
	NN_AUTO(free) char *folder = nn_asprintf(PCI_DEVICES "/%s/vfio-dev", device->bdf);

	return device->driver && (strstr(device->driver, "vfio") || nn_sysfs_exists(root, folder));
}

static int plan_function(struct nn_binding *binding, const char *bdf, struct nn_err *err)
{
	NN_AUTO(device) struct nn_device device = {0};
	int rc = nn_device_read(binding->root, bdf, &device, err);

	if (rc)
		return rc;
	if (device.class_code >> 16 == CLASS_DISPLAY)
		plan_firmware_buffers(binding, bdf);
	plan_power(binding, bdf);
	if (!is_vfio_driver(binding->root, &device))
		nn_binding_add(binding, &nn_change_driver, bdf, NN_DRIVER_VFIO);
	return 0;
}

static bool has_display(const struct nn_sysroot *root, const struct nn_name_list *bdfs)
{
	for (size_t i = 0; i < bdfs->nr; i++) {
		NN_AUTO(device) struct nn_device device = {0};

		if (nn_device_read(root, bdfs->names[i], &device, NULL) == 0 &&
		    device.class_code >> 16 == CLASS_DISPLAY)
			return true;
	}
	return false;
}

int nn_handover_plan(struct nn_binding *binding, const struct nn_name_list *bdfs,
		     struct nn_err *err)
{
	int rc = has_display(binding->root, bdfs) ? plan_consoles(binding, err) : 0;

	for (size_t i = 0; !rc && i < bdfs->nr; i++)
		rc = plan_function(binding, bdfs->names[i], err);
	return rc;
}
