# SPDX-License-Identifier: GPL-3.0-or-later
# Runs in a mount namespace of its own; see test-vm-settings.sh. usage: … LAB_BUILD PLAN
. ci/tests/e2e/lib.sh

lab=$1
plan=$2

# Nothing of this reaches the machine's own libvirt: its folders are replaced here.
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir "$NN_SCRATCH/etc-libvirt"
cp -a /etc/libvirt/. "$NN_SCRATCH/etc-libvirt"
mount --bind "$NN_SCRATCH/etc-libvirt" /etc/libvirt
# The kernel of the lab has its modules where it was unpacked; the guest looks for them in /lib.
mount -t tmpfs tmpfs /mnt
mkdir -p /mnt/upper/modules /mnt/work
mount -t overlay -o "lowerdir=$(readlink -f /lib),upperdir=/mnt/upper,workdir=/mnt/work" \
	overlay "$(readlink -f /lib)"
mount --bind "$lab/kernel/lib/modules" /lib/modules

ci/lab/libvirtd "$NN_SCRATCH/no-capabilities"
trap 'kill "$(cat /run/libvirtd.pid)"' EXIT
nearnative run --db "$db" "$plan"
expect "domains left" "$(virsh -q list --all --name | grep -c nearnative || true)" 0
