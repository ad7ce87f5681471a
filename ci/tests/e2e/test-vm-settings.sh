# SPDX-License-Identifier: GPL-3.0-or-later
# VMs of software emulation on this very machine, by a libvirtd of the test's own: what their settings
# ask for is proved in effect, Secure Boot included, and an arm that is not as its settings say is
# INVALID in every report. Needs root to make a mount namespace; no device, KVM or IOMMU.
. ci/tests/e2e/lib.sh

unshare -m true 2>/dev/null || {
	echo "skipped: no right to make a mount namespace"
	exit 0
}

lab=$(ci/lab/prepare)
kernel=$(readlink -f "$lab"/kernel/boot/vmlinuz-*)
cpu=$(taskset -cp $$ | grep -oE '[0-9]+' | tail -n 1)
truncate -s 1M "$NN_SCRATCH/extra.raw"
cat >"$NN_SCRATCH/two-vcpus.xml" <<END
<domain>
  <vcpu>2</vcpu>
</domain>
END
cat >"$NN_SCRATCH/pit.xml" <<END
<domain>
  <clock><timer name="pit" tickpolicy="discard"/></clock>
</domain>
END
cat >"$NN_SCRATCH/plan.yaml" <<END
name: settings
arms:
  - name: rich
    target: libvirt
    settings:
      accel: tcg
      kernel: $kernel
      memory: 768MiB
      topology: 1x2x1
      pin: "0:$cpu,1:$cpu"
      emulator_pin: "$cpu"
      numa: "0"
      disks: $NN_SCRATCH/extra.raw
      iothreads: 1
      iothread_pin: "$cpu"
      cmdline_extra: nn.test=1 nn.more=2
      xml: $NN_SCRATCH/pit.xml
  - name: secure
    target: libvirt
    settings: {accel: tcg, kernel: $kernel, firmware: ovmf, secure_boot: "yes"}
  - name: wrong
    target: libvirt
    settings: {accel: tcg, kernel: $kernel, xml: $NN_SCRATCH/two-vcpus.xml}
workloads:
  - name: "null"
    iterations: 3
    warmup: 1
design: {blocks: 1, runs: 1, base: rich}
claims: ["secure >= 1% of rich", "wrong >= 1% of rich"]
allow_emulated: true
deadlines: {boot: 10min, hello: 10min, run: 5min, shutdown: 2min}
END

unshare -m bash ci/tests/e2e/inside-vm-settings.sh "$lab" "$NN_SCRATCH/plan.yaml"

sql "SELECT arm.name, fact.side, fact.name, fact.value FROM fact JOIN boot ON boot.id = fact.boot
	JOIN arm ON arm.id = boot.arm WHERE fact.name GLOB 'requested.*'
	OR fact.name GLOB 'effective.*' OR fact.name GLOB 'unproved.*'"
for arm in rich secure; do
	expect "settings of $arm that are not in effect" "$(unsure_settings $arm)" ''
done
for pair in vcpus=2 topology=1x2x1 "pin=0:$cpu,1:$cpu" "emulator_pin=$cpu" "iothread_pin=$cpu" \
	iothreads=1 numa=0 "disks=$NN_SCRATCH/extra.raw" 'cmdline_extra=nn.test=1 nn.more=2' \
	firmware=bios accel=tcg 'memory=768 MiB' hugepages=no "xml=$NN_SCRATCH/pit.xml"; do
	for kind in requested effective; do
		expect "$kind" "$(fact rich "$kind.${pair%%=*}")" "${pair#*=}"
	done
done
expect "firmware" "$(fact secure effective.firmware)" ovmf
expect "Secure Boot" "$(fact secure effective.secure_boot)" yes
expect "settings of wrong that are not in effect" "$(unsure_settings wrong)" vcpus

reason="setting 'vcpus' of arm 'wrong' is not in effect: requested 1, effective 2"
escaped="setting &#39;vcpus&#39; of arm &#39;wrong&#39; is not in effect: requested 1, effective 2"
for format in text markdown html json junit csv; do
	nearnative report --db "$db" --format "$format" >"$NN_SCRATCH/report.$format"
	grep -qE "$reason|$escaped|${reason//\'/&apos;}" "$NN_SCRATCH/report.$format" ||
		fail "the $format report does not give the reason"
	grep -q INVALID "$NN_SCRATCH/report.$format" ||
		[ "$format" = junit ] || fail "nothing is INVALID in the $format report"
done
cat "$NN_SCRATCH/report.text"
