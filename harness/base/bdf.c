/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/bdf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

/* The parts of an address and how many hexadecimal digits each may have. */
#define MAX_DOMAIN_DIGITS   6
#define MAX_BUS_DIGITS      2
#define MAX_DEVICE_DIGITS   2
#define MAX_FUNCTION_DIGITS 1
#define MAX_DEVICE          0x1f
#define MAX_FUNCTION        0x7

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Take one to @max_digits digits from *@text and then @end; moves *@text behind it. */
static bool take_hex(const char **text, size_t max_digits, char end, unsigned int *ret_value)
{
	const char *p = *text;
	unsigned int value = 0;
	size_t nr = 0;

	for (; nr < max_digits && hex_value(*p) >= 0; p++, nr++)
		value = value * 16 + (unsigned int)hex_value(*p);
	if (!nr || *p != end)
		return false;
	*ret_value = value;
	*text = end ? p + 1 : p;
	return true;
}

int nn_bdf_parse(const char *text, char ret_bdf[NN_BDF_CAP], struct nn_err *err)
{
	const char *colon = strchr(text, ':');
	unsigned int domain = 0;
	unsigned int bus = 0;
	unsigned int device = 0;
	unsigned int function = 0;
	const char *p = text;
	bool is_valid = true;

	if (colon && strchr(colon + 1, ':'))
		is_valid = take_hex(&p, MAX_DOMAIN_DIGITS, ':', &domain);
	is_valid = is_valid && take_hex(&p, MAX_BUS_DIGITS, ':', &bus) &&
		   take_hex(&p, MAX_DEVICE_DIGITS, '.', &device) &&
		   take_hex(&p, MAX_FUNCTION_DIGITS, '\0', &function);
	if (!is_valid || device > MAX_DEVICE || function > MAX_FUNCTION)
		return nn_err_set(
			err, -EINVAL,
			"'%s' is no PCI address, expected domain:bus:device.function such as 0000:01:00.0",
			text);
	(void)snprintf(ret_bdf, NN_BDF_CAP, "%04x:%02x:%02x.%x", domain, bus, device, function);
	return 0;
}
