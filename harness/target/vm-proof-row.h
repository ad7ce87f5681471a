/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The columns of the table in vm-proof.c: how a setting is put into words as it was asked for, and
 * as it was seen. Both use the same words. Internal to the proof.
 */
#ifndef NN_TARGET_VM_PROOF_ROW_H
#define NN_TARGET_VM_PROOF_ROW_H

#include "harness/base/strbuf.h"
#include "harness/target/vm-process.h"
#include "harness/target/vm-proof.h"

/* The subject, and what was read of its process once for all rows. */
struct nn_vm_view {
	const struct nn_vm_subject *subject;
	const struct nn_vm_settings *settings;
	struct nn_vm_process process;
	struct nn_vm_memory memory;
	struct nn_vm_threads threads;
	/* code 0: the above was read; else why it was not */
	struct nn_err no_process;
	struct nn_err no_memory;
	struct nn_err no_threads;
};

struct nn_proof_row {
	const char *setting;
	bool is_inside; /* the agent saw it, else it was seen on the host */
	/* Append what was asked for; nothing when the plan leaves it to QEMU. */
	void (*asked)(const struct nn_vm_view *view, const struct nn_proof_row *row,
		      struct nn_strbuf *text);
	/* Append what is; -errno with the reason when it cannot be seen. */
	int (*seen)(const struct nn_vm_view *view, const struct nn_proof_row *row,
		    struct nn_strbuf *text, struct nn_err *why);
	size_t offset;   /* of the setting, for the general ones of the functions below */
	const char *key; /* of a fact, a word in it, or an option of QEMU's, for them */
};

/* asked: general */
void nn_asked_text(const struct nn_vm_view *view, const struct nn_proof_row *row,
		   struct nn_strbuf *text);
void nn_asked_text_or_none(const struct nn_vm_view *view, const struct nn_proof_row *row,
			   struct nn_strbuf *text);
void nn_asked_bool(const struct nn_vm_view *view, const struct nn_proof_row *row,
		   struct nn_strbuf *text);
void nn_asked_switch(const struct nn_vm_view *view, const struct nn_proof_row *row,
		     struct nn_strbuf *text);
void nn_asked_number(const struct nn_vm_view *view, const struct nn_proof_row *row,
		     struct nn_strbuf *text);

/* asked: of one setting */
#define NN_ASKED(name)                                      \
	void nn_asked_##name(const struct nn_vm_view *view, \
			     const struct nn_proof_row *row NN_UNUSED, struct nn_strbuf *text)
NN_ASKED(accel);
NN_ASKED(disks);
NN_ASKED(emulator_pin);
NN_ASKED(extra);
NN_ASKED(firmware);
NN_ASKED(halt_poll);
NN_ASKED(hugepages);
NN_ASKED(image);
NN_ASKED(iothread_pin);
NN_ASKED(kernel);
NN_ASKED(kvm_bool);
NN_ASKED(kvm_switch);
NN_ASKED(memory);
NN_ASKED(numa);
NN_ASKED(pin);
NN_ASKED(rom);
NN_ASKED(secure_boot);
NN_ASKED(topology);

/* seen: the fact @key; the word @key of a fact; the first argument of QEMU's option @key */
int nn_seen_fact(const struct nn_vm_view *view, const struct nn_proof_row *row,
		 struct nn_strbuf *text, struct nn_err *why);
int nn_seen_kvm_feature(const struct nn_vm_view *view, const struct nn_proof_row *row,
			struct nn_strbuf *text, struct nn_err *why);
int nn_seen_kvm_hint(const struct nn_vm_view *view, const struct nn_proof_row *row,
		     struct nn_strbuf *text, struct nn_err *why);
int nn_seen_option(const struct nn_vm_view *view, const struct nn_proof_row *row,
		   struct nn_strbuf *text, struct nn_err *why);

/* seen: of one setting */
#define NN_SEEN(name)                                                                        \
	int nn_seen_##name(const struct nn_vm_view *view,                                    \
			   const struct nn_proof_row *row NN_UNUSED, struct nn_strbuf *text, \
			   struct nn_err *why)
NN_SEEN(accel);
NN_SEEN(cmdline);
NN_SEEN(cpu_cache);
NN_SEEN(disk);
NN_SEEN(disks);
NN_SEEN(emulator);
NN_SEEN(emulator_pin);
NN_SEEN(extra);
NN_SEEN(firmware);
NN_SEEN(halt_poll);
NN_SEEN(hugepages);
NN_SEEN(hyperv);
NN_SEEN(image);
NN_SEEN(ioapic);
NN_SEEN(iothread_pin);
NN_SEEN(iothreads);
NN_SEEN(kvm_hidden);
NN_SEEN(machine);
NN_SEEN(memory);
NN_SEEN(numa);
NN_SEEN(overlay);
NN_SEEN(pin);
NN_SEEN(rom);
NN_SEEN(viommu);

/** "2MiB": as the plan writes it. */
void nn_proof_add_page_size(struct nn_strbuf *text, uint64_t bytes);

#endif
