// SPDX-License-Identifier: Apache-2.0
// The engine, its memory descriptions, and the kernel that every primitive becomes.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

#include "acl/acl_base.h"
#include "kernels/kernel.h"

namespace softacl::kernels {

using Desc = dnnl::memory::desc;

dnnl::engine& engine();
dnnl::stream& stream();

/// Channels per block that the processor's kernels like: 16, 8, or 0 for none.
int preferred_block();

/// A float32 tensor in a layout; blocks are possible for rank 3 to 5.
Desc describe(const Shape& shape, Layout layout);
/// Row by row with other strides.
Desc describe_strided(const std::vector<int64_t>& dims, const std::vector<int64_t>& strides);
/// To be chosen by the engine.
Desc describe_any(const std::vector<int64_t>& dims);

template <class... Parts>
Status refuse(const Parts&... parts) {
    return fail(ACL_ERROR_FEATURE_UNSUPPORTED, parts...);
}

/// One primitive with its arguments. Scratch memory is the caller's.
class PrimitiveKernel : public Kernel {
   public:
    /// Layouts by number of inputs and outputs; nothing is packed.
    PrimitiveKernel(std::vector<Layout> inputs, std::vector<Layout> outputs);

    /// `kind` is what the engine calls the argument.
    void bind_input(int kind, size_t index, const Desc& desc) { bind(kind, Side::kInput, index, desc); }
    void bind_output(int kind, size_t index, const Desc& desc) { bind(kind, Side::kOutput, index, desc); }
    void bind_packed(int kind, size_t offset, const Desc& desc) { bind(kind, Side::kPacked, offset, desc); }
    void set_primitive(dnnl::primitive primitive, const Desc& scratchpad, const char* implementation);

    Status run(const Buffers& buffers) override;

   protected:
    /// Bytes of all arguments.
    size_t bytes() const { return bytes_; }

   private:
    void execute(const Buffers& buffers);
    enum class Side { kInput, kOutput, kPacked, kScratch };
    struct Bound {
        Side side;
        size_t index;  // of the input or output, or an offset
        dnnl::memory memory;
        const void* address;
    };
    void bind(int kind, Side side, size_t index, const Desc& desc);
    static void* address_of(const Bound& bound, const Buffers& buffers);

    dnnl::primitive primitive_;
    std::vector<Bound> bound_;
    std::unordered_map<int, dnnl::memory> arguments_;
    size_t bytes_ = 0;
};

/// One that does little with each element. The engine wakes all threads for the smallest tensor; what is not worth that
/// is left to the calling one.
class PassKernel final : public PrimitiveKernel {
   public:
    using PrimitiveKernel::PrimitiveKernel;
    Status run(const Buffers& buffers) override;
};

/// Text that is equal for equal descriptions; empty for those that nothing can be said of.
std::string key_of(const Desc& desc);

/// Attributes every primitive gets: scratch memory is ours to give.
dnnl::primitive_attr attributes();

/// True if the engine has plain loops only for this description.
template <class PrimitiveDesc>
bool is_reference(const PrimitiveDesc& desc) {
    return std::string(desc.impl_info_str()).rfind("ref", 0) == 0;
}

/// Calls `make`, which may throw what the engine throws.
template <class Make>
Result<KernelPtr> guarded(Make&& make) {
    try {
        return make();
    } catch (const dnnl::error& error) {
        return refuse("the engine refuses it: ", error.what());
    }
}

}  // namespace softacl::kernels
