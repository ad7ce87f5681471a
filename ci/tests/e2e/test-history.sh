# SPDX-License-Identifier: GPL-3.0-or-later
# The history of real campaigns: series over them, a change that is decided once, and a database that
# others write or nobody may.
. ci/tests/e2e/lib.sh

cat >"$NN_SCRATCH/plan.yaml" <<-'END'
	name: night
	arms: [{name: native, target: local}, {name: other, target: local}]
	workloads:
	  - {name: "null", iterations: 4, warmup: 1}
	design: {blocks: 2, runs: 1}
	allow_emulated: true
END
expect_exit 0 nearnative run --quiet --db "$db" "$NN_SCRATCH/plan.yaml"
expect_exit 0 nearnative history --db "$db"
expect_text "$NN_SCRATCH/out" '^results.db: 3 series over 1 finished campaign: 0 changes'
expect_text "$NN_SCRATCH/out" '^other/native null:cost \(ratio, lower is better\)'
expect_text "$NN_SCRATCH/out" 'too few campaigns to look for changes: 1, at least 10'
expect_exit 0 nearnative history --db "$db" --arm native --format json
expect 'points are what reports compute with' \
	"$(jq '.series[0].points[0].log_mean * 1e9 | round' "$NN_SCRATCH/out")" \
	"$(sql "SELECT CAST(round(avg(ln(value)) * 1e9) AS INTEGER) FROM v_boot_value
		WHERE arm = 'native' AND metric = 'cost'")"
expect 'version' "$(jq -r '.series[0].points[0].version' "$NN_SCRATCH/out")" "$(uname -r)"

# Fifteen more nights: copies of the first, later and at a settled level, the last eight slower.
nights() { # from, to, factor
	local night

	for ((night = $1; night <= $2; night++)); do
		sqlite3 "$db" <<-END
			BEGIN;
			INSERT INTO campaign (uuid, machine, name, plan_path, plan_text, plan_hash, seed, build_id,
				base_arm, allow_emulated, state, started)
			SELECT printf('00000000-0000-4000-8000-%012d', $night), machine, name, plan_path, plan_text,
				plan_hash, seed, build_id, base_arm, allow_emulated, 'done',
				printf('2100-01-%02dT00:00:00.000Z', $night) FROM campaign WHERE id = 1;
			CREATE TEMP TABLE new AS SELECT max(id) AS campaign FROM campaign;
			INSERT INTO arm (campaign, name, target) SELECT new.campaign, name, target
				FROM arm, new WHERE arm.campaign = 1 ORDER BY arm.id;
			INSERT INTO block (campaign, number) SELECT new.campaign, number FROM block, new
				WHERE block.campaign = 1 ORDER BY block.id;
			INSERT INTO boot (uuid, block, arm, position, attempt, is_session, state, started)
			SELECT printf('00000000-0000-4000-9%03d-%012d', $night, boot.id), b2.id, a2.id, position, attempt,
				is_session, 'done', boot.started
				FROM boot JOIN block b1 ON b1.id = boot.block JOIN arm a1 ON a1.id = boot.arm JOIN new
				JOIN block b2 ON b2.campaign = new.campaign AND b2.number = b1.number
				JOIN arm a2 ON a2.campaign = new.campaign AND a2.name = a1.name
				WHERE b1.campaign = 1 AND boot.state = 'done';
			INSERT INTO fact (boot, side, name, value)
			SELECT boot.id, 'system', 'kernel.release', '6.$night' FROM boot, new
				JOIN block ON block.id = boot.block WHERE block.campaign = new.campaign;
			INSERT INTO run (uuid, boot, workload, position, run, seed, outcome, started)
			SELECT printf('00000000-0000-4000-a%03d-%012d', $night, boot.id), boot.id, 'null', 0, 0, 1, 'ok',
				boot.started FROM boot, new JOIN block ON block.id = boot.block
				WHERE block.campaign = new.campaign;
			INSERT INTO sample (run, metric, phase, iteration, value)
			SELECT run.id, (SELECT id FROM metric WHERE name = 'cost'), 1, 0,
				100.0 * (1 + 0.001 * ((run.id * 7919) % 11)) * (CASE arm.name WHEN 'other' THEN $3 ELSE 1 END)
				FROM run JOIN boot ON boot.id = run.boot JOIN arm ON arm.id = boot.arm, new
				WHERE arm.campaign = new.campaign;
			DROP TABLE new;
			COMMIT;
		END
	done
}
sqlite3 "$db" "UPDATE campaign SET state = 'failed'" # the real night was as noisy as this machine is
nights 1 8 1.0
nights 9 16 1.2
expect_exit 0 nearnative db check --db "$db"

# Not stored: told so, and nothing is written.
before=$(sha256sum <"$db")
expect_exit 0 nearnative history --db "$db" --no-store
expect_text "$NN_SCRATCH/out" '6\.8 → 6\.9: 1[5-9] % worse'
expect_text "$NN_SCRATCH/out" 'new, not stored; between night 00000000 of 2100-01-08'
[ ! -s "$NN_SCRATCH/err" ] || fail 'a warning about what was asked for'
expect 'the database' "$(sha256sum <"$db")" "$before"

# Another writer: read all the same, with a warning.
exec 9>>"$db.lock"
flock --nonblock 9 || fail 'no lock beside the database'
expect_exit 0 nearnative history --db "$db"
exec 9>&-
expect_text "$NN_SCRATCH/err" 'warning: 2 new decisions are not stored: '
expect_text "$NN_SCRATCH/out" 'new, not stored'
expect_sql "SELECT count(*) FROM decision" 0

# Stored once, then known.
expect_exit 0 nearnative history --db "$db"
expect_text "$NN_SCRATCH/out" '^      new; between night'
expect_sql "SELECT group_concat(arm || ' ' || detector, ', ') FROM decision ORDER BY id" \
	'other e-divisive/1, other/native e-divisive/1'
expect_sql "SELECT DISTINCT started FROM decision JOIN campaign ON campaign.id = decision.campaign" \
	'2100-01-08T00:00:00.000Z'
expect_sql "SELECT settings FROM decision WHERE arm = 'other/native'" \
	'other: target=local; native: target=local; null: runs=1 iterations=4 warmup=1'
decisions=$(sql "SELECT * FROM decision")
nights 17 19 1.2
expect_exit 0 nearnative history --db "$db"
expect_text "$NN_SCRATCH/out" "decided on $(date -u +%Y)-[0-9-]+ by e-divisive/1; between"
expect 'decisions' "$(sql "SELECT * FROM decision")" "$decisions"

# A fresh shift is a suspicion; the decided change stays.
nights 20 21 2.0
expect_exit 0 nearnative history --db "$db" --arm other/native
expect_text "$NN_SCRATCH/out" 'decided on'
expect_text "$NN_SCRATCH/out" '^  suspicion: since night 00000000 of 2100-01-20'

# A decision that does not hold any more is shown, not dropped.
sqlite3 "$db" "UPDATE sample SET value = 100 + (run * 7919) % 11 * 0.1"
expect_exit 0 nearnative history --db "$db" --format json
expect 'states' "$(jq -r '[.series[].changes[].state] | join(" ")' "$NN_SCRATCH/out")" 'lost lost'
expect_exit 0 nearnative history --db "$db"
expect_text "$NN_SCRATCH/out" 'by e-divisive/1, no longer found'
expect 'decisions' "$(sql "SELECT * FROM decision")" "$decisions"

# Another setting begins another series. Decisions of a time that knew no settings stay with the
# series that their campaign is in.
cp "$db" "$NN_SCRATCH/settings.db"
sqlite3 "$NN_SCRATCH/settings.db" "UPDATE decision SET settings = NULL;
	UPDATE campaign SET plan_text = replace(plan_text, 'iterations: 4', 'iterations: 5')
	WHERE started > '2100-01-09'"
expect_exit 0 nearnative history --db "$NN_SCRATCH/settings.db" --arm other
expect_text "$NN_SCRATCH/out" '^settings.db: 2 series'
expect_text "$NN_SCRATCH/out" '^  settings: other: target=local; null: runs=1 iterations=4 warmup=1$'
expect_text "$NN_SCRATCH/out" '^  settings: other: target=local; null: runs=1 iterations=5 warmup=1$'
expect_text "$NN_SCRATCH/out" 'by e-divisive/1 without knowing the settings, no longer found'
expect_text "$NN_SCRATCH/out" 'and the end$'

# The page loads and runs nothing; the same database gives the same bytes.
expect_exit 0 nearnative history --db "$db" --format html --output "$NN_SCRATCH/a.html"
expect_exit 0 nearnative history --db "$db" --format html --output "$NN_SCRATCH/b.html"
cmp "$NN_SCRATCH/a.html" "$NN_SCRATCH/b.html"
expect_text "$NN_SCRATCH/a.html" 'Content-Security-Policy'
! grep -qiE '<script|https?://|style="' "$NN_SCRATCH/a.html" || fail 'the page is not self-contained'

# Usage.
expect_exit 2 nearnative history --db "$db" --format pdf
expect_text "$NN_SCRATCH/err" "unknown format 'pdf', expected text, html or json"
expect_exit 2 nearnative history --db "$db" --workload 'compute/*'
expect_text "$NN_SCRATCH/err" "no series of '.*' matches, of 21 campaigns"
expect_exit 3 nearnative history --db "$NN_SCRATCH/none.db"
