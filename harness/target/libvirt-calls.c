/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/libvirt-calls.h"

#include <errno.h>

#include <libvirt/virterror.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/target/within.h"

/*
 * What a call in a thread of its own takes and gives. libvirt keeps errors by thread, so the thread
 * that made the call writes the message too.
 */
struct virt_call {
	char *text; /* URI or XML */
	char *emulator;
	char *machine;
	bool is_emulated;
	virConnectPtr connection;
	virDomainPtr domain;
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

void nn_virt_close(virConnectPtr connection, virDomainPtr domain)
{
	if (domain)
		(void)virDomainFree(domain); /* only drops a reference */
	if (connection)
		(void)virConnectClose(connection);
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

int nn_virt_resume(virDomainPtr domain, struct nn_err *err)
{
	return virDomainResume(domain) ? virt_error(err, -EIO, "resume the domain") : 0;
}

int nn_virt_xml(virDomainPtr domain, char **ret_xml, struct nn_err *err)
{
	/* Not VIR_DOMAIN_XML_SECURE: what it would add is nothing that we keep. */
	char *xml = virDomainGetXMLDesc(domain, 0);

	if (!xml)
		return virt_error(err, -EIO, "read the domain's XML");
	*ret_xml = xml; /* libvirt allocates with malloc() */
	return 0;
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

bool nn_virt_is_running(virDomainPtr domain, struct nn_err *err)
{
	int state = VIR_DOMAIN_NOSTATE;

	if (virDomainGetState(domain, &state, NULL, 0)) {
		if (last_error_is_gone())
			(void)nn_err_set(err, -ESHUTDOWN, "the VM is off");
		else
			(void)virt_error(err, -EIO, "ask libvirt for the VM's state");
		return false;
	}
	if (state == VIR_DOMAIN_RUNNING || state == VIR_DOMAIN_BLOCKED)
		return true;
	(void)nn_err_set(err, -ESHUTDOWN, "the VM is %s", state_name(state));
	return false;
}

/* ---- end ---- */

void nn_virt_press_power_button(virDomainPtr domain)
{
	(void)virDomainShutdown(domain); /* it is destroyed when this does nothing */
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
	struct virt_call *call = nn_calloc(1, sizeof(*call));
	int rc;

	call->domain = domain;
	rc = virt_run(call, destroy_call, allowed_ns, "destroy the domain", err);
	if (rc != -ETIMEDOUT)
		virt_call_free(call);
	return rc;
}

int nn_virt_destroy_uuid(const char *uri, const char *uuid, uint64_t allowed_ns, struct nn_err *err)
{
	virConnectPtr connection = NULL;
	virDomainPtr domain;
	int rc = nn_virt_open(uri, allowed_ns, &connection, err);

	if (rc)
		return rc;
	domain = virDomainLookupByUUIDString(connection, uuid);
	if (domain)
		rc = nn_virt_destroy(domain, allowed_ns, err);
	else if (!last_error_is_gone())
		rc = virt_error(err, -EIO, "look for the domain");
	if (rc != -ETIMEDOUT)
		nn_virt_close(connection, domain);
	return rc;
}
