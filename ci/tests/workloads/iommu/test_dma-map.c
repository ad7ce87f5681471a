/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/workloads/drive.h"
#include "ci/tests/workloads/tree.h"

#define NAME "iommu/dma-map"

/* What is there besides the spare function. */
enum nodes { WITHOUT_VFIO, WITH_CONTAINER };

static void what_does_not_apply_is_a_skip_with_its_reason(void **state)
{
	static const struct {
		unsigned int vendor;
		const char *driver; /* of the function; NULL: there is no IOMMU and no function */
		const char *reason;
		enum nodes nodes;
	} cases[] = {
		{0, "vfio-pci", "no spare function was given to this arm", WITHOUT_VFIO},
		{0x1b36, NULL, "this arm has no IOMMU: no group in /sys/kernel/iommu_groups",
		 WITHOUT_VFIO},
		{0x1234, "vfio-pci", "spare function: no PCI device 1234:0010 of class 010802",
		 WITHOUT_VFIO},
		{0x1b36, "nvme",
		 "the spare function '0000:01:00.0' is bound to nvme, not to vfio-pci",
		 WITHOUT_VFIO},
		{0x1b36, "vfio-pci", "open '/dev/vfio/vfio': No such file or directory",
		 WITHOUT_VFIO},
		{0x1b36, "vfio-pci", "open '/dev/vfio/7': No such file or directory",
		 WITH_CONTAINER},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		char *root;
		struct drive d;

		assert_int_equal(nn_scratch_new(&root, NULL), 0);
		if (cases[i].driver)
			tree_function(root, cases[i].driver);
		if (cases[i].nodes == WITH_CONTAINER) {
			tree_folder(root, "/dev/vfio");
			tree_file(root, "/dev/vfio/vfio", "");
		}
		drive_init(&d, NAME, root);
		d.job.spare = (struct nn_device_id){
			.vendor = cases[i].vendor, .device = 0x0010, .class_code = 0x010802};
		drive_expect_skip(&d, cases[i].reason);
		drive_release(&d);
		nn_scratch_remove(root);
		free(root);
	}
}

static void a_function_without_a_driver_is_named_so(void **state)
{
	char *root;
	struct drive d;

	(void)state;
	assert_int_equal(nn_scratch_new(&root, NULL), 0);
	tree_function(root, NULL);
	drive_init(&d, NAME, root);
	d.job.spare =
		(struct nn_device_id){.vendor = 0x1b36, .device = 0x0010, .class_code = 0x010802};
	drive_expect_skip(&d, "the spare function '0000:01:00.0' is bound to no driver, not to");
	drive_release(&d);
	nn_scratch_remove(root);
	free(root);
}

static void settings_out_of_range_are_refused(void **state)
{
	(void)state;
	drive_expect_refusal(NAME, "max_size", "1GiB",
			     "setting 'max_size' is 1073741824, expected 4096 to 67108864");
	drive_expect_refusal(NAME, "hugepages", "always",
			     "setting 'hugepages' is 'always', expected one of advise, never");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_apply_is_a_skip_with_its_reason),
		cmocka_unit_test(a_function_without_a_driver_is_named_so),
		cmocka_unit_test(settings_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
