# SPDX-License-Identifier: GPL-3.0-or-later
# Baselines and the gate on real campaigns of this machine, whose figures are then set to known ones
# with the sqlite3 shell: every exit status, one by one.
. ci/tests/e2e/lib.sh

plan=$NN_SCRATCH/gate.yaml
cat >"$plan" <<END
name: gate
arms:
  - {name: native, target: local}
workloads:
  - {name: "null", iterations: 3, warmup: 0}
  - {name: system/timer, iterations: 3, warmup: 0, settings: {count: 5, interval: 1ms}}
design: {blocks: 5, runs: 1}
END

# figures CAMPAIGN WORKLOAD FACTOR [SPREAD]: what its boots measured is 100 × FACTOR from here on.
figures() {
	sqlite3 "$db" "UPDATE sample SET value = 100 * $3 * (1 + ${4:-0.002} *
		((SELECT block.number FROM run JOIN boot ON boot.id = run.boot
		  JOIN block ON block.id = boot.block WHERE run.id = sample.run) - 2))
		WHERE run IN (SELECT run.id FROM run JOIN boot ON boot.id = run.boot
		JOIN block ON block.id = boot.block WHERE block.campaign = $1 AND run.workload = '$2')"
}

gate() { # wanted exit, then arguments
	local wanted=$1

	shift
	expect_exit "$wanted" nearnative gate --db "$db" "$@"
}

# Before there is anything.
gate 3 stable
expect_text "$NN_SCRATCH/err" 'results.db'

expect_exit 0 nearnative run --quiet --db "$db" "$plan"
gate 2 stable
expect_text "$NN_SCRATCH/err" "no baseline 'stable', nor any other"
expect_exit 0 nearnative baseline set --db "$db" stable
gate 2 stable
expect_text "$NN_SCRATCH/err" 'is the baseline itself'
gate 2 stabel
expect_text "$NN_SCRATCH/err" "no baseline 'stabel', only 'stable'"

expect_exit 0 nearnative run --quiet --db "$db" "$plan"
for campaign in 1 2; do
	figures $campaign null 1
	figures $campaign system/timer 1
done

# 0: unchanged, and improved.
gate 0 stable
expect_text "$NN_SCRATCH/err" 'gate: no regression: [0-9]+ compared, [0-9]+ clear$'
figures 2 null 0.9
gate 0 stable
expect_text "$NN_SCRATCH/err" '1 of them improved'

# 1: 3 % slower.
figures 2 null 1.03
gate 1 stable --format json --output "$NN_SCRATCH/gate.json"
expect_text "$NN_SCRATCH/err" 'gate: failed: .* 1 regressed'
expect "verdict of null" REGRESSION "$(jq -r '.comparisons[] |
	select(.workload == "null") | .verdict' "$NN_SCRATCH/gate.json")"
gate 0 stable --threshold 5% --tolerance 6%

# 4: 1.5 % slower, but the boots scatter; fewer boots than any verdict needs; another machine.
figures 1 null 1 0.02
figures 2 null 1.015 0.02
gate 4 stable
expect_text "$NN_SCRATCH/out" 'INCONCLUSIVE'
expect_text "$NN_SCRATCH/out" 'about [0-9]+ more boots'
figures 1 null 1
figures 2 null 1
gate 0 stable
cp "$db" "$NN_SCRATCH/kept.db"
sqlite3 "$db" "UPDATE fact SET value = 'another CPU' WHERE name = 'cpu.model' AND boot IN
	(SELECT boot.id FROM boot JOIN block ON block.id = boot.block WHERE block.campaign = 2)"
gate 4 stable
expect_text "$NN_SCRATCH/out" 'not like for like: cpu'
gate 0 stable --allow cpu
sqlite3 "$db" "UPDATE run SET outcome = 'skipped', reason = 'no timer' WHERE workload = 'system/timer'
	AND boot IN (SELECT boot.id FROM boot JOIN block ON block.id = boot.block
	WHERE block.campaign = 2)"
gate 4 stable --allow cpu
expect_text "$NN_SCRATCH/out" 'vanished: the baseline has it, the candidate does not: no timer'
expect_text "$NN_SCRATCH/err" 'vanished'

# Only `baseline set` moves a baseline, and no move is forgotten.
cp "$NN_SCRATCH/kept.db" "$db"
first=$(sql 'SELECT uuid FROM campaign WHERE id = 1')
second=$(sql 'SELECT uuid FROM campaign WHERE id = 2')
expect_exit 0 nearnative baseline set --db "$db" stable "$second"
gate 0 stable --campaign "$first"
gate 0 "campaign:${first%%-*}" --campaign "$second"
expect_exit 0 nearnative baseline list --db "$db" --json
expect "baseline" "$(jq -r '.[0].campaign' "$NN_SCRATCH/out")" "$second"
expect "moves" "$(jq -r '[.[0].moves[] | .campaign] | join(" ")' "$NN_SCRATCH/out")" "$first $second"
expect_exit 0 nearnative baseline list --db "$db"
expect_text "$NN_SCRATCH/out" "^stable  $second"
expect_text "$NN_SCRATCH/out" "$second  from $first"
sqlite3 "$db" "UPDATE campaign SET state = 'interrupted' WHERE id = 1"
expect_exit 2 nearnative baseline set --db "$db" stable "$first"
expect_text "$NN_SCRATCH/err" 'is interrupted and not done'
gate 4 stable --campaign "$first"
expect_text "$NN_SCRATCH/out" 'the candidate is not done: interrupted'

# 2 and 3: a command line and a database that are of no use.
gate 2 stable --min-effect 3%
gate 2 stable --allow moon
expect_text "$NN_SCRATCH/err" "unknown axis 'moon'"
dd if=/dev/urandom of="$db" bs=4096 seek=1 count=8 conv=notrunc status=none
gate 3 stable
expect_text "$NN_SCRATCH/err" 'results.db'
expect_exit 0 nearnative help gate
expect_text "$NN_SCRATCH/out" 'Exit status'
