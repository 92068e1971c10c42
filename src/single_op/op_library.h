// SPDX-License-Identifier: Apache-2.0
// Operators loaded from files of `atc --singleop`, and whether a call is one of them.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "graph/op_request.h"
#include "runtime/end_observer.h"

namespace softacl::single_op {

/// Any operator runs without a file, so loaded ones count only where SOFTACL_STRICT_OPS is 1, as on the device. Any
/// thread.
class OpLibrary final : public runtime::EndObserver {
   public:
    /// Made at first use and never destroyed.
    static OpLibrary& instance();

    /// Loads all files *.om of a folder and of two levels of folders in it, or none. `warning` says if there are none.
    /// 100003 for something else than a folder that can be read, 100002 if a folder was loaded already; else as
    /// load().
    Status load_folder(const std::string& folder, std::string& warning);
    /// Loads one from memory. The errors of model::read_om; 100016 for a network's model, 100013 for a description that
    /// makes no sense.
    Status load(const void* data, size_t size);
    /// An operator that a program had prepared, which counts as a loaded one. Those that were not used for longest
    /// leave when there are more than max_opqueue_num of the configuration, those of files included, which never leave.
    void add_compiled(const graph::OpRequest& request);

    /// True where calls have to match.
    bool is_strict() const { return is_strict_; }
    /// Whether a call is one of a loaded operator. 100024 if nothing is loaded; else the first part in which the most
    /// similar one differs: 100020 the type, 100021 an input, 100022 an output, 100023 an attribute.
    Status match(const graph::OpRequest& request);
    /// How many came out of files.
    size_t file_count() const;

    void process_ends() override;

   private:
    struct Entry {
        std::string origin;  ///< begins sentences: `model file "x.om"`
        graph::OpRequest request;
        bool from_file = true;
    };
    using Entries = std::list<Entry>;

    OpLibrary();
    static Result<Entry> read(const std::string& path);

    const bool is_strict_;
    mutable std::mutex mutex_;
    bool has_folder_ = false;
    Entries entries_;  ///< used last first
    size_t files_ = 0;
};

}  // namespace softacl::single_op
