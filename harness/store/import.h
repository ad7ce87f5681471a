/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Figures that another tool measured, as rows of our own. A campaign made by an import holds the
 * files of one tool: each file is one boot of its arm, the n-th file of every arm stands in block
 * n, so that arms pair by the order in which their files were named. Nobody watched these boots:
 * they are marked as sessions, an event says so, and the fact "emulated" is "unknown" unless the
 * user knows better. The file itself is kept as an artifact of its boot.
 *
 * The importer fills these structs and owns them; the store copies.
 */
#ifndef NN_STORE_IMPORT_H
#define NN_STORE_IMPORT_H

#include "harness/store/store.h"

/* The machine of imported figures whose machine nobody named. Two of them need not be the same. */
#define NN_IMPORT_MACHINE "imported"
/* What such a campaign has for plan_path, before the tool's name, and its arms for their target. */
#define NN_IMPORT_PLAN   "import:"
#define NN_IMPORT_TARGET "import"
/* The fact that keeps nn_import.only. */
#define NN_IMPORT_ONLY "import.only"

/* What to do with a file whose very bytes the campaign has already, read for the same system. */
enum nn_import_again {
	NN_IMPORT_REFUSE, /* the whole import */
	NN_IMPORT_SKIP,   /* this file, when it is in the same arm; otherwise refuse */
	NN_IMPORT_KEEP,   /* it is another run that happened to give the same figures */
};

/* One workload of a file. */
struct nn_import_run {
	char *workload;
	enum nn_outcome outcome;
	char *reason; /* NULL when ok */
	char *note;   /* what it ran on, or NULL */
	bool is_software;
	struct nn_sample_batch samples; /* steady; iterations count from 0 for every metric */
};

/* One file. */
struct nn_import_boot {
	char *name; /* of the file, without its folder */
	char *content;
	size_t len;
	struct nn_pairs facts; /* what the file tells of the system */
	struct nn_import_run *runs;
	size_t nr_runs, cap_runs;
};

void nn_import_boot_release(struct nn_import_boot *boot);

struct nn_import {
	const char *tool;     /* "fio" */
	const char *campaign; /* its name */
	const char *arm;
	const char *base;    /* the arm that others are divided by; NULL: stays, or is @arm */
	const char *machine; /* fingerprint or name; NULL: stays, or is NN_IMPORT_MACHINE */
	const char *only;    /* what was read of files that hold several systems, or NULL */
	const char *build_id;
	bool is_emulated; /* the user says so */
	enum nn_import_again again;
	const struct nn_import_boot *boots;
	size_t nr_boots;
};

/* What became of one file. */
struct nn_import_fate {
	bool is_skipped;
	uint64_t block; /* where it is, 0, 1, …; of the older copy when skipped */
};

/**
 * Store all files, or nothing: one transaction. The campaign of that name is made when there is
 * none, and continued when it was made by an import of the same tool on the same machine.
 * @ret_fates: nr_boots entries, filled on success.
 * @ret_uuid: of the campaign.
 * Return: 0; -EINVAL when the name belongs to a measured campaign, to another tool's or another
 * machine's; -EEXIST when a file is there already; -errno of the database.
 */
int nn_store_import(struct nn_store *store, const struct nn_import *import,
		    struct nn_import_fate *ret_fates, char ret_uuid[NN_UUID_CAP],
		    struct nn_err *err);

#endif
