# SPDX-License-Identifier: GPL-3.0-or-later
# Every kind of device that a plan may name goes to a guest and comes back, or is refused with its
# reason: an NVMe, a virtual function, two functions of a group, a function whose sibling has a
# driver of the host, a device without reset, a mounted disk. And what a native arm asks of the host.
. ci/tests/e2e/lib.sh

lab passthrough bash ci/tests/e2e/inside-lab-passthrough.sh

expect_sql "SELECT count(*) FROM campaign WHERE state <> 'done'" 0
expect_sql "SELECT group_concat(name) FROM (SELECT name FROM campaign ORDER BY id)" \
	nvme,virtual-function,group,no-reset,host
expect_sql "SELECT count(*) FROM journal WHERE closed IS NULL" 0
expect_sql "SELECT count(*) FROM journal WHERE kind <> 'scratch' AND done IS NULL" 0

# What was handed over, for each.
changed() { # campaign
	sql "SELECT count(*) FROM journal WHERE kind = 'driver' AND wanted = 'vfio-pci' AND
		subject = '$1'"
}
expect "hand-overs of the NVMe" "$(changed 0000:01:00.0)" 1
expect "hand-overs of the virtual function" "$(changed 0000:03:00.1)" 1
expect "hand-overs of the first of two" "$(changed 0000:02:00.0)" 1
expect "hand-overs of the second of two" "$(changed 0000:02:00.1)" 1
expect "hand-overs of the device without reset" "$(changed 0000:00:07.0)" 1
expect_sql "SELECT wanted FROM journal WHERE kind = 'virtual-functions'" 1
# The guest saw the very device.
for campaign in nvme group; do
	has_row "SELECT count(*) FROM v_sample JOIN campaign c ON c.uuid = campaign
		WHERE c.name = '$campaign' AND workload = 'iommu/nvme-read'" ||
		fail "nothing was read from the device of '$campaign'"
done
for campaign in nvme virtual-function group no-reset; do
	has_row "SELECT count(*) FROM fact JOIN boot ON boot.id = fact.boot JOIN arm ON
		arm.id = boot.arm JOIN campaign c ON c.id = arm.campaign WHERE c.name = '$campaign'
		AND fact.side = 'system' AND fact.name = 'device'" ||
		fail "the guest of '$campaign' did not find its device"
done
expect_sql "SELECT count(*) FROM event JOIN campaign c ON c.id = event.campaign WHERE
	c.name = 'no-reset' AND event.kind = 'device' AND event.message LIKE '%reset%'" 1

# The native arm's wishes were in effect while it ran, and are gone.
expect_sql "SELECT group_concat(wanted, ' ') FROM (SELECT wanted FROM journal WHERE subject LIKE
	'/sys/kernel/iommu_groups/%/type' ORDER BY wanted)" 'DMA identity'
expect_sql "SELECT count(*) FROM journal WHERE kind = 'cgroup' AND
	wanted = 'cpuset.cpus 0' || char(10) ||
	'memory.max 536870912' || char(10) || 'memory.swap.max 0'" 2
for arm in strict passthrough; do
	expect "settings of $arm that are not in effect" "$(unsure_settings $arm)" ''
done
expect "the CPUs of a native arm" "$(fact strict effective.cpus)" 0
expect "its memory" "$(fact strict effective.memory)" "512 MiB"
expect "its IOMMU" "$(fact strict effective.iommu)" strict
expect "the other's IOMMU" "$(fact passthrough effective.iommu)" passthrough
# Both of the group were seen on QEMU's command line.
expect_sql "SELECT DISTINCT fact.value FROM fact JOIN boot ON boot.id = fact.boot JOIN arm ON
	arm.id = boot.arm JOIN campaign c ON c.id = arm.campaign WHERE c.name = 'group' AND
	fact.name = 'effective.extra'" 0000:02:00.0,0000:02:00.1
