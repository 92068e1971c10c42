// SPDX-License-Identifier: Apache-2.0
#include "runtime/end_observer.h"

#include <mutex>

namespace softacl::runtime {
namespace {

struct Observers {
    std::mutex mutex;
    std::vector<EndObserver*> list;
};

Observers& observers() {
    static auto* const kObservers = new Observers;  // leaked: threads may use it while the process exits
    return *kObservers;
}

}  // namespace

void observe_ends(EndObserver& observer) {
    const std::lock_guard lock(observers().mutex);
    observers().list.push_back(&observer);
}

std::vector<EndObserver*> end_observers() {
    const std::lock_guard lock(observers().mutex);
    return observers().list;
}

}  // namespace softacl::runtime
