# SPDX-License-Identifier: GPL-3.0-or-later
# Without an IOMMU `run` says in one sentence what is missing and what to do, exit 3; in the lab
# because there the device itself is present.
. ci/tests/e2e/lib.sh

status=0
lab no-iommu nearnative run --db "$NN_SCRATCH/results.db" ci/plans/demo.yaml \
	>"$NN_SCRATCH/out" 2>"$NN_SCRATCH/err" || status=$?
cat "$NN_SCRATCH/err"
expect "exit status" "$status" 3
expect_text "$NN_SCRATCH/err" 'no IOMMU.*intel_iommu=on'
expect "sentences on stderr" "$(grep -c '^nearnative: error' "$NN_SCRATCH/err")" 1
