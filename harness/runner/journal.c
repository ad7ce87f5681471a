/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/runner/journal.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/json.h"
#include "harness/base/scratch.h"
#include "harness/runner/runner.h"
#include "harness/target/libvirt.h"

#define JOURNAL_KIND_DRIVER  "driver"
#define JOURNAL_KIND_SCRATCH "scratch"
#define UNDO_DEADLINE_NS     (30 * NN_NS_PER_S)

static int journal_record(void *user, const struct nn_bind_entry *entry, uint64_t *ret_id,
			  struct nn_err *err)
{
	struct nn_store_journal *self = user;
	NN_AUTO(json) json_t *before = json_object();
	NN_AUTO(free) char *text = NULL;
	int64_t id = 0;
	int rc;

	(void)json_object_set_new(before, "driver", nn_json_str_or_null(entry->driver));
	(void)json_object_set_new(before, "driver_override",
				  nn_json_str_or_null(entry->driver_override));
	text = nn_json_text(before);
	rc = nn_store_journal_add(self->store, self->machine_boot, JOURNAL_KIND_DRIVER, entry->bdf,
				  text, &id, err);
	if (!rc)
		*ret_id = (uint64_t)id;
	return rc;
}

static int journal_close(void *user, uint64_t id, struct nn_err *err)
{
	struct nn_store_journal *self = user;

	return nn_store_journal_close(self->store, (int64_t)id, "restored", err);
}

void nn_store_journal_init(struct nn_store_journal *self, struct nn_store *store,
			   const struct nn_sysroot *sysroot)
{
	char *boot = nn_sysfs_text(sysroot, "/proc/sys/kernel/random/boot_id");

	self->store = store;
	self->machine_boot = boot ? boot : nn_strdup("unknown");
	self->journal =
		(struct nn_journal){.user = self, .record = journal_record, .close = journal_close};
}

void nn_store_journal_release(struct nn_store_journal *self)
{
	free(self->machine_boot);
	self->machine_boot = NULL;
}

int nn_journalled_scratch_new(struct nn_store_journal *self, char **ret_path, struct nn_err *err)
{
	NN_AUTO(free) char *path = NULL;
	int rc = nn_scratch_new(&path, err);

	if (rc)
		return rc;
	rc = nn_store_journal_add(self->store, self->machine_boot, JOURNAL_KIND_SCRATCH, path, "{}",
				  &self->scratch_id, err);
	if (rc) {
		nn_scratch_remove(path);
		return rc;
	}
	*ret_path = NN_STEAL(path);
	return 0;
}

void nn_journalled_scratch_remove(struct nn_store_journal *self, const char *path)
{
	nn_scratch_remove(path);
	if (self->scratch_id) /* an entry that stays open costs the next restore nothing */
		(void)nn_store_journal_close(self->store, self->scratch_id, "removed", NULL);
	self->scratch_id = 0;
}

static int journal_undo(const struct nn_sysroot *sysroot, const struct nn_journal_row *row,
			struct nn_err *err)
{
	NN_AUTO(json) json_t *before = NULL;
	struct nn_bind_entry entry;
	int rc;

	if (strcmp(row->kind, JOURNAL_KIND_SCRATCH) == 0) {
		nn_scratch_remove(row->subject);
		return 0;
	}
	if (strcmp(row->kind, JOURNAL_KIND_DRIVER) != 0)
		return nn_err_set(err, -EPROTO, "journal entry of unknown kind '%s'", row->kind);
	rc = nn_json_parse(row->before, strlen(row->before), &before, err);
	if (rc)
		return nn_err_prefix(err, "journal entry of '%s'", row->subject);
	entry = (struct nn_bind_entry){.bdf = row->subject,
				       .driver = (char *)nn_json_opt_str(before, "driver"),
				       .driver_override =
					       (char *)nn_json_opt_str(before, "driver_override")};
	return nn_bind_undo(sysroot, &entry, UNDO_DEADLINE_NS, err);
}

int nn_runner_restore(struct nn_store *store, const struct nn_sysroot *sysroot,
		      unsigned int *ret_nr, struct nn_err *err)
{
	NN_AUTO(free) char *boot = nn_sysfs_text(sysroot, "/proc/sys/kernel/random/boot_id");
	struct nn_journal_rows rows = {0};
	int first_rc = nn_store_journal_open(store, &rows, err);

	*ret_nr = 0;
	/* A domain of ours that outlived us would keep its device busy. */
	if (rows.nr && !first_rc)
		first_rc = nn_libvirt_destroy_leftovers(NULL, NULL, err);
	for (size_t i = 0; i < rows.nr; i++) {
		/* Bindings do not survive a reboot: entries of another boot have nothing to undo.
		 */
		bool is_stale = boot && strcmp(boot, rows.items[i].machine_boot) != 0;
		struct nn_err why = {0};
		int rc = is_stale ? 0 : journal_undo(sysroot, &rows.items[i], &why);

		if (!rc)
			rc = nn_store_journal_close(store, rows.items[i].id,
						    is_stale ? "rebooted" : "restored", &why);
		if (!rc)
			*ret_nr += strcmp(rows.items[i].kind, JOURNAL_KIND_DRIVER) == 0;
		else if (!first_rc)
			first_rc = nn_err_set(err, rc, "restore '%s': %s", rows.items[i].subject,
					      why.message);
	}
	nn_journal_rows_release(&rows);
	return first_rc;
}
