// SPDX-License-Identifier: Apache-2.0
// BatchNorm, which can also find the statistics of the batch, and the norms of each channel of each picture that can
// be given theirs.
#include <cmath>

#include "ops/common/delegate.h"
#include "ops/common/reals.h"
#include "ops/common/scalar.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};
constexpr DTypes kFloat = {ACL_FLOAT};

/// Element i of channel c of picture n is at n * picture + c * channel + i * step.
struct Planes {
    Planes(const Shape& x, bool last) {
        const size_t rank = x.rank();
        pictures = x[0];
        channels = last ? x[rank - 1] : x[1];
        size = last ? x.elements(1, rank - 1) : x.elements(2, rank);
        picture = x.elements(1, rank);
        channel = last ? 1 : size;
        step = last ? channels : 1;
    }
    int64_t pictures, channels, size, picture, channel, step;
};

struct Moments {
    double mean;
    double variance;  ///< divided by the number of elements
};

/// Of a channel in some pictures.
template <class T>
Moments moments_of(const Planes& p, const T* x, int64_t first, int64_t last, int64_t channel) {
    const auto count = static_cast<double>((last - first) * p.size);
    const auto sum = [&](auto&& f) {
        double total = 0;
        for (int64_t n = first; n < last; ++n) {
            const T* at = x + n * p.picture + channel * p.channel;
            for (int64_t i = 0; i < p.size; ++i) {
                total += f(static_cast<double>(static_cast<kernels::ref::Real<T>>(at[i * p.step])));
            }
        }
        return total;
    };
    const double mean = sum([](double v) { return v; }) / count;
    return {mean, sum([mean](double v) { return (v - mean) * (v - mean); }) / count};
}

/// y = x * scale + offset in a channel of a picture.
template <class T>
void scale_plane(const Planes& p, const T* x, T* y, int64_t n, int64_t channel, double scale, double mean,
                 double offset) {
    using R = kernels::ref::Real<T>;
    const int64_t begin = n * p.picture + channel * p.channel;
    for (int64_t i = 0; i < p.size; ++i) {
        const int64_t at = begin + i * p.step;
        y[at] = static_cast<T>(static_cast<R>((static_cast<double>(static_cast<R>(x[at])) - mean) * scale + offset));
    }
}

// BatchNorm

Result<bool> channels_are_last(const OpCall& call) {
    const auto& format = call.attrs.at<std::string>("data_format");
    const bool last = format == "NHWC" || format == "NDHWC";
    if (!last && format != "NCHW" && format != "NCDHW") {
        return call.fail("the attribute data_format is ", format, "; expected NHWC, NCHW, NDHWC or NCDHW");
    }
    if (call.inputs[0]->shape.rank() < 2) {
        return call.fail("the input x has the shape ", call.inputs[0]->shape, "; expected at least 2 dimensions");
    }
    return last;
}

Status infer_batch_norm(OpCall& call) {
    SOFTACL_ASSIGN(const bool last, channels_are_last(call));
    const TensorType& x = *call.inputs[0];
    const int64_t channels = x.shape[last ? x.shape.rank() - 1 : 1];
    const bool trains = call.attrs.at<bool>("is_training");
    for (size_t i = 1; i < 5; ++i) {
        if (!call.has_input(i)) {
            if (!trains) {
                return call.fail("the input ", input_name(call, i), " is missing, and is_training is false");
            }
            continue;
        }
        const Shape& shape = call.inputs[i]->shape;
        const bool empty = trains && i > 2 && shape.is_known() && shape.elements() == 0;
        if (shape.is_known() && channels >= 0 && shape.elements() != channels && !empty) {
            return call.fail("the input ", input_name(call, i), " has the shape ", shape, "; expected ", channels,
                             " elements, one for each channel");
        }
    }
    const auto factor = call.attrs.at<float>("exponential_avg_factor");
    if (trains && factor != 1 && !(call.has_input(3) && call.has_input(4))) {
        return call.fail("exponential_avg_factor is ", factor, ", which needs the inputs mean and variance");
    }
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        // Only gradients use the last one.
        call.outputs[i] = i == 0 ? x : TensorType{ACL_FLOAT, {i == 5 ? 0 : channels}};
    }
    return {};
}

Result<kernels::KernelPtr> make_batch_norm(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const bool last, channels_are_last(call));
    const Planes p(call.inputs[0]->shape, last);
    const RealPorts ports(call);
    const bool trains = call.attrs.at<bool>("is_training");
    const auto epsilon = static_cast<double>(call.attrs.at<float>("epsilon"));
    const auto factor = static_cast<double>(call.attrs.at<float>("exponential_avg_factor"));
    return floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        const auto* x = static_cast<const T*>(b.inputs[0]);
        for (int64_t c = 0; c < p.channels; ++c) {
            const Moments given = {ports.input(b, 3).at(c, 0), ports.input(b, 4).at(c, 1)};
            Moments used = given;
            Moments told = given;
            if (trains) {
                used = moments_of(p, x, 0, p.pictures, c);
                const auto count = static_cast<double>(p.pictures * p.size);
                const double corrected = used.variance * (count > 1 ? count / (count - 1) : 1);
                told = {used.mean, corrected};
                if (factor != 1) {
                    told = {given.mean * (1 - factor) + used.mean * factor,
                            given.variance * (1 - factor) + corrected * factor};
                }
            }
            const double scale = ports.input(b, 1).at(c, 1) / std::sqrt(used.variance + epsilon);
            const double offset = ports.input(b, 2).at(c, 0);
            for (int64_t n = 0; n < p.pictures; ++n) {
                scale_plane(p, x, static_cast<T*>(b.outputs[0]), n, c, scale, used.mean, offset);
            }
            ports.output(b, 1).set(c, told.mean);
            ports.output(b, 2).set(c, told.variance);
            ports.output(b, 3).set(c, used.mean);
            ports.output(b, 4).set(c, used.variance);
        }
        return {};
    });
}

// BNInfer: BNInference, whose statistics may also be sums

Result<Delegate> bn_infer(const OpCall& call) {
    const TensorType& x = *call.inputs[0];
    const bool last = x.format == ACL_FORMAT_NHWC || x.format == ACL_FORMAT_NDHWC;
    if (x.shape.rank() < 2) {
        return call.fail("the input x has the shape ", x.shape, "; expected at least 2 dimensions");
    }
    const Ints forth = last ? channels_first(x.shape.rank()) : Ints{};
    const Ints back = last ? channels_last(x.shape.rank()) : Ints{};
    return Delegate{"BNInference",
                    {{0, {}, forth, {}}, {3}, {4}, {kNoInput, Tensor::scalar(1.0F)}, {1}, {2}},
                    {{"epsilon", call.attrs.at<float>("epsilon")}},
                    {{{}, back, x.format}}};
}

// INInferV2, InstanceNormV2: one mean and variance for each channel of each picture

bool finds_moments(const OpCall& call) { return call.attrs.get<bool>("is_training", false); }

Status infer_instance(OpCall& call) {
    const TensorType& x = *call.inputs[0];
    if (x.shape.rank() < 2) {
        return call.fail("the input x has the shape ", x.shape, "; expected at least 2 dimensions");
    }
    const bool finds = finds_moments(call);
    const int64_t each = x.shape[0] < 0 || x.shape[1] < 0 ? -1 : x.shape[0] * x.shape[1];
    for (const size_t i : {1, 2, 3, 4}) {
        if (!call.has_input(i)) {
            if (i > 2 && !finds) {
                return call.fail("the input ", input_name(call, i), " is missing");
            }
            continue;
        }
        if (i > 2 && finds) {
            return call.fail("the input ", input_name(call, i),
                             " is given and is_training is true; running statistics are not supported");
        }
        const Shape& shape = call.inputs[i]->shape;
        const int64_t count = shape.elements();
        if (shape.is_known() && each >= 0 && count != each && (i > 2 || count != x.shape[1])) {
            return call.fail("the input ", input_name(call, i), " has the shape ", shape, "; expected ",
                             x.shape[0] * x.shape[1], " elements");
        }
    }
    Shape statistics = x.shape;
    for (size_t i = 2; i < statistics.rank(); ++i) {
        statistics[i] = 1;
    }
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        call.outputs[i] = i == 0 ? x : TensorType{ACL_FLOAT, statistics};
    }
    return {};
}

Result<kernels::KernelPtr> make_instance(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Planes p(call.inputs[0]->shape, false);
    const RealPorts ports(call);
    const bool finds = finds_moments(call);
    const auto epsilon = static_cast<double>(call.attrs.at<float>("epsilon"));
    const auto per_channel = [&](size_t i) {
        return call.has_input(i) && call.inputs[i]->shape.elements() != p.pictures * p.channels;
    };
    const bool gamma_by_channel = per_channel(1);
    const bool beta_by_channel = per_channel(2);
    return floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        const auto* x = static_cast<const T*>(b.inputs[0]);
        for (int64_t i = 0; i < p.pictures * p.channels; ++i) {
            const int64_t n = i / p.channels;
            const int64_t c = i % p.channels;
            const Moments moments =
                finds ? moments_of(p, x, n, n + 1, c) : Moments{ports.input(b, 3).at(i), ports.input(b, 4).at(i)};
            const double gamma = ports.input(b, 1).at(gamma_by_channel ? c : i, 1);
            const double beta = ports.input(b, 2).at(beta_by_channel ? c : i, 0);
            scale_plane(p, x, static_cast<T*>(b.outputs[0]), n, c, gamma / std::sqrt(moments.variance + epsilon),
                        moments.mean, beta);
            ports.output(b, 1).set(i, moments.mean);
            ports.output(b, 2).set(i, moments.variance);
        }
        return {};
    });
}

OpDef instance(const char* name, const char* doc) {
    return OpDef(name, doc)
        .input("x", kTypes)
        .optional_input("gamma", kFloat)
        .optional_input("beta", kFloat)
        .optional_input("mean", kFloat)
        .optional_input("variance", kFloat)
        .output("y", kTypes)
        .output("batch_mean", kFloat)
        .output("batch_variance", kFloat)
        .attr("epsilon", 1e-5F)
        .infer(infer_instance)
        .kernel("reference", make_instance);
}

}  // namespace

OpDef declare_BatchNorm() {
    return OpDef("BatchNorm", "Each channel moved and scaled by the statistics of the batch, or by given ones.")
        .input("x", kTypes)
        .input("scale", kFloat)
        .input("offset", kFloat)
        .optional_input("mean", kFloat)
        .optional_input("variance", kFloat)
        .output("y", kTypes)
        .output("batch_mean", kFloat)
        .output("batch_variance", kFloat)
        .output("reserve_space_1", kFloat)
        .output("reserve_space_2", kFloat)
        .output("reserve_space_3", kFloat)
        .attr("epsilon", 1e-4F)
        .attr("data_format", std::string("NHWC"))
        .attr("is_training", true)
        .attr("exponential_avg_factor", 1.0F)
        .infer(infer_batch_norm)
        .kernel("reference", make_batch_norm);
}
OpDef declare_BNInfer() {
    constexpr DTypes kX = {ACL_FLOAT, ACL_FLOAT16, ACL_BF16};
    return delegated<bn_infer>(OpDef("BNInfer", "Each channel moved and scaled by known statistics.")
                                   .input("x", kX)
                                   .input("scale", kFloat)
                                   .input("offset", kFloat)
                                   .input("mean", kFloat)
                                   .input("variance", kFloat)
                                   .output("y", kX)
                                   .required_attr("epsilon", 0.0F));
}
OpDef declare_INInferV2() {
    return instance("INInferV2", "Each channel of each picture moved and scaled by known statistics.");
}
OpDef declare_InstanceNormV2() {
    return instance("InstanceNormV2", "Each channel of each picture moved and scaled by its statistics or known ones.")
        .attr("is_training", true)
        .attr("momentum", 0.1F);
}

}  // namespace softacl::ops
