// SPDX-License-Identifier: Apache-2.0
// acl_mdl.h: choosing one of the sets of shapes a model was converted for.
#include "acl/acl_mdl.h"
#include "api/entry.h"
#include "api/handles.h"
#include "exec/choose_gear.h"
#include "exec/registry.h"

using namespace softacl;
using namespace softacl::api;
using exec::Dataset;
using exec::Gears;
using exec::ModelInfo;

namespace {

// `values(info)` gives the values of the gear.
template <class Values>
Status choose(uint32_t model_id, const aclmdlDataset* dataset, size_t index, Gears::Kind kind, Values values) {
    SOFTACL_ASSIGN(const Pin<Dataset> inputs, pin<Dataset>(dataset, "dataset"));
    SOFTACL_ASSIGN(const auto model, exec::Registry::instance().find(model_id, ACL_ERROR_INVALID_MODEL_ID));
    const ModelInfo& info = *model->info();
    SOFTACL_ASSIGN(const std::vector<int64_t> wanted, values(info));
    return exec::choose_gear(info, *inputs, index, kind, wanted);
}

// What no gear can be stays so.
int64_t signed_of(uint64_t value) { return value > INT64_MAX ? -1 : static_cast<int64_t>(value); }

}  // namespace

aclError aclmdlSetDynamicBatchSize(uint32_t modelId, aclmdlDataset* dataset, size_t index, uint64_t batchSize) {
    return entry<row::aclmdlSetDynamicBatchSize>(modelId, dataset, index, batchSize)([&] {
        return choose(modelId, dataset, index, Gears::Kind::kBatch,
                      [&](const ModelInfo&) { return Result(std::vector<int64_t>{signed_of(batchSize)}); });
    });
}

aclError aclmdlSetDynamicHWSize(uint32_t modelId, aclmdlDataset* dataset, size_t index, uint64_t height,
                                uint64_t width) {
    return entry<row::aclmdlSetDynamicHWSize>(modelId, dataset, index, height, width)([&] {
        return choose(modelId, dataset, index, Gears::Kind::kSize, [&](const ModelInfo&) {
            return Result(std::vector<int64_t>{signed_of(height), signed_of(width)});
        });
    });
}

aclError aclmdlSetInputDynamicDims(uint32_t modelId, aclmdlDataset* dataset, size_t index, const aclmdlIODims* dims) {
    return entry<row::aclmdlSetInputDynamicDims>(modelId, dataset, index, dims)([&] {
        return choose(modelId, dataset, index, Gears::Kind::kDims,
                      [&](const ModelInfo& info) -> Result<std::vector<int64_t>> {
                          if (info.gears.kind != Gears::Kind::kDims) {
                              return std::vector<int64_t>();  // refused for its kind
                          }
                          if (dims->dimCount > ACL_MAX_DIM_CNT) {
                              return fail(ACL_ERROR_GE_SHAPE_INVALID, "dims has ", dims->dimCount,
                                          " dimensions; there is room for ", ACL_MAX_DIM_CNT);
                          }
                          return exec::gear_values(info, {dims->dims, dims->dims + dims->dimCount});
                      });
    });
}
