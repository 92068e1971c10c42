// SPDX-License-Identifier: Apache-2.0
// acl_rt.h: memory.
#include "runtime/memory.h"

#include "acl/acl_rt.h"
#include "api/entry.h"
#include "api/warning.h"
#include "runtime/context.h"

using namespace softacl;
using namespace softacl::api;
using runtime::Copy;
using runtime::Stream;

namespace {

Status give_memory(void** out, const Result<void*>& memory) {
    *out = memory.ok() ? *memory : nullptr;
    return memory.status();
}

Status allocate(void** devPtr, size_t size, aclrtMemMallocPolicy policy) {
    const bool normal_pages = policy == ACL_MEM_MALLOC_NORMAL_ONLY || policy == ACL_MEM_MALLOC_NORMAL_ONLY_P2P;
    return give_memory(devPtr, runtime::allocate_on_device(size, !normal_pages));
}

Status launch(const void* stream, Result<std::unique_ptr<runtime::Task>> task) {
    SOFTACL_TRY(task.status());
    SOFTACL_ASSIGN(const Pin<Stream> where, runtime::find_stream(stream, "stream"));
    return where->launch(std::move(*task)).status();
}

Status check_fits(const char* count_name, size_t count, const char* limit_name, size_t limit) {
    if (count > limit) {
        return fail(ACL_ERROR_INVALID_PARAM, count_name, " is ", count, ", more than ", limit_name, ", which is ",
                    limit);
    }
    return {};
}

Result<Copy> rectangle(void* dst, size_t dpitch, const void* src, size_t spitch, size_t width, size_t height) {
    SOFTACL_TRY(check_fits("width", width, "dpitch", dpitch));
    SOFTACL_TRY(check_fits("width", width, "spitch", spitch));
    size_t bytes = 0;
    if (__builtin_mul_overflow(std::max(dpitch, spitch), height, &bytes)) {
        return fail(ACL_ERROR_INVALID_PARAM, "height is ", height,
                    " rows, more than an address space holds at pitches of ", dpitch, " and ", spitch, " bytes");
    }
    return Copy{dst, dpitch, src, spitch, width, height};
}

// The device has one memory, of the DDR kind; its huge and normal pages come out of the same capacity.
bool device_has(aclrtMemAttr attr) {
    return attr == ACL_DDR_MEM || attr == ACL_DDR_MEM_HUGE || attr == ACL_DDR_MEM_NORMAL;
}

}  // namespace

aclError aclrtMalloc(void** devPtr, size_t size, aclrtMemMallocPolicy policy) {
    return entry<row::aclrtMalloc>(devPtr, size, policy)([&] { return allocate(devPtr, size, policy); });
}

aclError aclrtMallocCached(void** devPtr, size_t size, aclrtMemMallocPolicy policy) {
    return entry<row::aclrtMallocCached>(devPtr, size, policy)([&] { return allocate(devPtr, size, policy); });
}

// Device memory is host memory: the processor keeps its caches coherent, and only the arguments can be wrong.
aclError aclrtMemFlush(void* devPtr, size_t size) {
    return entry<row::aclrtMemFlush>(devPtr, size)([&] { return runtime::check_on_device(devPtr, size); });
}

aclError aclrtMemInvalidate(void* devPtr, size_t size) {
    return entry<row::aclrtMemInvalidate>(devPtr, size)([&] { return runtime::check_on_device(devPtr, size); });
}

aclError aclrtGetMemInfo(aclrtMemAttr attr, size_t* free, size_t* total) {
    return entry<row::aclrtGetMemInfo>(attr, free, total)([&]() -> Status {
        *free = *total = 0;
        SOFTACL_ASSIGN(const Pin<runtime::Context> context, runtime::current_context());
        if (device_has(attr)) {
            *free = context->device().memory().free_bytes();
            *total = context->device().memory().capacity();
        }
        return {};
    });
}

aclError aclrtFree(void* devPtr) {
    return entry<row::aclrtFree>(devPtr)([&] { return runtime::free_on_device(devPtr); });
}

aclError aclrtMallocHost(void** hostPtr, size_t size) {
    return entry<row::aclrtMallocHost>(hostPtr,
                                       size)([&] { return give_memory(hostPtr, runtime::allocate_on_host(size)); });
}

aclError aclrtFreeHost(void* hostPtr) {
    return entry<row::aclrtFreeHost>(hostPtr)([&] { return runtime::free_on_host(hostPtr); });
}

aclError aclrtMemset(void* devPtr, size_t maxCount, int32_t value, size_t count) {
    return entry<row::aclrtMemset>(devPtr, maxCount, value, count)([&]() -> Status {
        SOFTACL_TRY(check_fits("count", count, "maxCount", maxCount));
        return with_warning<row::aclrtMemset>(
            [&](std::string& warning) { return runtime::fill(devPtr, value, count, warning); });
    });
}

aclError aclrtMemsetAsync(void* devPtr, size_t maxCount, int32_t value, size_t count, aclrtStream stream) {
    return entry<row::aclrtMemsetAsync>(devPtr, maxCount, value, count, stream)([&]() -> Status {
        SOFTACL_TRY(check_fits("count", count, "maxCount", maxCount));
        return with_warning<row::aclrtMemsetAsync>(
            [&](std::string& warning) { return launch(stream, runtime::fill_task(devPtr, value, count, warning)); });
    });
}

aclError aclrtMemcpy(void* dst, size_t destMax, const void* src, size_t count, aclrtMemcpyKind kind) {
    return entry<row::aclrtMemcpy>(dst, destMax, src, count, kind)([&]() -> Status {
        SOFTACL_TRY(check_fits("count", count, "destMax", destMax));
        return with_warning<row::aclrtMemcpy>(
            [&](std::string& warning) { return runtime::copy(Copy::linear(dst, src, count), warning); });
    });
}

aclError aclrtMemcpyAsync(void* dst, size_t destMax, const void* src, size_t count, aclrtMemcpyKind kind,
                          aclrtStream stream) {
    return entry<row::aclrtMemcpyAsync>(dst, destMax, src, count, kind, stream)([&]() -> Status {
        SOFTACL_TRY(check_fits("count", count, "destMax", destMax));
        return with_warning<row::aclrtMemcpyAsync>([&](std::string& warning) {
            return launch(stream, runtime::copy_task(Copy::linear(dst, src, count), warning));
        });
    });
}

aclError aclrtMemcpy2d(void* dst, size_t dpitch, const void* src, size_t spitch, size_t width, size_t height,
                       aclrtMemcpyKind kind) {
    return entry<row::aclrtMemcpy2d>(dst, dpitch, src, spitch, width, height, kind)([&]() -> Status {
        SOFTACL_ASSIGN(const Copy what, rectangle(dst, dpitch, src, spitch, width, height));
        return with_warning<row::aclrtMemcpy2d>([&](std::string& warning) { return runtime::copy(what, warning); });
    });
}

aclError aclrtMemcpy2dAsync(void* dst, size_t dpitch, const void* src, size_t spitch, size_t width, size_t height,
                            aclrtMemcpyKind kind, aclrtStream stream) {
    return entry<row::aclrtMemcpy2dAsync>(dst, dpitch, src, spitch, width, height, kind, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const Copy what, rectangle(dst, dpitch, src, spitch, width, height));
        return with_warning<row::aclrtMemcpy2dAsync>(
            [&](std::string& warning) { return launch(stream, runtime::copy_task(what, warning)); });
    });
}
