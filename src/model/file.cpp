// SPDX-License-Identifier: Apache-2.0
#include "model/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "acl/acl_base.h"

namespace softacl::model {
namespace {

class Descriptor {
   public:
    explicit Descriptor(int file) : file_(file) {}
    ~Descriptor() {
        if (file_ >= 0) {
            ::close(file_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return file_; }

   private:
    int file_;
};

}  // namespace

Result<MappedFile> map_file(const std::string& path) {
    const auto unreadable = [&](const std::string& why) {
        return fail(ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID, "model file \"", path, "\": ", why);
    };
    // Not waiting matters for a pipe, which is then refused.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat info {};
    if (file.get() < 0 || ::fstat(file.get(), &info) != 0) {
        return unreadable(text("it cannot be opened for reading: ", std::strerror(errno)));
    }
    if (!S_ISREG(info.st_mode)) {
        return unreadable("it is not a regular file");
    }
    const auto size = static_cast<size_t>(info.st_size);
    if (size == 0) {
        return MappedFile{};
    }
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (address == MAP_FAILED) {
        return unreadable(text("its ", size, " bytes cannot be mapped: ", std::strerror(errno)));
    }
    return MappedFile{{address, [size](const void* mapped) { ::munmap(const_cast<void*>(mapped), size); }}, size};
}

std::shared_ptr<const void> MappedFile::part(const void* bytes, size_t count) const {
    return {bytes, [file = data, count](const void* begin) {
                const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
                const uintptr_t first = (reinterpret_cast<uintptr_t>(begin) + page - 1) / page * page;
                const uintptr_t last = (reinterpret_cast<uintptr_t>(begin) + count) / page * page;
                if (first < last) {
                    ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
                }
            }};
}

OutputFile::~OutputFile() {
    if (file_ >= 0) {
        ::close(file_);
    }
    if (!temporary_.empty()) {
        ::unlink(temporary_.c_str());
    }
}

Status OutputFile::broken(const char* what, int error) const {
    return fail(ACL_ERROR_WRITE_FILE, "the file \"", path_, "\" cannot be ", what, ": ", std::strerror(error));
}

Status OutputFile::open() {
    struct stat info {};
    if (::stat(path_.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
        return fail(ACL_ERROR_WRITE_FILE, "the file \"", path_,
                    "\" cannot be written: something that is no file has its name");
    }
    static std::atomic<unsigned> counter{0};
    do {
        temporary_ = text(path_, ".part-", ::getpid(), "-", counter++);
        file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (file_ < 0 && errno == EEXIST);
    if (file_ < 0) {
        const int error = errno;
        temporary_.clear();
        return broken("created", error);
    }
    return {};
}

Status OutputFile::write_at(const void* data, size_t size, uint64_t offset) {
    const auto* bytes = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t done = ::pwrite(file_, bytes, size, static_cast<off_t>(offset));
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return broken("written", done < 0 ? errno : ENOSPC);
        }
        bytes += done;
        offset += static_cast<uint64_t>(done);
        size -= static_cast<size_t>(done);
    }
    return {};
}

Status OutputFile::append(const void* data, size_t size) {
    // In pieces that stay in the cache between hashing and copying.
    constexpr size_t kPiece = 256 * 1024;
    for (size_t at = 0; at < size; at += kPiece) {
        const auto* piece = static_cast<const char*>(data) + at;
        const size_t length = std::min(kPiece, size - at);
        checksum_.add(piece, length);
        SOFTACL_TRY(write_at(piece, length, size_));
        size_ += length;
    }
    return {};
}

Status OutputFile::patch(const void* data, size_t size, uint64_t offset) { return write_at(data, size, offset); }

Status OutputFile::commit() {
    const int file = file_;
    file_ = -1;
    if (::close(file) != 0) {
        return broken("written", errno);
    }
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
        return broken("put in place", errno);
    }
    temporary_.clear();
    return {};
}

}  // namespace softacl::model
