# SPDX-License-Identifier: GPL-3.0-or-later
# `nearnative devices` on whatever machine this is: JSON that is what its schema says, surveys that
# are kept, listed and compared, and usage that is refused. What it says of devices is tested in the
# lab, where they are known.
. ci/tests/e2e/lib.sh

expect_exit 0 nearnative devices --json
cp "$NN_SCRATCH/out" "$NN_SCRATCH/here.json"
expect "schema" "$(jq -r .schema "$NN_SCRATCH/here.json")" nearnative.devices/1
expect "functions" "$(jq '.devices | length' "$NN_SCRATCH/here.json")" \
	"$(find /sys/bus/pci/devices -type l 2>/dev/null | wc -l)"
expect_exit 0 nearnative devices

# Kept, listed, compared: with itself, and with a board where functions share groups.
for _ in 1 2; do
	expect_exit 0 nearnative devices --save --db "$db"
done
expect_sql 'SELECT count(*), count(DISTINCT machine), count(campaign) FROM survey' '2|1|0'
expect_sql "SELECT count(*) FROM survey
	WHERE nr_functions <> json_array_length(content, '\$.devices')" 0
expect_exit 0 nearnative devices --saved --db "$db"
expect "surveys listed" "$(grep -c 'cards isolated' "$NN_SCRATCH/out")" 2
expect_exit 0 nearnative devices --saved --json --db "$db"
expect "ids" "$(jq -c '[.[].id]' "$NN_SCRATCH/out")" '[1,2]'
machine=$(jq -r '.[0].machine' "$NN_SCRATCH/out")
expect_exit 0 nearnative devices --compare --json --db "$db" 1 "${machine:0:10}"
cp "$NN_SCRATCH/out" "$NN_SCRATCH/same.json"
expect "schema" "$(jq -r .schema "$NN_SCRATCH/same.json")" nearnative.boards/1
expect "differences from itself" "$(jq -c '[.only_a, .only_b, ([.pairs[] |
	select(.a != .b)])] | map(length)' "$NN_SCRATCH/same.json")" '[0,0,0]'
expect_exit 0 nearnative devices --compare --db "$db" 2 "$NN_SCRATCH/here.json"
expect_text "$NN_SCRATCH/out" '^isolated cards '

# A device by a short address, when there is one.
bdf=$(jq -r '.devices[0].bdf // empty' "$NN_SCRATCH/here.json")
if [ -n "$bdf" ]; then
	expect_exit 0 nearnative devices "${bdf#0000:}"
	expect_text "$NN_SCRATCH/out" "^$bdf  "
	expect_text "$NN_SCRATCH/out" '^  can be assigned '
	expect_exit 0 nearnative devices --json "$bdf"
	expect "one device" "$(jq -c '[.devices[].bdf]' "$NN_SCRATCH/out")" "[\"$bdf\"]"
fi

expect_exit 3 nearnative devices 0000:ff:1f.7
expect_text "$NN_SCRATCH/err" "there is no PCI device '0000:ff:1f.7'"
expect_exit 2 nearnative devices nvme0
expect_text "$NN_SCRATCH/err" "'nvme0' is no PCI address"
expect_exit 2 nearnative devices --compare 1
expect_text "$NN_SCRATCH/err" "needs two surveys: A B"
expect_exit 2 nearnative devices --save --saved
expect_text "$NN_SCRATCH/err" 'only one of --save, --saved and --compare'
expect_exit 3 nearnative devices --compare --db "$db" 1 77
expect_text "$NN_SCRATCH/err" "has no survey '77'"
expect_exit 2 nearnative devices --compare --db "$db" 1 ci/tests/e2e/slow.yaml
expect_text "$NN_SCRATCH/err" "survey 'ci/tests/e2e/slow.yaml': "

# A campaign begins with a survey.
sed 's/iterations: 40/iterations: 4/' ci/tests/e2e/slow.yaml >"$NN_SCRATCH/plan.yaml"
expect_exit 0 nearnative run --quiet --db "$NN_SCRATCH/campaign.db" "$NN_SCRATCH/plan.yaml"
expect "the campaign's survey" "$(sqlite3 "$NN_SCRATCH/campaign.db" "SELECT count(*) FROM survey
	JOIN campaign ON campaign.id = survey.campaign
	WHERE json_extract(content, '\$.schema') = 'nearnative.devices/1'")" 1

has_validator || { echo "schemas are not checked: python3-jsonschema is not installed"; exit 0; }
valid "$NN_SCRATCH/here.json" nearnative.devices.1
valid "$NN_SCRATCH/same.json" nearnative.boards.1
