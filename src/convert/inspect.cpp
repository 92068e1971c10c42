// SPDX-License-Identifier: Apache-2.0
#include "convert/inspect.h"

#include <filesystem>

#include "convert/graph_text.h"
#include "model/file.h"
#include "model/json.h"

namespace softacl::convert {
namespace {

void cannot_read(const std::string& om, const Status& status, Problems& problems) {
    problems.add(code::kFile, "om [", om, "] cannot be read: ", status.message(), ". Give an offline model.");
}

}  // namespace

std::string model_info(const std::string& om, Problems& problems) {
    const auto facts = model::facts_of_om(om);
    if (!facts.ok()) {
        cannot_read(om, facts.status(), problems);
        return {};
    }
    // What tools look for, word by word. There are no kernels and tasks in our files, and nobody else's are run.
    return text("============ Display Model Info start ============\n",
                "Original Atc command line: ", printable(facts->command_line), "\n", "system   info: atc_version[",
                printable(facts->atc_version), "], soc_version[", printable(facts->soc_version), "], framework_type[",
                printable(facts->framework), "].\n", "resource info: memory_size[", facts->memory_bytes,
                " B], weight_size[", facts->weight_bytes, " B], stream_num[", facts->streams, "], event_num[",
                facts->events, "].\n", "om       info: modeldef_size[", facts->definition_bytes,
                " B], weight_data_size[", facts->weight_data_bytes,
                " B], tbe_kernels_size[0 B], cust_aicpu_kernel_store_size[0 B], task_info_size[0 B].\n",
                "============ Display Model Info end   ============\n");
}

void write_json(const std::string& om, const std::string& json, Problems& problems) {
    const auto document = model::om_to_json(om);
    if (!document.ok()) {
        cannot_read(om, document.status(), problems);
        return;
    }
    write_text(json, "json", *document, problems);
}

void write_json_of_text(const std::string& path, const std::string& json, Problems& problems) {
    const auto file = model::map_file(path);
    if (!file.ok()) {
        problems.add(code::kFile, "om [", path, "] cannot be read: ", file.status().message(), ".");
        return;
    }
    const auto definition = parse_graph_text(file->data.get(), file->size, problems);
    if (!definition) {
        return;
    }
    const auto document = model::definition_to_json(*definition);
    if (!document.ok()) {
        problems.add(code::kFile, "om [", path, "] cannot be read: ", document.status().message(), ".");
        return;
    }
    write_text(json, "json", *document, problems);
}

void write_text(const std::string& path, const char* option, const std::string& content, Problems& problems) {
    std::error_code error;
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    if (!folder.empty()) {
        std::filesystem::create_directories(folder, error);
    }
    model::OutputFile file(path);
    Status status = file.open();
    if (status.ok()) {
        status = file.append(content.data(), content.size());
    }
    if (status.ok()) {
        status = file.commit();
    }
    if (!status.ok()) {
        problems.add(code::kFile, option, " [", path, "] cannot be written: ", status.message(), ".");
    }
}

}  // namespace softacl::convert
