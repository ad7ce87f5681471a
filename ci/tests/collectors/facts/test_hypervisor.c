/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/facts/hypervisor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness/base/compat.h"

static const struct {
	struct nn_hypervisor_signs signs;
	const char *name;
	const char *emulation;
} cases[] = {
	{{.has_cpuid = true, .vendor = "ASUS"}, "none", NULL},
	{{.has_cpuid = true, .is_guest = true, .signature = "KVMKVMKVM", .vendor = "QEMU"},
	 "KVMKVMKVM",
	 NULL},
	{{.has_cpuid = true, .is_guest = true, .signature = "TCGTCGTCGTCG", .vendor = "QEMU"},
	 "TCGTCGTCGTCG",
	 "CPUID says TCG, QEMU's software emulation"},
	{{.has_cpuid = true,
	  .is_guest = true,
	  .signature = "Microsoft Hv",
	  .nested = "KVMKVMKVM",
	  .vendor = "QEMU"},
	 "Microsoft Hv + KVMKVMKVM",
	 NULL},
	{{.has_cpuid = true, .is_guest = true, .signature = "Microsoft Hv", .vendor = "Microsoft"},
	 "Microsoft Hv",
	 NULL},
	{{.has_cpuid = true, .is_guest = true}, "unnamed", NULL},
	/* -cpu …,-hypervisor hides the leaf, DMI still tells */
	{{.has_cpuid = true, .vendor = "QEMU"}, "none", "DMI says QEMU and CPUID does not say KVM"},
	/* a recorded tree has no CPUID: nothing is known, nothing is claimed */
	{{.vendor = "QEMU"}, NULL, NULL},
};

static void assert_text(const char *actual, const char *expected)
{
	if (!expected) {
		assert_null(actual);
		return;
	}
	assert_non_null(actual);
	assert_string_equal(actual, expected);
}

static void hypervisor_is_named_by_its_signature(void **state)
{
	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		char text[NN_HYPERVISOR_TEXT_CAP];

		assert_text(nn_hypervisor_name(&cases[i].signs, text), cases[i].name);
	}
}

static void emulation_is_told_by_tcg_or_by_qemu_without_kvm(void **state)
{
	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++)
		assert_text(nn_hypervisor_emulation(&cases[i].signs), cases[i].emulation);
}

static void what_kvm_offers_has_names(void **state)
{
	const struct nn_hypervisor_signs rich = {
		.has_kvm = true, .kvm_features = 1U << 6 | 1U << 12 | 1U << 31, .kvm_hints = 1};
	const struct nn_hypervisor_signs poor = {.has_kvm = true, .kvm_hints = 2};
	NN_AUTO(strbuf) struct nn_strbuf some = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf none = NN_STRBUF_INIT;

	(void)state;
	nn_hypervisor_features(&rich, &some);
	assert_string_equal(nn_strbuf_str(&some), "pv-eoi poll-control");
	assert_string_equal(nn_hypervisor_hints(&rich), "dedicated");
	nn_hypervisor_features(&poor, &none);
	assert_string_equal(nn_strbuf_str(&none), "none");
	assert_string_equal(nn_hypervisor_hints(&poor), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hypervisor_is_named_by_its_signature),
		cmocka_unit_test(what_kvm_offers_has_names),
		cmocka_unit_test(emulation_is_told_by_tcg_or_by_qemu_without_kvm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
