// SPDX-License-Identifier: Apache-2.0
// What must hold whatever the input is; libFuzzer keeps the input for which it does not.
#pragma once

#include <cstdlib>

inline void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}
