// SPDX-License-Identifier: Apache-2.0
#include "model/gears.h"

#include <algorithm>
#include <array>

#include "acl/acl_base.h"

namespace softacl::model {
namespace {

constexpr char kKindAttr[] = "acl_cpu.gear_kind";
constexpr char kValuesAttr[] = "acl_cpu.gears";
constexpr char kSlotsAttr[] = "acl_cpu.gear_slots";

constexpr std::array<std::pair<const char*, Gears::Kind>, 3> kKinds = {
    {{"batch", Gears::Kind::kBatch}, {"hw", Gears::Kind::kSize}, {"dims", Gears::Kind::kDims}}};

template <class T>
T attr_of(const OmModel& model, const char* name) {
    const auto found = model.attrs.find(name);
    const T* value = found == model.attrs.end() ? nullptr : std::get_if<T>(&found->second);
    return value == nullptr ? T{} : *value;
}

double product(const std::vector<int64_t>& values) {
    double result = 1;
    for (const int64_t value : values) {
        result *= static_cast<double>(value);
    }
    return result;
}

template <class... Parts>
Status senseless(const OmModel& model, const Parts&... parts) {
    return fail(ACL_ERROR_PARSE_MODEL, "the gears of model '", model.graph.name, "' make no sense: ", parts...);
}

// The program names the gear in an input of its own.
Status check_input(const OmModel& model, const Gears& gears) {
    const TensorType wanted{ACL_INT64, Shape{static_cast<int64_t>(gears.slots.size())}, ACL_FORMAT_ND};
    for (const graph::ValueId id : model.graph.inputs) {
        const graph::Value& input = model.graph.value(id);
        if (input.name == kGearInput) {
            return input.type.dtype == wanted.dtype && input.type.shape == wanted.shape
                       ? Status()
                       : senseless(model, "the input '", kGearInput, "' is ", input.type.text(), " instead of ",
                                   wanted.text());
        }
    }
    return senseless(model, "there is no input '", kGearInput, "'");
}

// Every open dimension of an input belongs to one value.
Status check_slots(const OmModel& model, const Gears& gears) {
    const graph::Graph& graph = model.graph;
    std::vector<Shape> open;
    for (const graph::ValueId id : graph.inputs) {
        open.push_back(graph.value(id).type.shape);
    }
    for (const auto& slots : gears.slots) {
        for (const Gears::Slot& slot : slots) {
            if (slot.input >= open.size() || slot.axis >= open[slot.input].rank() ||
                open[slot.input][slot.axis] != -1) {
                return senseless(model, "there is no open dimension ", slot.axis, " of input ", slot.input);
            }
            open[slot.input][slot.axis] = 1;
        }
    }
    for (size_t i = 0; i < open.size(); ++i) {
        if (!open[i].is_known()) {
            return senseless(model, "they leave a dimension of input ", i, " open: ", open[i]);
        }
    }
    return {};
}

}  // namespace

size_t Gears::largest() const {
    const auto at = std::max_element(values.begin(), values.end(),
                                     [](const auto& a, const auto& b) { return product(a) < product(b); });
    return static_cast<size_t>(at - values.begin());
}

std::optional<size_t> Gears::find(const std::vector<int64_t>& wanted) const {
    const auto at = std::find(values.begin(), values.end(), wanted);
    return at == values.end() ? std::nullopt : std::optional(static_cast<size_t>(at - values.begin()));
}

std::vector<Shape> Gears::shapes(std::vector<Shape> open, size_t gear) const {
    for (size_t i = 0; i < slots.size(); ++i) {
        for (const Slot& slot : slots[i]) {
            open[slot.input][slot.axis] = values[gear][i];
        }
    }
    return open;
}

void record_gears(const Gears& gears, OmModel& model) {
    if (!gears.any()) {
        return;
    }
    for (const auto& [word, kind] : kKinds) {
        if (kind == gears.kind) {
            model.attrs[kKindAttr] = std::string(word);
        }
    }
    ops::IntLists rows;
    for (const auto& slots : gears.slots) {
        ops::Ints& row = rows.emplace_back();
        for (const Gears::Slot& slot : slots) {
            row.push_back(static_cast<int64_t>(slot.input));
            row.push_back(static_cast<int64_t>(slot.axis));
        }
    }
    model.attrs[kValuesAttr] = gears.values;
    model.attrs[kSlotsAttr] = std::move(rows);
}

Result<Gears> gears_of(const OmModel& model) {
    Gears gears;
    if (model.attrs.count(kKindAttr) == 0) {
        return gears;
    }
    const auto word = attr_of<std::string>(model, kKindAttr);
    for (const auto& [known, kind] : kKinds) {
        gears.kind = word == known ? kind : gears.kind;
    }
    gears.values = attr_of<ops::IntLists>(model, kValuesAttr);
    const auto rows = attr_of<ops::IntLists>(model, kSlotsAttr);
    if (!gears.any() || gears.values.empty() || gears.values.size() > kMostGears || rows.empty()) {
        return senseless(model, "kind '", word, "', ", gears.values.size(), " gears of ", rows.size(), " values");
    }
    for (const ops::Ints& row : rows) {
        auto& slots = gears.slots.emplace_back();
        for (size_t i = 0; i + 1 < row.size(); i += 2) {
            slots.push_back({static_cast<size_t>(row[i]), static_cast<size_t>(row[i + 1])});
        }
    }
    for (const auto& values : gears.values) {
        if (values.size() != rows.size() ||
            std::any_of(values.begin(), values.end(), [](int64_t value) { return value < 1; })) {
            return senseless(model, "a gear has ", values.size(), " values, or one below 1; expected ", rows.size());
        }
    }
    SOFTACL_TRY(check_slots(model, gears));
    SOFTACL_TRY(check_input(model, gears));
    return gears;
}

}  // namespace softacl::model
