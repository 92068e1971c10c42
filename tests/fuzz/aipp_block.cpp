// SPDX-License-Identifier: Apache-2.0
// Any bytes given as parameters of dynamic AIPP are refused with a sentence, or pictures of the size that they tell can
// be computed with them.
#include "aipp/dynamic.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "acl/acl_base.h"
#include "aipp/processor.h"
#include "require.h"

using namespace softacl;

namespace {

// Pictures in blocks of their own, so that the sanitizer sees every access beyond them.
void compute(const aipp::Params& params, const TensorType& target) {
    const auto processor = aipp::Processor::make(params, target);
    require(processor.ok());
    require(processor->scratch_bytes() <= aipp::Processor::most_scratch_bytes(target));
    const std::vector<uint8_t> picture(static_cast<size_t>(aipp::source_bytes(params)), 200);
    std::vector<uint8_t> scratch(processor->scratch_bytes() + 64);
    const auto gap = (64 - reinterpret_cast<uintptr_t>(scratch.data()) % 64) % 64;
    std::vector<float> result(static_cast<size_t>(target.shape.elements()));
    processor->run(picture.data(), result.data(), scratch.data() + gap);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::vector<uint8_t> exact(data, data + size);
    const auto pictures = aipp::read_block(exact.data(), size);
    if (!pictures.ok()) {
        require(pictures.status().code() == ACL_ERROR_GE_PARAM_INVALID && !pictures.status().message().empty());
        return 0;
    }
    for (const aipp::Params& params : *pictures) {
        const aipp::Size made = aipp::result_size(params);
        const int64_t channels = aipp::facts_of(params.format).channels;
        // Whatever the size, a network that fits it; the largest take too long to find anything.
        const bool is_small = made.width > 0 && made.height > 0 && made.width < 512 && made.height < 512;
        const Shape shape = is_small ? Shape{1, channels, made.height, made.width} : Shape{1, channels, 24, 32};
        const TensorType target{ACL_FLOAT, shape, ACL_FORMAT_NCHW};
        const Status status = aipp::check_pictures({params}, 1, {1 << 20}, target);
        require(status.ok() || status.code() == ACL_ERROR_GE_PARAM_INVALID);
        if (status.ok()) {
            compute(params, target);
        }
    }
    return 0;
}
