// SPDX-License-Identifier: Apache-2.0
#include "convert/caffe/text.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>

#include <limits>

namespace softacl::convert {
namespace {

namespace pb = google::protobuf;

// Caffe's messages nest five deep.
constexpr int kDeepest = 32;

struct Complaint {
    int line;
    int column;
    std::string text;
    bool warning;
};

class Collector : public pb::io::ErrorCollector {
   public:
    // Of the parser, lines and columns count from 0; -1 is the file as a whole.
    void AddError(int line, int column, const std::string& message) override {
        complaints.push_back({line, column, message, false});
    }
    void AddWarning(int line, int column, const std::string& message) override {
        complaints.push_back({line, column, message, true});
    }

    std::vector<Complaint> complaints;
};

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// The short name of the message that a complaint about an unknown field names in quotation marks.
std::string message_of(const std::string& text) {
    const size_t begin = text.find('"');
    const size_t end = text.find('"', begin + 1);
    if (begin == std::string::npos || end == std::string::npos) {
        return "";
    }
    const std::string name = text.substr(begin + 1, end - begin - 1);
    return name.substr(name.rfind('.') + 1);
}

std::string place(const Complaint& complaint) {
    return text("line ", complaint.line + 1, ", column ", complaint.column + 1);
}

/// Which of the layers a line belongs to.
size_t layer_at(const pb::TextFormat::ParseInfoTree& tree, const pb::FieldDescriptor* field, int count, int line) {
    size_t found = 0;
    for (int i = 0; i < count && tree.GetLocation(field, i).line <= line; ++i) {
        found = static_cast<size_t>(i);
    }
    return found;
}

}  // namespace

std::optional<Prototxt> parse_prototxt(const void* data, size_t size, Problems& problems) {
    if (size > static_cast<size_t>(std::numeric_limits<int>::max())) {
        problems.add(code::kCaffe, "The network has [", size, "] bytes, which no text of a network has.");
        return std::nullopt;
    }
    Prototxt result;
    Collector collector;
    pb::TextFormat::ParseInfoTree tree;
    pb::TextFormat::Parser parser;
    parser.AllowUnknownField(true);
    parser.AllowPartialMessage(true);
    parser.SetRecursionLimit(kDeepest);
    parser.RecordErrorsTo(&collector);
    parser.WriteLocationsTo(&tree);
    pb::io::ArrayInputStream stream(data, static_cast<int>(size));
    const bool good = parser.Parse(&stream, &result.net);
    const auto* descriptor = caffe::NetParameter::descriptor();
    for (const Complaint& complaint : collector.complaints) {
        const std::string message = complaint.warning ? message_of(complaint.text) : "";
        if (!complaint.warning) {
            problems.add(code::kCaffe, "The network cannot be read: [", place(complaint), "] ", complaint.text,
                         ends_with(complaint.text, ".") ? "" : ".");
        } else if (message == "Ignored" || ends_with(message, "DataParameter")) {
            continue;
        } else if (message == "LayerParameter" || message == "V1LayerParameter") {
            const bool old = message == "V1LayerParameter";
            const int count = old ? result.net.layers_size() : result.net.layer_size();
            const auto* field = descriptor->FindFieldByName(old ? "layers" : "layer");
            const size_t field_name = complaint.text.find("named");
            const std::string name =
                field_name == std::string::npos ? complaint.text : complaint.text.substr(field_name);
            result.unknown.push_back(
                {layer_at(tree, field, count, complaint.line),
                 text("a field ", name.substr(0, name.rfind('"') + 1), " (", place(complaint), ")")});
        } else if (message == "NetParameter") {
            problems.warn(code::kCaffe, "The network's text: [", place(complaint), "] ", complaint.text,
                          " It is ignored.");
        } else {
            problems.add(code::kCaffe, "The network's text: [", place(complaint), "] ", complaint.text,
                         " Nobody knows what it changes: remove it if it changes nothing.");
        }
    }
    if (!good) {
        if (collector.complaints.empty()) {
            problems.add(code::kCaffe, "The text of the network cannot be read.");
        }
        return std::nullopt;
    }
    return result;
}

}  // namespace softacl::convert
