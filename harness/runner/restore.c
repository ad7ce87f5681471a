/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/runner/restore.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/device/change.h"
#include "harness/device/reservation.h"
#include "harness/runner/journal.h"
#include "harness/target/libvirt.h"

#define UNDO_DEADLINE_NS (30 * NN_NS_PER_S)

struct restoring {
	struct nn_store *store;
	const struct nn_journal_rows *rows; /* newest first */
	const struct nn_sysroot *sysroot;
	char *boot; /* of the machine, now */
	void (*say)(void *user, const char *sentence);
	void *user;
	struct nn_restored *counts;
};

/* An entry with its meaning. */
struct entry {
	const struct nn_journal_row *row;
	const struct nn_change_kind *kind;
	json_t *before;
};

NN_AUTO_DEFINE(entry, struct entry, json_decref(p->before))

static int entry_read(const struct nn_journal_row *row, struct entry *ret_entry, struct nn_err *err)
{
	ret_entry->row = row;
	ret_entry->kind = nn_change_kind_find(row->kind);
	if (!ret_entry->kind)
		return nn_err_set(err, -EPROTO, "journal entry of unknown kind '%s'", row->kind);
	if (!ret_entry->kind->is_subject(row->subject))
		return nn_err_set(err, -EPROTO, "journal entry of kind '%s' that we never write",
				  row->kind);
	return nn_json_parse(row->before, strlen(row->before), &ret_entry->before, err);
}

static bool is_scratch(const struct entry *entry)
{
	return entry->kind == &nn_change_scratch;
}

/* The kernel has forgotten the change, unless it is of the kind that lies on a disk. */
static bool is_forgotten(const struct restoring *restoring, const struct entry *entry)
{
	return strcmp(restoring->boot, entry->row->machine_boot) != 0 &&
	       !entry->kind->outlives_reboot;
}

static void tell(const struct restoring *restoring, const struct entry *entry, const char *lead,
		 const char *tail)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	if (!restoring->say || is_scratch(entry))
		return;
	nn_strbuf_add(&sb, lead);
	entry->kind->describe(entry->row->subject, entry->before, &sb);
	nn_strbuf_add(&sb, tail);
	restoring->say(restoring->user, nn_strbuf_str(&sb));
}

/* A subject that was changed step by step was, before all of them, as its oldest entry says. */
static bool is_oldest(const struct restoring *restoring, const struct nn_journal_row *row)
{
	const struct nn_journal_rows *rows = restoring->rows;

	for (size_t i = (size_t)(row - rows->items) + 1; i < rows->nr; i++) {
		if (strcmp(rows->items[i].kind, row->kind) == 0 &&
		    strcmp(rows->items[i].subject, row->subject) == 0)
			return false;
	}
	return true;
}

/*
 * After a reboot the machine is as its own configuration makes it, which is not ours to change. But
 * where that differs from what we found before, the user should know.
 */
static void tell_forgotten(const struct restoring *restoring, const struct entry *entry)
{
	NN_AUTO(json) json_t *now = NULL;

	if (!is_oldest(restoring, entry->row))
		return;
	if (entry->kind->snapshot(restoring->sysroot, entry->row->subject, &now, NULL) == 0 &&
	    json_equal(now, entry->before))
		tell(restoring, entry, "rebooted: ", " as before");
	else
		tell(restoring, entry, "rebooted: before the change it was ",
		     ", which it is not now: the machine booted otherwise");
}

enum fate { FATE_RESTORED, FATE_FORGOTTEN, FATE_GONE };

/* Why an entry can be closed, in the words of the journal. */
static const char *const words[] = {
	[FATE_RESTORED] = "restored", [FATE_FORGOTTEN] = "rebooted", [FATE_GONE] = "gone"};

static enum fate fate_of(const struct restoring *restoring, const struct entry *entry)
{
	const struct nn_change_kind *kind = entry->kind;

	if (is_forgotten(restoring, entry))
		return FATE_FORGOTTEN;
	if (kind->is_gone && kind->is_gone(restoring->sysroot, entry->row->subject))
		return FATE_GONE;
	return FATE_RESTORED;
}

static void tell_gone(const struct restoring *restoring, const struct entry *entry)
{
	NN_AUTO(free)
	char *sentence = nn_asprintf("'%s' is gone: nothing to give back", entry->row->subject);

	if (restoring->say)
		restoring->say(restoring->user, sentence);
}

static void account(struct restoring *restoring, const struct entry *entry, enum fate fate)
{
	switch (fate) {
	case FATE_RESTORED:
		tell(restoring, entry, "restored: ", "");
		restoring->counts->nr_restored += !is_scratch(entry);
		break;
	case FATE_FORGOTTEN:
		tell_forgotten(restoring, entry);
		restoring->counts->nr_rebooted++;
		break;
	case FATE_GONE:
		tell_gone(restoring, entry);
		restoring->counts->nr_gone++;
		break;
	}
}

static int entry_undo(struct restoring *restoring, const struct entry *entry, struct nn_err *err)
{
	enum fate fate = fate_of(restoring, entry);
	int rc = 0;

	if (fate == FATE_RESTORED)
		rc = entry->kind->undo(restoring->sysroot, entry->row->subject, entry->before,
				       nn_clock_ns() + UNDO_DEADLINE_NS, err);
	if (!rc)
		rc = nn_store_journal_close(restoring->store, entry->row->id, words[fate], err);
	if (!rc)
		account(restoring, entry, fate);
	return rc;
}

static int restore_row(struct restoring *restoring, const struct nn_journal_row *row,
		       struct nn_err *err)
{
	NN_AUTO(entry) struct entry entry = {0};
	NN_AUTO(free) char *sentence = NULL;
	int rc = entry_read(row, &entry, err);

	if (!rc)
		rc = entry_undo(restoring, &entry, err);
	if (!rc)
		return 0;
	restoring->counts->nr_failed++;
	(void)nn_err_prefix(err, "restore '%s'", row->subject);
	sentence = nn_asprintf("NOT RESTORED: %s", err->message);
	if (restoring->say)
		restoring->say(restoring->user, sentence);
	return rc;
}

/* Functions by their address; all else is the host's. */
static void names_of(const struct nn_journal_rows *rows, struct nn_name_list *ret_names)
{
	for (size_t i = 0; i < rows->nr; i++) {
		const struct nn_journal_row *row = &rows->items[i];
		bool is_function = strcmp(row->kind, nn_change_driver.name) == 0 ||
				   strcmp(row->kind, nn_change_virtual_functions.name) == 0;
		const char *name = is_function ? row->subject : NN_RESERVATION_HOST;
		bool is_there = strcmp(row->kind, nn_change_scratch.name) == 0;

		for (size_t k = 0; !is_there && k < ret_names->nr; k++)
			is_there = strcmp(ret_names->names[k], name) == 0;
		if (!is_there)
			*NN_ARRAY_APPEND(ret_names->names, ret_names->nr, ret_names->cap) =
				nn_strdup(name);
	}
}

static bool has_boot(void *user, const char *boot)
{
	return nn_store_has_boot(user, boot);
}

static int restore_rows(struct restoring *restoring, const struct nn_journal_rows *rows,
			struct nn_err *err)
{
	const struct nn_boot_filter filter = {.user = restoring->store, .has = has_boot};
	int first_rc = 0;

	/* A VM of ours that outlived us would keep its device busy. */
	if (rows->nr && !restoring->sysroot->prefix[0])
		first_rc = nn_libvirt_destroy_leftovers(NULL, &filter, NULL, err);
	for (size_t i = 0; i < rows->nr; i++) {
		struct nn_err why = {0};
		int rc = restore_row(restoring, &rows->items[i], &why);

		if (rc && !first_rc) {
			first_rc = rc;
			*err = why;
		}
	}
	return first_rc;
}

int nn_runner_restore(struct nn_store *store, const struct nn_sysroot *sysroot,
		      void (*say)(void *user, const char *sentence), void *user,
		      struct nn_restored *ret_restored, struct nn_err *err)
{
	NN_AUTO(free) char *boot = nn_machine_boot(sysroot);
	NN_AUTO(name_list) struct nn_name_list names = {0};
	struct nn_reservations reservations = {0};
	struct nn_journal_rows rows = {0};
	struct restoring restoring = {.store = store,
				      .rows = &rows,
				      .sysroot = sysroot,
				      .boot = boot,
				      .say = say,
				      .user = user,
				      .counts = ret_restored};
	int rc = nn_store_journal_open(store, &rows, err);

	*ret_restored = (struct nn_restored){0};
	names_of(&rows, &names);
	if (!rc)
		rc = nn_reservations_take(sysroot, &names, nn_store_path(store), &reservations,
					  err);
	if (!rc)
		rc = restore_rows(&restoring, &rows, err);
	nn_reservations_give_back(&reservations, rc != 0);
	if (!rc)
		nn_reservations_forget(sysroot, nn_store_path(store));
	nn_journal_rows_release(&rows);
	return rc;
}
