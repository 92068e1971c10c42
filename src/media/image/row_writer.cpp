// SPDX-License-Identifier: Apache-2.0
#include "media/image/row_writer.h"

#include <algorithm>
#include <cstring>

namespace softacl::media {

RowWriter::RowWriter(const Picture& picture, const Rect& part, size_t components, uint8_t alpha)
    : loops_(colour_rows()), picture_(picture), part_(part) {
    if (picture.format->alpha && components < 4) {
        alpha_.assign(part.width, alpha);
    }
    if (picture.format->colour == Colour::kYuv) {
        chroma_.resize(2 * (size_t{part.width} + 1));
    }
}

void RowWriter::write(uint32_t y, const uint8_t* const* first, const uint8_t* const* second) {
    const FormatInfo& format = *picture_.format;
    if (format.layout == Layout::kPacked && format.chroma_x == 0) {
        pack(y, first);
        return;
    }
    if (!format.packed_422()) {
        if (first != nullptr) {
            std::memcpy(picture_.luma().row(y) + part_.left, first[0], part_.width);
        }
        if (second != nullptr) {
            std::memcpy(picture_.luma().row(y + 1) + part_.left, second[0], part_.width);
        }
    }
    if (format.colour == Colour::kYuv) {
        share(y, first, second);
    }
}

void RowWriter::pack(uint32_t y, const uint8_t* const* row) const {
    const FormatInfo& format = *picture_.format;
    uint8_t* out = picture_.luma().row(y) + format.row_bytes(part_.left);
    const uint8_t* in_memory[4] = {};
    for (size_t i = 0; i < format.pixel_bytes; ++i) {
        in_memory[format.place[i]] = i == 3 && !alpha_.empty() ? alpha_.data() : row[i];
    }
    if (format.pixel_bytes == 3) {
        loops_.join3(in_memory[0], in_memory[1], in_memory[2], part_.width, out);
    } else {
        loops_.join4(in_memory[0], in_memory[1], in_memory[2], in_memory[3], part_.width, out);
    }
}

RowWriter::Range RowWriter::whole_samples() const {
    const uint32_t shift = picture_.format->chroma_x;
    const uint32_t begin = (part_.left + (1U << shift) - 1) >> shift;
    return {begin, std::max(begin, (part_.left + part_.width) >> shift)};
}

void RowWriter::mix(uint32_t sample, uint8_t* place, const uint8_t* first, const uint8_t* second) const {
    const FormatInfo& format = *picture_.format;
    const uint32_t begin = std::max(sample << format.chroma_x, part_.left);
    const uint32_t end = std::min((sample + 1) << format.chroma_x, part_.left + part_.width);
    uint32_t sum = 0;
    uint32_t missing = 1U << (format.chroma_x + format.chroma_y);
    for (const uint8_t* row : {first, second}) {
        for (uint32_t x = begin; row != nullptr && x < end; ++x) {
            sum += row[x - part_.left];
            --missing;
        }
    }
    const uint32_t all = 1U << (format.chroma_x + format.chroma_y);
    *place = static_cast<uint8_t>((sum + missing * *place + all / 2) / all);
}

void RowWriter::share(uint32_t y, const uint8_t* const* first, const uint8_t* const* second) {
    const FormatInfo& format = *picture_.format;
    const bool packed = format.packed_422();
    const size_t step = packed ? 4 : 2;
    uint8_t* out = packed ? picture_.luma().row(y) : picture_.chroma().row(y >> format.chroma_y);
    const bool all_rows = first != nullptr && (format.chroma_y == 0 || second != nullptr);
    const Range whole = all_rows ? whole_samples() : Range{0, 0};
    const size_t count = whole.end - whole.begin;
    if (count != 0) {
        const size_t from = (whole.begin << format.chroma_x) - part_.left;
        const uint8_t* means[2];
        for (size_t i = 0; i < 2; ++i) {
            uint8_t* buffer = chroma_.data() + i * (part_.width + 1);
            const uint8_t* row = first[i + 1] + from;
            means[i] = buffer;
            if (format.chroma_y == 0 && format.chroma_x == 0) {
                means[i] = row;
            } else if (format.chroma_y == 0) {
                loops_.mean_columns(row, count, buffer);
            } else if (format.chroma_x == 0) {
                loops_.mean_rows(row, second[i + 1] + from, count, buffer);
            } else {
                loops_.mean_both(row, second[i + 1] + from, count, buffer);
            }
        }
        uint8_t* place = out + step * whole.begin;
        if (packed) {
            loops_.join422(first[0] + from, means[0], means[1], count, format.place.data(), place);
        } else {
            loops_.join2(means[format.place[1]], means[1 - format.place[1]], count, place);
        }
    }
    const uint32_t begin = part_.left >> format.chroma_x;
    const uint32_t end = (part_.left + part_.width - 1) / format.width_multiple() + 1;
    for (uint32_t sample = begin; sample < end; ++sample) {
        if (sample == whole.begin && count != 0) {
            sample = whole.end;
            if (sample == end) {
                break;
            }
        }
        for (size_t i = 1; i <= 2; ++i) {
            mix(sample, out + step * sample + format.place[i], first != nullptr ? first[i] : nullptr,
                second != nullptr ? second[i] : nullptr);
        }
        for (uint32_t x = 2 * sample; packed && first != nullptr && x < 2 * sample + 2; ++x) {
            if (x >= part_.left && x < part_.left + part_.width) {
                out[size_t{2} * x + format.place[0]] = first[0][x - part_.left];
            }
        }
    }
}

}  // namespace softacl::media
