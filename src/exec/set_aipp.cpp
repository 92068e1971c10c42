// SPDX-License-Identifier: Apache-2.0
#include "exec/set_aipp.h"

#include "acl/acl_base.h"
#include "exec/special_input.h"

namespace softacl::exec {
namespace {

std::string title(const ModelInfo& info, size_t index) {
    return text("input ", index, " '", info.inputs[index].name, "'");
}

Status check_index(const ModelInfo& info, size_t index) {
    return index < info.inputs.size() ? Status()
                                      : fail(ACL_ERROR_INVALID_PARAM, "index is ", index, "; the model has ",
                                             info.inputs.size(), " inputs, counted from 0");
}

bool is_dynamic(const TensorInfo& input) { return input.aipp && input.aipp->dynamic; }

// The input whose pictures the parameters of input `index` are for.
Result<size_t> pictures_of(const ModelInfo& info, size_t index) {
    SOFTACL_TRY(check_index(info, index));
    for (size_t i = 0; i < info.inputs.size(); ++i) {
        if (is_dynamic(info.inputs[i]) && info.inputs[i].aipp->params_input == index) {
            return i;
        }
    }
    return fail(ACL_ERROR_GE_AIPP_NOT_EXIST, "index is ", index, ", the ", title(info, index),
                ", which is not for parameters of dynamic AIPP");
}

size_t room_for(const TensorInfo& params) {
    return (params.bytes - aipp::block_bytes(0)) / (aipp::block_bytes(1) - aipp::block_bytes(0));
}

// Sizes of pictures cannot follow a gear (manual 7.6.1): only the largest is possible, and only as it is.
Status check_plain(const aipp::PictureParams& pictures) {
    for (size_t i = 0; i < pictures.size(); ++i) {
        if (pictures[i].crop || pictures[i].resize || pictures[i].padding) {
            return fail(ACL_ERROR_GE_PARAM_INVALID, "picture ", i,
                        ": crop, resize and padding must be off in a model that chooses the size of its pictures "
                        "(dynamic_image_size)");
        }
    }
    return {};
}

Status at(const ModelInfo& info, size_t index, const Status& failure) {
    return failure.ok() ? failure : fail(failure.code(), title(info, index), ": ", failure.message());
}

}  // namespace

Result<size_t> aipp_input_of(const ModelInfo& info, size_t index) {
    SOFTACL_TRY(check_index(info, index));
    if (!is_dynamic(info.inputs[index])) {
        return fail(ACL_ERROR_GE_AIPP_NOT_EXIST, "index is ", index, ", the ", title(info, index),
                    ", which the model was not given dynamic AIPP for");
    }
    return info.inputs[index].aipp->params_input;
}

Status set_aipp(const ModelInfo& info, const Dataset& inputs, size_t index, const AippSet& set) {
    SOFTACL_ASSIGN(const size_t pictures_input, pictures_of(info, index));
    SOFTACL_ASSIGN(const aipp::PictureParams pictures, set.pictures(room_for(info.inputs[index])));
    if (info.gears.kind == Gears::Kind::kSize) {
        SOFTACL_TRY(check_plain(pictures));
    }
    const TensorInfo& largest =
        info.variants.empty() ? info.inputs[pictures_input]
                              : info.variants[info.gears.any() ? info.gears.largest() : 0]->inputs[pictures_input];
    SOFTACL_TRY(at(info, pictures_input,
                   aipp::check_pictures(pictures, pictures.size(), *largest.aipp->dynamic, largest.aipp->network)));
    std::vector<char> block(aipp::block_bytes(static_cast<int64_t>(pictures.size())));
    aipp::write_block(pictures, block.data());
    return write_special_input(info, inputs, index, block.data(), block.size());
}

Result<std::vector<AippBlock>> aipp_blocks(const ModelInfo& info, const Variant& variant, const Dataset& inputs) {
    std::vector<AippBlock> blocks;
    for (size_t i = 0; i < variant.inputs.size(); ++i) {
        if (!is_dynamic(variant.inputs[i])) {
            continue;
        }
        const AippInput& input = *variant.inputs[i].aipp;
        AippBlock& block = blocks.emplace_back();
        block.pictures_input = i;
        block.params_input = input.params_input;
        block.bytes.resize(variant.inputs[input.params_input].bytes);
        SOFTACL_TRY(read_special_input(info, inputs, block.params_input, block.bytes.data(), block.bytes.size()));
        const auto pictures = aipp::read_block(block.bytes.data(), block.bytes.size());
        SOFTACL_TRY(at(info, block.params_input, pictures.status()));
        const auto count = static_cast<size_t>(input.network.shape[0]);
        if (pictures->size() < count) {
            return at(info, block.params_input,
                      fail(ACL_ERROR_GE_AIPP_BATCH_EMPTY, "it has parameters for ", pictures->size(),
                           " pictures; the model takes ", count));
        }
        SOFTACL_TRY(at(info, i, aipp::check_pictures(*pictures, count, *input.dynamic, input.network)));
        block.picture_bytes = count * static_cast<size_t>(aipp::source_bytes(pictures->front()));
    }
    return blocks;
}

}  // namespace softacl::exec
