/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/runner/journal.h"

#include "harness/base/array.h"
#include "harness/base/scratch.h"

static int journal_open(void *user, const struct nn_journal_entry *entry, uint64_t *ret_id,
			struct nn_err *err)
{
	struct nn_store_journal *self = user;
	NN_AUTO(free) char *before = nn_json_text(entry->before);
	const struct nn_journal_row row = {.machine_boot = self->machine_boot,
					   .kind = (char *)entry->kind,
					   .subject = (char *)entry->subject,
					   .wanted = (char *)entry->wanted,
					   .before = before};
	int64_t id = 0;
	int rc = nn_store_journal_add(self->store, &row, &id, err);

	if (!rc)
		*ret_id = (uint64_t)id;
	return rc;
}

static int journal_done(void *user, uint64_t id, struct nn_err *err)
{
	struct nn_store_journal *self = user;

	return nn_store_journal_done(self->store, (int64_t)id, err);
}

static int journal_close(void *user, uint64_t id, struct nn_err *err)
{
	struct nn_store_journal *self = user;

	return nn_store_journal_close(self->store, (int64_t)id, "restored", err);
}

char *nn_machine_boot(const struct nn_sysroot *sysroot)
{
	char *boot = nn_sysfs_text(sysroot, "/proc/sys/kernel/random/boot_id");

	return boot ? boot : nn_strdup("unknown");
}

void nn_store_journal_init(struct nn_store_journal *self, struct nn_store *store,
			   const struct nn_sysroot *sysroot)
{
	self->store = store;
	self->machine_boot = nn_machine_boot(sysroot);
	self->journal = (struct nn_journal){
		.user = self, .open = journal_open, .done = journal_done, .close = journal_close};
}

void nn_store_journal_release(struct nn_store_journal *self)
{
	free(self->machine_boot);
	self->machine_boot = NULL;
}

int nn_journalled_scratch_new(struct nn_store_journal *self, char **ret_path, struct nn_err *err)
{
	NN_AUTO(free) char *path = NULL;
	NN_AUTO(json) json_t *before = json_object();
	struct nn_journal_entry entry = {.kind = nn_change_scratch.name, .before = before};
	uint64_t id = 0;
	int rc = nn_scratch_new(&path, err);

	if (rc)
		return rc;
	entry.subject = path;
	rc = journal_open(self, &entry, &id, err);
	if (rc) {
		nn_scratch_remove(path);
		return rc;
	}
	self->scratch_id = (int64_t)id;
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
