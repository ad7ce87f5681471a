-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The database of nearnative, format 4. One file holds any number of campaigns.
--
--   campaign ─┬─ arm ───┐
--             └─ block ─┴─ boot ─── run ─── sample      start with the views v_sample, v_boot_value
--
-- Ids are local to the file; UUIDs, and names below a UUID, identify rows across files.
-- Absent is NULL. Booleans are 0 and 1. Wall time is ISO 8601 in UTC with milliseconds and is for
-- people only; durations are nanoseconds of a monotonic clock. Numbers of 64 random bits (seeds,
-- checksums) are stored as signed integers: printf('%u', seed) shows them as they were.
-- A change here needs a migrate-*.sql that takes older files to the very same tables.

PRAGMA application_id = 1313759604; -- "NNat"
PRAGMA user_version = 4;

CREATE TABLE machine (
	id          INTEGER PRIMARY KEY,
	fingerprint TEXT    NOT NULL UNIQUE, -- hash of DMI, CPU, board and firmware
	description TEXT,                    -- for people
	is_emulated INTEGER NOT NULL CHECK (is_emulated IN (0, 1))
) STRICT;

-- A PCI function under test.
CREATE TABLE device (
	id      INTEGER PRIMARY KEY,
	machine INTEGER NOT NULL REFERENCES machine,
	bdf     TEXT    NOT NULL, -- 0000:01:00.0
	UNIQUE (machine, bdf)
) STRICT;

-- One execution of a plan.
CREATE TABLE campaign (
	id              INTEGER PRIMARY KEY,
	uuid            TEXT    NOT NULL UNIQUE,
	machine         INTEGER NOT NULL REFERENCES machine,
	device          INTEGER REFERENCES device, -- under test
	driver_before   TEXT,                      -- of the device; NULL: none was bound
	name            TEXT    NOT NULL,
	plan_path       TEXT    NOT NULL,
	plan_text       TEXT    NOT NULL,          -- the plan's bytes
	plan_hash       TEXT    NOT NULL,          -- their SHA-256
	seed            INTEGER NOT NULL,          -- of the schedule, 64 bits
	build_id        TEXT    NOT NULL,          -- of the orchestrator
	base_arm        TEXT    NOT NULL,          -- the arm that the others are divided by
	allow_emulated  INTEGER NOT NULL CHECK (allow_emulated IN (0, 1)),
	state           TEXT    NOT NULL
	                CHECK (state IN ('running', 'interrupted', 'done', 'failed')),
	started         TEXT    NOT NULL,
	finished        TEXT,
	boot_ns         INTEGER NOT NULL DEFAULT 0 CHECK (boot_ns >= 0),      -- spent on booting
	workloads_ns    INTEGER NOT NULL DEFAULT 0 CHECK (workloads_ns >= 0), -- in workers
	own_ns          INTEGER NOT NULL DEFAULT 0 CHECK (own_ns >= 0),       -- the harness itself
	driver_after    TEXT,                      -- of the device; NULL: none, or not over yet
	is_aa           INTEGER NOT NULL DEFAULT 0 CHECK (is_aa IN (0, 1)) -- an arm against itself
) STRICT;

-- One configuration under comparison.
CREATE TABLE arm (
	id       INTEGER PRIMARY KEY,
	campaign INTEGER NOT NULL REFERENCES campaign,
	name     TEXT    NOT NULL,
	target   TEXT    NOT NULL, -- how it is reached: local, libvirt …
	UNIQUE (campaign, name)
) STRICT;

-- One boot of every arm: the unit that pairs them.
CREATE TABLE block (
	id       INTEGER PRIMARY KEY,
	campaign INTEGER NOT NULL REFERENCES campaign,
	number   INTEGER NOT NULL CHECK (number >= 0), -- 0, 1, …
	UNIQUE (campaign, number)
) STRICT;

-- One start of an arm: the unit of statistical analysis.
CREATE TABLE boot (
	id                INTEGER PRIMARY KEY,
	uuid              TEXT    NOT NULL UNIQUE,
	block             INTEGER NOT NULL REFERENCES block,
	arm               INTEGER NOT NULL REFERENCES arm,
	position          INTEGER NOT NULL CHECK (position >= 0), -- order within the block
	attempt           INTEGER NOT NULL CHECK (attempt >= 0),  -- 0, one more a repetition
	is_session        INTEGER NOT NULL CHECK (is_session IN (0, 1)), -- it could not reboot
	state             TEXT    NOT NULL
	                  CHECK (state IN ('preparing', 'booting', 'running', 'stopping',
	                                   'done', 'failed')),
	reason            TEXT,             -- of a failure
	started           TEXT    NOT NULL,
	finished          TEXT,
	agent_build       TEXT,
	credentials_from  TEXT,             -- environment, fw_cfg, smbios, cmdline, file
	clock_rate_error  REAL,             -- agent's clock against ours, 1e-4 is 100 ppm too fast
	clock_bound       REAL,             -- smallest rate error that could have been seen
	clock_span_ns     INTEGER CHECK (clock_span_ns >= 0), -- the clocks were compared over it
	clock_is_mismatch INTEGER CHECK (clock_is_mismatch IN (0, 1)),
	machine_boot      TEXT,             -- boot_id of the orchestrator's machine
	UNIQUE (block, arm, attempt)
) STRICT;

CREATE INDEX boot_of_arm ON boot (arm);

-- Blocks pair arms, so a second finished boot of an arm in a block cannot be.
CREATE UNIQUE INDEX boot_done_once ON boot (block, arm) WHERE state = 'done';

-- One fresh process that executes one workload once.
CREATE TABLE run (
	id          INTEGER PRIMARY KEY,
	uuid        TEXT    NOT NULL UNIQUE,
	boot        INTEGER NOT NULL REFERENCES boot,
	workload    TEXT    NOT NULL,
	position    INTEGER NOT NULL CHECK (position >= 0), -- order within the boot
	run         INTEGER NOT NULL CHECK (run >= 0),      -- 0, 1, … of this workload
	seed        INTEGER NOT NULL,                       -- 64 bits
	outcome     TEXT CHECK (outcome IN ('ok', 'skipped', 'failed', 'broken')), -- NULL: not yet
	reason      TEXT,                                   -- when it is not ok
	note        TEXT,                                   -- what it ran on
	checksum    INTEGER,                                -- of its results, 64 bits
	is_software INTEGER CHECK (is_software IN (0, 1)),  -- a software device did the work
	duration_ns INTEGER CHECK (duration_ns >= 0),       -- of the worker process
	started     TEXT    NOT NULL,
	finished    TEXT,
	disturbed   TEXT, -- what happened meanwhile, so that its figures do not count; NULL: nothing
	UNIQUE (boot, position),
	UNIQUE (boot, workload, run)
) STRICT;

CREATE TABLE metric (
	id        INTEGER PRIMARY KEY,
	name      TEXT NOT NULL,
	unit      TEXT NOT NULL,
	direction TEXT NOT NULL CHECK (direction IN ('higher', 'lower')), -- which is better
	kind      TEXT NOT NULL CHECK (kind IN ('rate', 'time', 'count', 'ratio')),
	UNIQUE (name, unit, direction, kind)
) STRICT;

-- Every measured value. The key is the order in which reports read: no other index is needed.
CREATE TABLE sample (
	run       INTEGER NOT NULL REFERENCES run,
	metric    INTEGER NOT NULL REFERENCES metric,
	phase     INTEGER NOT NULL CHECK (phase IN (0, 1)), -- 0: warm-up, 1: steady
	iteration INTEGER NOT NULL CHECK (iteration >= 0),  -- 0, 1, … within its phase
	value     REAL,                                     -- in the metric's unit
	PRIMARY KEY (run, metric, phase, iteration)
) STRICT, WITHOUT ROWID;

-- Numbers of the batches that are in, so that one that is sent again is told apart.
CREATE TABLE sample_batch (
	run    INTEGER NOT NULL REFERENCES run,
	number INTEGER NOT NULL CHECK (number >= 0),
	PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE boot_batch (
	boot   INTEGER NOT NULL REFERENCES boot,
	kind   TEXT    NOT NULL CHECK (kind IN ('telemetry', 'event')),
	number INTEGER NOT NULL CHECK (number >= 0),
	PRIMARY KEY (boot, kind, number)
) STRICT, WITHOUT ROWID;

-- Something true of a boot that may explain a result.
CREATE TABLE fact (
	boot  INTEGER NOT NULL REFERENCES boot,
	side  TEXT    NOT NULL CHECK (side IN ('system', 'host')), -- what is measured, its owner
	name  TEXT    NOT NULL,
	value TEXT,
	PRIMARY KEY (boot, side, name)
) STRICT, WITHOUT ROWID;

-- A value sampled over time beside the runs.
CREATE TABLE telemetry (
	id         INTEGER PRIMARY KEY,
	boot       INTEGER NOT NULL REFERENCES boot,
	run        INTEGER REFERENCES run, -- NULL: between runs
	name       TEXT    NOT NULL,
	unit       TEXT    NOT NULL,
	elapsed_ns INTEGER NOT NULL CHECK (elapsed_ns >= 0), -- since the agent's hello
	value      REAL
) STRICT;

CREATE INDEX telemetry_of_boot ON telemetry (boot, name);

-- Something that happened.
CREATE TABLE event (
	id         INTEGER PRIMARY KEY,
	campaign   INTEGER NOT NULL REFERENCES campaign,
	boot       INTEGER REFERENCES boot, -- NULL: of the campaign
	run        INTEGER REFERENCES run,  -- NULL: between runs
	side       TEXT    NOT NULL CHECK (side IN ('system', 'host', 'orchestrator')),
	severity   TEXT    NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
	kind       TEXT    NOT NULL,        -- iommu-fault, aer, clock-mismatch …
	message    TEXT    NOT NULL,
	elapsed_ns INTEGER CHECK (elapsed_ns >= 0), -- since the agent's hello
	stored     TEXT    NOT NULL
) STRICT;

CREATE INDEX event_of_campaign ON event (campaign);
CREATE INDEX event_of_boot ON event (boot);

-- What the plan claims: arm >= margin x base for workload:metric.
CREATE TABLE claim (
	id       INTEGER PRIMARY KEY,
	campaign INTEGER NOT NULL REFERENCES campaign,
	text     TEXT    NOT NULL, -- as written
	arm      TEXT    NOT NULL,
	base     TEXT    NOT NULL,
	workload TEXT    NOT NULL, -- glob
	metric   TEXT,             -- glob
	margin   REAL    NOT NULL  -- 0.97
) STRICT;

CREATE INDEX claim_of_campaign ON claim (campaign);

-- Logs and documents of a boot: console.log, domain.xml …
CREATE TABLE artifact (
	id      INTEGER PRIMARY KEY,
	boot    INTEGER NOT NULL REFERENCES boot,
	name    TEXT    NOT NULL,
	content BLOB    NOT NULL,
	UNIQUE (boot, name)
) STRICT;

-- Changes of the machine, and what was there before. Undone newest first, hence ids that are never
-- used again.
CREATE TABLE journal (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	machine_boot TEXT NOT NULL, -- boot_id of the machine when it was written
	kind         TEXT NOT NULL, -- driver, attribute …
	subject      TEXT NOT NULL, -- 0000:01:00.0, /sys/…
	before       TEXT NOT NULL, -- JSON of what to restore
	opened       TEXT NOT NULL, -- before the change
	closed       TEXT,          -- NULL: still to be undone
	how          TEXT,          -- restored, rebooted …
	wanted       TEXT,          -- what it was to become
	done         TEXT           -- when it was so; NULL: the change was not finished
) STRICT;

CREATE INDEX journal_open ON journal (id) WHERE closed IS NULL;

-- A name for the campaign that a gate compares with.
CREATE TABLE baseline (
	name       TEXT    NOT NULL PRIMARY KEY,
	campaign   INTEGER NOT NULL REFERENCES campaign,
	moved      TEXT    NOT NULL,
	moved_from INTEGER REFERENCES campaign -- NULL: it is where it was first put
) STRICT;

-- Every change of a baseline, so that none goes unseen.
CREATE TABLE baseline_move (
	id       INTEGER PRIMARY KEY,
	name     TEXT    NOT NULL,
	campaign INTEGER NOT NULL REFERENCES campaign,
	moved    TEXT    NOT NULL,
	previous INTEGER REFERENCES campaign -- NULL: there was none
) STRICT;

CREATE INDEX baseline_move_of_name ON baseline_move (name);

-- A change that was found in a series of campaigns. Rows are added, never altered: a detector that
-- decides otherwise has another version.
CREATE TABLE decision (
	id         INTEGER PRIMARY KEY,
	machine    INTEGER NOT NULL REFERENCES machine,
	arm        TEXT    NOT NULL,
	workload   TEXT    NOT NULL,
	metric     TEXT    NOT NULL,
	unit       TEXT    NOT NULL,
	settings   TEXT,             -- what the plan set arm and workload to; NULL: not known
	campaign   INTEGER NOT NULL REFERENCES campaign, -- the last one before the change
	detector   TEXT    NOT NULL, -- e-divisive/1
	parameters TEXT    NOT NULL,
	p_value    REAL,
	effect_log REAL,             -- log of after / before
	before     REAL,             -- level, in the metric's unit
	after      REAL,
	decided    TEXT    NOT NULL
) STRICT;

-- Once for each series, those of unknown settings too, which a UNIQUE constraint would let repeat.
CREATE UNIQUE INDEX decision_once
	ON decision (machine, arm, workload, metric, unit, coalesce(settings, ''), campaign, detector);

-- What a machine's devices were, and how well it isolated them, at one time.
CREATE TABLE survey (
	id             INTEGER PRIMARY KEY,
	uuid           TEXT    NOT NULL UNIQUE,
	machine        INTEGER NOT NULL REFERENCES machine,
	campaign       INTEGER REFERENCES campaign, -- that began then; NULL: saved on request
	taken          TEXT    NOT NULL,
	kernel         TEXT,
	nr_functions   INTEGER NOT NULL CHECK (nr_functions >= 0),
	nr_groups      INTEGER NOT NULL CHECK (nr_groups >= 0),
	nr_cards       INTEGER NOT NULL CHECK (nr_cards >= 0),
	nr_cards_alone INTEGER NOT NULL CHECK (nr_cards_alone >= 0), -- share no group with another
	content        TEXT    NOT NULL -- JSON, nearnative.devices/1
) STRICT;

CREATE INDEX survey_of_machine ON survey (machine);

-- ---- for people ----

-- Every sample in words. campaign and boot are UUIDs; run counts the runs of a workload in a boot.
CREATE VIEW v_sample AS
SELECT campaign.uuid AS campaign, arm.name AS arm, block.number AS block, boot.uuid AS boot,
       run.run AS run, run.workload AS workload, metric.name AS metric, metric.unit AS unit,
       metric.direction AS direction,
       CASE sample.phase WHEN 0 THEN 'warmup' ELSE 'steady' END AS phase,
       sample.iteration AS iteration, sample.value AS value
  FROM sample
  JOIN run ON run.id = sample.run
  JOIN metric ON metric.id = sample.metric
  JOIN boot ON boot.id = run.boot
  JOIN block ON block.id = boot.block
  JOIN arm ON arm.id = boot.arm
  JOIN campaign ON campaign.id = arm.campaign;

-- What reports compute with: per finished boot the mean over its ok runs that nothing disturbed of
-- each run's mean of its steady, finite samples. (Where a run changes its level after its warm-up,
-- reports say so and are of the level that it settles at; this view is of all.)
CREATE VIEW v_boot_value AS
WITH run_value AS (
	SELECT sample.run AS run, sample.metric AS metric, avg(sample.value) AS mean,
	       count(*) AS nr_samples
	  FROM sample
	 WHERE sample.phase = 1
	   AND sample.value BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308
	 GROUP BY sample.run, sample.metric
)
SELECT campaign.uuid AS campaign, arm.name AS arm, block.number AS block, boot.uuid AS boot,
       run.workload AS workload, metric.name AS metric, metric.unit AS unit,
       metric.direction AS direction, metric.kind AS kind, avg(run_value.mean) AS value,
       count(*) AS nr_runs, sum(run_value.nr_samples) AS nr_samples
  FROM run_value
  JOIN run ON run.id = run_value.run
  JOIN metric ON metric.id = run_value.metric
  JOIN boot ON boot.id = run.boot
  JOIN block ON block.id = boot.block
  JOIN arm ON arm.id = boot.arm
  JOIN campaign ON campaign.id = arm.campaign
 WHERE run.outcome = 'ok' AND run.disturbed IS NULL AND boot.state = 'done'
 GROUP BY boot.id, run.workload, metric.id;
