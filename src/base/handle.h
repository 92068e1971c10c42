// SPDX-License-Identifier: Apache-2.0
// Handles: opaque numbers that name live objects, checked on every use.
//
// A handle holds a kind, a slot number and the slot's generation. Looking one up never touches memory it could
// lie about, so garbage, destroyed and foreign handles are told apart and refused. A Pin keeps the object from
// being destroyed while a call uses it; destroying takes the handle away at once and the object when the last
// pin is gone. Lookup costs one compare-and-swap, any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/status.h"

namespace softacl {

enum class Kind : uint8_t {
    kContext = 1,
    kStream = 2,
    kEvent = 3,
    kDataBuffer = 4,
    kDataset = 5,
    kModelDesc = 6,
    kModelConfig = 7,
    kTensorDesc = 8,
    kExceptionInfo = 9,
    kAipp = 10,
    kDvppChannel = 11,
    kPicDesc = 12,
    kBatchPicDesc = 13,
    kStreamDesc = 14,
    kRoiConfig = 15,
    kResizeConfig = 16,
    kBorderConfig = 17,
    kJpegeConfig = 18,
    kVdecChannel = 19,
    kVdecFrameConfig = 20,
    kVencChannel = 21,
    kVencFrameConfig = 22,
    kOpAttr = 23,
    kOpHandle = 24,
    kKernelDesc = 25,
};

const char* kind_name(Kind kind);

/// What a C client holds: a `void*` for opaque types.
using Handle = uint64_t;

/// Base of everything a handle can name.
class Object {
   public:
    virtual ~Object() = default;
};

namespace detail {
struct Slot;
Result<Slot*> pin_slot(Handle handle, Kind kind, const char* argument);
void unpin_slot(Slot* slot);
const std::shared_ptr<Object>& slot_object(Slot* slot);
}  // namespace detail

/// Use of a live object. While it exists the object does.
template <class T>
class Pin {
   public:
    Pin() = default;
    explicit Pin(detail::Slot* slot) : slot_(slot), object_(static_cast<T*>(detail::slot_object(slot).get())) {}
    Pin(Pin&& other) noexcept
        : slot_(std::exchange(other.slot_, nullptr)), object_(std::exchange(other.object_, nullptr)) {}
    Pin& operator=(Pin&& other) noexcept {
        std::swap(slot_, other.slot_);
        std::swap(object_, other.object_);
        return *this;
    }
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;
    ~Pin() {
        if (slot_ != nullptr) {
            detail::unpin_slot(slot_);
        }
    }

    T* get() const { return object_; }
    T* operator->() const { return object_; }
    T& operator*() const { return *object_; }
    /// Ownership that outlasts the pin, for work that is queued.
    std::shared_ptr<T> share() const { return std::static_pointer_cast<T>(detail::slot_object(slot_)); }

   private:
    detail::Slot* slot_ = nullptr;
    T* object_ = nullptr;
};

/// Names an object. Fails with 200000 when the table is full.
Result<Handle> make_handle(Kind kind, std::shared_ptr<Object> object);

/// The object behind a handle. `argument` is the parameter's name for the sentence.
/// Null: 100000. Garbage, destroyed or of another kind: 107017 for runtime objects, 200005 for others.
template <class T>
Result<Pin<T>> pin(Handle handle, const char* argument) {
    auto slot = detail::pin_slot(handle, T::kKind, argument);
    if (!slot.ok()) {
        return slot.status();
    }
    return Pin<T>(*slot);
}
template <class T>
Result<Pin<T>> pin(const void* handle, const char* argument) {
    return pin<T>(reinterpret_cast<Handle>(handle), argument);
}

/// Takes the handle out of use. False if it was not live (another thread was faster). The object goes with the last
/// pin.
bool retire_handle(Handle handle);

/// Does so with every live handle of a kind; how many those were.
size_t retire_handles(Kind kind);

/// Number of live handles of a kind; for leak reports and tests.
size_t live_handles(Kind kind);

/// The form in which a C client holds it.
inline void* to_client(Handle handle) { return reinterpret_cast<void*>(handle); }

}  // namespace softacl
