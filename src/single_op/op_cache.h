// SPDX-License-Identifier: Apache-2.0
// Operators that were prepared for earlier calls.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "graph/op_request.h"
#include "runtime/end_observer.h"
#include "single_op/prepared_op.h"

namespace softacl::single_op {

/// What is known of a call before it runs.
struct KnownOp {
    std::shared_ptr<PreparedOp> prepared;  ///< null: values must be known first
    std::vector<TensorType> outputs;       ///< -1: depends on values
    /// Without its values known, the operator does not tell its outputs' shapes; so a program may describe larger ones.
    bool depends_on_values = false;
};

/// Equal for requests that may use the same prepared operator: type, attributes, and of all tensors element type,
/// shape, format and known values.
std::string key_of(const graph::OpRequest& request);

/// Finds out and prepares, without the cache. The errors of ResolvedOp::resolve and PreparedOp::make.
Result<KnownOp> know(const graph::OpRequest& request);

/// Forgets what was not used for longest, where it is more than max_opqueue_num of the configuration together with the
/// operators loaded from files. Any thread.
class OpCache final : public runtime::EndObserver {
   public:
    /// Made at first use and never destroyed.
    static OpCache& instance();

    Result<std::shared_ptr<const KnownOp>> find_or_make(const graph::OpRequest& request);
    size_t size() const;

    void process_ends() override;

   private:
    using Entry = std::pair<std::string, std::shared_ptr<const KnownOp>>;

    OpCache() { runtime::observe_ends(*this); }
    std::shared_ptr<const KnownOp> find(const std::string& key);
    void add(std::string key, std::shared_ptr<const KnownOp> known);

    mutable std::mutex mutex_;
    std::list<Entry> entries_;  ///< used last first
    std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
};

}  // namespace softacl::single_op
