# SPDX-License-Identifier: GPL-3.0-or-later
# `analyse` on published numbers, on bad files, and on standard input. The numbers are the means and
# deviations of the passthrough study of cmusatyalab/elijah-openstack (GTX 1080 Ti, QEMU 2.6.2), from
# which boots are drawn.
. ci/tests/e2e/lib.sh

csv=$NN_SCRATCH/elijah.csv

# A linear congruential generator of our own, for awk's differs from one awk to the next.
awk 'function uniform() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 }
	function normal() { return sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform()) }
	function boots(arm, workload, unit, direction, mean, sd,    b) {
		for (b = 0; b < 20; b++)
			printf "elijah,%s,%d,%s-%d,0,0,%s,value,%s,%s,%.9g\n", arm, b, arm, b,
				workload, unit, direction, mean + sd * normal()
	}
	BEGIN {
		seed = 20180712
		print "campaign,arm,block,boot,run,iteration,workload,metric,unit,direction,value"
		boots("native", "host-to-device", "GB/s", "higher", 6.17, 0.004)
		boots("vm", "host-to-device", "GB/s", "higher", 6.13, 0.004)
		boots("native", "convolution", "us", "lower", 381, 9)
		boots("vm", "convolution", "us", "lower", 384, 11)
		boots("native", "mobilenet", "ms", "lower", 119, 5)
		boots("vm", "mobilenet", "ms", "lower", 118, 27)
	}' >"$csv"

expect_exit 0 nearnative analyse "$csv" --claim 'vm >= 98% of native' --format json
json() { jq -r "$1" "$NN_SCRATCH/out"; }
row() { echo ".comparisons[] | select(.workload == \"$1\")"; }
is() { # filter, what it must give
	[ "$(json "$1")" = "$2" ] || fail "$1 gives '$(json "$1")', expected '$2'"
}
is "$(row host-to-device) | .p_adjusted < 0.001" true
is "$(row host-to-device) | .ratio > 0.9925 and .ratio < 0.9945" true
is "$(row host-to-device) | .equivalent_within_pct < 2" true
is '.claims[] | select(.workload == "host-to-device") | .verdict' PROVEN
is "$(row convolution) | .p_adjusted > 0.05" true
is "$(row mobilenet) | .flags | any(startswith(\"variance: \"))" true
is "$(row convolution) | .flags | any(startswith(\"variance: \"))" false
is '.comparisons | map(.method) | unique | join(",")' 'paired t on log ratios'
is '.comparisons[0].campaign' elijah

# The same bytes again, and from standard input but for the name.
cp "$NN_SCRATCH/out" "$NN_SCRATCH/first.json"
expect_exit 0 nearnative analyse "$csv" --claim 'vm >= 98% of native' --format json
cmp "$NN_SCRATCH/out" "$NN_SCRATCH/first.json" || fail 'the same file gives other bytes'
nearnative analyse - --format text <"$csv" >"$NN_SCRATCH/out" || fail 'standard input is not read'

# Which is which can be chosen; what is not there is named.
expect_exit 0 nearnative analyse "$csv" --base vm --pairing unpaired --format json
is '.comparisons[0] | [.base_arm, .arm, .method] | join(",")' 'vm,native,Welch t on logs'
expect_exit 2 nearnative analyse "$csv" --arm guest
expect_text "$NN_SCRATCH/err" "has no arm 'guest', its arms are 'native', 'vm'"
expect_exit 2 nearnative analyse "$csv" --pairing maybe
expect_exit 2 nearnative analyse "$csv" --claim 'vm is fast'
expect_exit 2 nearnative analyse "$csv" --format yaml
expect_exit 2 nearnative analyse
expect_exit 2 nearnative analyse "$NN_SCRATCH/absent.csv"

# The exit status tells the verdict when it is asked for.
expect_exit 0 nearnative analyse "$csv" --check --claim 'vm >= 98% of native for host-to-device'
expect_exit 1 nearnative analyse "$csv" --check --claim 'vm >= 99.9% of native for host-*'
expect_exit 4 nearnative analyse "$csv" --check --claim 'vm >= 99% of native for mobilenet:value'

# A broken file is told by line and column, and nothing is printed.
sed '7s/higher/upper/' "$csv" >"$NN_SCRATCH/bad.csv"
expect_exit 2 nearnative analyse "$NN_SCRATCH/bad.csv"
expect_text "$NN_SCRATCH/err" "bad\.csv:7:[0-9]+: direction 'upper', expected 'higher' or 'lower'"
[ ! -s "$NN_SCRATCH/out" ] || fail 'a broken file gives output'
