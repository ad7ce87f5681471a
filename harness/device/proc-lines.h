/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of /proc that are tables of words. */
#ifndef NN_DEVICE_PROC_LINES_H
#define NN_DEVICE_PROC_LINES_H

#include <string.h>

/** The next field of a line, NUL-terminated in place; *@rest moves behind it. NULL at the end. */
static inline char *nn_take_field(char **rest)
{
	char *field;

	do
		field = strsep(rest, " \t");
	while (field && !field[0]);
	return field;
}

/** Skip @nr fields. Return: the one behind them, or NULL. */
static inline char *nn_skip_fields(char **rest, unsigned int nr)
{
	char *field = nn_take_field(rest);

	while (field && nr--)
		field = nn_take_field(rest);
	return field;
}

#endif
