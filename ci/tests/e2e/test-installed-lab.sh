# SPDX-License-Identifier: GPL-3.0-or-later
# The installed lab needs no checkout: it keeps what it builds in the user's cache or where
# NN_LAB_BUILD says, starts in the current directory, and writes nothing next to its programs.
. ci/tests/e2e/lib.sh

installed=$NN_STAGE/share/nearnative/lab
ci/lab/prepare >"$NN_SCRATCH/prepared"
prepared=$(cat "$NN_SCRATCH/prepared")
expect "build directory of the repository's lab" "$prepared" "$(readlink -f build/lab)"
before=$(find "$NN_STAGE" | sort)

# A cache that is filled already saves the download.
elsewhere=$NN_SCRATCH/elsewhere
mkdir -p "$elsewhere" "$NN_SCRATCH/cache/nearnative"
ln -s "$prepared" "$NN_SCRATCH/cache/nearnative/lab"
echo found >"$elsewhere/witness"
cd "$elsewhere"

boot() { # OPTION… -- COMMAND…
	expect_exit 0 "$installed/run" --results "$NN_SCRATCH/results" --retries 4 \
		--keep-log "$NN_SCRATCH/lab-console.log" "$@"
}

export XDG_CACHE_HOME=$NN_SCRATCH/cache
boot --no-libvirt -- sh -c 'uname -a; pwd; cat witness; echo kept >"$NN_LAB_RESULTS/kept"'
expect_text "$NN_SCRATCH/out" "^Linux lab $(cat "$prepared/release") "
expect_text "$NN_SCRATCH/out" "^$elsewhere\$"
expect_text "$NN_SCRATCH/out" '^found$'
expect "what the command left behind" "$(cat "$NN_SCRATCH/results/kept")" kept

export NN_LAB_BUILD=$prepared XDG_CACHE_HOME=/nonexistent
boot --topology "$installed/topologies/demo.topology" -- \
	sh -c 'nearnative --version; virsh --connect qemu:///system version; cat /sys/class/nvme/nvme0/serial'
expect_text "$NN_SCRATCH/out" '^nearnative [0-9]+\.[0-9]+\.[0-9]+'
expect_text "$NN_SCRATCH/out" '^Running hypervisor: QEMU'
expect_text "$NN_SCRATCH/out" '^nn0'

expect "files beside the current directory's" "$(ls -A)" witness
expect "the installed tree" "$(find "$NN_STAGE" | sort)" "$before"
expect_exit 1 env -u NN_LAB_BUILD -u XDG_CACHE_HOME -u HOME "$installed/prepare"
expect_text "$NN_SCRATCH/err" 'set NN_LAB_BUILD'
