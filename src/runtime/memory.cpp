// SPDX-License-Identifier: Apache-2.0
#include "runtime/memory.h"

#include <cstring>

#include "acl/acl_base.h"
#include "base/probe.h"
#include "runtime/context.h"
#include "runtime/host_memory.h"
#include "runtime/process.h"

namespace softacl::runtime {
namespace {

constexpr uintptr_t kAsyncAlignment = 64;

// One side of a copy, or the target of a fill.
struct Range {
    const char* argument;  // parameter name for sentences
    const void* address;
    size_t pitch;
    size_t width;
    size_t height;

    // Bytes from the address to the end of the last row. The last row's padding is not touched.
    size_t span() const { return (height - 1) * pitch + width; }
};

// A device range must lie in one live block. Slack is for the overruns real programs have.
Status check_device_range(Device& device, const Range& range, std::string& warning) {
    const auto room = device.memory().room_at(range.address);
    if (!room) {
        return fail(ACL_ERROR_RT_PARAM_INVALID, range.argument, " is ", range.address, ", an address of device ",
                    Process::instance().index_of(device), " where nothing is allocated (never, or freed)");
    }
    if (range.span() <= room->size) {
        return {};
    }
    std::string overrun = text(range.argument, " is ", range.address, ", which has ", room->size,
                               " bytes to the end of its memory, but ", range.span(), " are accessed");
    if (range.span() > room->size + room->slack) {
        return Status(ACL_ERROR_RT_PARAM_INVALID, std::move(overrun));
    }
    warning = overrun + "; the overrun stays inside the slack behind the block and does no harm here";
    return {};
}

struct Sides {
    Device* dst;
    Device* src;
};

Result<Sides> check_sides(const Copy& what, std::string& warning) {
    Process& process = Process::instance();
    const Sides sides{process.device_of(what.dst), process.device_of(what.src)};
    if (sides.dst != nullptr) {
        SOFTACL_TRY(
            check_device_range(*sides.dst, {"dst", what.dst, what.dst_pitch, what.width, what.height}, warning));
    }
    if (sides.src != nullptr) {
        SOFTACL_TRY(
            check_device_range(*sides.src, {"src", what.src, what.src_pitch, what.width, what.height}, warning));
    }
    return sides;
}

// Ranges of checked sides. Host memory is probed just before it is touched: it may go away while a task waits.
Status move_bytes(const Copy& what, const Sides& sides, std::string& warning) {
    size_t left = (what.height - 1) * what.src_pitch + what.width;
    if (sides.dst == nullptr) {
        SOFTACL_TRY(check_host_writable("dst", what.dst, (what.height - 1) * what.dst_pitch + what.width));
    }
    if (sides.src == nullptr) {
        const size_t can = readable_bytes(what.src, left);
        if (can == 0) {
            return fail(ACL_ERROR_RT_PARAM_INVALID, "src is ", what.src, ", a host address that cannot be read");
        }
        if (can < left) {
            warning = text("src is ", what.src, ", of which only ", can, " of ", left,
                           " bytes can be read; these were copied");
            left = can;
        }
    }
    auto* dst = static_cast<char*>(what.dst);
    const auto* src = static_cast<const char*>(what.src);
    for (size_t row = 0; row < what.height && left > row * what.src_pitch; ++row) {
        std::memmove(dst + row * what.dst_pitch, src + row * what.src_pitch,
                     std::min(what.width, left - row * what.src_pitch));
    }
    return {};
}

Status check_aligned(const char* argument, const void* address) {
    if (reinterpret_cast<uintptr_t>(address) % kAsyncAlignment != 0) {
        return fail(ACL_ERROR_RT_ADDR_UNALIGNED, argument, " is ", address,
                    "; asynchronous calls need device addresses that are multiples of ", kAsyncAlignment);
    }
    return {};
}

}  // namespace

Result<void*> allocate_on_device(size_t size, bool huge_pages) {
    SOFTACL_ASSIGN(const Pin<Context> context, current_context());
    return context->device().memory().allocate(size, huge_pages);
}

Status free_on_device(void* address) {
    Process& process = Process::instance();
    Device* device = process.device_of(address);
    if (device == nullptr) {
        return fail(ACL_ERROR_RT_PARAM_INVALID, "devPtr is ", address,
                    ", which is not device memory; expected an address from aclrtMalloc");
    }
    if (!device->memory().retire(address, process.queued_work())) {
        return fail(ACL_ERROR_RT_PARAM_INVALID, "devPtr is ", address,
                    ", which is not the start of a live block (freed before, or an address inside a block)");
    }
    return {};
}

Result<void*> allocate_on_host(size_t size) {
    return Process::instance().runs_on_device() ? allocate_on_device(size, false)
                                                : HostMemory::instance().allocate(size);
}

Status free_on_host(void* address) {
    if (HostMemory::instance().release(address)) {
        return {};
    }
    if (Process::instance().runs_on_device()) {
        return free_on_device(address);
    }
    return fail(ACL_ERROR_RT_PARAM_INVALID, "hostPtr is ", address,
                ", which is not a live block of aclrtMallocHost (freed before, or from elsewhere)");
}

Status check_on_device(const void* address, size_t size) {
    Device* device = Process::instance().device_of(address);
    if (device == nullptr) {
        return fail(ACL_ERROR_RT_PARAM_INVALID, "devPtr is ", address, ", which is not device memory");
    }
    std::string warning;
    return check_device_range(*device, {"devPtr", address, size, size, 1}, warning);
}

Result<bool> check_if_device(const char* argument, const void* address, size_t size, std::string& warning) {
    Device* device = Process::instance().device_of(address);
    if (device != nullptr && size != 0) {
        SOFTACL_TRY(check_device_range(*device, {argument, address, size, size, 1}, warning));
    }
    return device != nullptr;
}

Status check_host_readable(const char* argument, const void* address, size_t size) {
    if (const size_t can = readable_bytes(address, size); can < size) {
        return fail(ACL_ERROR_RT_PARAM_INVALID, argument, " is ", address, ", a host address where ", can, " of ", size,
                    " bytes can be read");
    }
    return {};
}

Status check_host_writable(const char* argument, void* address, size_t size) {
    if (const size_t can = writable_bytes(address, size); can < size) {
        return fail(ACL_ERROR_RT_PARAM_INVALID, argument, " is ", address, ", a host address where ", can, " of ", size,
                    " bytes can be written");
    }
    return {};
}

Status copy(const Copy& what, std::string& warning) {
    if (what.width == 0 || what.height == 0) {
        return {};
    }
    SOFTACL_ASSIGN(const Sides sides, check_sides(what, warning));
    return move_bytes(what, sides, warning);
}

Result<std::unique_ptr<Task>> copy_task(const Copy& what, std::string& warning) {
    if (what.width == 0 || what.height == 0) {
        return make_task("memcpy", [](std::string&) { return Status(); });
    }
    SOFTACL_ASSIGN(const Sides sides, check_sides(what, warning));
    if (sides.dst != nullptr) {
        SOFTACL_TRY(check_aligned("dst", what.dst));
    }
    if (sides.src != nullptr) {
        SOFTACL_TRY(check_aligned("src", what.src));
    }
    return make_task("memcpy", [what, sides](std::string& late_warning) -> Status {
        if (sides.dst == nullptr && sides.src == nullptr) {
            return fail(ACL_ERROR_RT_PARAM_INVALID, "dst ", what.dst, " and src ", what.src,
                        " are both host memory; an asynchronous copy needs the device on one side");
        }
        return move_bytes(what, sides, late_warning);
    });
}

namespace {

Result<Device*> check_target(void* dst, size_t count, std::string& warning) {
    Device* device = Process::instance().device_of(dst);
    if (device != nullptr && count != 0) {
        SOFTACL_TRY(check_device_range(*device, {"devPtr", dst, count, count, 1}, warning));
    }
    return device;
}

Status fill_bytes(void* dst, int value, size_t count, const Device* device) {
    if (device == nullptr && count != 0) {
        SOFTACL_TRY(check_host_writable("devPtr", dst, count));
    }
    std::memset(dst, value, count);
    return {};
}

}  // namespace

Status fill(void* dst, int value, size_t count, std::string& warning) {
    SOFTACL_ASSIGN(const Device* device, check_target(dst, count, warning));
    return fill_bytes(dst, value, count, device);
}

Result<std::unique_ptr<Task>> fill_task(void* dst, int value, size_t count, std::string& warning) {
    SOFTACL_ASSIGN(const Device* device, check_target(dst, count, warning));
    return make_task("memset", [=](std::string&) { return fill_bytes(dst, value, count, device); });
}

}  // namespace softacl::runtime
