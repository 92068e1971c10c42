// SPDX-License-Identifier: Apache-2.0
// acl_mdl.h: model descriptions.
#include "acl/acl_mdl.h"
#include "api/entry.h"
#include "api/handles.h"
#include "exec/aipp_info.h"
#include "exec/model_desc.h"
#include "exec/registry.h"
#include "runtime/objects.h"

using namespace softacl;
using namespace softacl::api;
using exec::ModelDesc;
using exec::ModelInfo;
using exec::Side;
using exec::TensorInfo;

namespace {

// Runs `work(info, description)` on the facts behind a description and gives its Result or Status.
template <class Work>
auto with_info(const aclmdlDesc* model_desc, Work work) -> std::invoke_result_t<Work, const ModelInfo&, ModelDesc&> {
    SOFTACL_ASSIGN(const Pin<ModelDesc> desc, pin<ModelDesc>(model_desc, "modelDesc"));
    SOFTACL_ASSIGN(const ModelInfo* const info, desc->info());
    return work(*info, *desc);
}

// One fact of one input or output.
template <class T, class Fact>
Result<T> of_tensor(const aclmdlDesc* model_desc, Side side, size_t index, Fact fact) {
    return with_info(model_desc, [&](const ModelInfo& info, ModelDesc&) -> Result<T> {
        SOFTACL_ASSIGN(const TensorInfo* const tensor, exec::tensor_at(info, side, index));
        return T(fact(*tensor));
    });
}

Result<size_t> bytes_of(const aclmdlDesc* model_desc, Side side, size_t index) {
    return of_tensor<size_t>(model_desc, side, index, [](const TensorInfo& tensor) { return tensor.bytes; });
}
Result<const char*> name_of(const aclmdlDesc* model_desc, Side side, size_t index) {
    return of_tensor<const char*>(model_desc, side, index,
                                  [](const TensorInfo& tensor) { return tensor.name.c_str(); });
}
Result<aclFormat> format_of(const aclmdlDesc* model_desc, Side side, size_t index) {
    return of_tensor<aclFormat>(model_desc, side, index, [](const TensorInfo& tensor) { return tensor.format; });
}
Result<aclDataType> dtype_of(const aclmdlDesc* model_desc, Side side, size_t index) {
    return of_tensor<aclDataType>(model_desc, side, index, [](const TensorInfo& tensor) { return tensor.dtype; });
}

using DimsOf = aclmdlIODims (*)(const TensorInfo&, size_t);

Status dims_of(const aclmdlDesc* model_desc, Side side, size_t index, aclmdlIODims* dims,
               DimsOf describe = exec::dims_of) {
    *dims = {};
    SOFTACL_ASSIGN(*dims, of_tensor<aclmdlIODims>(model_desc, side, index, [index, describe](const TensorInfo& tensor) {
        return describe(tensor, index);
    }));
    return {};
}

Status index_of(const aclmdlDesc* model_desc, Side side, const char* name, size_t* index) {
    *index = 0;
    return with_info(model_desc, [&](const ModelInfo& info, ModelDesc&) -> Status {
        SOFTACL_ASSIGN(*index, exec::index_named(info, side, name));
        return {};
    });
}

}  // namespace

aclmdlDesc* aclmdlCreateDesc(void) {
    return entry<row::aclmdlCreateDesc>().value<aclmdlDesc*>(
        nullptr, [] { return as_pointer<aclmdlDesc>(runtime::make_object(std::make_shared<ModelDesc>())); });
}

aclError aclmdlDestroyDesc(aclmdlDesc* modelDesc) {
    return entry<row::aclmdlDestroyDesc>(modelDesc)([&] { return destroy<ModelDesc>(modelDesc, "modelDesc"); });
}

aclError aclmdlGetDesc(aclmdlDesc* modelDesc, uint32_t modelId) {
    return entry<row::aclmdlGetDesc>(modelDesc, modelId)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<ModelDesc> desc, pin<ModelDesc>(modelDesc, "modelDesc"));
        SOFTACL_ASSIGN(const auto model, exec::Registry::instance().find(modelId, ACL_ERROR_INVALID_MODEL_ID));
        desc->describe(model->info());
        return {};
    });
}

size_t aclmdlGetNumInputs(aclmdlDesc* modelDesc) {
    return entry<row::aclmdlGetNumInputs>(modelDesc).value<size_t>(0, [&] {
        return with_info(modelDesc, [](const ModelInfo& info, ModelDesc&) { return Result(info.inputs.size()); });
    });
}

size_t aclmdlGetNumOutputs(aclmdlDesc* modelDesc) {
    return entry<row::aclmdlGetNumOutputs>(modelDesc).value<size_t>(0, [&] {
        return with_info(modelDesc, [](const ModelInfo& info, ModelDesc&) { return Result(info.outputs.size()); });
    });
}

size_t aclmdlGetInputSizeByIndex(aclmdlDesc* modelDesc, size_t index) {
    return entry<row::aclmdlGetInputSizeByIndex>(modelDesc, index).value<size_t>(0, [&] {
        return bytes_of(modelDesc, Side::kInput, index);
    });
}

size_t aclmdlGetOutputSizeByIndex(aclmdlDesc* modelDesc, size_t index) {
    return entry<row::aclmdlGetOutputSizeByIndex>(modelDesc, index).value<size_t>(0, [&] {
        return bytes_of(modelDesc, Side::kOutput, index);
    });
}

aclError aclmdlGetInputDims(const aclmdlDesc* modelDesc, size_t index, aclmdlIODims* dims) {
    return entry<row::aclmdlGetInputDims>(
        modelDesc, index, dims)([&] { return dims_of(modelDesc, Side::kInput, index, dims, exec::picture_dims_of); });
}

aclError aclmdlGetInputDimsV2(const aclmdlDesc* modelDesc, size_t index, aclmdlIODims* dims) {
    return entry<row::aclmdlGetInputDimsV2>(
        modelDesc, index, dims)([&] { return dims_of(modelDesc, Side::kInput, index, dims, exec::memory_dims_of); });
}

aclError aclmdlGetOutputDims(const aclmdlDesc* modelDesc, size_t index, aclmdlIODims* dims) {
    return entry<row::aclmdlGetOutputDims>(modelDesc, index,
                                           dims)([&] { return dims_of(modelDesc, Side::kOutput, index, dims); });
}

aclError aclmdlGetCurOutputDims(const aclmdlDesc* modelDesc, size_t index, aclmdlIODims* dims) {
    return entry<row::aclmdlGetCurOutputDims>(modelDesc, index, dims)([&] {
        *dims = {};
        return with_info(modelDesc, [&](const ModelInfo& info, ModelDesc&) -> Status {
            SOFTACL_ASSIGN(*dims, exec::current_output_dims_of(info, index));
            return {};
        });
    });
}

const char* aclmdlGetInputNameByIndex(const aclmdlDesc* modelDesc, size_t index) {
    return entry<row::aclmdlGetInputNameByIndex>(modelDesc, index).value<const char*>("", [&] {
        return name_of(modelDesc, Side::kInput, index);
    });
}

const char* aclmdlGetOutputNameByIndex(const aclmdlDesc* modelDesc, size_t index) {
    return entry<row::aclmdlGetOutputNameByIndex>(modelDesc, index).value<const char*>("", [&] {
        return name_of(modelDesc, Side::kOutput, index);
    });
}

aclFormat aclmdlGetInputFormat(const aclmdlDesc* modelDesc, size_t index) {
    return entry<row::aclmdlGetInputFormat>(modelDesc, index).value(ACL_FORMAT_UNDEFINED, [&] {
        return format_of(modelDesc, Side::kInput, index);
    });
}

aclFormat aclmdlGetOutputFormat(const aclmdlDesc* modelDesc, size_t index) {
    return entry<row::aclmdlGetOutputFormat>(modelDesc, index).value(ACL_FORMAT_UNDEFINED, [&] {
        return format_of(modelDesc, Side::kOutput, index);
    });
}

aclDataType aclmdlGetInputDataType(const aclmdlDesc* modelDesc, size_t index) {
    return entry<row::aclmdlGetInputDataType>(modelDesc, index).value(ACL_DT_UNDEFINED, [&] {
        return dtype_of(modelDesc, Side::kInput, index);
    });
}

aclDataType aclmdlGetOutputDataType(const aclmdlDesc* modelDesc, size_t index) {
    return entry<row::aclmdlGetOutputDataType>(modelDesc, index).value(ACL_DT_UNDEFINED, [&] {
        return dtype_of(modelDesc, Side::kOutput, index);
    });
}

aclError aclmdlGetInputIndexByName(const aclmdlDesc* modelDesc, const char* name, size_t* index) {
    return entry<row::aclmdlGetInputIndexByName>(modelDesc, name,
                                                 index)([&] { return index_of(modelDesc, Side::kInput, name, index); });
}

aclError aclmdlGetOutputIndexByName(const aclmdlDesc* modelDesc, const char* name, size_t* index) {
    return entry<row::aclmdlGetOutputIndexByName>(
        modelDesc, name, index)([&] { return index_of(modelDesc, Side::kOutput, name, index); });
}

const char* aclmdlGetTensorRealName(const aclmdlDesc* modelDesc, const char* name) {
    return entry<row::aclmdlGetTensorRealName>(modelDesc, name).value<const char*>(nullptr, [&] {
        return with_info(modelDesc, [&](const ModelInfo& info, ModelDesc&) { return exec::real_name(info, name); });
    });
}

aclError aclmdlGetDynamicBatch(const aclmdlDesc* modelDesc, aclmdlBatch* batch) {
    return entry<row::aclmdlGetDynamicBatch>(modelDesc, batch)([&] {
        *batch = {};
        return with_info(modelDesc, [&](const ModelInfo& info, ModelDesc&) {
            *batch = exec::batch_gears(info);
            return Status();
        });
    });
}

aclError aclmdlGetDynamicHW(const aclmdlDesc* modelDesc, size_t index, aclmdlHW* hw) {
    return entry<row::aclmdlGetDynamicHW>(modelDesc, index, hw)([&] {
        *hw = {};
        return with_info(modelDesc, [&](const ModelInfo& info, ModelDesc&) {
            *hw = exec::size_gears(info);
            return Status();
        });
    });
}

aclError aclmdlGetFirstAippInfo(uint32_t modelId, size_t index, aclAippInfo* aippInfo) {
    return entry<row::aclmdlGetFirstAippInfo>(modelId, index, aippInfo)([&]() -> Status {
        *aippInfo = {};
        SOFTACL_ASSIGN(const auto model, exec::Registry::instance().find(modelId, ACL_ERROR_GE_EXEC_MODEL_ID_INVALID));
        SOFTACL_ASSIGN(*aippInfo, exec::aipp_info(*model->info(), index));
        return {};
    });
}

aclError aclmdlGetInputDynamicGearCount(const aclmdlDesc* modelDesc, size_t index, size_t* gearCount) {
    return entry<row::aclmdlGetInputDynamicGearCount>(modelDesc, index, gearCount)([&] {
        *gearCount = 0;
        return with_info(modelDesc, [&](const ModelInfo& info, ModelDesc&) {
            *gearCount = exec::dims_gears(info).size();
            return Status();
        });
    });
}

aclError aclmdlGetInputDynamicDims(const aclmdlDesc* modelDesc, size_t index, aclmdlIODims* dims, size_t gearCount) {
    return entry<row::aclmdlGetInputDynamicDims>(modelDesc, index, dims, gearCount)([&] {
        return with_info(modelDesc, [&](const ModelInfo& info, ModelDesc&) {
            const std::vector<aclmdlIODims> gears = exec::dims_gears(info);
            if (gearCount != gears.size()) {
                return fail(gears.empty() ? ACL_ERROR_MODEL_NOT_DYNAMIC : ACL_ERROR_INVALID_PARAM, "gearCount is ",
                            gearCount, "; the model has ", gears.size(), " gears of dynamic dimensions");
            }
            std::copy(gears.begin(), gears.end(), dims);
            return Status();
        });
    });
}

const char* aclmdlGetOpAttr(aclmdlDesc* modelDesc, const char* opName, const char* attr) {
    return entry<row::aclmdlGetOpAttr>(modelDesc, opName, attr).value<const char*>(nullptr, [&] {
        return with_info(modelDesc, [&](const ModelInfo& info, ModelDesc& desc) {
            return Result(desc.keep(exec::op_attribute(info, opName, attr)));
        });
    });
}
