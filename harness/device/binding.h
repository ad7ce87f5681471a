/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A binding: changes of the machine made as one transaction. Steps are planned first, which touches
 * nothing. Then each is journalled, made, and marked as made; when one fails, all are undone,
 * newest first. What was applied is undone in the same way. While a step is open its journal entry
 * says how to come back, so whoever reads the journal after a crash can do without us.
 *
 * There is one owner of a device: we bind and unbind it, and tell libvirt that it is not managed,
 * so that libvirt leaves drivers alone.
 *
 * The journal is an interface, kept by the caller. Borrowed: root and journal.
 */
#ifndef NN_DEVICE_BINDING_H
#define NN_DEVICE_BINDING_H

#include "harness/base/cleanup.h"
#include "harness/device/change.h"

/* What a journal keeps of a step; borrowed for the call. */
struct nn_journal_entry {
	const char *kind;
	const char *subject;
	const char *wanted;
	const json_t *before;
};

/* Each returns only when what it wrote would survive a power cut. */
struct nn_journal {
	void *user;
	/* Before a step: how to come back. */
	int (*open)(void *user, const struct nn_journal_entry *entry, uint64_t *ret_id,
		    struct nn_err *err);
	/* After it: the machine is as wanted. */
	int (*done)(void *user, uint64_t id, struct nn_err *err);
	/* After it was undone. */
	int (*close)(void *user, uint64_t id, struct nn_err *err);
};

struct nn_step {
	const struct nn_change_kind *kind;
	char *subject;
	char *wanted;
	json_t *before; /* NULL until it is journalled */
	uint64_t id;    /* of the journal's entry */
	bool is_open;   /* there is an entry that is not closed */
};

struct nn_binding {
	const struct nn_sysroot *root;
	const struct nn_journal *journal;
	struct nn_step *steps;
	size_t nr;
	size_t cap;
};

void nn_binding_release(struct nn_binding *binding);
NN_AUTO_DEFINE(binding, struct nn_binding, nn_binding_release(p))

/** Plan one more step. @wanted as the kind says. */
void nn_binding_add(struct nn_binding *binding, const struct nn_change_kind *kind,
		    const char *subject, const char *wanted);

/** Plan to write an attribute; nothing where the machine has no such attribute. */
void nn_binding_add_attribute(struct nn_binding *binding, const char *path, const char *wanted);

/**
 * Make the steps that are planned and not made yet.
 * @allowed_ns: how long each may take (a duration).
 * Return: 0 when all are made; on failure the steps of the whole binding are undone, or @err also
 * says what is not and stays in the journal.
 */
int nn_binding_apply(struct nn_binding *binding, uint64_t allowed_ns, struct nn_err *err);

/**
 * Undo every open step, newest first. Idempotent; a step that fails stays open and the others are
 * tried all the same.
 * Return: 0 when none is open any more, else the first failure.
 */
int nn_binding_undo(struct nn_binding *binding, uint64_t allowed_ns, struct nn_err *err);

#endif
