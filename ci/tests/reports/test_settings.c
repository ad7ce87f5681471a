/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/comparison.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ci/tests/reports/scene.h"

/* row ids count from 1: 1–5 are native's, 6–10 the VM's */
#define FIRST_OF_NATIVE 1
#define FIRST_OF_VM     6
#define NR_BOOTS        5

static void add_fact(struct scene *scene, int64_t boot, const char *side, const char *name,
		     const char *value)
{
	struct nn_pairs facts = {0};
	struct nn_err err = {0};

	nn_pairs_add(&facts, name, value);
	must(nn_store_facts_add(scene->store, boot, side, &facts, &err), &err);
	nn_pairs_release(&facts);
}

/* The same in every boot of the VM. */
static void add_facts_of_vm(struct scene *scene, const char *side, const char *name,
			    const char *value)
{
	for (int64_t i = 0; i < NR_BOOTS; i++)
		add_fact(scene, FIRST_OF_VM + i, side, name, value);
}

static void begin(struct scene *scene)
{
	struct boots pair[2];

	scene_begin(scene, false);
	scene_claim(scene, "*", 0.9);
	two_arms(pair, 0.99, NR_BOOTS);
	record_pair(scene, pair);
}

static void settings_in_effect_are_no_doubt(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

	begin(scene);
	add_facts_of_vm(scene, "host", "requested.hugepages", "2MiB");
	add_facts_of_vm(scene, "host", "effective.hugepages", "2MiB");
	add_facts_of_vm(scene, "host", "requested.vcpus", "2");
	add_facts_of_vm(scene, "system", "effective.vcpus", "2");
	comparison = scene_compare(scene);
	assert_int_equal(comparison->rows[0].reasons.nr, 0);
	assert_string_equal(comparison->rows[0].verdict, "PROVEN");
	assert_int_equal(comparison->remarks.nr, 0);
}

static void one_boot_without_a_setting_makes_the_arm_invalid(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

	begin(scene);
	add_facts_of_vm(scene, "host", "requested.hugepages", "2MiB");
	add_facts_of_vm(scene, "host", "effective.hugepages", "2MiB");
	add_fact(scene, FIRST_OF_VM + 3, "host", "effective.hugepages", "no");
	comparison = scene_compare(scene);
	assert_string_equal(comparison->rows[0].verdict, "INVALID");
	assert_string_equal(comparison->claims[0].verdict, "INVALID");
	assert_int_equal(comparison->rows[0].reasons.nr, 1);
	assert_string_equal(comparison->rows[0].reasons.items[0],
			    "setting 'hugepages' of arm 'vm' is not in effect: requested 2MiB, "
			    "effective no");
	assert_int_equal(comparison->remarks.nr, 0);
}

/* Also of the arm that others are divided by, which may be a session on the host. */
static void a_base_without_its_setting_is_no_base(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

	begin(scene);
	add_fact(scene, FIRST_OF_NATIVE, "host", "requested.cpus", "1,3");
	add_fact(scene, FIRST_OF_NATIVE, "host", "effective.cpus", "0-3");
	comparison = scene_compare(scene);
	assert_string_equal(comparison->rows[0].verdict, "INVALID");
	assert_int_equal(comparison->rows[0].reasons.nr, 1);
	assert_string_equal(comparison->rows[0].reasons.items[0],
			    "setting 'cpus' of arm 'native' is not in effect: requested 1,3, "
			    "effective 0-3");
}

/* Each boot is compared with itself: what is chosen anew may differ between them. */
static void boots_may_ask_for_different_things(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

	begin(scene);
	add_fact(scene, FIRST_OF_VM, "host", "requested.pin", "0:2");
	add_fact(scene, FIRST_OF_VM, "host", "effective.pin", "0:2");
	add_fact(scene, FIRST_OF_VM + 1, "host", "requested.pin", "0:1");
	add_fact(scene, FIRST_OF_VM + 1, "host", "effective.pin", "0:1");
	comparison = scene_compare(scene);
	assert_int_equal(comparison->rows[0].reasons.nr, 0);
}

static void unproved_settings_are_remarked_by_reason(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

	begin(scene);
	add_facts_of_vm(scene, "host", "requested.machine", "q35");
	add_facts_of_vm(scene, "host", "unproved.machine", "no process");
	add_facts_of_vm(scene, "host", "requested.accel", "kvm");
	add_facts_of_vm(scene, "host", "unproved.accel", "no process");
	add_facts_of_vm(scene, "host", "requested.vcpus", "2");
	comparison = scene_compare(scene);
	assert_string_equal(comparison->rows[0].verdict, "PROVEN");
	assert_int_equal(comparison->remarks.nr, 2);
	assert_string_equal(comparison->remarks.items[0],
			    "settings accel, machine of arm 'vm' could not be proved: no process");
	assert_string_equal(comparison->remarks.items[1],
			    "setting vcpus of arm 'vm' could not be proved: nothing was recorded "
			    "about it");
}

/* From inside, a guest that KVM hides from looks like software emulation. */
static void a_guest_that_kvm_hides_from_is_not_emulated(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *hidden = NULL;
	NN_AUTO(comparison) struct nn_comparison *unknown = NULL;

	begin(scene);
	add_facts_of_vm(scene, "system", "emulated", "yes: DMI says QEMU");
	add_facts_of_vm(scene, "host", "requested.kvm_hidden", "yes");
	add_facts_of_vm(scene, "system", "effective.kvm_hidden", "yes");
	unknown = scene_compare(scene);
	assert_true(unknown->is_emulated);
	add_facts_of_vm(scene, "host", "requested.accel", "kvm");
	add_facts_of_vm(scene, "host", "effective.accel", "kvm");
	hidden = scene_compare(scene);
	assert_false(hidden->is_emulated);
	assert_string_equal(hidden->rows[0].verdict, "PROVEN");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(settings_in_effect_are_no_doubt),
		SCENE_TEST(one_boot_without_a_setting_makes_the_arm_invalid),
		SCENE_TEST(a_base_without_its_setting_is_no_base),
		SCENE_TEST(boots_may_ask_for_different_things),
		SCENE_TEST(unproved_settings_are_remarked_by_reason),
		SCENE_TEST(a_guest_that_kvm_hides_from_is_not_emulated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
