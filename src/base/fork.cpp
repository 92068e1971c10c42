// SPDX-License-Identifier: Apache-2.0
#include "base/fork.h"

#include <pthread.h>

#include <atomic>

namespace softacl {
namespace {

std::atomic<bool> g_forked_child{false};

}  // namespace

void note_use() {
    static const int kWatching =
        pthread_atfork(nullptr, nullptr, [] { g_forked_child.store(true, std::memory_order_relaxed); });
    static_cast<void>(kWatching);
}

bool is_forked_child() { return g_forked_child.load(std::memory_order_relaxed); }

}  // namespace softacl
