# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9 at any instant, then resume: at most the present boot is repeated, nothing that was
# acknowledged is lost. SIGINT ends with 130 and can be resumed as well.
. ci/tests/e2e/lib.sh

agent=$NN_SCRATCH/nearnative-agent # to be told from those of other tests
cp "$NN_STAGE/bin/nearnative-agent" "$agent"

nearnative run --db "$db" --agent "$agent" ci/tests/e2e/slow.yaml >"$NN_SCRATCH/out" 2>"$NN_SCRATCH/err" &
campaign=$!
wait_for 60 has_row "SELECT count(*) FROM boot WHERE block IN
	(SELECT id FROM block WHERE number = 1)"
wait_for 30 has_row "SELECT count(*) > 2 FROM run"
kill -9 "$campaign"
wait "$campaign" 2>/dev/null || true
before=$(sql "SELECT count(*) FROM sample")
done_before=$(sql "SELECT group_concat(uuid) FROM boot WHERE state = 'done'")

nearnative resume --db "$db" --agent "$agent" >"$NN_SCRATCH/out" 2>"$NN_SCRATCH/err" &
campaign=$!
wait_for 30 has_row "SELECT count(*) FROM boot WHERE state = 'running' AND attempt = 1"
kill -INT "$campaign"
status=0
wait "$campaign" || status=$?
expect "exit status after SIGINT" "$status" 130
expect_sql "SELECT state FROM campaign" interrupted
! pgrep -f "$agent" >/dev/null || fail "an agent is left behind"

expect_exit 0 nearnative resume --db "$db"
expect_sql "SELECT state FROM campaign" done
expect_sql "SELECT count(*) FROM boot WHERE state = 'done'" 2
expect_sql "SELECT count(*) FROM boot WHERE state NOT IN ('done', 'failed')" 0
expect "boots that were done stay" "$(sql "SELECT count(*) FROM boot WHERE state = 'done' AND
	instr('$done_before', uuid)")" 1
[ "$(sql "SELECT count(*) FROM sample")" -ge "$before" ] || fail "samples were lost"
expect_sql "SELECT count(DISTINCT seed) FROM campaign" 1
expect_exit 0 nearnative db check --db "$db"
expect_exit 0 nearnative restore --db "$db"

# Nothing short-lived is left, and another campaign in the same file does not get in the way.
[ -z "$(sqlite3 "$db" "SELECT subject FROM journal WHERE closed IS NULL")" ] || fail "open journal"
for folder in $(sqlite3 "$db" "SELECT subject FROM journal WHERE kind = 'scratch'"); do
	[ ! -e "$folder" ] || fail "$folder is left behind"
done
sed 's/^name: .*/name: other/; s/blocks: 2/blocks: 1/; s/iterations: 40/iterations: 2/' \
	ci/tests/e2e/slow.yaml >"$NN_SCRATCH/other.yaml"
expect_exit 0 nearnative run --db "$db" "$NN_SCRATCH/other.yaml"
expect_text "$NN_SCRATCH/out" "^Campaign 'other' "
expect_exit 0 nearnative report --db "$db" slow
expect_text "$NN_SCRATCH/out" "^Campaign 'slow' "
sqlite3 "$db" "UPDATE campaign SET state = 'interrupted'; UPDATE machine SET fingerprint = 'else'"
expect_exit 3 nearnative resume --db "$db" slow
expect_text "$NN_SCRATCH/err" 'another machine'
