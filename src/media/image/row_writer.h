// SPDX-License-Identifier: Apache-2.0
// Puts rows of components into a part of a picture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "media/image/colour_rows.h"
#include "media/image/picture.h"

namespace softacl::media {

/// Chroma that pixels share becomes their mean, halves upwards. Where only some of them are in the part, what is in the
/// picture counts for the others. Nothing outside the part changes but such chroma. For one thread; threads may write
/// different groups of rows of one part.
class RowWriter {
   public:
    /// `alpha`: of formats that have it, where rows have none.
    RowWriter(const Picture& picture, const Rect& part, size_t components, uint8_t alpha);
    /// Rows that share chroma: 1 or 2.
    uint32_t group() const { return 1U << picture_.format->chroma_y; }
    /// Rows `y`, a multiple of group(), and the next one if the group has two; null if it is not in the part. The rows
    /// are those of the picture and begin at the part's left edge.
    void write(uint32_t y, const uint8_t* const* first, const uint8_t* const* second);

   private:
    struct Range {
        uint32_t begin;
        uint32_t end;
    };
    void pack(uint32_t y, const uint8_t* const* row) const;
    void share(uint32_t y, const uint8_t* const* first, const uint8_t* const* second);
    void mix(uint32_t sample, uint8_t* place, const uint8_t* first, const uint8_t* second) const;
    /// Samples of chroma in a row whose pixels are all in the part.
    Range whole_samples() const;

    const ColourRows& loops_;
    Picture picture_;
    Rect part_;
    std::vector<uint8_t> alpha_;   ///< a row of it, where rows have none
    std::vector<uint8_t> chroma_;  ///< means of a row, first U, then V
};

}  // namespace softacl::media
