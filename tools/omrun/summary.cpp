// SPDX-License-Identifier: Apache-2.0
#include "summary.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "files.h"

namespace omrun {
namespace {

using Json = nlohmann::ordered_json;

Json times(const std::vector<double>& values) {
    const Statistics s = statistics_of(values);
    return {{"mean", s.mean}, {"min", s.min}, {"max", s.max}, {"p50", s.p50}, {"p90", s.p90}, {"p99", s.p99}};
}

/// JSON has no infinities.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(std::isnan(value) ? "NaN" : "Infinity"); }

Json port(const Port& port, const std::vector<int64_t>& dims, size_t bytes) {
    return {{"name", port.name}, {"type", name_of(port.type)}, {"dims", dims}, {"bytes", bytes}};
}

}  // namespace

void write_summary(const std::string& path, const Options& options, const Model& model, const Shapes& shapes,
                   const Report& report) {
    Json json = {
        {"model", options.model}, {"device", options.device}, {"inputs", Json::array()}, {"outputs", Json::array()}};
    for (size_t i = 0; i < model.inputs().size(); ++i) {
        json["inputs"].push_back(port(model.inputs()[i], shapes.dims[i], shapes.bytes[i]));
    }
    for (const Port& output : model.outputs()) {
        json["outputs"].push_back(port(output, output.dims, output.bytes));
    }
    if (!shapes.values.empty()) {
        json["gear"] = shapes.values;
    }
    json["items"] = report.items;
    json["runs"] = report.timing.execute.size();
    json["warmup_count"] = options.warmup;
    json["load_ms"] = report.load_ms;
    json["latency_ms"] = times(report.timing.execute);
    json["copy_in_ms"] = times(report.timing.copy_in);
    json["copy_out_ms"] = times(report.timing.copy_out);
    json["batchsize"] = report.batch;
    json["throughput"] = report.throughput();
    json["files"] = report.files;
    json["result"] = report.good() ? "success" : "different";
    json["comparisons"] = Json::array();
    for (const Comparison& c : report.comparisons) {
        json["comparisons"].push_back({{"item", c.item},
                                       {"output", c.output},
                                       {"golden", c.golden},
                                       {"elements", c.elements},
                                       {"beyond", c.beyond},
                                       {"max_absolute", number(c.max_absolute)},
                                       {"max_relative", number(c.max_relative)},
                                       {"cosine", number(c.cosine)},
                                       {"good", c.good}});
    }
    // Paths and names need not be UTF-8.
    const std::string document = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    write_bytes(path, document.data(), document.size());
}

}  // namespace omrun
