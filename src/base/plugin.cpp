// SPDX-License-Identifier: Apache-2.0
#include "base/plugin.h"

#include <dlfcn.h>

#include "acl/acl_base.h"

namespace softacl {
namespace {

std::string beside(const char* folder, const char* library) {
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&load_beside), &info) == 0 || info.dli_fname == nullptr) {
        return library;
    }
    const std::string self = info.dli_fname;
    return self.substr(0, self.rfind('/') + 1) + folder + library;
}

}  // namespace

Result<void*> load_beside(const char* library, const char* symbol, const char* what) {
    void* loaded = nullptr;
    std::string reasons;
    for (const char* folder : {"", "../lib64/"}) {
        loaded = dlopen(beside(folder, library).c_str(), RTLD_NOW | RTLD_LOCAL);
        if (loaded != nullptr) {
            break;
        }
        reasons += text(reasons.empty() ? "" : "; ", dlerror());
    }
    if (loaded == nullptr) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, what, " cannot be loaded: ", reasons);
    }
    void* const address = dlsym(loaded, symbol);
    if (address == nullptr) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, what, " cannot be used: ", library, " is another version's");
    }
    return address;
}

}  // namespace softacl
