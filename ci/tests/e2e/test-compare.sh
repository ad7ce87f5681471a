# SPDX-License-Identifier: GPL-3.0-or-later
# Two campaigns side by side: refused with nothing but the differences unless these were asked for.
. ci/tests/e2e/lib.sh

plan=$NN_SCRATCH/compare.yaml
cat >"$plan" <<END
name: before
arms:
  - {name: native, target: local}
workloads:
  - {name: "null", iterations: 3, warmup: 0}
design: {blocks: 5, runs: 1}
END
expect_exit 0 nearnative run --quiet --db "$db" "$plan"
sed 's/name: before/name: after/' "$plan" >"$NN_SCRATCH/after.yaml"
expect_exit 0 nearnative run --quiet --db "$db" "$NN_SCRATCH/after.yaml"

expect_exit 0 nearnative compare --db "$db" before after
expect_text "$NN_SCRATCH/out" 'B:native against A:native'
expect_exit 0 nearnative compare --db "$db" --format json before after
expect "arms" "$(jq -r '.comparisons[0] | .base_arm + " " + .arm' "$NN_SCRATCH/out")" "A:native B:native"

sqlite3 "$db" "UPDATE fact SET value = '9.9.9' WHERE name = 'kernel.release' AND boot IN
	(SELECT boot.id FROM boot JOIN block ON block.id = boot.block WHERE block.campaign = 2)"
expect_exit 4 nearnative compare --db "$db" before after
expect_text "$NN_SCRATCH/out" '^not like for like \(axes asked for: none\)$'
expect_text "$NN_SCRATCH/out" '^    B  9\.9\.9$'
if grep -q 'null' "$NN_SCRATCH/out"; then fail "a refusal shows figures"; fi
expect_exit 4 nearnative compare --db "$db" --axis board,gpu before after
expect_exit 4 nearnative compare --db "$db" --axis board,gpu --format json before after
expect "refusal" "$(jq -r '.axes, [.differences[] | select(.name == "kernel.release") | .b]' \
	"$NN_SCRATCH/out" | jq -rs 'add | join(" ")')" "device board 9.9.9"
if has_validator; then
	valid "$NN_SCRATCH/out" nearnative.differences.1
	jq '.differences[0] += {extra: 1}' "$NN_SCRATCH/out" >"$NN_SCRATCH/drifted.json"
	! validate "$NN_SCRATCH/drifted.json" nearnative.differences.1 >/dev/null ||
		fail 'the schema accepts another member'
fi
expect_exit 0 nearnative compare --db "$db" --axis kernel before after
expect_text "$NN_SCRATCH/out" 'what differs: kernel: kernel.release'

# The same from a database of its own.
cp "$db" "$NN_SCRATCH/other.db"
expect_exit 0 nearnative compare --db "$db" --db-b "$NN_SCRATCH/other.db" --axis kernel before after
expect_exit 2 nearnative compare --db "$db" before before
expect_exit 2 nearnative compare --db "$db" --axis moon before after
expect_exit 3 nearnative compare --db "$NN_SCRATCH/none.db" before after
expect_exit 0 nearnative compare --list-axes
expect_text "$NN_SCRATCH/out" '^kernel +release'
