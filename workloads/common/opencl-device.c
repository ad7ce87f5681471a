/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/common/opencl-api.h"

#include <dlfcn.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/strbuf.h"

#define LIBRARY       "libOpenCL.so.1"
#define MAX_PLATFORMS 16
#define MAX_DEVICES   32

/* cl_nv_device_attribute_query, which Khronos' headers leave out. */
#define DEVICE_PCI_BUS_ID_NV    0x4008
#define DEVICE_PCI_SLOT_ID_NV   0x4009
#define DEVICE_PCI_DOMAIN_ID_NV 0x400A

static const struct {
	const char *name;
	size_t offset; /* in struct nn_opencl_api */
} functions[] = {
#define ROW(name) {#name, offsetof(struct nn_opencl_api, name)},
	NN_OPENCL_FUNCTIONS(ROW)
#undef ROW
};

/*
 * PoCL compiles kernels for seconds and keeps them below HOME. A guest's agent is started by init,
 * whose HOME is "/": point PoCL at the account's real home, where the other arm, which shares the
 * files, keeps its cache too. What the user set is left alone.
 */
static void share_pocl_cache(void)
{
	NN_AUTO(strbuf) struct nn_strbuf path = NN_STRBUF_INIT;
	const char *home = getenv("HOME");
	const struct passwd *account;

	if (getenv("POCL_CACHE_DIR") || getenv("XDG_CACHE_HOME"))
		return;
	if (home && home[0] && strcmp(home, "/") != 0)
		return;
	account = getpwuid(getuid());
	if (!account || access(account->pw_dir, W_OK) != 0)
		return;
	nn_strbuf_addf(&path, "%s/.cache/pocl/kcache", account->pw_dir);
	(void)setenv("POCL_CACHE_DIR", nn_strbuf_str(&path), 0); /* else a slower start, no more */
}

int nn_opencl_api_load(struct nn_opencl_api *ret_api, struct nn_err *err)
{
	/* Never unloaded: drivers leave threads and exit handlers behind. */
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (!library)
		return nn_err_set(err, -EOPNOTSUPP, "no OpenCL here: %s", dlerror());
	for (size_t i = 0; i < NN_ARRAY_SIZE(functions); i++) {
		void *address = dlsym(library, functions[i].name);

		if (!address)
			return nn_err_set(err, -EOPNOTSUPP, "%s lacks %s", LIBRARY,
					  functions[i].name);
		memcpy((char *)ret_api + functions[i].offset, &address, sizeof(address));
	}
	share_pocl_cache();
	return 0;
}

static void format_bdf(char ret_bdf[NN_BDF_CAP], cl_uint domain, cl_uint bus, cl_uint device,
		       cl_uint function)
{
	(void)snprintf(ret_bdf, NN_BDF_CAP, "%04x:%02x:%02x.%x", domain & 0xffffff, bus & 0xff,
		       device & 0x1f, function & 0x7);
}

void nn_opencl_nvidia_bdf(cl_uint domain, cl_uint bus, cl_uint slot, char ret_bdf[NN_BDF_CAP])
{
	/* The slot is what PCI calls devfn. */
	format_bdf(ret_bdf, domain, bus, slot >> 3, slot & 0x7);
}

/* Ask each extension in turn; a driver that knows none leaves "". */
static void read_bdf(const struct nn_opencl_api *api, cl_device_id device, char ret_bdf[NN_BDF_CAP])
{
	cl_device_pci_bus_info_khr khr;
	cl_device_topology_amd amd;
	cl_uint domain = 0;
	cl_uint bus;
	cl_uint slot;

	ret_bdf[0] = '\0';
	if (!api->clGetDeviceInfo(device, CL_DEVICE_PCI_BUS_INFO_KHR, sizeof(khr), &khr, NULL)) {
		format_bdf(ret_bdf, khr.pci_domain, khr.pci_bus, khr.pci_device, khr.pci_function);
		return;
	}
	if (!api->clGetDeviceInfo(device, DEVICE_PCI_BUS_ID_NV, sizeof(bus), &bus, NULL) &&
	    !api->clGetDeviceInfo(device, DEVICE_PCI_SLOT_ID_NV, sizeof(slot), &slot, NULL)) {
		/* Older drivers do not know the domain: it is 0 on all but large machines. */
		(void)api->clGetDeviceInfo(device, DEVICE_PCI_DOMAIN_ID_NV, sizeof(domain), &domain,
					   NULL);
		nn_opencl_nvidia_bdf(domain, bus, slot, ret_bdf);
		return;
	}
	if (!api->clGetDeviceInfo(device, CL_DEVICE_TOPOLOGY_AMD, sizeof(amd), &amd, NULL) &&
	    amd.raw.type == CL_DEVICE_TOPOLOGY_TYPE_PCIE_AMD)
		format_bdf(ret_bdf, 0, (unsigned char)amd.pcie.bus, (unsigned char)amd.pcie.device,
			   (unsigned char)amd.pcie.function);
}

static int read_device(const struct nn_opencl_api *api, cl_platform_id platform,
		       cl_device_id device, struct nn_opencl_choice *ret_choice)
{
	struct nn_opencl_choice choice = {.device = device};
	cl_device_type type;
	char name[64] = "";
	char vendor[48] = "";
	cl_int code = api->clGetDeviceInfo(device, CL_DEVICE_TYPE, sizeof(type), &type, NULL);

	if (code)
		return code;
	/* A name too long for its room is an error to OpenCL, a nameless device to us. */
	(void)api->clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof(name), name, NULL);
	(void)api->clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof(vendor), vendor, NULL);
	(void)snprintf(choice.description, sizeof(choice.description), "%s, %s",
		       name[0] ? name : "unnamed", vendor[0] ? vendor : "unnamed platform");
	choice.candidate.is_software = !(type & (CL_DEVICE_TYPE_GPU | CL_DEVICE_TYPE_ACCELERATOR));
	if (!choice.candidate.is_software)
		read_bdf(api, device, choice.candidate.bdf);
	*ret_choice = choice;
	return 0;
}

int nn_opencl_choose(const struct nn_opencl_api *api, const struct nn_device_wish *wish,
		     struct nn_opencl_choice *ret_choice, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf seen = NN_STRBUF_INIT;
	cl_platform_id platforms[MAX_PLATFORMS];
	cl_uint nr_platforms = 0;
	unsigned int best = 0;

	if (api->clGetPlatformIDs(MAX_PLATFORMS, platforms, &nr_platforms))
		nr_platforms = 0; /* the loader's word for "no driver is installed" */
	for (cl_uint p = 0; p < nr_platforms && p < MAX_PLATFORMS; p++) {
		cl_device_id devices[MAX_DEVICES];
		cl_uint nr = 0;

		if (api->clGetDeviceIDs(platforms[p], CL_DEVICE_TYPE_ALL, MAX_DEVICES, devices,
					&nr))
			continue;
		for (cl_uint d = 0; d < nr && d < MAX_DEVICES; d++) {
			struct nn_opencl_choice choice;
			unsigned int rank;

			if (read_device(api, platforms[p], devices[d], &choice))
				continue;
			nn_strbuf_addf(&seen, "%s%s (%s)", seen.len ? "; " : "", choice.description,
				       choice.candidate.bdf[0] ? choice.candidate.bdf : "no PCI");
			rank = nn_device_wish_rank(wish, &choice.candidate);
			if (rank > best) {
				best = rank;
				*ret_choice = choice;
			}
		}
	}
	return best ? 0 : nn_device_wish_refuse(wish, "OpenCL", nn_strbuf_str(&seen), err);
}
