// SPDX-License-Identifier: Apache-2.0
// AIPP whose parameters a program sets before a run: what the model says of it, and the block that holds them.
//
// The block is 64 bytes for all pictures (tag, version, number of pictures, format and size of the sources, switches,
// colour conversion), then 96 bytes for each picture. Little-endian, laid out in dynamic.cpp; programs only carry it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "aipp/params.h"
#include "base/status.h"
#include "tensor/tensor.h"

namespace softacl::aipp {

/// Fixed when the network is converted.
struct DynamicSetup {
    int64_t max_source_bytes = 0;  ///< of one picture in memory
};

inline constexpr int64_t kMostSourceBytes = INT32_MAX;

/// "aipp_mode:dynamic,max_src_image_size:4000000"; the same as an object of JSON; and back: 100000 for anything else.
std::string to_text(const DynamicSetup& setup);
std::string to_json(const DynamicSetup& setup);
Result<DynamicSetup> dynamic_from_text(const std::string& text);
/// Which of the two modes a text of parameters is for.
bool is_dynamic(const std::string& text);

/// Parameters of each picture. Format, source, swaps and colour conversion are the same for all, nothing is padded with
/// another value than 0.
using PictureParams = std::vector<Params>;

/// Name of the input that brings the block; further ones have "_1", "_2" ... behind it.
inline constexpr char kParamsInput[] = "ascend_dynamic_aipp_data";

/// Bytes of the block for so many pictures.
constexpr size_t block_bytes(int64_t pictures) { return 64 + 96 * static_cast<size_t>(pictures); }
/// Fills block_bytes(pictures.size()) bytes.
void write_block(const PictureParams& pictures, void* block);
/// 145000 if the memory holds no block, or values that no block has. Whether they obey the rules is not looked at.
Result<PictureParams> read_block(const void* block, size_t bytes);

/// Bytes of one source picture in memory.
int64_t source_bytes(const Params& params);

/// The width that pictures may have behind padding (manual 10.6.2.3.7).
inline constexpr int64_t kMostPaddedWidth = 1080;

/// 145000 with a sentence about the first of `count` pictures whose parameters break a rule, or make of it what a
/// network that takes `target` does not. The first dimension of `target` does not matter.
Status check_pictures(const PictureParams& pictures, size_t count, const DynamicSetup& setup, const TensorType& target);

}  // namespace softacl::aipp
