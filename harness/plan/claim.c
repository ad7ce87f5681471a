/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdbool.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/base/units.h"
#include "harness/plan/plan.h"

#define CLAIM_FORM "expected 'ARM >= 97%% of BASE [for WORKLOAD[:METRIC]]'"

#define BLANKS " \t\n"
#define SIGN   ">="

/* ARM >= 97% of BASE for SUBJECT */
enum { WORD_ARM, WORD_SIGN, WORD_MARGIN, WORD_OF, WORD_BASE, WORD_FOR, WORD_SUBJECT, NR_WORDS };

/* Beyond twice the base a claim is a slip of the pen, such as 97 for 97%. */
#define MAX_MARGIN 2.0

struct words {
	char *items[NR_WORDS];
	size_t nr; /* more than NR_WORDS when there were more */
};

static void words_release(struct words *words)
{
	for (size_t i = 0; i < NR_WORDS; i++)
		free(words->items[i]);
}

NN_AUTO_DEFINE(words, struct words, words_release(p))
NN_AUTO_DEFINE(claim, struct nn_plan_claim, nn_claim_release(p))

/* A blank before the sign of percent parts no words. */
static bool is_percent_apart(const struct words *words, const char *word, size_t len)
{
	return words->nr == WORD_MARGIN + 1 && len == 1 && *word == '%';
}

static void add_word(struct words *words, const char *word, size_t len)
{
	char *last;

	if (is_percent_apart(words, word, len)) {
		last = words->items[WORD_MARGIN];
		words->items[WORD_MARGIN] = nn_asprintf("%s%%", last);
		free(last);
		return;
	}
	if (words->nr < NR_WORDS)
		words->items[words->nr] = nn_strndup(word, len);
	words->nr++;
}

/* Bytes of the word at @p. The sign needs no blanks around it: "vm>=97% of native". */
static size_t word_len(const struct words *words, const char *p)
{
	size_t len = strcspn(p, BLANKS);
	const char *sign = strstr(p, SIGN);

	if (words->nr > WORD_SIGN || !sign || (size_t)(sign - p) >= len)
		return len;
	return sign == p ? strlen(SIGN) : (size_t)(sign - p);
}

static void split_words(const char *text, struct words *words)
{
	const char *p = text + strspn(text, BLANKS);

	while (*p) {
		size_t len = word_len(words, p);

		add_word(words, p, len);
		p += len;
		p += strspn(p, BLANKS);
	}
}

static bool is_form(const struct words *words)
{
	if (words->nr != WORD_FOR && words->nr != NR_WORDS)
		return false;
	return strcmp(words->items[WORD_SIGN], SIGN) == 0 &&
	       strcmp(words->items[WORD_OF], "of") == 0 &&
	       (words->nr == WORD_FOR || strcmp(words->items[WORD_FOR], "for") == 0);
}

/* "compute/bandwidth:copy" → workload and metric; without a colon every metric is meant */
static int parse_subject(const char *text, struct nn_plan_claim *claim, struct nn_err *err)
{
	size_t len = strcspn(text, ":");
	const char *metric = text[len] ? text + len + 1 : "*";

	if (!len || !*metric || strchr(metric, ':'))
		return nn_err_set(err, -EINVAL, "'%s' names no workload and metric, " CLAIM_FORM,
				  text);
	claim->workload = nn_strndup(text, len);
	claim->metric = nn_strdup(metric);
	return 0;
}

int nn_claim_parse(const char *text, struct nn_plan_claim *ret_claim, struct nn_err *err)
{
	NN_AUTO(claim) struct nn_plan_claim claim = {.text = nn_strdup(text)};
	NN_AUTO(words) struct words words = {0};
	int rc;

	split_words(text, &words);
	if (!is_form(&words))
		return nn_err_set(err, -EINVAL, "'%s' is no claim, " CLAIM_FORM, text);
	rc = nn_parse_share(words.items[WORD_MARGIN], &claim.margin, err);
	if (rc)
		return rc;
	if (claim.margin <= 0 || claim.margin > MAX_MARGIN)
		return nn_err_set(err, -EINVAL,
				  "the margin is '%s', expected more than 0%% and at most %.0f%%",
				  words.items[WORD_MARGIN], MAX_MARGIN * 100);
	rc = parse_subject(words.nr == NR_WORDS ? words.items[WORD_SUBJECT] : "*", &claim, err);
	if (rc)
		return rc;
	if (strcmp(words.items[WORD_ARM], words.items[WORD_BASE]) == 0)
		return nn_err_set(err, -EINVAL,
				  "'%s' compares arm '%s' with itself, expected two arms", text,
				  words.items[WORD_ARM]);
	claim.arm = NN_STEAL(words.items[WORD_ARM]);
	claim.base = NN_STEAL(words.items[WORD_BASE]);
	*ret_claim = claim;
	claim = (struct nn_plan_claim){0};
	return 0;
}

void nn_claim_release(struct nn_plan_claim *claim)
{
	free(claim->text);
	free(claim->arm);
	free(claim->base);
	free(claim->workload);
	free(claim->metric);
	*claim = (struct nn_plan_claim){0};
}
