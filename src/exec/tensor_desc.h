// SPDX-License-Identifier: Apache-2.0
// Descriptions of tensors: type, shape, format and what else a program says of an operator's inputs and outputs.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "acl/acl_base.h"
#include "base/handle.h"
#include "tensor/shape.h"

namespace softacl::exec {

/// Smallest and largest value; -1 as the largest: no limit.
using Range = std::array<int64_t, 2>;

/// Dimensions in a format. Without a shape not even the number of dimensions is known.
struct Layout {
    std::optional<Shape> shape;
    aclFormat format = ACL_FORMAT_UNDEFINED;
};

struct TensorFacts {
    aclDataType dtype = ACL_DT_UNDEFINED;
    Layout layout;                 ///< what the program sees
    Layout storage;                ///< how the data lies, where that differs: undefined until set
    std::optional<Layout> source;  ///< what `layout` was made of, with the dimensions before they were padded
    std::vector<Range> ranges;     ///< of each dimension; empty if none were given
    std::vector<Range> value_ranges;
    std::string name;
    std::string dynamic_input;
    aclMemType placement = ACL_MEMTYPE_DEVICE;
    std::shared_ptr<const std::vector<uint8_t>> constant;  ///< the tensor's data, where that is known beforehand
    void* address = nullptr;                               ///< of the data, in descriptions the library makes

    /// 0 where a dimension is unknown or 0, or the product is too large; 1 for a scalar.
    size_t elements() const;
    size_t bytes() const;
    /// 100000 if the number of dimensions is unknown, or `index` is none of them.
    Result<int64_t> dim(size_t index) const;
    Result<Range> range(size_t index) const;
};

/// Any thread.
class TensorDesc final : public Object {
   public:
    static constexpr Kind kKind = Kind::kTensorDesc;

    explicit TensorDesc(TensorFacts facts) : facts_(std::move(facts)) {}
    ~TensorDesc() override;

    TensorFacts facts() const {
        const std::lock_guard lock(mutex_);
        return facts_;
    }
    /// Runs `work(facts)` while no other thread looks at them, and gives its result.
    template <class Work>
    auto with(Work work) {
        const std::lock_guard lock(mutex_);
        return work(facts_);
    }

    /// Handles of further descriptions, which end with this one: those of all inputs or outputs of an operator.
    void own(std::vector<Handle> parts) { parts_ = std::move(parts); }
    const std::vector<Handle>& parts() const { return parts_; }

   private:
    mutable std::mutex mutex_;
    TensorFacts facts_;
    std::vector<Handle> parts_;
};

/// Reads dimensions as C passes them. 100000 if there are too many, fewer than -1, or none where some are needed; the
/// single dimension -2 says that their number is unknown.
Result<std::optional<Shape>> read_dims(int count, const int64_t* dims);

/// Reads ranges as C passes them. 100000 if one begins below 0 or ends before it begins.
Result<std::vector<Range>> read_ranges(size_t count, const int64_t (*ranges)[2], const char* argument);

/// The same tensor in another format; 100000 if it has no layout in that one.
Result<TensorFacts> in_format(const TensorFacts& facts, aclFormat format);

/// One handle for several descriptions, by index. At least one.
Result<Handle> make_tensor_descs(const std::vector<TensorFacts>& facts);

}  // namespace softacl::exec
