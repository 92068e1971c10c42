// SPDX-License-Identifier: Apache-2.0
#include "model/om.h"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <climits>
#include <filesystem>

#include "acl/acl_base.h"
#include "base/env.h"
#include "model/attr_code.h"
#include "model/checksum.h"
#include "model/container.h"
#include "model/decode.h"
#include "model/encode.h"
#include "model/file.h"
#include "model/weight_file.h"

namespace softacl::model {
namespace {

constexpr char kCommandLine[] = "atc_cmdline";
constexpr char kSocVersion[] = "soc_version";

std::string text_attr(const ge::ModelDef& definition, const char* key) {
    const ge::AttrDef* found = find_entry(definition.attr(), key);
    return found == nullptr ? std::string() : found->s();
}

// The value of --model in a command line, or nothing.
std::string source_model(const std::string& command) {
    constexpr char kOption[] = "--model";
    const size_t at = command.find(kOption);
    const size_t begin = at == std::string::npos ? at : command.find_first_not_of("= ", at + sizeof kOption - 1);
    return begin == std::string::npos ? std::string() : command.substr(begin, command.find(' ', begin) - begin);
}

Status made_for_hardware(const ge::ModelDef& definition, const std::string& origin) {
    const std::string soc = text_attr(definition, kSocVersion);
    const std::string source = source_model(text_attr(definition, kCommandLine));
    return fail(ACL_ERROR_GE_EXEC_LOAD_KERNEL_PARTITION_FAILED, origin, ": it holds kernels for ",
                soc.empty() ? "real hardware" : soc, ", which cannot run here; convert the original model",
                source.empty() ? "" : " (" + source + ")", " again with softacl's atc");
}

bool has_free_dimension(const OmModel& model) {
    const auto& graph = model.graph;
    return std::any_of(graph.inputs.begin(), graph.inputs.end(),
                       [&](graph::ValueId id) { return !graph.value(id).type.shape.is_known(); });
}

Status write_parts(const ContainerPlan& plan, const std::string& definition, const WeightsPlan& weights,
                   OutputFile* file) {
    SOFTACL_TRY(file->append(plan.head.data(), plan.head.size()));
    SOFTACL_TRY(file->append(definition.data(), definition.size()));
    SOFTACL_TRY(append_weights(weights, *file));
    const Digest digest = file->digest();
    return file->patch(digest.data(), digest.size(), kChecksumOffset);
}

Status write_container(const OmModel& model, const std::string& path, ge::ModelDef* definition,
                       const WeightsPlan& weights) {
    const bool free_shape = has_free_dimension(model) && model.attrs.count("acl_cpu.gears") == 0;
    const ContainerPlan plan = plan_container({model.graph.name, definition->ByteSizeLong(), weights.size, free_shape});
    for (auto& entry : *definition->mutable_attr()) {
        if (entry.key() == kPadding) {
            entry.mutable_value()->set_s(std::string(plan.padding, ' '));
        }
    }
    if (definition->ByteSizeLong() > INT_MAX) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "the file \"", path, "\" would need a definition of ",
                    definition->ByteSizeLong(), " bytes; at most 2 GiB can be read");
    }
    std::string bytes;
    definition->SerializeToString(&bytes);
    OutputFile file(path);
    SOFTACL_TRY(file.open());
    SOFTACL_TRY(write_parts(plan, bytes, weights, &file));
    return file.commit();
}

}  // namespace

Status write_om(const OmModel& model, const std::string& path) {
    google::protobuf::Arena arena;
    auto* definition = google::protobuf::Arena::CreateMessage<ge::ModelDef>(&arena);
    WeightsPlan weights;
    SOFTACL_TRY(encode(model, definition, &weights));
    return write_container(model, path, definition, weights);
}

Result<std::string> write_om_and_weights(const OmModel& model, const std::string& path) {
    namespace fs = std::filesystem;
    google::protobuf::Arena arena;
    auto* definition = google::protobuf::Arena::CreateMessage<ge::ModelDef>(&arena);
    WeightsPlan weights;
    SOFTACL_TRY(encode(model, definition, &weights, true));
    std::string weight_path;
    if (weights.size != 0) {
        const std::string location = weight_location(fs::path(path).stem().string(), weights);
        for (auto& graph : *definition->mutable_graph()) {
            for (auto& op : *graph.mutable_op()) {
                for (auto& entry : *op.mutable_attr()) {
                    if (op.type() == kFileConstant && entry.key() == kLocation) {
                        entry.mutable_value()->set_s(location);
                    }
                }
            }
        }
        weight_path = (fs::path(path).parent_path() / location).string();
        std::error_code error;
        fs::create_directories(fs::path(weight_path).parent_path(), error);
        if (error) {
            return fail(ACL_ERROR_WRITE_FILE, "the folder of \"", weight_path, "\" cannot be made: ", error.message());
        }
        OutputFile file(weight_path);
        SOFTACL_TRY(file.open());
        SOFTACL_TRY(append_weights(weights, file));
        SOFTACL_TRY(file.commit());
    }
    SOFTACL_TRY(write_container(model, path, definition, {}));
    return weight_path;
}

namespace {

Result<OmModel> read_held(const void* data, size_t size, Hold hold, WeightFiles files, const std::string& origin) {
    const bool verify = !env_switch("SOFTACL_SKIP_CHECKSUM");
    SOFTACL_ASSIGN(const Container container,
                   parse_container({static_cast<const uint8_t*>(data), size}, verify, origin));
    if (container.model_def.size > INT_MAX) {
        return fail(ACL_ERROR_PARSE_MODEL, origin, ": the model definition has ", container.model_def.size,
                    " bytes; at most 2 GiB are read");
    }
    google::protobuf::Arena arena;
    auto* definition = google::protobuf::Arena::CreateMessage<ge::ModelDef>(&arena);
    if (!definition->ParseFromArray(container.model_def.data, static_cast<int>(container.model_def.size))) {
        return fail(ACL_ERROR_GE_EXEC_LOAD_MODEL_PARTITION_FAILED, origin, ": the model definition of ",
                    container.model_def.size, " bytes is not readable");
    }
    if (!container.ours && !env_switch("SOFTACL_FOREIGN_OM")) {
        return made_for_hardware(*definition, origin);
    }
    return decode(*definition, {container.weights, std::move(hold), origin, &files, container.minor > kFormatMinor,
                                !container.ours});
}

}  // namespace

Result<OmModel> read_om(const void* data, size_t size, std::shared_ptr<const void> owner, const std::string& origin) {
    const auto hold = [owner = std::move(owner)](const void* bytes, size_t) {
        return std::shared_ptr<const void>(owner, bytes);
    };
    return read_held(data, size, hold, {std::nullopt, origin}, origin);
}

Result<OmModel> read_om_file(const std::string& path) {
    SOFTACL_ASSIGN(const MappedFile file, map_file(path));
    const auto hold = [&file](const void* bytes, size_t count) { return file.part(bytes, count); };
    const std::string origin = text("model file \"", path, "\"");
    return read_held(file.data.get(), file.size, hold, {std::filesystem::path(path).parent_path().string(), origin},
                     origin);
}

}  // namespace softacl::model
