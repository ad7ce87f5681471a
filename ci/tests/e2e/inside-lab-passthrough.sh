# SPDX-License-Identifier: GPL-3.0-or-later
# Runs inside the lab; see test-lab-passthrough.sh.
. ci/tests/e2e/lib.sh

db=/tmp/lab-results.db # in L1's own memory while it is in use

driver() {
	basename "$(readlink "/sys/bus/pci/devices/$1/driver" || echo none)"
}

# plan NAME DEVICE SETTINGS WORKLOAD: one boot of a guest with it.
plan() {
	cat >"$NN_SCRATCH/$1.yaml" <<-YAML
		name: $1
		device: $2
		arms:
		  - name: vm
		    target: libvirt
		    settings: {memory: 256MiB, pv_eoi: "no"$3}
		workloads:
		  - name: $4
		    iterations: 2
		    warmup: 0
		design: {blocks: 1, runs: 1}
		deadlines: {boot: 5min, hello: 3min, run: 5min}
	YAML
}

passes() { # as plan
	plan "$@"
	expect_exit 0 nearnative run --db "$db" "$NN_SCRATCH/$1.yaml"
}

refused() { # expected words, then as plan
	local words=$1

	shift
	plan "$@"
	expect_exit 3 nearnative run --db "$db" "$NN_SCRATCH/$1.yaml"
	expect_text "$NN_SCRATCH/err" "$words"
}

nvme_functions() {
	local device

	for device in 0000:01:00.0 0000:02:00.0 0000:02:00.1 0000:03:00.0; do
		driver "$device"
	done | sort | uniq -c | sed 's/^ *//'
}

nearnative devices >"$NN_SCRATCH/devices.txt"
expect "drivers at the beginning" "$(nvme_functions)" '4 nvme'

passes nvme '"0000:01:00.0"' '' iommu/nvme-read
expect "drivers after the NVMe" "$(nvme_functions)" '4 nvme'

passes virtual-function '{pf: "0000:03:00.0", vf: 0}' '' '"null"'
expect "virtual functions that are left" "$(cat /sys/bus/pci/devices/0000:03:00.0/sriov_numvfs)" 0
expect "probing of virtual functions" \
	"$(cat /sys/bus/pci/devices/0000:03:00.0/sriov_drivers_autoprobe)" 1

refused "0000:02:00.1.*driver nvme" sibling '"0000:02:00.0"' '' '"null"'
passes group '"0000:02:00.0"' ', extra: group' iommu/nvme-read
expect "drivers after two functions" "$(nvme_functions)" '4 nvme'

passes no-reset '"0000:00:07.0"' '' '"null"'
expect_text "$NN_SCRATCH/err" "0000:00:07.0.*reset"
expect "driver of the device without reset" "$(driver 0000:00:07.0)" none

refused 'can have 2 virtual functions' missing-function '{pf: "0000:03:00.0", vf: 2}' '' '"null"'
refused "offers no mediated device of type 'mtty-2'" mediated '{parent: mtty, mdev: mtty-2}' '' \
	'"null"'

# What a native arm asks of the host, and what only a reboot could give.
cat >"$NN_SCRATCH/host.yaml" <<-YAML
	name: host
	device: "0000:01:00.0"
	arms:
	  - name: strict
	    target: local
	    settings: {iommu: strict, cpus: 1, memory: 512MiB}
	  - name: passthrough
	    target: local
	    settings: {iommu: passthrough, cpus: 1, memory: 512MiB}
	workloads:
	  - name: iommu/nvme-read
	    iterations: 2
	    warmup: 0
	design: {blocks: 1, runs: 1, seed: 1, base: strict}
YAML
type=/sys/kernel/iommu_groups/$(basename "$(readlink /sys/bus/pci/devices/0000:01:00.0/iommu_group)")/type
before=$(cat "$type")
expect_exit 0 nearnative run --db "$db" "$NN_SCRATCH/host.yaml"
expect "IOMMU mode afterwards" "$(cat "$type")" "$before"
expect "driver afterwards" "$(driver 0000:01:00.0)" nvme
expect "control groups left" "$(find /sys/fs/cgroup -maxdepth 1 -name 'nearnative*')" ''

# A disk in use goes to nobody, forced or not; nor does a native arm take its driver away.
disk=/dev/$(basename /sys/bus/pci/devices/0000:01:00.0/nvme/nvme*/nvme*n1)
mkfs.ext4 -q "$disk"
mkdir -p /mnt/busy
modprobe ext4
mount "$disk" /mnt/busy
refused "is mounted on '/mnt/busy'" mounted '"0000:01:00.0"' '' '"null"'
expect_exit 3 nearnative run --force --db "$db" "$NN_SCRATCH/mounted.yaml"
expect_text "$NN_SCRATCH/err" "is mounted on '/mnt/busy'"
expect_exit 3 nearnative run --db "$db" "$NN_SCRATCH/host.yaml"
expect_text "$NN_SCRATCH/err" "is mounted on '/mnt/busy'"
umount /mnt/busy

# Somebody else's campaign: refused, and no trace of it in the database.
flock -o /run/nearnative/host sleep 600 &
sleep 1
expect_exit 3 nearnative run --db "$db" "$NN_SCRATCH/nvme.yaml"
kill %1

sed 's/iommu: strict/iommu: "off"/' "$NN_SCRATCH/host.yaml" >"$NN_SCRATCH/off.yaml"
expect_exit 3 nearnative run --db "$db" "$NN_SCRATCH/off.yaml"
expect_text "$NN_SCRATCH/err" "'iommu: off' takes a reboot"

rm -f "$NN_SCRATCH/results.db" # of a lab that hung
sqlite3 "$db" "VACUUM INTO '$NN_SCRATCH/results.db'"
