# SPDX-License-Identifier: GPL-3.0-or-later
# Nobody without the boot's token can say anything: 401, an event, no data.
. ci/tests/e2e/lib.sh

nearnative run --db "$db" ci/tests/e2e/slow.yaml >"$NN_SCRATCH/out" 2>"$NN_SCRATCH/err" &
campaign=$!
wait_for 30 has_row "SELECT count(*) FROM run"
agent=$(pgrep -P "$campaign" -f nearnative-agent | head -n 1)
url=$(tr '\0' '\n' <"/proc/$agent/environ" | sed -n 's/^NEARNATIVE_URL=//p')
boot=$(tr '\0' '\n' <"/proc/$agent/environ" | sed -n 's/^NEARNATIVE_BOOT=//p')
run=$(sql "SELECT uuid FROM run LIMIT 1")
forged='{"run": "'$run'", "batch": 99, "elapsed_ns": 1, "rtt_ns": 0, "samples": [{"metric": "forged",
	"unit": "us", "direction": "lower", "kind": "time", "phase": "steady", "iteration": 1,
	"value": 1.0}]}'
for header in 'Authorization: Bearer 0000' 'X-None: 1' 'Authorization: Basic Og=='; do
	code=$(curl -s -o "$NN_SCRATCH/answer" -w '%{http_code}' -H "$header" -d "$forged" \
		"$url/v1/$boot/samples")
	expect "HTTP status with '$header'" "$code" 401
done
wait "$campaign" || fail "the campaign was disturbed"
expect_sql "SELECT count(*) FROM metric WHERE name = 'forged'" 0
expect_sql "SELECT count(*) > 2 FROM event WHERE kind = 'bad-token'" 1
expect_sql "SELECT state FROM campaign" done
