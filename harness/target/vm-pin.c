/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/vm-pin.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <hwloc.h>

#include "harness/base/array.h"

#define MAX_CPU_DIGITS 5

NN_AUTO_DEFINE(bitmap, hwloc_bitmap_t, hwloc_bitmap_free(*p))
NN_AUTO_DEFINE(topology, hwloc_topology_t, if (*p) hwloc_topology_destroy(*p))

void nn_vm_pins_release(struct nn_vm_pins *pins)
{
	nn_name_list_release(&pins->vcpus);
	free(pins->emulator);
	free(pins->iothreads);
	*pins = (struct nn_vm_pins){0};
}

/* ---- texts ---- */

static char *list_text(hwloc_const_bitmap_t set)
{
	char *text = NULL;

	return hwloc_bitmap_list_asprintf(&text, set) < 0 ? nn_strdup("") : text;
}

/*
 * The number that @text begins with. No kernel has more CPUs than this has digits for; hwloc would
 * take any number, and its memory.
 * Return: what follows it, or NULL.
 */
static const char *take_number(const char *text, unsigned long *ret_number)
{
	size_t len = strspn(text, "0123456789");

	if (!len || len > MAX_CPU_DIGITS)
		return NULL;
	*ret_number = strtoul(text, NULL, 10);
	return text + len;
}

/* hwloc takes what it understands; what is no list must not become another one: 3-4-7, 9-2. */
static bool is_list(const char *text)
{
	unsigned long first, last;

	for (;; text++) {
		text = take_number(text, &first);
		last = first;
		if (text && *text == '-')
			text = take_number(text + 1, &last);
		if (!text || last < first)
			return false;
		if (*text != ',')
			return !*text;
	}
}

static int parse_list(const char *text, hwloc_bitmap_t set)
{
	return is_list(text) && hwloc_bitmap_list_sscanf(set, text) == 0 ? 0 : -EINVAL;
}

int nn_cpu_list_normal(const char *text, char **ret_list, struct nn_err *err)
{
	NN_AUTO(bitmap) hwloc_bitmap_t set = hwloc_bitmap_alloc();

	if (parse_list(text, set))
		return nn_err_set(err, -EINVAL, "'%s' is no list of CPUs such as 0-3,8", text);
	*ret_list = list_text(set);
	return 0;
}

bool nn_cpu_list_covers(const char *of, const char *list)
{
	NN_AUTO(bitmap) hwloc_bitmap_t whole = hwloc_bitmap_alloc();
	NN_AUTO(bitmap) hwloc_bitmap_t part = hwloc_bitmap_alloc();

	return parse_list(of, whole) == 0 && parse_list(list, part) == 0 &&
	       hwloc_bitmap_isincluded(part, whole);
}

char *nn_vm_pins_text(const struct nn_name_list *vcpus)
{
	struct nn_strbuf text = NN_STRBUF_INIT;

	for (size_t i = 0; i < vcpus->nr; i++)
		nn_strbuf_addf(&text, "%s%zu:%s", i ? "," : "", i, vcpus->names[i]);
	if (!vcpus->nr)
		nn_strbuf_add(&text, "none");
	return nn_strbuf_detach(&text);
}

/* The next pair of "0:2,1:3-4", whose CPUs may be a range; -EINVAL when it is none. */
static int parse_pair(const char **text, uint64_t *ret_vcpu, char **ret_cpus)
{
	NN_AUTO(free) char *cpus = NULL;
	int used = 0;
	size_t len;

	if (!isdigit((unsigned char)**text) ||
	    sscanf(*text, "%" SCNu64 ":%n", ret_vcpu, &used) != 1 || !used)
		return -EINVAL;
	*text += used;
	len = strcspn(*text, ",");
	cpus = nn_strndup(*text, len);
	*text += len + ((*text)[len] == ',');
	return nn_cpu_list_normal(cpus, ret_cpus, NULL);
}

static int take_pair(struct nn_name_list *vcpus, uint64_t vcpu, char *take_cpus, struct nn_err *err)
{
	NN_AUTO(free) char *cpus = take_cpus;

	if (vcpu >= vcpus->nr)
		return nn_err_set(err, -EINVAL, "vCPU %" PRIu64 " of %zu", vcpu, vcpus->nr);
	if (vcpus->names[vcpu])
		return nn_err_set(err, -EINVAL, "vCPU %" PRIu64 " twice", vcpu);
	vcpus->names[vcpu] = NN_STEAL(cpus);
	return 0;
}

int nn_vm_pins_parse(const char *text, uint64_t nr_vcpus, struct nn_name_list *ret_vcpus,
		     struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list vcpus = {0};

	vcpus.names = nn_calloc(nr_vcpus, sizeof(*vcpus.names));
	vcpus.nr = vcpus.cap = nr_vcpus;
	for (const char *at = text; *at;) {
		uint64_t vcpu = 0;
		char *cpus = NULL;
		int rc;

		if (parse_pair(&at, &vcpu, &cpus))
			return nn_err_set(err, -EINVAL,
					  "'%s', expected none, auto or pairs of vCPU and host "
					  "CPU such as 0:2,1:3",
					  text);
		rc = take_pair(&vcpus, vcpu, cpus, err);
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < vcpus.nr; i++) {
		if (!vcpus.names[i])
			return nn_err_set(err, -EINVAL, "no CPU for vCPU %zu", i);
	}
	*ret_vcpus = vcpus;
	vcpus = (struct nn_name_list){0};
	return 0;
}

/* ---- choice ---- */

/* The cores of a machine, those near the device first. */
struct cores {
	hwloc_obj_t *items;
	size_t nr;
	size_t cap;
	size_t nr_near;
};

static int load_topology(const char *machine, hwloc_topology_t *ret_topology, struct nn_err *err)
{
	NN_AUTO(topology) hwloc_topology_t topology = NULL;

	if (hwloc_topology_init(&topology))
		return nn_err_set(err, -ENOMEM, "hwloc does not start");
	if (machine && hwloc_topology_set_synthetic(topology, machine))
		return nn_err_set(err, -EINVAL, "hwloc knows no machine '%s'", machine);
	if (hwloc_topology_load(topology))
		return nn_err_set(err, -EIO, "hwloc cannot read this machine's CPUs");
	*ret_topology = topology;
	topology = NULL;
	return 0;
}

/* Append the cores that are near, or those that are not. */
static void add_cores(hwloc_topology_t topology, hwloc_const_bitmap_t near, bool is_near,
		      struct cores *cores)
{
	/* some virtual machines know no cores */
	hwloc_obj_type_t type = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE) > 0
					? HWLOC_OBJ_CORE
					: HWLOC_OBJ_PU;
	int nr = hwloc_get_nbobjs_by_type(topology, type);

	for (int i = 0; i < nr; i++) {
		hwloc_obj_t core = hwloc_get_obj_by_type(topology, type, (unsigned int)i);

		if ((hwloc_bitmap_intersects(core->cpuset, near) != 0) == is_near)
			*NN_ARRAY_APPEND(cores->items, cores->nr, cores->cap) = core;
	}
}

static void list_cores(hwloc_topology_t topology, hwloc_const_bitmap_t near, struct cores *cores)
{
	add_cores(topology, near, true, cores);
	cores->nr_near = cores->nr;
	add_cores(topology, near, false, cores);
}

static void add_vcpu(struct nn_vm_pins *pins, int cpu)
{
	struct nn_name_list *vcpus = &pins->vcpus;

	*NN_ARRAY_APPEND(vcpus->names, vcpus->nr, vcpus->cap) = nn_asprintf("%d", cpu);
}

/*
 * Give the vCPUs the first @per_core CPUs of each core from @first on; @used collects them.
 * Return: are there enough?
 */
static bool place_vcpus(const struct cores *cores, size_t first, const struct nn_pin_wish *wish,
			size_t per_core, struct nn_vm_pins *pins, hwloc_bitmap_t used)
{
	uint64_t nr_left = wish->nr_vcpus;

	for (size_t i = first; i < cores->nr && nr_left; i++) {
		int cpu = -1;

		for (size_t n = 0; n < per_core && nr_left; n++) {
			cpu = hwloc_bitmap_next(cores->items[i]->cpuset, cpu);
			if (cpu < 0)
				break;
			add_vcpu(pins, cpu);
			(void)hwloc_bitmap_set(used, (unsigned int)cpu);
			nr_left--;
		}
	}
	return nr_left == 0;
}

/* Has every core so many CPUs? A guest's threads may then be a core's threads. */
static bool have_threads(const struct cores *cores, uint64_t threads)
{
	for (size_t i = 0; i < cores->nr; i++) {
		if (hwloc_bitmap_weight(cores->items[i]->cpuset) < (int)threads)
			return false;
	}
	return true;
}

/* QEMU's other threads get CPUs without a vCPU: @spare's core, else whatever is left, else all. */
static void place_rest(hwloc_topology_t topology, hwloc_obj_t spare, hwloc_bitmap_t used,
		       struct nn_vm_pins *pins)
{
	hwloc_const_bitmap_t all = hwloc_topology_get_topology_cpuset(topology);
	NN_AUTO(bitmap) hwloc_bitmap_t rest = hwloc_bitmap_alloc();

	if (spare)
		(void)hwloc_bitmap_copy(rest, spare->cpuset);
	else
		(void)hwloc_bitmap_andnot(rest, all, used);
	pins->emulator = list_text(hwloc_bitmap_iszero(rest) ? used : rest);
	pins->iothreads = nn_strdup(pins->emulator);
}

static int choose_in(hwloc_topology_t topology, const struct cores *cores,
		     const struct nn_pin_wish *wish, struct nn_vm_pins *pins)
{
	NN_AUTO(bitmap) hwloc_bitmap_t used = hwloc_bitmap_alloc();
	size_t per_core = have_threads(cores, wish->threads) ? wish->threads : 1;
	size_t nr_needed = (wish->nr_vcpus + per_core - 1) / per_core;
	/* the first core has the most of the host's own work: it is the one to leave */
	bool leaves_first = cores->nr_near > nr_needed;
	size_t spare = leaves_first ? 0 : nr_needed;

	if (!place_vcpus(cores, leaves_first, wish, per_core, pins, used)) {
		nn_vm_pins_release(pins);
		hwloc_bitmap_zero(used);
		if (!place_vcpus(cores, 0, wish, SIZE_MAX, pins, used))
			return -ENOTSUP;
		spare = cores->nr; /* cores are shared: only single CPUs are left, if any */
	}
	place_rest(topology, spare < cores->nr ? cores->items[spare] : NULL, used, pins);
	return 0;
}

int nn_vm_pins_choose(const struct nn_pin_wish *wish, struct nn_vm_pins *ret_pins,
		      struct nn_err *err)
{
	NN_AUTO(topology) hwloc_topology_t topology = NULL;
	NN_AUTO(bitmap) hwloc_bitmap_t near = hwloc_bitmap_alloc_full();
	NN_AUTO(vm_pins) struct nn_vm_pins pins = {0};
	struct cores cores = {0};
	int rc = load_topology(wish->machine, &topology, err);

	if (rc)
		return rc;
	if (wish->near && parse_list(wish->near, near))
		(void)hwloc_bitmap_fill(near);
	list_cores(topology, near, &cores);
	rc = choose_in(topology, &cores, wish, &pins);
	free(cores.items);
	if (rc)
		return nn_err_set(err, rc, "%" PRIu64 " CPUs are wanted, but there are only %d",
				  wish->nr_vcpus, hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU));
	*ret_pins = pins;
	pins = (struct nn_vm_pins){0};
	return 0;
}

/* ---- settings ---- */

char *nn_cpus_near(const struct nn_sysroot *root, const char *bdf)
{
	NN_AUTO(free) char *path = nn_asprintf("/sys/bus/pci/devices/%s/local_cpulist", bdf);

	return nn_sysfs_text(root, path);
}

static int choose_near(const struct nn_sysroot *root, const struct nn_vm_settings *settings,
		       const char *bdf, struct nn_vm_pins *ret_pins, struct nn_err *err)
{
	NN_AUTO(free) char *near = bdf ? nn_cpus_near(root, bdf) : NULL;
	const struct nn_pin_wish wish = {
		.near = near,
		.nr_vcpus = settings->vcpus,
		.threads = settings->topology.threads ? settings->topology.threads : 1,
	};
	int rc = nn_vm_pins_choose(&wish, ret_pins, err);

	return rc ? nn_err_prefix(err, "'pin: auto'") : 0;
}

static int override(const char *setting, const char *text, char **list, struct nn_err *err)
{
	char *given = NULL;
	int rc = text ? nn_cpu_list_normal(text, &given, err) : 0;

	if (rc)
		return nn_err_prefix(err, "setting '%s'", setting);
	if (given) {
		free(*list);
		*list = given;
	}
	return 0;
}

int nn_vm_pins_resolve(const struct nn_sysroot *root, const struct nn_vm_settings *settings,
		       const char *bdf, struct nn_vm_pins *ret_pins, struct nn_err *err)
{
	NN_AUTO(vm_pins) struct nn_vm_pins pins = {0};
	int rc = 0;

	if (strcmp(settings->pin, "auto") == 0)
		rc = choose_near(root, settings, bdf, &pins, err);
	else if (strcmp(settings->pin, "none") != 0)
		rc = nn_vm_pins_parse(settings->pin, settings->vcpus, &pins.vcpus, err);
	if (!rc)
		rc = override("emulator_pin", settings->emulator_pin, &pins.emulator, err);
	if (!rc)
		rc = override("iothread_pin", settings->iothread_pin, &pins.iothreads, err);
	if (rc)
		return rc;
	*ret_pins = pins;
	pins = (struct nn_vm_pins){0};
	return 0;
}
