/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/sriov.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/units.h"

#define PCI_DEVICES   "/sys/bus/pci/devices"
#define NUMBER_MAX_NS (10 * NN_NS_PER_S)

static int read_attribute(const struct nn_sysroot *root, const char *pf, const char *name,
			  uint64_t *ret_value, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s/%s", pf, name);

	return nn_sysfs_read_u64(root, path, ret_value, err);
}

/* Kernels from 5.5 to 6.8 read it under the function's lock, which a hanging unbind holds. */
int nn_sriov_number(const struct nn_sysroot *root, const char *pf, uint64_t deadline_ns,
		    uint64_t *ret_nr, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s/sriov_numvfs", pf);
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	int rc = nn_sysfs_read_until(root, path, deadline_ns, &text, err);

	if (rc == -ENOENT)
		return nn_err_set(err, -ENOTSUP, "'%s' has no SR-IOV capability", pf);
	if (rc)
		return rc;
	rc = nn_parse_u64(nn_strbuf_str(&text), ret_nr, err);
	return rc ? nn_err_prefix(err, "read '%s'", path) : 0;
}

int nn_sriov_check(const struct nn_sysroot *root, const char *pf, uint64_t vf, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf(PCI_DEVICES "/%s", pf);
	NN_AUTO(free) char *driver = nn_asprintf("%s/driver", path);
	uint64_t total = 0;
	uint64_t now = 0;
	int rc;

	if (!nn_sysfs_exists(root, path))
		return nn_err_set(err, -ENODEV, "there is no PCI device '%s'", pf);
	if (read_attribute(root, pf, "sriov_totalvfs", &total, NULL))
		return nn_err_set(err, -ENOTSUP, "'%s' has no SR-IOV capability", pf);
	rc = nn_sriov_number(root, pf, nn_clock_ns() + NUMBER_MAX_NS, &now, err);
	if (rc)
		return rc;
	if (vf >= total)
		return nn_err_set(err, -ENOTSUP,
				  "'%s' can have %" PRIu64 " virtual functions, so there is no "
				  "number %" PRIu64 " (the first is 0)",
				  pf, total, vf);
	if (now && now <= vf)
		return nn_err_set(err, -EBUSY,
				  "'%s' has %" PRIu64 " virtual functions enabled already, too few "
				  "for number %" PRIu64 "; disable them first",
				  pf, now, vf);
	if (!now && !nn_sysfs_exists(root, driver))
		return nn_err_set(err, -ENOTSUP,
				  "'%s' has no driver, which its virtual functions need", pf);
	return 0;
}

int nn_sriov_address(const struct nn_sysroot *root, const char *pf, uint64_t vf,
		     char ret_bdf[NN_BDF_CAP], struct nn_err *err)
{
	NN_AUTO(free) char *link = nn_asprintf(PCI_DEVICES "/%s/virtfn%" PRIu64, pf, vf);
	NN_AUTO(free) char *enabled = nn_sysfs_link_name(root, link);
	unsigned int domain, bus, slot, function;
	NN_AUTO(free) char *text = NULL;
	uint64_t offset = 0;
	uint64_t stride = 0;
	uint64_t id;
	int rc;

	if (enabled)
		return nn_bdf_parse(enabled, ret_bdf, err);
	rc = read_attribute(root, pf, "sriov_offset", &offset, err);
	if (!rc)
		rc = read_attribute(root, pf, "sriov_stride", &stride, err);
	if (rc)
		return nn_err_prefix(err, "find virtual function %" PRIu64 " of '%s'", vf, pf);
	if (sscanf(pf, "%x:%x:%x.%x", &domain, &bus, &slot, &function) != 4)
		return nn_err_set(err, -EINVAL, "'%s' is no PCI address", pf);
	/* Routing ids count on from the physical function's, over buses: PCIe 5.0 §9.2.1.2. */
	id = ((uint64_t)bus << 8 | slot << 3 | function) + offset + vf * stride;
	text = nn_asprintf("%04x:%02x:%02x.%x", domain, (unsigned int)(id >> 8 & 0xff),
			   (unsigned int)(id >> 3 & 0x1f), (unsigned int)(id & 7));
	return nn_bdf_parse(text, ret_bdf, err);
}

void nn_sriov_plan(struct nn_binding *binding, const char *pf, uint64_t vf, bool is_probed)
{
	NN_AUTO(free)
	char *wanted = nn_asprintf("%" PRIu64 "%s", vf + 1, is_probed ? NN_CHANGE_PROBED : "");
	uint64_t now = 0;

	if (nn_sriov_number(binding->root, pf, nn_clock_ns() + NUMBER_MAX_NS, &now, NULL) == 0 &&
	    now > vf)
		return;
	nn_binding_add(binding, &nn_change_virtual_functions, pf, wanted);
}
