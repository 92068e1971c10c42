// SPDX-License-Identifier: Apache-2.0
// The OpenMP functions that the engine needs, over the threads of the process. Debian builds the engine for GNU's
// OpenMP library, whose threads wait by spinning and fall behind badly when another program takes a core. This library
// is searched before that one for the engine's symbols, so its definitions win.
#include "kernels/onednn/host.h"

#define EXPORTED __attribute__((visibility("default")))

using softacl::kernels::host;

extern "C" {

EXPORTED void GOMP_parallel(void (*body)(void*), void* data, unsigned threads, unsigned flags);
EXPORTED void GOMP_barrier(void);
EXPORTED int omp_get_max_threads(void);
EXPORTED int omp_get_num_threads(void);
EXPORTED int omp_get_thread_num(void);
EXPORTED int omp_in_parallel(void);

void GOMP_parallel(void (*body)(void*), void* data, unsigned threads, unsigned /*flags*/) {
    const int count = threads == 0 ? omp_get_max_threads() : static_cast<int>(threads);
    host().parallel_team(count, [body, data](int, int) { body(data); });
}

void GOMP_barrier(void) { host().team_barrier(); }

int omp_get_max_threads(void) { return static_cast<int>(host().parallel_width()); }

int omp_get_num_threads(void) { return host().team_size(); }

int omp_get_thread_num(void) { return host().team_index(); }

int omp_in_parallel(void) { return host().in_parallel() ? 1 : 0; }
}
