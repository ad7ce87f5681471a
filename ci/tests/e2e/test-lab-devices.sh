# SPDX-License-Identifier: GPL-3.0-or-later
# What `nearnative devices` and `doctor` say of boards whose devices are known: who shares a group
# with whom, who uses what, what can be reset, and that the kernel's groups follow from the ports.
. ci/tests/e2e/lib.sh

boot() { # topology
	ci/lab/run --topology "ci/lab/topologies/$1.topology" --results "$NN_SCRATCH" --no-libvirt \
		--keep-log "$NN_SCRATCH/lab-console.log" --deadline 600 -- \
		bash ci/tests/e2e/inside-lab-devices.sh "$1"
}

told() { # board, jq filter of a device, address
	jq -r --arg bdf "$3" ".devices[] | select(.bdf == \$bdf) | $2" "$NN_SCRATCH/$1.json"
}

expect_told() { # board, address, jq filter, wanted
	expect "$1: $3 of $2" "$(told "$1" "$3" "$2")" "$4"
}

verdict='[.assignable | .verdict, .reasons[0].kind, .reasons[0].object] | map(. // "-") | join(" ")'

boot sriov
expect_told sriov 0000:01:00.0 "$verdict" 'no user sriov_numvfs'
expect_told sriov 0000:01:00.0 '.sriov | "\(.enabled) of \(.total): \(.functions | join(" "))"' \
	'2 of 2: 0000:01:00.1 0000:01:00.2'
expect_told sriov 0000:01:00.1 "$verdict" 'yes - -'
expect_told sriov 0000:01:00.1 '"\(.reset.methods[0]) \(.flr) \(.physical_function) \(.msix)"' \
	'flr true 0000:01:00.0 1'
expect_told sriov 0000:00:05.0 "$verdict" 'with warnings reset 0000:00:05.0'
expect_text "$NN_SCRATCH/vf.txt" '^  virtual functions   it is one, of 0000:01:00.0$'

boot group
expect_told group 0000:01:00.0 "$verdict" 'no sibling 0000:01:00.1'
expect_told group 0000:02:00.0 "$verdict" 'no sibling 0000:02:00.1'
expect_told group 0000:03:00.0 "$verdict" 'yes - -'
expect_told group 0000:03:00.0 '.assignable.set | join(" ")' '0000:03:00.0 0000:03:00.1'
expect_told group 0000:02:00.1 '[.users[] | "\(.kind) \(.what) \(.forbids)"] | join(", ")' \
	'network eth0 false'
expect_told elsewhere 0000:02:00.1 '.users[0].detail' \
	'another network namespace has its interface'
expect_text "$NN_SCRATCH/group.txt" "'0000:02:00.1' of the same group has driver e1000e"
expect "doctor's exit" "$(cat "$NN_SCRATCH/doctor-0000:02:00.0.status")" 1
expect "doctor on the group" "$(jq -r '.[] | select(.check == "IOMMU group") | .result' \
	"$NN_SCRATCH/doctor-0000:02:00.0.json")" FAIL

boot board
expect_told board 0000:01:00.0 '.users | length' 1
expect_text "$NN_SCRATCH/board.txt" "no, because 'nvme[0-9]n1' is mounted on '/mnt'"
expect_told board 0000:02:00.0 '.users[0] | "\(.what[:9]) \(.comm) \(.forbids)"' \
	'/dev/nvme sleep true'
expect_told board 0000:05:00.0 "$verdict" 'yes - -'
expect_told board 0000:00:05.0 "$verdict" 'with warnings reset 0000:00:05.0'
expect_told board 0000:06:00.0 '.bars | map(.bytes) | max' 8589934592
expect_told board 0000:06:00.0 '.path | join(" ")' '0000:00:07.0 0000:03:00.0 0000:04:01.0'
expect_told board 0000:08:01.0 '.assignable.set | join(" ")' '0000:08:01.0 0000:08:02.0'
expect "a mounted NVMe" "$(jq -r '.[] | select(.check == "device unused") | .result' \
	"$NN_SCRATCH/doctor-0000:01:00.0.json")" FAIL
expect "no reset" "$(jq -r '.[] | select(.check == "reset method") | .result' \
	"$NN_SCRATCH/doctor-0000:00:05.0.json")" WARN

# What the ports' ACS makes us expect is what the kernel did.
for board in sriov group board; do
	expect "$board: groups finer than ACS" \
		"$(jq -c .isolation.split_against_acs "$NN_SCRATCH/$board.json")" '[]'
	expect "$board: interrupts remapped" \
		"$(jq .board.interrupt_remapping "$NN_SCRATCH/$board.json")" true
	expect "$board: processes not looked into" \
		"$(jq .hidden_processes "$NN_SCRATCH/$board.json")" 0
	! grep -nE '.{97}' "$NN_SCRATCH/$board.txt" || fail "$board.txt is too wide"
done
expect "ports without ACS" "$(jq -c .isolation.ports_without_acs "$NN_SCRATCH/board.json")" \
	'["0000:00:06.0","0000:04:00.0","0000:04:01.0"]'
expect "cards isolated" "$(jq -c '.isolation | [.cards_alone, .cards]' "$NN_SCRATCH/board.json")" \
	'[9,11]'

expect_exit 0 nearnative devices --compare "$NN_SCRATCH/group.json" "$NN_SCRATCH/board.json"
expect_text "$NN_SCRATCH/out" '^  B +9 of 11 \(82 %\)$'
expect_text "$NN_SCRATCH/out" '^Only on B$'

has_validator || { echo "schemas are not checked: python3-jsonschema is not installed"; exit 0; }
for board in sriov group board elsewhere; do
	valid "$NN_SCRATCH/$board.json" nearnative.devices.1
done
