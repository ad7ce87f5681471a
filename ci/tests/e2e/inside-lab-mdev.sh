# SPDX-License-Identifier: GPL-3.0-or-later
# Runs inside the lab; see lab-mdev.sh. usage: inside-lab-mdev.sh MODULE PLAN
. ci/tests/e2e/lib.sh

types=/sys/class/mdev_bus/mtty/mdev_supported_types
plan=$2
# In L1's own memory while it is in use, see inside-lab-campaign.sh.
db=/tmp/lab-results.db

mdevs() {
	ls /sys/bus/mdev/devices
}

expect_nothing_left() { # when
	expect "mediated devices $1" "$(mdevs)" ''
	expect "domains $1" "$(virsh -q list --all --name | grep -c nearnative || true)" 0
	expect "instances left $1" "$(cat $types/mtty-2/available_instances)" 12
}

expect_refusal() { # message, words of sed that alter the plan
	sed "$2" "$plan" >"$NN_SCRATCH/refused.yaml"
	expect_exit 3 nearnative run --db /tmp/refused.db "$NN_SCRATCH/refused.yaml"
	expect_text "$NN_SCRATCH/err" "$1"
}

modprobe -a mdev vfio_pci
insmod "$1"
nearnative devices --json >"$NN_SCRATCH/devices.json"
nearnative devices >"$NN_SCRATCH/devices.txt"

expect_refusal "'mtty' offers no mediated device of type 'mtty-9'" 's/mtty-2/mtty-9/'
expect_refusal "'nobody' offers no mediated device of type 'mtty-2'" 's/parent: mtty/parent: nobody/'
made=()
while [ "$(cat $types/mtty-2/available_instances)" -gt 0 ]; do
	made+=("$(cat /proc/sys/kernel/random/uuid)")
	echo "${made[-1]}" >$types/mtty-2/create
done
nearnative devices >"$NN_SCRATCH/none-left.txt"
expect_refusal "'mtty' has no instance of type 'mtty-2' left" ''
expect "those of others" "$(mdevs | wc -l)" 12
for uuid in "${made[@]}"; do
	echo 1 >"/sys/bus/mdev/devices/$uuid/remove"
done
expect_nothing_left "before"

# When the guest runs, what does its host have?
in_guest() { # campaign, attempt
	has_row "SELECT count(*) FROM boot JOIN arm ON arm.id = boot.arm JOIN campaign c
		ON c.id = arm.campaign WHERE c.name = '$1' AND boot.state = 'running'
		AND boot.attempt = $2"
}

nearnative run --db "$db" "$plan" >"$NN_SCRATCH/report.txt" &
campaign=$!
wait_for 240 in_guest mdev 0
expect "mediated devices of the guest" "$(mdevs)" "$(sql 'SELECT uuid FROM boot')"
expect "its type" "$(basename "$(readlink /sys/bus/mdev/devices/*/mdev_type)")" mtty-2
tr '\0' '\n' <"/proc/$(pgrep -f 'qemu-system.*sysfsdev')/cmdline" >"$NN_SCRATCH/argv"
wait "$campaign"
expect_nothing_left "after the campaign"

# kill -9 as soon as it is there, and while the guest runs: restore removes it.
sed 's/^name: .*/name: killed/' "$plan" >"$NN_SCRATCH/killed.yaml"
strike() { # when, command…
	local when=$1 campaign

	shift
	"$@" >"$NN_SCRATCH/out" 2>"$NN_SCRATCH/err" &
	campaign=$!
	wait_for 240 eval "$when"
	kill -9 "$campaign"
	wait "$campaign" 2>/dev/null || true
	expect "mediated devices after the kill" "$(mdevs | wc -l)" 1
	nearnative restore --db "$db" 2>&1 | tee -a "$NN_SCRATCH/restored.txt"
	expect_nothing_left "after restore"
}
strike '[ -n "$(mdevs)" ]' nearnative run --db "$db" "$NN_SCRATCH/killed.yaml"
strike 'in_guest killed 1' nearnative resume --db "$db"
nearnative resume --db "$db"
expect_nothing_left "at the end"
expect_text "$NN_SCRATCH/restored.txt" "mediated device '.*' removed"
rm -f "$NN_SCRATCH/results.db" # of a lab that hung
sqlite3 "$db" "VACUUM INTO '$NN_SCRATCH/results.db'"
