/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fixed set of blocks, spread over a device, whose content is known by digest: read once when the
 * set is made, compared at every later read. Which blocks belong to it depends on sizes alone,
 * never on a seed, so that two arms choose the same and their checksums can be compared. Never
 * writes.
 */
#ifndef NN_WORKLOADS_IOMMU_BLOCK_SET_H
#define NN_WORKLOADS_IOMMU_BLOCK_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/err.h"

struct nn_block_set {
	int fd; /* borrowed; opened with O_DIRECT, or the page cache is measured */
	size_t block_bytes;
	uint64_t *offsets;
	uint64_t *digests;
	size_t nr;
	uint64_t *buffer; /* one block, aligned for O_DIRECT */
};

/**
 * Choose up to @nr_wanted blocks, one in each of as many equal parts of the first @span_bytes, and
 * read them.
 * @block_bytes: a multiple of what the device wants.
 * Return: 0; -EINVAL when not even one block fits; or -errno of a read.
 */
int nn_block_set_init(struct nn_block_set *set, int fd, size_t block_bytes, uint64_t span_bytes,
		      size_t nr_wanted, struct nn_err *err);
void nn_block_set_release(struct nn_block_set *set);

/**
 * Read block @index again, the pread(2) alone inside the clock, and compare its content.
 * Return: 0; -EBADMSG when it changed; or -errno.
 */
int nn_block_set_read(struct nn_block_set *set, size_t index, uint64_t *ret_elapsed_ns,
		      struct nn_err *err);

/** Of all offsets and contents. */
uint64_t nn_block_set_checksum(const struct nn_block_set *set);

/** Do several blocks all have the same content? Then a read from a wrong place goes unnoticed. */
bool nn_block_set_is_uniform(const struct nn_block_set *set);

#endif
