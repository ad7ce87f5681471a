/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/head.h"

#include <stdint.h>

#include "harness/base/hash.h"
#include "harness/base/strbuf.h"

/* One file that needs nothing else: no script, no network, no font. */

static const char style_css[] =
#include "reports/html/style.css.inc"
	;

/*
 * The report holds text of guests and devices; should any of it ever become markup, it neither runs
 * nor loads nor looks like something. The icon is the one image: without it browsers would ask the
 * server of the page for one.
 */
#define POLICY                                                                             \
	"default-src 'none'; style-src 'sha256-%s'; img-src data:; base-uri 'none'; form-" \
	"action 'none'"

#define DIGEST_BYTES 32

static unsigned int hex_value(char c)
{
	return c <= '9' ? (unsigned int)(c - '0') : (unsigned int)(c - 'a' + 10);
}

/* The Base64 form that a policy wants of a digest. RFC 4648. */
static void add_base64(struct nn_strbuf *sb, const char hex[NN_SHA256_HEX_CAP])
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	/* 32 bytes are 10 groups of three and two bytes more, and one byte of padding */
	uint8_t bytes[DIGEST_BYTES + 1] = {0};

	for (size_t i = 0; i < DIGEST_BYTES; i++)
		bytes[i] = (uint8_t)(hex_value(hex[2 * i]) << 4 | hex_value(hex[2 * i + 1]));
	for (size_t i = 0; i < DIGEST_BYTES; i += 3) {
		uint32_t group =
			(uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];

		for (int shift = 18; shift >= 0; shift -= 6)
			nn_strbuf_addc(sb, letters[group >> shift & 63]);
	}
	sb->data[sb->len - 1] = '=';
}

static void write_policy(struct nn_html *html, const char *style)
{
	NN_AUTO(strbuf) struct nn_strbuf digest = NN_STRBUF_INIT;
	NN_AUTO(free) char *policy = NULL;
	char hex[NN_SHA256_HEX_CAP];

	nn_sha256_hex(style, strlen(style), hex);
	add_base64(&digest, hex);
	policy = nn_asprintf(POLICY, nn_strbuf_str(&digest));
	nn_html_void(html, "meta", "http-equiv", "Content-Security-Policy", "content", policy,
		     NULL);
}

void nn_html_head(struct nn_html *html, const char *title)
{
	nn_html_open(html, "head", NULL);
	nn_html_void(html, "meta", "charset", "utf-8", NULL);
	write_policy(html, style_css);
	nn_html_void(html, "meta", "name", "viewport", "content",
		     "width=device-width, initial-scale=1", NULL);
	nn_html_void(html, "meta", "name", "color-scheme", "content", "light dark", NULL);
	nn_html_void(html, "meta", "name", "referrer", "content", "no-referrer", NULL);
	nn_html_void(html, "meta", "name", "generator", "content", "nearnative " NN_VERSION, NULL);
	nn_html_element(html, "title", title, NULL);
	nn_html_void(html, "link", "rel", "icon", "href", "data:,", NULL);
	nn_html_open(html, "style", NULL);
	nn_html_constant(html, style_css);
	nn_html_close(html, "style");
	nn_html_close(html, "head");
}
