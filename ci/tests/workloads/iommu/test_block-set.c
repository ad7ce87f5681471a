/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/iommu/block-set.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/base/scratch.h"
#include "harness/base/strbuf.h"
#include "workloads/common/oracle.h"

#define BLOCK     4096
#define NR_BLOCKS 100

struct fixture {
	char *folder;
	char *path;
	int fd; /* as the workload opens it */
};

static void write_blocks(const char *path, size_t first, size_t nr, uint64_t stream)
{
	NN_AUTO(free) uint64_t *words = nn_calloc(nr, BLOCK);
	NN_AUTO(fd) int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	nn_oracle_pattern_fill(words, nr * BLOCK / sizeof(*words), stream);
	assert_int_equal(pwrite(fd, words, nr * BLOCK, (off_t)(first * BLOCK)),
			 (ssize_t)(nr * BLOCK));
	assert_int_equal(fsync(fd), 0);
}

static int set_up(void **state)
{
	struct fixture *f = nn_calloc(1, sizeof(*f));

	assert_int_equal(nn_scratch_new(&f->folder, NULL), 0);
	f->path = nn_asprintf("%s/disk", f->folder);
	write_blocks(f->path, 0, NR_BLOCKS, 1);
	f->fd = open(f->path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (f->fd < 0) /* this file system has no direct reads; the rest of the logic is the same */
		f->fd = open(f->path, O_RDONLY | O_CLOEXEC);
	assert_true(f->fd >= 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	(void)close(f->fd);
	nn_scratch_remove(f->folder);
	free(f->folder);
	free(f->path);
	free(f);
	return 0;
}

static void blocks_are_distinct_ascending_and_spread(void **state)
{
	static const size_t wanted[] = {1, 3, 7, 99, 100, 5000};
	const struct fixture *f = *state;

	for (size_t k = 0; k < NN_ARRAY_SIZE(wanted); k++) {
		size_t nr = wanted[k] < NR_BLOCKS ? wanted[k] : NR_BLOCKS;
		struct nn_block_set set;
		struct nn_err err = {0};

		assert_int_equal(
			nn_block_set_init(&set, f->fd, BLOCK, NR_BLOCKS * BLOCK, wanted[k], &err),
			0);
		assert_int_equal(set.nr, nr);
		for (size_t i = 0; i < nr; i++) {
			uint64_t place = set.offsets[i] / BLOCK;

			assert_int_equal(set.offsets[i] % BLOCK, 0);
			assert_true(place < NR_BLOCKS);
			assert_true(!i || set.offsets[i] > set.offsets[i - 1]);
			/* one in each equal part, give or take the place that does not divide */
			assert_true(place + 1 >= i * (NR_BLOCKS / nr));
		}
		nn_block_set_release(&set);
	}
}

static void two_sets_of_the_same_sizes_are_equal(void **state)
{
	const struct fixture *f = *state;
	struct nn_block_set a;
	struct nn_block_set b;
	struct nn_block_set c;

	assert_int_equal(nn_block_set_init(&a, f->fd, BLOCK, NR_BLOCKS * BLOCK, 20, NULL), 0);
	assert_int_equal(nn_block_set_init(&b, f->fd, BLOCK, NR_BLOCKS * BLOCK, 20, NULL), 0);
	assert_int_equal(nn_block_set_init(&c, f->fd, BLOCK, NR_BLOCKS * BLOCK, 21, NULL), 0);
	assert_true(nn_block_set_checksum(&a) == nn_block_set_checksum(&b));
	assert_true(nn_block_set_checksum(&a) != nn_block_set_checksum(&c));
	assert_false(nn_block_set_is_uniform(&a));
	nn_block_set_release(&a);
	nn_block_set_release(&b);
	nn_block_set_release(&c);
}

static void a_block_that_changed_is_a_wrong_result(void **state)
{
	const struct fixture *f = *state;
	uint64_t elapsed_ns = 0;
	struct nn_block_set set;
	struct nn_err err = {0};
	NN_AUTO(strbuf) struct nn_strbuf message = NN_STRBUF_INIT;

	assert_int_equal(nn_block_set_init(&set, f->fd, BLOCK, NR_BLOCKS * BLOCK, 10, &err), 0);
	for (size_t i = 0; i < set.nr; i++)
		assert_int_equal(nn_block_set_read(&set, i, &elapsed_ns, &err), 0);
	assert_true(elapsed_ns > 0);
	write_blocks(f->path, set.offsets[4] / BLOCK, 1, 2);
	assert_int_equal(nn_block_set_read(&set, 3, &elapsed_ns, &err), 0);
	assert_int_equal(nn_block_set_read(&set, 4, &elapsed_ns, &err), -EBADMSG);
	nn_strbuf_addf(&message, "the block at %llu is not what it was at first",
		       (unsigned long long)set.offsets[4]);
	assert_string_equal(err.message, nn_strbuf_str(&message));
	nn_block_set_release(&set);
}

static void another_device_has_another_checksum(void **state)
{
	const struct fixture *f = *state;
	uint64_t checksum;
	struct nn_block_set set;

	assert_int_equal(nn_block_set_init(&set, f->fd, BLOCK, NR_BLOCKS * BLOCK, 10, NULL), 0);
	checksum = nn_block_set_checksum(&set);
	write_blocks(f->path, set.offsets[9] / BLOCK, 1, 3);
	nn_block_set_release(&set);
	assert_int_equal(nn_block_set_init(&set, f->fd, BLOCK, NR_BLOCKS * BLOCK, 10, NULL), 0);
	assert_true(nn_block_set_checksum(&set) != checksum);
	nn_block_set_release(&set);
}

static void blocks_that_are_all_alike_are_noticed(void **state)
{
	const struct fixture *f = *state;
	struct nn_block_set set;

	assert_int_equal(truncate(f->path, 0), 0);
	assert_int_equal(truncate(f->path, NR_BLOCKS * BLOCK), 0);
	assert_int_equal(nn_block_set_init(&set, f->fd, BLOCK, NR_BLOCKS * BLOCK, 10, NULL), 0);
	assert_true(nn_block_set_is_uniform(&set));
	nn_block_set_release(&set);
	assert_int_equal(nn_block_set_init(&set, f->fd, BLOCK, NR_BLOCKS * BLOCK, 1, NULL), 0);
	assert_false(nn_block_set_is_uniform(&set)); /* one block proves nothing */
	nn_block_set_release(&set);
}

static void what_cannot_be_read_is_an_error_and_leaves_nothing(void **state)
{
	const struct fixture *f = *state;
	struct nn_block_set set = {.fd = -1};
	struct nn_err err = {0};

	assert_int_equal(nn_block_set_init(&set, f->fd, BLOCK, BLOCK - 1, 10, &err), -EINVAL);
	assert_string_equal(err.message, "no block of 4096 bytes fits into 4095 bytes");
	assert_int_equal(nn_block_set_init(&set, f->fd, BLOCK, 9 * NR_BLOCKS * BLOCK, 10, &err),
			 -EIO);
	assert_non_null(strstr(err.message, "read 0 of 4096 bytes at "));
	assert_null(set.offsets);
	assert_int_equal(nn_block_set_init(&set, -1, BLOCK, BLOCK, 1, &err), -EBADF);
	nn_block_set_release(&set);
}

#define UNIT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(blocks_are_distinct_ascending_and_spread),
		UNIT(two_sets_of_the_same_sizes_are_equal),
		UNIT(a_block_that_changed_is_a_wrong_result),
		UNIT(another_device_has_another_checksum),
		UNIT(blocks_that_are_all_alike_are_noticed),
		UNIT(what_cannot_be_read_is_an_error_and_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
