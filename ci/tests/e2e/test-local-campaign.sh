# SPDX-License-Identifier: GPL-3.0-or-later
# A campaign of one local arm needs no privilege, stores what it measured and can be reported.
. ci/tests/e2e/lib.sh

# Without any privilege: as nobody, where the test itself is root and nobody may read the programs.
unprivileged=()
if [ "$(id -u)" -eq 0 ]; then
	unprivileged=(setpriv --reuid 65534 --regid 65534 --clear-groups env "HOME=$NN_SCRATCH")
	chown 65534:65534 "$NN_SCRATCH"
	"${unprivileged[@]}" test -x "$NN_STAGE/bin/nearnative" -a -w "$NN_SCRATCH" || {
		echo "as root: nobody may not read $NN_STAGE"
		unprivileged=()
	}
fi

expect_exit 0 nearnative plan check ci/plans/local.yaml
expect_exit 0 nearnative run --dry-run ci/plans/local.yaml
expect_text "$NN_SCRATCH/out" '^block 1: '
expect_text "$NN_SCRATCH/out" 'seed [0-9]+'
expect_text "$NN_SCRATCH/out" '^estimated time: '
[ ! -e "$db" ] || fail "a dry run made a database"

expect_exit 0 "${unprivileged[@]}" nearnative run --db "$db" ci/plans/local.yaml
expect_text "$NN_SCRATCH/err" '^block 1/'
expect_text "$NN_SCRATCH/err" 'nearnative itself'
expect_sql "SELECT state FROM campaign" done
expect_sql "SELECT count(*) FROM boot WHERE state <> 'done'" 0
expect_sql "SELECT count(*) FROM run WHERE outcome NOT IN ('ok', 'skipped')" 0
expect_sql "SELECT count(*) FROM run WHERE outcome = 'skipped' AND reason IS NULL" 0
has_row "SELECT count(*) FROM sample" || fail "no samples"
has_row "SELECT 1 FROM v_sample WHERE workload = 'system/timer' AND phase = 'warmup'" ||
	fail "no warm-up samples"
has_row "SELECT 1 FROM v_sample WHERE workload = 'compute/bandwidth' AND phase = 'steady'" ||
	fail "no OpenCL samples"
has_row "SELECT 1 FROM v_sample WHERE workload = 'graphics/fill-rate' AND phase = 'steady'" ||
	fail "no graphics samples"
has_row "SELECT 1 FROM fact WHERE name = 'kernel.release' AND value = '$(uname -r)'" ||
	fail "no kernel fact"
expect_sql "SELECT count(*) FROM run WHERE id NOT IN (SELECT run FROM telemetry WHERE run NOT NULL)" 0

for format in text json html; do
	expect_exit 0 nearnative report --db "$db" --format "$format" \
		--output "$NN_SCRATCH/report.$format"
	[ -s "$NN_SCRATCH/report.$format" ] || fail "empty $format report"
done
expect_text "$NN_SCRATCH/report.json" '"schema": "nearnative.report/1"'
expect_exit 0 nearnative db check --db "$db"
expect_exit 0 nearnative db export --db "$db"
expect "rows of the export" "$(($(wc -l <"$NN_SCRATCH/out") - 1))" "$(sql 'SELECT count(*) FROM sample')"
expect_exit 2 nearnative resume --db "$db"
expect_text "$NN_SCRATCH/err" 'is done, nothing to resume'
