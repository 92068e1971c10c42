// SPDX-License-Identifier: Apache-2.0
#include "convert/aipp/config.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "convert/aipp/aipp.pb.h"

namespace softacl::convert {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

/// Protobuf counts lines from 0.
std::string at_line(const std::string& file, int line) { return text(file, ":", line + 1); }

/// Protobuf passes over fields it does not know and warns; here they are problems like all others.
class Collector final : public google::protobuf::io::ErrorCollector {
   public:
    Collector(const std::string& text, const std::string& file, Problems& problems) : file_(file), problems_(problems) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            lines_.push_back(std::move(line));
        }
    }

    void AddError(int line, int /*column*/, const std::string& message) override { add(line, message); }
    void AddWarning(int line, int /*column*/, const std::string& message) override { add(line, message); }

   private:
    void add(int line, std::string message) {
        const std::string package = "softacl.aipp_file.";
        for (size_t at = 0; (at = message.find(package, at)) != std::string::npos;) {
            message.erase(at, package.size());
        }
        while (!message.empty() && message.back() == '.') {
            message.pop_back();
        }
        problems_.add(code::kAipp, "insert_op_conf [", at_line(file_, corrected(line, message)),
                      "] cannot be understood: ", message, ". Correct the file.");
    }

    /// A word that is none of an enumeration is reported where the word behind it stands.
    int corrected(int line, const std::string& message) const {
        const std::string start = "Unknown enumeration value of \"";
        if (message.compare(0, start.size(), start) != 0) {
            return line;
        }
        const std::string word = message.substr(start.size(), message.find('"', start.size()) - start.size());
        for (int i = std::min(line, static_cast<int>(lines_.size()) - 1); i >= 0; --i) {
            if (lines_[static_cast<size_t>(i)].find(word) != std::string::npos) {
                return i;
            }
        }
        return line;
    }

    std::vector<std::string> lines_;
    const std::string& file_;
    Problems& problems_;
};

void assign(const Reflection& fields, const aipp_file::Operation& op, const FieldDescriptor* field, bool& value) {
    value = fields.GetBool(op, field);
}
void assign(const Reflection& fields, const aipp_file::Operation& op, const FieldDescriptor* field, int32_t& value) {
    value = fields.GetInt32(op, field);
}
void assign(const Reflection& fields, const aipp_file::Operation& op, const FieldDescriptor* field, float& value) {
    value = fields.GetFloat(op, field);
}

class BlockReader {
   public:
    BlockReader(const aipp_file::Operation& op, AippBlock& block, Problems& problems)
        : op_(op), block_(block), problems_(problems) {}

    void read(const TextFormat::ParseInfoTree* places) {
        const Descriptor& type = *aipp_file::Operation::descriptor();
        const Reflection& fields = *op_.GetReflection();
        for (int i = 0; i < type.field_count(); ++i) {
            const FieldDescriptor* field = type.field(i);
            const bool list = field->is_repeated();
            if (list ? fields.FieldSize(op_, field) != 0 : fields.HasField(op_, field)) {
                block_.lines[field->name()] =
                    places == nullptr ? block_.line : places->GetLocation(field, list ? 0 : -1).line;
            }
        }
        aipp::for_each_field(block_.params, [&](const char* name, auto& value, double, double, bool) {
            if (block_.gives(name)) {
                assign(fields, op_, type.FindFieldByName(name), value);
            }
        });
        read_mode();
        read_input();
        if (!block_.dynamic) {
            without_effect();
        }
    }

   private:
    template <class... Parts>
    void complain(const char* field, const Parts&... parts) {
        problems_.add(code::kAipp, "insert_op_conf [", block_.place(field), "] ", parts...);
    }

    void read_mode() {
        if (op_.aipp_mode() == aipp_file::Operation::dynamic) {
            read_dynamic();
            return;
        }
        if (op_.aipp_mode() != aipp_file::Operation::static_) {
            complain("aipp_mode", "does not say what aipp_mode is. Write aipp_mode: static, or dynamic.");
        }
        if (block_.gives("max_src_image_size")) {
            problems_.warn(code::kAipp, "insert_op_conf [", block_.place("max_src_image_size"),
                           "] gives max_src_image_size, which static AIPP does not use.");
        }
        if (!block_.gives("input_format")) {
            complain("input_format", "does not say what input_format is. Use one of ", aipp::format_names(), ".");
            return;
        }
        block_.params.format = static_cast<aipp::Format>(op_.input_format());
    }

    void read_dynamic() {
        const int64_t bytes = op_.max_src_image_size();
        block_.dynamic = {bytes};
        if (!block_.gives("max_src_image_size")) {
            complain("aipp_mode",
                     "is dynamic, but max_src_image_size is missing. Give the bytes of the largest picture.");
        } else if (bytes < 1 || bytes > aipp::kMostSourceBytes) {
            complain("max_src_image_size", "max_src_image_size [", bytes, "] is outside of 1 to ",
                     aipp::kMostSourceBytes, ".");
        }
        static const std::set<std::string>& meant =
            *new std::set<std::string>{"aipp_mode",      "related_input_rank", "related_input_name",
                                       "input_edge_idx", "max_src_image_size", "support_rotation"};
        std::string others;
        for (const auto& [field, line] : block_.lines) {
            if (meant.count(field) == 0) {
                others += (others.empty() ? "" : ", ") + field;
            }
        }
        if (!others.empty()) {
            problems_.warn(code::kAipp, "insert_op_conf [", block_.place("aipp_mode"), "] is dynamic; ", others,
                           " have no effect: programs set them at run time.");
        }
    }

    void read_input() {
        block_.input = op_.related_input_name();
        if (block_.gives("related_input_rank")) {
            block_.rank = op_.related_input_rank();
        }
        if (block_.rank && block_.gives("related_input_name")) {
            complain("related_input_name", "gives related_input_name [", block_.input, "] and related_input_rank [",
                     *block_.rank, "]. Give one of them.");
        }
        if (block_.gives("input_edge_idx")) {
            complain("input_edge_idx", "input_edge_idx [", op_.input_edge_idx(0),
                     "] is not supported: all readers of an input get the same pictures. Leave it out.");
        }
    }

    void without_effect() {
        for (const char* field : {"cpadding_value", "raw_rgbir_to_f16_n", "single_line_mode"}) {
            if (block_.gives(field)) {
                problems_.warn(code::kAipp, "insert_op_conf [", block_.place(field), "] gives ", field,
                               ", which has no effect here.");
            }
        }
    }

    const aipp_file::Operation& op_;
    AippBlock& block_;
    Problems& problems_;
};

}  // namespace

std::string AippBlock::place(const std::string& field) const {
    const auto at = lines.find(field);
    return at_line(file, at == lines.end() ? line : at->second);
}

std::vector<AippBlock> parse_aipp(const std::string& text, const std::string& file, Problems& problems) {
    Collector collector(text, file, problems);
    TextFormat::ParseInfoTree places;
    TextFormat::Parser parser;
    parser.RecordErrorsTo(&collector);
    parser.WriteLocationsTo(&places);
    parser.AllowUnknownField(true);
    aipp_file::File message;
    const size_t before = problems.list().size();
    if (!parser.ParseFromString(text, &message)) {
        if (problems.list().size() == before) {
            problems.add(code::kAipp, "insert_op_conf [", file, "] cannot be understood. Correct the file.");
        }
        return {};
    }
    std::vector<AippBlock> blocks;
    const FieldDescriptor* list = aipp_file::File::descriptor()->FindFieldByName("aipp_op");
    for (int i = 0; i < message.aipp_op_size(); ++i) {
        AippBlock block;
        block.file = file;
        block.line = places.GetLocation(list, i).line;
        BlockReader(message.aipp_op(i), block, problems).read(places.GetTreeForNested(list, i));
        blocks.push_back(std::move(block));
    }
    if (blocks.empty() && problems.list().size() == before) {
        problems.add(code::kAipp, "insert_op_conf [", file, "] has no block. Write aipp_op { ... }.");
    }
    return blocks;
}

std::vector<AippBlock> read_aipp(const std::string& path, Problems& problems) {
    constexpr uintmax_t kMost = uintmax_t{16} << 20;
    std::error_code error;
    std::ifstream file(path, std::ios::binary);
    if (!std::filesystem::is_regular_file(path, error) || !file) {
        problems.add(code::kFile, "insert_op_conf [", path, "] is no file that can be read. Correct the path.");
        return {};
    }
    if (const uintmax_t size = std::filesystem::file_size(path, error); size > kMost) {
        problems.add(code::kAipp, "insert_op_conf [", path, "] has ", size,
                     " bytes, which is no configuration. Give the right file.");
        return {};
    }
    std::ostringstream text;
    text << file.rdbuf();
    return parse_aipp(text.str(), path, problems);
}

}  // namespace softacl::convert
