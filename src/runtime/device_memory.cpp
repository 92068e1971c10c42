// SPDX-License-Identifier: Apache-2.0
#include "runtime/device_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "acl/acl_base.h"
#include "base/log.h"

namespace softacl::runtime {
namespace {

constexpr size_t kKiB = 1024;
constexpr size_t kMiB = 1024 * kKiB;
constexpr size_t kGiB = 1024 * kMiB;

constexpr size_t kLarge = kMiB;              // from here on slack grows with the block
constexpr size_t kCommitStep = 16 * kMiB;    // address space made usable at a time
constexpr size_t kKeepResident = 64 * kMiB;  // freed memory kept warm for the next allocation
constexpr size_t kHugePage = 2 * kMiB;
constexpr size_t kMostWarm = 16;

size_t align_up(size_t value, size_t alignment) { return (value + alignment - 1) / alignment * alignment; }

size_t slack_for(size_t size) { return size < kLarge ? 4 * kKiB : std::max(64 * kKiB, size / 16); }

}  // namespace

DeviceMemory::DeviceMemory(uint64_t capacity) : capacity_(capacity) {
    // Address space costs nothing; more than the capacity leaves room for slack and fragmentation. A process with a
    // limit on it gets less.
    size_t wanted = align_up(std::min<uint64_t>(capacity, kGiB << 12) * 4 + 4 * kGiB, kHugePage);
    void* range = MAP_FAILED;
    for (; wanted > capacity / 2 && range == MAP_FAILED; wanted /= 2) {
        range = mmap(nullptr, wanted, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (range != MAP_FAILED) {
            break;
        }
    }
    if (range == MAP_FAILED) {
        log(LogLevel::kError, SOFTACL_HERE, text("no address space for ", capacity, " bytes of device memory"));
        return;
    }
    begin_ = reinterpret_cast<uintptr_t>(range);
    reserved_ = wanted;
    frontier_ = committed_ = begin_;
}

DeviceMemory::~DeviceMemory() {
    if (reserved_ != 0) {
        munmap(reinterpret_cast<void*>(begin_), reserved_);
    }
}

Result<void*> DeviceMemory::allocate(size_t size, bool huge_pages) {
    std::vector<Retired> done;
    const std::lock_guard lock(mutex_);
    done = reap_locked();
    const auto no_room = [&] {
        return fail(ACL_ERROR_RT_MEMORY_ALLOCATION, "size is ", size, ", but only ", capacity_ - charged_, " of ",
                    capacity_, " bytes of device memory are free");
    };
    if (size > capacity_) {
        return no_room();
    }
    const size_t charge = align_up(size, 32) + 32;
    if (charge > capacity_ - charged_) {
        return no_room();
    }
    SOFTACL_ASSIGN(Blocks::node_type block, take_block(size, charge));
    if (huge_pages && !block.mapped().wants_huge_pages) {
        ask_for_huge_pages(block.key(), block.mapped());
    }
    charged_ += charge;
    return reinterpret_cast<void*>(blocks_.insert(std::move(block)).position->first);
}

Result<DeviceMemory::Blocks::node_type> DeviceMemory::take_block(size_t size, size_t charge) {
    const size_t extent = align_up(charge + slack_for(charge), kAlignment);
    const auto warm = std::find_if(warm_.rbegin(), warm_.rend(),
                                   [&](const Blocks::node_type& block) { return block.mapped().extent == extent; });
    if (warm != warm_.rend()) {
        Blocks::node_type block = std::move(*warm);
        warm_.erase(std::next(warm).base());
        resident_free_ -= std::min(resident_free_, extent);
        block.mapped().size = charge;
        return block;
    }
    const auto begin = take_extent(extent);
    if (!begin) {
        return fail(ACL_ERROR_RT_MEMORY_ALLOCATION, "size is ", size,
                    ", but the device's address range has no gap that large or the system refuses the memory");
    }
    Blocks made;
    made.emplace(*begin, Block{charge, extent, false, false});
    return made.extract(made.begin());
}

void DeviceMemory::ask_for_huge_pages(uintptr_t begin, Block& block) {
    const uintptr_t first = align_up(begin, kHugePage);
    const uintptr_t last = (begin + block.size) / kHugePage * kHugePage;
    if (first < last) {
        madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);  // a wish, not a need
        block.wants_huge_pages = true;
    }
}

std::optional<uintptr_t> DeviceMemory::take_extent(size_t extent) {
    auto fit = free_by_size_.lower_bound({extent, 0});  // best fit
    if (fit == free_by_size_.end() && !warm_.empty()) {
        cool_down();
        fit = free_by_size_.lower_bound({extent, 0});
    }
    if (fit != free_by_size_.end()) {
        const auto [size, begin] = *fit;
        free_by_size_.erase(fit);
        free_by_address_.erase(begin);
        resident_free_ -= std::min(resident_free_, size);
        if (size > extent) {
            put_extent(begin + extent, size - extent);
        }
        return begin;
    }
    const uintptr_t begin = frontier_;
    if (extent > begin_ + reserved_ - begin || !commit(begin + extent)) {
        return std::nullopt;
    }
    frontier_ = begin + extent;
    return begin;
}

bool DeviceMemory::commit(uintptr_t end) {
    if (end <= committed_) {
        return true;
    }
    const uintptr_t to = std::min(align_up(end, kCommitStep), begin_ + reserved_);
    if (mprotect(reinterpret_cast<void*>(committed_), to - committed_, PROT_READ | PROT_WRITE) != 0) {
        return false;
    }
    committed_ = to;
    return true;
}

// Joins the extent with free neighbours.
void DeviceMemory::put_extent(uintptr_t begin, size_t extent) {
    resident_free_ += extent;
    auto next = free_by_address_.lower_bound(begin);
    if (next != free_by_address_.end() && begin + extent == next->first) {
        extent += next->second;
        free_by_size_.erase({next->second, next->first});
        next = free_by_address_.erase(next);
    }
    if (next != free_by_address_.begin()) {
        const auto before = std::prev(next);
        if (before->first + before->second == begin) {
            begin = before->first;
            extent += before->second;
            free_by_size_.erase({before->second, before->first});
            free_by_address_.erase(before);
        }
    }
    free_by_address_.emplace(begin, extent);
    free_by_size_.emplace(extent, begin);
}

void DeviceMemory::give_pages_back() {
    static const auto kPage = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    for (const auto& [begin, extent] : free_by_address_) {
        const uintptr_t first = align_up(begin, kPage);
        const uintptr_t last = (begin + extent) / kPage * kPage;
        if (first < last) {
            madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
        }
    }
    resident_free_ = 0;
}

void DeviceMemory::cool_down() {
    for (const Blocks::node_type& block : warm_) {
        resident_free_ -= std::min(resident_free_, block.mapped().extent);
        put_extent(block.key(), block.mapped().extent);
    }
    warm_.clear();
}

void DeviceMemory::erase(Blocks::iterator block) {
    charged_ -= block->second.size;
    resident_free_ += block->second.extent;
    if (warm_.size() == kMostWarm) {
        cool_down();
    }
    block->second.retired = false;
    warm_.push_back(blocks_.extract(block));
    if (resident_free_ > kKeepResident) {
        cool_down();
        give_pages_back();
    }
}

bool DeviceMemory::retire(void* address, InUse in_use) {
    const std::lock_guard lock(mutex_);
    const auto block = blocks_.find(reinterpret_cast<uintptr_t>(address));
    if (block == blocks_.end() || block->second.retired) {
        return false;
    }
    if (in_use == nullptr) {
        erase(block);
    } else {
        block->second.retired = true;
        retired_.push_back({block->first, std::move(in_use)});
    }
    return true;
}

size_t DeviceMemory::retire_all(const InUse& in_use) {
    const std::lock_guard lock(mutex_);
    size_t count = 0;
    for (auto& [begin, block] : blocks_) {
        if (!block.retired) {
            block.retired = true;
            retired_.push_back({begin, in_use});
            ++count;
        }
    }
    return count;
}

void DeviceMemory::reap() {
    std::vector<Retired> done;
    const std::lock_guard lock(mutex_);
    done = reap_locked();
}

std::vector<DeviceMemory::Retired> DeviceMemory::reap_locked() {
    if (retired_.empty()) {
        return {};
    }
    const auto done_from =
        std::stable_partition(retired_.begin(), retired_.end(), [](const Retired& entry) { return entry.in_use(); });
    std::vector<Retired> done(std::make_move_iterator(done_from), std::make_move_iterator(retired_.end()));
    retired_.erase(done_from, retired_.end());
    for (const Retired& entry : done) {
        erase(blocks_.find(entry.block));
    }
    return done;
}

std::optional<DeviceMemory::Room> DeviceMemory::room_at(const void* address) const {
    const auto at = reinterpret_cast<uintptr_t>(address);
    const std::lock_guard lock(mutex_);
    auto block = blocks_.upper_bound(at);
    if (block == blocks_.begin()) {
        return std::nullopt;
    }
    --block;
    const size_t offset = at - block->first;
    if (block->second.retired || offset >= block->second.extent) {
        return std::nullopt;
    }
    const size_t size = block->second.size > offset ? block->second.size - offset : 0;
    return Room{size, block->second.extent - offset - size};
}

uint64_t DeviceMemory::free_bytes() {
    reap();
    const std::lock_guard lock(mutex_);
    return capacity_ - charged_;
}

}  // namespace softacl::runtime
