// SPDX-License-Identifier: Apache-2.0
// The loops for the processor at hand against those for every processor.
#include <gtest/gtest.h>

#include "media/image/colour.h"
#include "media/image/resize.h"
#include "pictures.h"

namespace softacl::media::test {
namespace {

std::vector<uint8_t> resized(const ResizePlan& plan, const ConstPlane& source) {
    const size_t row = size_t{plan.to().width} * source.pixel_bytes;
    std::vector<uint8_t> result(row * plan.to().height);
    RowResizer resizer(plan, 1);
    for (uint32_t y = 0; y < plan.to().height; ++y) {
        uint8_t* out = result.data() + y * row;
        resizer.make(
            y, [&](uint32_t from, uint32_t, const uint8_t** rows) { rows[0] = source.row(from); }, &out);
    }
    return result;
}

TEST(Rows, OfAResizeAreTheSameOnAllProcessors) {
    Random random(41);
    for (int i = 0; i < 400; ++i) {
        const uint32_t channels = random.between(1, 4);
        Size from{random.between(1, 150), random.between(1, 20)};
        const Size to{random.between(1, 150), random.between(1, 20)};
        if (i % 4 == 0) {
            from = {2 * to.width, 2 * to.height};
        }
        std::vector<uint8_t> bytes(size_t{from.width} * from.height * channels);
        random.fill(bytes);
        const ConstPlane source{bytes.data(), size_t{from.width} * channels, from.width, from.height, channels};
        for (const auto mode : {Interpolation::kBilinear, Interpolation::kNearest, Interpolation::kHighOrder}) {
            ASSERT_EQ(resized(ResizePlan(from, to, channels, mode), source),
                      resized(ResizePlan(from, to, channels, mode, plain_resize_rows()), source))
                << from.width << 'x' << from.height << " to " << to.width << 'x' << to.height << " of " << channels;
        }
    }
}

// Six rows of bytes to read, and six to write, with room for four bytes a pixel.
struct Rows {
    explicit Rows(Random& random, size_t count) : size(4 * count + 4), in(6 * size), out(6 * size, 0xEE) {
        random.fill(in);
    }
    const uint8_t* read(size_t i) const { return in.data() + i * size; }
    uint8_t* write(size_t i) { return out.data() + i * size; }

    size_t size;
    std::vector<uint8_t> in;
    std::vector<uint8_t> out;
};

std::vector<uint8_t> all_of(const ColourRows& loops, int which, size_t n, Rows rows) {
    const uint8_t place[] = {1, 2, 0};
    const auto table = colour_table(static_cast<ColourMatrix>(n % kColourMatrices));
    const uint8_t* const in[] = {rows.read(0), rows.read(1), rows.read(2)};
    uint8_t* const out[] = {rows.write(0), rows.write(1), rows.write(2)};
    switch (which) {
        case 0: loops.split2(in[0], n, out[0], out[1]); break;
        case 1: loops.split2_twice(in[0], n, out[0], out[1]); break;
        case 2: loops.split422(in[0], n, place, out[0], out[1], out[2]); break;
        case 3: loops.split3(in[0], n, out[0], out[1], out[2]); break;
        case 4: loops.split4(in[0], n, out[0], out[1], out[2], rows.write(3)); break;
        case 5: loops.join2(in[0], in[1], n, out[0]); break;
        case 6: loops.join422(in[0], in[1], in[2], n, place, out[0]); break;
        case 7: loops.join3(in[0], in[1], in[2], n, out[0]); break;
        case 8: loops.join4(in[0], in[1], in[2], rows.read(3), n, out[0]); break;
        case 9: loops.mean_columns(in[0], n, out[0]); break;
        case 10: loops.mean_rows(in[0], in[1], n, out[0]); break;
        case 11: loops.mean_both(in[0], in[1], n, out[0]); break;
        case 12: loops.to_rgb(yuv_to_rgb(table), n, in, out); break;
        default: loops.to_yuv(rgb_to_yuv(table).data(), 3, n, in, out);
    }
    return rows.out;
}

TEST(Rows, OfColoursAreTheSameOnAllProcessors) {
    Random random(42);
    for (size_t n = 1; n < 140; ++n) {
        const Rows rows(random, n);
        for (int which = 0; which < 14; ++which) {
            ASSERT_EQ(all_of(colour_rows(), which, n, rows), all_of(plain_colour_rows(), which, n, rows))
                << which << " of " << n;
        }
    }
}

}  // namespace
}  // namespace softacl::media::test
