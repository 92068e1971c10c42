// SPDX-License-Identifier: Apache-2.0
// The memory of one device: a reserved address range and the blocks in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "base/status.h"

namespace softacl::runtime {

/// Hands out blocks of one address range, so that any pointer tells its device. Blocks are 128-byte aligned and have
/// slack behind them, since programs overrun by a few rows; nothing of ours lies beside user memory. Any thread.
class DeviceMemory {
   public:
    static constexpr size_t kAlignment = 128;

    explicit DeviceMemory(uint64_t capacity);
    ~DeviceMemory();
    DeviceMemory(const DeviceMemory&) = delete;
    DeviceMemory& operator=(const DeviceMemory&) = delete;

    /// A block for `size` bytes (rounded up to 32, plus 32), or 207001 if the capacity does not allow it.
    Result<void*> allocate(size_t size, bool huge_pages);

    /// Tells whether queued work may still touch a block that was freed.
    using InUse = std::function<bool()>;

    /// Takes a block out of use; it is reused once `in_use` (may be empty) has said no. Never waits.
    /// False if `address` is not the start of a live block.
    bool retire(void* address, InUse in_use);
    /// The same for every live block; their number.
    size_t retire_all(const InUse& in_use);
    /// Makes retired blocks that are no longer in use available. Allocation does it by itself.
    void reap();

    bool contains(const void* address) const {
        const auto at = reinterpret_cast<uintptr_t>(address);
        return at - begin_ < reserved_;
    }

    struct Room {
        size_t size;   ///< bytes from the address to the end of what was asked for
        size_t slack;  ///< bytes of slack behind that
    };
    /// What lies at an address: nothing if it is in no live block.
    std::optional<Room> room_at(const void* address) const;

    uint64_t capacity() const { return capacity_; }
    /// Capacity not charged to blocks that are live or still in use.
    uint64_t free_bytes();

   private:
    struct Block {
        size_t size;    // charged to the capacity
        size_t extent;  // with slack and alignment
        bool retired;
        bool wants_huge_pages;  // the system has been told
    };
    using Blocks = std::map<uintptr_t, Block>;

    struct Retired {
        uintptr_t block;
        InUse in_use;
    };

    /// Those to be destroyed once the lock is gone: an InUse may own streams.
    std::vector<Retired> reap_locked();
    Result<Blocks::node_type> take_block(size_t size, size_t charge);
    std::optional<uintptr_t> take_extent(size_t extent);
    void ask_for_huge_pages(uintptr_t begin, Block& block);
    bool commit(uintptr_t end);
    void put_extent(uintptr_t begin, size_t extent);
    void cool_down();
    void give_pages_back();
    void erase(Blocks::iterator block);

    const uint64_t capacity_;
    uintptr_t begin_ = 0;
    size_t reserved_ = 0;

    mutable std::mutex mutex_;
    Blocks blocks_;
    std::vector<Retired> retired_;
    std::vector<Blocks::node_type> warm_;  // freed last and not joined with what is beside, for the next of their size
    std::map<uintptr_t, size_t> free_by_address_;
    std::set<std::pair<size_t, uintptr_t>> free_by_size_;
    uintptr_t frontier_ = 0;   // nothing beyond was ever used
    uintptr_t committed_ = 0;  // readable and writable up to here
    uint64_t charged_ = 0;
    size_t resident_free_ = 0;
};

}  // namespace softacl::runtime
