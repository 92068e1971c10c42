// SPDX-License-Identifier: Apache-2.0
#include "exec/choose_gear.h"

#include <algorithm>

#include "acl/acl_base.h"
#include "exec/special_input.h"

namespace softacl::exec {
namespace {

std::string listed(const std::vector<int64_t>& values) { return Shape(values).text(); }

std::string listed(const Gears& gears) {
    constexpr size_t kMost = 16;
    std::string all;
    for (size_t i = 0; i < gears.values.size() && i < kMost; ++i) {
        all += (i == 0 ? "" : " ") + listed(gears.values[i]);
    }
    return gears.values.size() > kMost ? all + " ..." : all;
}

// What the program sets the kinds with.
const char* setter_of(Gears::Kind kind) {
    switch (kind) {
        case Gears::Kind::kBatch: return "aclmdlSetDynamicBatchSize";
        case Gears::Kind::kSize: return "aclmdlSetDynamicHWSize";
        default: return "aclmdlSetInputDynamicDims";
    }
}

int code_of(Gears::Kind kind) {
    return kind == Gears::Kind::kBatch ? ACL_ERROR_GE_DYNAMIC_BATCH_SIZE_INVALID : ACL_ERROR_GE_SHAPE_INVALID;
}

}  // namespace

Status choose_gear(const ModelInfo& info, const Dataset& inputs, size_t index, Gears::Kind kind,
                   const std::vector<int64_t>& values) {
    const Gears& gears = info.gears;
    if (!gears.any()) {
        return fail(ACL_ERROR_MODEL_NOT_DYNAMIC, "the model '", info.name,
                    "' was converted for one set of shapes; there is nothing to choose");
    }
    if (gears.kind != kind) {
        return fail(code_of(kind), "the gears of the model '", info.name, "' are chosen with ", setter_of(gears.kind));
    }
    if (index != info.gear_input) {
        return fail(ACL_ERROR_GE_DYNAMIC_INPUT_ADDR_INVALID, "index is ", index, "; the gear is chosen with input ",
                    info.gear_input, " '", model::kGearInput, "'");
    }
    const auto gear = gears.find(values);
    if (!gear) {
        return fail(code_of(kind), "the model '", info.name, "' has no gear ", listed(values), "; its gears are ",
                    listed(gears));
    }
    SOFTACL_TRY(write_special_input(info, inputs, index, values.data(), values.size() * sizeof values[0]));
    info.current->set(info.variants[*gear]);
    return {};
}

Result<std::vector<int64_t>> gear_values(const ModelInfo& info, const std::vector<int64_t>& dims) {
    std::vector<int64_t> values(info.gears.slots.size());
    std::vector<std::vector<std::optional<size_t>>> value_at;  // by input and axis
    size_t count = 0;
    for (size_t i = 0; i < info.inputs.size(); ++i) {
        value_at.emplace_back(info.inputs[i].dims.size());
        count += i == info.gear_input ? 0 : info.inputs[i].dims.size();
    }
    if (dims.size() != count) {
        return fail(ACL_ERROR_GE_SHAPE_INVALID, "dims has ", dims.size(), " dimensions; all inputs together have ",
                    count);
    }
    for (size_t value = 0; value < info.gears.slots.size(); ++value) {
        for (const Gears::Slot& slot : info.gears.slots[value]) {
            value_at[slot.input][slot.axis] = value;
        }
    }
    size_t at = 0;
    for (size_t i = 0; i < info.inputs.size(); ++i) {
        if (i == info.gear_input) {
            continue;
        }
        for (size_t axis = 0; axis < value_at[i].size(); ++axis, ++at) {
            if (value_at[i][axis]) {
                values[*value_at[i][axis]] = dims[at];
            } else if (dims[at] != info.inputs[i].dims[axis]) {
                return fail(ACL_ERROR_GE_SHAPE_INVALID, "dims[", at, "] is ", dims[at], "; dimension ", axis,
                            " of input '", info.inputs[i].name, "' is ", info.inputs[i].dims[axis]);
            }
        }
    }
    return values;
}

Result<size_t> chosen_gear(const ModelInfo& info, const Dataset& inputs) {
    if (!info.gears.any()) {
        return size_t{0};
    }
    std::vector<int64_t> values(info.gears.slots.size());
    SOFTACL_TRY(read_special_input(info, inputs, info.gear_input, values.data(), values.size() * sizeof values[0]));
    if (info.current->get() == nullptr) {
        return info.gears.largest();  // whatever the memory held before
    }
    if (const auto gear = info.gears.find(values)) {
        return *gear;
    }
    const bool is_zero = std::all_of(values.begin(), values.end(), [](int64_t value) { return value == 0; });
    if (is_zero) {
        return info.gears.largest();
    }
    return fail(code_of(info.gears.kind), "input ", info.gear_input, " '", model::kGearInput, "' holds ",
                listed(values), ", no gear of the model '", info.name, "'; choose one with ",
                setter_of(info.gears.kind), ": ", listed(info.gears));
}

}  // namespace softacl::exec
