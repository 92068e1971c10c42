// SPDX-License-Identifier: Apache-2.0
#include "single_op/kernel_binary.h"

#include <dlfcn.h>
#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "acl/acl_base.h"

namespace softacl::single_op {
namespace {

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#else
#error "the ELF machine of this processor is not named here"
#endif

Status ends_early(size_t size) {
    return fail(ACL_ERROR_INVALID_PARAM, "binData ends after ", size, " bytes, before the shared object does");
}

Status check_header(const void* data, size_t size) {
    Elf64_Ehdr header;
    if (size < sizeof header || std::memcmp(data, ELFMAG, SELFMAG) != 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "binData holds no ELF file; expected a shared object (g++ -shared)");
    }
    std::memcpy(&header, data, sizeof header);
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != kMachine) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "binData holds a program for another processor (ELF machine ",
                    header.e_machine,
                    "); kernels compiled for a device do not run here: compile the kernel for this "
                    "processor, see softacl/custom_kernel.h");
    }
    if (header.e_type != ET_DYN) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED,
                    "binData holds no shared object; link the object file with g++ -shared");
    }
    // What the dynamic linker maps must be there: it does not look.
    const auto* bytes = static_cast<const char*>(data);
    for (size_t i = 0; i < header.e_phnum; ++i) {
        Elf64_Phdr part;
        const size_t at = header.e_phoff + i * sizeof part;
        if (header.e_phentsize != sizeof part || header.e_phoff > size || at + sizeof part > size) {
            return ends_early(size);
        }
        std::memcpy(&part, bytes + at, sizeof part);
        if (part.p_offset > size || part.p_filesz > size - part.p_offset) {
            return ends_early(size);
        }
    }
    return {};
}

}  // namespace

class MemoryFile {
   public:
    MemoryFile(const void* data, size_t size) : file_(memfd_create("softacl_kernel", MFD_CLOEXEC)) {
        const char* next = static_cast<const char*>(data);
        while (file_ >= 0 && size > 0) {
            const ssize_t written = write(file_, next, size);
            if (written <= 0) {
                close(file_);
                file_ = -1;
                return;
            }
            next += written;
            size -= static_cast<size_t>(written);
        }
    }
    ~MemoryFile() {
        if (file_ >= 0) {
            close(file_);
        }
    }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    bool ok() const { return file_ >= 0; }
    std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

   private:
    int file_;
};

Result<std::shared_ptr<KernelBinary>> KernelBinary::load(const void* data, size_t size, const std::string& function) {
    SOFTACL_TRY(check_header(data, size));
    auto file = std::make_unique<MemoryFile>(data, size);
    if (!file->ok()) {
        return fail(ACL_ERROR_BAD_ALLOC, "there is no room for a copy of binData");
    }
    void* const library = dlopen(file->path().c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        return fail(ACL_ERROR_INVALID_PARAM, "binData cannot be loaded: ", dlerror());
    }
    void* const symbol = dlsym(library, function.c_str());
    if (symbol == nullptr) {
        dlclose(library);
        return fail(ACL_ERROR_KERNEL_NOT_FOUND, "binData exports no function ", function,
                    "; declare it with SOFTACL_KERNEL of softacl/custom_kernel.h");
    }
    return std::shared_ptr<KernelBinary>(
        new KernelBinary(std::move(file), library, reinterpret_cast<softaclKernel>(symbol)));
}

KernelBinary::KernelBinary(std::unique_ptr<MemoryFile> file, void* library, softaclKernel entry)
    : file_(std::move(file)), library_(library), function_(entry) {}

KernelBinary::~KernelBinary() { dlclose(library_); }

}  // namespace softacl::single_op
