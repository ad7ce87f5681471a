# SPDX-License-Identifier: GPL-3.0-or-later
# `db info` tells a campaign that runs from one whose writer was killed, and a run that fails before
# it has anything to store leaves no database behind.
. ci/tests/e2e/lib.sh

expect_exit 3 nearnative run --quiet --agent "$NN_SCRATCH/no-agent" --db "$db" ci/tests/e2e/slow.yaml
expect_text "$NN_SCRATCH/err" "agent '.*/no-agent'"
[ -z "$(find "$NN_SCRATCH" -name 'results.db*')" ] || fail "a run that failed made a database"

shows() { # extended regular expression
	nearnative db info --db "$db" | grep -qE -- "$1"
}

nearnative run --quiet --db "$db" ci/tests/e2e/slow.yaml >"$NN_SCRATCH/out" 2>"$NN_SCRATCH/err" &
campaign=$!
wait_for 60 has_row "SELECT count(*) FROM run"
shows '^  slow +[0-9a-f]{8}  running ' || fail "a running campaign is not shown as such"
kill -9 "$campaign"
wait "$campaign" 2>/dev/null || true
shows '^  slow +[0-9a-f]{8}  interrupted \(crashed\) ' || fail "a crash is not shown"
expect_sql "SELECT state FROM campaign" running

# A failure beside a campaign that is there takes nothing away.
expect_exit 3 nearnative run --quiet --agent "$NN_SCRATCH/no-agent" --db "$db" ci/tests/e2e/slow.yaml
expect_sql "SELECT count(*) FROM campaign" 1

expect_exit 0 nearnative resume --quiet --db "$db"
expect_exit 0 nearnative db info --json --db "$db"
expect_text "$NN_SCRATCH/out" '"state": "done"'
expect_text "$NN_SCRATCH/out" '"aa": false'
