// SPDX-License-Identifier: Apache-2.0
// float16 from float32 and back, by the processor's own instructions where it has them.
#include "kernels/onednn/gemm_rows.h"
#include "kernels/onednn/host.h"
#include "kernels/onednn/simple.h"

namespace softacl::kernels {
namespace {

class Convert final : public Kernel {
   public:
    Convert(bool narrows, int64_t count) : narrows_(narrows), count_(count) {
        name = narrows ? "narrow_half" : "widen_half";
        input_layouts.resize(1);
        output_layouts.resize(1);
        packs_input.resize(1);
    }

    Status run(const Buffers& buffers) override {
        constexpr int64_t kWorth = 1 << 14;  // a thread
        host().parallel_for(count_, kWorth, [&](int64_t begin, int64_t end) {
            const auto count = static_cast<size_t>(end - begin);
            if (narrows_) {
                gemm_rows().narrow_half(static_cast<const float*>(buffers.inputs[0]) + begin, count,
                                        static_cast<Half*>(buffers.outputs[0]) + begin);
            } else {
                widen(static_cast<const Half*>(buffers.inputs[0]) + begin, count,
                      static_cast<float*>(buffers.outputs[0]) + begin);
            }
        });
        return {};
    }

   private:
    const bool narrows_;
    const int64_t count_;
};

}  // namespace

Result<KernelPtr> make_convert(aclDataType from, aclDataType to, int64_t count) {
    const bool narrows = from == ACL_FLOAT && to == ACL_FLOAT16;
    if (!narrows && !(from == ACL_FLOAT16 && to == ACL_FLOAT)) {
        return refuse("float16 from float32 and back only");
    }
    return KernelPtr(std::make_unique<Convert>(narrows, count));
}

}  // namespace softacl::kernels
