// SPDX-License-Identifier: Apache-2.0
// What the generated table says about a C function.
#pragma once

#include <cstddef>
#include <cstdint>

namespace softacl::api {

enum class Check { kNone, kNonNull, kPositive, kRange };

struct Param {
    const char* name;
    Check check;
    long long min;
    long long max;
};

/// Where the documented product does not have a function.
enum class Missing { kNowhere, kEverywhere, kOnTheDevice };

struct Row {
    uint32_t id;         ///< index in the table
    const char* name;    ///< "aclrtMalloc"
    const char* python;  ///< "acl.rt.malloc"
    const Param* params;
    size_t count;
    Missing missing;
};

}  // namespace softacl::api
