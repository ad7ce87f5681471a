# SPDX-License-Identifier: GPL-3.0-or-later
# An agent that is killed in the middle of a run costs one boot, which is repeated.
. ci/tests/e2e/lib.sh

nearnative run --db "$db" ci/tests/e2e/slow.yaml >"$NN_SCRATCH/out" 2>"$NN_SCRATCH/err" &
campaign=$!
wait_for 30 has_row "SELECT count(*) FROM run"
sleep 0.5
pkill -9 -P "$campaign" -f nearnative-agent || fail "no agent to kill"
wait "$campaign" || { cat "$NN_SCRATCH/err" >&2; fail "the campaign did not survive"; }

expect_text "$NN_SCRATCH/err" 'boot failed: .*signal 9'
expect_sql "SELECT state FROM campaign" done
expect_sql "SELECT count(*) FROM boot WHERE state = 'failed'" 1
expect_sql "SELECT count(*) FROM boot WHERE state = 'done'" 2
expect_sql "SELECT count(*) FROM run JOIN boot ON boot.id = run.boot
	WHERE boot.state = 'failed' AND run.outcome = 'broken'" 1
expect_sql "SELECT max(attempt) FROM boot" 1
