// SPDX-License-Identifier: Apache-2.0
#include "exec/model_desc.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iterator>

namespace softacl::exec {
namespace {

const char* name_of(Side side) { return side == Side::kInput ? "input" : "output"; }

const std::vector<TensorInfo>& tensors(const ModelInfo& info, Side side) {
    return side == Side::kInput ? info.inputs : info.outputs;
}

// "a", 16 hexadecimal digits that follow from the name, the tensor's index.
std::string replacement(const std::string& name, size_t index) {
    uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    for (const char c : name) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    char text[64];
    std::snprintf(text, sizeof text, "a%016llx_%zu", static_cast<unsigned long long>(hash), index);
    return text;
}

std::string short_name(const std::string& name, size_t index) {
    return name.size() < ACL_MAX_TENSOR_NAME_LEN ? name : replacement(name, index);
}

}  // namespace

void ModelDesc::describe(std::shared_ptr<const ModelInfo> info) {
    const std::lock_guard lock(mutex_);
    const auto known = std::find(infos_.begin(), infos_.end(), info);
    if (known != infos_.end()) {
        infos_.erase(known);
    }
    infos_.push_back(std::move(info));
}

Result<const ModelInfo*> ModelDesc::info() const {
    const std::lock_guard lock(mutex_);
    if (infos_.empty()) {
        return fail(ACL_ERROR_INVALID_PARAM, "modelDesc describes no model yet; call aclmdlGetDesc first");
    }
    return infos_.back().get();
}

const char* ModelDesc::keep(std::string text) const {
    const std::lock_guard lock(mutex_);
    return texts_.insert(std::move(text)).first->c_str();
}

Result<const TensorInfo*> tensor_at(const ModelInfo& info, Side side, size_t index) {
    const auto& all = tensors(info, side);
    if (index >= all.size()) {
        return fail(ACL_ERROR_INVALID_PARAM, "index is ", index, "; the model has ", all.size(), " ", name_of(side),
                    "s, counted from 0");
    }
    return &all[index];
}

Result<size_t> index_named(const ModelInfo& info, Side side, const std::string& name) {
    const auto& all = tensors(info, side);
    const auto found = std::find_if(all.begin(), all.end(), [&](const TensorInfo& t) { return t.name == name; });
    if (found != all.end()) {
        return static_cast<size_t>(found - all.begin());
    }
    std::string names;
    for (const TensorInfo& tensor : all) {
        names += (names.empty() ? "" : ", ") + tensor.name;
    }
    return fail(ACL_ERROR_INVALID_PARAM, "name is '", name, "', which is no ", name_of(side), " of the model; it has ",
                names.empty() ? "none" : names);
}

aclmdlIODims dims_of(const TensorInfo& tensor, size_t index) {
    aclmdlIODims dims{};
    const std::string name = short_name(tensor.name, index);
    std::memcpy(dims.name, name.c_str(), name.size() + 1);
    dims.dimCount = std::min(tensor.dims.size(), std::size(dims.dims));
    std::copy_n(tensor.dims.begin(), dims.dimCount, dims.dims);
    return dims;
}

aclmdlIODims picture_dims_of(const TensorInfo& input, size_t index) {
    TensorInfo seen = input;
    if (input.aipp && !input.aipp->dynamic && !aipp::takes_any_size(input.aipp->params)) {
        const aipp::Params& params = input.aipp->params;
        seen.dims = aipp::picture_shape(params.format, input.dims[0], params.source_height, params.source_width).dims();
    }
    return dims_of(seen, index);
}

aclmdlIODims memory_dims_of(const TensorInfo& input, size_t index) {
    TensorInfo stored = input;
    if (input.aipp && !input.aipp->dynamic && aipp::takes_any_size(input.aipp->params)) {
        const aipp::Format format = input.aipp->params.format;
        const Shape one = aipp::memory_shape(format, 1, input.dims[1] < 0 ? 2 : input.dims[1], 1);
        stored.dims[1] = input.dims[1] < 0 ? -1 : one[1];
        stored.dims[3] = one[3];
    }
    return dims_of(stored, index);
}

Result<aclmdlIODims> current_output_dims_of(const ModelInfo& info, size_t index) {
    SOFTACL_ASSIGN(const TensorInfo* tensor, tensor_at(info, Side::kOutput, index));
    const VariantPtr current = info.current->get();
    return dims_of(current ? current->outputs[index] : *tensor, index);
}

Result<const char*> real_name(const ModelInfo& info, const std::string& name) {
    for (const Side side : {Side::kInput, Side::kOutput}) {
        const auto& all = tensors(info, side);
        for (size_t i = 0; i < all.size(); ++i) {
            if (all[i].name == name || short_name(all[i].name, i) == name) {
                return all[i].name.c_str();
            }
        }
    }
    return fail(ACL_ERROR_INVALID_PARAM, "name is '", name, "', which names no input or output of the model");
}

namespace {

using Rows = std::vector<std::vector<int64_t>>;

const Rows& gears_of(const ModelInfo& info, Gears::Kind kind) {
    static const Rows& none = *new Rows;
    return info.gears.kind == kind ? info.gears.values : none;
}

}  // namespace

aclmdlBatch batch_gears(const ModelInfo& info) {
    aclmdlBatch batch{};
    const Rows& rows = gears_of(info, Gears::Kind::kBatch);
    batch.batchCount = std::min(rows.size(), std::size(batch.batch));
    for (size_t i = 0; i < batch.batchCount; ++i) {
        batch.batch[i] = static_cast<uint64_t>(rows[i].at(0));
    }
    return batch;
}

aclmdlHW size_gears(const ModelInfo& info) {
    aclmdlHW sizes{};
    const Rows& rows = gears_of(info, Gears::Kind::kSize);
    sizes.hwCount = std::min(rows.size(), std::size(sizes.hw));
    for (size_t i = 0; i < sizes.hwCount; ++i) {
        sizes.hw[i][0] = static_cast<uint64_t>(rows[i].at(0));
        sizes.hw[i][1] = static_cast<uint64_t>(rows[i].at(1));
    }
    return sizes;
}

std::vector<aclmdlIODims> dims_gears(const ModelInfo& info) {
    std::vector<aclmdlIODims> gears;
    if (info.gears.kind != Gears::Kind::kDims) {
        return gears;
    }
    for (const VariantPtr& variant : info.variants) {
        aclmdlIODims dims{};
        for (size_t i = 0; i < variant->inputs.size(); ++i) {
            if (i == info.gear_input) {
                continue;  // how the program tells the gear, no input of the network
            }
            for (const int64_t dim : variant->inputs[i].dims) {
                if (dims.dimCount < std::size(dims.dims)) {
                    dims.dims[dims.dimCount++] = dim;
                }
            }
        }
        gears.push_back(dims);
    }
    return gears;
}

std::string op_attribute(const ModelInfo& info, const std::string& op, const std::string& attribute) {
    std::string text;
    const auto found = info.fused_from.find(op);
    if (attribute == "_datadump_original_op_names" && found != info.fused_from.end()) {
        for (const std::string& name : found->second) {
            text += "[" + std::to_string(name.size()) + "]" + name;
        }
    }
    return text;
}

}  // namespace softacl::exec
