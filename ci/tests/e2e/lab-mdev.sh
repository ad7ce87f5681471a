# SPDX-License-Identifier: GPL-3.0-or-later
# A guest with a mediated device; ci/mdev makes the driver and starts this. usage: lab-mdev.sh MODULE
. ci/tests/e2e/lib.sh

cat >"$NN_SCRATCH/plan.yaml" <<END
name: mdev
device: {parent: mtty, mdev: mtty-2}
arms:
  - name: vm
    target: libvirt
    settings: {memory: 256MiB, pv_eoi: "no"}
workloads:
  - name: "null"
    iterations: 3
    warmup: 1
design: {blocks: 1, runs: 1, base: vm}
deadlines: {bind: 1min, boot: 5min, hello: 4min, run: 5min, upload: 2min, shutdown: 2min}
END
lab plain bash ci/tests/e2e/inside-lab-mdev.sh "$1" "$NN_SCRATCH/plan.yaml"

expect "types" "$(jq -c '.mdev_parents | map([.parent, (.types[] | [.id, .name, .api, .available])])' \
	"$NN_SCRATCH/devices.json")" \
	'[["mtty",["mtty-1","Single port serial","vfio-pci",24],["mtty-2","Dual port serial","vfio-pci",12]]]'
expect_text "$NN_SCRATCH/devices.txt" '^  mtty +mtty-1, Single port serial, 24 available$'
expect_text "$NN_SCRATCH/devices.txt" '^ +mtty-2, Dual port serial, 12 available$'
expect_text "$NN_SCRATCH/none-left.txt" '^ +mtty-2, Dual port serial, 0 available$'
! has_validator || valid "$NN_SCRATCH/devices.json" nearnative.devices.1

# QEMU's command line, libvirt and the guest agree: the boot's device, a dual serial card.
uuid=$(sql "SELECT boot.uuid FROM boot JOIN campaign ON campaign.id = (SELECT campaign FROM arm
	WHERE arm.id = boot.arm) WHERE campaign.name = 'mdev'")
expect_text "$NN_SCRATCH/argv" "vfio-pci.*sysfsdev.*/sys/bus/mdev/devices/$uuid"
expect_sql "SELECT count(*) FROM artifact a JOIN boot ON boot.id = a.boot WHERE boot.uuid = '$uuid'
	AND a.name = 'domain.xml' AND instr(a.content, 'type=''mdev''')
	AND instr(a.content, '<address uuid=''$uuid''/>')" 1
expect_sql "SELECT group_concat(name || ' ' || value) FROM (SELECT f.name, f.value FROM fact f
	JOIN boot ON boot.id = f.boot WHERE boot.uuid = '$uuid' AND f.side = 'system' AND f.name IN
	('device', 'device.id', 'device.class', 'device.driver', 'device.absent') ORDER BY f.name)" \
	'device 0000:01:00.0,device.class 070002,device.driver serial,device.id 4348:3253'

# One made and removed for each boot, whatever became of the boot.
expect_sql "SELECT group_concat(DISTINCT wanted || ' ' || how) FROM journal
	WHERE kind = 'mediated-device'" 'mtty mtty-2 restored'
expect_sql "SELECT count(*) FROM journal WHERE kind = 'mediated-device'
	AND subject NOT IN (SELECT uuid FROM boot)" 0
expect_sql "SELECT count(*) >= 4 FROM journal WHERE kind = 'mediated-device'" 1
expect_sql "SELECT count(*) FROM journal WHERE closed IS NULL" 0
expect_sql "SELECT group_concat(name || ' ' || state) FROM campaign" 'mdev done,killed done'
sql "SELECT boot.attempt, boot.state, journal.opened, journal.closed, journal.how FROM journal
	JOIN boot ON boot.uuid = journal.subject WHERE kind = 'mediated-device'"
echo "mdev: discovered, passed to a guest, removed after it and after two kills"
