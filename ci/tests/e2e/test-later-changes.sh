# SPDX-License-Identifier: GPL-3.0-or-later
# Claims are made before the data: whatever is altered later shows in the report. And what one arm
# against itself gave stands beside later comparisons on the same machine.
. ci/tests/e2e/lib.sh

plan=$NN_SCRATCH/plan.yaml
cat >"$plan" <<-'END'
	name: pair
	arms:
	  - {name: native, target: local}
	  - {name: other, target: local}
	workloads:
	  - {name: "null", iterations: 8, warmup: 1}
	design: {blocks: 5, runs: 1}
	claims: ["other >= 97% of native"]
	allow_emulated: true
END
sed 's/^design: {/design: {aa: native, /; s/name: pair/name: quiet/; /^claims/d' "$plan" >"$NN_SCRATCH/aa.yaml"
expect_exit 0 nearnative run --quiet --db "$db" "$NN_SCRATCH/aa.yaml"
expect_exit 0 nearnative run --quiet --db "$db" "$plan"

json() { # filter, wanted; of the report of the latest campaign
	nearnative report --db "$db" --format json >"$NN_SCRATCH/report.json" 2>"$NN_SCRATCH/err"
	expect "$1" "$(jq -r "$1" "$NN_SCRATCH/report.json")" "$2"
}
changed='[.claims[].reasons[] | select(startswith("changed later"))] | length'

quiet=$(sql "SELECT uuid FROM campaign WHERE name = 'quiet'")
json '.comparisons[0].aa.campaign' "$quiet"
json '.comparisons[0].aa.boots' 5
json '.comparisons[0].aa.ratio > 0' true
json "$changed" 0
[ ! -s "$NN_SCRATCH/err" ] || fail 'a warning about an untouched plan'
expect_exit 0 nearnative report pair --db "$db"
expect_text "$NN_SCRATCH/out" 'A/A on this machine: [0-9]'

# The file has another margin by now: the stored one counts, and that is said.
sed -i 's/97%/50%/' "$plan"
json '.claims[0].margin' 0.97
expect_text "$NN_SCRATCH/err" "plan '.*plan.yaml' has changed since the campaign began"
sed -i 's/50%/97%/' "$plan"

# A claim from the command line is one from after the data.
expect_exit 0 nearnative report --db "$db" --format json --claim 'other >= 10% of native for null'
expect 'late claims' "$(jq '[.claims[] | select(.late)] | length > 0' "$NN_SCRATCH/out")" true
expect 'claims of the plan' "$(jq '[.claims[] | select(.late | not)] | length > 0' "$NN_SCRATCH/out")" true
expect 'their remark' "$(jq '[.remarks[] | select(test("after the data"))] | length' "$NN_SCRATCH/out")" 1

# It does not undo the planned one whose margin it would replace, and names arms that there are.
planned=$(jq -r '.claims[] | select(.late | not) | .claim_verdict' "$NN_SCRATCH/out")
expect_exit 0 nearnative report --db "$db" --format json --claim 'other >= 10% of native'
expect 'the planned claim' "$(jq -r '.claims[] | select(.late | not) | .claim_verdict + " " +
	([.reasons[] | select(test("mixed margins"))] | length | tostring)' "$NN_SCRATCH/out")" "$planned 0"
expect 'the late claim' "$(jq -r '.claims[] | select(.late) | .claim_verdict' "$NN_SCRATCH/out")" INVALID
expect_exit 2 nearnative report --db "$db" --claim 'x >= 97% of native'
expect_text "$NN_SCRATCH/err" "claim 'x >= 97% of native': the campaign has no arm 'x', its arms are 'native', 'other'"
[ ! -s "$NN_SCRATCH/out" ] || fail 'a refused claim gives output'

# Each change of the database itself is made in a copy of its own: none may hide another.
untouched=$db
db=$NN_SCRATCH/changed.db
changed_by() { # SQL
	rm -f "$db"*
	sqlite3 "$untouched" ".backup '$db'"
	sqlite3 "$db" "$1"
	expect_exit 4 nearnative report pair --db "$db" --check
	json '.claims[0].verdict' INVALID
	json "$changed > 0" true
}
changed_by "UPDATE claim SET margin = 0.5"
changed_by "UPDATE claim SET margin = 0.5, text = 'other >= 50% of native'"
changed_by "UPDATE claim SET text = 'other >= 97%'"
changed_by "UPDATE claim SET arm = 'native', base = 'other'"
changed_by "UPDATE claim SET workload = 'null', metric = 'cost'"
changed_by "DELETE FROM claim"
json '.claims[0].text' 'other >= 97% of native'
changed_by "UPDATE campaign SET plan_text = replace(plan_text, '97%', '50%')"
json '[.remarks[] | select(test("does not match the hash"))] | length' 1
changed_by "UPDATE campaign SET plan_text = ''"
changed_by "UPDATE campaign SET allow_emulated = 0"
changed_by "UPDATE campaign SET base_arm = 'other'"

# Nor is a plan accused for how it is spelt.
sed -e '/^claims/d' -e 's/name: pair/name: spelt/' "$plan" >"$NN_SCRATCH/spelt.yaml"
cat >>"$NN_SCRATCH/spelt.yaml" <<-'END'
	claims:
	  - other >= 0.01 of native
	  - other >= 1% of native
	    for null:cost
	  - "other >= 1%\x20of native for null"
END
expect_exit 0 nearnative run --quiet --db "$untouched" "$NN_SCRATCH/spelt.yaml"
db=$untouched
json '.claims | length' 3
json "$changed" 0
json '[.remarks[] | select(test("changed later|cannot be verified"))] | length' 0
