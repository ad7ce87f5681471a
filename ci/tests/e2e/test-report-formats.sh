# SPDX-License-Identifier: GPL-3.0-or-later
# Every format is what the programs that read it take, hostile names included: checked with tools of
# other projects where they are installed.
. ci/tests/e2e/lib.sh

hostile='=cmd|" <script>x</script> [a](http://e) @me #1 `c` {} \ & ]]>'
hostile=$hostile awk 'BEGIN {
	srand(3)
	hostile = ENVIRON["hostile"]
	gsub(/"/, "\"\"", hostile)
	print "campaign,arm,block,boot,run,iteration,workload,metric,unit,direction,value"
	split("proven refuted few", names)
	split("1 0.8 1", levels)
	split("10 10 3", blocks)
	for (c = 1; c <= 3; c++)
		for (b = 0; b < blocks[c]; b++)
			for (a = 0; a < 2; a++)
				for (i = 0; i < 20; i++)
					printf "\"%s %s\",%s,%d,%s-%d,0,%d,\"%s\",\"%s\",ms,lower,%.6f\n", names[c], \
						hostile, a ? "vm" : "native", b, a ? "vm" : "native", b, i, \
						hostile, hostile, 100 / (a ? levels[c] : 1) * (1 + 0.01 * (rand() - 0.5))
}' >"$NN_SCRATCH/numbers.csv"

has_module() { # python module
	/usr/bin/python3 -c "import $1" 2>/dev/null
}

has_tool() { # program or module, package
	command -v "$1" >/dev/null || has_module "$1" || { echo "skipped: $2 is not installed"; return 1; }
}

nearnative list --json | jq -r '.reports[].name' >"$NN_SCRATCH/formats"
expect "formats" "$(tr '\n' ' ' <"$NN_SCRATCH/formats")" \
	'bencher csv github-action-benchmark html json junit markdown openmetrics text '
while read -r format; do
	for pass in 1 2; do
		expect_exit 0 nearnative analyse "$NN_SCRATCH/numbers.csv" --claim 'vm >= 97% of native' \
			--format "$format" --output "$NN_SCRATCH/report.$format.$pass"
	done
	cmp "$NN_SCRATCH/report.$format.1" "$NN_SCRATCH/report.$format.2" ||
		fail "$format differs from one time to the next"
	mv "$NN_SCRATCH/report.$format.1" "$NN_SCRATCH/report.$format"
	[ -s "$NN_SCRATCH/report.$format" ] || fail "empty $format report"
done <"$NN_SCRATCH/formats"

# JUnit: one claim a campaign: passed, failed, skipped.
junit=$NN_SCRATCH/report.junit
if has_tool xmllint libxml2-utils; then
	xmllint --noout --schema ci/tests/fixtures/junit.xsd "$junit" || fail "JUnit is not valid"
	expect "failures" "$(xmllint --xpath 'count(//testcase/failure)' "$junit")" 1
	expect "skipped" "$(xmllint --xpath 'count(//testcase/skipped)' "$junit")" 1
	expect "count of failures" "$(xmllint --xpath 'string(/testsuites/@failures)' "$junit")" 1
	expect "foreign name" "$(xmllint --xpath 'string(//testcase[1]/@classname)' "$junit")" "$hostile"
fi

# OpenMetrics: by the reader of Prometheus' exporters and by the reference parser.
metrics=$NN_SCRATCH/report.openmetrics
if has_tool promtool prometheus; then
	promtool check metrics <"$metrics" || fail "promtool refuses the metrics"
fi
if has_tool prometheus_client python3-prometheus-client; then
	/usr/bin/python3 - "$metrics" "$hostile" <<'END' || fail "the reference parser refuses the metrics"
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

path, hostile = sys.argv[1:]
families = {f.name: f for f in text_string_to_metric_families(open(path, encoding="utf-8").read())}
ratios = families["nearnative_performance_ratio"].samples
assert len(ratios) == 3, ratios
assert {s.labels["workload"] for s in ratios} == {hostile}
assert all(0.7 < s.value < 1.1 for s in ratios)
assert families["nearnative_performance_ratio"].unit == "ratio"
times = families["nearnative_base_value_seconds"].samples
assert all(0.09 < s.value < 0.11 for s in times), times
states = [s for s in families["nearnative_verdict"].samples if s.value == 1]
assert sorted(s.labels["verdict"] for s in states) == ["INCONCLUSIVE", "PROVEN", "REFUTED"]
END
fi

# Markdown: no link, mention or markup comes of foreign text.
if has_tool cmark-gfm cmark-gfm; then
	cmark-gfm --unsafe -e table -e autolink -e strikethrough "$NN_SCRATCH/report.markdown" \
		>"$NN_SCRATCH/markdown.html"
	expect "links" "$(grep -cE '<(a|img|script|code|em|del)[ >]' "$NN_SCRATCH/markdown.html")" 0
	expect "rows of tables" "$(grep -c '<tr>' "$NN_SCRATCH/markdown.html")" 8
	! grep -q '@me' "$NN_SCRATCH/markdown.html" || fail "a mention is left"
fi

# CSV: as Python's reader has it, no cell is a formula.
if has_tool python3 python3; then
	python3 - "$NN_SCRATCH/report.csv" <<'END' || fail "the CSV is not what Python reads"
import csv
import sys

rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8", newline="")))
assert len(rows) == 3, len(rows)
assert {row["workload"][0] for row in rows} == {"'"}
assert all(not (value or "x")[0] in "=+@" for row in rows for value in row.values())
assert sorted(row["verdict"] for row in rows) == ["INCONCLUSIVE", "PROVEN", "REFUTED"]
assert all(None not in row for row in rows)
END
fi

# The two dashboards: what their readers want of each entry.
expect "entries" "$(jq '[.[] | select((.name | type) == "string" and (.unit == "% of native") and
	(.value | type) == "number" and (.range | test("^± [0-9.]+$")) and (.extra | type) == "string")] |
	length' "$NN_SCRATCH/report.github-action-benchmark")" 3
expect "benchmarks" "$(jq '[.[]["performance-ratio"] | select((.value | type) == "number" and
	.lower_value <= .value and .value <= .upper_value)] | length' "$NN_SCRATCH/report.bencher")" 3
