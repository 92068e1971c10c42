// SPDX-License-Identifier: Apache-2.0
// CpuMelWeightMatrix: triangles over the bins of a spectrogram that are equally wide on the mel scale.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/ref/number.h"
#include "ops/common/importing.h"
#include "ops/common/indexes.h"
#include "ops/common/reals.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

enum Inputs : size_t { kBands, kLength, kRate, kLower, kUpper, kCount };

Result<aclDataType> type_of(const OpCall& call) {
    ForeignNode node;
    node.attrs.set("output_datatype", call.attrs.at<int64_t>("output_datatype"));
    auto type = onnx_dtype(node, "output_datatype");
    return type.ok() && kNumbers.contains(*type)
               ? type
               : call.fail("the attribute output_datatype is ", call.attrs.at<int64_t>("output_datatype"),
                           "; expected the number that ONNX has for a type of numbers");
}

/// A count that decides the shape; -1 if it is not known yet.
Result<int64_t> count_of(const OpCall& call, size_t input) {
    SOFTACL_ASSIGN(const auto value, known_int(call, input));
    if (value && (*value < 1 || *value > INT32_MAX)) {
        return call.fail("the input ", input_name(call, input), " is ", *value, "; expected 1 to ", INT32_MAX);
    }
    return value.value_or(-1);
}

Status infer(OpCall& call) {
    for (size_t i = 0; i < kCount; ++i) {
        const Shape& shape = call.inputs[i]->shape;
        if (shape.is_known() && shape.elements() != 1) {
            return call.fail("the input ", input_name(call, i), " has the shape ", shape, "; expected one number");
        }
    }
    SOFTACL_ASSIGN(const aclDataType type, type_of(call));
    SOFTACL_ASSIGN(const int64_t bands, count_of(call, kBands));
    SOFTACL_ASSIGN(const int64_t length, count_of(call, kLength));
    call.outputs[0] = {type, {length < 0 ? -1 : length / 2 + 1, bands}};
    return {};
}

double mel_of(double hertz) { return 2595 * std::log10(1 + hertz / 700); }
double hertz_of(double mel) { return 700 * (std::pow(10, mel / 2595) - 1); }

/// The bins where bands begin, have their middle and end: of each the next one's begin.
std::vector<int64_t> edges(int64_t bands, int64_t length, double rate, double lower, double upper) {
    const double first = mel_of(lower);
    const double step = (mel_of(upper) - first) / static_cast<double>(bands + 2);
    std::vector<int64_t> bins;
    for (int64_t i = 0; i < bands + 2; ++i) {
        const double hertz = hertz_of(first + static_cast<double>(i) * step);
        bins.push_back(kernels::converted<int64_t>(std::floor(static_cast<double>(length + 1) * hertz / rate)));
    }
    return bins;
}

/// Calls set(bin, weight) for each bin of a band that is not 0.
template <class Set>
void for_band(int64_t begin, int64_t middle, int64_t end, int64_t bins, const Set& set) {
    if (begin == middle) {
        if (middle >= 0 && middle < bins) {
            set(middle, 1.0);
        }
    } else {
        for (int64_t i = std::max<int64_t>(begin, 0); i <= std::min(middle, bins - 1); ++i) {
            set(i, static_cast<double>(i - begin) / static_cast<double>(middle - begin));
        }
    }
    for (int64_t i = std::max<int64_t>(middle, 0); i < std::min(end, bins); ++i) {
        set(i, static_cast<double>(end - i) / static_cast<double>(end - middle));
    }
}

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const int64_t length, required_int(call, kLength));
    const int64_t bins = call.outputs[0].shape[0];
    const int64_t bands = call.outputs[0].shape[1];
    const RealPorts ports(call);
    const aclDataType rate_type = call.inputs[kRate]->dtype;
    kernels::KernelPtr kernel;
    visit_dtype(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            const int64_t rate = Indexes(b.inputs[kRate], rate_type)[0];
            const double lower = ports.input(b, kLower).at(0);
            const double upper = ports.input(b, kUpper).at(0);
            // Frequencies of a spectrogram, from which no bin is too far to be counted.
            constexpr double kHighest = 1e9;
            if (rate < 1 || !(lower >= 0) || !(upper >= lower) || upper > kHighest) {
                return fail(ACL_ERROR_INVALID_PARAM, "sample_rate is ", rate, ", the edges are ", lower, " and ", upper,
                            " hertz; expected a rate from 1 on and edges in order, from 0 to ", kHighest);
            }
            auto* const y = static_cast<T*>(b.outputs[0]);
            std::fill_n(y, bins * bands, T{});
            const auto at = edges(bands, length, static_cast<double>(rate), lower, upper);
            for (int64_t band = 0; band < bands; ++band) {
                const auto i = static_cast<size_t>(band);
                for_band(at[i], at[i + 1], at[i + 2], bins,
                         [&](int64_t bin, double weight) { y[bin * bands + band] = kernels::converted<T>(weight); });
            }
            return {};
        });
    });
    return kernel;
}

Imported import_mel(Importer& graph, const ForeignNode& node) {
    return one(graph.add("CpuMelWeightMatrix", node.inputs,
                         {{"output_datatype", node.attrs.get<int64_t>("output_datatype", 1)}}));
}

}  // namespace

OpDef declare_CpuMelWeightMatrix() {
    return OpDef("CpuMelWeightMatrix",
                 "The weights that make bands of the mel scale of a spectrogram's bins. "
                 "output_datatype is ONNX's number of a type.")
        .input("num_mel_bins", kIndexes)
        .input("dft_length", kIndexes)
        .input("sample_rate", kIndexes)
        .input("lower_edge_hertz", kFloats)
        .input("upper_edge_hertz", kFloats)
        .output("output", kNumbers)
        .attr("output_datatype", int64_t{1})
        .needs_value(kBands)
        .needs_value(kLength)
        .infer(infer)
        .kernel("reference", make)
        .onnx("MelWeightMatrix", import_mel);
}

}  // namespace softacl::ops
