/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The OpenCL 1.2 entry points that opencl.c and opencl-device.c use, looked up at run time. Private
 * to workloads/common, the only folder that includes the OpenCL headers.
 */
#ifndef NN_WORKLOADS_COMMON_OPENCL_API_H
#define NN_WORKLOADS_COMMON_OPENCL_API_H

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <CL/cl_ext.h>

#include "workloads/common/device-choice.h"

#define NN_OPENCL_FUNCTIONS(X)       \
	X(clBuildProgram)            \
	X(clCreateBuffer)            \
	X(clCreateCommandQueue)      \
	X(clCreateContext)           \
	X(clCreateKernel)            \
	X(clCreateProgramWithSource) \
	X(clEnqueueCopyBuffer)       \
	X(clEnqueueMapBuffer)        \
	X(clEnqueueNDRangeKernel)    \
	X(clEnqueueReadBuffer)       \
	X(clEnqueueUnmapMemObject)   \
	X(clEnqueueWriteBuffer)      \
	X(clFinish)                  \
	X(clGetDeviceIDs)            \
	X(clGetDeviceInfo)           \
	X(clGetPlatformIDs)          \
	X(clGetPlatformInfo)         \
	X(clGetProgramBuildInfo)     \
	X(clReleaseCommandQueue)     \
	X(clReleaseContext)          \
	X(clReleaseKernel)           \
	X(clReleaseMemObject)        \
	X(clReleaseProgram)          \
	X(clSetKernelArg)

/* The type of a declared function, without a reference that the linker would have to resolve. */
#define NN_OPENCL_MEMBER(name) __typeof__(&name) name;
struct nn_opencl_api {
	NN_OPENCL_FUNCTIONS(NN_OPENCL_MEMBER)
};
#undef NN_OPENCL_MEMBER

struct nn_opencl_choice {
	cl_device_id device;
	struct nn_device_candidate candidate;
	char description[128]; /* device and platform */
};

/** Open the loader and look everything up; -EOPNOTSUPP when it is not installed. */
int nn_opencl_api_load(struct nn_opencl_api *ret_api, struct nn_err *err);

/** The best of all devices of all platforms; -EOPNOTSUPP when none fits. */
int nn_opencl_choose(const struct nn_opencl_api *api, const struct nn_device_wish *wish,
		     struct nn_opencl_choice *ret_choice, struct nn_err *err);

/** The PCI address from the answer of CL_DEVICE_PCI_*_NV. */
void nn_opencl_nvidia_bdf(cl_uint domain, cl_uint bus, cl_uint slot, char ret_bdf[NN_BDF_CAP]);

#endif
