#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# First program of the guest image `host`: mount the host's root read-only with a tmpfs
# above, bring up the network, load the drivers of what was passed through, run the agent
# that the kernel command line names (nn.agent=), switch off. It runs in an initramfs
# where there is only busybox; what it says goes to the console, which is kept.
#
# Virtual devices sit on bus 0, passed ones behind root ports: so they are told apart.
export PATH=/bin HOME=/root
/bin/busybox mkdir -p /bin /dev /proc /sys /lower /mnt
/bin/busybox --install -s /bin

say() {
	echo "nearnative: $*"
}

give_up() {
	say "$*"
	poweroff -f
}

# Value of a word of the kernel command line.
parameter() {
	# shellcheck disable=SC2013
	for word in $(cat /proc/cmdline); do
		case $word in "$1="*) echo "${word#*=}" ;; esac
	done
}

# Whoever reads the root while the guest runs sees it as it was: caching all is safe.
mount_root() {
	mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro nnroot /lower ||
		return 1
	mount -t tmpfs -o mode=755,size=75% tmpfs /mnt || return 1
	mkdir /mnt/upper /mnt/work "$root" || return 1
	mount -t overlay -o lowerdir=/lower,upperdir=/mnt/upper,workdir=/mnt/work overlay "$root"
}

mount_kernel_folders() {
	mount -t proc proc "$root/proc"
	mount -t sysfs sysfs "$root/sys"
	mount -t devtmpfs devtmpfs "$root/dev"
	mkdir -p "$root/dev/pts" "$root/dev/shm"
	mount -t devpts -o ptmxmode=666 devpts "$root/dev/pts"
	mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
	mount -t tmpfs -o mode=755 tmpfs "$root/run"
	mount -t debugfs debugfs "$root/sys/kernel/debug" 2>/dev/null
	ln -sf /proc/self/fd "$root/dev/fd"
	ln -sf fd/0 "$root/dev/stdin"
	ln -sf fd/1 "$root/dev/stdout"
	ln -sf fd/2 "$root/dev/stderr"
}

# QEMU's user network, whose addresses are always these; asking by DHCP would take longer.
bring_up_network() {
	ip link set lo up
	for interface in /sys/class/net/*; do
		case $(readlink -f "$interface/device") in
		*/0000:00:*/virtio*)
			interface=${interface##*/}
			ip address add 10.0.2.15/24 dev "$interface"
			ip link set "$interface" up
			ip route add default via 10.0.2.2
			;;
		esac
	done
}

# What was loaded from the initramfs has its devices by now; the rest is the root's to load.
load_drivers() {
	wanted=
	for device in /sys/bus/pci/devices/*; do
		case ${device##*/} in 0000:00:*) continue ;; esac
		[ -e "$device/driver" ] || wanted="$wanted $(cat "$device/modalias")"
	done
	# shellcheck disable=SC2086
	[ -z "$wanted" ] || chroot "$root" /sbin/modprobe -qab $wanted ||
		say "no driver for one of$wanted"
}

# A controller finds its name spaces after its driver has returned.
wait_for_nvme() {
	for controller in /sys/class/nvme/nvme*; do
		[ -e "$controller" ] || continue
		tries=0
		until [ -e "$controller/${controller##*/}n1" ] ||
			[ -e "$controller/${controller##*/}c0n1" ] || [ $tries -ge 200 ]; do
			tries=$((tries + 1))
			usleep 25000
		done
		[ $tries -lt 200 ] || say "${controller##*/} shows no name space"
	done
}

root=/mnt/root
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module; do
	insmod "/modules/$module" || say "cannot load $module"
done </modules/order

agent=$(parameter nn.agent)
[ -n "$agent" ] || give_up "the kernel command line has no nn.agent="
mount_root || give_up "cannot mount the host's root (9p, overlay)"
mount_kernel_folders
bring_up_network
load_drivers
wait_for_nvme
[ -x "$root$agent" ] || give_up "no program $agent: can QEMU's user read it on the host?"

chroot "$root" /usr/bin/env -i \
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
	"$agent" </dev/null
say "agent ended with status $?"
poweroff -f
