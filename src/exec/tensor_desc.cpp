// SPDX-License-Identifier: Apache-2.0
#include "exec/tensor_desc.h"

#include "runtime/objects.h"
#include "tensor/dtype.h"
#include "tensor/layout.h"

namespace softacl::exec {
namespace {

constexpr int kMaxDims = 128;
constexpr int64_t kUnknownDim = -1;
constexpr int64_t kUnknownRank = -2;
constexpr Range kAnyDim = {1, -1};

}  // namespace

size_t TensorFacts::elements() const {
    if (!layout.shape) {
        return 0;
    }
    size_t count = 1;
    bool overflows = false;
    for (const int64_t dim : *layout.shape) {
        if (dim <= 0) {
            return 0;
        }
        overflows |= __builtin_mul_overflow(count, static_cast<size_t>(dim), &count);
    }
    return overflows ? 0 : count;
}

size_t TensorFacts::bytes() const {
    size_t bytes = 0;
    return __builtin_mul_overflow(elements(), size_of(dtype), &bytes) ? 0 : bytes;
}

Result<int64_t> TensorFacts::dim(size_t index) const {
    if (!layout.shape) {
        return fail(ACL_ERROR_INVALID_PARAM, "desc does not know its number of dimensions");
    }
    if (index >= layout.shape->rank()) {
        return fail(ACL_ERROR_INVALID_PARAM, "index is ", index, ", but desc has ", layout.shape->rank(),
                    " dimensions");
    }
    return (*layout.shape)[index];
}

Result<Range> TensorFacts::range(size_t index) const {
    SOFTACL_ASSIGN(const int64_t dim, this->dim(index));
    if (index < ranges.size()) {
        return ranges[index];
    }
    return dim == kUnknownDim ? kAnyDim : Range{dim, dim};
}

TensorDesc::~TensorDesc() {
    for (const Handle part : parts_) {
        retire_handle(part);
    }
}

Result<std::optional<Shape>> read_dims(int count, const int64_t* dims) {
    if (count < 0 || count > kMaxDims) {
        return fail(ACL_ERROR_INVALID_PARAM, "numDims is ", count, "; expected 0 to ", kMaxDims);
    }
    if (count > 0 && dims == nullptr) {
        return fail(ACL_ERROR_INVALID_PARAM, "dims is null; expected ", count, " dimensions");
    }
    if (count == 1 && dims[0] == kUnknownRank) {
        return std::optional<Shape>();
    }
    Shape shape(std::vector<int64_t>(dims, dims + count));
    for (const int64_t dim : shape) {
        if (dim < kUnknownDim) {
            return fail(ACL_ERROR_INVALID_PARAM, "dims is ", shape, "; expected sizes, -1 where one is not known");
        }
    }
    return std::make_optional(std::move(shape));
}

Result<std::vector<Range>> read_ranges(size_t count, const int64_t (*ranges)[2], const char* argument) {
    if (count > 0 && ranges == nullptr) {
        return fail(ACL_ERROR_INVALID_PARAM, argument, " is null; expected ", count, " ranges");
    }
    std::vector<Range> read;
    for (size_t i = 0; i < count; ++i) {
        const Range range = {ranges[i][0], ranges[i][1]};
        if (range[0] < 0 || (range[1] < range[0] && range[1] != -1)) {
            return fail(ACL_ERROR_INVALID_PARAM, argument, "[", i, "] is [", range[0], ",", range[1],
                        "]; expected the smallest and the largest value, -1 for no limit");
        }
        read.push_back(range);
    }
    return read;
}

Result<TensorFacts> in_format(const TensorFacts& facts, aclFormat format) {
    const Layout& source = facts.source ? *facts.source : facts.layout;
    TensorFacts converted = facts;
    converted.ranges.clear();
    converted.storage = {};
    converted.source = source;
    converted.layout.format = format;
    if (!source.shape) {
        if (format != source.format) {
            return fail(ACL_ERROR_INVALID_PARAM, "srcDesc does not know its number of dimensions");
        }
        return facts;
    }
    SOFTACL_ASSIGN(converted.layout.shape, shape_in_format(*source.shape, source.format, format));
    return converted;
}

Result<Handle> make_tensor_descs(const std::vector<TensorFacts>& facts) {
    auto all = std::make_shared<TensorDesc>(facts.front());
    std::vector<Handle> parts;
    Status failure;
    for (const TensorFacts& each : facts) {
        const auto part = runtime::make_object(std::make_shared<TensorDesc>(each));
        if (!part.ok()) {
            failure = part.status();
            break;
        }
        parts.push_back(*part);
    }
    all->own(std::move(parts));
    if (!failure.ok()) {
        return failure;
    }
    return runtime::make_object(std::move(all));
}

}  // namespace softacl::exec
