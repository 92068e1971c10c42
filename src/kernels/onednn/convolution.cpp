// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/convolution.h"

#include <algorithm>
#include <cstring>

#include "kernels/onednn/post_ops.h"
#include "kernels/onednn/winograd_weights.h"

namespace softacl::kernels {
namespace {

enum Input : size_t { kInput, kFilter, kBias, kAddend, kInputs };

constexpr size_t kAlignment = 64;

size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// The filter as the engine counts its dimensions: [O, I, spatial...], or with the groups in front.
struct Filter {
    std::vector<int64_t> dims;
    Desc given;  // row by row as the model has it
};

Filter filter_of(const ConvParams& params) {
    const auto& stored = params.filter.dims();
    const int64_t groups = params.groups;
    const bool grouped = groups > 1;
    // Stored as [O, I/g, ...], or transposed as [I, O/g, ...].
    std::vector<int64_t> dims;
    std::vector<int64_t> strides;
    const int64_t window = params.filter.elements(2, params.filter.rank());
    const int64_t outer = stored[0] / groups;
    const int64_t inner = stored[1];
    if (grouped) {
        dims.push_back(groups);
        strides.push_back(outer * inner * window);
    }
    dims.push_back(params.transposed ? inner : outer);
    strides.push_back(params.transposed ? window : inner * window);
    dims.push_back(params.transposed ? outer : inner);
    strides.push_back(params.transposed ? inner * window : window);
    int64_t stride = window;
    for (size_t i = 2; i < stored.size(); ++i) {
        stride /= stored[i];
        dims.push_back(stored[i]);
        strides.push_back(stride);
    }
    return {dims, describe_strided(dims, strides)};
}

struct Attempt {
    Layout input;
    Layout output;
    bool winograd = false;
};

class Convolution final : public PrimitiveKernel {
   public:
    Convolution(const ConvParams& params, const Attempt& attempt)
        : PrimitiveKernel({attempt.input, {}, {}, attempt.output}, {attempt.output}),
          params_(params),
          filter_(filter_of(params)) {
        packs_input = {false, true, true, false};
        if (params.adds) {
            reuses_input = kAddend;
        }
        output_bytes_ = describe(params.output, attempt.output).get_size();
    }

    // Throws what the engine throws. False: the engine would take its plain loops.
    bool prepare(const Attempt& attempt) {
        return params_.transposed ? prepare<dnnl::deconvolution_forward>(attempt, dnnl::algorithm::deconvolution_direct)
                                  : prepare<dnnl::convolution_forward>(
                                        attempt, attempt.winograd ? dnnl::algorithm::convolution_winograd
                                                                  : dnnl::algorithm::convolution_direct);
    }

    Status pack(const std::vector<const void*>& constants, void* packed) override {
        const auto* weights = static_cast<const float*>(constants[kFilter]);
        if (!pack_winograd_weights(packed_filter_, weights, params_.output[1], params_.input[1],
                                   static_cast<float*>(packed))) {
            dnnl::memory from(filter_.given, engine(), const_cast<float*>(weights));
            dnnl::memory to(packed_filter_, engine(), packed);
            dnnl::reorder(from, to).execute(stream(), from, to);
        }
        if (params_.has_bias) {
            std::memcpy(static_cast<char*>(packed) + bias_at_, constants[kBias],
                        static_cast<size_t>(params_.output[1]) * sizeof(float));
        }
        return {};
    }

    Status run(const Buffers& buffers) override {
        if (params_.adds && buffers.outputs[0] != buffers.inputs[kAddend]) {
            std::memcpy(buffers.outputs[0], buffers.inputs[kAddend], output_bytes_);
        }
        SOFTACL_TRY(PrimitiveKernel::run(buffers));
        return activation_ ? activation_->run({&kNoInput, buffers.outputs, nullptr, buffers.scratch}) : Status();
    }

   private:
    template <class Forward>
    bool prepare(const Attempt& attempt, dnnl::algorithm algorithm) {
        const auto& p = params_;
        const Desc input = describe(p.input, attempt.input);
        const Desc output = describe(p.output, attempt.output);
        const Desc bias =
            p.has_bias ? Desc({p.output[1]}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::a) : Desc();
        std::vector<int64_t> dilations = p.dilations;
        for (int64_t& dilation : dilations) {
            --dilation;  // the engine counts the gaps
        }
        const typename Forward::desc what(dnnl::prop_kind::forward_inference, algorithm, input,
                                          describe_any(filter_.dims), bias, output, p.strides, dilations, p.pads_begin,
                                          p.pads_end);
        const auto describe_with = [&](const Elementwise& activation) {
            dnnl::post_ops ops;  // copies of it would share what is appended
            if (p.adds) {
                ops.append_sum(1.0F);
            }
            auto attr = attributes();
            const bool takes = append(ops, activation).ok();
            attr.set_post_ops(ops);
            return takes ? typename Forward::primitive_desc(what, attr, engine(), /*allow_empty=*/true)
                         : typename Forward::primitive_desc();
        };
        auto desc = describe_with(p.activation);
        const bool fused = desc && !is_reference(desc);
        if (!fused && p.activation.kind != Activation::kNone) {
            // Winograd kernels take few functions: the function then passes over the result by itself.
            desc = describe_with({});
        }
        if (!desc || is_reference(desc)) {
            return false;
        }
        packed_filter_ = desc.weights_desc();
        bias_at_ = aligned(packed_filter_.get_size());
        packed_bytes = bias_at_ + (p.has_bias ? bias.get_size() : 0);
        if (const std::string weights = key_of(packed_filter_); !weights.empty()) {
            pack_key =
                text("convolution ", p.transposed, p.has_bias, " of ", p.groups, " groups ", p.filter, " to ", weights);
        }
        bind_input(DNNL_ARG_SRC, kInput, input);
        bind_packed(DNNL_ARG_WEIGHTS, 0, packed_filter_);
        if (p.has_bias) {
            bind_packed(DNNL_ARG_BIAS, bias_at_, bias);
        }
        bind_output(DNNL_ARG_DST, 0, output);
        set_primitive(Forward(desc), desc.scratchpad_desc(), desc.impl_info_str());
        return fused || prepare_activation(output);
    }

    bool prepare_activation(const Desc& output) {
        const auto function = engine_function(params_.activation);
        if (!function) {
            return false;
        }
        const dnnl::eltwise_forward::primitive_desc desc(
            {dnnl::prop_kind::forward_inference, function->algorithm, output, function->alpha, function->beta},
            attributes(), engine());
        activation_ = std::make_unique<PassKernel>(std::vector<Layout>{}, std::vector<Layout>{{}});
        activation_->bind_output(DNNL_ARG_SRC, 0, output);
        activation_->bind_output(DNNL_ARG_DST, 0, output);
        activation_->set_primitive(dnnl::eltwise_forward(desc), desc.scratchpad_desc(), desc.impl_info_str());
        scratch_bytes = std::max(scratch_bytes, activation_->scratch_bytes);
        name += " + eltwise";
        return true;
    }

    static constexpr const void* kNoInput = nullptr;

    const ConvParams params_;
    const Filter filter_;
    Desc packed_filter_;
    size_t bias_at_ = 0;
    size_t output_bytes_ = 0;
    std::unique_ptr<PrimitiveKernel> activation_;
};

std::vector<Attempt> attempts(const ConvParams& params) {
    const Layout plain;
    const Layout blocked{preferred_block()};
    std::vector<Attempt> list;
    if (blocked.is_plain()) {
        return {{plain, plain}};
    }
    constexpr int64_t kFewChannels = 4;  // pictures: the engine reads them row by row
    if (prefers_winograd(params)) {
        list.push_back({blocked, blocked, true});
    }
    if (params.input[1] <= kFewChannels && params.groups == 1) {
        list.push_back({plain, blocked});
    }
    list.push_back({blocked, blocked});
    list.push_back({plain, plain});
    return list;
}

}  // namespace

bool prefers_winograd(const ConvParams& params) {
    const bool fits = preferred_block() == 16 && params.groups == 1 && !params.transposed &&
                      params.filter.rank() == 4 && params.filter[2] == 3 && params.filter[3] == 3 &&
                      params.strides == std::vector<int64_t>{1, 1} && params.dilations == std::vector<int64_t>{1, 1};
    if (!fits) {
        return false;
    }
    // Measured cold: the transforms pay from one full block of channels on, both ways. The engine works on groups of
    // output blocks; a large prime number of blocks leaves it groups of one, which cost more than is saved.
    constexpr int64_t kBlock = 16;
    constexpr int64_t kLargestGroup = 7;
    int64_t rest = (params.output[1] + kBlock - 1) / kBlock;
    for (int64_t factor = 2; factor <= kLargestGroup; ++factor) {
        while (rest % factor == 0) {
            rest /= factor;
        }
    }
    return params.input[1] >= kBlock && params.output[1] >= kBlock && rest == 1;
}

Result<KernelPtr> make_convolution(const ConvParams& params) {
    std::string reasons;
    for (const Attempt& attempt : attempts(params)) {
        try {
            auto kernel = std::make_unique<Convolution>(params, attempt);
            if (kernel->prepare(attempt)) {
                return Result<KernelPtr>(std::move(kernel));
            }
        } catch (const dnnl::error& error) {
            reasons = error.what();
        }
    }
    return refuse("the engine has no fast convolution for this ", reasons);
}

}  // namespace softacl::kernels
