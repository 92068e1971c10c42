// SPDX-License-Identifier: Apache-2.0
// ONNX's own test data for each of its operators: imported, run by the reference kernels and by the fast ones as plans,
// and compared with ONNX's results.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "exec/plan.h"
#include "kernels/ref/number.h"
#include "unit/convert/onnx_case.h"
#include "unit/ops/op_ledger.h"

namespace softacl::convert {
namespace {

using exec::Plan;

std::string name_of_case(const std::string& folder) { return folder.substr(folder.rfind('/') + 1); }

// ONNX itself allows a relative difference of 1e-3 everywhere.
double tolerance_of(const std::string& name, aclDataType type) {
    if (type == ACL_BF16) {
        return 8e-3;  // the data was cut where we round
    }
    const bool short_pi = name.find("window") != std::string::npos;  // computed with fewer digits of pi
    const bool four_digits = name.find("gridsample") != std::string::npos || name.find("roialign") != std::string::npos;
    return type == ACL_FLOAT16 || short_pi || four_digits ? 1e-3 : 1e-4;
}

enum class Judge { kValues, kTypes };

std::string difference(const Tensor& actual, const Tensor& expected, double tolerance, Judge judge) {
    if (actual.dtype() != expected.dtype() || actual.shape() != expected.shape()) {
        return actual.type().text() + " instead of " + expected.type().text();
    }
    if (judge == Judge::kTypes) {
        return "";
    }
    std::string found;
    visit_dtype(actual.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::Type;
        for (int64_t i = 0; i < actual.elements() && found.empty(); ++i) {
            const auto a = kernels::widen(actual.data_as<T>()[i]);
            const auto b = kernels::widen(expected.data_as<T>()[i]);
            bool equal = a == b || (kernels::is_nan(a) && kernels::is_nan(b));
            if constexpr (std::is_floating_point_v<std::decay_t<decltype(a)>>) {
                equal = equal ||
                        std::abs(static_cast<double>(a) - b) <= 1e-6 + tolerance * std::abs(static_cast<double>(b));
            }
            if (!equal) {
                found = text("element ", i, " is ", +a, " instead of ", +b);
            }
        }
    });
    return found;
}

Result<std::vector<Tensor>> run(const OnnxCase& test, bool reference) {
    std::vector<Tensor> results;
    std::vector<void*> outputs;
    for (const auto id : test.graph.outputs) {
        const TensorType& type = test.graph.value(id).type;
        if (!type.shape.is_known()) {
            return fail(ACL_ERROR_INVALID_PARAM, "the shape ", type.shape, " of a result is not known in advance");
        }
        void* data = nullptr;
        results.push_back(Tensor::zeros(type, &data));
        outputs.push_back(data);
    }
    SOFTACL_ASSIGN(const auto plan, Plan::compile(test.graph, {reference, reference}));
    const auto weights = aligned_block(plan->weight_bytes());
    const auto work = aligned_block(plan->work_bytes());
    SOFTACL_TRY(plan->load({weights.get()}));
    plan->bind(work.get());
    std::vector<std::shared_ptr<void>> copies;
    std::vector<const void*> inputs;
    for (const Tensor& input : test.inputs) {
        copies.push_back(aligned_block(input.bytes()));
        std::memcpy(copies.back().get(), input.data(), input.bytes());
        inputs.push_back(copies.back().get());
    }
    SOFTACL_TRY(plan->run(inputs.data(), outputs.data()));
    return results;
}

// Empty if the case agrees with ONNX, else why not.
std::string try_case(const std::string& folder, Inputs inputs, Judge judge = Judge::kValues) {
    auto test = read_onnx_case(folder, inputs);
    if (!test.ok()) {
        return test.status().message();
    }
    for (const bool reference : {true, false}) {
        const auto results = run(*test, reference);
        const std::string kernels = reference ? "reference kernels: " : "fast kernels: ";
        if (!results.ok()) {
            return kernels + results.status().message();
        }
        if (results->size() != test->outputs.size()) {
            return text(kernels, results->size(), " results instead of ", test->outputs.size());
        }
        for (size_t i = 0; i < results->size(); ++i) {
            const double tolerance = tolerance_of(name_of_case(folder), (*results)[i].dtype());
            const std::string found = difference((*results)[i], test->outputs[i], tolerance, judge);
            if (!found.empty()) {
                return text(kernels, "output ", i, ": ", found);
            }
        }
    }
    for (const graph::Node& node : test->graph.nodes) {
        ops::note_success(node.op->name());
    }
    return "";
}

// Lines "operator <ONNX type>: <reason>" and "case <name>: <reason>".
struct Exclusions {
    std::map<std::string, std::string> operators;
    std::map<std::string, std::string> cases;

    Exclusions() {
        std::ifstream file(SOFTACL_SOURCE_DIR "/tests/unit/convert/onnx_node_excluded.txt");
        std::string line;
        while (std::getline(file, line)) {
            const size_t space = line.find(' ');
            const size_t colon = line.find(": ");
            if (line.empty() || line[0] == '#' || colon == std::string::npos) {
                continue;
            }
            auto& rows = line.substr(0, space) == "operator" ? operators : cases;
            rows[line.substr(space + 1, colon - space - 1)] = line.substr(colon + 2);
        }
    }

    // The reason, or empty.
    std::string find(const std::string& folder) const {
        if (const auto at = cases.find(name_of_case(folder)); at != cases.end()) {
            return at->second;
        }
        for (const std::string& type : operators_of(folder)) {
            if (const auto at = operators.find(type); at != operators.end()) {
                return "operator " + type;
            }
        }
        return "";
    }

    // No two runs agree, so only types can be judged.
    bool is_random(const std::string& folder) const {
        const auto types = operators_of(folder);
        return std::any_of(types.begin(), types.end(), [&](const std::string& type) {
            const auto at = operators.find(type);
            return at != operators.end() && at->second == "random results have no expected value";
        });
    }
};

TEST(OnnxNodes, EveryCaseAgreesWithOnnx) {
    const auto folders = onnx_cases("node");
    if (folders.empty()) {
        GTEST_SKIP() << "the package libonnx-testdata is not installed";
    }
    const Exclusions exclusions;
    int at_run_time = 0;
    int constant = 0;
    std::map<std::string, int> excluded;
    for (const std::string& folder : folders) {
        const std::string reason = exclusions.find(folder);
        if (exclusions.is_random(folder)) {
            ++excluded[reason];
            EXPECT_EQ(try_case(folder, Inputs::kAtRunTime, Judge::kTypes), "") << name_of_case(folder);
            continue;
        }
        const std::string why = try_case(folder, Inputs::kAtRunTime);
        // Shapes that depend on an input's values are known only if the input is.
        const std::string why_constant = why.empty() ? "" : try_case(folder, Inputs::kConstant);
        if (!reason.empty()) {
            ++excluded[reason];
            EXPECT_FALSE(why.empty() || why_constant.empty())
                << name_of_case(folder) << " agrees with ONNX but is excluded: " << reason;
        } else if (why.empty()) {
            ++at_run_time;
        } else {
            constant += why_constant.empty() ? 1 : 0;
            EXPECT_EQ(why_constant, "") << name_of_case(folder) << "; with inputs at run time: " << why;
        }
    }
    std::ostringstream summary;
    summary << folders.size() << " cases of ONNX: " << at_run_time << " run, " << constant
            << " run with inputs that are known in advance, excluded:";
    for (const auto& [reason, count] : excluded) {
        summary << "\n  " << count << " " << reason;
    }
    std::cout << summary.str() << "\n";
}

// What needs a dimension when it is imported, and says so.
bool needs_dimensions(const std::string& why) {
    static constexpr const char* kReasons[] = {"select_last_index along a dimension that is not known",
                                               "which is not known: [", "expected a matrix of known size",
                                               "expected square matrices", "expected a last dimension"};
    return std::any_of(std::begin(kReasons), std::end(kReasons),
                       [&](const char* reason) { return why.find(reason) != std::string::npos; });
}

TEST(OnnxNodes, OpenDimensionsChangeNothing) {
    const auto folders = onnx_cases("node");
    if (folders.empty()) {
        GTEST_SKIP() << "the package libonnx-testdata is not installed";
    }
    const Exclusions exclusions;
    for (const Inputs how : {Inputs::kOpen, Inputs::kOpenBatch}) {
        int good = 0;
        int refused = 0;
        for (const std::string& folder : folders) {
            const Judge judge = exclusions.is_random(folder) ? Judge::kTypes : Judge::kValues;
            if (!try_case(folder, Inputs::kAtRunTime, judge).empty()) {
                continue;
            }
            const std::string why = try_case(folder, how, judge);
            good += why.empty() ? 1 : 0;
            refused += why.empty() ? 0 : 1;
            EXPECT_TRUE(why.empty() || needs_dimensions(why)) << name_of_case(folder) << ": " << why;
        }
        std::cout << (how == Inputs::kOpen ? "all dimensions" : "the first dimension") << " open: " << good
                  << " cases agree, " << refused << " need a dimension\n";
        EXPECT_GT(good, 10 * refused);
    }
}

TEST(OnnxNodes, ExclusionsNameCasesAndOperatorsThatExist) {
    const auto folders = onnx_cases("node");
    if (folders.empty()) {
        GTEST_SKIP() << "the package libonnx-testdata is not installed";
    }
    Exclusions exclusions;
    for (const std::string& folder : folders) {
        exclusions.cases.erase(name_of_case(folder));
        for (const std::string& type : operators_of(folder)) {
            exclusions.operators.erase(type);
        }
    }
    for (const auto* rows : {&exclusions.cases, &exclusions.operators}) {
        for (const auto& [name, reason] : *rows) {
            ADD_FAILURE() << "no case for the exclusion of " << name;
        }
    }
}

}  // namespace
}  // namespace softacl::convert
