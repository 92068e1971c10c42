// SPDX-License-Identifier: Apache-2.0
// The functions of VPC as tasks of a stream (manual 10.7.6.4 to 10.7.6.15).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "media/image/process.h"
#include "media/v1/descs.h"
#include "media/v1/vpc_rules.h"
#include "runtime/task.h"

namespace softacl::media {

/// One part of a picture that goes into another picture.
struct VpcStep {
    PictureName source_name;
    std::shared_ptr<PicDesc> source;
    PictureName result_name;
    std::shared_ptr<PicDesc> result;
    std::optional<RoiFields> crop = std::nullopt;       ///< without: the whole picture
    std::optional<RoiFields> paste = std::nullopt;      ///< without: the whole picture
    std::optional<BorderFields> border = std::nullopt;  ///< instead of `paste`: what is around the part
};

struct VpcRequest {
    const char* kind;  ///< of the task
    std::vector<VpcStep> steps;
    uint32_t interpolation = 0;  ///< of ResizeFields
    uint32_t matrix = 0;         ///< of acldvppCscMatrix
    VpcSizes input_sizes = {};
    VpcSizes output_sizes = {10, 6, 4096, 8192};
};

/// A task that does all steps, in their order where they write the same memory, and tells it in the result codes of
/// the results. Fails as vpc_rules.h says; 100000 also for what cannot be converted or filtered, and for a
/// border that the product does not have, if SOFTACL_STRICT_PRODUCT=1.
Result<std::unique_ptr<runtime::Task>> vpc_task(const VpcRequest& request);

/// For a result without width or height (manual 10.7.6.14): gives it the size of the source and the smallest strides
/// of its format. 100000 if the result has a size, and it is another one; a source or format that is none is left to
/// vpc_task.
Status adopt_size(const VpcStep& step);

}  // namespace softacl::media
