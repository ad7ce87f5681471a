/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/workloads/drive.h"
#include "ci/tests/workloads/tree.h"
#include "workloads/common/oracle.h"

#define NAME "iommu/nvme-read"

static const struct nn_device_id nvme = {
	.vendor = 0x1b36, .device = 0x0010, .class_code = 0x010802};

static int make_root(void **state)
{
	char *root;

	assert_int_equal(nn_scratch_new(&root, NULL), 0);
	*state = root;
	return 0;
}

static int remove_root(void **state)
{
	nn_scratch_remove(*state);
	free(*state);
	return 0;
}

/* A file in the place of the block device; direct reads of it work as of a disk. */
static char *make_disk(const char *root, uint64_t stream)
{
	static uint64_t words[64 * 512];
	char *path = nn_asprintf("%s/dev/nvme0n1", root);
	NN_AUTO(file) FILE *file = fopen(path, "w");

	assert_non_null(file);
	nn_oracle_pattern_fill(words, NN_ARRAY_SIZE(words), stream);
	assert_int_equal(fwrite(words, sizeof(words), 1, file), 1);
	return path;
}

static void init_small(struct drive *d, const char *root, const struct nn_device_id *id)
{
	drive_init(d, NAME, root);
	d->job.device = *id;
	drive_set(d, "count", "8");
	drive_set(d, "blocks", "16");
}

/* Some file systems refuse O_DIRECT: then the rest is tested where they do not. */
static void skip_without_direct_reads(struct drive *d, int rc)
{
	if (rc != -EINVAL || !strstr(d->err.message, "open '/dev/nvme0n1'"))
		return;
	print_message("skipped: %s\n", d->err.message);
	drive_end(d);
	drive_release(d);
	skip();
}

static void it_reads_and_checks_the_device_that_the_job_names(void **state)
{
	const char *root = *state;
	NN_AUTO(free) char *disk = NULL;
	struct drive d;
	int rc;

	tree_function(root, "nvme");
	tree_block(root);
	disk = make_disk(root, 1);
	init_small(&d, root, &nvme);
	rc = drive_begin(&d, 3);
	skip_without_direct_reads(&d, rc);
	assert_int_equal(rc, 0);
	assert_int_equal(d.workload->verify(&d.run, &d.err), 0);
	assert_int_not_equal(d.run.checksum, 0);
	assert_string_equal(d.run.note, "/dev/nvme0n1, 16 blocks");
	assert_true(d.values[0] > 0 && d.values[1] > 0);
	/* latency and throughput tell of the same time: MB/s × µs = bytes */
	assert_true(fabs(d.values[0] * d.values[1] - 4096) < 1e-6);
	drive_end(&d);
	drive_release(&d);
}

static void the_checksum_is_of_the_data_and_not_of_the_seed(void **state)
{
	const char *root = *state;
	uint64_t checksums[3];

	tree_function(root, "nvme");
	tree_block(root);
	for (size_t i = 0; i < 3; i++) {
		struct drive d;
		int rc;

		free(make_disk(root, i < 2 ? 1 : 2));
		init_small(&d, root, &nvme);
		d.job.seed = i;
		rc = drive_begin(&d, 1);
		skip_without_direct_reads(&d, rc);
		assert_int_equal(rc, 0);
		assert_int_equal(d.workload->verify(&d.run, &d.err), 0);
		checksums[i] = d.run.checksum;
		drive_end(&d);
		drive_release(&d);
	}
	assert_true(checksums[0] == checksums[1]);
	assert_true(checksums[0] != checksums[2]);
}

static void data_that_changes_under_way_is_a_wrong_result(void **state)
{
	const char *root = *state;
	NN_AUTO(free) char *disk = NULL;
	struct drive d;
	int rc;

	tree_function(root, "nvme");
	tree_block(root);
	disk = make_disk(root, 1);
	init_small(&d, root, &nvme);
	rc = drive_begin(&d, 1);
	skip_without_direct_reads(&d, rc);
	assert_int_equal(rc, 0);
	free(make_disk(root, 2));
	assert_int_equal(drive_iterate(&d, 1), -EBADMSG);
	assert_non_null(strstr(d.err.message, "is not what it was at first"));
	assert_int_equal(d.workload->verify(&d.run, &d.err), -EBADMSG);
	drive_end(&d);
	drive_release(&d);
}

static void what_does_not_apply_is_a_skip_with_its_reason(void **state)
{
	static const struct {
		struct nn_device_id id;
		const char *driver;
		const char *reason;
	} cases[] = {
		{{.vendor = 0}, "nvme", "no device under test was given to this arm"},
		{{.bdf = "0000:09:00.0"},
		 "nvme",
		 "device under test: there is no PCI device '0000:09:00.0'"},
		{{.vendor = 0x10de, .class_code = 0x030200},
		 "nvme",
		 "the device under test is no NVMe: its class is 030200, not 010802"},
		{{.vendor = 0x144d, .device = 0xa80a, .class_code = 0x010802},
		 "nvme",
		 "device under test: no PCI device 144d:a80a of class 010802"},
		{{.vendor = 0x1b36, .device = 0x0010, .class_code = 0x010802},
		 "vfio-pci",
		 "the device under test '0000:01:00.0' is bound to vfio-pci, not to nvme"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		void *root;
		struct drive d;

		make_root(&root);
		tree_function(root, cases[i].driver);
		init_small(&d, root, &cases[i].id);
		drive_expect_skip(&d, cases[i].reason);
		drive_release(&d);
		remove_root(&root);
	}
}

static void settings_out_of_range_are_refused(void **state)
{
	(void)state;
	drive_expect_refusal(NAME, "block", "513B", "setting 'block' is no multiple of 512 bytes");
	drive_expect_refusal(NAME, "block", "1B", "setting 'block' is 1, expected 512 to 16777216");
	drive_expect_refusal(NAME, "count", "0", "setting 'count' is 0, expected 1 to 1048576");
	drive_expect_refusal(NAME, "blocks", "0", "setting 'blocks' is 0, expected 1 to 1048576");
}

#define UNIT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(it_reads_and_checks_the_device_that_the_job_names),
		UNIT(the_checksum_is_of_the_data_and_not_of_the_seed),
		UNIT(data_that_changes_under_way_is_a_wrong_result),
		cmocka_unit_test(what_does_not_apply_is_a_skip_with_its_reason),
		cmocka_unit_test(settings_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
