// SPDX-License-Identifier: Apache-2.0
#include "exec/aipp_info.h"

#include <algorithm>
#include <iterator>

#include "exec/model_desc.h"

namespace softacl::exec {
namespace {

void copy_parameters(const aipp::Params& p, aclAippInfo& info) {
    info.inputFormat = static_cast<aclAippInputFormat>(p.format);
    info.srcImageSizeW = p.source_width;
    info.srcImageSizeH = p.source_height;
    info.cropSwitch = p.crop ? 1 : 0;
    info.loadStartPosW = p.crop_x;
    info.loadStartPosH = p.crop_y;
    info.cropSizeW = p.crop_width;
    info.cropSizeH = p.crop_height;
    info.resizeSwitch = p.resize ? 1 : 0;
    info.resizeOutputW = p.resize_width;
    info.resizeOutputH = p.resize_height;
    info.paddingSwitch = p.padding ? 1 : 0;
    info.leftPaddingSize = p.pad_left;
    info.rightPaddingSize = p.pad_right;
    info.topPaddingSize = p.pad_top;
    info.bottomPaddingSize = p.pad_bottom;
    info.cscSwitch = p.csc ? 1 : 0;
    info.rbuvSwapSwitch = p.rbuv_swap ? 1 : 0;
    info.axSwapSwitch = p.ax_swap ? 1 : 0;
}

void copy_colours(const aipp::Params& p, aclAippInfo& info) {
    int32_t* const matrix[] = {&info.matrixR0C0, &info.matrixR0C1, &info.matrixR0C2, &info.matrixR1C0, &info.matrixR1C1,
                               &info.matrixR1C2, &info.matrixR2C0, &info.matrixR2C1, &info.matrixR2C2};
    for (size_t i = 0; i < std::size(matrix); ++i) {
        *matrix[i] = p.matrix[i];
    }
    int32_t* const output_bias[] = {&info.outputBias0, &info.outputBias1, &info.outputBias2};
    int32_t* const input_bias[] = {&info.inputBias0, &info.inputBias1, &info.inputBias2};
    for (size_t i = 0; i < std::size(input_bias); ++i) {
        *output_bias[i] = p.output_bias[i];
        *input_bias[i] = p.input_bias[i];
    }
    int32_t* const mean[] = {&info.meanChn0, &info.meanChn1, &info.meanChn2, &info.meanChn3};
    float* const min[] = {&info.minChn0, &info.minChn1, &info.minChn2, &info.minChn3};
    float* const var_reci[] = {&info.varReciChn0, &info.varReciChn1, &info.varReciChn2, &info.varReciChn3};
    for (size_t i = 0; i < std::size(mean); ++i) {
        *mean[i] = p.mean[i];
        *min[i] = p.min[i];
        *var_reci[i] = p.var_reci[i];
    }
}

}  // namespace

Result<AippKind> aipp_kind(const ModelInfo& info, size_t index) {
    SOFTACL_ASSIGN(const TensorInfo* const input, tensor_at(info, Side::kInput, index));
    if (input->aipp && input->aipp->dynamic) {
        return AippKind{ACL_DATA_WITH_DYNAMIC_AIPP, input->aipp->params_input};
    }
    for (const TensorInfo& other : info.inputs) {
        if (other.aipp && other.aipp->dynamic && other.aipp->params_input == index) {
            return AippKind{ACL_DYNAMIC_AIPP_NODE};
        }
    }
    return AippKind{input->aipp ? ACL_DATA_WITH_STATIC_AIPP : ACL_DATA_WITHOUT_AIPP};
}

Result<aclAippInfo> aipp_info(const ModelInfo& info, size_t index) {
    SOFTACL_ASSIGN(const TensorInfo* const input, tensor_at(info, Side::kInput, index));
    if (!input->aipp) {
        return fail(ACL_ERROR_NOT_STATIC_AIPP, "index is ", index, ", the input '", input->name,
                    "', which the model was not given AIPP for");
    }
    aclAippInfo told{};
    if (!input->aipp->dynamic) {
        copy_parameters(input->aipp->params, told);
        copy_colours(input->aipp->params, told);
    }
    const TensorType& network = input->aipp->network;
    told.srcFormat = network.format;
    told.srcDatatype = network.dtype;
    told.srcDimNum = network.shape.rank();
    told.shapeCount = std::min(info.variants.size(), std::size(told.outDims));
    for (size_t i = 0; i < told.shapeCount; ++i) {
        const TensorType& shown = info.variants[i]->inputs[index].aipp->network;
        const aclmdlIODims dims = dims_of(tensor_info(shown, input->name), index);
        told.outDims[i] = {dims, shown.bytes(), dims, shown.bytes()};
    }
    return told;
}

}  // namespace softacl::exec
