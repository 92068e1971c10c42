// SPDX-License-Identifier: Apache-2.0
#include "model.h"

#include <algorithm>
#include <cstring>

#include "failure.h"

namespace omrun {
namespace {

constexpr char kAippInput[] = "ascend_dynamic_aipp_data";

std::vector<int64_t> dims_of(const aclmdlIODims& dims) {
    return {dims.dims, dims.dims + std::min<size_t>(dims.dimCount, ACL_MAX_DIM_CNT)};
}

/// Names beyond what fits are replaced in the structure.
std::string full_name(aclmdlDesc* desc, const aclmdlIODims& dims) {
    const char* name = aclmdlGetTensorRealName(desc, dims.name);
    return name == nullptr ? dims.name : name;
}

}  // namespace

Model::Model(const std::string& path) {
    check(aclmdlLoadFromFile(path.c_str(), &id_), "aclmdlLoadFromFile");
    desc_ = aclmdlCreateDesc();
    check(aclmdlGetDesc(desc_, id_), "aclmdlGetDesc");
    for (size_t i = 0; i < aclmdlGetNumInputs(desc_); ++i) {
        aclmdlIODims dims{};
        check(aclmdlGetInputDims(desc_, i, &dims), "aclmdlGetInputDims");
        const std::string name = full_name(desc_, dims);
        if (name.compare(0, sizeof kAippInput - 1, kAippInput) == 0) {
            fail("The model takes the parameters of AIPP when it runs (input ", name, "), which omrun cannot give.");
        }
        if (name == ACL_DYNAMIC_TENSOR_NAME) {
            gear_ = i;
            continue;
        }
        places_.push_back(i);
        inputs_.push_back({name, aclmdlGetInputDataType(desc_, i), dims_of(dims), aclmdlGetInputSizeByIndex(desc_, i)});
    }
    for (size_t i = 0; i < aclmdlGetNumOutputs(desc_); ++i) {
        aclmdlIODims dims{};
        check(aclmdlGetOutputDims(desc_, i, &dims), "aclmdlGetOutputDims");
        outputs_.push_back({full_name(desc_, dims), aclmdlGetOutputDataType(desc_, i), dims_of(dims),
                            aclmdlGetOutputSizeByIndex(desc_, i)});
    }
}

Model::~Model() {
    for (auto* slots : {&input_slots_, &output_slots_}) {
        for (const Slot& slot : *slots) {
            free_foreign(slot);
            aclDestroyDataBuffer(slot.buffer);
        }
    }
    if (input_set_ != nullptr) {
        aclmdlDestroyDataset(input_set_);
    }
    if (output_set_ != nullptr) {
        aclmdlDestroyDataset(output_set_);
    }
    aclmdlUnload(id_);
    aclmdlDestroyDesc(desc_);
}

void Model::add_slot(aclmdlDataset* set, std::vector<Slot>& slots, std::optional<size_t> size) {
    Slot& slot = slots.emplace_back();
    if (size) {
        slot.block = Block(*size);
    }
    slot.buffer = aclCreateDataBuffer(slot.block.data(), slot.block.size());
    check(aclmdlAddDatasetBuffer(set, slot.buffer), "aclmdlAddDatasetBuffer");
}

void Model::make_buffers(const std::vector<size_t>& output_sizes) {
    input_set_ = aclmdlCreateDataset();
    output_set_ = aclmdlCreateDataset();
    for (size_t i = 0; i < aclmdlGetNumInputs(desc_); ++i) {
        add_slot(input_set_, input_slots_, aclmdlGetInputSizeByIndex(desc_, i));
    }
    if (!output_sizes.empty() && output_sizes.size() != outputs_.size()) {
        fail("--outputSize gives ", output_sizes.size(), " sizes; the model has ", outputs_.size(), " outputs.");
    }
    for (size_t i = 0; i < outputs_.size(); ++i) {
        const size_t size = output_sizes.empty() ? outputs_[i].bytes : output_sizes[i];
        add_slot(output_set_, output_slots_, size == 0 ? std::nullopt : std::optional<size_t>(size));
    }
}

void Model::free_foreign(const Slot& slot) {
    if (slot.block.data() == nullptr && aclGetDataBufferAddr(slot.buffer) != nullptr) {
        aclrtFree(aclGetDataBufferAddr(slot.buffer));
        aclUpdateDataBuffer(slot.buffer, nullptr, 0);
    }
}

void Model::set_shapes(const std::vector<std::vector<int64_t>>& shapes) {
    free_shapes_ = true;
    for (const Slot& slot : output_slots_) {
        free_foreign(slot);  // it may be too small now
    }
    for (size_t i = 0; i < inputs_.size(); ++i) {
        const size_t bytes =
            static_cast<size_t>(std::max<int64_t>(elements_of(shapes[i]), 0)) * aclDataTypeSize(inputs_[i].type);
        Slot& slot = input_slots_[places_[i]];
        if (slot.block.size() < bytes) {
            slot.block = Block(bytes);
        }
        check(aclUpdateDataBuffer(slot.buffer, slot.block.data(), bytes), "aclUpdateDataBuffer");
        aclTensorDesc* desc = aclCreateTensorDesc(inputs_[i].type, static_cast<int>(shapes[i].size()), shapes[i].data(),
                                                  aclmdlGetInputFormat(desc_, places_[i]));
        const aclError code = aclmdlSetDatasetTensorDesc(input_set_, desc, places_[i]);
        aclDestroyTensorDesc(desc);
        check(code, "aclmdlSetDatasetTensorDesc");
    }
}

void Model::write_input(size_t index, const Array& array) {
    const Block& block = input_slots_[places_[index]].block;
    copy_in(block.data(), block.size(), array.bytes.data(), array.bytes.size());
}

void Model::execute() { check(aclmdlExecute(id_, input_set_, output_set_), "aclmdlExecute"); }

std::vector<int64_t> Model::output_dims(size_t index) const {
    if (!free_shapes_) {
        aclmdlIODims dims{};
        check(aclmdlGetCurOutputDims(desc_, index, &dims), "aclmdlGetCurOutputDims");
        return dims_of(dims);
    }
    const aclTensorDesc* desc = aclmdlGetDatasetTensorDesc(output_set_, index);
    if (desc == nullptr) {
        fail("The model does not tell the shape of its output ", outputs_[index].name, ".");
    }
    std::vector<int64_t> dims(aclGetTensorDescNumDims(desc));
    for (size_t i = 0; i < dims.size(); ++i) {
        check(aclGetTensorDescDimV2(desc, i, &dims[i]), "aclGetTensorDescDimV2");
    }
    return dims;
}

Array Model::read_output(size_t index) {
    Array array{outputs_[index].type, output_dims(index), {}};
    const int64_t elements = elements_of(array.dims);
    aclDataBuffer* buffer = output_slots_[index].buffer;
    const size_t room = aclGetDataBufferSizeV2(buffer);
    const size_t bytes = static_cast<size_t>(std::max<int64_t>(elements, 0)) * aclDataTypeSize(array.type);
    if (elements < 0 || bytes > room) {
        fail("The output ", outputs_[index].name, " has the shape ", shown(array.type, array.dims), ", which ", room,
             " bytes of memory cannot hold.");
    }
    array.bytes.resize(bytes);
    copy_out(array.bytes.data(), aclGetDataBufferAddr(buffer), bytes);
    return array;
}

}  // namespace omrun
