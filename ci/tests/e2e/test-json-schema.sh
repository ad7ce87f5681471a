# SPDX-License-Identifier: GPL-3.0-or-later
# The JSON reports of a stored campaign, of a file and of two campaigns side by side are what the
# schema says, by a validator of another project; and it notices when they are not.
. ci/tests/e2e/lib.sh

schema=nearnative.report.1
has_validator || { echo "skipped: python3-jsonschema is not installed"; exit 0; }

# A stored campaign, twice, so that two can be compared.
sed 's/iterations: 40/iterations: 4/' ci/tests/e2e/slow.yaml >"$NN_SCRATCH/first.yaml"
sed 's/^name: slow/name: second/' "$NN_SCRATCH/first.yaml" >"$NN_SCRATCH/second.yaml"
expect_exit 0 nearnative run --quiet --db "$db" "$NN_SCRATCH/first.yaml"
expect_exit 0 nearnative run --quiet --db "$db" "$NN_SCRATCH/second.yaml"
expect_exit 0 nearnative report --db "$db" --format json --output "$NN_SCRATCH/store.json" slow
valid "$NN_SCRATCH/store.json" "$schema"
expect "source" "$(jq -r .source "$NN_SCRATCH/store.json")" store
expect "campaign" "$(jq -r .campaign.name "$NN_SCRATCH/store.json")" slow
expect "rows" "$(jq '.comparisons | length > 0' "$NN_SCRATCH/store.json")" true

expect_exit 0 nearnative compare --db "$db" --format json --output "$NN_SCRATCH/cross.json" \
	slow second
valid "$NN_SCRATCH/cross.json" "$schema"
expect "source" "$(jq -r .source "$NN_SCRATCH/cross.json")" cross

# A file of campaigns whose claims end in every way.
awk 'BEGIN {
	srand(7)
	print "campaign,arm,block,boot,run,iteration,workload,metric,unit,direction,value"
	split("proven refuted few", names)
	split("1 0.8 1", levels)
	split("10 10 3", blocks)
	for (c = 1; c <= 3; c++)
		for (b = 0; b < blocks[c]; b++)
			for (a = 0; a < 2; a++)
				for (r = 0; r < 3; r++)
					for (i = 0; i < 20; i++)
						printf "%s,%s,%d,%s-%d,%d,%d,copy,rate,MB/s,higher,%.6f\n", names[c], \
							a ? "vm" : "native", b, a ? "vm" : "native", b, r, i, \
							100 * (a ? levels[c] : 1) * (1 + 0.01 * (rand() - 0.5))
}' >"$NN_SCRATCH/numbers.csv"
expect_exit 0 nearnative analyse "$NN_SCRATCH/numbers.csv" --claim 'vm >= 97% of native' \
	--claim 'vm >= 97% of native for nothing' --format json --output "$NN_SCRATCH/file.json"
valid "$NN_SCRATCH/file.json" "$schema"
expect "source" "$(jq -r .source "$NN_SCRATCH/file.json")" file
expect "emulated of a file" "$(jq .emulated "$NN_SCRATCH/file.json")" null
expect "verdicts" "$(jq -r '[.claims[] | select(.workload == "copy") | .campaign + " " + .verdict] |
	sort | join(", ")' "$NN_SCRATCH/file.json")" 'few INCONCLUSIVE, proven PROVEN, refuted REFUTED'

# Drift fails: a new member, a missing one, another type, an unknown verdict.
refuse() { # jq filter
	jq "$1" "$NN_SCRATCH/file.json" >"$NN_SCRATCH/drifted.json"
	! validate "$NN_SCRATCH/drifted.json" "$schema" >/dev/null || fail "the schema accepts: $1"
}
refuse '. + {extra: 1}'
refuse 'del(.banner)'
refuse '.comparisons[0] += {extra: 1}'
refuse 'del(.comparisons[0].p_adjusted)'
refuse '.comparisons[0].ratio_ci95 = [1]'
refuse '.comparisons[0].boots_detail[0].value = "1"'
refuse '.claims[0].verdict = "MAYBE"'
refuse '.claims[0].boots_needed = 0'
refuse '.schema = "nearnative.report/2"'
