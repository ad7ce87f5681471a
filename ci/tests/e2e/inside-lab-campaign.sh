# SPDX-License-Identifier: GPL-3.0-or-later
# Runs inside the lab; see test-lab-campaign.sh. usage: inside-lab-campaign.sh PLAN
. ci/tests/e2e/lib.sh

driver() {
	basename "$(readlink "/sys/bus/pci/devices/$1/driver" || echo none)"
}

domains() {
	virsh -q list --all --name | grep -c nearnative || true
}

# In L1's own memory while it is in use: on the 9p share two processes that have the file open need
# not see the same pages of it.
db=/tmp/lab-results.db

# Everything that others can read while a VM is there: command lines, and what libvirt shows of it.
watch_secrets() {
	local file token last= shown=

	while sleep 5; do # looking takes of the one CPU that is looked at, libvirt most of all
		cat /proc/[0-9]*/cmdline | tr '\0' ' ' >>/tmp/seen || true
		for file in /tmp/nearnative-*/credentials; do
			token=$(sed -n 's/^nearnative.token=//p' "$file") && [ -n "$token" ] || continue
			stat -c %a:%U "$file" >>/tmp/modes || continue
			echo "$token" >>/tmp/tokens
			if [ "$token" = "$last" ] && [ "$token" != "$shown" ]; then
				virsh -q -r list --name | xargs -rn 1 virsh -q -r dumpxml >>/tmp/seen || true
				shown=$token
			fi
			last=$token
		done
	done 2>/dev/null
}

# A token stands in its file and nowhere else: no command line, no log, no artifact, no row.
expect_secrecy() {
	local token

	expect "credentials files" "$(sort -u /tmp/modes)" 600:root
	grep -q 'qemu-system.*-fw_cfg' /tmp/seen || fail "no command line of QEMU was seen"
	grep -q '<entry name=.opt/example.nearnative/credentials.' /tmp/seen || fail "no XML of libvirt's was seen"
	sort -u /tmp/tokens >/tmp/unique-tokens
	[ "$(wc -l </tmp/unique-tokens)" -ge 2 ] || fail "fewer tokens than boots of a VM were seen"
	while read -r token; do
		expect "length of a token" "${#token}" 64
		! grep -rlaF -- "$token" /tmp/seen /var/log/libvirt "$db"* "$NN_SCRATCH" ||
			fail "a token stands there"
	done </tmp/unique-tokens
	! ls /tmp/nearnative-*/credentials 2>/dev/null || fail "a credentials file is left"
}

watch_secrets &
watcher=$!
nearnative run --db "$db" "$1"
kill "$watcher"
expect_secrecy
expect "driver of the NVMe" "$(driver 0000:01:00.0)" nvme
expect "driver of the spare function" "$(driver 0000:00:05.0)" none
expect "domains left" "$(domains)" 0

# A mounted device is refused, and nothing is touched.
mkfs.ext4 -q /dev/nvme0n1
mkdir -p /mnt/busy
modprobe ext4 && mount /dev/nvme0n1 /mnt/busy
expect_exit 3 nearnative run --db "$db" "$1"
expect_text "$NN_SCRATCH/err" 'mounted'
umount /mnt/busy
expect "driver of the NVMe" "$(driver 0000:01:00.0)" nvme

# kill -9 while the guest owns the NVMe, twice: resume must cope with what the first left behind,
# restore with what the second did.
kill_in_guest() { # attempt, command…
	local attempt=$1 campaign

	shift
	"$@" >"$NN_SCRATCH/out" 2>"$NN_SCRATCH/err" &
	campaign=$!
	wait_for 240 has_row "SELECT count(*) FROM boot JOIN arm ON arm.id = boot.arm
		JOIN campaign c ON c.id = arm.campaign WHERE c.name = 'killed' AND arm.name = 'vm'
		AND boot.state = 'running' AND boot.attempt = $attempt"
	expect "driver while the guest runs" "$(driver 0000:01:00.0)" vfio-pci
	kill -9 "$campaign"
	wait "$campaign" 2>/dev/null || true
}

sed 's/^name: .*/name: killed/; s/blocks: [0-9]*/blocks: 1/' "$1" >"$NN_SCRATCH/killed.yaml"
kill_in_guest 0 nearnative run --db "$db" "$NN_SCRATCH/killed.yaml"
kill_in_guest 1 nearnative resume --db "$db"
nearnative restore --db "$db"
expect "driver after restore" "$(driver 0000:01:00.0)" nvme
expect "domains left" "$(domains)" 0
nearnative resume --db "$db"
expect "driver at the end" "$(driver 0000:01:00.0)" nvme
rm -f "$NN_SCRATCH/results.db" # of a lab that hung
sqlite3 "$db" "VACUUM INTO '$NN_SCRATCH/results.db'"
