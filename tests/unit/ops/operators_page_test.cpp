// SPDX-License-Identifier: Apache-2.0
// docs/operators.md is what the declarations say. `./dev docs` writes it anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "ops/op_def.h"

namespace softacl::ops {
namespace {

// Sets of types that have a name, or the types themselves.
std::string types_of(const Port& port) {
    static constexpr aclDataType kTypes[] = {ACL_FLOAT, ACL_FLOAT16, ACL_BF16,   ACL_DOUBLE, ACL_INT8,
                                             ACL_UINT8, ACL_INT16,   ACL_UINT16, ACL_INT32,  ACL_UINT32,
                                             ACL_INT64, ACL_UINT64,  ACL_BOOL};
    static constexpr std::pair<DTypes, const char*> kNames[] = {
        {kAny, "any"}, {kNumbers, "number"}, {kFloats, "float"}, {kInts, "integer"}};
    const auto equal = [&](DTypes types) {
        return std::all_of(std::begin(kTypes), std::end(kTypes),
                           [&](aclDataType type) { return types.contains(type) == port.dtypes.contains(type); });
    };
    for (const auto& [types, name] : kNames) {
        if (equal(types)) {
            return name;
        }
    }
    std::string list;
    for (const aclDataType type : kTypes) {
        if (port.dtypes.contains(type)) {
            list += (list.empty() ? "" : "/") + std::string(name_of(type));
        }
    }
    return list;
}

std::string ports_of(const std::vector<Port>& ports) {
    std::string list;
    for (const Port& port : ports) {
        const char* mark = port.arity == Arity::kOptional ? "?" : port.arity == Arity::kDynamic ? "*" : "";
        list += (list.empty() ? "" : ", ") + ("`" + port.name + mark + "` ") + types_of(port);
    }
    return list;
}

std::string attrs_of(const OpDef& op) {
    std::string list;
    for (const AttrDef& attr : op.attrs()) {
        list +=
            (list.empty() ? "" : ", ") + ("`" + attr.name + "` ") + kind_of(attr.value) + (attr.required ? "" : "?");
    }
    return list;
}

template <class List, class Name>
std::string joined(const List& list, Name name) {
    std::string text;
    for (const auto& item : list) {
        text += (text.empty() ? "" : ", ") + std::string(name(item));
    }
    return text;
}

std::string imported(const OpDef& op, Framework framework) {
    std::vector<std::string> types;
    for (const ImportDef& import : op.imports()) {
        if (import.framework == framework) {
            types.emplace_back(import.type);
        }
    }
    return joined(types, [](const std::string& type) { return type; });
}

std::string page() {
    std::vector<const OpDef*> ops = all_ops();
    std::sort(ops.begin(), ops.end(), [](const OpDef* a, const OpDef* b) { return a->name() < b->name(); });
    std::map<Framework, std::set<std::string>> foreign;
    std::ostringstream out;
    for (const OpDef* op : ops) {
        out << "| " << op->name() << " | " << op->doc() << " | " << ports_of(op->inputs()) << " | "
            << ports_of(op->outputs()) << " | " << attrs_of(*op) << " | "
            << joined(op->kernels(), [](const KernelDef& kernel) { return kernel.name; }) << " | "
            << imported(*op, Framework::kOnnx) << " | " << imported(*op, Framework::kCaffe) << " | "
            << imported(*op, Framework::kTensorFlow) << " |\n";
        for (const ImportDef& import : op->imports()) {
            foreign[import.framework].insert(import.type);
        }
    }
    const auto sources = [&](Framework framework) {
        return joined(foreign[framework], [](const std::string& type) { return type; });
    };
    return text(
        "<!-- Generated from the declarations in src/ops by ./dev docs. Do not edit. -->\n# Operators\n\n", ops.size(),
        " operators of the Ascend IR, and our own, which begin with Cpu. Inputs and outputs: `?` may be left out, `*` "
        "any number;\nfloat: float32, float16, bfloat16, float64; number: these and all integers; any: these and bool. "
        "Attributes: `?` has a\n"
        "default. Kernels are asked in this order.\n\n",
        foreign[Framework::kOnnx].size(), " operators of ONNX are imported: ", sources(Framework::kOnnx), ".\n\n",
        foreign[Framework::kCaffe].size(), " layers of Caffe are imported: ", sources(Framework::kCaffe), ".\n\n",
        foreign[Framework::kTensorFlow].size(),
        " operators of TensorFlow are imported: ", sources(Framework::kTensorFlow), ".\n\n",
        "| operator | result | inputs | outputs | attributes | kernels | from ONNX | from Caffe | from TensorFlow |\n",
        "|---|---|---|---|---|---|---|---|---|\n", out.str());
}

TEST(OperatorsPage, IsWhatTheDeclarationsSay) {
    const std::string path = SOFTACL_SOURCE_DIR "/docs/operators.md";
    if (std::getenv("SOFTACL_UPDATE_PAGES") != nullptr) {
        std::ofstream(path) << page();
    }
    std::ifstream file(path);
    const std::string found((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    EXPECT_TRUE(found == page()) << path << " is not up to date: ./dev docs";
}

TEST(OperatorsPage, EveryDeclarationIsWhole) {
    std::set<std::string> names;
    for (const OpDef* op : all_ops()) {
        EXPECT_TRUE(names.insert(op->name()).second) << op->name() << " is declared twice";
        EXPECT_FALSE(op->doc().empty()) << op->name();
        EXPECT_FALSE(op->kernels().empty()) << op->name();
        EXPECT_FALSE(op->outputs().empty()) << op->name();
        EXPECT_EQ(find_op(op->name()), op);
        for (const ImportDef& import : op->imports()) {
            EXPECT_EQ(find_import(import.framework, import.type), import.function)
                << import.type << " is imported twice";
        }
    }
}

}  // namespace
}  // namespace softacl::ops
