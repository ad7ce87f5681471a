/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A journal in memory: what was opened, done and closed, in words, for tests of changes. */
#ifndef NN_TESTS_DEVICE_NOTES_H
#define NN_TESTS_DEVICE_NOTES_H

#include <errno.h>

#include "ci/tests/harness/device/tree.h"

#include "harness/device/binding.h"

struct notes {
	struct nn_journal journal;
	struct nn_strbuf text; /* "open 1 driver 0000:01:00.0 {…}\ndone 1\nclose 1\n" */
	unsigned int nr_opened;
	unsigned int nr_closed;
	unsigned int fail_at; /* the entry that cannot be opened, from 1; 0: none */
	void (*at_open)(const struct nn_journal_entry *entry); /* or NULL */
};

static inline int notes_open(void *user, const struct nn_journal_entry *entry, uint64_t *ret_id,
			     struct nn_err *err)
{
	struct notes *notes = user;
	NN_AUTO(free) char *before = nn_json_text(entry->before);

	if (notes->nr_opened + 1 == notes->fail_at)
		return nn_err_set(err, -ENOSPC, "disk full");
	*ret_id = ++notes->nr_opened;
	nn_strbuf_addf(&notes->text, "open %u %s %s -> '%s' %s\n", notes->nr_opened, entry->kind,
		       entry->subject, entry->wanted, before);
	if (notes->at_open)
		notes->at_open(entry);
	return 0;
}

static inline int notes_done(void *user, uint64_t id, struct nn_err *err NN_UNUSED)
{
	struct notes *notes = user;

	nn_strbuf_addf(&notes->text, "done %u\n", (unsigned int)id);
	return 0;
}

static inline int notes_close(void *user, uint64_t id, struct nn_err *err NN_UNUSED)
{
	struct notes *notes = user;

	notes->nr_closed++;
	nn_strbuf_addf(&notes->text, "close %u\n", (unsigned int)id);
	return 0;
}

static inline void notes_init(struct notes *notes)
{
	notes->journal = (struct nn_journal){
		.user = notes, .open = notes_open, .done = notes_done, .close = notes_close};
}

NN_AUTO_DEFINE(notes, struct notes, nn_strbuf_release(&p->text))

#endif
