/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/users.h"

static void the_display_of_the_firmware_is_in_use(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &gpu);
	tree_attribute(&tree, GPU, "boot_vga", "0\n");
	expect(&tree, GPU, NULL);
	tree_attribute(&tree, GPU, "boot_vga", "1\n");
	expect(&tree, GPU, "it is the display that the firmware booted on");
}

static void the_only_screen_with_a_console_is_in_use(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &gpu);
	tree_add_member(&tree, "drm", GPU, "drm/card0", "card0-HDMI-A-1");
	tree_attribute(&tree, GPU, "drm/card0/card0-HDMI-A-1/status", "connected\n");
	tree_file(&tree, "/sys/class/vtconsole/vtcon0/name", "(S) dummy device\n");
	tree_file(&tree, "/sys/class/vtconsole/vtcon0/bind", "1\n");
	expect(&tree, GPU, NULL);
	tree_file(&tree, "/sys/class/vtconsole/vtcon1/name", "(M) frame buffer device\n");
	tree_file(&tree, "/sys/class/vtconsole/vtcon1/bind", "1\n");
	expect(&tree, GPU, "it is the only display and shows the console");
	/* A second screen elsewhere can show it. */
	tree_add_function(&tree, &nic);
	tree_add_member(&tree, "drm", NIC, "drm/card1", "card1-VGA-1");
	tree_attribute(&tree, NIC, "drm/card1/card1-VGA-1/status", "connected\n");
	expect(&tree, GPU, NULL);
}

static void a_keyboard_and_a_screen_are_listed_and_come_back(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	const struct tree_function usb = {"0000:06:00.0", "0x0c0330", "0x1b21",
					  "0x2142",       "xhci_hcd", "6"};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &usb);
	tree_add_function(&tree, &gpu);
	tree_add_member(&tree, "drm", GPU, "drm/card0", "card0-DP-1");
	tree_attribute(&tree, GPU, "drm/card0/card0-DP-1/status", "connected\n");
	tree_file(
		&tree, "/proc/bus/input/devices",
		"I: Bus=0019 Vendor=0000\nN: Name=\"Power Button\"\nS: Sysfs=/devices/LNXSYSTM:00/input0\n"
		"H: Handlers=kbd event0 \n\n"
		"I: Bus=0003 Vendor=046d\nN: Name=\"Board of Keys\"\n"
		"S: Sysfs=/devices/pci0000:00/0000:06:00.0/usb1/1-2/input/input3\n"
		"H: Handlers=sysrq kbd event3 leds \n\n"
		"N: Name=\"Mouse\"\nS: Sysfs=/devices/pci0000:00/0000:06:00.0/usb1/1-3/input/input4\n"
		"H: Handlers=mouse0 event4 \n");
	expect(&tree, usb.bdf, NULL);
	assert_users(&tree, usb.bdf,
		     "input Board of Keys: keyboard 'Board of Keys' is connected\n");
	assert_users(&tree, GPU, "display card0-DP-1: a screen is connected to 'card0-DP-1'\n");
}

static void the_kernels_console_is_in_use(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	const struct tree_function serial = {"0000:07:00.0", "0x070002", "0x1b36",
					     "0x0002",       "serial",   "7"};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &serial);
	tree_add_member(&tree, "tty", serial.bdf, "tty", "ttyS4");
	tree_file(&tree, "/sys/class/tty/console/active", "tty0 ttyS0\n");
	expect(&tree, serial.bdf, NULL);
	tree_file(&tree, "/sys/class/tty/console/active", "tty0 ttyS4\n");
	expect(&tree, serial.bdf, "'ttyS4' is the kernel's console");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_display_of_the_firmware_is_in_use),
		cmocka_unit_test(the_only_screen_with_a_console_is_in_use),
		cmocka_unit_test(a_keyboard_and_a_screen_are_listed_and_come_back),
		cmocka_unit_test(the_kernels_console_is_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
