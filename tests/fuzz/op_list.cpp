// SPDX-License-Identifier: Apache-2.0
// Any text given as a list of operators becomes requests, or complaints; what is understood is the same when it is
// written and read again, and inference survives it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/op_file.h"
#include "require.h"

using namespace softacl;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::vector<std::string> problems;
    const auto ops = model::read_ops(std::string(reinterpret_cast<const char*>(data), size), problems);
    if (!ops.ok() || !problems.empty()) {
        return 0;
    }
    for (const model::OpDescription& op : *ops) {
        const std::string text = model::write_op(op);
        const auto again = model::read_ops(text, problems);
        require(again.ok() && problems.empty() && again->size() == 1);
        require(model::write_op(again->front()) == text);
        require(model::op_file_name(op.request, 0).size() <= 200);
        const auto resolved = graph::ResolvedOp::resolve(op.request);
        if (resolved.ok()) {
            require(graph::output_ranges(op.request, **resolved).size() == op.request.outputs.size());
        }
    }
    return 0;
}
