// SPDX-License-Identifier: Apache-2.0
#include "kernels/fast.h"

#include <dlfcn.h>

#include <string>

#include "acl/acl_base.h"
#include "base/parallel.h"
#include "kernels/host.h"

namespace softacl::kernels {
namespace {

constexpr const char* kLibrary = "libsoftacl_kernels.so";

// Beside the library or program that this code is part of, or in the lib64 beside a program's folder.
std::string beside(const char* folder) {
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&fast_kernels), &info) == 0 || info.dli_fname == nullptr) {
        return kLibrary;
    }
    const std::string self = info.dli_fname;
    return self.substr(0, self.rfind('/') + 1) + folder + kLibrary;
}

Result<const FastKernels*> open() {
    void* library = nullptr;
    std::string reasons;
    for (const char* folder : {"", "../lib64/"}) {
        library = dlopen(beside(folder).c_str(), RTLD_NOW | RTLD_LOCAL);
        if (library != nullptr) {
            break;
        }
        reasons += text(reasons.empty() ? "" : "; ", dlerror());
    }
    if (library == nullptr) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "the fast kernels cannot be loaded: ", reasons);
    }
    const auto open_kernels = reinterpret_cast<OpenFastKernels>(dlsym(library, kOpenFastKernels));
    if (open_kernels == nullptr) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, kLibrary, " is another version's");
    }
    static const HostServices kServices = {parallel_width, parallel_for, parallel_team, team_index,
                                           team_size,      in_parallel,  team_barrier};
    return open_kernels(kServices);
}

}  // namespace

Result<const FastKernels*> fast_kernels() {
    static const auto& kernels = *new Result<const FastKernels*>(open());
    return kernels;
}

}  // namespace softacl::kernels
