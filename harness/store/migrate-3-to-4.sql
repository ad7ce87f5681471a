-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Format 4 keeps what a change of the machine was to bring about, and whether it came about; which
-- runs were disturbed; during which boot of the orchestrator's machine an arm was booted; surveys of
-- machines; and what the plan had set where a decision was made. Decisions of format 3 were made on
-- campaigns of whatever settings: theirs are not known, and they are kept as they are.

ALTER TABLE journal ADD COLUMN wanted TEXT;
ALTER TABLE journal ADD COLUMN done TEXT;

ALTER TABLE run ADD COLUMN disturbed TEXT;

ALTER TABLE boot ADD COLUMN machine_boot TEXT;

DROP VIEW v_boot_value;
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

ALTER TABLE decision RENAME TO decision_of_format_3;

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

INSERT INTO decision
SELECT id, machine, arm, workload, metric, unit, NULL, campaign, detector, parameters, p_value,
       effect_log, before, after, decided
  FROM decision_of_format_3
 ORDER BY id;

DROP TABLE decision_of_format_3;

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

PRAGMA user_version = 4;
