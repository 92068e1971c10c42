// SPDX-License-Identifier: Apache-2.0
// The list of operators.
#include <map>
#include <utility>

#include "ops/op_def.h"
#include "ops/tensorflow/table.h"

namespace softacl::ops {

// An explicit list survives static linking, has an order and can be searched for.
#define OP(name) OpDef declare_##name();
#include "ops/ops.inc"
#undef OP

namespace {

struct Registry {
    std::vector<const OpDef*> all;
    std::map<std::string, const OpDef*> by_name;
    std::map<std::pair<Framework, std::string>, Import> imports;

    Registry() {
#define OP(name) add(declare_##name());
#include "ops/ops.inc"
#undef OP
        for (const TensorFlowRow& row : tensorflow_rows()) {  // also of those that become no operator
            imports.emplace(std::make_pair(Framework::kTensorFlow, row.type), row.function);
        }
    }

    void add(OpDef&& declaration) {
        for (const TensorFlowRow& row : tensorflow_rows()) {
            if (declaration.name() == row.op) {
                declaration.tensorflow(row.type, row.function);
            }
        }
        const auto* op = new OpDef(std::move(declaration));  // lives as long as the process: graphs point to it
        all.push_back(op);
        by_name.emplace(op->name(), op);
        for (const ImportDef& import : op->imports()) {
            imports.emplace(std::make_pair(import.framework, import.type), import.function);
        }
    }
};

const Registry& registry() {
    static const Registry& instance = *new Registry;
    return instance;
}

}  // namespace

const OpDef* find_op(const std::string& name) {
    const auto at = registry().by_name.find(name);
    return at == registry().by_name.end() ? nullptr : at->second;
}

const std::vector<const OpDef*>& all_ops() { return registry().all; }

Import find_import(Framework framework, const std::string& type) {
    const auto at = registry().imports.find({framework, type});
    return at == registry().imports.end() ? nullptr : at->second;
}

}  // namespace softacl::ops
