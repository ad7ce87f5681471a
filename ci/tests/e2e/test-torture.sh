# SPDX-License-Identifier: GPL-3.0-or-later
# The fault campaign in short: its script fails when anything is lost, doubled or not given back.
. ci/tests/e2e/lib.sh

ci/torture/run "$NN_BUILD" --faults 12 --seed 4 --labs 1 --directory "$NN_SCRATCH/torture" \
	>"$NN_SCRATCH/out" 2>"$NN_SCRATCH/err" || { cat "$NN_SCRATCH"/{out,err} >&2; fail "see above"; }
expect_text "$NN_SCRATCH/out" '^faults survived +12$'
expect_text "$NN_SCRATCH/out" '^samples or batches lost +0$'
expect_text "$NN_SCRATCH/out" '^settings not restored +0$'
[ "$(cut -f 3 "$NN_SCRATCH/torture/faults.tsv" | sort -u | wc -l)" -ge 3 ] ||
	fail "there were no three kinds of fault"
cat "$NN_SCRATCH/out"
