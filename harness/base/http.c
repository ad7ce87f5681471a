/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/http.h"

#include <errno.h>
#include <string.h>

#include <curl/curl.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/hash.h"
#include "harness/base/json.h"
#include "harness/base/strbuf.h"

#define HTTP_ANSWER_MAX_BYTES (16UL << 20)
#define DIGEST_HEADER         "Content-Digest"

struct nn_http {
	CURL *curl;
	struct curl_slist *headers;
	char *base_url;
	struct nn_strbuf answer;
};

void nn_http_free(struct nn_http *http)
{
	if (!http)
		return;
	curl_slist_free_all(http->headers);
	if (http->curl)
		curl_easy_cleanup(http->curl);
	free(http->base_url);
	nn_strbuf_release(&http->answer);
	free(http);
}

static size_t http_receive(char *bytes, size_t size, size_t nr, void *user)
{
	struct nn_http *http = user;

	if (http->answer.len + size * nr > HTTP_ANSWER_MAX_BYTES)
		return 0; /* makes libcurl fail the transfer */
	nn_strbuf_addn(&http->answer, bytes, size * nr);
	return size * nr;
}

static void http_add_header(struct nn_http *http, const char *line)
{
	struct curl_slist *longer = curl_slist_append(http->headers, line);

	if (longer)
		http->headers = longer;
}

static CURLcode http_configure(struct nn_http *http, const struct nn_http_spec *spec)
{
	CURL *curl = http->curl;
	CURLcode rc = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");

	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, http_receive);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, http);
	if (rc == CURLE_OK && spec->pin) {
		/* The pin is the trust: the key was made for this campaign and nobody signed it. */
		rc = curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, spec->pin);
		(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
		(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	return rc;
}

int nn_http_new(const struct nn_http_spec *spec, struct nn_http **ret_http, struct nn_err *err)
{
	struct nn_http *http = nn_calloc(1, sizeof(*http));
	CURLcode rc;

	http->base_url = nn_strdup(spec->base_url);
	http_add_header(http, "Content-Type: application/json");
	http_add_header(http, "Expect:"); /* no 100-continue round trip */
	if (spec->token) {
		NN_AUTO(free) char *line = nn_asprintf("Authorization: Bearer %s", spec->token);

		http_add_header(http, line);
	}
	http->curl = curl_easy_init();
	rc = http->curl ? http_configure(http, spec) : CURLE_FAILED_INIT;
	if (rc != CURLE_OK) {
		nn_http_free(http);
		return nn_err_set(err, -EIO, "HTTP client: %s", curl_easy_strerror(rc));
	}
	*ret_http = http;
	return 0;
}

/* The constant headers and, in front of them, what is true of this body alone. */
static struct curl_slist *http_headers_for(const struct nn_http *http, const char *body)
{
	char digest[NN_CONTENT_DIGEST_CAP];
	NN_AUTO(free) char *line = NULL;
	struct curl_slist *first;

	nn_content_digest(body, strlen(body), digest);
	line = nn_asprintf(DIGEST_HEADER ": %s", digest);
	first = curl_slist_append(NULL, line);
	if (first)
		first->next = http->headers;
	return first ? first : http->headers;
}

/* Free the header in front, which the next request has another of. */
static void http_headers_restore(const struct nn_http *http, struct curl_slist *headers)
{
	if (headers == http->headers)
		return;
	headers->next = NULL;
	curl_slist_free_all(headers);
}

/* An answer without digest is let pass: whoever made it did not know better. */
static bool http_answer_is_whole(const struct nn_http *http)
{
	char digest[NN_CONTENT_DIGEST_CAP];
	struct curl_header *header = NULL;

	if (curl_easy_header(http->curl, DIGEST_HEADER, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return true;
	nn_content_digest(nn_strbuf_str(&http->answer), http->answer.len, digest);
	return strcmp(header->value, digest) == 0;
}

static int http_errno(CURLcode rc)
{
	switch (rc) {
	case CURLE_OPERATION_TIMEDOUT:
		return -ETIMEDOUT;
	case CURLE_COULDNT_CONNECT:
		return -ECONNREFUSED;
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return -EKEYREJECTED;
	default:
		return -EIO;
	}
}

int nn_http_post(struct nn_http *http, const char *path, const json_t *body, uint64_t deadline_ns,
		 long *ret_status, json_t **ret_answer, struct nn_err *err)
{
	NN_AUTO(free) char *url = nn_asprintf("%s%s", http->base_url, path);
	NN_AUTO(free) char *text = nn_json_text(body);
	struct curl_slist *headers = http_headers_for(http, text);
	CURLcode rc;

	nn_strbuf_clear(&http->answer);
	(void)curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(http->curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, text);
	(void)curl_easy_setopt(http->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(text));
	(void)curl_easy_setopt(http->curl, CURLOPT_TIMEOUT_MS, (long)(deadline_ns / NN_NS_PER_MS));
	rc = curl_easy_perform(http->curl);
	(void)curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, http->headers);
	http_headers_restore(http, headers);
	if (rc != CURLE_OK)
		return nn_err_set(err, http_errno(rc), "POST '%s': %s", url,
				  curl_easy_strerror(rc));
	if (!http_answer_is_whole(http))
		return nn_err_set(err, -EIO, "POST '%s': the answer was damaged on its way", url);
	(void)curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, ret_status);
	*ret_answer = NULL;
	(void)nn_json_parse(nn_strbuf_str(&http->answer), http->answer.len, ret_answer, NULL);
	return 0;
}
