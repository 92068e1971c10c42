// SPDX-License-Identifier: Apache-2.0
#include "convert/check_report.h"

#include <map>
#include <nlohmann/json.hpp>

#include "convert/inspect.h"

namespace softacl::convert {
namespace {

using Json = nlohmann::ordered_json;

const char* word_of(NodeState::Kind kind) {
    switch (kind) {
        case NodeState::kConverted: return "success";
        case NodeState::kFailed: return "failed";
        case NodeState::kUnchecked: return "unchecked";
        default: return "unneeded";
    }
}

}  // namespace

void write_check_report(const std::string& path, const std::vector<NodeState>& states, Problems& problems) {
    std::map<std::string, Json> causes;  // by node
    for (const Problem& problem : problems.list()) {
        causes.emplace(problem.node, Json::array()).first->second.push_back(problem.code + ": " + problem.text);
    }
    const auto causes_of = [&](const std::string& node) {
        const auto at = causes.find(node);
        return at == causes.end() ? Json::array() : at->second;
    };
    Json report = {
        {"result", problems.empty() ? "success" : "failed"}, {"cause", causes_of("")}, {"op", Json::array()}};
    if (problems.left_out() != 0) {
        report["cause"].push_back(text("... and ", problems.left_out(), " more messages"));
    }
    for (const NodeState& state : states) {
        Json cause = causes_of(state.name);
        if (!state.cause.empty()) {
            cause.push_back(state.cause);
        }
        report["op"].push_back(
            {{"name", state.name}, {"type", state.type}, {"result", word_of(state.kind)}, {"cause", cause}});
    }
    // Names come from files and need not be UTF-8.
    write_text(path, "check_report", report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n", problems);
}

}  // namespace softacl::convert
