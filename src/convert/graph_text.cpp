// SPDX-License-Identifier: Apache-2.0
#include "convert/graph_text.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>

#include <limits>

#include "convert/graph_text.pb.h"

namespace softacl::convert {
namespace {

namespace pb = google::protobuf;

// Graphs in attributes of operators of graphs.
constexpr int kDeepest = 64;

class Reporter : public pb::io::ErrorCollector {
   public:
    explicit Reporter(Problems& problems) : problems_(problems) {}
    void AddError(int line, int column, const std::string& message) override {
        problems_.add(code::kFile, "The text of the graph cannot be read: [line ", line + 1, ", column ", column + 1,
                      "] ", message, message.empty() || message.back() != '.' ? "." : "");
    }
    void AddWarning(int line, int column, const std::string& message) override {
        problems_.warn(code::kFile, "The text of the graph: [line ", line + 1, ", column ", column + 1, "] ", message,
                       " It is ignored.");
    }

   private:
    Problems& problems_;
};

}  // namespace

std::optional<std::string> parse_graph_text(const void* data, size_t size, Problems& problems) {
    if (size == 0 || size > static_cast<size_t>(std::numeric_limits<int>::max())) {
        problems.add(code::kFile, "The text of the graph has [", size, "] bytes. Give the text of a model definition.");
        return std::nullopt;
    }
    Reporter reporter(problems);
    pb::TextFormat::Parser parser;
    parser.AllowUnknownField(true);
    parser.SetRecursionLimit(kDeepest);
    parser.RecordErrorsTo(&reporter);
    pb::io::ArrayInputStream stream(data, static_cast<int>(size));
    ge_text::ModelDef definition;
    if (!parser.Parse(&stream, &definition)) {
        return std::nullopt;
    }
    if (definition.graph_size() == 0) {
        problems.add(code::kFile, "The text has no graph. Give the text of a model definition.");
        return std::nullopt;
    }
    return definition.SerializeAsString();
}

}  // namespace softacl::convert
