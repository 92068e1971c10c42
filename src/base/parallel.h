// SPDX-License-Identifier: Apache-2.0
// The threads that all kernels of the process share.
//
// A region is one call of parallel_for or parallel_team; its caller takes part. Regions of several threads take turns
// in the order in which they were asked for. A region inside a region runs on the thread that asks for it, and so does
// everything in a forked child. The workers are started when a region, or parallel_width(), first needs them; they
// wait awake for some microseconds after each region and then sleep. They use the cores that the thread which started
// them may use, but woken from sleep not the caller's. Bodies must not throw. A region allocates nothing.
// Any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/function_ref.h"

namespace softacl {

/// Threads of the widest region: SOFTACL_NUM_THREADS (1 to 256), or else the cores the process may use. Does not
/// change while the process lives; 1 in a forked child.
size_t parallel_width();

/// Calls body(begin, end) for parts of [0, count) that cover it, of at least `grain` each (but the last), perhaps at
/// the same time.
void parallel_for(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t)> body);

/// Calls body(index, size) for each index in [0, size), all at the same time, so they may wait for each other. size is
/// `count`, but at most parallel_width(), and 1 inside a region.
void parallel_team(int count, FunctionRef<void(int, int)> body);

/// Calls body(); regions inside run on the calling thread alone. For work that is not worth a second thread, by code
/// that asks for one all the same.
void serially(FunctionRef<void()> body);

/// What the calling thread is to the innermost team (or region); 0 of 1 outside.
int team_index();
int team_size();
/// Inside a region of more than one thread, or of serially().
bool in_parallel();
/// Waits until all threads of the team are here. Only for parallel_team.
void team_barrier();

}  // namespace softacl
