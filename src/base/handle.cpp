// SPDX-License-Identifier: Apache-2.0
#include "base/handle.h"

#include <array>
#include <atomic>
#include <deque>
#include <mutex>

#include "acl/acl_base.h"

namespace softacl {
namespace {

// Handle, from the top: 4 bits mark, 8 bits kind, 28 bits generation, 24 bits slot number. The mark keeps
// handles apart from addresses and small integers, and positive as a signed number.
constexpr uint64_t kMark = 0x5;
constexpr int kSlotBits = 24;
constexpr int kGenerationBits = 28;
constexpr uint64_t kSlotMask = (uint64_t{1} << kSlotBits) - 1;
constexpr uint64_t kGenerationMask = (uint64_t{1} << kGenerationBits) - 1;

// Slot state: 32 bits generation, 1 bit retired, 31 bits pins. A live object holds one pin of its own.
constexpr uint64_t kRetired = uint64_t{1} << 31;
constexpr uint64_t kPins = kRetired - 1;

constexpr size_t kChunkSize = 1024;
constexpr size_t kChunks = (size_t{1} << kSlotBits) / kChunkSize;

uint32_t generation_of(Handle handle) { return static_cast<uint32_t>((handle >> kSlotBits) & kGenerationMask); }
uint32_t generation_of_state(uint64_t state) { return static_cast<uint32_t>(state >> 32); }

}  // namespace

namespace detail {

struct Slot {
    // Starts out as generation 0, retired, without pins: no handle fits it.
    std::atomic<uint64_t> state{kRetired};
    std::atomic<Kind> kind{Kind::kContext};
    uint32_t number = 0;
    std::shared_ptr<Object> object;
};

}  // namespace detail

namespace {

using detail::Slot;

class Table {
   public:
    Result<Handle> add(Kind kind, std::shared_ptr<Object> object) {
        Slot* slot = take_free_slot();
        if (slot == nullptr) {
            return fail(ACL_ERROR_BAD_ALLOC, "all ", kSlotMask + 1, " handles are in use");
        }
        slot->object = std::move(object);
        slot->kind.store(kind, std::memory_order_relaxed);
        const uint32_t generation = generation_of_state(slot->state.load(std::memory_order_relaxed));
        slot->state.store((uint64_t{generation} << 32) | 1, std::memory_order_release);
        live_[static_cast<size_t>(kind)].fetch_add(1, std::memory_order_relaxed);
        return name(kind, generation, slot->number);
    }

    // The handles of a kind that are live now. Another thread may retire them before the caller does.
    std::vector<Handle> live_of(Kind kind) const {
        std::vector<Handle> live;
        const size_t used = used_.load(std::memory_order_acquire);
        for (size_t number = 0; number < used; ++number) {
            const Slot& slot = chunks_[number / kChunkSize].load(std::memory_order_acquire)[number % kChunkSize];
            const uint64_t state = slot.state.load(std::memory_order_acquire);
            if ((state & kRetired) == 0 && slot.kind.load(std::memory_order_relaxed) == kind) {
                live.push_back(name(kind, generation_of_state(state), slot.number));
            }
        }
        return live;
    }

    // Null if the bits cannot be a handle that was ever given out.
    Slot* find(Handle handle) const {
        if (handle >> 60 != kMark) {
            return nullptr;
        }
        const size_t number = handle & kSlotMask;
        if (number >= used_.load(std::memory_order_acquire)) {
            return nullptr;
        }
        return &chunks_[number / kChunkSize].load(std::memory_order_acquire)[number % kChunkSize];
    }

    void recycle(Slot* slot) {
        live_[static_cast<size_t>(slot->kind.load(std::memory_order_relaxed))].fetch_sub(1, std::memory_order_relaxed);
        // Destroying may be long or may recycle other slots: not under the lock.
        std::shared_ptr<Object> object = std::move(slot->object);
        slot->object = nullptr;
        const auto generation = static_cast<uint32_t>(
            (generation_of_state(slot->state.load(std::memory_order_relaxed)) + 1) & kGenerationMask);
        slot->state.store((uint64_t{generation} << 32) | kRetired, std::memory_order_release);
        {
            const std::lock_guard lock(mutex_);
            free_.push_back(slot);
        }
    }

    size_t live(Kind kind) const { return live_[static_cast<size_t>(kind)].load(std::memory_order_relaxed); }

   private:
    static Handle name(Kind kind, uint32_t generation, uint32_t number) {
        return (kMark << 60) | (uint64_t{static_cast<uint8_t>(kind)} << (kSlotBits + kGenerationBits)) |
               (uint64_t{generation} << kSlotBits) | number;
    }

    Slot* take_free_slot() {
        const std::lock_guard lock(mutex_);
        // Oldest first, and not before a few are waiting: a stale handle is noticed for longer.
        if (free_.size() > kKeepFree) {
            Slot* slot = free_.front();
            free_.pop_front();
            return slot;
        }
        const size_t number = used_.load(std::memory_order_relaxed);
        if (number > kSlotMask) {
            return nullptr;
        }
        if (number % kChunkSize == 0) {
            chunks_[number / kChunkSize].store(new Slot[kChunkSize], std::memory_order_release);
        }
        Slot* slot = &chunks_[number / kChunkSize].load(std::memory_order_relaxed)[number % kChunkSize];
        slot->number = static_cast<uint32_t>(number);
        used_.store(number + 1, std::memory_order_release);
        return slot;
    }

    static constexpr size_t kKeepFree = 64;
    std::mutex mutex_;
    std::deque<Slot*> free_;
    std::atomic<size_t> used_{0};
    std::array<std::atomic<Slot*>, kChunks> chunks_{};
    std::array<std::atomic<size_t>, 256> live_{};
};

// Leaked on purpose: objects may be destroyed by threads that outlive static destruction.
Table& table() {
    static auto* const kTable = new Table;
    return *kTable;
}

int invalid_handle_code(Kind wanted) {
    return wanted <= Kind::kEvent ? ACL_ERROR_RT_INVALID_HANDLE : ACL_ERROR_INVALID_RESOURCE_HANDLE;
}

std::string hex(Handle handle) {
    std::ostringstream out;
    out << "0x" << std::hex << handle;
    return out.str();
}

Status why_not(Handle handle, Kind wanted, const char* argument) {
    const char* name = kind_name(wanted);
    if (handle == 0) {
        return fail(ACL_ERROR_INVALID_PARAM, argument, " is null; expected a live ", name);
    }
    const int code = invalid_handle_code(wanted);
    const Slot* slot = table().find(handle);
    if (slot == nullptr) {
        return fail(code, argument, " is ", hex(handle), ", which is no handle; expected a live ", name);
    }
    const auto kind = static_cast<Kind>((handle >> (kSlotBits + kGenerationBits)) & 0xff);
    if (kind != wanted) {
        return fail(code, argument, " is ", hex(handle), ", a handle of kind ", kind_name(kind), "; expected a live ",
                    name);
    }
    return fail(code, argument, " is ", hex(handle), ", a ", name,
                " that was destroyed or never existed; expected a live ", name);
}

}  // namespace

const char* kind_name(Kind kind) {
    switch (kind) {
        case Kind::kContext: return "context";
        case Kind::kStream: return "stream";
        case Kind::kEvent: return "event";
        case Kind::kDataBuffer: return "data buffer";
        case Kind::kDataset: return "dataset";
        case Kind::kModelDesc: return "model description";
        case Kind::kModelConfig: return "model configuration";
        case Kind::kExceptionInfo: return "exception";
        case Kind::kTensorDesc: return "tensor description";
        case Kind::kAipp: return "set of AIPP parameters";
        case Kind::kDvppChannel: return "description of a channel";
        case Kind::kPicDesc: return "description of a picture";
        case Kind::kBatchPicDesc: return "batch of descriptions of pictures";
        case Kind::kStreamDesc: return "description of coded video";
        case Kind::kRoiConfig: return "rectangle";
        case Kind::kResizeConfig: return "configuration of resizing";
        case Kind::kBorderConfig: return "configuration of a border";
        case Kind::kJpegeConfig: return "configuration of JPEG encoding";
        case Kind::kVdecChannel: return "description of a video decoder";
        case Kind::kVdecFrameConfig: return "configuration of a frame to decode";
        case Kind::kVencChannel: return "description of a video encoder";
        case Kind::kVencFrameConfig: return "configuration of a frame to encode";
        case Kind::kOpAttr: return "list of attributes";
        case Kind::kOpHandle: return "handle of an operator";
        case Kind::kKernelDesc: return "description of a kernel";
    }
    return "unknown";
}

namespace detail {

Result<Slot*> pin_slot(Handle handle, Kind kind, const char* argument) {
    Slot* slot = table().find(handle);
    const auto handle_kind = static_cast<Kind>((handle >> (kSlotBits + kGenerationBits)) & 0xff);
    if (slot != nullptr && handle_kind == kind) {
        uint64_t state = slot->state.load(std::memory_order_acquire);
        while (generation_of_state(state) == generation_of(handle) && (state & kRetired) == 0) {
            if (slot->state.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel)) {
                // The kind in the handle may be forged; the slot knows.
                if (slot->kind.load(std::memory_order_relaxed) == kind) {
                    return slot;
                }
                unpin_slot(slot);
                break;
            }
        }
    }
    return why_not(handle, kind, argument);
}

void unpin_slot(Slot* slot) {
    const uint64_t before = slot->state.fetch_sub(1, std::memory_order_acq_rel);
    if ((before & kRetired) != 0 && (before & kPins) == 1) {
        table().recycle(slot);
    }
}

const std::shared_ptr<Object>& slot_object(Slot* slot) { return slot->object; }

}  // namespace detail

Result<Handle> make_handle(Kind kind, std::shared_ptr<Object> object) { return table().add(kind, std::move(object)); }

bool retire_handle(Handle handle) {
    Slot* slot = table().find(handle);
    if (slot == nullptr) {
        return false;
    }
    uint64_t state = slot->state.load(std::memory_order_acquire);
    while (generation_of_state(state) == generation_of(handle) && (state & kRetired) == 0) {
        if (slot->state.compare_exchange_weak(state, state | kRetired, std::memory_order_acq_rel)) {
            detail::unpin_slot(slot);
            return true;
        }
    }
    return false;
}

size_t retire_handles(Kind kind) {
    size_t retired = 0;
    for (const Handle handle : table().live_of(kind)) {
        retired += retire_handle(handle) ? 1 : 0;
    }
    return retired;
}

size_t live_handles(Kind kind) { return table().live(kind); }

}  // namespace softacl
