# SPDX-License-Identifier: GPL-3.0-or-later
# Inside the lab: make the devices of a topology be used in known ways, and let them be told.
set -euo pipefail

survey() { # name
	nearnative devices --json >"$NN_LAB_RESULTS/$1.json"
	nearnative devices >"$NN_LAB_RESULTS/$1.txt"
}

doctor() { # address
	local status=0

	nearnative doctor --json "$1" >"$NN_LAB_RESULTS/doctor-$1.json" || status=$?
	echo "$status" >"$NN_LAB_RESULTS/doctor-$1.status"
}

# The disk of an NVMe function: which number it has is chance.
disk() { # address
	local name

	for name in /sys/class/block/nvme*n1; do
		case $(readlink "$name") in */"$1"/*) basename "$name" ;; esac
	done
}

case $1 in
sriov)
	echo 0 >/sys/bus/pci/devices/0000:01:00.0/sriov_drivers_autoprobe
	echo 2 >/sys/bus/pci/devices/0000:01:00.0/sriov_numvfs
	survey sriov
	nearnative devices 0000:01:00.1 >"$NN_LAB_RESULTS/vf.txt"
	;;
group)
	ip link set eth0 up
	survey group
	ip netns add elsewhere
	ip link set eth0 netns elsewhere
	nearnative devices --json 0000:02:00.1 >"$NN_LAB_RESULTS/elsewhere.json"
	doctor 0000:02:00.0
	;;
board)
	mke2fs -q "/dev/$(disk 0000:01:00.0)"
	mount "/dev/$(disk 0000:01:00.0)" /mnt
	# Under another name, in a mount namespace of its own, as a container has it.
	mkdir /run/elsewhere
	number=$(tr : ' ' <"/sys/class/block/$(disk 0000:02:00.0)/dev")
	# shellcheck disable=SC2016 # the inner shell expands it
	unshare --mount bash -c 'mount -t tmpfs none /run/elsewhere && cd /run/elsewhere &&
		mknod disk b $0 && exec sleep 300 <disk' "$number" &
	until pgrep -x sleep >/dev/null; do sleep 0.1; done
	survey board
	doctor 0000:01:00.0
	doctor 0000:00:05.0
	kill $!
	;;
esac
