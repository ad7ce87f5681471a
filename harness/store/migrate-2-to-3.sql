-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Format 3 knows campaigns of one arm against itself, baselines, and decisions about series.

ALTER TABLE campaign ADD COLUMN is_aa INTEGER NOT NULL DEFAULT 0 CHECK (is_aa IN (0, 1));

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
	campaign   INTEGER NOT NULL REFERENCES campaign, -- the last one before the change
	detector   TEXT    NOT NULL, -- e-divisive/1
	parameters TEXT    NOT NULL,
	p_value    REAL,
	effect_log REAL,             -- log of after / before
	before     REAL,             -- level, in the metric's unit
	after      REAL,
	decided    TEXT    NOT NULL,
	UNIQUE (machine, arm, workload, metric, unit, campaign, detector)
) STRICT;

PRAGMA user_version = 3;
