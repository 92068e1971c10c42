// SPDX-License-Identifier: Apache-2.0
#include "gears.h"

#include <algorithm>
#include <numeric>

#include "failure.h"

namespace omrun {
namespace {

using Values = std::vector<int64_t>;

struct Offer {
    Shapes::Kind kind = Shapes::kFixed;
    std::vector<Values> gears;
};

Offer offer_of(const Model& model) {
    Offer offer;
    aclmdlBatch batch{};
    if (aclmdlGetDynamicBatch(model.desc(), &batch) == ACL_SUCCESS && batch.batchCount != 0) {
        offer.kind = Shapes::kBatch;
        for (size_t i = 0; i < batch.batchCount; ++i) {
            offer.gears.push_back({static_cast<int64_t>(batch.batch[i])});
        }
        return offer;
    }
    aclmdlHW size{};
    if (aclmdlGetDynamicHW(model.desc(), static_cast<size_t>(-1), &size) == ACL_SUCCESS && size.hwCount != 0) {
        offer.kind = Shapes::kSize;
        for (size_t i = 0; i < size.hwCount; ++i) {
            offer.gears.push_back({static_cast<int64_t>(size.hw[i][0]), static_cast<int64_t>(size.hw[i][1])});
        }
        return offer;
    }
    size_t count = 0;
    if (aclmdlGetInputDynamicGearCount(model.desc(), static_cast<size_t>(-1), &count) == ACL_SUCCESS && count != 0) {
        offer.kind = Shapes::kDims;
        std::vector<aclmdlIODims> dims(count);
        check(aclmdlGetInputDynamicDims(model.desc(), static_cast<size_t>(-1), dims.data(), count),
              "aclmdlGetInputDynamicDims");
        for (const aclmdlIODims& gear : dims) {
            offer.gears.emplace_back(gear.dims, gear.dims + gear.dimCount);
        }
        return offer;
    }
    const auto is_open = [](const Port& port) { return std::count(port.dims.begin(), port.dims.end(), -1) != 0; };
    if (std::any_of(model.inputs().begin(), model.inputs().end(), is_open)) {
        offer.kind = Shapes::kFree;
    }
    return offer;
}

double product(const Values& values) {
    return std::accumulate(values.begin(), values.end(), 1.0,
                           [](double a, int64_t b) { return a * static_cast<double>(b); });
}

std::string joined(const Values& values) {
    std::string out;
    for (const int64_t value : values) {
        out += (out.empty() ? "" : ",") + std::to_string(value);
    }
    return out;
}

void check_names(const char* option, const NamedDims& given, const Model& model) {
    for (const auto& entry : given) {
        std::string names;
        bool found = false;
        for (const Port& port : model.inputs()) {
            names += (names.empty() ? "" : ", ") + port.name;
            found = found || port.name == entry.first;
        }
        if (!found) {
            fail(option, " names the input ", entry.first, ", which the model does not have. It has ", names, ".");
        }
    }
}

/// What the options ask for, in the form of the model's gears; empty: nothing.
Values wish_of(const Model& model, const Options& options, Shapes::Kind kind) {
    if (kind == Shapes::kBatch && options.batch) {
        return {static_cast<int64_t>(*options.batch)};
    }
    if (kind == Shapes::kSize) {
        return {options.size.begin(), options.size.end()};
    }
    Values all;
    if (kind == Shapes::kDims && !options.dims.empty()) {
        check_names("--dymDims", options.dims, model);
        for (const Port& port : model.inputs()) {
            const auto at = options.dims.find(port.name);
            const Values& dims = at == options.dims.end() ? port.dims : at->second;
            if (std::count(dims.begin(), dims.end(), -1) != 0) {
                fail("--dymDims does not name the input ", port.name, ", which is ", shown(port.type, port.dims), ".");
            }
            all.insert(all.end(), dims.begin(), dims.end());
        }
    }
    return all;
}

struct Kind {
    Shapes::Kind kind;
    const char* option;
    const char* has;
    bool given;
};

void refuse_other_options(const Options& options, Shapes::Kind kind) {
    const Kind kinds[] = {{Shapes::kBatch, "--dymBatch", "gears of batches", options.batch.has_value()},
                          {Shapes::kSize, "--dymHW", "gears of picture sizes", !options.size.empty()},
                          {Shapes::kDims, "--dymDims", "gears of dimensions", !options.dims.empty()},
                          {Shapes::kFree, "--dymShape", "open dimensions", !options.shape.empty()}};
    const auto* has = std::find_if(std::begin(kinds), std::end(kinds), [&](const Kind& k) { return k.kind == kind; });
    for (const Kind& other : kinds) {
        if (other.given && other.kind != kind) {
            fail("The model has ", has == std::end(kinds) ? "fixed shapes" : has->has, "; ", other.option, " is for ",
                 other.has, has == std::end(kinds) ? "." : text(". Give ", has->option, "."));
        }
    }
}

/// The open dimensions of the inputs take the gear's values.
void fill(Shapes& shapes, const Model& model, const Values& largest) {
    size_t next = 0;
    for (const Port& port : model.inputs()) {
        Values dims = port.dims;
        bool changes = false;
        size_t open = 0;
        for (int64_t& dim : dims) {
            if (shapes.kind == Shapes::kDims) {
                dim = shapes.values[next++];
            } else if (dim == -1) {
                dim = shapes.values[std::min(open++, shapes.values.size() - 1)];
                changes = true;
            }
        }
        // AIPP's pictures have fewer bytes than elements, but as many for each pixel.
        shapes.bytes.push_back(
            shapes.kind == Shapes::kDims ? static_cast<size_t>(elements_of(dims)) * aclDataTypeSize(port.type)
            : changes ? static_cast<size_t>(static_cast<double>(port.bytes) * product(shapes.values) / product(largest))
                      : port.bytes);
        shapes.dims.push_back(std::move(dims));
    }
}

void fill_free(Shapes& shapes, const Model& model, const NamedDims& given) {
    check_names("--dymShape", given, model);
    for (const Port& port : model.inputs()) {
        const auto at = given.find(port.name);
        const Values& dims = at == given.end() ? port.dims : at->second;
        if (dims.size() != port.dims.size()) {
            fail("--dymShape gives the input ", port.name, " ", dims.size(), " dimensions; it has ", port.dims.size(),
                 ": ", shown(port.type, port.dims), ".");
        }
        const int64_t elements = elements_of(dims);
        shapes.bytes.push_back(elements < 0 ? 0 : static_cast<size_t>(elements) * aclDataTypeSize(port.type));
        shapes.dims.push_back(dims);
    }
}

}  // namespace

Shapes choose_shapes(const Model& model, const Options& options) {
    const Offer offer = offer_of(model);
    refuse_other_options(options, offer.kind);
    Shapes shapes;
    shapes.kind = offer.kind;
    if (offer.kind == Shapes::kFree) {
        fill_free(shapes, model, options.shape);
        return shapes;
    }
    if (offer.kind == Shapes::kFixed) {
        for (const Port& port : model.inputs()) {
            shapes.dims.push_back(port.dims);
            shapes.bytes.push_back(port.bytes);
        }
        return shapes;
    }
    const Values& largest = *std::max_element(offer.gears.begin(), offer.gears.end(),
                                              [](const Values& a, const Values& b) { return product(a) < product(b); });
    const Values wish = wish_of(model, options, offer.kind);
    shapes.values = wish.empty() ? largest : wish;
    if (std::find(offer.gears.begin(), offer.gears.end(), shapes.values) == offer.gears.end()) {
        std::string gears;
        for (const Values& gear : offer.gears) {
            gears += (gears.empty() ? "" : "; ") + joined(gear);
        }
        fail("The model has no gear ", joined(shapes.values), ". It has ", gears, ".");
    }
    fill(shapes, model, largest);
    return shapes;
}

void apply(const Shapes& shapes, Model& model) {
    const auto at = [&](size_t index) { return static_cast<uint64_t>(shapes.values[index]); };
    if (shapes.kind == Shapes::kBatch) {
        check(aclmdlSetDynamicBatchSize(model.id(), model.input_set(), model.gear_index(), at(0)),
              "aclmdlSetDynamicBatchSize");
    } else if (shapes.kind == Shapes::kSize) {
        check(aclmdlSetDynamicHWSize(model.id(), model.input_set(), model.gear_index(), at(0), at(1)),
              "aclmdlSetDynamicHWSize");
    } else if (shapes.kind == Shapes::kDims) {
        aclmdlIODims dims{};
        dims.dimCount = shapes.values.size();
        std::copy(shapes.values.begin(), shapes.values.end(), dims.dims);
        check(aclmdlSetInputDynamicDims(model.id(), model.input_set(), model.gear_index(), &dims),
              "aclmdlSetInputDynamicDims");
    } else if (shapes.kind == Shapes::kFree) {
        model.set_shapes(shapes.dims);
    }
}

}  // namespace omrun
