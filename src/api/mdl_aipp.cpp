// SPDX-License-Identifier: Apache-2.0
// acl_mdl.h: parameters of AIPP that a program sets before it runs a model.
#include "acl/acl_mdl.h"
#include "api/entry.h"
#include "api/handles.h"
#include "exec/registry.h"
#include "exec/set_aipp.h"
#include "runtime/objects.h"

using namespace softacl;
using namespace softacl::api;
using exec::AippSet;
using exec::Dataset;

namespace {

// Calls change(set).
template <class Change>
Status change(aclmdlAIPP* handle, Change change) {
    SOFTACL_ASSIGN(const Pin<AippSet> set, pin<AippSet>(handle, "aippParmsSet"));
    return change(*set);
}

// `input_of(info)` tells the input that brings the parameters.
template <class InputOf>
Status give_to_model(uint32_t model_id, const aclmdlDataset* dataset, const aclmdlAIPP* handle, InputOf input_of) {
    SOFTACL_ASSIGN(const Pin<Dataset> inputs, pin<Dataset>(dataset, "dataset"));
    SOFTACL_ASSIGN(const Pin<AippSet> set, pin<AippSet>(handle, "aippParmsSet"));
    SOFTACL_ASSIGN(const auto model, exec::Registry::instance().find(model_id, ACL_ERROR_INVALID_MODEL_ID));
    const exec::ModelInfo& info = *model->info();
    SOFTACL_ASSIGN(const size_t index, input_of(info));
    return exec::set_aipp(info, *inputs, index, *set);
}

}  // namespace

aclmdlAIPP* aclmdlCreateAIPP(uint64_t batchSize) {
    return entry<row::aclmdlCreateAIPP>(batchSize).value<aclmdlAIPP*>(nullptr, [&]() -> Result<aclmdlAIPP*> {
        if (batchSize == 0) {
            return fail(ACL_ERROR_GE_AIPP_BATCH_EMPTY, "batchSize is 0; expected the number of pictures");
        }
        if (batchSize > AippSet::kMostPictures) {
            return fail(ACL_ERROR_INVALID_PARAM, "batchSize is ", batchSize, "; expected at most ",
                        AippSet::kMostPictures);
        }
        return as_pointer<aclmdlAIPP>(runtime::make_object(std::make_shared<AippSet>(batchSize)));
    });
}

aclError aclmdlDestroyAIPP(const aclmdlAIPP* aippParmsSet) {
    return entry<row::aclmdlDestroyAIPP>(aippParmsSet)([&] { return destroy<AippSet>(aippParmsSet, "aippParmsSet"); });
}

aclError aclmdlSetAIPPInputFormat(aclmdlAIPP* aippParmsSet, aclAippInputFormat inputFormat) {
    return entry<row::aclmdlSetAIPPInputFormat>(aippParmsSet, inputFormat)([&] {
        return change(aippParmsSet, [&](AippSet& set) {
            set.set_format(static_cast<aipp::Format>(inputFormat));
            return Status();
        });
    });
}

aclError aclmdlSetAIPPCscParams(aclmdlAIPP* aippParmsSet, int8_t cscSwitch, int16_t cscMatrixR0C0,
                                int16_t cscMatrixR0C1, int16_t cscMatrixR0C2, int16_t cscMatrixR1C0,
                                int16_t cscMatrixR1C1, int16_t cscMatrixR1C2, int16_t cscMatrixR2C0,
                                int16_t cscMatrixR2C1, int16_t cscMatrixR2C2, uint8_t cscOutputBiasR0,
                                uint8_t cscOutputBiasR1, uint8_t cscOutputBiasR2, uint8_t cscInputBiasR0,
                                uint8_t cscInputBiasR1, uint8_t cscInputBiasR2) {
    return entry<row::aclmdlSetAIPPCscParams>(aippParmsSet, cscSwitch, cscMatrixR0C0, cscMatrixR0C1, cscMatrixR0C2,
                                              cscMatrixR1C0, cscMatrixR1C1, cscMatrixR1C2, cscMatrixR2C0, cscMatrixR2C1,
                                              cscMatrixR2C2, cscOutputBiasR0, cscOutputBiasR1, cscOutputBiasR2,
                                              cscInputBiasR0, cscInputBiasR1, cscInputBiasR2)([&] {
        return change(aippParmsSet, [&](AippSet& set) {
            return set.set_csc(cscSwitch != 0,
                               {cscMatrixR0C0, cscMatrixR0C1, cscMatrixR0C2, cscMatrixR1C0, cscMatrixR1C1,
                                cscMatrixR1C2, cscMatrixR2C0, cscMatrixR2C1, cscMatrixR2C2},
                               {cscOutputBiasR0, cscOutputBiasR1, cscOutputBiasR2},
                               {cscInputBiasR0, cscInputBiasR1, cscInputBiasR2});
        });
    });
}

aclError aclmdlSetAIPPRbuvSwapSwitch(aclmdlAIPP* aippParmsSet, int8_t rbuvSwapSwitch) {
    return entry<row::aclmdlSetAIPPRbuvSwapSwitch>(aippParmsSet, rbuvSwapSwitch)([&] {
        return change(aippParmsSet, [&](AippSet& set) {
            set.set_rbuv_swap(rbuvSwapSwitch != 0);
            return Status();
        });
    });
}

aclError aclmdlSetAIPPAxSwapSwitch(aclmdlAIPP* aippParmsSet, int8_t axSwapSwitch) {
    return entry<row::aclmdlSetAIPPAxSwapSwitch>(aippParmsSet, axSwapSwitch)([&] {
        return change(aippParmsSet, [&](AippSet& set) {
            set.set_ax_swap(axSwapSwitch != 0);
            return Status();
        });
    });
}

aclError aclmdlSetAIPPSrcImageSize(aclmdlAIPP* aippParmsSet, int32_t srcImageSizeW, int32_t srcImageSizeH) {
    return entry<row::aclmdlSetAIPPSrcImageSize>(aippParmsSet, srcImageSizeW, srcImageSizeH)([&] {
        return change(aippParmsSet, [&](AippSet& set) { return set.set_source(srcImageSizeW, srcImageSizeH); });
    });
}

aclError aclmdlSetAIPPCropParams(aclmdlAIPP* aippParmsSet, int8_t cropSwitch, int32_t cropStartPosW,
                                 int32_t cropStartPosH, int32_t cropSizeW, int32_t cropSizeH, uint64_t batchIndex) {
    return entry<row::aclmdlSetAIPPCropParams>(aippParmsSet, cropSwitch, cropStartPosW, cropStartPosH, cropSizeW,
                                               cropSizeH, batchIndex)([&] {
        return change(aippParmsSet, [&](AippSet& set) {
            return set.set_crop(batchIndex, cropSwitch != 0, {cropStartPosW, cropStartPosH, cropSizeW, cropSizeH});
        });
    });
}

aclError aclmdlSetAIPPScfParams(aclmdlAIPP* aippParmsSet, int8_t scfSwitch, int32_t scfInputSizeW,
                                int32_t scfInputSizeH, int32_t scfOutputSizeW, int32_t scfOutputSizeH,
                                uint64_t batchIndex) {
    return entry<row::aclmdlSetAIPPScfParams>(aippParmsSet, scfSwitch, scfInputSizeW, scfInputSizeH, scfOutputSizeW,
                                              scfOutputSizeH, batchIndex)([&] {
        return change(aippParmsSet, [&](AippSet& set) {
            return set.set_resize(batchIndex, scfSwitch != 0,
                                  {scfInputSizeW, scfInputSizeH, scfOutputSizeW, scfOutputSizeH});
        });
    });
}

aclError aclmdlSetAIPPPaddingParams(aclmdlAIPP* aippParmsSet, int8_t paddingSwitch, int32_t paddingSizeTop,
                                    int32_t paddingSizeBottom, int32_t paddingSizeLeft, int32_t paddingSizeRight,
                                    uint64_t batchIndex) {
    return entry<row::aclmdlSetAIPPPaddingParams>(aippParmsSet, paddingSwitch, paddingSizeTop, paddingSizeBottom,
                                                  paddingSizeLeft, paddingSizeRight, batchIndex)([&] {
        return change(aippParmsSet, [&](AippSet& set) {
            return set.set_padding(batchIndex, paddingSwitch != 0,
                                   {paddingSizeTop, paddingSizeBottom, paddingSizeLeft, paddingSizeRight});
        });
    });
}

aclError aclmdlSetAIPPDtcPixelMean(aclmdlAIPP* aippParmsSet, int16_t dtcPixelMeanChn0, int16_t dtcPixelMeanChn1,
                                   int16_t dtcPixelMeanChn2, int16_t dtcPixelMeanChn3, uint64_t batchIndex) {
    return entry<row::aclmdlSetAIPPDtcPixelMean>(aippParmsSet, dtcPixelMeanChn0, dtcPixelMeanChn1, dtcPixelMeanChn2,
                                                 dtcPixelMeanChn3, batchIndex)([&] {
        return change(aippParmsSet, [&](AippSet& set) {
            return set.set_mean(batchIndex, {dtcPixelMeanChn0, dtcPixelMeanChn1, dtcPixelMeanChn2, dtcPixelMeanChn3});
        });
    });
}

aclError aclmdlSetAIPPDtcPixelMin(aclmdlAIPP* aippParmsSet, float dtcPixelMinChn0, float dtcPixelMinChn1,
                                  float dtcPixelMinChn2, float dtcPixelMinChn3, uint64_t batchIndex) {
    return entry<row::aclmdlSetAIPPDtcPixelMin>(aippParmsSet, dtcPixelMinChn0, dtcPixelMinChn1, dtcPixelMinChn2,
                                                dtcPixelMinChn3, batchIndex)([&] {
        return change(aippParmsSet, [&](AippSet& set) {
            return set.set_min(batchIndex, {dtcPixelMinChn0, dtcPixelMinChn1, dtcPixelMinChn2, dtcPixelMinChn3});
        });
    });
}

aclError aclmdlSetAIPPPixelVarReci(aclmdlAIPP* aippParmsSet, float dtcPixelVarReciChn0, float dtcPixelVarReciChn1,
                                   float dtcPixelVarReciChn2, float dtcPixelVarReciChn3, uint64_t batchIndex) {
    return entry<row::aclmdlSetAIPPPixelVarReci>(aippParmsSet, dtcPixelVarReciChn0, dtcPixelVarReciChn1,
                                                 dtcPixelVarReciChn2, dtcPixelVarReciChn3, batchIndex)([&] {
        return change(aippParmsSet, [&](AippSet& set) {
            return set.set_var_reci(
                batchIndex, {dtcPixelVarReciChn0, dtcPixelVarReciChn1, dtcPixelVarReciChn2, dtcPixelVarReciChn3});
        });
    });
}

aclError aclmdlSetInputAIPP(uint32_t modelId, aclmdlDataset* dataset, size_t index, const aclmdlAIPP* aippParmsSet) {
    return entry<row::aclmdlSetInputAIPP>(modelId, dataset, index, aippParmsSet)([&] {
        return give_to_model(modelId, dataset, aippParmsSet, [&](const exec::ModelInfo&) { return Result(index); });
    });
}

aclError aclmdlSetAIPPByInputIndex(uint32_t modelId, aclmdlDataset* dataset, size_t index,
                                   const aclmdlAIPP* aippParmsSet) {
    return entry<row::aclmdlSetAIPPByInputIndex>(modelId, dataset, index, aippParmsSet)([&] {
        return give_to_model(modelId, dataset, aippParmsSet,
                             [&](const exec::ModelInfo& info) { return exec::aipp_input_of(info, index); });
    });
}
