-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Format 4 keeps what a change of the machine was to bring about, and whether it came about; which
-- runs were disturbed; and during which boot of the orchestrator's machine an arm was booted.

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

PRAGMA user_version = 4;
