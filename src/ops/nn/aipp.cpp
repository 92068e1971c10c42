// SPDX-License-Identifier: Apache-2.0
// Pictures in the bytes of a camera or decoder become what a network reads.
#include <cstring>
#include <vector>

#include "acl/acl_base.h"
#include "aipp/dynamic.h"
#include "aipp/processor.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

const std::string& settings_of(const OpCall& call) { return call.attrs.at<std::string>("aipp_config_path"); }

bool is_dynamic(const OpCall& call) { return aipp::is_dynamic(settings_of(call)); }

Result<aipp::DynamicSetup> setup_of(const OpCall& call) {
    auto setup = aipp::dynamic_from_text(settings_of(call));
    return setup.ok() ? std::move(setup) : call.fail("aipp_config_path: ", setup.status().message());
}

Result<aipp::Params> params_of(const OpCall& call) {
    auto params = aipp::from_text(settings_of(call));
    if (!params.ok()) {
        return call.fail("aipp_config_path: ", params.status().message());
    }
    const Shape& images = call.inputs[0]->shape;
    const bool open = aipp::takes_any_size(*params);
    if (open && images.rank() == 4) {  // the size of pictures is that of the tensor
        aipp::set_source(*params, images[1], images[2]);
    }
    if (open && (images.rank() != 4 || images[1] < 0 || images[2] < 0)) {
        return params;
    }
    if (const auto complaints = aipp::check(*params); !complaints.empty()) {
        return call.fail("aipp_config_path: ", complaints.front().sentence);
    }
    return params;
}

// The shape of the input params tells how many pictures there may be.
Status check_block(const OpCall& call, int64_t count) {
    if (!call.has_input(1)) {
        return call.fail("the input params is missing; the parameters are set at run time");
    }
    const TensorType& params = *call.inputs[1];
    const int64_t bytes = params.shape.rank() == 1 ? params.shape[0] : -1;
    const auto pictures = bytes < 0 ? -1 : (bytes - static_cast<int64_t>(aipp::block_bytes(0))) / 96;
    if (pictures < 1 || static_cast<int64_t>(aipp::block_bytes(pictures)) != bytes || pictures < count) {
        return call.fail("the input params is ", params.text(), ", which is no block of parameters for ",
                         count < 0 ? 1 : count, " pictures or more");
    }
    return {};
}

Status infer_dynamic(OpCall& call, TensorType& made) {
    SOFTACL_ASSIGN(const aipp::DynamicSetup setup, setup_of(call));
    const TensorType& images = *call.inputs[0];
    const auto channels = call.attrs.at<int64_t>("channels");
    const size_t axis = made.format == ACL_FORMAT_NCHW ? 1 : 3;
    if (images.shape.rank() != 4 || images.shape[axis] != channels || channels < 1 || channels > 4 || channels == 2) {
        return call.fail("the input images has the shape ", images.shape, "; expected four dimensions in the order ",
                         name_of(made.format), " with ", channels, " channels, and 1, 3 or 4 of these");
    }
    const int64_t count = images.shape[0];
    if (count > 0 && !Shape{count, setup.max_source_bytes}.fits(1)) {
        return call.fail(count, " pictures of ", setup.max_source_bytes, " bytes are impossibly large");
    }
    SOFTACL_TRY(check_block(call, count));
    made.shape = images.shape;
    return {};
}

Status infer_static(OpCall& call, TensorType& made) {
    if (call.has_input(1)) {
        return call.fail("the input params is given, but aipp_config_path holds all parameters");
    }
    SOFTACL_ASSIGN(const aipp::Params params, params_of(call));
    const TensorType& images = *call.inputs[0];
    const int64_t count = images.shape.rank() == 4 ? images.shape[0] : -1;
    const auto written = aipp::from_text(settings_of(call));
    const bool open = written.ok() && aipp::takes_any_size(*written);
    const int64_t height = open && images.shape.rank() == 4 ? images.shape[1] : params.source_height;
    const int64_t width = open && images.shape.rank() == 4 ? images.shape[2] : params.source_width;
    const Shape wanted = open ? aipp::picture_shape(params.format, count, height, width)
                              : aipp::memory_shape(params.format, count, height, width);
    if (images.shape != wanted) {
        return call.fail("the input images has the shape ", images.shape, "; expected ", wanted);
    }
    const auto channels = call.attrs.at<int64_t>("channels");
    const aipp::Size size = open ? aipp::Size{width, height} : aipp::result_size(params);
    made.shape = made.format == ACL_FORMAT_NCHW ? Shape{count, channels, size.height, size.width}
                                                : Shape{count, size.height, size.width, channels};
    if (size.height < 0 || size.width < 0) {
        return {};  // a gear chooses
    }
    TensorType one = made;
    one.shape[0] = 1;
    if (const auto complaint = aipp::check_target(params, one)) {
        return call.fail(complaint->sentence);
    }
    return {};
}

Status infer(OpCall& call) {
    const auto& format = call.attrs.at<std::string>("data_format");
    const auto dtype = call.attrs.at<int64_t>("dst_type");
    if (format != "NCHW" && format != "NHWC") {
        return call.fail("data_format is ", format, "; expected NCHW or NHWC");
    }
    if (dtype != ACL_FLOAT && dtype != ACL_FLOAT16 && dtype != ACL_UINT8) {
        return call.fail("dst_type is ", dtype, "; expected float32, float16 or uint8");
    }
    TensorType made;
    made.dtype = static_cast<aclDataType>(dtype);
    made.format = format_named(format);
    SOFTACL_TRY(is_dynamic(call) ? infer_dynamic(call, made) : infer_static(call, made));
    call.outputs[0] = made;
    return {};
}

/// Parameters are read with each run; what they come to is kept for the next.
class DynamicKernel final : public kernels::Kernel {
   public:
    DynamicKernel(const TensorType& target, size_t block, const aipp::DynamicSetup& setup)
        : target_(target), setup_(setup), block_(block) {
        name = "reference";
        input_layouts.resize(2);
        output_layouts.resize(1);
        packs_input.resize(2);
        scratch_bytes = aipp::Processor::most_scratch_bytes(target);
    }

    Status run(const Buffers& buffers) override {
        const auto* block = static_cast<const char*>(buffers.inputs[1]);
        if (groups_.empty() || std::memcmp(block, block_.data(), block_.size()) != 0) {
            groups_.clear();
            std::memcpy(block_.data(), block, block_.size());
            SOFTACL_TRY(prepare());
        }
        const auto* pictures = static_cast<const uint8_t*>(buffers.inputs[0]);
        auto* made = static_cast<char*>(buffers.outputs[0]);
        for (const Group& group : groups_) {
            group.processor.run(pictures, made, buffers.scratch);
            pictures += group.source_bytes;
            made += group.made_bytes;
        }
        return {};
    }

   private:
    // Pictures in a row with the same parameters.
    struct Group {
        aipp::Processor processor;
        size_t source_bytes;
        size_t made_bytes;
    };

    Status prepare() {
        SOFTACL_ASSIGN(const aipp::PictureParams pictures, aipp::read_block(block_.data(), block_.size()));
        const auto count = static_cast<size_t>(target_.shape[0]);
        if (pictures.size() < count) {
            return fail(ACL_ERROR_GE_AIPP_BATCH_EMPTY, "the parameters of dynamic AIPP are for ", pictures.size(),
                        " pictures; the model takes ", count);
        }
        SOFTACL_TRY(aipp::check_pictures(pictures, count, setup_, target_));
        std::vector<Group> groups;
        for (size_t first = 0, end = 0; first < count; first = end) {
            for (end = first + 1; end < count && pictures[end] == pictures[first];) {
                ++end;
            }
            TensorType part = target_;
            part.shape[0] = static_cast<int64_t>(end - first);
            SOFTACL_ASSIGN(auto processor, aipp::Processor::make(pictures[first], part));
            const auto bytes = static_cast<size_t>(aipp::source_bytes(pictures[first])) * (end - first);
            groups.push_back({std::move(processor), bytes, part.bytes()});
        }
        groups_ = std::move(groups);
        return {};
    }

    const TensorType target_;
    const aipp::DynamicSetup setup_;
    std::vector<char> block_;
    std::vector<Group> groups_;  ///< for the block; empty: none yet
};

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    if (call.outputs[0].shape.elements() == 0) {
        return function_kernel(call, [](const kernels::Kernel::Buffers&) { return Status(); });
    }
    if (is_dynamic(call)) {
        SOFTACL_ASSIGN(const aipp::DynamicSetup setup, setup_of(call));
        return kernels::KernelPtr(std::make_unique<DynamicKernel>(call.outputs[0], call.inputs[1]->bytes(), setup));
    }
    SOFTACL_ASSIGN(const aipp::Params params, params_of(call));
    SOFTACL_ASSIGN(const auto processor, aipp::Processor::make(params, call.outputs[0]));
    const size_t scratch = processor.scratch_bytes();
    kernels::KernelPtr kernel = function_kernel(call, [processor](const kernels::Kernel::Buffers& buffers) -> Status {
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
               "converted, normalised, padded. aipp_config_path is the list of all parameters, or says that params "
               "brings "
               "them. Where pictures may have any size, and where params brings it, the shape of images is not that of "
               "its bytes: it is the pictures' as one sees them, or the network's.")
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
