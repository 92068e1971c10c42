// SPDX-License-Identifier: Apache-2.0
#include "dump/session.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>

#include "acl/acl_base.h"
#include "base/log.h"
#include "dump/dump_file.h"

namespace softacl::dump {
namespace {

namespace fs = std::filesystem;

std::string time_of_day() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    localtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y%m%d%H%M%S", &parts);
    return text;
}

Status make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    return error ? fail(ACL_ERROR_WRITE_FILE, "the folder \"", folder.string(),
                        "\" for dump files cannot be made: ", error.message())
                 : Status();
}

// A name that leads nowhere else.
std::string one_folder(std::string name) {
    std::replace(name.begin(), name.end(), '/', '_');
    return name.empty() || name == "." || name == ".." ? "_" : name;
}

}  // namespace

Result<std::shared_ptr<Session>> Session::open(DumpConfig config) {
    fs::path path(config.path);
    if (path.is_relative()) {
        path = fs::path(program_folder()) / path;
    }
    path /= time_of_day();
    SOFTACL_TRY(make_folder(path));
    return std::shared_ptr<Session>(new Session(std::move(config), path.string()));
}

bool Session::wants(const Run& run) const {
    if (!run.model) {
        return config_.single_ops;
    }
    const auto is_this = [&](const DumpConfig::Model& model) { return model.name == run.model->name; };
    const auto has_this = [&](const auto& range) {
        return range.first <= run.model->iteration && run.model->iteration <= range.second;
    };
    return (config_.models.empty() || std::any_of(config_.models.begin(), config_.models.end(), is_this)) &&
           (config_.steps.empty() || std::any_of(config_.steps.begin(), config_.steps.end(), has_this));
}

bool Session::wants(const Run& run, const std::string& op, const std::vector<std::string>& origins) const {
    if (config_.models.empty() || !run.model) {
        return true;
    }
    const auto is_this = [&](const std::string& layer) {
        return layer == op || std::find(origins.begin(), origins.end(), layer) != origins.end();
    };
    return std::any_of(config_.models.begin(), config_.models.end(), [&](const DumpConfig::Model& model) {
        return model.name == run.model->name &&
               (model.layers.empty() || std::any_of(model.layers.begin(), model.layers.end(), is_this));
    });
}

void Session::write(const Run& run, const OpRecord& record) {
    using std::chrono::microseconds;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) {
        return;
    }
    // Two files of one operator must not have one name.
    last_time_ = std::max(last_time_ + 1, static_cast<uint64_t>(std::chrono::duration_cast<microseconds>(now).count()));
    fs::path folder = fs::path(folder_) / std::to_string(run.device);
    if (run.model) {
        folder =
            folder / one_folder(run.model->name) / std::to_string(run.model->id) / std::to_string(run.model->iteration);
    }
    failure_ = make_folder(folder);
    if (failure_.ok()) {
        failure_ = write_file(folder.string(), record, last_time_);
    }
    if (!failure_.ok()) {
        log(LogLevel::kError, SOFTACL_HERE, failure_.message() + "; dumping ends");
    }
}

Status Session::failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
}

}  // namespace softacl::dump
