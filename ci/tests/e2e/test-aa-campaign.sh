# SPDX-License-Identifier: GPL-3.0-or-later
# One arm against itself: two boots of it in every block, under two names; what is left out of the
# plan may not be claimed about.
. ci/tests/e2e/lib.sh

plan=$NN_SCRATCH/aa.yaml
cat >"$plan" <<-'END'
	name: quiet
	arms:
	  - {name: other, target: local}
	  - {name: native, target: local}
	workloads:
	  - {name: "null", iterations: 5, warmup: 1}
	design: {aa: native, blocks: 3, runs: 1}
	claims: ["native-again >= 97 % of native"]
END

expect_exit 0 nearnative plan check "$plan"
expect_text "$NN_SCRATCH/out" "^A/A: 'native' against itself, its second boot as 'native-again'$"
expect_exit 0 nearnative run --dry-run "$plan"
expect_text "$NN_SCRATCH/out" "^A/A: 'native' against itself"
expect_text "$NN_SCRATCH/out" '^block 3: native(-again)? native(-again)?$'

expect_exit 0 nearnative run --quiet --db "$db" "$plan"
expect_sql "SELECT is_aa || state || base_arm FROM campaign" 1donenative
expect_sql "SELECT group_concat(name || ' ' || target, ', ') FROM
	(SELECT * FROM arm ORDER BY id)" 'native local, native-again local'
expect_sql "SELECT count(*) FROM boot WHERE state = 'done'" 6
expect_sql "SELECT count(*) FROM (SELECT 1 FROM boot GROUP BY block HAVING count(DISTINCT arm) = 2)" 3
expect_sql "SELECT arm || ' ' || margin || ' ' || base || ' ' || workload || ' ' || metric
	FROM claim" 'native-again 0.97 native * *'
# Within a block both boots execute the same jobs with the same seeds.
expect_sql "SELECT count(*) FROM (SELECT 1 FROM run JOIN boot ON boot.id = run.boot
	GROUP BY boot.block, run.workload, run.run HAVING count(DISTINCT run.seed) = 1)" 3

expect_exit 0 nearnative db info --db "$db"
expect_text "$NN_SCRATCH/out" '^  quiet .* done .* native 3, native-again 3 \(A/A\)$'
expect_exit 2 nearnative resume --db "$db"

sed 's/native-again >=/other >=/' "$plan" >"$NN_SCRATCH/left-out.yaml"
expect_exit 2 nearnative plan check "$NN_SCRATCH/left-out.yaml"
expect_text "$NN_SCRATCH/err" "left-out.yaml:8: no arm is called 'other', expected one of: native, native-again \(design.aa"
