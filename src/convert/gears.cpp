// SPDX-License-Identifier: Apache-2.0
#include "convert/gears.h"

#include <algorithm>
#include <set>

#include "convert/option_values.h"
#include "graph/specialise.h"

namespace softacl::convert {
namespace {

using model::Gears;
using Kind = Gears::Kind;

// The value of a gear that an open dimension takes.
struct Open {
    size_t input;
    size_t axis;
    size_t value;
};

class Finder {
   public:
    Finder(const graph::Graph& graph, const GearWish& wish, aclFormat format, Problems& problems)
        : graph_(graph), wish_(wish), format_(format), problems_(problems) {}

    Gears find() {
        Gears gears;
        const size_t before = problems_.list().size();
        std::vector<Open> open;
        for (const size_t input : order()) {
            const Shape& shape = graph_.value(graph_.inputs[input]).type.shape;
            for (size_t axis = 0; axis < shape.rank(); ++axis) {
                if (shape[axis] < 0) {
                    open.push_back({input, axis, value_of(input, axis, open.size())});
                }
            }
        }
        if (open.empty()) {
            problems_.add(code::kGearDims, option_of(wish_.kind), " is given, but no dimension is open. ",
                          "Give those that it is for as -1: --input_shape=\"data:-1,3,224,224\".");
        }
        if (problems_.list().size() != before) {
            return gears;
        }
        gears.slots.resize(wish_.kind == Kind::kDims ? open.size() : wish_.kind == Kind::kSize ? 2 : 1);
        for (const Open& dim : open) {
            gears.slots[dim.value].push_back({dim.input, dim.axis});
        }
        for (const auto& values : wish_.values) {
            if (values.size() != gears.slots.size()) {
                problems_.add(code::kGears, option_of(wish_.kind), " has the gear ", Shape(values), " of ",
                              values.size(), " numbers, but there are ", gears.slots.size(), " to give.");
            }
        }
        gears.kind = wish_.kind;
        gears.values = wish_.values;
        return gears;
    }

   private:
    // Inputs as they are named in input_shape, then the others.
    std::vector<size_t> order() const {
        std::vector<size_t> inputs;
        std::set<size_t> named;
        for (const std::string& name : wish_.inputs) {
            for (size_t i = 0; i < graph_.inputs.size(); ++i) {
                if (graph_.value(graph_.inputs[i]).name == name && named.insert(i).second) {
                    inputs.push_back(i);
                }
            }
        }
        for (size_t i = 0; i < graph_.inputs.size(); ++i) {
            if (named.count(i) == 0) {
                inputs.push_back(i);
            }
        }
        return inputs;
    }

    size_t value_of(size_t input, size_t axis, size_t count) {
        const graph::Value& value = graph_.value(graph_.inputs[input]);
        const auto refuse = [&](const std::string& expected) {
            problems_.add(code::kGearDims, option_of(wish_.kind), ": dimension ", axis, " of the input [", value.name,
                          "] ", value.type.shape, " is open, but ", expected, ".");
            return size_t{0};
        };
        if (wish_.kind == Kind::kDims) {
            return count;
        }
        if (wish_.kind == Kind::kBatch) {
            return axis == 0 ? 0 : refuse("only the first one, the batch, may be");
        }
        if (value.type.shape.rank() != 4 || (format_ != ACL_FORMAT_NCHW && format_ != ACL_FORMAT_NHWC)) {
            return refuse("pictures have four dimensions, in the format NCHW or NHWC");
        }
        const size_t height = format_ == ACL_FORMAT_NCHW ? 2 : 1;
        return axis == height || axis == height + 1
                   ? axis - height
                   : refuse(text("only height and width of ", name_of(format_), " may be"));
    }

    const graph::Graph& graph_;
    const GearWish& wish_;
    const aclFormat format_;
    Problems& problems_;
};

}  // namespace

const char* option_of(Kind kind) {
    switch (kind) {
        case Kind::kBatch: return "dynamic_batch_size";
        case Kind::kSize: return "dynamic_image_size";
        default: return "dynamic_dims";
    }
}

std::vector<std::vector<int64_t>> parse_gears(Kind kind, const std::string& value, Problems& problems) {
    auto gears = parse_number_rows(option_of(kind), value, problems);
    if (kind == Kind::kBatch) {  // one number each, separated like the numbers of others
        std::vector<std::vector<int64_t>> batches;
        for (const auto& row : gears) {
            for (const int64_t batch : row) {
                batches.push_back({batch});
            }
        }
        gears = std::move(batches);
    }
    std::set<std::vector<int64_t>> known;
    for (const auto& gear : gears) {
        if (gear.size() != gears[0].size()) {
            problems.add(code::kGears, option_of(kind), " [", value, "] has gears of ", gears[0].size(), " and of ",
                         gear.size(), " numbers. Give all as many.");
            break;
        }
        if (!known.insert(gear).second) {
            problems.add(code::kGears, option_of(kind), " [", value, "] names the gear ", Shape(gear),
                         " twice. Name each once.");
        }
    }
    if (gears.size() > model::kMostGears) {
        problems.add(code::kGears, option_of(kind), " has ", gears.size(), " gears. Give at most ", model::kMostGears,
                     ".");
    } else if (gears.size() == 1) {
        problems.warn(code::kGears, option_of(kind), " [", value, "] has one gear, which cannot be changed later.");
    }
    return gears;
}

Gears add_gears(graph::Graph& graph, const GearWish& wish, aclFormat format, Problems& problems) {
    Gears gears = Finder(graph, wish, format, problems).find();
    if (!problems.empty()) {
        return {};
    }
    std::vector<Shape> open;
    for (const graph::ValueId id : graph.inputs) {
        open.push_back(graph.value(id).type.shape);
    }
    for (size_t gear = 0; gear < gears.values.size(); ++gear) {
        const auto special = graph::specialise(graph, gears.shapes(open, gear));
        if (!special.ok()) {
            problems.add(code::kGears, option_of(wish.kind), ": the network does not work in the gear ",
                         Shape(gears.values[gear]), ": ", special.status().message(), ".");
        }
    }
    graph.add_input(model::kGearInput, {ACL_INT64, Shape{static_cast<int64_t>(gears.slots.size())}, ACL_FORMAT_ND});
    return gears;
}

}  // namespace softacl::convert
