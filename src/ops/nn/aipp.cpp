// SPDX-License-Identifier: Apache-2.0
// Pictures in the bytes of a camera or decoder become what a network reads.
#include "aipp/processor.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

Result<aipp::Params> params_of(const OpCall& call) {
    auto params = aipp::from_text(call.attrs.at<std::string>("aipp_config_path"));
    if (!params.ok()) {
        return call.fail("aipp_config_path: ", params.status().message());
    }
    if (const auto complaints = aipp::check(*params); !complaints.empty()) {
        return call.fail("aipp_config_path: ", complaints.front().sentence);
    }
    return params;
}

Status infer(OpCall& call) {
    if (call.has_input(1)) {
        return call.fail("the input params is given, but parameters set at run time are not supported yet");
    }
    SOFTACL_ASSIGN(const aipp::Params params, params_of(call));
    const TensorType& images = *call.inputs[0];
    const int64_t count = images.shape.rank() == 4 ? images.shape[0] : -1;
    const Shape wanted = aipp::memory_shape(params.format, count, params.source_height, params.source_width);
    if (images.shape != wanted) {
        return call.fail("the input images has the shape ", images.shape, "; expected ", wanted);
    }
    const auto& format = call.attrs.at<std::string>("data_format");
    const auto dtype = call.attrs.at<int64_t>("dst_type");
    const auto channels = call.attrs.at<int64_t>("channels");
    if (format != "NCHW" && format != "NHWC") {
        return call.fail("data_format is ", format, "; expected NCHW or NHWC");
    }
    if (dtype != ACL_FLOAT && dtype != ACL_FLOAT16 && dtype != ACL_UINT8) {
        return call.fail("dst_type is ", dtype, "; expected float32, float16 or uint8");
    }
    const aipp::Size size = aipp::result_size(params);
    TensorType& made = call.outputs[0];
    made.dtype = static_cast<aclDataType>(dtype);
    made.format = format_named(format);
    made.shape = format == "NCHW" ? Shape{count, channels, size.height, size.width}
                                  : Shape{count, size.height, size.width, channels};
    TensorType one = made;
    one.shape[0] = 1;
    if (const auto complaint = aipp::check_target(params, one)) {
        return call.fail(complaint->sentence);
    }
    return {};
}

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const aipp::Params params, params_of(call));
    kernels::KernelPtr kernel;
    if (call.outputs[0].shape.elements() == 0) {
        return function_kernel(call, [](const kernels::Kernel::Buffers&) { return Status(); });
    }
    SOFTACL_ASSIGN(const auto processor, aipp::Processor::make(params, call.outputs[0]));
    const size_t scratch = processor.scratch_bytes();
    kernel = function_kernel(call, [processor](const kernels::Kernel::Buffers& buffers) -> Status {
        processor.run(static_cast<const uint8_t*>(buffers.inputs[0]), buffers.outputs[0], buffers.scratch);
        return {};
    });
    kernel->scratch_bytes = scratch;
    return kernel;
}

}  // namespace

OpDef declare_Aipp() {
    return OpDef(
               "Aipp",
               "Pictures as bytes become the tensor that a network reads: channels swapped, cut out, resized, colours "
               "converted, normalised, padded. aipp_config_path is the list of all parameters.")
        .input("images", {ACL_UINT8})
        .optional_input("params", {ACL_UINT8})
        .output("features", {ACL_FLOAT, ACL_FLOAT16, ACL_UINT8})
        .required_attr("aipp_config_path", std::string())
        .required_attr("channels", int64_t{})
        .required_attr("data_format", std::string())
        .required_attr("dst_type", int64_t{})
        .infer(infer)
        .kernel("reference", make);
}

}  // namespace softacl::ops
