/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/import.h"

#include <errno.h>
#include <string.h>

#include "harness/base/hash.h"
#include "harness/store/statement.h"

/* Where the files of one import go. */
struct destination {
	int64_t campaign;
	int64_t arm;
};

void nn_import_boot_release(struct nn_import_boot *boot)
{
	for (size_t i = 0; i < boot->nr_runs; i++) {
		struct nn_import_run *run = &boot->runs[i];

		free(run->workload);
		free(run->reason);
		free(run->note);
		nn_sample_batch_release(&run->samples);
	}
	free(boot->runs);
	free(boot->name);
	free(boot->content);
	nn_pairs_release(&boot->facts);
	*boot = (struct nn_import_boot){0};
}

/* ---- campaign and arm ---- */

/* An optional integer: 0 when there is no row. */
static int query_optional(int rc, const struct nn_err *why, struct nn_err *err)
{
	if (rc == -ENOENT && !why->code)
		return 0;
	return rc ? nn_err_set(err, rc, "%s", why->message) : 0;
}

static int machine_of(struct nn_store *store, const struct nn_import *import, int64_t *ret_id,
		      struct nn_err *err)
{
	struct nn_machine_row row = {.fingerprint = import->machine};

	if (!row.fingerprint) {
		row.fingerprint = NN_IMPORT_MACHINE;
		row.description = "unknown machine (its figures were imported)";
	}
	return nn_store_machine(store, &row, ret_id, err);
}

static int campaign_new(struct nn_store *store, const struct nn_import *import, int64_t *ret_id,
			struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(NN_IMPORT_PLAN "%s", import->tool);
	char hash[NN_SHA256_HEX_CAP];
	struct nn_campaign_row row = {.name = import->campaign,
				      .plan_path = path,
				      .plan_text = "", /* there never was a plan */
				      .plan_hash = hash,
				      .build_id = import->build_id,
				      .base_arm = import->base ? import->base : import->arm};
	int rc = machine_of(store, import, &row.machine, err);

	nn_sha256_hex("", 0, hash);
	return rc ? rc : nn_store_campaign_add(store, &row, ret_id, err);
}

/* May @import add to the campaign that has its name? */
static int check_campaign(struct nn_store *store, const struct nn_import *import, int64_t id,
			  struct nn_err *err)
{
	NN_AUTO(campaign) struct nn_campaign campaign = {0};
	size_t prefix_len = strlen(NN_IMPORT_PLAN);
	int64_t is_same_machine = 0;
	int rc = nn_store_campaign_get(store, id, &campaign, err);

	if (rc)
		return rc;
	if (strncmp(campaign.plan_path, NN_IMPORT_PLAN, prefix_len) != 0)
		return nn_err_set(err, -EINVAL,
				  "campaign '%s' was measured, not imported; name another one",
				  import->campaign);
	if (strcmp(campaign.plan_path + prefix_len, import->tool) != 0)
		return nn_err_set(err, -EINVAL,
				  "campaign '%s' holds files of %s, not of %s; name another one",
				  import->campaign, campaign.plan_path + prefix_len, import->tool);
	if (!import->machine)
		return 0;
	rc = nn_sql_query_int(
		store, &is_same_machine, err,
		"SELECT machine.fingerprint = ?2 FROM campaign"
		" JOIN machine ON machine.id = campaign.machine WHERE campaign.id = ?1",
		"is", id, import->machine);
	if (!rc && !is_same_machine)
		return nn_err_set(err, -EINVAL,
				  "campaign '%s' is of another machine than '%s'; name another one",
				  import->campaign, import->machine);
	return rc;
}

/* Measured campaigns first: a name that one of them has would become ambiguous. */
static int campaign_of(struct nn_store *store, const struct nn_import *import, int64_t *ret_id,
		       struct nn_err *err)
{
	struct nn_err why = {0};
	int64_t id = 0;
	int rc = nn_sql_query_int(store, &id, &why,
				  "SELECT id FROM campaign WHERE name = ?1"
				  " ORDER BY substr(plan_path, 1, length(?2)) = ?2, started DESC,"
				  " id DESC LIMIT 1",
				  "ss", import->campaign, NN_IMPORT_PLAN);

	rc = query_optional(rc, &why, err);
	if (!rc && !id)
		return campaign_new(store, import, ret_id, err);
	if (!rc)
		rc = check_campaign(store, import, id, err);
	if (!rc && import->base)
		rc = nn_sql_update(store, "campaign", id, err,
				   "UPDATE campaign SET base_arm = ?2 WHERE id = ?1", "is", id,
				   import->base);
	if (!rc)
		*ret_id = id;
	return rc;
}

static int arm_of(struct nn_store *store, int64_t campaign, const char *name, int64_t *ret_id,
		  struct nn_err *err)
{
	struct nn_err why = {0};
	int rc = nn_store_arm_find(store, campaign, name, ret_id, &why);

	if (rc == -ENOENT)
		return nn_store_arm_add(store, campaign, name, NN_IMPORT_TARGET, ret_id, err);
	return rc ? nn_err_set(err, rc, "%s", why.message) : 0;
}

/* ---- one file ---- */

struct older_copy {
	bool is_there;
	bool is_same_arm;
	uint64_t block;
	char *arm;
};

NN_AUTO_DEFINE(older_copy, struct older_copy, free(p->arm))

/* A copy in the same arm goes before one in another. */
static int find_copy(struct nn_store *store, const struct destination *to,
		     const struct nn_import_boot *boot, const char *only,
		     struct older_copy *ret_copy, struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc = nn_sql_prepare(store,
				"SELECT block.number, arm.name, arm.id = ?2 FROM arm"
				" JOIN boot ON boot.arm = arm.id"
				" JOIN block ON block.id = boot.block"
				" JOIN artifact ON artifact.boot = boot.id"
				" WHERE arm.campaign = ?1 AND artifact.content = ?3"
				" AND (SELECT value FROM fact WHERE fact.boot = boot.id"
				"      AND fact.name = '" NN_IMPORT_ONLY "') IS ?4"
				" ORDER BY 3 DESC, 1 LIMIT 1",
				&row, err);

	if (!rc)
		rc = nn_sql_bind(store, row, err, "iiBs", to->campaign, to->arm, boot->content,
				 boot->len, only);
	if (!rc)
		rc = nn_sql_step(store, row, err);
	if (rc <= 0)
		return rc;
	*ret_copy = (struct older_copy){
		.is_there = true,
		.is_same_arm = sqlite3_column_int(row, 2),
		.block = (uint64_t)sqlite3_column_int64(row, 0),
		.arm = nn_sql_column_strdup(row, 1),
	};
	return 0;
}

static int next_place(struct nn_store *store, const struct destination *to, int64_t *ret_block,
		      int64_t *ret_position, struct nn_err *err)
{
	int rc = nn_sql_query_int(store, ret_block, err,
				  "SELECT coalesce(max(block.number) + 1, 0) FROM boot"
				  " JOIN block ON block.id = boot.block WHERE boot.arm = ?",
				  "i", to->arm);

	return rc ? rc
		  : nn_sql_query_int(store, ret_position, err,
				     "SELECT count(*) FROM boot JOIN block"
				     " ON block.id = boot.block"
				     " WHERE block.campaign = ? AND block.number = ?",
				     "ii", to->campaign, *ret_block);
}

static int add_run(struct nn_store *store, int64_t boot, size_t position,
		   const struct nn_import_run *run, struct nn_err *err)
{
	char uuid[NN_UUID_CAP];
	struct nn_run_row row = {
		.boot = boot, .uuid = uuid, .workload = run->workload, .position = position};
	struct nn_finish finish = {.outcome = run->outcome,
				   .reason = run->reason,
				   .note = run->note,
				   .is_software = run->is_software};
	bool is_new = false;
	int64_t id = 0;
	int rc;

	nn_uuid_new(uuid);
	rc = nn_store_run_add(store, &row, &id, err);
	if (!rc)
		rc = nn_store_samples_add(store, id, &run->samples, &is_new, err);
	return rc ? rc : nn_store_run_finish(store, id, &finish, err);
}

static int add_facts(struct nn_store *store, const struct nn_import *import, int64_t boot,
		     const struct nn_pairs *facts, struct nn_err *err)
{
	const char *emulated = import->is_emulated ? "yes: said so at the import"
						   : "unknown: the figures were imported";
	struct nn_pair pairs[] = {
		{.name = (char *)"emulated", .value = (char *)emulated},
		{.name = (char *)NN_IMPORT_ONLY, .value = (char *)import->only},
	};
	struct nn_pairs own = {.items = pairs, .nr = import->only ? 2 : 1};
	int rc = nn_store_facts_add(store, boot, "system", facts, err);

	return rc ? rc : nn_store_facts_add(store, boot, "system", &own, err);
}

static int add_boot(struct nn_store *store, const struct nn_import *import,
		    const struct destination *to, const struct nn_import_boot *boot,
		    uint64_t *ret_block, struct nn_err *err)
{
	struct nn_boot_row row = {.campaign = to->campaign, .arm = to->arm, .is_session = true};
	char uuid[NN_UUID_CAP];
	int64_t position = 0;
	int64_t block = 0;
	int64_t id = 0;
	int rc = next_place(store, to, &block, &position, err);

	row.block = (uint64_t)block;
	row.position = (uint64_t)position;
	if (!rc)
		rc = nn_store_boot_add(store, &row, &id, uuid, err);
	for (size_t i = 0; !rc && i < boot->nr_runs; i++)
		rc = add_run(store, id, i, &boot->runs[i], err);
	if (!rc)
		rc = add_facts(store, import, id, &boot->facts, err);
	if (!rc)
		rc = nn_store_artifact_add(store, id, boot->name, boot->content, boot->len, err);
	if (!rc)
		rc = nn_store_boot_state(store, id, "done", NULL, err);
	if (!rc)
		*ret_block = row.block;
	return rc;
}

static int add_file(struct nn_store *store, const struct nn_import *import,
		    const struct destination *to, const struct nn_import_boot *boot,
		    struct nn_import_fate *ret_fate, struct nn_err *err)
{
	NN_AUTO(older_copy) struct older_copy copy = {0};
	int rc = 0;

	if (import->again != NN_IMPORT_KEEP)
		rc = find_copy(store, to, boot, import->only, &copy, err);
	if (rc)
		return rc;
	if (copy.is_there && !(import->again == NN_IMPORT_SKIP && copy.is_same_arm))
		return nn_err_set(err, -EEXIST, "the same bytes are block %llu of arm '%s' already",
				  (unsigned long long)copy.block + 1, copy.arm);
	*ret_fate = (struct nn_import_fate){.is_skipped = copy.is_there, .block = copy.block};
	if (copy.is_there)
		return 0;
	return add_boot(store, import, to, boot, &ret_fate->block, err);
}

/* ---- all of it ---- */

/* What nobody saw is told where events are read. */
static int add_warning(struct nn_store *store, const struct nn_import *import, int64_t campaign,
		       struct nn_err *err)
{
	NN_AUTO(free)
	char *message = nn_asprintf("arm '%s' is made of files of %s: whether each came from a boot"
				    " of its own, and from which machine, was not watched",
				    import->arm, import->tool);

	return nn_store_event_add(store, campaign, 0, NN_SEVERITY_WARNING, "imported", message,
				  err);
}

static int add_files(struct nn_store *store, const struct nn_import *import,
		     const struct destination *to, struct nn_import_fate *ret_fates,
		     struct nn_err *err)
{
	size_t nr_added = 0;

	for (size_t i = 0; i < import->nr_boots; i++) {
		int rc = add_file(store, import, to, &import->boots[i], &ret_fates[i], err);

		if (rc)
			return nn_err_prefix(err, "'%s'", import->boots[i].name);
		nr_added += !ret_fates[i].is_skipped;
	}
	return nr_added ? add_warning(store, import, to->campaign, err) : 0;
}

static int uuid_of(struct nn_store *store, int64_t id, char ret_uuid[NN_UUID_CAP],
		   struct nn_err *err)
{
	NN_AUTO(campaign) struct nn_campaign campaign = {0};
	int rc = nn_store_campaign_get(store, id, &campaign, err);

	if (!rc)
		memcpy(ret_uuid, campaign.uuid, sizeof(campaign.uuid));
	return rc;
}

int nn_store_import(struct nn_store *store, const struct nn_import *import,
		    struct nn_import_fate *ret_fates, char ret_uuid[NN_UUID_CAP],
		    struct nn_err *err)
{
	NN_AUTO(transaction) struct nn_transaction transaction = {0};
	struct destination to = {0};
	int rc = nn_transaction_begin(store, &transaction, err);

	if (!rc)
		rc = campaign_of(store, import, &to.campaign, err);
	if (!rc)
		rc = arm_of(store, to.campaign, import->arm, &to.arm, err);
	if (!rc)
		rc = add_files(store, import, &to, ret_fates, err);
	if (!rc)
		rc = nn_store_campaign_state(store, to.campaign, "done", err);
	if (!rc)
		rc = uuid_of(store, to.campaign, ret_uuid, err);
	if (!rc)
		rc = nn_transaction_commit(&transaction, err);
	return rc ? nn_err_prefix(err, "import") : 0;
}
