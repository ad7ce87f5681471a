/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/binding.h"

#include "harness/base/array.h"
#include "harness/base/clock.h"

void nn_binding_release(struct nn_binding *binding)
{
	for (size_t i = 0; i < binding->nr; i++) {
		free(binding->steps[i].subject);
		free(binding->steps[i].wanted);
		json_decref(binding->steps[i].before);
	}
	free(binding->steps);
	*binding = (struct nn_binding){0};
}

void nn_binding_add(struct nn_binding *binding, const struct nn_change_kind *kind,
		    const char *subject, const char *wanted)
{
	*NN_ARRAY_APPEND(binding->steps, binding->nr, binding->cap) = (struct nn_step){
		.kind = kind, .subject = nn_strdup(subject), .wanted = nn_strdup(wanted)};
}

void nn_binding_add_attribute(struct nn_binding *binding, const char *path, const char *wanted)
{
	if (nn_sysfs_exists(binding->root, path))
		nn_binding_add(binding, &nn_change_attribute, path, wanted);
}

static int step_open(struct nn_binding *binding, struct nn_step *step, struct nn_err *err)
{
	const struct nn_journal *journal = binding->journal;
	struct nn_journal_entry entry = {
		.kind = step->kind->name, .subject = step->subject, .wanted = step->wanted};
	int rc = step->kind->snapshot(binding->root, step->subject, &step->before, err);

	if (rc)
		return rc;
	entry.before = step->before;
	rc = journal->open(journal->user, &entry, &step->id, err);
	if (rc)
		return nn_err_prefix(err, "journal '%s'", step->subject);
	step->is_open = true;
	return 0;
}

static int step_make(struct nn_binding *binding, struct nn_step *step, uint64_t allowed_ns,
		     struct nn_err *err)
{
	const struct nn_journal *journal = binding->journal;
	int rc = step_open(binding, step, err);

	if (!rc)
		rc = step->kind->apply(binding->root, step->subject, step->wanted,
				       nn_clock_ns() + allowed_ns, err);
	return rc ? rc : journal->done(journal->user, step->id, err);
}

static int step_undo(struct nn_binding *binding, struct nn_step *step, uint64_t allowed_ns,
		     struct nn_err *err)
{
	const struct nn_journal *journal = binding->journal;
	int rc = step->kind->undo(binding->root, step->subject, step->before,
				  nn_clock_ns() + allowed_ns, err);

	if (!rc)
		rc = journal->close(journal->user, step->id, err);
	step->is_open = rc != 0;
	return rc;
}

int nn_binding_undo(struct nn_binding *binding, uint64_t allowed_ns, struct nn_err *err)
{
	int first_rc = 0;

	for (size_t i = binding->nr; i-- > 0;) {
		int rc = 0;

		if (binding->steps[i].is_open)
			rc = step_undo(binding, &binding->steps[i], allowed_ns,
				       first_rc ? NULL : err);
		if (!first_rc)
			first_rc = rc;
	}
	return first_rc;
}

int nn_binding_apply(struct nn_binding *binding, uint64_t allowed_ns, struct nn_err *err)
{
	struct nn_err why = {0};
	int rc = 0;

	for (size_t i = 0; !rc && i < binding->nr; i++) {
		if (!binding->steps[i].is_open)
			rc = step_make(binding, &binding->steps[i], allowed_ns, err);
	}
	if (rc && nn_binding_undo(binding, allowed_ns, &why))
		(void)nn_err_prefix(err,
				    "not brought back (%s; `nearnative restore` tries again) after",
				    why.message);
	return rc;
}
