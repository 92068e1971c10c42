// SPDX-License-Identifier: Apache-2.0
// What the functions of VPC demand of pictures and rectangles (manual 10.7.6.2).
//
// All fail with 100000 and a sentence that names the argument, what was found and what is expected; memory as
// memory.h says. Pure but for the look at memory, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.h"
#include "media/image/picture.h"
#include "media/v1/descs.h"

namespace softacl::media {

/// An argument, or one picture of an argument that is a batch.
struct PictureName {
    const char* argument;
    std::optional<uint32_t> index = std::nullopt;

    std::string text() const;
};

struct VpcSizes {
    uint32_t least_width = 10;
    uint32_t least_height = 6;
    uint32_t most_width = 8192;
    uint32_t most_height = 8192;
};

enum class VpcRole { kInput, kOutput };

/// A view of the picture, if its format is one of the role and its size, strides and memory are as documented.
Result<Picture> check_picture(const PictureName& name, const PicFields& fields, VpcRole role, const VpcSizes& sizes);

/// The part of a picture; the whole one without rectangle. One that ends just behind the picture, as programs give it,
/// ends with it, with a warning in the log.
Result<Rect> check_part(const PictureName& name, const char* area, const std::optional<RoiFields>& roi,
                        const Picture& picture);

}  // namespace softacl::media
