// SPDX-License-Identifier: Apache-2.0
// Any text given as an AIPP configuration becomes parameters that pictures can be computed with, or complaints that
// say where.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "aipp/processor.h"
#include "convert/aipp/insert.h"
#include "require.h"

using namespace softacl;

namespace {

// Pictures of the largest sizes take too long to find anything.
bool is_small(const aipp::Params& params) {
    constexpr int64_t kMost = 1 << 18;
    const aipp::Size size = aipp::result_size(params);
    return int64_t{params.source_width} * params.source_height < kMost && size.width * size.height < kMost;
}

void compute(const aipp::Params& params, const TensorType& target) {
    const auto processor = aipp::Processor::make(params, target);
    require(processor.ok());
    const auto again = aipp::from_text(aipp::to_text(params));
    require(again.ok() && *again == params);
    const Shape shape = aipp::memory_shape(params.format, 1, params.source_height, params.source_width);
    const std::vector<uint8_t> picture(static_cast<size_t>(shape.elements()), 200);
    const auto scratch = aligned_block(processor->scratch_bytes());
    std::vector<float> result(static_cast<size_t>(target.shape.elements()));
    processor->run(picture.data(), result.data(), scratch.get());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    convert::Problems problems;
    const auto blocks = convert::parse_aipp(std::string(reinterpret_cast<const char*>(data), size), "a.cfg", problems);
    for (const convert::Problem& problem : problems.list()) {
        require(problem.text.find("[a.cfg") != std::string::npos);
    }
    for (const convert::AippBlock& block : blocks) {
        convert::Problems more;
        TensorType target{ACL_FLOAT, {1, 3, 24, 32}, ACL_FORMAT_NCHW};
        aipp::Params params = convert::complete_aipp(block, "x", target, more);
        if (aipp::check(params).empty()) {  // whatever the size, a network that fits it
            const aipp::Size wanted = aipp::result_size(params);
            target.shape = {1, aipp::facts_of(params.format).channels, wanted.height, wanted.width};
            if (is_small(params)) {
                compute(params, target);
            }
        }
    }
    return 0;
}
