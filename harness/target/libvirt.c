/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/libvirt.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/target/console.h"
#include "harness/target/domain-overlay.h"
#include "harness/target/domain-xml.h"
#include "harness/target/guest-initramfs.h"
#include "harness/target/kernel-modules.h"
#include "harness/target/libvirt-calls.h"
#include "harness/target/target.h"
#include "harness/target/under-test.h"
#include "harness/target/vm-device.h"
#include "harness/target/vm-host.h"
#include "harness/target/vm-pin.h"
#include "harness/target/vm-proof.h"
#include "harness/target/vm-settings.h"

#define POLL_NS        (50 * NN_NS_PER_MS)
#define RECONNECT_NS   (10 * NN_NS_PER_S)
#define QUERY_MAX_NS   (10 * NN_NS_PER_S) /* what libvirt answers without asking the guest */
#define WORK_DIR_MODE  0711 /* QEMU may run as another user: it must get at the files we name */
#define HOST_LOOPBACK  "//127.0.0.1:"
#define SLIRP_LOOPBACK "//10.0.2.2:" /* how QEMU's user network shows the host's loopback */
#define CLOCK_WORD     "nn.clock="
#define NO_BOOT        "00000000-0000-0000-0000-000000000000"

struct libvirt_state {
	struct nn_vm_settings settings;
	struct nn_vm_device device;
	struct nn_binding binding; /* what was changed for this boot */
	struct nn_vm_pins pins;
	int node; /* of the host, for all memory; -1: any */
	char *nvram_path;
	char *console_path;
	char *credentials_path; /* of the file that QEMU hands to the guest */
	char *initrd;           /* made by us, or NULL */
	char *vmm;              /* what libvirt started, or NULL */
	virConnectPtr connection;
	virDomainPtr domain;
	bool is_lost;  /* a call was left behind: the domain's state is unknown */
	bool is_ended; /* … but its process was ended */
	bool is_console_kept;
};

/* Pass on what a call of libvirt said. One that was left behind keeps connection and domain. */
static int note_lost(struct libvirt_state *state, int rc)
{
	if (rc == -ETIMEDOUT)
		state->is_lost = true;
	return rc;
}

/* ---- check ---- */

/* Would the plan's own XML fit? Tried on a domain without a device. */
static int check_overlay(const struct nn_vm_settings *settings, struct nn_err *err)
{
	const struct nn_domain domain = {.boot = NO_BOOT, .vm = settings, .node = -1};
	NN_AUTO(free) char *xml = NULL;
	struct nn_err why = {0};
	int rc = settings->overlay ? nn_domain_xml(&domain, &xml, &why) : 0;

	if (!rc && settings->overlay)
		rc = nn_domain_overlay(settings->overlay, &xml, &why);
	return rc ? nn_err_set(err, -ENOTSUP, "%s", why.message) : 0;
}

static int libvirt_check_settings(const struct nn_plan_arm *arm, struct nn_err *err)
{
	NN_AUTO(vm_settings) struct nn_vm_settings settings = {0};

	return nn_vm_settings_read(&nn_target_libvirt, arm, &settings, err);
}

/* The function under test as the checks of a VM's host take it: NULL for none. */
static const char *function_or_null(const char *bdf)
{
	return bdf[0] ? bdf : NULL;
}

static int libvirt_check(const struct nn_plan *plan, const struct nn_plan_arm *arm,
			 const struct nn_sysroot *sysroot, struct nn_err *err)
{
	NN_AUTO(vm_settings) struct nn_vm_settings settings = {0};
	char bdf[NN_BDF_CAP];
	int rc = nn_vm_settings_read(&nn_target_libvirt, arm, &settings, err);

	if (!rc)
		rc = nn_vm_device_check(sysroot, plan, &settings, err);
	if (!rc)
		rc = nn_under_test(sysroot, plan, bdf, err);
	if (!rc)
		rc = nn_vm_check_kvm(&settings, err);
	if (!rc)
		rc = nn_vm_check_files(&settings, err);
	if (!rc)
		rc = check_overlay(&settings, err);
	if (!rc)
		rc = nn_vm_check_host(sysroot, &settings, nn_under_test_physical(plan), err);
	return rc ? rc : nn_vm_check_libvirt(&settings, plan->deadlines.boot_ns, err);
}

/* ---- prepare ---- */

static int prepare_initrd(struct nn_target_boot *boot, struct nn_err *err)
{
	struct libvirt_state *state = boot->state;
	NN_AUTO(free) char *version = nn_kernel_image_version(state->settings.kernel);
	struct nn_guest_initramfs spec = {.root = boot->sysroot,
					  .kernel_version = version,
					  .modules = &state->device.modules};

	if (!version)
		return nn_err_set(err, -ENOENT,
				  "kernel '%s': neither header nor name tells its version",
				  state->settings.kernel);
	state->initrd = nn_asprintf("%s/initramfs.cpio", boot->work_dir);
	return nn_guest_initramfs_write(&spec, state->initrd, err);
}

static void add_module(struct libvirt_state *state, const char *name)
{
	struct nn_name_list *modules = &state->device.modules;

	*NN_ARRAY_APPEND(modules->names, modules->nr, modules->cap) = nn_strdup(name);
}

/* Where threads and memory go, and what the guest needs for its virtual hardware. */
static int prepare_machine(struct nn_target_boot *boot, struct nn_err *err)
{
	struct libvirt_state *state = boot->state;
	const struct nn_vm_settings *settings = &state->settings;
	/* A virtual function is not there yet; it is as near as what it hangs on. */
	const char *bdf = nn_under_test_physical(boot->plan);
	int rc = nn_vm_pins_resolve(boot->sysroot, settings, bdf, &state->pins, err);

	if (!rc)
		rc = nn_vm_node(boot->sysroot, settings, bdf, &state->node, err);
	if (!rc)
		rc = nn_vm_host_plan(settings, bdf, &state->binding, err);
	if (rc)
		return rc;
	if (settings->is_ovmf) {
		state->nvram_path = nn_asprintf("%s/nvram.fd", boot->work_dir);
		(void)unlink(state->nvram_path); /* every boot starts from the same variables */
	}
	if (settings->disks.nr)
		add_module(state, "virtio_blk");
	if (settings->viommu && strcmp(settings->viommu, "virtio") == 0)
		add_module(state, "virtio_iommu");
	return 0;
}

static int libvirt_prepare(struct nn_target_boot *boot, struct nn_err *err)
{
	struct libvirt_state *state = nn_calloc(1, sizeof(*state));
	const struct nn_vm_settings *settings = &state->settings;
	int rc;

	boot->state = state;
	state->node = -1;
	state->binding = (struct nn_binding){.root = boot->sysroot, .journal = boot->journal};
	state->console_path = nn_asprintf("%s/console.log", boot->work_dir);
	state->credentials_path = nn_asprintf("%s/credentials", boot->work_dir);
	rc = nn_vm_settings_read(&nn_target_libvirt, boot->arm, &state->settings, err);
	if (rc)
		return rc;
	if (chmod(boot->work_dir, WORK_DIR_MODE))
		return nn_err_errno(err, errno, "open '%s' to QEMU", boot->work_dir);
	rc = prepare_machine(boot, err);
	if (!rc)
		rc = nn_vm_device_prepare(boot, settings, &state->binding, &state->device, err);
	if (!rc && settings->is_host_image && !settings->initrd)
		rc = prepare_initrd(boot, err);
	/* Last, so that whatever else is wrong costs no device its driver. */
	return rc ? rc : nn_binding_apply(&state->binding, boot->deadlines->bind_ns, err);
}

/* ---- boot ---- */

/* Words go on a kernel command line, which knows no quoting that all its readers share. */
static int add_word(struct nn_strbuf *cmdline, const char *name, const char *value,
		    struct nn_err *err)
{
	for (const char *c = value; *c; c++) {
		if (isspace((unsigned char)*c) || *c == '"')
			return nn_err_set(err, -EINVAL,
					  "'%s' has a blank or quote, which no kernel command line "
					  "can carry",
					  value);
	}
	nn_strbuf_addf(cmdline, " %s%s", name, value);
	return 0;
}

/* The lab tells its kernel what kind its clock is; a guest's clock is of the same kind. */
static void add_clock_word(const struct nn_sysroot *root, struct nn_strbuf *cmdline)
{
	NN_AUTO(free) char *own = nn_sysfs_text(root, "/proc/cmdline");
	const char *word = own ? strstr(own, CLOCK_WORD) : NULL;

	if (word)
		nn_strbuf_addf(cmdline, " %.*s", (int)strcspn(word, " \n"), word);
}

/* @ret_cmdline: the caller's, NULL where the image brings its own. */
static int make_cmdline(const struct nn_target_boot *boot, char **ret_cmdline, struct nn_err *err)
{
	const struct libvirt_state *state = boot->state;
	const struct nn_vm_settings *settings = &state->settings;
	NN_AUTO(strbuf) struct nn_strbuf cmdline = NN_STRBUF_INIT;
	int rc = 0;

	if (!settings->kernel)
		return 0;
	/* A panic ends the VM, by on_reboot. */
	nn_strbuf_add(&cmdline, "console=ttyS0 quiet panic=-1");
	if (settings->is_emulated)
		nn_strbuf_add(&cmdline, " no_timer_check"); /* it fails on a busy machine */
	if (settings->is_host_image)
		rc = add_word(&cmdline, "nn.agent=", boot->agent_path, err);
	if (settings->viommu && strcmp(settings->viommu, "intel") == 0)
		nn_strbuf_add(&cmdline, " intel_iommu=on"); /* not every kernel's default */
	add_clock_word(boot->sysroot, &cmdline);
	if (settings->cmdline_extra)
		nn_strbuf_addf(&cmdline, " %s", settings->cmdline_extra);
	if (!rc)
		*ret_cmdline = nn_strbuf_detach(&cmdline);
	return rc;
}

/* The host's loopback has another address in the guest. */
static void translate_url(struct nn_credentials *cred)
{
	const char *host = strstr(cred->url, HOST_LOOPBACK);
	NN_AUTO(free) char *url = NULL;

	if (!host)
		return;
	url = nn_asprintf("%.*s" SLIRP_LOOPBACK "%s", (int)(host - cred->url), cred->url,
			  host + strlen(HOST_LOOPBACK));
	(void)snprintf(cred->url, sizeof(cred->url), "%s", url); /* shorter than it was */
}

static int make_xml(const struct nn_target_boot *boot, char **ret_xml, struct nn_err *err)
{
	const struct libvirt_state *state = boot->state;
	const struct nn_vm_settings *settings = &state->settings;
	NN_AUTO(free) char *cmdline = NULL;
	NN_AUTO(free) char *xml = NULL;
	struct nn_domain domain = {
		.boot = boot->boot,
		.vm = settings,
		.pins = &state->pins,
		.node = state->node,
		.initrd = settings->initrd ? settings->initrd : state->initrd,
		.nvram_path = state->nvram_path,
		.console_path = state->console_path,
		.credentials_path = state->credentials_path,
		.functions = &state->device.functions,
		.device = boot->device_bdf,
		.mediated = state->device.mediated,
	};
	int rc = make_cmdline(boot, &cmdline, err);

	if (rc)
		return rc;
	domain.cmdline = cmdline;
	rc = nn_domain_xml(&domain, &xml, err);
	if (!rc && settings->overlay)
		rc = nn_domain_overlay(settings->overlay, &xml, err);
	if (!rc)
		*ret_xml = NN_STEAL(xml);
	return rc;
}

/* A wrapper script beside QEMU tells QEMU's version: its path tells them apart. */
static void tell_vmm(struct nn_target_boot *boot, const char *xml)
{
	struct libvirt_state *state = boot->state;
	NN_AUTO(free) char *emulator = nn_domain_emulator(xml);
	char *path = emulator ? realpath(emulator, NULL) : NULL;

	state->vmm = path ? path : NN_STEAL(emulator); /* it may be of another machine */
	boot->vmm = state->vmm;
}

/* Keep the XML as libvirt resolved it, with the machine type's version. */
static int keep_xml(struct nn_target_boot *boot, struct nn_err *err)
{
	struct libvirt_state *state = boot->state;
	NN_AUTO(free) char *xml = NULL;
	int rc = note_lost(state, nn_virt_xml(state->domain, QUERY_MAX_NS, &xml, err));

	if (rc)
		return rc;
	tell_vmm(boot, xml);
	return boot->artifacts->add(boot->artifacts->user, "domain.xml", xml, strlen(xml), err);
}

static int libvirt_boot(struct nn_target_boot *boot, const struct nn_credentials *cred,
			struct nn_err *err)
{
	struct libvirt_state *state = boot->state;
	uint64_t allowed_ns = boot->deadlines->boot_ns;
	struct nn_credentials translated = *cred;
	NN_AUTO(free) char *xml = NULL;
	int rc;

	translate_url(&translated);
	/* libvirt lends it to QEMU's user while the VM is there, as it does with the initrd. */
	rc = nn_credentials_write(&translated, state->credentials_path, err);
	if (!rc)
		rc = make_xml(boot, &xml, err);
	if (rc)
		return rc;
	rc = nn_virt_open(state->settings.uri, allowed_ns, &state->connection, err);
	if (rc)
		return rc;
	rc = nn_virt_create(state->connection, xml, allowed_ns, &state->domain, err);
	if (rc)
		return note_lost(state, rc);
	rc = keep_xml(boot, err);
	return rc ? rc : note_lost(state, nn_virt_resume(state->domain, allowed_ns, err));
}

/* ---- while it runs ---- */

static bool libvirt_is_alive(struct nn_target_boot *boot, struct nn_err *err)
{
	struct libvirt_state *state = boot->state;
	NN_AUTO(strbuf) struct nn_strbuf console = NN_STRBUF_INIT;
	char words[NN_CONSOLE_WORDS_CAP];
	struct nn_err why = {0};

	if (state->is_lost)
		(void)nn_err_set(&why, -ETIMEDOUT, "libvirt does not answer");
	else if (note_lost(state, nn_virt_check_running(state->domain, QUERY_MAX_NS, &why)) == 0)
		return true;
	nn_console_read(state->console_path, &console);
	nn_console_last_words(&console, words);
	(void)nn_err_set(err, why.code, "%s; its last words were \"%s\"", why.message, words);
	return false;
}

static void libvirt_prove(struct nn_target_boot *boot, const struct nn_pairs *facts,
			  struct nn_target_proof *ret_proof)
{
	struct libvirt_state *state = boot->state;
	NN_AUTO(free) char *xml = NULL;
	struct nn_vm_subject subject = {.sysroot = boot->sysroot,
					.boot = boot->boot,
					.settings = &state->settings,
					.pins = &state->pins,
					.node = state->node,
					.device = function_or_null(boot->device_bdf),
					.functions = &state->device.functions,
					.facts = facts};

	if (state->settings.overlay && !state->is_lost) /* else it is unproved */
		(void)note_lost(state, nn_virt_xml(state->domain, QUERY_MAX_NS, &xml, NULL));
	subject.xml = xml;
	nn_vm_prove(&subject, ret_proof);
}

/* ---- shutdown, restore ---- */

static int keep_console(struct nn_target_boot *boot, struct nn_err *err)
{
	struct libvirt_state *state = boot->state;
	NN_AUTO(strbuf) struct nn_strbuf console = NN_STRBUF_INIT;

	if (state->is_console_kept || !state->connection)
		return 0;
	state->is_console_kept = true;
	nn_console_read(state->console_path, &console);
	return boot->artifacts->add(boot->artifacts->user, "console.log", nn_strbuf_str(&console),
				    console.len, err);
}

/* Is the VM off before the deadline, or nobody there to say? */
static bool wait_until_off(struct libvirt_state *state, uint64_t allowed_ns)
{
	uint64_t until_ns = nn_clock_ns() + allowed_ns;

	while (nn_clock_ns() < until_ns) {
		if (note_lost(state, nn_virt_check_running(state->domain, QUERY_MAX_NS, NULL)))
			return true;
		nn_clock_sleep_ns(POLL_NS);
	}
	return false;
}

static bool is_boot(void *user, const char *boot)
{
	return strcmp(user, boot) == 0;
}

/*
 * Nobody answers: then its process is ended. One that is not to be found may run on another
 * machine, or be about to start, so that @why remains true.
 */
static int end_process(struct nn_target_boot *boot, struct nn_err *why)
{
	const struct nn_boot_filter filter = {.user = (char *)boot->boot, .has = is_boot};
	unsigned int nr = 0;
	int rc = nn_libvirt_end_processes(&filter, &nr, why);

	if (rc)
		return rc;
	return nr ? 0 : why->code;
}

/* The connection broke, say because the daemon is being restarted: ask the new one. */
static int end_domain_anew(struct nn_target_boot *boot, struct nn_err *err)
{
	struct libvirt_state *state = boot->state;
	struct nn_err why = {0};
	uint64_t until_ns = nn_clock_ns() + RECONNECT_NS;
	int rc;

	for (;;) {
		rc = nn_virt_destroy_uuid(state->settings.uri, boot->boot,
					  boot->deadlines->shutdown_ns, &why);
		if (rc != -ENOTCONN || nn_clock_ns() >= until_ns)
			break;
		nn_clock_sleep_ns(POLL_NS);
	}
	if (rc == -ENOTCONN || rc == -ETIMEDOUT) {
		rc = end_process(boot, &why);
		state->is_ended = !rc;
	}
	return rc ? nn_err_set(err, rc, "end the VM: %s", why.message) : 0;
}

/*
 * See to it that the domain is gone. Destroying one that is switching off waits for its end, and so
 * for the devices to be given back.
 */
static int end_domain(struct nn_target_boot *boot, struct nn_err *err)
{
	struct libvirt_state *state = boot->state;
	uint64_t allowed_ns = boot->deadlines->shutdown_ns;
	int rc;

	if (state->is_ended || (!state->is_lost && !state->domain))
		return 0;
	if (state->is_lost)
		return end_domain_anew(boot, err);
	rc = note_lost(state, nn_virt_destroy(state->domain, allowed_ns, err));
	return rc ? end_domain_anew(boot, err) : 0;
}

static int give_back(struct nn_target_boot *boot, struct nn_err *err)
{
	struct libvirt_state *state = boot->state;

	return nn_binding_undo(&state->binding, boot->deadlines->bind_ns, err);
}

static int libvirt_shutdown(struct nn_target_boot *boot, struct nn_err *err)
{
	struct libvirt_state *state = boot->state;
	uint64_t allowed_ns = boot->deadlines->shutdown_ns;
	bool is_overdue;
	int rc;

	if (!state || (!state->domain && !state->is_lost))
		return 0;
	if (!state->settings.is_host_image && !state->is_lost)
		(void)note_lost(state,
				nn_virt_press_power_button(state->domain, QUERY_MAX_NS, NULL));
	is_overdue = boot->is_told_to_stop && !state->is_lost && !wait_until_off(state, allowed_ns);
	rc = end_domain(boot, err);
	if (!rc)
		rc = give_back(boot, err);
	if (!rc)
		rc = keep_console(boot, err);
	else
		(void)keep_console(boot, NULL); /* the worse news is told */
	if (rc || !is_overdue)
		return rc;
	return nn_err_set(err, -ETIMEDOUT, "the VM did not switch itself off within %.3g s",
			  (double)allowed_ns / 1e9);
}

static void state_free(struct libvirt_state *state)
{
	if (!state->is_lost)
		nn_virt_close(state->connection, state->domain);
	nn_vm_settings_release(&state->settings);
	nn_vm_device_release(&state->device);
	nn_binding_release(&state->binding);
	nn_vm_pins_release(&state->pins);
	if (state->nvram_path)
		(void)unlink(state->nvram_path); /* libvirt made it, and leaves it behind */
	free(state->nvram_path);
	(void)unlink(state->credentials_path); /* the token has expired, too */
	free(state->credentials_path);
	free(state->console_path);
	free(state->initrd);
	free(state->vmm);
	free(state);
}

static int libvirt_restore(struct nn_target_boot *boot, struct nn_err *err)
{
	struct libvirt_state *state = boot->state;
	struct nn_err why = {0};
	int end_rc;
	int rc;

	if (!state)
		return 0;
	end_rc = end_domain(boot, &why);
	(void)keep_console(boot, NULL); /* kept by shutdown, unless that never came */
	rc = give_back(boot, err);      /* even then: what is still held says so itself */
	if (!rc && end_rc)
		rc = nn_err_set(err, end_rc, "%s", why.message);
	state_free(state);
	boot->state = NULL;
	boot->vmm = NULL;
	return rc;
}

const struct nn_target nn_target_libvirt = {
	.plugin = {.name = "libvirt",
		   .summary = "a KVM guest that gets the device handed over by vfio-pci",
		   .settings = nn_vm_setting_table},
	.is_session = false,
	.check_settings = libvirt_check_settings,
	.check = libvirt_check,
	.prepare = libvirt_prepare,
	.boot = libvirt_boot,
	.prove = libvirt_prove,
	.is_alive = libvirt_is_alive,
	.shutdown = libvirt_shutdown,
	.restore = libvirt_restore,
};
