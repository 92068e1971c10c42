// SPDX-License-Identifier: Apache-2.0
#include "media/image/process.h"

#include <algorithm>
#include <vector>

#include "base/parallel.h"
#include "media/image/resize.h"
#include "media/image/row_reader.h"
#include "media/image/row_writer.h"

namespace softacl::media {
namespace {

constexpr uint64_t kPixelsPerThread = 32 * 1024;

template <class Byte>
BasicPlane<Byte> part_of(const BasicPlane<Byte>& plane, const Rect& part) {
    return {plane.row(part.top) + size_t{part.left} * plane.pixel_bytes, plane.stride, part.width, part.height,
            plane.pixel_bytes};
}

Rect chroma_of(const Rect& part, const FormatInfo& format) {
    return {part.left >> format.chroma_x, part.top >> format.chroma_y, part.width >> format.chroma_x,
            part.height >> format.chroma_y};
}

bool on_chroma_grid(const Rect& part, const FormatInfo& format) {
    return ((part.left | part.width) & (format.width_multiple() - 1)) == 0 &&
           ((part.top | part.height) & (format.height_multiple() - 1)) == 0;
}

// Pairs of U and V that change places on the way.
void swap_chroma(const ConstPlane& source, const Plane& result, Interpolation interpolation) {
    const ResizePlan plan({source.width, source.height}, {result.width, result.height}, 1, interpolation);
    const auto grain = static_cast<int64_t>(kPixelsPerThread / result.width + 1);
    parallel_for(result.height, grain, [&](int64_t begin, int64_t end) {
        const ColourRows& loops = colour_rows();
        std::vector<uint8_t> split(size_t{4} * source.width);
        std::vector<uint8_t> resized(size_t{2} * result.width);
        uint8_t* const out[] = {resized.data(), resized.data() + result.width};
        RowResizer resizer(plan, 2);
        for (auto y = static_cast<uint32_t>(begin); y < static_cast<uint32_t>(end); ++y) {
            resizer.make(
                y,
                [&](uint32_t row, uint32_t slot, const uint8_t** rows) {
                    uint8_t* first = split.data() + size_t{2} * slot * source.width;
                    loops.split2(source.row(row), source.width, first, first + source.width);
                    rows[0] = first;
                    rows[1] = first + source.width;
                },
                out);
            loops.join2(out[1], out[0], result.width, result.row(y));
        }
    });
}

// By planes, where that is possible.
bool process_planes(const ConstPicture& source, const Rect& crop, const Picture& result, const Rect& paste,
                    const ProcessOptions& options) {
    const FormatInfo& from = *source.format;
    const FormatInfo& to = *result.format;
    const bool one_plane = from.layout != Layout::kSemiPlanar && from.format == to.format && !from.packed_422();
    const bool luma_only = to.colour == Colour::kGray && from.colour != Colour::kRgb && from.layout != Layout::kPacked;
    const bool two_planes = from.layout == Layout::kSemiPlanar && to.layout == Layout::kSemiPlanar &&
                            from.chroma_x == to.chroma_x && from.chroma_y == to.chroma_y &&
                            on_chroma_grid(crop, from) && on_chroma_grid(paste, to);
    if (!one_plane && !luma_only && !two_planes) {
        return false;
    }
    resize(part_of(source.luma(), crop), part_of(result.luma(), paste), options.interpolation);
    if (two_planes) {
        const ConstPlane pairs = part_of(source.chroma(), chroma_of(crop, from));
        const Plane out = part_of(result.chroma(), chroma_of(paste, to));
        if (from.place == to.place) {
            resize(pairs, out, options.interpolation);
        } else {
            swap_chroma(pairs, out, options.interpolation);
        }
    }
    return true;
}

}  // namespace

void process(const ConstPicture& source, const Rect& crop, const Picture& result, const Rect& paste,
             const ProcessOptions& options) {
    if (process_planes(source, crop, result, paste, options)) {
        return;
    }
    const ResizePlan plan({crop.width, crop.height}, {paste.width, paste.height}, 1, options.interpolation);
    const uint32_t bottom = paste.top + paste.height;
    const uint32_t group = result.format->height_multiple();
    const uint32_t first_group = paste.top / group;
    const uint64_t pixels_of_group =
        std::max(uint64_t{crop.width} * crop.height / paste.height, uint64_t{paste.width}) * group;
    parallel_for((bottom - 1) / group + 1 - first_group, static_cast<int64_t>(kPixelsPerThread / pixels_of_group + 1),
                 [&](int64_t begin, int64_t end) {
                     RowReader reader(source, crop, *result.format, options.matrix);
                     RowResizer resizer(plan, reader.components());
                     RowWriter writer(result, paste, reader.components(), options.alpha);
                     std::vector<uint8_t> memory(plan.identity() ? 0 : 2 * reader.components() * paste.width);
                     const uint8_t* rows[2][RowResizer::kMaxPlanes];
                     const auto read = [&](uint32_t y, uint32_t slot, const uint8_t** out) {
                         reader.read(y, slot, out);
                     };
                     const auto make = [&](uint32_t y, uint32_t slot) -> const uint8_t* const* {
                         if (y < paste.top || y >= bottom) {
                             return nullptr;
                         }
                         if (plan.identity()) {
                             reader.read(y - paste.top, slot, rows[slot]);
                             return rows[slot];
                         }
                         uint8_t* out[RowResizer::kMaxPlanes] = {};
                         for (size_t i = 0; i < reader.components(); ++i) {
                             out[i] = memory.data() + (slot * reader.components() + i) * paste.width;
                             rows[slot][i] = out[i];
                         }
                         resizer.make(y - paste.top, read, out);
                         return rows[slot];
                     };
                     for (int64_t i = begin; i < end; ++i) {
                         const uint32_t y = (first_group + static_cast<uint32_t>(i)) * group;
                         const uint8_t* const* first = make(y, 0);
                         writer.write(y, first, group == 2 ? make(y + 1, 1) : nullptr);
                     }
                 });
}

}  // namespace softacl::media
