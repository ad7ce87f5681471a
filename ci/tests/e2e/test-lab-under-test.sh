# SPDX-License-Identifier: GPL-3.0-or-later
# A kernel, a QEMU and words for the kernel command line can be put under test in the lab: the
# command there meets just these. What is not there is refused before anything boots.
. ci/tests/e2e/lib.sh

prepared=$(ci/lab/prepare)
release=$(cat "$prepared/release")
export NN_LAB_BUILD=$NN_SCRATCH/lab

cat >"$NN_SCRATCH/wrapper" <<END
#!/bin/sh
echo wrapped
exec $(command -v qemu-system-x86_64) "\$@"
END
chmod +x "$NN_SCRATCH/wrapper"

# As `make install modules_install` would leave it, at a place of its own.
mkdir -p "$NN_SCRATCH/root/lib/modules"
cp -rL "$prepared/kernel/lib/modules/$release" "$NN_SCRATCH/root/lib/modules/"
mkdir "$NN_SCRATCH/root/boot"
cp "$prepared/kernel/boot/vmlinuz-$release" "$NN_SCRATCH/root/boot/vmlinuz-mine"
touch "$NN_SCRATCH/root/lib/modules/$release/mine"

boot() { # OPTION… -- COMMAND…
	expect_exit 0 ci/lab/run --no-libvirt --results "$NN_SCRATCH/results" --retries 4 \
		--keep-log "$NN_SCRATCH/lab-console.log" "$@"
}

boot --kernel "$NN_SCRATCH/root" --qemu "$NN_SCRATCH/wrapper" --append 'one.word=1 another.word=2' \
	-- sh -c 'cat /proc/cmdline; qemu-system-x86_64 --version; ls /lib/modules/$(uname -r)/mine'
expect_text "$NN_SCRATCH/out" ' one\.word=1 another\.word=2$'
expect_text "$NN_SCRATCH/out" '^wrapped$'
expect_text "$NN_SCRATCH/out" '^QEMU emulator version'
expect_text "$NN_SCRATCH/out" "^/lib/modules/$release/mine\$"
! grep -q "$NN_SCRATCH" <(grep 'one\.word' "$NN_SCRATCH/out") ||
	fail "the kernel command line tells paths of one run"

boot --kernel "$NN_SCRATCH/root/boot/vmlinuz-mine" -- sh -c 'uname -r; ls /lib/modules/*/mine'
expect_text "$NN_SCRATCH/out" "^$release\$"
expect_text "$NN_SCRATCH/out" "^/lib/modules/$release/mine\$"

expect_exit 125 ci/lab/run --kernel ./nowhere -- true
expect_text "$NN_SCRATCH/err" 'there is no \./nowhere'
expect_exit 125 ci/lab/run --kernel "$NN_SCRATCH/wrapper" -- true
expect_text "$NN_SCRATCH/err" 'is no kernel'
expect_exit 125 ci/lab/run --kernel "$NN_SCRATCH/results" -- true
expect_text "$NN_SCRATCH/err" 'has no boot/vmlinuz'
expect_exit 125 ci/lab/run --qemu ./nowhere -- true
expect_text "$NN_SCRATCH/err" 'no program \./nowhere'
expect_exit 2 ci/lab-gate
expect_exit 2 ci/lab-gate "$NN_SCRATCH" --no-such-option
