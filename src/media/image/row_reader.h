// SPDX-License-Identifier: Apache-2.0
// Rows of a part of a picture, component by component, in the colours that the result wants.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "media/image/colour.h"
#include "media/image/picture.h"

namespace softacl::media {

/// Components are Y, U, V or R, G, B, or Y alone for gray results; then A, if both formats have it. Chroma that pixels
/// share is given to each of them. The part may begin and end anywhere. For one thread.
class RowReader {
   public:
    RowReader(const ConstPicture& picture, const Rect& part, const FormatInfo& target, ColourMatrix matrix);
    size_t components() const { return components_; }
    /// Row `y` of the part. The pointers stay valid until the next call with the same `slot` (0 or 1).
    void read(uint32_t y, uint32_t slot, const uint8_t** rows);

   private:
    void take_apart(uint32_t y, uint8_t* const* buffers, const uint8_t** rows) const;

    const ColourRows& loops_;
    ConstPicture picture_;
    Rect part_;
    uint32_t left_;  ///< the first column that is read: begins a group of pixels with common chroma
    size_t count_;
    bool gray_;
    bool to_rgb_;
    bool to_yuv_;
    size_t components_;
    YuvToRgb rgb_;
    std::array<RgbToYuv, 3> yuv_;
    size_t row_size_;
    std::vector<uint8_t> memory_;
};

}  // namespace softacl::media
