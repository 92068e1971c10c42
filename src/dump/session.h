// SPDX-License-Identifier: Apache-2.0
// A stretch of time in which tensors of operators go to files, as one configuration says.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/config_dump.h"
#include "dump/op_record.h"

namespace softacl::dump {

struct ModelRun {
    std::string name;
    uint32_t id = 0;
    uint64_t iteration = 0;  ///< from 0, per loaded model
};

/// One execution: of a model, or of a single operator.
struct Run {
    int32_t device = 0;
    std::optional<ModelRun> model;
};

/// Any thread.
class Session {
   public:
    /// Makes the folder {path}/{YYYYMMDDhhmmss}; a relative path is in program_folder(). 100004 if that fails.
    static Result<std::shared_ptr<Session>> open(DumpConfig config);

    bool wants(const Run& run) const;
    bool wants(const Run& run, const std::string& op, const std::vector<std::string>& origins) const;
    bool wants_inputs() const { return config_.inputs; }
    bool wants_outputs() const { return config_.outputs; }

    /// Writes a file into {device}/{model}/{model id}/{iteration}, that of a single operator into {device}. After a
    /// failure nothing more is written.
    void write(const Run& run, const OpRecord& record);
    /// The first failure; 100004.
    Status failure() const;
    const std::string& folder() const { return folder_; }

   private:
    Session(DumpConfig config, std::string folder) : config_(std::move(config)), folder_(std::move(folder)) {}

    const DumpConfig config_;
    const std::string folder_;
    mutable std::mutex mutex_;
    Status failure_;
    uint64_t last_time_ = 0;
};

/// Where relative paths begin: the folder of the executable, or of the script that Python runs; the working directory
/// if neither is known.
std::string program_folder();

}  // namespace softacl::dump
