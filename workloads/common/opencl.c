/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/common/opencl.h"

#include <errno.h>
#include <stdio.h>

#include "harness/base/array.h"
#include "workloads/common/opencl-api.h"

struct nn_opencl_buffer {
	cl_mem memory;
	size_t len_bytes;
	void *mapped; /* of a pinned buffer */
};

struct nn_opencl_kernel {
	cl_program program;
	cl_kernel kernel;
};

struct nn_opencl {
	struct nn_opencl_api api;
	struct nn_opencl_choice choice;
	cl_context context;
	cl_command_queue queue;
	struct nn_opencl_buffer **buffers;
	size_t nr_buffers;
	size_t cap_buffers;
	struct nn_opencl_kernel **kernels;
	size_t nr_kernels;
	size_t cap_kernels;
};

NN_AUTO_DEFINE(opencl, struct nn_opencl *, nn_opencl_free(*p))

/* Out of memory is the one code a user can act on; the rest is told by number, as clinfo does. */
static int failed(struct nn_err *err, cl_int code, const char *what)
{
	bool is_memory = code == CL_MEM_OBJECT_ALLOCATION_FAILURE || code == CL_OUT_OF_RESOURCES ||
			 code == CL_OUT_OF_HOST_MEMORY || code == CL_INVALID_BUFFER_SIZE;

	return nn_err_set(err, is_memory ? -ENOMEM : -EIO, "OpenCL: %s: error %d%s", what, code,
			  is_memory ? " (out of memory)" : "");
}

int nn_opencl_probe(const struct nn_device_wish *wish, struct nn_err *err)
{
	struct nn_opencl_choice choice;
	struct nn_opencl_api api;
	int rc = nn_opencl_api_load(&api, err);

	return rc ? rc : nn_opencl_choose(&api, wish, &choice, err);
}

int nn_opencl_new(const struct nn_device_wish *wish, struct nn_opencl **ret_cl, struct nn_err *err)
{
	NN_AUTO(opencl) struct nn_opencl *cl = nn_calloc(1, sizeof(*cl));
	cl_int code = 0;
	int rc;

	rc = nn_opencl_api_load(&cl->api, err);
	if (rc)
		return rc;
	rc = nn_opencl_choose(&cl->api, wish, &cl->choice, err);
	if (rc)
		return rc;
	cl->context = cl->api.clCreateContext(NULL, 1, &cl->choice.device, NULL, NULL, &code);
	if (code)
		return failed(err, code, "create a context");
	cl->queue = cl->api.clCreateCommandQueue(cl->context, cl->choice.device, 0, &code);
	if (code)
		return failed(err, code, "create a queue");
	*ret_cl = NN_STEAL(cl);
	return 0;
}

static void buffer_free(struct nn_opencl *cl, struct nn_opencl_buffer *buffer)
{
	/* Nothing can be done about failures at the end. */
	if (buffer->mapped)
		(void)cl->api.clEnqueueUnmapMemObject(cl->queue, buffer->memory, buffer->mapped, 0,
						      NULL, NULL);
	if (buffer->memory)
		(void)cl->api.clReleaseMemObject(buffer->memory);
	free(buffer);
}

static void kernel_free(struct nn_opencl *cl, struct nn_opencl_kernel *kernel)
{
	if (kernel->kernel)
		(void)cl->api.clReleaseKernel(kernel->kernel);
	if (kernel->program)
		(void)cl->api.clReleaseProgram(kernel->program);
	free(kernel);
}

void nn_opencl_free(struct nn_opencl *cl)
{
	if (!cl)
		return;
	for (size_t i = 0; i < cl->nr_kernels; i++)
		kernel_free(cl, cl->kernels[i]);
	for (size_t i = 0; i < cl->nr_buffers; i++)
		buffer_free(cl, cl->buffers[i]);
	if (cl->queue) {
		(void)cl->api.clFinish(cl->queue);
		(void)cl->api.clReleaseCommandQueue(cl->queue);
	}
	if (cl->context)
		(void)cl->api.clReleaseContext(cl->context);
	free(cl->kernels);
	free(cl->buffers);
	free(cl);
}

const struct nn_device_candidate *nn_opencl_device(const struct nn_opencl *cl)
{
	return &cl->choice.candidate;
}

const char *nn_opencl_description(const struct nn_opencl *cl)
{
	return cl->choice.description;
}

static int add_buffer(struct nn_opencl *cl, size_t len_bytes, cl_mem_flags flags,
		      struct nn_opencl_buffer **ret_buffer, struct nn_err *err)
{
	struct nn_opencl_buffer *buffer = nn_calloc(1, sizeof(*buffer));
	cl_int code = 0;

	/* Registered first, so that nn_opencl_free() meets it whatever happens next. */
	*NN_ARRAY_APPEND(cl->buffers, cl->nr_buffers, cl->cap_buffers) = buffer;
	buffer->len_bytes = len_bytes;
	buffer->memory = cl->api.clCreateBuffer(cl->context, flags, len_bytes, NULL, &code);
	if (code)
		return failed(err, code, "create a buffer");
	*ret_buffer = buffer;
	return 0;
}

int nn_opencl_buffer_new(struct nn_opencl *cl, size_t len_bytes,
			 struct nn_opencl_buffer **ret_buffer, struct nn_err *err)
{
	return add_buffer(cl, len_bytes, CL_MEM_READ_WRITE, ret_buffer, err);
}

int nn_opencl_pinned_new(struct nn_opencl *cl, size_t len_bytes, void **ret_memory,
			 struct nn_err *err)
{
	struct nn_opencl_buffer *buffer;
	cl_int code = 0;
	int rc = add_buffer(cl, len_bytes, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR, &buffer, err);

	if (rc)
		return rc;
	buffer->mapped = cl->api.clEnqueueMapBuffer(cl->queue, buffer->memory, CL_TRUE,
						    CL_MAP_READ | CL_MAP_WRITE, 0, len_bytes, 0,
						    NULL, NULL, &code);
	if (code)
		return failed(err, code, "map a pinned buffer");
	*ret_memory = buffer->mapped;
	return 0;
}

static int finish(struct nn_opencl *cl, cl_int code, const char *what, struct nn_err *err)
{
	if (!code)
		code = cl->api.clFinish(cl->queue);
	return code ? failed(err, code, what) : 0;
}

int nn_opencl_write(struct nn_opencl *cl, const struct nn_opencl_buffer *buffer, const void *from,
		    struct nn_err *err)
{
	/* A blocking write may return before the data is on the device; clFinish does not. */
	cl_int code = cl->api.clEnqueueWriteBuffer(cl->queue, buffer->memory, CL_FALSE, 0,
						   buffer->len_bytes, from, 0, NULL, NULL);

	return finish(cl, code, "write a buffer", err);
}

int nn_opencl_read(struct nn_opencl *cl, const struct nn_opencl_buffer *buffer, void *to,
		   struct nn_err *err)
{
	cl_int code = cl->api.clEnqueueReadBuffer(cl->queue, buffer->memory, CL_FALSE, 0,
						  buffer->len_bytes, to, 0, NULL, NULL);

	return finish(cl, code, "read a buffer", err);
}

int nn_opencl_copy(struct nn_opencl *cl, const struct nn_opencl_buffer *from,
		   const struct nn_opencl_buffer *to, struct nn_err *err)
{
	cl_int code = cl->api.clEnqueueCopyBuffer(cl->queue, from->memory, to->memory, 0, 0,
						  from->len_bytes, 0, NULL, NULL);

	return finish(cl, code, "copy a buffer", err);
}

static int build_failed(struct nn_opencl *cl, cl_program program, cl_int code, struct nn_err *err)
{
	char text[512] = "";

	/* A log too long for its room comes back as an error and leaves "". */
	(void)cl->api.clGetProgramBuildInfo(program, cl->choice.device, CL_PROGRAM_BUILD_LOG,
					    sizeof(text), text, NULL);
	return nn_err_set(err, -EIO, "OpenCL: build a kernel: error %d: %s", code,
			  text[0] ? text : "no log");
}

int nn_opencl_kernel_new(struct nn_opencl *cl, const char *source, const char *name,
			 struct nn_opencl_kernel **ret_kernel, struct nn_err *err)
{
	struct nn_opencl_kernel *kernel = nn_calloc(1, sizeof(*kernel));
	cl_int code = 0;

	*NN_ARRAY_APPEND(cl->kernels, cl->nr_kernels, cl->cap_kernels) = kernel;
	kernel->program = cl->api.clCreateProgramWithSource(cl->context, 1, &source, NULL, &code);
	if (code)
		return failed(err, code, "create a program");
	code = cl->api.clBuildProgram(kernel->program, 1, &cl->choice.device, "-cl-std=CL1.2", NULL,
				      NULL);
	if (code)
		return build_failed(cl, kernel->program, code, err);
	kernel->kernel = cl->api.clCreateKernel(kernel->program, name, &code);
	if (code)
		return failed(err, code, "create a kernel");
	*ret_kernel = kernel;
	return 0;
}

int nn_opencl_kernel_set(struct nn_opencl *cl, struct nn_opencl_kernel *kernel, unsigned int index,
			 const struct nn_opencl_buffer *buffer, struct nn_err *err)
{
	cl_int code = cl->api.clSetKernelArg(kernel->kernel, index, sizeof(buffer->memory),
					     &buffer->memory);

	return code ? failed(err, code, "set a kernel's argument") : 0;
}

int nn_opencl_launch(struct nn_opencl *cl, const struct nn_opencl_kernel *kernel, size_t nr_items,
		     struct nn_err *err)
{
	const size_t group = 1;
	cl_int code = cl->api.clEnqueueNDRangeKernel(cl->queue, kernel->kernel, 1, NULL, &nr_items,
						     &group, 0, NULL, NULL);

	return finish(cl, code, "launch a kernel", err);
}
