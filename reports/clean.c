/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/clean.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Bytes of the sequence that @first begins, the bits it carries and the least code it may spell. */
static size_t sequence_form(unsigned char first, uint32_t *ret_code, uint32_t *ret_least)
{
	if (first >= 0xc2 && first <= 0xdf) {
		*ret_code = first & 0x1f;
		*ret_least = 0x80;
		return 2;
	}
	if ((first & 0xf0) == 0xe0) {
		*ret_code = first & 0x0f;
		*ret_least = 0x800;
		return 3;
	}
	if (first >= 0xf0 && first <= 0xf4) {
		*ret_code = first & 0x07;
		*ret_least = 0x10000;
		return 4;
	}
	return 0;
}

static bool is_text(uint32_t code)
{
	bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
	bool is_turning = code == 0x200e || code == 0x200f || code == 0x061c ||
			  (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
	bool is_line_end = code == 0x2028 || code == 0x2029;
	bool is_noncharacter = (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);

	return code >= 0xa0 && code <= 0x10ffff && !is_surrogate && !is_turning && !is_line_end &&
	       !is_noncharacter;
}

size_t nn_clean_length(const char *s)
{
	const unsigned char *bytes = (const unsigned char *)s;
	uint32_t code = 0, least = 0;
	size_t len;

	if (bytes[0] < 0x80)
		return bytes[0] >= ' ' && bytes[0] != 0x7f;
	len = sequence_form(bytes[0], &code, &least);
	for (size_t i = 1; i < len; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (bytes[i] & 0x3f);
	}
	return len && code >= least && is_text(code) ? len : 0;
}

void nn_clean_add(struct nn_strbuf *sb, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t nr_bytes = nn_clean_length(text + i);

		if (nr_bytes && nr_bytes <= len - i) {
			nn_strbuf_addn(sb, text + i, nr_bytes);
			i += nr_bytes;
			continue;
		}
		if (text[i] && strchr("\t\n\v\f\r", text[i]))
			nn_strbuf_addc(sb, ' ');
		else
			nn_strbuf_add(sb, REPLACEMENT);
		i++;
	}
}

char *nn_clean_text(const char *text)
{
	struct nn_strbuf sb = NN_STRBUF_INIT;

	if (!text)
		return NULL;
	nn_clean_add(&sb, text, strlen(text));
	return nn_strbuf_detach(&sb);
}
