/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/iommu/block-set.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/hash.h"
#include "workloads/common/oracle.h"

#define BUFFER_ALIGN_BYTES 4096

/* Which offsets are chosen must never change, or results could not be compared. */
#define PLACE_SEED 0x6e6e2d626c6f636bULL

static int read_block(struct nn_block_set *set, size_t index, uint64_t *ret_elapsed_ns,
		      struct nn_err *err)
{
	uint64_t offset = set->offsets[index];
	uint64_t begin_ns;
	uint64_t end_ns;
	ssize_t len;

	do {
		begin_ns = nn_clock_ns();
		len = pread(set->fd, set->buffer, set->block_bytes, (off_t)offset);
		end_ns = nn_clock_ns();
	} while (len < 0 && errno == EINTR);

	if (len < 0)
		return nn_err_errno(err, errno, "read %zu bytes at %" PRIu64, set->block_bytes,
				    offset);
	if ((size_t)len != set->block_bytes)
		return nn_err_set(err, -EIO, "read %zd of %zu bytes at %" PRIu64, len,
				  set->block_bytes, offset);
	*ret_elapsed_ns = end_ns - begin_ns;
	return 0;
}

static uint64_t buffer_digest(const struct nn_block_set *set)
{
	return nn_oracle_digest(set->buffer, set->block_bytes / sizeof(*set->buffer));
}

/* One random block in each of @nr equal parts: distinct, ascending, all over the span. */
static void choose_offsets(struct nn_block_set *set, uint64_t nr_places)
{
	uint64_t state = PLACE_SEED;

	for (size_t i = 0; i < set->nr; i++) {
		uint64_t part = nr_places / set->nr;
		uint64_t rest = nr_places % set->nr;
		/* The first @rest parts are one place longer; no product that could overflow. */
		uint64_t first = part * i + (i < rest ? i : rest);
		uint64_t room = part + (i < rest ? 1 : 0);

		set->offsets[i] = (first + nn_oracle_mix(&state) % room) * set->block_bytes;
	}
}

int nn_block_set_init(struct nn_block_set *set, int fd, size_t block_bytes, uint64_t span_bytes,
		      size_t nr_wanted, struct nn_err *err)
{
	uint64_t nr_places = span_bytes / block_bytes;
	size_t buffer_bytes =
		(block_bytes + BUFFER_ALIGN_BYTES - 1) / BUFFER_ALIGN_BYTES * BUFFER_ALIGN_BYTES;
	uint64_t ignored_ns;
	int rc = 0;

	if (!nr_places || !nr_wanted)
		return nn_err_set(err, -EINVAL, "no block of %zu bytes fits into %" PRIu64 " bytes",
				  block_bytes, span_bytes);
	*set = (struct nn_block_set){.fd = fd, .block_bytes = block_bytes};
	set->nr = nr_places < nr_wanted ? (size_t)nr_places : nr_wanted;
	set->offsets = nn_calloc(set->nr, sizeof(*set->offsets));
	set->digests = nn_calloc(set->nr, sizeof(*set->digests));
	set->buffer = aligned_alloc(BUFFER_ALIGN_BYTES, buffer_bytes);
	if (!set->buffer)
		rc = nn_err_errno(err, ENOMEM, "allocate a block of %zu bytes", block_bytes);
	choose_offsets(set, nr_places);
	for (size_t i = 0; i < set->nr && !rc; i++) {
		rc = read_block(set, i, &ignored_ns, err);
		if (!rc)
			set->digests[i] = buffer_digest(set);
	}
	if (rc)
		nn_block_set_release(set);
	return rc;
}

void nn_block_set_release(struct nn_block_set *set)
{
	free(set->offsets);
	free(set->digests);
	free(set->buffer);
	*set = (struct nn_block_set){.fd = -1};
}

int nn_block_set_read(struct nn_block_set *set, size_t index, uint64_t *ret_elapsed_ns,
		      struct nn_err *err)
{
	int rc = read_block(set, index, ret_elapsed_ns, err);

	if (rc)
		return rc;
	if (buffer_digest(set) != set->digests[index])
		return nn_err_set(err, -EBADMSG,
				  "the block at %" PRIu64 " is not what it was at first",
				  set->offsets[index]);
	return 0;
}

uint64_t nn_block_set_checksum(const struct nn_block_set *set)
{
	uint64_t checksum = NN_FNV_INIT;

	checksum = nn_fnv1a(checksum, set->offsets, set->nr * sizeof(*set->offsets));
	return nn_fnv1a(checksum, set->digests, set->nr * sizeof(*set->digests));
}

bool nn_block_set_is_uniform(const struct nn_block_set *set)
{
	for (size_t i = 1; i < set->nr; i++) {
		if (set->digests[i] != set->digests[0])
			return false;
	}
	return set->nr > 1;
}
