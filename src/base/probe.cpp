// SPDX-License-Identifier: Apache-2.0
#include "base/probe.h"

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace softacl {
namespace {

uintptr_t page_size() {
    static const auto kSize = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    return kSize;
}

// System calls that touch one word of user memory and do nothing else. The kernel answers EFAULT where an access of
// ours would be a signal.
bool page_readable(uintptr_t page) {
    constexpr int kNoSuchOperation = -1;
    // The second word, since a null pointer would mean "no mask".
    return syscall(SYS_rt_sigprocmask, kNoSuchOperation, page + 8, nullptr, 8) == 0 || errno != EFAULT;
}
bool page_writable(uintptr_t page) {
    uint32_t own = 0;
    // "Wake nobody here, and nobody there after an atomic OR with 0."
    return syscall(SYS_futex, &own, FUTEX_WAKE_OP_PRIVATE, 0, nullptr, page,
                   FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_EQ, 0)) >= 0 ||
           errno != EFAULT;
}

// Whole pages. The ends are touched, the middle only has to be mapped: one call whatever the size.
bool pages_ok(uintptr_t begin, uintptr_t end, bool write) {
    const auto page_ok = write ? page_writable : page_readable;
    if (!page_ok(begin)) {
        return false;
    }
    return end - begin == page_size() ||
           (page_ok(end - page_size()) && msync(reinterpret_cast<void*>(begin), end - begin, MS_ASYNC) == 0);
}

size_t accessible(const void* address, size_t size, bool write) {
    const auto begin = reinterpret_cast<uintptr_t>(address);
    if (size == 0) {
        return 0;
    }
    const uintptr_t mask = ~(page_size() - 1);
    const uintptr_t last = begin > UINTPTR_MAX - (size - 1) ? UINTPTR_MAX : begin + (size - 1);
    const uintptr_t first_page = begin & mask;
    const uintptr_t last_page = last & mask;
    if (last_page <= UINTPTR_MAX - page_size() && pages_ok(first_page, last_page + page_size(), write)) {
        return size;
    }
    // Halve the range until the first bad page is found.
    uintptr_t good = 0;  // pages known to be good
    uintptr_t bad = (last_page - first_page) / page_size() + 1;
    while (good < bad) {
        const uintptr_t middle = good + (bad - good) / 2;
        if (pages_ok(first_page + good * page_size(), first_page + (middle + 1) * page_size(), write)) {
            good = middle + 1;
        } else {
            bad = middle;
        }
    }
    const uintptr_t end = first_page + good * page_size();
    return end <= begin ? 0 : std::min<size_t>(size, end - begin);
}

}  // namespace

size_t readable_bytes(const void* address, size_t size) { return accessible(address, size, false); }
size_t writable_bytes(void* address, size_t size) { return accessible(address, size, true); }

}  // namespace softacl
