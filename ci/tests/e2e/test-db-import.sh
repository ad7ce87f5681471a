# SPDX-License-Identifier: GPL-3.0-or-later
# Files of other tools become boots of two arms that a report compares; a malformed or repeated file
# changes nothing.
. ci/tests/e2e/lib.sh

fixtures=ci/tests/fixtures/import

# Five runs of fio in each arm, the VM's about 3 % slower.
mkdir "$NN_SCRATCH/native" "$NN_SCRATCH/vm"
for i in 1 2 3 4 5; do
	sed "s/\"iops\" : 12564.217891/\"iops\" : 1250$i.5/" "$fixtures/fio-3.33.json" \
		>"$NN_SCRATCH/native/run-$i.json"
	sed "s/\"iops\" : 12564.217891/\"iops\" : 1213$i.25/" "$fixtures/fio-3.33.json" \
		>"$NN_SCRATCH/vm/run-$i.json"
done

# A malformed file is named with its line and column, and nothing is made.
head -n 40 "$NN_SCRATCH/vm/run-5.json" >"$NN_SCRATCH/cut.json"
expect_exit 2 nearnative db import --db "$db" --from fio "$NN_SCRATCH"/native/run-*.json \
	"$NN_SCRATCH/cut.json"
expect_text "$NN_SCRATCH/err" 'cut\.json: JSON line 4[01] column [0-9]+: '
[ ! -e "$db" ] || fail "a malformed file made a database"
expect_exit 2 nearnative db import --db "$db" --from fio "$NN_SCRATCH"/native/run-[12].json \
	"$NN_SCRATCH/native/run-1.json"
[ ! -e "$db" ] || fail "a refused import left a database"

expect_exit 0 nearnative db import --db "$db" --from fio --campaign disk \
	"$NN_SCRATCH"/native/run-*.json
expect_text "$NN_SCRATCH/err" "'run-5\.json' is block 5 of arm 'native'"
expect_exit 0 nearnative db import --db "$db" --from fio --campaign disk --arm vm \
	"$NN_SCRATCH"/vm/run-*.json

expect_sql "SELECT name || ' ' || state || ' ' || base_arm FROM campaign" 'disk done native'
expect_sql "SELECT group_concat(DISTINCT target) FROM arm" import
expect_sql "SELECT count(*) FROM boot WHERE is_session AND state = 'done'" 10
expect_sql "SELECT group_concat(block || arm, ' ') FROM (SELECT DISTINCT block, arm FROM v_sample
	WHERE block < 2 ORDER BY 1, 2)" '0native 0vm 1native 1vm'
expect_sql "SELECT value || unit || direction FROM v_sample WHERE arm = 'vm' AND block = 4
	AND workload = 'fio/seq-read/read' AND metric = 'iops'" '12135.251/shigher'
expect_sql "SELECT DISTINCT unit || direction FROM v_sample WHERE metric = 'clat_p99'" uslower
expect_sql "SELECT count(*) FROM artifact WHERE name = 'run-3.json'" 2
sqlite3 -readonly "$db" "SELECT writefile('$NN_SCRATCH/kept.json', content) FROM artifact
	JOIN boot ON boot.id = artifact.boot JOIN arm ON arm.id = boot.arm
	WHERE artifact.name = 'run-3.json' AND arm.name = 'vm'" >/dev/null
cmp "$NN_SCRATCH/kept.json" "$NN_SCRATCH/vm/run-3.json" || fail "the kept file differs"

expect_exit 0 nearnative report --db "$db" disk
expect_text "$NN_SCRATCH/out" 'fio/seq-read/read'
expect_text "$NN_SCRATCH/out" 'iops'
expect_text "$NN_SCRATCH/out" '[Ss]ession'
expect_exit 0 nearnative report --db "$db" --format json --output "$NN_SCRATCH/report.json" disk
expect "boots and ratio of the report" "$(sqlite3 :memory: "
	SELECT json_extract(value, '\$.boots') || ' ' ||
		printf('%.4f', json_extract(value, '\$.ratio'))
	FROM json_each(readfile('$NN_SCRATCH/report.json'), '\$.comparisons')
	WHERE json_extract(value, '\$.workload') = 'fio/seq-read/read'
	AND json_extract(value, '\$.metric') = 'iops'")" '5 0.9704'

# The same bytes again: refused, left out, or another run.
expect_exit 2 nearnative db import --db "$db" --from fio --campaign disk "$NN_SCRATCH"/native/run-2.json
expect_text "$NN_SCRATCH/err" "'run-2\.json': the same bytes are block 2 of arm 'native' already"
expect_text "$NN_SCRATCH/err" '--again skip'
expect_exit 2 nearnative db import --db "$db" --from fio --campaign disk --arm vm --again skip \
	"$NN_SCRATCH"/native/run-2.json
expect_sql "SELECT count(*) FROM boot" 10
expect_exit 0 nearnative db import --db "$db" --from fio --campaign disk --again skip \
	"$NN_SCRATCH"/native/run-2.json
expect_text "$NN_SCRATCH/err" 'is left out: it already is block 2'
expect_sql "SELECT count(*) FROM boot" 10
expect_exit 0 nearnative db import --db "$db" --from fio --campaign disk --again keep \
	"$NN_SCRATCH"/native/run-2.json
expect_sql "SELECT count(*) FROM boot" 11

# Campaigns are of one tool; measured ones are left alone.
expect_exit 2 nearnative db import --db "$db" --from hyperfine --campaign disk \
	"$fixtures/hyperfine-1.15.0.json"
expect_text "$NN_SCRATCH/err" "campaign 'disk' holds files of fio, not of hyperfine"
sed 's/blocks: 2/blocks: 1/; s/iterations: 40/iterations: 2/' ci/tests/e2e/slow.yaml >"$NN_SCRATCH/quick.yaml"
expect_exit 0 nearnative run --quiet --db "$db" "$NN_SCRATCH/quick.yaml"
measured=$(sql "SELECT name FROM campaign WHERE plan_path NOT LIKE 'import:%'")
expect_exit 2 nearnative db import --db "$db" --from fio --campaign "$measured" "$fixtures/fio-3.33.json"
expect_text "$NN_SCRATCH/err" "campaign '$measured' was measured, not imported"

# Every tool's file is taken, into a campaign that has the tool's name.
while read -r tool file options; do
	# shellcheck disable=SC2086
	expect_exit 0 nearnative db import --db "$db" --from "$tool" $options "$fixtures/$file"
	has_row "SELECT count(*) FROM v_sample JOIN campaign ON campaign.uuid = v_sample.campaign
		WHERE campaign.name = '$tool'" || fail "no figure of $tool"
	expect_exit 0 nearnative report --db "$db" "$tool"
done <<'END'
clpeak clpeak-1.1.2.txt
clpeak clpeak-1.1.2.xml --arm vm
fio fio-3.33-plus.json
glmark2 glmark2-2023.01.txt
hyperfine hyperfine-1.15.0.json
nvbandwidth nvbandwidth-0.8.json
phoronix phoronix-10.8.4.xml --only native
phoronix phoronix-10.8.4.xml --only vm --arm vm
stress-ng stress-ng-0.15.06.yaml
stress-ng stress-ng-0.15.06.txt --arm vm
END
expect_exit 0 nearnative db check --db "$db"

# What is wrong with a command line or a file, and where.
while IFS='|' read -r arguments message; do
	# shellcheck disable=SC2086
	expect_exit 2 nearnative db import --db "$db" $arguments
	expect_text "$NN_SCRATCH/err" "$message"
done <<END
$fixtures/fio-3.33.json|needs --from TOOL
--from iperf $fixtures/fio-3.33.json|unknown tool 'iperf', expected one of clpeak, fio
--from fio|needs FILE
--from fio --again often $fixtures/fio-3.33.json|expected refuse, skip or keep
--from fio $NN_SCRATCH/none.json|open '.*none.json': No such file
--from fio $fixtures/phoronix-10.8.4.xml|phoronix-10.8.4.xml: JSON line 1 column
--from phoronix $fixtures/phoronix-10.8.4.xml|phoronix-10.8.4.xml:20: a second system 'vm'
--from phoronix $fixtures/fio-3.33.json|fio-3.33.json:1:1: no XML
--from stress-ng $fixtures/glmark2-2023.01.txt|glmark2-2023.01.txt:1: 
END
