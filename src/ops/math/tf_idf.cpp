// SPDX-License-Identifier: Apache-2.0
// CpuTfIdfVectorizer: how often n-grams of a pool are found in rows of numbers.
#include <algorithm>
#include <map>
#include <memory>

#include "ops/common/importing.h"
#include "ops/common/indexes.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

/// Where an n-gram of the pool is counted, and what one is worth.
struct Entry {
    int64_t place;
    float weight;
};

struct Vectorizer {
    int64_t shortest = 1;
    int64_t longest = 1;
    int64_t skips = 0;
    bool counts = true;  ///< else whether there is one
    int64_t width = 0;   ///< places
    std::map<Ints, Entry> pool;
};

/// Numbers of the pool that belong to n-grams of `length`.
struct Part {
    int64_t begin;
    int64_t end;
};
Part part_of(const OpCall& call, int64_t length) {
    const Ints& starts = call.attrs.at<Ints>("ngram_counts");
    const auto pool_size = static_cast<int64_t>(call.attrs.at<Ints>("pool_int64s").size());
    const auto at = static_cast<size_t>(length);
    return {starts[at - 1], at < starts.size() ? starts[at] : pool_size};
}

/// Fills everything but the pool.
Result<Vectorizer> plan_of(const OpCall& call) {
    Vectorizer v;
    v.shortest = call.attrs.at<int64_t>("min_gram_length");
    v.longest = call.attrs.at<int64_t>("max_gram_length");
    v.skips = call.attrs.at<int64_t>("max_skip_count");
    const Ints& starts = call.attrs.at<Ints>("ngram_counts");
    const Ints& places = call.attrs.at<Ints>("ngram_indexes");
    const auto& mode = call.attrs.at<std::string>("mode");
    if (v.shortest < 1 || v.longest < v.shortest || v.longest > static_cast<int64_t>(starts.size()) || v.skips < 0) {
        return call.fail("min_gram_length is ", v.shortest, ", max_gram_length ", v.longest, ", max_skip_count ",
                         v.skips, "; expected lengths in order, from 1 to the ", starts.size(),
                         " of ngram_counts, and no negative count");
    }
    if (mode != "TF" && mode != "IDF" && mode != "TFIDF") {
        return call.fail("mode is ", mode, "; expected TF, IDF or TFIDF");
    }
    v.counts = mode != "IDF";
    int64_t grams = 0;
    for (int64_t length = 1; length <= static_cast<int64_t>(starts.size()); ++length) {
        const auto [begin, end] = part_of(call, length);
        if (begin < 0 || end < begin || (end - begin) % length != 0 || (length == 1 && begin != 0)) {
            return call.fail("ngram_counts is ", Shape(starts), " for a pool of ",
                             call.attrs.at<Ints>("pool_int64s").size(), " numbers; expected where the n-grams of each ",
                             "length begin");
        }
        grams += (end - begin) / length;
    }
    if (grams != static_cast<int64_t>(places.size())) {
        return call.fail("ngram_indexes has ", places.size(), " entries; expected one for each of ", grams, " n-grams");
    }
    for (const int64_t place : places) {
        if (place < 0 || place > INT32_MAX) {
            return call.fail("ngram_indexes has the entry ", place, "; expected 0 to ", INT32_MAX);
        }
        v.width = std::max(v.width, place + 1);
    }
    if (v.width == 0) {
        return call.fail("the pool has no n-grams");
    }
    const auto& weights = call.attrs.at<Floats>("weights");
    if (!weights.empty() && weights.size() != places.size()) {
        return call.fail("there are ", weights.size(), " weights; expected one for each of ", places.size(),
                         " n-grams");
    }
    return v;
}

Status fill_pool(const OpCall& call, Vectorizer& v) {
    const Ints& numbers = call.attrs.at<Ints>("pool_int64s");
    const Ints& places = call.attrs.at<Ints>("ngram_indexes");
    const auto& weights = call.attrs.at<Floats>("weights");
    const bool weighs = call.attrs.at<std::string>("mode") != "TF" && !weights.empty();
    size_t gram = 0;
    for (int64_t length = 1; length <= static_cast<int64_t>(call.attrs.at<Ints>("ngram_counts").size()); ++length) {
        const auto [begin, end] = part_of(call, length);
        for (int64_t at = begin; at < end; at += length, ++gram) {
            Ints key(numbers.begin() + at, numbers.begin() + at + length);
            const auto [found, is_new] =
                v.pool.emplace(std::move(key), Entry{places[gram], weighs ? weights[gram] : 1.0F});
            if (!is_new) {
                return call.fail("the n-gram ", Shape(found->first), " stands twice in the pool");
            }
        }
    }
    return {};
}

Status infer(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    if (x.rank() != 1 && x.rank() != 2) {
        return call.fail("the input X has the shape ", x, "; expected one or two dimensions");
    }
    SOFTACL_ASSIGN(const Vectorizer v, plan_of(call));
    call.outputs[0] = {ACL_FLOAT, x.rank() == 1 ? Shape{v.width} : Shape{x[0], v.width}};
    return {};
}

/// Adds what is found in a row.
void count_row(const Vectorizer& v, const Indexes& x, int64_t begin, int64_t size, float* y) {
    Ints key;
    for (int64_t length = v.shortest; length <= v.longest; ++length) {
        // One number by itself knows no distance to the next.
        const int64_t farthest = length == 1 ? 1 : std::min(v.skips, size) + 1;
        for (int64_t distance = 1; distance <= farthest && (length - 1) * distance < size; ++distance) {
            for (int64_t first = 0; first + (length - 1) * distance < size; ++first) {
                key.clear();
                for (int64_t i = 0; i < length; ++i) {
                    key.push_back(x[begin + first + i * distance]);
                }
                if (const auto found = v.pool.find(key); found != v.pool.end()) {
                    const auto& [place, weight] = found->second;
                    y[place] = v.counts ? y[place] + weight : weight;
                }
            }
        }
    }
}

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(Vectorizer v, plan_of(call));
    SOFTACL_TRY(fill_pool(call, v));
    const Shape& x = call.inputs[0]->shape;
    const int64_t rows = x.rank() == 1 ? 1 : x[0];
    const int64_t size = x[x.rank() - 1];
    const aclDataType type = call.inputs[0]->dtype;
    return function_kernel(
        call, [=, v = std::make_shared<const Vectorizer>(std::move(v))](const kernels::Kernel::Buffers& b) -> Status {
            auto* const y = static_cast<float*>(b.outputs[0]);
            std::fill_n(y, rows * v->width, 0.0F);
            for (int64_t row = 0; row < rows; ++row) {
                count_row(*v, Indexes(b.inputs[0], type), row * size, size, y + row * v->width);
            }
            return {};
        });
}

Imported import_tf_idf(Importer& graph, const ForeignNode& node) {
    if (node.attrs.find_as<Strings>("pool_strings") != nullptr) {
        return import_fail("the attribute pool_strings is given; text is not supported, because AscendCL does not say ",
                           "how it lies in a tensor");
    }
    Attrs attrs = {{"mode", node.attrs.get<std::string>("mode", "")},
                   {"weights", node.attrs.get<Floats>("weights", {})}};
    for (const char* name : {"max_gram_length", "max_skip_count", "min_gram_length"}) {
        attrs.set(name, node.attrs.get<int64_t>(name, -1));
    }
    for (const char* name : {"ngram_counts", "ngram_indexes", "pool_int64s"}) {
        attrs.set(name, node.attrs.get<Ints>(name, {}));
    }
    return one(graph.add("CpuTfIdfVectorizer", {node.input(0)}, std::move(attrs)));
}

}  // namespace

OpDef declare_CpuTfIdfVectorizer() {
    return OpDef("CpuTfIdfVectorizer", "How often the n-grams of a pool are found in each row, or what they weigh.")
        .input("X", kIndexes)
        .output("Y", {ACL_FLOAT})
        .required_attr("max_gram_length", int64_t{})
        .required_attr("max_skip_count", int64_t{})
        .required_attr("min_gram_length", int64_t{})
        .required_attr("mode", std::string())
        .required_attr("ngram_counts", Ints{})
        .required_attr("ngram_indexes", Ints{})
        .required_attr("pool_int64s", Ints{})
        .attr("weights", Floats{})
        .infer(infer)
        .kernel("reference", make)
        .onnx("TfIdfVectorizer", import_tf_idf);
}

}  // namespace softacl::ops
