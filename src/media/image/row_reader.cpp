// SPDX-License-Identifier: Apache-2.0
#include "media/image/row_reader.h"

namespace softacl::media {
namespace {

constexpr size_t kRaw = 4;        // rows of components as they are in memory
constexpr size_t kConverted = 3;  // and in other colours
constexpr size_t kRowsOfSlot = kRaw + kConverted;

}  // namespace

RowReader::RowReader(const ConstPicture& picture, const Rect& part, const FormatInfo& target, ColourMatrix matrix)
    : loops_(colour_rows()),
      picture_(picture),
      part_(part),
      left_(part.left >> picture.format->chroma_x << picture.format->chroma_x),
      count_(part.left - left_ + part.width),
      gray_(target.colour == Colour::kGray),
      to_rgb_(target.colour == Colour::kRgb && picture.format->colour == Colour::kYuv),
      to_yuv_(target.colour != Colour::kRgb && picture.format->colour == Colour::kRgb),
      components_(gray_                                   ? 1
                  : picture.format->alpha && target.alpha ? 4
                                                          : 3),
      rgb_(yuv_to_rgb(colour_table(matrix))),
      yuv_(rgb_to_yuv(colour_table(matrix))),
      row_size_((count_ + 63) / 32 * 32),
      memory_(2 * kRowsOfSlot * row_size_) {}

void RowReader::take_apart(uint32_t y, uint8_t* const* buffers, const uint8_t** rows) const {
    const FormatInfo& format = *picture_.format;
    const size_t count = count_;
    const uint8_t* first = picture_.luma().row(y) + format.row_bytes(left_);
    for (size_t i = 0; i < kRaw; ++i) {
        rows[i] = buffers[i];
    }
    if (format.layout != Layout::kPacked) {
        rows[0] = first;
        if (format.layout == Layout::kSemiPlanar && !gray_) {
            const uint8_t* pairs = picture_.chroma().row(y >> format.chroma_y) + size_t{2} * (left_ >> format.chroma_x);
            const auto split = format.chroma_x != 0 ? loops_.split2_twice : loops_.split2;
            split(pairs, count, buffers[format.place[1] == 0 ? 1 : 2], buffers[format.place[1] == 0 ? 2 : 1]);
        }
        return;
    }
    if (format.packed_422()) {
        loops_.split422(first, count, format.place.data(), buffers[0], buffers[1], buffers[2]);
        return;
    }
    uint8_t* in_memory[kRaw] = {};  // the buffer for each byte of a pixel
    for (size_t i = 0; i < format.pixel_bytes; ++i) {
        in_memory[format.place[i]] = buffers[i];
    }
    if (format.pixel_bytes == 3) {
        loops_.split3(first, count, in_memory[0], in_memory[1], in_memory[2]);
    } else {
        loops_.split4(first, count, in_memory[0], in_memory[1], in_memory[2], in_memory[3]);
    }
}

void RowReader::read(uint32_t y, uint32_t slot, const uint8_t** rows) {
    uint8_t* buffers[kRowsOfSlot];
    for (size_t i = 0; i < kRowsOfSlot; ++i) {
        buffers[i] = memory_.data() + (slot * kRowsOfSlot + i) * row_size_;
    }
    uint8_t* const* converted = buffers + kRaw;
    const uint8_t* raw[kRaw];
    take_apart(part_.top + y, buffers, raw);
    if (to_rgb_) {
        loops_.to_rgb(rgb_, count_, raw, converted);
    } else if (to_yuv_) {
        loops_.to_yuv(yuv_.data(), gray_ ? 1 : 3, count_, raw, converted);
    }
    for (size_t i = 0; i < components_; ++i) {
        const bool changed = (to_rgb_ || to_yuv_) && i < kConverted;
        rows[i] = (changed ? converted[i] : raw[i]) + (part_.left - left_);
    }
}

}  // namespace softacl::media
