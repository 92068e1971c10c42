// SPDX-License-Identifier: Apache-2.0
#include "model/order.h"

#include <functional>
#include <queue>
#include <string>
#include <unordered_map>

namespace softacl::model {

std::vector<const ge::OpDef*> in_running_order(const ge::GraphDef& graph) {
    const auto count = static_cast<size_t>(graph.op_size());
    std::unordered_map<std::string, size_t> by_name;
    for (size_t i = 0; i < count; ++i) {
        by_name.emplace(graph.op(static_cast<int>(i)).name(), i);
    }
    std::vector<std::vector<size_t>> readers(count);
    std::vector<size_t> missing(count);  // how many of its inputs are not in the order yet
    for (size_t i = 0; i < count; ++i) {
        for (const std::string& input : graph.op(static_cast<int>(i)).input()) {
            const auto producer = by_name.find(input.substr(0, input.rfind(':')));
            if (producer != by_name.end()) {
                readers[producer->second].push_back(i);
                ++missing[i];
            }
        }
    }
    std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
    for (size_t i = 0; i < count; ++i) {
        if (missing[i] == 0) {
            ready.push(i);
        }
    }
    std::vector<const ge::OpDef*> order;
    for (; !ready.empty();) {
        const size_t next = ready.top();
        ready.pop();
        order.push_back(&graph.op(static_cast<int>(next)));
        for (const size_t reader : readers[next]) {
            if (--missing[reader] == 0) {
                ready.push(reader);
            }
        }
    }
    for (size_t i = 0; i < count; ++i) {
        if (missing[i] != 0) {
            order.push_back(&graph.op(static_cast<int>(i)));
        }
    }
    return order;
}

}  // namespace softacl::model
