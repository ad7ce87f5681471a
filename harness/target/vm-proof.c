/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/vm-proof.h"

#include <stddef.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"
#include "harness/target/vm-proof-row.h"

#define OF(member) offsetof(struct nn_vm_settings, member)

enum { OUTSIDE, INSIDE };

/*
 * A row for every setting but uri, which says where libvirt is and nothing of the VM. A test holds
 * this against the table of settings.
 */
static const struct nn_proof_row rows[] = {
	{"accel", OUTSIDE, nn_asked_accel, nn_seen_accel, 0, NULL},
	{"cmdline_extra", INSIDE, nn_asked_text, nn_seen_cmdline, OF(cmdline_extra), NULL},
	{"cpu_cache", OUTSIDE, nn_asked_text, nn_seen_cpu_cache, OF(cpu_cache), NULL},
	{"disk", OUTSIDE, nn_asked_text, nn_seen_disk, OF(disk), NULL},
	{"disks", INSIDE, nn_asked_disks, nn_seen_disks, 0, NULL},
	{"emulator", OUTSIDE, nn_asked_text, nn_seen_emulator, OF(emulator), NULL},
	{"emulator_pin", OUTSIDE, nn_asked_emulator_pin, nn_seen_emulator_pin, 0, NULL},
	{"extra", OUTSIDE, nn_asked_extra, nn_seen_extra, 0, NULL},
	{"firmware", INSIDE, nn_asked_firmware, nn_seen_firmware, 0, NULL},
	{"halt_poll_ns", OUTSIDE, nn_asked_halt_poll, nn_seen_halt_poll, 0, NULL},
	{"hint_dedicated", INSIDE, nn_asked_kvm_switch, nn_seen_kvm_hint, OF(hint_dedicated),
	 "dedicated"},
	{"hugepages", OUTSIDE, nn_asked_hugepages, nn_seen_hugepages, 0, NULL},
	{"hyperv", INSIDE, nn_asked_bool, nn_seen_hyperv, OF(has_hyperv), NULL},
	{"image", OUTSIDE, nn_asked_image, nn_seen_image, 0, NULL},
	{"initrd", OUTSIDE, nn_asked_text, nn_seen_option, OF(initrd), "initrd"},
	{"invtsc", INSIDE, nn_asked_switch, nn_seen_fact, OF(invtsc), "cpu.invtsc"},
	{"ioapic", OUTSIDE, nn_asked_text, nn_seen_ioapic, OF(ioapic), NULL},
	{"iothread_pin", OUTSIDE, nn_asked_iothread_pin, nn_seen_iothread_pin, 0, NULL},
	{"iothreads", OUTSIDE, nn_asked_number, nn_seen_iothreads, OF(iothreads), NULL},
	{"kernel", INSIDE, nn_asked_kernel, nn_seen_fact, 0, "kernel.release"},
	{"kvm_hidden", INSIDE, nn_asked_kvm_bool, nn_seen_kvm_hidden, OF(is_kvm_hidden), NULL},
	{"machine", OUTSIDE, nn_asked_text, nn_seen_machine, OF(machine), NULL},
	{"memory", OUTSIDE, nn_asked_memory, nn_seen_memory, 0, NULL},
	{"numa", OUTSIDE, nn_asked_numa, nn_seen_numa, 0, NULL},
	{"pin", OUTSIDE, nn_asked_pin, nn_seen_pin, 0, NULL},
	{"poll_control", INSIDE, nn_asked_kvm_switch, nn_seen_kvm_feature, OF(poll_control),
	 "poll-control"},
	{"pv_eoi", INSIDE, nn_asked_kvm_bool, nn_seen_kvm_feature, OF(has_pv_eoi), "pv-eoi"},
	{"rom", OUTSIDE, nn_asked_rom, nn_seen_rom, 0, NULL},
	{"secure_boot", INSIDE, nn_asked_secure_boot, nn_seen_fact, 0, "firmware.secure_boot"},
	{"topoext", INSIDE, nn_asked_switch, nn_seen_fact, OF(topoext), "cpu.topoext"},
	{"topology", INSIDE, nn_asked_topology, nn_seen_fact, 0, "cpu.topology"},
	{"vcpus", INSIDE, nn_asked_number, nn_seen_fact, OF(vcpus), "cpu.count"},
	{"viommu", INSIDE, nn_asked_text_or_none, nn_seen_viommu, OF(viommu), NULL},
	{"xml", OUTSIDE, nn_asked_text, nn_seen_overlay, OF(overlay), NULL},
};

static void prove_row(const struct nn_vm_view *view, const struct nn_proof_row *row,
		      struct nn_target_proof *proof)
{
	NN_AUTO(strbuf) struct nn_strbuf asked = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf seen = NN_STRBUF_INIT;
	struct nn_err why = {0};

	row->asked(view, row, &asked);
	if (!asked.len)
		return;
	nn_target_tell(&proof->host, "requested", row->setting, nn_strbuf_str(&asked));
	if (row->seen(view, row, &seen, &why))
		nn_target_tell(&proof->host, "unproved", row->setting, why.message);
	else
		nn_target_tell(row->is_inside ? &proof->system : &proof->host, "effective",
			       row->setting, nn_strbuf_str(&seen));
}

/* Nobody asks for these, but they may explain a result. */
static void tell_more(const struct nn_vm_view *view, struct nn_target_proof *proof)
{
	const char *machine = nn_vm_process_option(&view->process, "machine");
	NN_AUTO(free) char *name = machine ? nn_strndup(machine, strcspn(machine, ",")) : NULL;
	NN_AUTO(strbuf) struct nn_strbuf thp = NN_STRBUF_INIT;

	if (name)
		nn_pairs_add(&proof->host, "vm.machine", name);
	if (view->no_memory.code)
		return;
	nn_strbuf_add_bytes(&thp, view->memory.thp_bytes);
	nn_pairs_add(&proof->host, "vm.memory.thp", nn_strbuf_str(&thp));
}

static void look(struct nn_vm_view *view)
{
	const struct nn_sysroot *root = view->subject->sysroot;

	if (nn_vm_process_find(root, view->subject->boot, &view->process, &view->no_process)) {
		view->no_memory = view->no_process;
		view->no_threads = view->no_process;
		return;
	}
	(void)nn_vm_process_memory(root, &view->process, &view->memory, &view->no_memory);
	(void)nn_vm_process_threads(root, &view->process, &view->threads, &view->no_threads);
}

void nn_vm_prove(const struct nn_vm_subject *subject, struct nn_target_proof *ret_proof)
{
	struct nn_vm_view view = {.subject = subject, .settings = subject->settings};

	look(&view);
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++)
		prove_row(&view, &rows[i], ret_proof);
	tell_more(&view, ret_proof);
	nn_vm_process_release(&view.process);
	nn_vm_threads_release(&view.threads);
}
