/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/libvirt.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/base/clock.h"
#include "harness/target/domain-xml.h"
#include "harness/target/libvirt-calls.h"

#define CALL_MAX_NS (30 * NN_NS_PER_S)
#define POLL_NS     (50 * NN_NS_PER_MS)

/* Both marks are needed: a name alone could be somebody's else. */
static bool is_ours(virDomainPtr domain)
{
	const char *name = virDomainGetName(domain);
	NN_AUTO(free) char *mark = NULL;

	if (!name || strncmp(name, NN_DOMAIN_PREFIX, strlen(NN_DOMAIN_PREFIX)) != 0)
		return false;
	mark = virDomainGetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, NN_DOMAIN_METADATA_URI, 0);
	return mark;
}

/* Is it ours and still there, be it only because it is being torn down at this moment? */
static bool is_leftover(virDomainPtr domain)
{
	return virDomainIsPersistent(domain) == 0 && is_ours(domain);
}

/* Destroy what there is now. @ret_nr: how many were seen. */
static int destroy_round(virConnectPtr connection, unsigned int *ret_nr, struct nn_err *err)
{
	virDomainPtr *domains = NULL;
	int nr = virConnectListAllDomains(connection, &domains, 0);
	int rc = 0;

	*ret_nr = 0;
	for (int i = 0; i < nr; i++) {
		if (!rc && is_leftover(domains[i])) {
			++*ret_nr;
			rc = nn_virt_destroy(domains[i], CALL_MAX_NS, err);
		}
		if (rc != -ETIMEDOUT) /* the call that was left behind still uses it */
			(void)virDomainFree(domains[i]);
	}
	free(domains);
	return rc;
}

/*
 * Until none is left: a domain whose owner has just died is being destroyed by libvirt itself, and
 * its devices are back only when it is gone.
 */
static int destroy_all(virConnectPtr connection, unsigned int *ret_nr, struct nn_err *err)
{
	uint64_t until_ns = nn_clock_ns() + CALL_MAX_NS;
	unsigned int nr_most = 0;

	for (;;) {
		unsigned int nr;
		int rc = destroy_round(connection, &nr, err);

		if (rc)
			return rc;
		nr_most = nr > nr_most ? nr : nr_most;
		if (nr == 0)
			break;
		if (nn_clock_ns() >= until_ns)
			return nn_err_set(err, -EIO,
					  "%u domains '" NN_DOMAIN_PREFIX "…' do not end", nr);
		nn_clock_sleep_ns(POLL_NS);
	}
	if (ret_nr)
		*ret_nr = nr_most;
	return 0;
}

int nn_libvirt_destroy_leftovers(const char *uri, unsigned int *ret_nr, struct nn_err *err)
{
	virConnectPtr connection = NULL;
	int rc;

	if (ret_nr)
		*ret_nr = 0;
	if (nn_virt_open(uri ? uri : NN_LIBVIRT_DEFAULT_URI, CALL_MAX_NS, &connection, NULL))
		return 0; /* nobody to ask; a device that a VM still holds will say so itself */
	rc = destroy_all(connection, ret_nr, err);
	if (rc != -ETIMEDOUT)
		nn_virt_close(connection, NULL);
	return rc;
}
