// SPDX-License-Identifier: Apache-2.0
// Files: mapped for reading, written whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/status.h"
#include "model/checksum.h"

namespace softacl::model {

struct MappedFile {
    std::shared_ptr<const void> data;  ///< null for an empty file; unmaps when the last reference goes
    size_t size = 0;

    /// Bytes of the file, held by themselves: with the last reference the process gives back the memory of whole pages
    /// among them. They can still be read through `data`, from the file again.
    std::shared_ptr<const void> part(const void* bytes, size_t count) const;
};

/// 145002 if the path names no readable file.
Result<MappedFile> map_file(const std::string& path);

/// Collects a file under a temporary name beside its own and takes its place with commit(). Without that it leaves
/// nothing behind. All failures are 100004.
class OutputFile {
   public:
    explicit OutputFile(std::string path) : path_(std::move(path)) {}
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    Status open();
    Status append(const void* data, size_t size);
    /// Overwrites bytes that were appended before; the checksum does not see it.
    Status patch(const void* data, size_t size, uint64_t offset);
    Status commit();

    /// Of everything appended.
    Digest digest() const { return checksum_.digest(); }

   private:
    Status broken(const char* what, int error) const;
    Status write_at(const void* data, size_t size, uint64_t offset);

    std::string path_;
    std::string temporary_;
    int file_ = -1;
    uint64_t size_ = 0;
    Checksum checksum_;
};

}  // namespace softacl::model
