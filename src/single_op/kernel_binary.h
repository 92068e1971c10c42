// SPDX-License-Identifier: Apache-2.0
// A kernel that a program brings: a shared object in memory with a function of custom_kernel.h.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "softacl/custom_kernel.h"

namespace softacl::single_op {

/// A file without a name, for the dynamic linker.
class MemoryFile;

class KernelBinary {
   public:
    /// 100000 if the data is no ELF file or cannot be loaded, 200006 if it is for another processor or no shared
    /// object, 100029 if it has no such function.
    static Result<std::shared_ptr<KernelBinary>> load(const void* data, size_t size, const std::string& function);

    ~KernelBinary();
    KernelBinary(const KernelBinary&) = delete;
    KernelBinary& operator=(const KernelBinary&) = delete;

    softaclKernel function() const { return function_; }

   private:
    KernelBinary(std::unique_ptr<MemoryFile> file, void* library, softaclKernel entry);

    /// Stays open: the linker knows libraries by their path, which another file may have once it is closed.
    const std::unique_ptr<MemoryFile> file_;
    void* const library_;
    const softaclKernel function_;
};

}  // namespace softacl::single_op
