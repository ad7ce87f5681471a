/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/devices-rows.h"

#include <stdarg.h>
#include <string.h>

#include "harness/base/array.h"
#include "reports/clean.h"

/* How much of @text fits into @columns: whole words, but for a word that is too long itself. */
static size_t fitting(const char *text, size_t columns)
{
	size_t len = strlen(text);
	size_t end = columns;

	if (len <= columns)
		return len;
	while (end > 0 && text[end] != ' ')
		end--;
	return end ? end : strcspn(text, " ");
}

void nn_devices_row(struct nn_strbuf *out, size_t indent, size_t columns, const char *head,
		    const char *text)
{
	NN_AUTO(free) char *clean = nn_clean_text(text);
	const char *rest = clean;
	size_t used = indent + (strlen(head) > columns ? strlen(head) : columns);

	nn_strbuf_addf(out, "%*s%-*s", (int)indent, "", (int)columns, head);
	for (;;) {
		size_t len =
			fitting(rest, NN_DEVICES_COLUMNS > used ? NN_DEVICES_COLUMNS - used : 1);

		nn_strbuf_addn(out, rest, len);
		nn_strbuf_rtrim(out);
		nn_strbuf_addc(out, '\n');
		rest += len + strspn(rest + len, " ");
		if (!*rest)
			return;
		nn_strbuf_addf(out, "%*s", (int)used, "");
	}
}

void nn_devices_part(struct nn_strbuf *line, const char *fmt, ...)
{
	va_list args;

	if (line->len)
		nn_strbuf_add(line, ", ");
	va_start(args, fmt);
	nn_strbuf_vaddf(line, fmt, args);
	va_end(args);
}

void nn_devices_flush(struct nn_strbuf *out, const char *label, struct nn_strbuf *line)
{
	if (line->len)
		nn_devices_row(out, 2, NN_DEVICES_LABEL, label, nn_strbuf_str(line));
	nn_strbuf_clear(line);
}

char *nn_devices_joined(const struct nn_name_list *list)
{
	struct nn_strbuf text = NN_STRBUF_INIT;

	for (size_t i = 0; i < list->nr; i++)
		nn_devices_part(&text, "%s", list->names[i]);
	return nn_strbuf_detach(&text);
}

/* ---- words ---- */

char *nn_devices_name(const struct nn_device *device)
{
	if (device->vendor_name && device->device_name)
		return nn_asprintf("%s %s", device->vendor_name, device->device_name);
	if (device->vendor_name)
		return nn_asprintf("%s %04x", device->vendor_name, device->device);
	return nn_asprintf("%04x:%04x", device->vendor, device->device);
}

const char *nn_devices_or_unknown(const char *text)
{
	return text ? text : "unknown";
}

bool nn_devices_has_link(const struct nn_link *link)
{
	return link->speed && link->width && strcmp(link->width, "0") != 0;
}

/* "16.0 GT/s PCIe" without what everybody knows. */
static int speed_len(const char *speed)
{
	const char *end = strstr(speed, " PCIe");

	return end ? (int)(end - speed) : (int)strlen(speed);
}

char *nn_devices_link(const struct nn_link *link)
{
	const char *max_speed = nn_devices_or_unknown(link->max_speed);

	return nn_asprintf("%.*s x%s of at most %.*s x%s", speed_len(link->speed), link->speed,
			   link->width, speed_len(max_speed), max_speed,
			   nn_devices_or_unknown(link->max_width));
}

char *nn_devices_available(const struct nn_mdev_type *type)
{
	if (type->nr_available < 0)
		return nn_strdup("how many are available is not known");
	return nn_asprintf("%lld available", (long long)type->nr_available);
}

char *nn_devices_reset(const struct nn_survey *survey, size_t at)
{
	const struct nn_device *device = &survey->devices.items[at];
	const struct nn_assignability *assignability = &survey->assignabilities[at];

	if (device->reset_methods)
		return nn_asprintf("reset by %s", device->reset_methods);
	if (device->can_reset)
		return nn_asprintf("can be reset");
	if (assignability->set.nr > 1 && !nn_assignability_reason(assignability, NN_OBSTACLE_RESET))
		return nn_asprintf("reset with its whole bus only");
	return nn_asprintf("no reset");
}
