/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The database: one SQLite file and every SQL statement of the project. One writer: a store opened
 * for writing holds a lock beside the file, so a second `run` on it is refused. WAL, STRICT tables,
 * foreign keys, synchronous=FULL (what is acknowledged survives a power cut). Raw samples are kept.
 * Ids are SQLite row ids, local to the file; UUIDs identify rows across files. Absent is NULL.
 * Functions that write several rows do so in one transaction. No threads.
 */
#ifndef NN_STORE_STORE_H
#define NN_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/strbuf.h"
#include "harness/protocol/message.h"

#define NN_STORE_VERSION        4          /* user_version of schema.sql */
#define NN_STORE_APPLICATION_ID 0x4e4e6174 /* "NNat", application_id of schema.sql */

struct nn_store;

enum nn_store_mode { NN_STORE_READ, NN_STORE_WRITE, NN_STORE_CREATE /* write, made when absent */ };

/**
 * Open, check that the file's tables are those that we make and its rows are what they promise
 * (quick_check), migrate. For readers of a file above 64 MiB the tables of samples, telemetry and
 * artifacts are left out, because quick_check reads all of it; nn_store_check() is whole always. A
 * file of an older format that is opened for reading stays as it is: a private copy of it is
 * migrated. Readers may come while another process writes. Return: 0; -ENOENT; -EBUSY another
 * writer; -EPROTO made by a newer nearnative (message names both versions); -EUCLEAN corrupt, empty
 * or no database of ours; -EROFS write-protected; -errno.
 */
int nn_store_open(const char *path, enum nn_store_mode mode, struct nn_store **ret_store,
		  struct nn_err *err);
/** Checkpoint and close. Accepts NULL. */
void nn_store_close(struct nn_store *store);
/** Close, and remove a file that this store made and that holds no campaign. Accepts NULL. */
void nn_store_abandon(struct nn_store *store);

/** The file's absolute path. */
const char *nn_store_path(const struct nn_store *store);
/**
 * Is the file open for writing, here or by another process of this system? Without a writer, a
 * campaign whose state is "running" has crashed.
 */
bool nn_store_has_writer(const struct nn_store *store);
NN_AUTO_DEFINE(store, struct nn_store *, nn_store_close(*p))

/* ---- machine, campaign, arm, block: written once, at the start of a campaign ---- */

struct nn_machine_row {
	const char *fingerprint; /* stable hash of DMI, CPU, board, firmware */
	const char *description; /* "ASUS ProArt X870E, AMD Ryzen 9 9950X", or NULL */
	bool is_emulated;
};

int nn_store_machine(struct nn_store *store, const struct nn_machine_row *row, int64_t *ret_id,
		     struct nn_err *err);

struct nn_campaign_row {
	int64_t machine;
	const char *name;
	const char *plan_path;
	const char *plan_text;
	const char *plan_hash;
	uint64_t seed;
	const char *build_id; /* of the orchestrator */
	const char *base_arm;
	bool allow_emulated;
	const char *device_bdf;    /* or NULL */
	const char *device_driver; /* before the campaign, or NULL */
	bool is_aa;                /* one arm against itself */
};

int nn_store_campaign_add(struct nn_store *store, const struct nn_campaign_row *row,
			  int64_t *ret_id, struct nn_err *err);
/** @state: "running", "interrupted", "done", "failed"; also stamps the end for the last three. */
int nn_store_campaign_state(struct nn_store *store, int64_t campaign, const char *state,
			    struct nn_err *err);
/** Add to what the campaign has spent so far (resumes add up). */
int nn_store_campaign_spent(struct nn_store *store, int64_t campaign, uint64_t boot_ns,
			    uint64_t workloads_ns, uint64_t own_ns, struct nn_err *err);
/** The driver the device has now that the campaign is over (NULL: none). */
int nn_store_campaign_driver_after(struct nn_store *store, int64_t campaign, const char *driver,
				   struct nn_err *err);
int nn_store_arm_add(struct nn_store *store, int64_t campaign, const char *name, const char *target,
		     int64_t *ret_id, struct nn_err *err);
int nn_store_claim_add(struct nn_store *store, int64_t campaign, const char *text, const char *arm,
		       const char *base, const char *workload, const char *metric, double margin,
		       struct nn_err *err);

/* What a resume needs. Strings are the row's; release it. */
struct nn_campaign {
	int64_t id;
	char uuid[NN_UUID_CAP];
	char *name;
	char *plan_path;
	char *plan_text;
	char *plan_hash;
	char *state;
	char *device_bdf;
	char *device_driver;
	uint64_t seed;
	bool is_aa;
};

void nn_campaign_release(struct nn_campaign *campaign);
NN_AUTO_DEFINE(campaign, struct nn_campaign, nn_campaign_release(p))

/** By UUID, unique UUID prefix or name (the latest of that name); NULL: the latest. -ENOENT. */
int nn_store_campaign_find(struct nn_store *store, const char *which,
			   struct nn_campaign *ret_campaign, struct nn_err *err);
/** By row id; -ENOENT. */
int nn_store_campaign_get(struct nn_store *store, int64_t campaign,
			  struct nn_campaign *ret_campaign, struct nn_err *err);
int nn_store_arm_find(struct nn_store *store, int64_t campaign, const char *name, int64_t *ret_id,
		      struct nn_err *err);

/* ---- boots and runs: every transition is committed before it is acted on ---- */

struct nn_boot_row {
	int64_t campaign;
	int64_t arm;
	uint64_t block;           /* 0, 1, … */
	uint64_t position;        /* order within the block */
	uint64_t attempt;         /* 0, then one more for each repetition */
	bool is_session;          /* the target could not reboot */
	const char *machine_boot; /* of the orchestrator's machine, or NULL */
};

/* How far a (block, arm) has come. */
struct nn_boot_tally {
	bool is_done;         /* one of its boots is */
	uint64_t nr_attempts; /* all of them */
	uint64_t nr_failed;   /* by themselves, not ended by a person or a crash */
	uint64_t nr_reboots;  /* during which the orchestrator's machine was booted anew */
};

int nn_store_boot_add(struct nn_store *store, const struct nn_boot_row *row, int64_t *ret_id,
		      char ret_uuid[NN_UUID_CAP], struct nn_err *err);
/** Is there a boot of that UUID? */
bool nn_store_has_boot(struct nn_store *store, const char *uuid);
/** @state: "preparing" "booting" "running" "stopping" "done" "failed"; @reason for "failed". */
int nn_store_boot_state(struct nn_store *store, int64_t boot, const char *state, const char *reason,
			struct nn_err *err);
/** Mark boots that a crash left between states as failed ("interrupted"), with their runs. */
int nn_store_boots_abandon(struct nn_store *store, int64_t campaign, struct nn_err *err);
/** @machine_boot: the present one. */
int nn_store_boot_progress(struct nn_store *store, const struct nn_boot_row *place,
			   struct nn_boot_tally *ret_tally, struct nn_err *err);
/** Boots of a campaign that failed by themselves: those that a person or a crash ended do not
 * count. */
int nn_store_boots_failed(struct nn_store *store, int64_t campaign, uint64_t *ret_nr,
			  struct nn_err *err);
int nn_store_boot_clock(struct nn_store *store, int64_t boot, double rate_error, double bound,
			uint64_t span_ns, bool is_mismatch, struct nn_err *err);
int nn_store_boot_agent(struct nn_store *store, int64_t boot, const char *agent_build,
			const char *credentials_from, struct nn_err *err);

struct nn_run_row {
	int64_t boot;
	const char *uuid; /* also in the job that goes to the agent */
	const char *workload;
	uint64_t position; /* order within the boot */
	uint64_t run;      /* 0, 1, … of this workload */
	uint64_t seed;
};

int nn_store_run_add(struct nn_store *store, const struct nn_run_row *row, int64_t *ret_id,
		     struct nn_err *err);
int nn_store_run_finish(struct nn_store *store, int64_t run, const struct nn_finish *finish,
			struct nn_err *err);
/** Flag a run whose figures do not count. @why: what happened during it. */
int nn_store_run_disturbed(struct nn_store *store, int64_t run, const char *why,
			   struct nn_err *err);

/**
 * All of a batch or nothing; a batch number that is already there is harmless (ret_is_new false).
 * On return 0 the batch survives a power cut. -EEXIST: another batch holds one of the samples.
 */
int nn_store_samples_add(struct nn_store *store, int64_t run, const struct nn_sample_batch *batch,
			 bool *ret_is_new, struct nn_err *err);
/** @run 0: between runs. The same rule for batch numbers, per boot and kind. */
int nn_store_telemetry_add(struct nn_store *store, int64_t boot, int64_t run,
			   const struct nn_telemetry_batch *batch, struct nn_err *err);
int nn_store_events_add(struct nn_store *store, int64_t boot, int64_t run, const char *side,
			const struct nn_event_batch *batch, struct nn_err *err);
/** An event of the orchestrator itself. @boot 0: of the campaign. */
int nn_store_event_add(struct nn_store *store, int64_t campaign, int64_t boot,
		       enum nn_severity severity, const char *kind, const char *message,
		       struct nn_err *err);
/** @side: "system" or "host". Setting a fact again replaces it. */
int nn_store_facts_add(struct nn_store *store, int64_t boot, const char *side,
		       const struct nn_pairs *facts, struct nn_err *err);
/** Keep a log or document; @name as "console.log", "domain.xml". Replaces. */
int nn_store_artifact_add(struct nn_store *store, int64_t boot, const char *name, const void *bytes,
			  size_t len, struct nn_err *err);

/* ---- journal of changes to the machine ---- */

struct nn_journal_row {
	int64_t id;
	char *machine_boot; /* /proc/sys/kernel/random/boot_id when it was written */
	char *kind;         /* "driver" */
	char *subject;      /* BDF, path … */
	char *wanted;       /* what it was to become, or NULL */
	char *before;       /* JSON of what to restore */
};

struct nn_journal_rows {
	struct nn_journal_row *items;
	size_t nr;
	size_t cap;
};

void nn_journal_rows_release(struct nn_journal_rows *rows);

/** Record a change before it is made. @row: all but its id, borrowed. */
int nn_store_journal_add(struct nn_store *store, const struct nn_journal_row *row, int64_t *ret_id,
			 struct nn_err *err);
/** The change is made. */
int nn_store_journal_done(struct nn_store *store, int64_t id, struct nn_err *err);
/** It is undone, or there is nothing to undo. @how: "restored", "rebooted", "gone" … */
int nn_store_journal_close(struct nn_store *store, int64_t id, const char *how, struct nn_err *err);
/** Open entries, newest first (the order in which they are to be undone). */
int nn_store_journal_open(struct nn_store *store, struct nn_journal_rows *ret_rows,
			  struct nn_err *err);

/* ---- reading, for reports: rows come through callbacks so that nothing is loaded whole ---- */

/* The finite samples of one metric in one run after its warm-up. */
struct nn_run_values {
	const char *arm;
	uint64_t block;
	const char *boot; /* UUID */
	const char *workload;
	const char *metric;
	const char *unit;
	enum nn_direction direction;
	enum nn_metric_kind kind;
	uint64_t run;         /* 0, 1, … of this workload in its boot */
	const double *values; /* in the order of the iterations; the callee may not keep them */
	size_t nr;            /* at least 1 */
};

typedef int (*nn_run_values_fn)(void *user, const struct nn_run_values *values, struct nn_err *err);

/**
 * Samples of ok runs of done boots, one call per (run, metric), ordered by workload, arm, block,
 * boot, run, metric name and unit (texts by their bytes). Holds one run's samples at a time.
 * Return: 0; what @each returned, if that is not 0; -errno.
 */
int nn_store_each_run_values(struct nn_store *store, int64_t campaign, nn_run_values_fn each,
			     void *user, struct nn_err *err);

/* A value over time beside the runs of one boot, thinned. */
struct nn_telemetry_series {
	const char *arm;
	uint64_t block;
	const char *boot; /* UUID */
	const char *name;
	const char *unit;
	const double *elapsed_s; /* since the agent's hello, rising */
	const double *values;
	size_t nr;
};

typedef int (*nn_telemetry_fn)(void *user, const struct nn_telemetry_series *series,
			       struct nn_err *err);

/**
 * Telemetry of done boots, ordered by arm (as in the plan), block, name and unit. A series of more
 * than @max_points points is cut into @max_points equal spans of time, and each span that has
 * points gives their mean; values that are not numbers are left out. Holds @max_points points.
 */
int nn_store_each_telemetry(struct nn_store *store, int64_t campaign, size_t max_points,
			    nn_telemetry_fn each, void *user, struct nn_err *err);

/* When a run was on, in seconds since its agent's hello: its first and last telemetry. */
struct nn_run_span {
	const char *arm;
	uint64_t block;
	const char *workload;
	uint64_t run;
	double from_s;
	double to_s;
};

typedef int (*nn_run_span_fn)(void *user, const struct nn_run_span *span, struct nn_err *err);

/** Runs of done boots that have telemetry, ordered by arm (as in the plan), block, position. */
int nn_store_each_run_span(struct nn_store *store, int64_t campaign, nn_run_span_fn each,
			   void *user, struct nn_err *err);

/* A generic row for the smaller tables: column texts, NULL for NULL; see each function. */
typedef int (*nn_row_fn)(void *user, int nr_columns, const char *const *columns,
			 struct nn_err *err);

/** arm name, target, boots done, boots failed, sessions among the done (as text). */
int nn_store_each_arm(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
		      struct nn_err *err);
/** arm name, side, fact name, value, number of boots with this value, boots of the arm; of done
 *  boots. */
int nn_store_each_fact(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
		       struct nn_err *err);
/**
 * The value of one fact of one arm, over its done boots: NULL when it is absent, "a | b" when boots
 * differ. The caller frees.
 * @side: "system" or "host".
 */
int nn_store_fact(struct nn_store *store, int64_t campaign, const char *arm, const char *side,
		  const char *name, char **ret_value, struct nn_err *err);
/** severity, kind, message of what happened during a run. */
int nn_store_each_run_event(struct nn_store *store, int64_t run, nn_row_fn each, void *user,
			    struct nn_err *err);
/**
 * arm, setting, requested, effective, reason why it is unproved, number of boots: settings of arms
 * (facts "requested.*") that are not in effect in done boots, or of which that is not known: then
 * effective is NULL.
 */
int nn_store_each_unsure_setting(struct nn_store *store, int64_t campaign, nn_row_fn each,
				 void *user, struct nn_err *err);
/** arm, block, severity, kind, message, count, of equal events within a boot. */
int nn_store_each_event(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
			struct nn_err *err);
/**
 * arm, workload, outcome, reason, count: runs of done boots that do not count; of those that were
 * disturbed the outcome is "disturbed".
 */
int nn_store_each_not_ok(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
			 struct nn_err *err);
/** arm, workload, note, is_software ("0"/"1"), number of distinct checksums, runs: of ok runs. */
int nn_store_each_run_note(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
			   struct nn_err *err);
/**
 * workload, block, run, arms as "a, b": jobs (same block, workload and run, hence the same seed)
 * whose ok runs in done boots do not agree on the checksum; runs without a checksum (0) are left
 * out. No rows: every result that can be compared is equal.
 */
int nn_store_each_checksum_conflict(struct nn_store *store, int64_t campaign, nn_row_fn each,
				    void *user, struct nn_err *err);
/** arm, block, rate_error, bound, span_ns, is_mismatch: clock checks of done boots. */
int nn_store_each_clock(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
			struct nn_err *err);
/** text, arm, base, workload, metric, margin. */
int nn_store_each_claim(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
			struct nn_err *err);
/** One row: see enum nn_summary_column. */
int nn_store_summary(struct nn_store *store, int64_t campaign, nn_row_fn each, void *user,
		     struct nn_err *err);

enum nn_summary_column {
	NN_SUMMARY_UUID,
	NN_SUMMARY_NAME,
	NN_SUMMARY_STATE,
	NN_SUMMARY_STARTED, /* ISO 8601 UTC */
	NN_SUMMARY_FINISHED,
	NN_SUMMARY_SEED,
	NN_SUMMARY_PLAN_HASH,
	NN_SUMMARY_BASE_ARM,
	NN_SUMMARY_ALLOW_EMULATED,
	NN_SUMMARY_BUILD_ID,
	NN_SUMMARY_MACHINE, /* fingerprint */
	NN_SUMMARY_MACHINE_DESCRIPTION,
	NN_SUMMARY_IS_EMULATED,
	NN_SUMMARY_BOOT_NS,
	NN_SUMMARY_WORKLOADS_NS,
	NN_SUMMARY_OWN_NS,
	NN_SUMMARY_DEVICE,
	NN_SUMMARY_DRIVER_BEFORE,
	NN_SUMMARY_DRIVER_AFTER,
	NN_SUMMARY_IS_AA,
	NN_SUMMARY_PLAN_TEXT,
	NN_SUMMARY_NR_COLUMNS,
};

/**
 * uuid, name, state, started, finished, machine fingerprint, machine description, is_emulated,
 * is_aa, base arm, plan_hash, boots done, id: every campaign of the file, oldest first.
 */
int nn_store_each_campaign(struct nn_store *store, nn_row_fn each, void *user, struct nn_err *err);

typedef int (*nn_aa_fn)(void *user, int64_t campaign, const char *uuid, const char *started,
			struct nn_err *err);

/** Finished A/A campaigns of a machine but @except (an id, or 0), newest first. */
int nn_store_each_aa(struct nn_store *store, const char *machine_fingerprint, int64_t except,
		     nn_aa_fn each, void *user, struct nn_err *err);

/* ---- baselines: named campaigns that a gate compares with; moved on request only ---- */

/**
 * Let @name stand for a campaign; every change is kept (nn_store_each_baseline_move). Naming the
 * campaign that it stands for already changes nothing.
 * Return: 0; -EINVAL @name is empty; -ENOENT no such campaign; -errno.
 */
int nn_store_baseline_set(struct nn_store *store, const char *name, int64_t campaign,
			  struct nn_err *err);
/** The campaign that @name stands for; -ENOENT with the names that there are. */
int nn_store_baseline_find(struct nn_store *store, const char *name,
			   struct nn_campaign *ret_campaign, struct nn_err *err);
/** name, campaign UUID, campaign name, moved, UUID it stood for before (or NULL), number of moves;
 *  by name. */
int nn_store_each_baseline(struct nn_store *store, nn_row_fn each, void *user, struct nn_err *err);
/** name, campaign UUID, moved, UUID it stood for before (or NULL): oldest first. @name NULL: all.
 */
int nn_store_each_baseline_move(struct nn_store *store, const char *name, nn_row_fn each,
				void *user, struct nn_err *err);

/* ---- decisions: change points that history found, never rewritten ---- */

/* A series over campaigns. */
struct nn_series_key {
	const char *machine; /* fingerprint */
	const char *arm;
	const char *workload;
	const char *metric;
	const char *unit;
	const char *settings; /* what the plan set arm and workload to; NULL: not known */
};

struct nn_decision {
	struct nn_series_key key;
	int64_t campaign;       /* the last one before the change */
	const char *detector;   /* name and version: "e-divisive/1" */
	const char *parameters; /* all that the decision rests on besides the data, as the detector
				 * spells it */
	double p_value;
	double effect_log; /* log of after ÷ before */
	double before;     /* level, in the metric's unit */
	double after;
};

/**
 * Keep a decision. One of the same series, campaign and detector that is there already stays as it
 * is, whatever its figures.
 * @ret_is_new: or NULL.
 * Return: 0; -ENOENT no such machine or campaign; -errno.
 */
int nn_store_decision_add(struct nn_store *store, const struct nn_decision *decision,
			  bool *ret_is_new, struct nn_err *err);
/**
 * machine fingerprint, arm, workload, metric, unit, campaign UUID, detector, parameters, p_value,
 * effect_log, before, after, decided at, campaign id, settings: by series, those of unknown
 * settings first, then start of the campaign, detector.
 * @key: NULL for all; its settings are not looked at, for those of a decision may not be known.
 */
int nn_store_each_decision(struct nn_store *store, const struct nn_series_key *key, nn_row_fn each,
			   void *user, struct nn_err *err);

/* ---- surveys: what a machine's devices were at one time ---- */

struct nn_survey_row {
	int64_t machine;
	int64_t campaign;   /* that begins with it, or 0 */
	const char *kernel; /* or NULL */
	uint64_t nr_functions;
	uint64_t nr_groups;
	uint64_t nr_cards;
	uint64_t nr_cards_alone; /* share no group with another card */
	const char *content;     /* JSON, nearnative.devices/1 */
};

int nn_store_survey_add(struct nn_store *store, const struct nn_survey_row *row, int64_t *ret_id,
			struct nn_err *err);
/**
 * id, uuid, taken, machine fingerprint, machine description, kernel, functions, groups, cards,
 * cards alone, campaign UUID (or NULL): oldest first.
 */
int nn_store_each_survey(struct nn_store *store, nn_row_fn each, void *user, struct nn_err *err);
/**
 * The content of a survey, of the caller's.
 * @which: its id, the beginning of its UUID, or the beginning of a machine's fingerprint: then its
 * latest.
 * Return: 0; -ENOENT, also when several surveys, or machines, begin so; -errno.
 */
int nn_store_survey_find(struct nn_store *store, const char *which, char **ret_content,
			 struct nn_err *err);

/* ---- nearnative db ---- */

/**
 * Append the file's versions, rows of each table, campaigns and baselines, for people; as JSON when
 * @as_json. The state of a campaign that nobody writes any more though it is "running" is
 * "interrupted (crashed)".
 */
int nn_store_info(struct nn_store *store, bool as_json, struct nn_strbuf *out, struct nn_err *err);
/** Full integrity_check and foreign_key_check; -EUCLEAN with the first finding. */
int nn_store_check(struct nn_store *store, struct nn_err *err);
/**
 * Write every sample of a campaign as CSV with one header line: campaign,arm,block,boot,run,phase,
 * iteration,workload,metric,unit,direction,value. Quoted as RFC 4180 says, lines end in LF;
 * campaign and boot are UUIDs, an absent value is empty.
 * @which: as for nn_store_campaign_find().
 */
int nn_store_export_csv(struct nn_store *store, const char *which, FILE *out, struct nn_err *err);

#endif
