// SPDX-License-Identifier: Apache-2.0
// A kernel: one prepared computation with fixed shapes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "tensor/tensor.h"

namespace softacl::kernels {

/// How a tensor's elements lie in memory: row by row, or with the channels (axis 1) in blocks that vary fastest
/// (nChw16c for block 16). The last block is padded with zeros, and kernels keep these zeros.
struct Layout {
    int block = 0;  ///< 0: row by row

    bool is_plain() const { return block == 0; }
    bool operator==(Layout other) const { return block == other.block; }
    bool operator!=(Layout other) const { return block != other.block; }
};

/// Bytes a tensor needs in a layout.
size_t storage_bytes(const TensorType& type, Layout layout);

/// Made for one node of one model by a factory, which decides layouts and sizes; then `pack` once, then `run` any
/// number of times. One thread at a time may use a kernel. Memory given to it is 64-byte aligned and has room to read
/// 64 bytes beyond its end.
class Kernel {
   public:
    virtual ~Kernel() = default;
    Kernel() = default;
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;

    /// For people: "onednn jit_wino_4x3:avx512", "reference".
    std::string name;

    /// One layout per input (absent and packed ones: plain, ignored) and per output.
    std::vector<Layout> input_layouts;
    std::vector<Layout> output_layouts;

    /// Inputs whose constant value is taken over by pack(); run() gets null for them.
    std::vector<bool> packs_input;
    size_t packed_bytes = 0;
    /// Kernels with equal keys, not empty, make the same of the same constants: pack() of one does for all.
    std::string pack_key;
    size_t scratch_bytes = 0;  ///< for the time of run()

    /// Input whose memory output 0 had better take over. run() copes with both cases.
    std::optional<size_t> reuses_input;
    /// Where in output 0 an input may lie already, by input; run() then need not move it. Empty: nowhere.
    std::vector<std::optional<size_t>> places_input;
    /// Output 0 is the memory of input 0; run() is never called.
    bool is_view = false;

    /// Fills `packed` (packed_bytes) from the constants, row by row; null for inputs that are not packed.
    virtual Status pack(const std::vector<const void*>& /*constants*/, void* /*packed*/) { return {}; }

    struct Buffers {
        const void* const* inputs;  ///< null: absent or packed
        void* const* outputs;
        const void* packed;
        void* scratch;
    };
    /// Fails only for values that no shape shows, such as an index out of range.
    virtual Status run(const Buffers& buffers) = 0;
};

using KernelPtr = std::unique_ptr<Kernel>;

}  // namespace softacl::kernels
