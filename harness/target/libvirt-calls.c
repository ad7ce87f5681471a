/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/libvirt-calls.h"

#include <errno.h>

#include <libvirt/virterror.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/target/within.h"

#define CLOSE_MAX_NS (10 * NN_NS_PER_S)

/*
 * What a call in a thread of its own takes and gives. libvirt keeps errors by thread, so the thread
 * that made the call writes the message too.
 */
struct virt_call {
	char *text; /* URI, UUID or XML */
	char *emulator;
	char *machine;
	bool is_emulated;
	virConnectPtr connection;
	virDomainPtr domain;
	virDomainPtr *domains;
	int nr_domains;
	int rc;
	struct nn_err err;
};

static void virt_call_free(struct virt_call *call)
{
	free(call->text);
	free(call->emulator);
	free(call->machine);
	free(call);
}

/* QEMU's complaints come in several lines; a message of ours is one. */
static int virt_error(struct nn_err *err, int code, const char *what)
{
	NN_AUTO(free) char *why = nn_strdup(virGetLastErrorMessage());

	for (char *c = why; c && *c; c++) {
		if (*c == '\n')
			*c = ' ';
	}
	return nn_err_set(err, code, "%s: %s", what, why ? why : "unknown error");
}

static bool last_error_is_gone(void)
{
	return virGetLastErrorCode() == VIR_ERR_NO_DOMAIN;
}

/* libvirt prints errors on stderr unless told where else they go; we return them. */
static void drop_message(void *user NN_UNUSED, virErrorPtr error NN_UNUSED)
{
}

/* Run a call; on overrun the argument stays with the thread and @err says so. */
static int virt_run(struct virt_call *call, void (*run)(void *arg), uint64_t allowed_ns,
		    const char *what, struct nn_err *err)
{
	if (!nn_run_within(allowed_ns, run, call))
		return nn_err_set(err, -ETIMEDOUT, "%s: libvirt did not answer within %.3g s", what,
				  (double)allowed_ns / 1e9);
	if (call->rc && err)
		*err = call->err;
	return call->rc;
}

/* One that takes a domain and gives nothing back. */
static int run_on_domain(virDomainPtr domain, void (*run)(void *arg), uint64_t allowed_ns,
			 const char *what, struct nn_err *err)
{
	struct virt_call *call = nn_calloc(1, sizeof(*call));
	int rc;

	call->domain = domain;
	rc = virt_run(call, run, allowed_ns, what, err);
	if (rc != -ETIMEDOUT)
		virt_call_free(call);
	return rc;
}

/* ---- open, close ---- */

static void open_call(void *arg)
{
	struct virt_call *call = arg;

	call->connection = virConnectOpen(call->text);
	if (!call->connection)
		call->rc = virt_error(&call->err, -ENOTCONN, call->text);
}

int nn_virt_open(const char *uri, uint64_t allowed_ns, virConnectPtr *ret_connection,
		 struct nn_err *err)
{
	struct virt_call *call = nn_calloc(1, sizeof(*call));
	int rc;

	virSetErrorFunc(NULL, drop_message);
	call->text = nn_strdup(uri);
	rc = virt_run(call, open_call, allowed_ns, "connect", err);
	if (rc == -ETIMEDOUT)
		return rc;
	if (!rc)
		*ret_connection = call->connection;
	virt_call_free(call);
	return rc;
}

static void capabilities_call(void *arg)
{
	struct virt_call *call = arg;

	call->text = virConnectGetDomainCapabilities(call->connection, call->emulator, "x86_64",
						     call->machine,
						     call->is_emulated ? "qemu" : "kvm", 0);
	if (!call->text)
		call->rc = virt_error(&call->err, -EIO, "ask for its capabilities");
}

int nn_virt_capabilities(virConnectPtr connection, const struct nn_virt_machine *machine,
			 uint64_t allowed_ns, char **ret_xml, struct nn_err *err)
{
	struct virt_call *call = nn_calloc(1, sizeof(*call));
	int rc;

	call->connection = connection;
	call->emulator = nn_strdup(machine->emulator);
	call->machine = nn_strdup(machine->machine);
	call->is_emulated = machine->is_emulated;
	rc = virt_run(call, capabilities_call, allowed_ns, "ask for its capabilities", err);
	if (rc == -ETIMEDOUT)
		return rc;
	if (!rc)
		*ret_xml = NN_STEAL(call->text);
	virt_call_free(call);
	return rc;
}

static void close_call(void *arg)
{
	struct virt_call *call = arg;

	(void)virConnectClose(call->connection); /* says goodbye, and waits for the answer */
}

void nn_virt_close(virConnectPtr connection, virDomainPtr domain)
{
	struct virt_call *call;

	if (domain)
		(void)virDomainFree(domain); /* only drops a reference */
	if (!connection)
		return;
	call = nn_calloc(1, sizeof(*call));
	call->connection = connection;
	if (virt_run(call, close_call, CLOSE_MAX_NS, "disconnect", NULL) != -ETIMEDOUT)
		virt_call_free(call);
}

/* ---- create ---- */

static void create_call(void *arg)
{
	struct virt_call *call = arg;

	call->domain = virDomainCreateXML(call->connection, call->text,
					  VIR_DOMAIN_START_PAUSED | VIR_DOMAIN_START_AUTODESTROY);
	if (!call->domain)
		call->rc = virt_error(&call->err, -EIO, "create the domain");
}

int nn_virt_create(virConnectPtr connection, const char *xml, uint64_t allowed_ns,
		   virDomainPtr *ret_domain, struct nn_err *err)
{
	struct virt_call *call = nn_calloc(1, sizeof(*call));
	int rc;

	call->text = nn_strdup(xml);
	call->connection = connection;
	rc = virt_run(call, create_call, allowed_ns, "create the domain", err);
	if (rc == -ETIMEDOUT)
		return rc;
	if (!rc)
		*ret_domain = call->domain;
	virt_call_free(call);
	return rc;
}

static void resume_call(void *arg)
{
	struct virt_call *call = arg;

	if (virDomainResume(call->domain))
		call->rc = virt_error(&call->err, -EIO, "resume the domain");
}

int nn_virt_resume(virDomainPtr domain, uint64_t allowed_ns, struct nn_err *err)
{
	return run_on_domain(domain, resume_call, allowed_ns, "resume the domain", err);
}

static void xml_call(void *arg)
{
	struct virt_call *call = arg;

	/* Not VIR_DOMAIN_XML_SECURE: what it would add is nothing that we keep. */
	call->text = virDomainGetXMLDesc(call->domain, 0); /* allocated with malloc() */
	if (!call->text)
		call->rc = virt_error(&call->err, -EIO, "read the domain's XML");
}

int nn_virt_xml(virDomainPtr domain, uint64_t allowed_ns, char **ret_xml, struct nn_err *err)
{
	struct virt_call *call = nn_calloc(1, sizeof(*call));
	int rc;

	call->domain = domain;
	rc = virt_run(call, xml_call, allowed_ns, "read the domain's XML", err);
	if (rc == -ETIMEDOUT)
		return rc;
	if (!rc)
		*ret_xml = NN_STEAL(call->text);
	virt_call_free(call);
	return rc;
}

/* ---- state ---- */

static const char *state_name(int state)
{
	switch (state) {
	case VIR_DOMAIN_PAUSED:
		return "paused by libvirt (an I/O error?)";
	case VIR_DOMAIN_SHUTDOWN:
		return "switching off";
	case VIR_DOMAIN_CRASHED:
		return "crashed";
	case VIR_DOMAIN_PMSUSPENDED:
		return "asleep";
	default:
		return "off";
	}
}

static void state_call(void *arg)
{
	struct virt_call *call = arg;
	int state = VIR_DOMAIN_NOSTATE;

	if (virDomainGetState(call->domain, &state, NULL, 0) == 0) {
		if (state != VIR_DOMAIN_RUNNING && state != VIR_DOMAIN_BLOCKED)
			call->rc = nn_err_set(&call->err, -ESHUTDOWN, "the VM is %s",
					      state_name(state));
	} else if (last_error_is_gone()) {
		call->rc = nn_err_set(&call->err, -ESHUTDOWN, "the VM is off");
	} else {
		call->rc = virt_error(&call->err, -EIO, "ask libvirt for the VM's state");
	}
}

int nn_virt_check_running(virDomainPtr domain, uint64_t allowed_ns, struct nn_err *err)
{
	return run_on_domain(domain, state_call, allowed_ns, "ask for the VM's state", err);
}

static void list_call(void *arg)
{
	struct virt_call *call = arg;

	call->nr_domains = virConnectListAllDomains(call->connection, &call->domains, 0);
	if (call->nr_domains < 0)
		call->rc = virt_error(&call->err, -EIO, "list the domains");
}

int nn_virt_list(virConnectPtr connection, uint64_t allowed_ns, virDomainPtr **ret_domains,
		 size_t *ret_nr, struct nn_err *err)
{
	struct virt_call *call = nn_calloc(1, sizeof(*call));
	int rc;

	call->connection = connection;
	rc = virt_run(call, list_call, allowed_ns, "list the domains", err);
	if (rc == -ETIMEDOUT)
		return rc;
	if (!rc) {
		*ret_domains = call->domains;
		*ret_nr = (size_t)call->nr_domains;
	}
	virt_call_free(call);
	return rc;
}

static void mark_call(void *arg)
{
	struct virt_call *call = arg;
	NN_AUTO(free) char *mark = NULL;

	if (virDomainIsPersistent(call->domain) == 0)
		mark = virDomainGetMetadata(call->domain, VIR_DOMAIN_METADATA_ELEMENT, call->text,
					    0);
	if (!mark)
		call->rc = nn_err_set(&call->err, -ENOENT, "no transient domain with '%s'",
				      call->text);
}

int nn_virt_check_mark(virDomainPtr domain, const char *uri, uint64_t allowed_ns,
		       struct nn_err *err)
{
	struct virt_call *call = nn_calloc(1, sizeof(*call));
	int rc;

	call->domain = domain;
	call->text = nn_strdup(uri);
	rc = virt_run(call, mark_call, allowed_ns, "look at a domain", err);
	if (rc != -ETIMEDOUT)
		virt_call_free(call);
	return rc;
}

/* ---- end ---- */

static void power_call(void *arg)
{
	struct virt_call *call = arg;

	(void)virDomainShutdown(call->domain); /* it is destroyed when this does nothing */
}

int nn_virt_press_power_button(virDomainPtr domain, uint64_t allowed_ns, struct nn_err *err)
{
	return run_on_domain(domain, power_call, allowed_ns, "press the power button", err);
}

static void destroy_call(void *arg)
{
	struct virt_call *call = arg;

	if (virDomainDestroy(call->domain) == 0 || last_error_is_gone())
		return;
	/* One that ends while we ask is "not running". */
	if (virGetLastErrorCode() != VIR_ERR_OPERATION_INVALID)
		call->rc = virt_error(&call->err, -EIO, "destroy the domain");
}

int nn_virt_destroy(virDomainPtr domain, uint64_t allowed_ns, struct nn_err *err)
{
	return run_on_domain(domain, destroy_call, allowed_ns, "destroy the domain", err);
}

static void look_up_call(void *arg)
{
	struct virt_call *call = arg;

	call->domain = virDomainLookupByUUIDString(call->connection, call->text);
	if (!call->domain && !last_error_is_gone())
		call->rc = virt_error(&call->err, -EIO, "look for the domain");
}

/* @ret_domain: NULL where there is none. */
static int look_up(virConnectPtr connection, const char *uuid, uint64_t allowed_ns,
		   virDomainPtr *ret_domain, struct nn_err *err)
{
	struct virt_call *call = nn_calloc(1, sizeof(*call));
	int rc;

	call->connection = connection;
	call->text = nn_strdup(uuid);
	rc = virt_run(call, look_up_call, allowed_ns, "look for the domain", err);
	if (rc == -ETIMEDOUT)
		return rc;
	*ret_domain = call->domain;
	virt_call_free(call);
	return rc;
}

int nn_virt_destroy_uuid(const char *uri, const char *uuid, uint64_t allowed_ns, struct nn_err *err)
{
	virConnectPtr connection = NULL;
	virDomainPtr domain = NULL;
	int rc = nn_virt_open(uri, allowed_ns, &connection, err);

	if (rc)
		return rc;
	rc = look_up(connection, uuid, allowed_ns, &domain, err);
	if (domain)
		rc = nn_virt_destroy(domain, allowed_ns, err);
	if (rc != -ETIMEDOUT)
		nn_virt_close(connection, domain);
	return rc;
}
