/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "harness/device/attribute.h"
#include "harness/device/classes.h"
#include "harness/device/users-kinds.h"

#define DRM_CLASS         "/sys/class/drm"
#define TTY_CLASS         "/sys/class/tty"
#define VT_CLASS          "/sys/class/vtconsole"
#define BASE_CLASS_SCREEN 0x03

static bool text_is(const struct nn_sysroot *root, const char *path, const char *wanted)
{
	NN_AUTO(free) char *text = nn_sysfs_text(root, path);

	return text && strcmp(text, wanted) == 0;
}

/* Is a text console drawn on some frame buffer? */
static bool console_is_on_screen(const struct nn_sysroot *root)
{
	NN_AUTO(name_list) struct nn_name_list consoles = {0};

	if (nn_sysfs_list(root, VT_CLASS, &consoles, NULL))
		return false;
	for (size_t i = 0; i < consoles.nr; i++) {
		NN_AUTO(free) char *path = nn_asprintf(VT_CLASS "/%s/name", consoles.names[i]);
		NN_AUTO(free) char *bind = nn_asprintf(VT_CLASS "/%s/bind", consoles.names[i]);
		NN_AUTO(free) char *name = nn_sysfs_text(root, path);

		if (name && strstr(name, "frame buffer") && text_is(root, bind, "1"))
			return true;
	}
	return false;
}

/* The connectors with a screen: those of the function, and whether there are others. */
static bool find_screens(const struct nn_user_search *search, struct nn_name_list *ret_own)
{
	NN_AUTO(name_list) struct nn_name_list all = {0};
	bool has_others = false;

	(void)nn_sysfs_list(search->root, DRM_CLASS, &all, NULL); /* no DRM, no screen */
	for (size_t i = 0; i < all.nr; i++) {
		NN_AUTO(free) char *link = nn_asprintf(DRM_CLASS "/%s", all.names[i]);
		NN_AUTO(free) char *status = nn_asprintf("%s/status", link);

		if (!text_is(search->root, status, "connected"))
			continue;
		if (nn_is_below_function(search->root, link, search->bdf))
			(void)nn_name_list_add_once(ret_own, all.names[i]);
		else
			has_others = true;
	}
	return has_others;
}

static void look_at_screens(const struct nn_user_search *search)
{
	NN_AUTO(name_list) struct nn_name_list own = {0};
	bool has_others = find_screens(search, &own);
	int64_t class_code = nn_pci_number(search->root, search->bdf, "class");

	if (class_code >> 16 != BASE_CLASS_SCREEN)
		return;
	if (nn_pci_number(search->root, search->bdf, "boot_vga") == 1)
		nn_user_add(search, NN_USER_DISPLAY, true, "boot_vga",
			    "it is the display that the firmware booted on");
	else if (own.nr && !has_others && console_is_on_screen(search->root))
		nn_user_add(search, NN_USER_DISPLAY, true, own.names[0],
			    "it is the only display and shows the console");
	for (size_t i = 0; i < own.nr; i++)
		nn_user_add(search, NN_USER_DISPLAY, false, own.names[i],
			    "a screen is connected to '%s'", own.names[i]);
}

/* "tty0 ttyS4": where the kernel's messages go. */
static int look_at_console(const struct nn_user_search *search, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list ports = {0};
	NN_AUTO(free) char *active = nn_sysfs_text(search->root, TTY_CLASS "/console/active");
	char *rest = active;
	int rc = nn_class_members(search->root, TTY_CLASS, search->bdf, &ports, err);

	while (!rc && rest) {
		const char *port = strsep(&rest, " ");

		if (nn_name_list_has(&ports, port))
			nn_user_add(search, NN_USER_CONSOLE, true, port,
				    "'%s' is the kernel's console", port);
	}
	return rc;
}

/* The text between @from and a quote or the end, in a block of /proc/bus/input/devices. */
static char *value_of(const char *block, const char *from)
{
	const char *at = strstr(block, from);

	return at ? nn_asprintf("%.*s", (int)strcspn(at + strlen(from), "\"\n"), at + strlen(from))
		  : NULL;
}

/*
 * Blocks of lines, one an input device. What has the handler "kbd" is a keyboard of the consoles,
 * though no process may have it open.
 */
static void look_at_keyboards(const struct nn_user_search *search)
{
	NN_AUTO(free) char *text = nn_sysfs_text(search->root, "/proc/bus/input/devices");
	NN_AUTO(free) char *step = nn_asprintf("/%s/", search->bdf);
	char *rest = text;

	while (rest) {
		char *block = rest;
		NN_AUTO(free) char *name = NULL;
		NN_AUTO(free) char *folder = NULL;

		rest = strstr(rest, "\n\n");
		if (rest) {
			*rest = '\0';
			rest += 2;
		}
		name = value_of(block, "N: Name=\"");
		folder = value_of(block, "S: Sysfs=");
		if (folder && strstr(folder, step) && strstr(block, "kbd "))
			nn_user_add(search, NN_USER_INPUT, false, name ? name : folder,
				    "keyboard '%s' is connected", name ? name : folder);
	}
}

int nn_users_display(const struct nn_user_search *search, struct nn_err *err)
{
	look_at_screens(search);
	look_at_keyboards(search);
	return look_at_console(search, err);
}
