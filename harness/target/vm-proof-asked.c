/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"
#include "harness/target/kernel-modules.h"
#include "harness/target/vm-host.h"
#include "harness/target/vm-proof-row.h"

static const void *member(const struct nn_vm_view *view, const struct nn_proof_row *row)
{
	return (const char *)view->settings + row->offset;
}

static void add_bool(struct nn_strbuf *text, bool value)
{
	nn_strbuf_add(text, value ? "yes" : "no");
}

/* ---- general ---- */

void nn_asked_text(const struct nn_vm_view *view, const struct nn_proof_row *row,
		   struct nn_strbuf *text)
{
	const char *value = *(const char *const *)member(view, row);

	if (value)
		nn_strbuf_add(text, value);
}

void nn_asked_text_or_none(const struct nn_vm_view *view, const struct nn_proof_row *row,
			   struct nn_strbuf *text)
{
	const char *value = *(const char *const *)member(view, row);

	nn_strbuf_add(text, value ? value : "none");
}

void nn_asked_bool(const struct nn_vm_view *view, const struct nn_proof_row *row,
		   struct nn_strbuf *text)
{
	add_bool(text, *(const bool *)member(view, row));
}

void nn_asked_switch(const struct nn_vm_view *view, const struct nn_proof_row *row,
		     struct nn_strbuf *text)
{
	enum nn_switch value = *(const enum nn_switch *)member(view, row);

	if (value != NN_SWITCH_UNSET)
		add_bool(text, value == NN_SWITCH_ON);
}

void nn_asked_number(const struct nn_vm_view *view, const struct nn_proof_row *row,
		     struct nn_strbuf *text)
{
	nn_strbuf_addf(text, "%" PRIu64, *(const uint64_t *)member(view, row));
}

/* ---- of one setting ---- */

void nn_proof_add_page_size(struct nn_strbuf *text, uint64_t bytes)
{
	NN_AUTO(strbuf) struct nn_strbuf size = NN_STRBUF_INIT;
	const char *blank;

	nn_strbuf_add_bytes(&size, bytes);
	blank = strchr(nn_strbuf_str(&size), ' ');
	if (blank) {
		nn_strbuf_addn(text, size.data, (size_t)(blank - size.data));
		nn_strbuf_add(text, blank + 1);
	}
}

NN_ASKED(accel)
{
	nn_strbuf_add(text, view->settings->is_emulated ? "tcg" : "kvm");
}

NN_ASKED(disks)
{
	const struct nn_name_list *disks = &view->settings->disks;

	for (size_t i = 0; i < disks->nr; i++)
		nn_strbuf_addf(text, "%s%s", i ? "," : "", disks->names[i]);
}

NN_ASKED(emulator_pin)
{
	if (view->subject->pins->emulator)
		nn_strbuf_add(text, view->subject->pins->emulator);
}

/* A list of what goes along, itself among it; nothing of a device that is alone. */
NN_ASKED(extra)
{
	const struct nn_name_list *functions = view->subject->functions;

	for (size_t i = 0; functions && functions->nr > 1 && i < functions->nr; i++)
		nn_strbuf_addf(text, "%s%s", i ? "," : "", functions->names[i]);
}

NN_ASKED(firmware)
{
	nn_strbuf_add(text, view->settings->is_ovmf ? "ovmf" : "bios");
}

NN_ASKED(halt_poll)
{
	if (view->settings->has_halt_poll)
		nn_strbuf_addf(text, "%" PRIu64, view->settings->halt_poll_ns);
}

NN_ASKED(hugepages)
{
	const struct nn_vm_subject *subject = view->subject;
	struct nn_hugepage_need need;

	if (!view->settings->has_hugepages)
		nn_strbuf_add(text, "no");
	else if (nn_vm_hugepages_needed(subject->sysroot, view->settings, subject->device, &need,
					NULL))
		nn_strbuf_add(text, "yes");
	else
		nn_proof_add_page_size(text, need.page_bytes);
}

NN_ASKED(image)
{
	nn_strbuf_add(text, view->settings->is_host_image ? "host" : "disk");
}

NN_ASKED(iothread_pin)
{
	if (view->subject->pins->iothreads && view->settings->iothreads)
		nn_strbuf_add(text, view->subject->pins->iothreads);
}

NN_ASKED(kernel)
{
	NN_AUTO(free)
	char *version =
		view->settings->kernel ? nn_kernel_image_version(view->settings->kernel) : NULL;

	if (view->settings->kernel)
		nn_strbuf_add(text, version ? version : view->settings->kernel);
}

/* What KVM offers its guests: nothing to ask of software emulation, or where KVM hides. */
NN_ASKED(kvm_bool)
{
	bool is_hiding = strcmp(row->setting, "kvm_hidden") == 0;

	if (!view->settings->is_emulated && (is_hiding || !view->settings->is_kvm_hidden))
		nn_asked_bool(view, row, text);
}

NN_ASKED(kvm_switch)
{
	if (!view->settings->is_kvm_hidden)
		nn_asked_switch(view, row, text);
}

NN_ASKED(memory)
{
	nn_strbuf_add_bytes(text, view->settings->memory_bytes);
}

NN_ASKED(numa)
{
	if (view->subject->node < 0)
		nn_strbuf_add(text, "none");
	else
		nn_strbuf_addf(text, "%d", view->subject->node);
}

NN_ASKED(pin)
{
	NN_AUTO(free) char *pins = nn_vm_pins_text(&view->subject->pins->vcpus);

	nn_strbuf_add(text, pins);
}

NN_ASKED(rom)
{
	if (view->subject->device)
		nn_strbuf_add(text, view->settings->rom);
}

NN_ASKED(secure_boot)
{
	if (view->settings->is_ovmf)
		add_bool(text, view->settings->has_secure_boot);
}

NN_ASKED(topology)
{
	const struct nn_vm_topology *topology = &view->settings->topology;

	if (topology->sockets)
		nn_strbuf_addf(text, "%" PRIu64 "x%" PRIu64 "x%" PRIu64, topology->sockets,
			       topology->cores, topology->threads);
}
