# SPDX-License-Identifier: GPL-3.0-or-later
# Nobody without the boot's token can say anything: 401, an event, no data. Who tries often gets no
# more than that, fills no table, and keeps the agent from nothing.
. ci/tests/e2e/lib.sh

nearnative run --db "$db" ci/tests/e2e/slow.yaml >"$NN_SCRATCH/out" 2>"$NN_SCRATCH/err" &
campaign=$!
wait_for 30 has_row "SELECT count(*) FROM run"
agent=$(pgrep -P "$campaign" -f nearnative-agent | head -n 1)
url=$(tr '\0' '\n' <"/proc/$agent/environ" | sed -n 's/^NEARNATIVE_URL=//p')
boot=$(tr '\0' '\n' <"/proc/$agent/environ" | sed -n 's/^NEARNATIVE_BOOT=//p')
run=$(sql "SELECT uuid FROM run LIMIT 1")
# The agent has taken its token out of what others who may look into it could read.
! tr '\0' '\n' <"/proc/$agent/environ" | grep -qE '^NEARNATIVE_TOKEN=.' || fail "the token is still there"
forged='{"run": "'$run'", "batch": 99, "elapsed_ns": 1, "rtt_ns": 0, "samples": [{"metric": "forged",
	"unit": "us", "direction": "lower", "kind": "time", "phase": "steady", "iteration": 1,
	"value": 1.0}]}'
for header in 'Authorization: Bearer 0000' 'X-None: 1' 'Authorization: Basic Og=='; do
	code=$(curl -s -o "$NN_SCRATCH/answer" -w '%{http_code}' -H "$header" -d "$forged" \
		"$url/v1/$boot/samples")
	expect "HTTP status with '$header'" "$code" 401
done
# A second's worth of others: many wrong tokens, and connections on which nothing is said.
port=${url##*:}
for _ in $(seq 40); do
	exec {quiet}<>"/dev/tcp/127.0.0.1/$port"
done
printf 'url = "%s/v1/%s/next"\noutput = "/dev/null"\n' "$url" "$boot" >"$NN_SCRATCH/one"
for _ in $(seq 300); do cat "$NN_SCRATCH/one"; done >"$NN_SCRATCH/many"
curl -s --parallel --max-time 20 -H 'Authorization: Bearer 00' -d '{}' -K "$NN_SCRATCH/many" || true
wait "$campaign" || fail "the campaign was disturbed"
expect_sql "SELECT count(*) FROM metric WHERE name = 'forged'" 0
expect_sql "SELECT count(*) FROM event WHERE kind = 'bad-token' AND message NOT LIKE '%more requests%'" 10
expect_sql "SELECT count(*) FROM event WHERE kind = 'bad-token'
	AND message LIKE '% more requests without the right token were refused'" 1
expect_sql "SELECT count(*) FROM run WHERE outcome IS NOT 'ok'" 0
expect_sql "SELECT state FROM campaign" done
