// SPDX-License-Identifier: Apache-2.0
#include "exec/op_timeout.h"

#include <atomic>

namespace softacl::exec {
namespace {

std::atomic<std::chrono::nanoseconds::rep> g_timeout{0};

}  // namespace

void set_op_timeout(std::chrono::nanoseconds timeout) { g_timeout.store(timeout.count(), std::memory_order_relaxed); }

std::chrono::nanoseconds op_timeout() { return std::chrono::nanoseconds(g_timeout.load(std::memory_order_relaxed)); }

}  // namespace softacl::exec
