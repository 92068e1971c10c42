// SPDX-License-Identifier: Apache-2.0
// What the library of fast kernels is given by the library that loads it: the threads of the process.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/function_ref.h"

namespace softacl::kernels {

class FastKernels;

/// The functions of base/parallel.h.
struct HostServices {
    size_t (*parallel_width)();
    void (*parallel_for)(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body);
    void (*parallel_team)(int count, FunctionRef<void(int, int)> body);
    void (*serially)(FunctionRef<void()> body);
    int (*team_index)();
    int (*team_size)();
    bool (*in_parallel)();
    void (*team_barrier)();
};

/// The one function that the library exports, by this name.
using OpenFastKernels = const FastKernels* (*)(const HostServices& services);
inline constexpr const char* kOpenFastKernels = "softacl_open_fast_kernels";

}  // namespace softacl::kernels
