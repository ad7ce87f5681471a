/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An arm's settings for a virtual machine, parsed and with their defaults. Reading them looks at
 * the plan alone; what the machine has to say is in vm-host.h.
 */
#ifndef NN_TARGET_VM_SETTINGS_H
#define NN_TARGET_VM_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/sysfs.h"
#include "harness/device/group.h"
#include "harness/target/target.h"

/* Further disk images: what bus 0 has room for. */
#define NN_VM_MAX_DISKS 8

/* Rows for the descriptor. */
extern const struct nn_setting nn_vm_setting_table[];

/* A switch that the plan need not touch: unset leaves QEMU's own choice. */
enum nn_switch { NN_SWITCH_UNSET, NN_SWITCH_OFF, NN_SWITCH_ON };

/* All 0 when the plan says nothing: then every vCPU is a socket. */
struct nn_vm_topology {
	uint64_t sockets;
	uint64_t cores;   /* of a socket */
	uint64_t threads; /* of a core */
};

/*
 * Texts are borrowed from the arm, but for @kernel, @initrd, @disk, @disks, @rom and @overlay,
 * which are absolute paths of the struct's own, and @extra.
 */
struct nn_vm_settings {
	const char *uri;
	uint64_t memory_bytes;
	uint64_t vcpus;
	struct nn_vm_topology topology;
	bool is_host_image; /* the host's own root; else @disk is what boots */
	char *disk;         /* or NULL */
	char *kernel;       /* NULL: the firmware boots from the disk */
	char *initrd;       /* NULL: made by us, for the host image */
	const char *cmdline_extra;
	bool is_emulated; /* TCG */
	const char *emulator;
	const char *machine; /* "q35", "pc-q35-7.2" … */
	bool is_ovmf;        /* else SeaBIOS */
	bool has_secure_boot;

	bool has_hugepages;
	uint64_t hugepage_bytes;  /* 0: the host's default size */
	const char *numa;         /* "none", "auto" or the number of a node */
	const char *pin;          /* "none", "auto" or "0:2,1:3" */
	const char *emulator_pin; /* list of CPUs, or NULL: as @pin has it */
	const char *iothread_pin;
	uint64_t iothreads;
	struct nn_name_list disks; /* beside @disk */

	struct nn_group_extra extra; /* whether it is forced is the plan's */
	char *rom;                   /* "default", "off" or a path */
	bool is_kvm_hidden;
	bool has_hyperv;
	bool has_pv_eoi;
	const char *ioapic;    /* "kvm", "qemu" or NULL: as QEMU has it, with KVM in KVM */
	const char *viommu;    /* "intel", "virtio" or NULL */
	const char *cpu_cache; /* "passthrough", "emulate", "disable" or NULL */
	enum nn_switch topoext;
	enum nn_switch invtsc;
	enum nn_switch poll_control;
	enum nn_switch hint_dedicated;
	bool has_halt_poll;    /* of the host's KVM: */
	uint64_t halt_poll_ns; /* how long it polls before a vCPU sleeps */
	char *overlay;         /* XML file, or NULL */
};

void nn_vm_settings_release(struct nn_vm_settings *settings);
NN_AUTO_DEFINE(vm_settings, struct nn_vm_settings, nn_vm_settings_release(p))

/** Return: 0, or -EINVAL when settings contradict each other or a value is none. */
int nn_vm_settings_read(const struct nn_target *target, const struct nn_plan_arm *arm,
			struct nn_vm_settings *ret_settings, struct nn_err *err);

#endif
