// SPDX-License-Identifier: Apache-2.0
#include "single_op/op_library.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "acl/acl_base.h"
#include "base/env.h"
#include "model/om.h"
#include "model/op_file.h"
#include "runtime/process.h"
#include "single_op/op_cache.h"
#include "single_op/op_match.h"

namespace softacl::single_op {
namespace {

namespace fs = std::filesystem;
using graph::OpRequest;

constexpr int kLevels = 3;

// NOLINTNEXTLINE(misc-no-recursion): three levels
Status find_files(const fs::path& folder, int levels, std::vector<fs::path>& files) {
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        std::error_code unknown;  // of what vanished, or may not be looked at
        if (entry->is_directory(unknown)) {
            if (levels > 1) {
                SOFTACL_TRY(find_files(entry->path(), levels - 1, files));
            }
        } else if (entry->path().extension() == ".om") {
            files.push_back(entry->path());
        }
    }
    if (error) {
        return fail(ACL_ERROR_INVALID_FILE, "the folder \"", folder.string(), "\" cannot be read: ", error.message());
    }
    return {};
}

Result<OpRequest> description_in(const model::OmModel& model, const std::string& origin) {
    const auto at = model.attrs.find(model::kSingleOp);
    const auto* json = at == model.attrs.end() ? nullptr : std::get_if<std::string>(&at->second);
    if (json == nullptr) {
        return fail(ACL_ERROR_MODEL_MISSING_ATTR, origin,
                    ": it is the model of a network, not of a single operator; aclmdlLoadFromFile loads it");
    }
    std::vector<std::string> problems;
    auto ops = model::read_ops(*json, problems);
    const auto& nodes = model.graph.nodes;
    if (ops.ok() && problems.empty()) {
        const auto is_described = [&](const graph::Node& node) { return node.op->name() == ops->front().request.type; };
        if (ops->size() != 1 || std::none_of(nodes.begin(), nodes.end(), is_described)) {
            problems.push_back(text("the graph has no operator ", ops->front().request.type));
        }
    }
    if (!ops.ok() || !problems.empty()) {
        return fail(ACL_ERROR_PARSE_MODEL, origin, ": the description of its operator makes no sense: ",
                    ops.ok() ? problems.front() : ops.status().message());
    }
    return std::move(ops->front().request);
}

}  // namespace

OpLibrary& OpLibrary::instance() {
    static auto& instance = *new OpLibrary;
    return instance;
}

OpLibrary::OpLibrary() : is_strict_(env_switch("SOFTACL_STRICT_OPS")) { runtime::observe_ends(*this); }

Result<OpLibrary::Entry> OpLibrary::read(const std::string& path) {
    SOFTACL_ASSIGN(const model::OmModel model, model::read_om_file(path));
    Entry entry;
    entry.origin = text("model file \"", path, "\"");
    SOFTACL_ASSIGN(entry.request, description_in(model, entry.origin));
    return entry;
}

Status OpLibrary::load_folder(const std::string& folder, std::string& warning) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        return fail(ACL_ERROR_INVALID_FILE, "modelDir is \"", folder, "\", which is no folder that can be read");
    }
    {
        const std::lock_guard lock(mutex_);
        if (has_folder_) {
            return fail(ACL_ERROR_REPEAT_INITIALIZE, "a folder of operators was named already; aclopLoad loads more");
        }
    }
    std::vector<fs::path> files;
    SOFTACL_TRY(find_files(folder, kLevels, files));
    std::sort(files.begin(), files.end());
    Entries loaded;
    for (const fs::path& file : files) {
        SOFTACL_ASSIGN(Entry entry, read(file.string()));
        loaded.push_back(std::move(entry));
    }
    if (loaded.empty()) {
        warning = text("there is no file *.om in \"", folder, "\" or two levels of folders below");
    }
    const std::lock_guard lock(mutex_);
    if (has_folder_) {
        return fail(ACL_ERROR_REPEAT_INITIALIZE, "another thread named a folder of operators meanwhile");
    }
    has_folder_ = true;
    files_ += loaded.size();
    entries_.splice(entries_.begin(), loaded);
    return {};
}

Status OpLibrary::load(const void* data, size_t size) {
    Entry entry;
    entry.origin = text("the operator's model of ", size, " bytes");
    SOFTACL_ASSIGN(const model::OmModel model, model::read_om(data, size, nullptr, entry.origin));
    SOFTACL_ASSIGN(entry.request, description_in(model, entry.origin));
    const std::lock_guard lock(mutex_);
    entries_.push_front(std::move(entry));
    ++files_;
    return {};
}

void OpLibrary::add_compiled(const OpRequest& request) {
    const auto most = runtime::Process::instance().max_opqueue_num();
    const std::string key = key_of(request);
    Entries forgotten;  // ends when the lock is open
    const std::lock_guard lock(mutex_);
    const auto same = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return !entry.from_file && key_of(entry.request) == key;
    });
    if (same != entries_.end()) {
        entries_.splice(entries_.begin(), entries_, same);
        return;
    }
    entries_.push_front({"the operator that was compiled", request, false});
    while (entries_.size() > most) {
        const auto oldest =
            std::find_if(entries_.rbegin(), entries_.rend(), [](const Entry& e) { return !e.from_file; });
        const auto at = std::prev(oldest.base());
        if (at == entries_.begin()) {
            return;  // the one that was just added stays, whatever the limit says
        }
        forgotten.splice(forgotten.begin(), entries_, at);
    }
}

Status OpLibrary::match(const OpRequest& request) {
    const std::lock_guard lock(mutex_);
    if (entries_.empty()) {
        return fail(ACL_ERROR_OP_NOT_FOUND, "operator ", request.type,
                    ": no operator is loaded, which SOFTACL_STRICT_OPS=1 needs; aclopSetModelDir and aclopLoad load "
                    "them");
    }
    const Entry* nearest = nullptr;
    Comparison best;
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
        if (entry->request.type != request.type) {
            continue;
        }
        Comparison comparison = compare(request, entry->request);
        if (comparison.difference.ok()) {
            entries_.splice(entries_.begin(), entries_, entry);
            return {};
        }
        if (nearest == nullptr || best < comparison) {
            nearest = &*entry;
            best = std::move(comparison);
        }
    }
    if (nearest == nullptr) {
        return fail(ACL_ERROR_OP_TYPE_NOT_MATCH, "operator ", request.type, ": none of the ", entries_.size(),
                    " loaded operators is of this type (SOFTACL_STRICT_OPS=1)");
    }
    return fail(best.difference.code(), "operator ", request.type, ": ", best.difference.message(), " by ",
                nearest->origin, " (SOFTACL_STRICT_OPS=1)");
}

size_t OpLibrary::file_count() const {
    const std::lock_guard lock(mutex_);
    return files_;
}

void OpLibrary::process_ends() {
    Entries forgotten;
    const std::lock_guard lock(mutex_);
    entries_.swap(forgotten);
    has_folder_ = false;
    files_ = 0;
}

}  // namespace softacl::single_op
