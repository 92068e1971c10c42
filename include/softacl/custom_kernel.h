/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel of your own for an operator: compile it to a shared object, give that to aclopCreateKernel, and name its
 * function there.
 *
 *     #include <softacl/custom_kernel.h>
 *
 *     SOFTACL_KERNEL int add_floats(const softaclKernelCall* call) {
 *         const float* a = static_cast<const float*>(call->inputs[0]);
 *         const float* b = static_cast<const float*>(call->inputs[1]);
 *         float* sum = static_cast<float*>(call->outputs[0]);
 *         for (size_t i = call->block; i < call->outputSizes[0] / sizeof(float); i += call->blockDim) {
 *             sum[i] = a[i] + b[i];
 *         }
 *         return 0;
 *     }
 *
 *     g++ -O3 -shared -fPIC -I $INCLUDE add_floats.cpp -o add_floats.so
 */
#ifndef SOFTACL_CUSTOM_KERNEL_H
#define SOFTACL_CUSTOM_KERNEL_H

#include <stddef.h>
#include <stdint.h>

/* Before the function: it is found by its plain name. */
#ifdef __cplusplus
#define SOFTACL_KERNEL extern "C" __attribute__((visibility("default")))
#else
#define SOFTACL_KERNEL __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a kernel is called with. Everything but `workspaces` and the outputs is for reading only. */
typedef struct softaclKernelCall {
    uint32_t block;    /* which part of the work this call is for: 0 to blockDim - 1 */
    uint32_t blockDim; /* how many calls there are, as aclopSetKernelArgs said; they may run at the same time */
    uint32_t numInputs;
    uint32_t numOutputs;
    uint32_t numWorkspaces;
    uint32_t argSize;
    const void* const* inputs; /* null: an optional input that is left out, or a tensor without elements */
    const size_t* inputSizes;  /* bytes */
    void* const* outputs;
    const size_t* outputSizes;
    void* const* workspaces; /* as aclopSetKernelWorkspaceSizes said; shared by the blocks, not initialised */
    const void* args;        /* a copy of what aclopSetKernelArgs was given */
} softaclKernelCall;

/* Returns 0, or anything else for a failure, which becomes the stream's error. Any thread; must not throw. */
typedef int (*softaclKernel)(const softaclKernelCall* call);

#ifdef __cplusplus
}
#endif

#endif
