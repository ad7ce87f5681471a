# SPDX-License-Identifier: GPL-3.0-or-later
# Every malformed plan is refused with exit 2 and a message that begins FILE:LINE, by `plan check`
# and by `run`, which then leaves no database behind.
. ci/tests/e2e/lib.sh

count=0
for plan in ci/tests/fixtures/plans/bad-*.yaml; do
	expect_exit 2 nearnative plan check "$plan"
	expect_text "$NN_SCRATCH/err" "$plan:[0-9]+: "
	expect_exit 2 nearnative run --db "$db" "$plan"
	expect_text "$NN_SCRATCH/err" "$plan:[0-9]+: "
	[ ! -e "$db" ] || fail "$plan made a database"
	count=$((count + 1))
done
[ "$count" -ge 15 ] || fail "only $count malformed plans"
expect_exit 2 nearnative plan check ci/tests/fixtures/plans/metric-typo.yaml
expect_text "$NN_SCRATCH/err" "metric-typo.yaml:10: a claim for metric 'latancy'"
expect_exit 2 nearnative run
expect_exit 2 nearnative no-such-command
expect_exit 2 nearnative run --no-such-option x
