// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "kernels/onednn/simple.h"

namespace softacl::kernels {
namespace {

// Copies rows of bytes; nothing needs the engine. Parts that lie in their place already are left alone.
class Concat final : public Kernel {
   public:
    Concat(const std::vector<Shape>& shapes, size_t axis, Layout layout) {
        name = "rows";
        input_layouts.assign(shapes.size(), layout);
        output_layouts = {layout};
        packs_input.resize(shapes.size());
        rows_ = static_cast<size_t>(shapes[0].elements(0, axis));
        for (const Shape& shape : shapes) {
            widths_.push_back(static_cast<size_t>(shape.elements(axis, shape.rank())) * sizeof(float));
            offsets_.push_back(width_);
            width_ += widths_.back();
        }
        if (rows_ == 1) {
            places_input.assign(offsets_.begin(), offsets_.end());
        }
    }

    Status run(const Buffers& buffers) override {
        for (size_t i = 0; i < widths_.size(); ++i) {
            const auto* from = static_cast<const char*>(buffers.inputs[i]);
            char* to = static_cast<char*>(buffers.outputs[0]) + offsets_[i];
            if (from == to) {
                continue;
            }
            for (size_t row = 0; row < rows_; ++row) {
                std::memcpy(to + row * width_, from + row * widths_[i], widths_[i]);
            }
        }
        return {};
    }

   private:
    size_t rows_ = 1;
    size_t width_ = 0;
    std::vector<size_t> widths_;
    std::vector<size_t> offsets_;
};

}  // namespace

Result<KernelPtr> make_concat(const ConcatParams& params) {
    // In blocks if one of the inputs is and all channels fill them; blocks are joined like rows.
    Layout layout;
    for (const Layout each : params.layouts) {
        layout = each.is_plain() ? layout : each;
    }
    const auto fills = [&](const Shape& shape) { return shape.rank() >= 3 && shape[1] % layout.block == 0; };
    if (!layout.is_plain() && (params.axis > 1 || !std::all_of(params.inputs.begin(), params.inputs.end(), fills))) {
        layout = {};
    }
    return Result<KernelPtr>(std::make_unique<Concat>(params.inputs, params.axis, layout));
}

}  // namespace softacl::kernels
