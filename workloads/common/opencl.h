/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OpenCL 1.2 through the ICD loader, opened at run time: a machine without it gets a reason instead
 * of a program that does not start. One struct nn_opencl is one device with a context and an
 * in-order queue without profiling (some drivers slow down with it). Buffers and kernels belong to
 * it and live until nn_opencl_free(). One thread.
 *
 * The operations that are timed (write, read, copy, launch) are thin: they enqueue, wait for the
 * end, and touch @err only on failure.
 */
#ifndef NN_WORKLOADS_COMMON_OPENCL_H
#define NN_WORKLOADS_COMMON_OPENCL_H

#include <stddef.h>

#include "workloads/common/device-choice.h"

struct nn_opencl;
struct nn_opencl_buffer;
struct nn_opencl_kernel;

/** Is there a device that fits? -EOPNOTSUPP with the reason when not. */
int nn_opencl_probe(const struct nn_device_wish *wish, struct nn_err *err);

/** Open the device that fits best. -EOPNOTSUPP when none does. */
int nn_opencl_new(const struct nn_device_wish *wish, struct nn_opencl **ret_cl, struct nn_err *err);
void nn_opencl_free(struct nn_opencl *cl);

/** What was chosen, for nn_device_wish_report(). */
const struct nn_device_candidate *nn_opencl_device(const struct nn_opencl *cl);
const char *nn_opencl_description(const struct nn_opencl *cl);

/** Memory of the device. */
int nn_opencl_buffer_new(struct nn_opencl *cl, size_t len_bytes,
			 struct nn_opencl_buffer **ret_buffer, struct nn_err *err);

/**
 * Memory of the host that the device reaches by DMA without a copy of the driver's, as far as the
 * driver knows how (CL_MEM_ALLOC_HOST_PTR, kept mapped). Borrowed from @cl.
 */
int nn_opencl_pinned_new(struct nn_opencl *cl, size_t len_bytes, void **ret_memory,
			 struct nn_err *err);

/** Host to device, whole buffer; the data is on the device on return. */
int nn_opencl_write(struct nn_opencl *cl, const struct nn_opencl_buffer *buffer, const void *from,
		    struct nn_err *err);

/** Device to host, whole buffer. */
int nn_opencl_read(struct nn_opencl *cl, const struct nn_opencl_buffer *buffer, void *to,
		   struct nn_err *err);

/** Within the device; buffers of the same size. */
int nn_opencl_copy(struct nn_opencl *cl, const struct nn_opencl_buffer *from,
		   const struct nn_opencl_buffer *to, struct nn_err *err);

/** Build @source and take @name from it; a compiler's complaint is in @err. */
int nn_opencl_kernel_new(struct nn_opencl *cl, const char *source, const char *name,
			 struct nn_opencl_kernel **ret_kernel, struct nn_err *err);

/** Give the kernel a buffer as its argument @index. */
int nn_opencl_kernel_set(struct nn_opencl *cl, struct nn_opencl_kernel *kernel, unsigned int index,
			 const struct nn_opencl_buffer *buffer, struct nn_err *err);

/** Run @nr_items work-items in groups of one and wait for their end. */
int nn_opencl_launch(struct nn_opencl *cl, const struct nn_opencl_kernel *kernel, size_t nr_items,
		     struct nn_err *err);

#endif
