// SPDX-License-Identifier: Apache-2.0
// The outer format of a model file: a header of 256 bytes, a table of partitions, the partitions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/status.h"

namespace softacl::model {

/// A run of bytes that somebody else owns.
struct Bytes {
    const uint8_t* data = nullptr;
    size_t size = 0;
};

constexpr size_t kWeightAlignment = 64;
/// Where the checksum lies; it is computed with this field zero.
constexpr size_t kChecksumOffset = 12;

/// The version of the format that this code writes, and the newest major version it reads.
constexpr uint16_t kFormatMajor = 1;
constexpr uint16_t kFormatMinor = 0;

/// What is found in a file.
struct Container {
    Bytes model_def;
    Bytes weights;
    bool ours = false;   ///< written by this project
    uint16_t minor = 0;  ///< version of the format, if ours
};

/// Checks header, checksum (if the file carries one and `verify` says so) and table. Nothing is allocated or copied.
Result<Container> parse_container(Bytes file, bool verify, const std::string& origin);

struct ContainerRequest {
    std::string name;
    uint64_t model_def_size = 0;
    uint64_t weights_size = 0;  ///< a multiple of 64; 0: no partition for them
    bool dynamic = false;
};

/// How a new file begins. The definition, lengthened by the padding, and the weights follow the head without gaps.
struct ContainerPlan {
    std::string head;      ///< header and table, the checksum still zero
    uint64_t padding = 0;  ///< below 64; makes the weights begin at a multiple of 64 in the file
    uint64_t file_size = 0;
};

ContainerPlan plan_container(const ContainerRequest& request);

}  // namespace softacl::model
