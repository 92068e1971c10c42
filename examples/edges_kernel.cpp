// SPDX-License-Identifier: Apache-2.0
// A kernel of a program's own: the edges of a gray picture (Sobel's gradient). examples/own_operator.py uses it.
//
//     g++ -O3 -shared -fPIC -I "$DDK_PATH/include" edges_kernel.cpp -o edges_kernel.so
#include <softacl/custom_kernel.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace {

// What the selector decides from the shapes: the plan of tiles, in the words of devices.
struct Tiling {
    int32_t width;
    int32_t height;
};

int edge(const uint8_t* picture, const Tiling& size, int x, int y) {
    const auto at = [&](int dx, int dy) -> int {
        const int column = std::clamp(x + dx, 0, size.width - 1);
        const int row = std::clamp(y + dy, 0, size.height - 1);
        return picture[row * size.width + column];
    };
    const int across = at(1, -1) + 2 * at(1, 0) + at(1, 1) - at(-1, -1) - 2 * at(-1, 0) - at(-1, 1);
    const int down = at(-1, 1) + 2 * at(0, 1) + at(1, 1) - at(-1, -1) - 2 * at(0, -1) - at(1, -1);
    return std::min(255, static_cast<int>(std::lround(std::hypot(across, down))));
}

}  // namespace

// Each block does every blockDim-th row.
SOFTACL_KERNEL int edges(const softaclKernelCall* call) {
    Tiling size{};
    if (call->argSize != sizeof size) {
        return 1;
    }
    std::memcpy(&size, call->args, sizeof size);
    const auto* picture = static_cast<const uint8_t*>(call->inputs[0]);
    auto* result = static_cast<uint8_t*>(call->outputs[0]);
    for (int y = static_cast<int>(call->block); y < size.height; y += static_cast<int>(call->blockDim)) {
        for (int x = 0; x < size.width; ++x) {
            result[y * size.width + x] = static_cast<uint8_t>(edge(picture, size, x, y));
        }
    }
    return 0;
}
