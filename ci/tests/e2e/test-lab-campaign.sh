# SPDX-License-Identifier: GPL-3.0-or-later
# Both arms in the lab, in one boot of it: a campaign with an NVMe handed to a KVM guest; then a
# campaign whose orchestrator is killed while the guest owns the device, restored and resumed.
. ci/tests/e2e/lib.sh

sed 's/blocks: [0-9]*/blocks: 2/' ci/plans/demo.yaml >"$NN_SCRATCH/two-blocks.yaml"
lab demo bash ci/tests/e2e/inside-lab-campaign.sh "$NN_SCRATCH/two-blocks.yaml"

expect_sql "SELECT count(*) FROM campaign WHERE state = 'done'" 2
for arm in native vm; do
	expect_sql "SELECT count(*) FROM boot JOIN arm ON arm.id = boot.arm JOIN campaign
		ON campaign.id = arm.campaign WHERE arm.name = '$arm' AND boot.state = 'done'
		AND campaign.name = 'demo'" 2
	for workload in null compute/bandwidth graphics/fill-rate iommu/nvme-read system/timer; do
		has_row "SELECT count(*) FROM v_sample WHERE arm = '$arm'
			AND workload = '$workload' AND phase = 'steady'" ||
			fail "no samples of $workload in $arm"
	done
done
has_row "SELECT count(*) FROM v_sample WHERE arm = 'native' AND workload = 'iommu/dma-map'" ||
	fail "no samples of iommu/dma-map"
expect_sql "SELECT count(*) FROM run JOIN boot ON boot.id = run.boot JOIN arm ON
	arm.id = boot.arm WHERE arm.name = 'vm' AND run.workload = 'iommu/dma-map'
	AND (run.outcome <> 'skipped' OR run.reason IS NULL) AND boot.state = 'done'" 0
expect_sql "SELECT count(*) FROM campaign WHERE driver_before IS NOT 'nvme'
	OR driver_after IS NOT 'nvme'" 0
expect_sql "SELECT count(*) FROM journal WHERE closed IS NULL" 0

# The guest's samples come from inside a KVM guest with other addresses than its host.
expect_sql "SELECT DISTINCT f.value FROM fact f JOIN boot ON boot.id = f.boot JOIN arm ON
	arm.id = boot.arm WHERE arm.name = 'vm' AND f.side = 'system' AND f.name = 'hypervisor'" \
	KVMKVMKVM
expect_sql "SELECT count(*) FROM boot JOIN arm ON arm.id = boot.arm WHERE arm.name = 'vm' AND
	boot.state = 'done' AND NOT (
	EXISTS (SELECT 1 FROM artifact a WHERE a.boot = boot.id AND a.name = 'console.log'
		AND length(a.content) > 100) AND
	EXISTS (SELECT 1 FROM artifact a WHERE a.boot = boot.id AND a.name = 'domain.xml'
		AND instr(a.content, '<hostdev')))" 0
# What the plan asks of the VM was seen to be so.
expect "a setting that was proved" "$(fact vm effective.pv_eoi | sort -u)" no
expect "settings that are not in effect" "$(unsure_settings vm)" ''
expect_sql "SELECT group_concat(line) FROM (SELECT DISTINCT arm.name || ' ' || credentials_from AS line
	FROM boot JOIN arm ON arm.id = boot.arm WHERE boot.state = 'done' ORDER BY 1)" \
	'native environment,vm fw_cfg'
expect_sql "SELECT count(DISTINCT agent_build) FROM boot WHERE agent_build IS NOT NULL" 1

nearnative report --db "$db" --format text demo >"$NN_SCRATCH/report.txt"
cat "$NN_SCRATCH/report.txt"
expect_text "$NN_SCRATCH/report.txt" '[Ee]mulated'
nearnative report --db "$db" --format json demo >"$NN_SCRATCH/report.json"
expect_text "$NN_SCRATCH/report.json" '"emulated": true'
! grep -q PROVEN "$NN_SCRATCH/report.txt" || fail "an emulated machine proved something"
