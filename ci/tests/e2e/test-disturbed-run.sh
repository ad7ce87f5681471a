# SPDX-License-Identifier: GPL-3.0-or-later
# A run during which the kernel reports a bus error is flagged, left out, told, and repeated.
# Runs alone: it writes a bus error to the kernel's log.
. ci/tests/e2e/lib.sh

# Reading the kernel's log takes privileges that a container may lack.
if ! { [ -w /dev/kmsg ] && timeout 2 dd if=/dev/kmsg bs=8192 count=1 >/dev/null; } 2>/dev/null; then
	echo "skipped: /dev/kmsg is not to be read and written here"
	exit 0
fi

sed 's/blocks: 2/blocks: 1/' ci/tests/e2e/slow.yaml >"$NN_SCRATCH/plan.yaml"
nearnative run --db "$db" "$NN_SCRATCH/plan.yaml" >"$NN_SCRATCH/out" 2>"$NN_SCRATCH/err" &
campaign=$!
wait_for 60 has_row "SELECT count(*) FROM run"
echo '<3>pcieport 0000:00:1c.0: PCIe Bus Error: severity=Uncorrected (Fatal)' >/dev/kmsg
wait "$campaign" || { cat "$NN_SCRATCH/err" >&2; fail "the campaign failed"; }

expect_sql "SELECT count(*) FROM run WHERE disturbed LIKE 'aer: %PCIe Bus Error%'" 1
has_row "SELECT count(*) FROM sample JOIN run ON run.id = sample.run WHERE disturbed IS NOT NULL" ||
	fail "its samples are not kept"
# It has a repetition of the same workload in the same boot, which counts.
expect_sql "SELECT count(*) FROM run AS again JOIN run AS first ON first.boot = again.boot
	AND first.workload = again.workload WHERE first.disturbed IS NOT NULL
	AND again.run > first.run AND again.disturbed IS NULL AND again.outcome = 'ok'
	AND again.seed <> first.seed AND again.run = (SELECT max(run) FROM run AS r
	WHERE r.boot = first.boot AND r.workload = first.workload)" 1
expect_text "$NN_SCRATCH/err" "was disturbed \(aer: .*\) and does not count"
nearnative report --db "$db" >"$NN_SCRATCH/report.txt"
expect_text "$NN_SCRATCH/report.txt" 'disturbed \(1 run\): aer'
nearnative report --db "$db" --format json >"$NN_SCRATCH/report.json"
expect "outcomes told in JSON" "$(jq -r '[.skipped[]? | .outcome] | unique | join(",")' \
	"$NN_SCRATCH/report.json")" disturbed
