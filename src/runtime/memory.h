// SPDX-License-Identifier: Apache-2.0
// Allocation, copying and filling, on whatever side an address lies. Any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/status.h"
#include "runtime/device.h"
#include "runtime/task.h"

namespace softacl::runtime {

/// Memory of the current context's device. 107002 without context, 207001 beyond the capacity.
Result<void*> allocate_on_device(size_t size, bool huge_pages);
/// 107000 if the address is not the start of a live block. Never waits: the block is reused after the work queued so
/// far.
Status free_on_device(void* address);

/// Host memory; device memory if the program runs on the device.
Result<void*> allocate_on_host(size_t size);
Status free_on_host(void* address);

/// Tells that `size` bytes from the address on are live device memory: 107000 if not.
Status check_on_device(const void* address, size_t size);

/// Tells whether an address is of a device, and refuses device memory where `size` bytes are not allocated: 107000. An
/// overrun into slack succeeds with a sentence in `warning`. `argument` names the address in sentences.
Result<bool> check_if_device(const char* argument, const void* address, size_t size, std::string& warning);
/// Refuse host memory that cannot be accessed to its end: 107000.
Status check_host_readable(const char* argument, const void* address, size_t size);
Status check_host_writable(const char* argument, void* address, size_t size);

/// A rectangle of bytes: `height` rows of `width`, a pitch apart. A plain copy is one row.
struct Copy {
    void* dst;
    size_t dst_pitch;
    const void* src;
    size_t src_pitch;
    size_t width;
    size_t height;

    static Copy linear(void* dst, const void* src, size_t count) { return {dst, count, src, count, count, 1}; }
};

/// Copies at once. The direction follows from the addresses; ranges may overlap.
/// 107000 if a device range leaves its block and slack, or a host range cannot be written. A copy into slack, and a
/// host source that is not readable to its end (copied as far as it goes), succeed with a sentence in `warning`.
Status copy(const Copy& what, std::string& warning);

/// The same as a task of a stream. Device addresses that are not 64-byte aligned: 107008. Host to host is accepted
/// and fails when the stream gets there, as the manual has it. Warnings at that time reach whoever synchronises.
Result<std::unique_ptr<Task>> copy_task(const Copy& what, std::string& warning);

/// Sets bytes. Errors as for the destination of a copy.
Status fill(void* dst, int value, size_t count, std::string& warning);
Result<std::unique_ptr<Task>> fill_task(void* dst, int value, size_t count, std::string& warning);

}  // namespace softacl::runtime
