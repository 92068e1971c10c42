// SPDX-License-Identifier: Apache-2.0
#include "ops/common/importing.h"

namespace softacl::ops {

Result<Ints> ints_of(const Importer& graph, const ForeignNode& node, size_t input, const std::string& attr,
                     Ints fallback) {
    if (!node.has_input(input)) {
        return node.attrs.get<Ints>(attr, std::move(fallback));
    }
    const Tensor* constant = graph.constant(node.input(input));
    if (constant == nullptr) {
        return import_fail("the input ", attr, " is computed by the model; expected a constant");
    }
    return constant->to_ints();
}

Result<std::vector<ValueRef>> broadcast_operands(Importer& graph, const ForeignNode& node) {
    std::vector<ValueRef> operands = node.inputs;
    if (node.version >= 7 || operands.size() != 2 || !node.has_input(0) || !node.has_input(1) ||
        node.attrs.get<int64_t>("broadcast", 0) == 0 || !node.attrs.has("axis")) {
        return operands;
    }
    const auto rank = static_cast<int64_t>(graph.type(operands[0]).shape.rank());
    const auto width = static_cast<int64_t>(graph.type(operands[1]).shape.rank());
    int64_t axis = node.attrs.get<int64_t>("axis", 0);
    axis += axis < 0 ? rank : 0;
    if (axis < 0 || axis + width > rank) {
        return import_fail("axis ", axis, " with a second input of ", width,
                           " dimensions does not fit into the first one's ", rank);
    }
    Ints axes;
    for (int64_t i = axis + width; i < rank; ++i) {
        axes.push_back(i - axis);
    }
    if (!axes.empty()) {
        SOFTACL_ASSIGN(operands[1], graph.add("Unsqueeze", {operands[1]}, {{"axes", axes}}, "unsqueeze"));
    }
    return operands;
}

Result<aclDataType> onnx_dtype(const ForeignNode& node, const std::string& attr) {
    static constexpr struct {
        int64_t number;
        const char* word;
        aclDataType type;
    } kTypes[] = {{1, "FLOAT", ACL_FLOAT},    {2, "UINT8", ACL_UINT8},    {3, "INT8", ACL_INT8},
                  {4, "UINT16", ACL_UINT16},  {5, "INT16", ACL_INT16},    {6, "INT32", ACL_INT32},
                  {7, "INT64", ACL_INT64},    {9, "BOOL", ACL_BOOL},      {10, "FLOAT16", ACL_FLOAT16},
                  {11, "DOUBLE", ACL_DOUBLE}, {12, "UINT32", ACL_UINT32}, {13, "UINT64", ACL_UINT64},
                  {16, "BFLOAT16", ACL_BF16}};
    const auto number = node.attrs.get<int64_t>(attr, 0);
    const auto word = node.attrs.get<std::string>(attr, "");
    for (const auto& row : kTypes) {
        if (row.number == number || row.word == word) {
            return row.type;
        }
    }
    return import_fail("the attribute ", attr, " is ", word.empty() ? std::to_string(number) : word,
                       ", a type that is not supported");
}

Result<ValueRef> add_chain(Importer& graph, const std::string& op, const std::vector<ValueRef>& values) {
    ValueRef result = values[0];
    for (size_t i = 1; i < values.size(); ++i) {
        const bool last = i + 1 == values.size();
        SOFTACL_ASSIGN(result, graph.add(op, {result, values[i]}, {}, last ? "" : text("step_", i)));
    }
    return result;
}

Result<ValueRef> add_cast(Importer& graph, ValueRef x, aclDataType to, const std::string& suffix) {
    return graph.add("Cast", {x}, {{"dst_type", static_cast<int64_t>(to)}}, suffix);
}

}  // namespace softacl::ops
