/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/passed.h"

#include "harness/base/array.h"

void nn_passed_release(struct nn_passed_set *set)
{
	for (size_t i = 0; i < set->nr; i++)
		nn_bind_entry_release(&set->items[i].entry);
	free(set->items);
	*set = (struct nn_passed_set){0};
}

static void take_open(struct nn_passed_set *set, struct nn_bind_entry *take_entry, uint64_t id)
{
	*NN_ARRAY_APPEND(set->items, set->nr, set->cap) =
		(struct nn_passed){.entry = *take_entry, .id = id, .is_open = true};
	*take_entry = (struct nn_bind_entry){0};
}

int nn_passed_record(const struct nn_sysroot *root, const struct nn_name_list *bdfs,
		     const struct nn_journal *journal, struct nn_passed_set *set,
		     struct nn_err *err)
{
	for (size_t i = 0; i < bdfs->nr; i++) {
		NN_AUTO(bind_entry) struct nn_bind_entry entry = {0};
		uint64_t id = 0;
		int rc = nn_bind_snapshot(root, bdfs->names[i], &entry, err);

		if (!rc)
			rc = journal->record(journal->user, &entry, &id, err);
		if (rc)
			return nn_err_prefix(err, "journal '%s'", bdfs->names[i]);
		take_open(set, &entry, id);
	}
	return 0;
}

int nn_passed_bind(const struct nn_sysroot *root, const char *bdf, const char *driver,
		   const struct nn_journal *journal, uint64_t deadline_ns,
		   struct nn_passed_set *set, struct nn_err *err)
{
	NN_AUTO(bind_entry) struct nn_bind_entry entry = {0};
	uint64_t id = 0;
	int rc = nn_bind_snapshot(root, bdf, &entry, err);

	if (!rc)
		rc = nn_bind_driver(root, bdf, driver, journal, deadline_ns, &id, err);
	if (!rc)
		take_open(set, &entry, id);
	return rc;
}

int nn_passed_return(const struct nn_sysroot *root, const struct nn_journal *journal,
		     uint64_t deadline_ns, struct nn_passed_set *set, struct nn_err *err)
{
	int first_rc = 0;

	for (size_t i = set->nr; i-- > 0;) {
		struct nn_passed *passed = &set->items[i];
		struct nn_err *to = first_rc ? NULL : err;
		int rc;

		if (!passed->is_open)
			continue;
		rc = nn_bind_undo(root, &passed->entry, deadline_ns, to);
		if (!rc)
			rc = journal->close(journal->user, passed->id, to);
		passed->is_open = rc != 0;
		if (rc && !first_rc)
			first_rc = rc;
	}
	return first_rc;
}
