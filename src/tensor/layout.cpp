// SPDX-License-Identifier: Apache-2.0
#include "tensor/layout.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "tensor/dtype.h"

namespace softacl {
namespace {

constexpr int64_t kCube = 16;
constexpr int64_t kByBlock = 0;  // as many channels as the caller says
constexpr int64_t kUnknown = -1;

int64_t blocks(int64_t size, int64_t block) { return size < 0 ? kUnknown : size / block + (size % block != 0 ? 1 : 0); }

// Saturates: a shape that is too large for memory is refused where memory is asked for.
int64_t times(int64_t a, int64_t b) {
    if (a < 0 || b < 0) {
        return kUnknown;
    }
    int64_t product = 0;
    return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

// Channels in blocks of c0: the other axes of `plain` in their order, C1 in the place of C, C0 behind.
struct Channels {
    aclFormat format;
    const char* plain;
    int64_t c0;
};
constexpr Channels kChannels[] = {{ACL_FORMAT_NC1HWC0, "NCHW", kByBlock},
                                  {ACL_FORMAT_NC1HWC0_C04, "NCHW", 4},
                                  {ACL_FORMAT_NDC1HWC0, "NDCHW", kByBlock}};

// Weights as rows of [C1 * H * W] by columns of N, in blocks.
struct Weights {
    aclFormat format;
    const char* plain;
};
constexpr Weights kWeights[] = {{ACL_FORMAT_FRACTAL_Z, "NCHW"}, {ACL_FRACTAL_Z_3D, "NCDHW"}};

// "NCHW" for the formats that are an order of named axes, else null.
const char* axes_of(aclFormat format) {
    switch (format) {
        case ACL_FORMAT_NCHW: return "NCHW";
        case ACL_FORMAT_NHWC: return "NHWC";
        case ACL_FORMAT_HWCN: return "HWCN";
        case ACL_FORMAT_NDHWC: return "NDHWC";
        case ACL_FORMAT_NCDHW: return "NCDHW";
        default: return nullptr;
    }
}

template <class Entry, size_t kCount>
const Entry* find(const Entry (&table)[kCount], aclFormat format) {
    for (const Entry& entry : table) {
        if (entry.format == format) {
            return &entry;
        }
    }
    return nullptr;
}

// Sizes of named axes.
struct Axes {
    std::string names;
    Shape sizes;

    std::optional<int64_t> operator[](char name) const {
        const size_t at = names.find(name);
        return at == std::string::npos ? std::nullopt : std::make_optional(sizes[at]);
    }
};

Status misfit(const Shape& shape, aclFormat format) {
    return fail(ACL_ERROR_INVALID_PARAM, "the shape ", shape, " is none of format ", name_of(format));
}

Result<std::optional<Axes>> axes_from(const Shape& shape, aclFormat from) {
    if (const char* names = axes_of(from)) {
        if (shape.rank() != std::strlen(names)) {
            return misfit(shape, from);
        }
        return std::optional<Axes>(Axes{names, shape});
    }
    if (const Channels* layout = find(kChannels, from)) {
        const size_t rank = std::strlen(layout->plain);
        if (shape.rank() != rank + 1) {
            return misfit(shape, from);
        }
        Axes axes{layout->plain, Shape(std::vector<int64_t>(shape.begin(), shape.end() - 1))};
        int64_t& channels = axes.sizes[axes.names.find('C')];
        channels = times(channels, shape[rank]);
        return std::optional<Axes>(std::move(axes));
    }
    return std::optional<Axes>();
}

// The axes in the order of `names`; nothing if they are not the same axes.
std::optional<Shape> ordered(const Axes& axes, const char* names) {
    std::vector<int64_t> dims;
    for (const char* name = names; *name != '\0'; ++name) {
        const auto size = axes[*name];
        if (!size) {
            return std::nullopt;
        }
        dims.push_back(*size);
    }
    return dims.size() == axes.sizes.rank() ? std::make_optional(Shape(std::move(dims))) : std::nullopt;
}

std::optional<Shape> shape_to(const Axes& axes, aclFormat to, int64_t block) {
    if (const char* names = axes_of(to)) {
        return ordered(axes, names);
    }
    if (const Channels* layout = find(kChannels, to)) {
        const auto plain = ordered(axes, layout->plain);
        if (!plain) {
            return std::nullopt;
        }
        std::vector<int64_t> dims = plain->dims();
        int64_t& channels = dims[std::strchr(layout->plain, 'C') - layout->plain];
        const int64_t c0 = layout->c0 == kByBlock ? block : layout->c0;
        channels = blocks(channels, c0);
        dims.push_back(c0);
        return Shape(std::move(dims));
    }
    if (const Weights* layout = find(kWeights, to)) {
        if (!ordered(axes, layout->plain)) {
            return std::nullopt;
        }
        const int64_t area = times(times(axes['D'].value_or(1), *axes['H']), *axes['W']);
        return Shape{times(blocks(*axes['C'], block), area), blocks(*axes['N'], kCube), kCube, block};
    }
    return std::nullopt;
}

// [..., m, n] as [..., n / block, m / 16, 16, block].
Result<Shape> to_matrix_blocks(const Shape& shape, int64_t block) {
    const size_t rank = shape.rank();
    if (rank < 2) {
        return fail(ACL_ERROR_INVALID_PARAM, "the shape ", shape, " has no matrix to be cut into blocks");
    }
    std::vector<int64_t> dims(shape.begin(), shape.end() - 2);
    dims.insert(dims.end(), {blocks(shape[rank - 1], block), blocks(shape[rank - 2], kCube), kCube, block});
    return Shape(std::move(dims));
}

Result<Shape> from_matrix_blocks(const Shape& shape) {
    const size_t rank = shape.rank();
    if (rank < 4) {
        return misfit(shape, ACL_FORMAT_FRACTAL_NZ);
    }
    std::vector<int64_t> dims(shape.begin(), shape.end() - 4);
    dims.push_back(times(shape[rank - 3], shape[rank - 2]));
    dims.push_back(times(shape[rank - 4], shape[rank - 1]));
    return Shape(std::move(dims));
}

bool is_row_by_row(aclFormat format) { return format == ACL_FORMAT_ND || axes_of(format) != nullptr; }

using Digits = std::vector<FormatChange::Digit>;

// The dimensions of a storage, from the outermost to the innermost, over axes of these names and sizes.
std::optional<Digits> digits_of(const std::string& names, const std::vector<int64_t>& sizes, aclFormat format,
                                int64_t block) {
    Digits digits;
    const auto add = [&](size_t axis, int64_t unit, int64_t size) { digits.push_back({axis, unit, size}); };
    const auto whole = [&](char name) { add(names.find(name), 1, sizes[names.find(name)]); };
    if (format == ACL_FORMAT_FRACTAL_NZ) {
        const size_t m = names.size() - 2;
        for (size_t i = 0; i < m; ++i) {
            add(i, 1, sizes[i]);
        }
        add(m + 1, block, blocks(sizes[m + 1], block));
        add(m, kCube, blocks(sizes[m], kCube));
        add(m, 1, kCube);
        add(m + 1, 1, block);
        return digits;
    }
    if (format == ACL_FORMAT_ND) {
        for (size_t i = 0; i < names.size(); ++i) {
            add(i, 1, sizes[i]);
        }
        return digits;
    }
    const Channels* channels = find(kChannels, format);
    const Weights* weights = find(kWeights, format);
    const std::string order = channels != nullptr  ? channels->plain
                              : weights == nullptr ? (axes_of(format) == nullptr ? "" : axes_of(format))
                              : std::strchr(weights->plain, 'D') == nullptr ? "CHW"
                                                                            : "DCHW";
    const int64_t c0 = channels != nullptr && channels->c0 != kByBlock ? channels->c0 : block;
    const bool cuts = channels != nullptr || weights != nullptr;
    for (const char name : order) {
        const size_t axis = names.find(name);
        if (axis == std::string::npos) {
            return std::nullopt;
        }
        if (name == 'C' && cuts) {
            add(axis, c0, blocks(sizes[axis], c0));
        } else {
            whole(name);
        }
    }
    if (weights != nullptr) {
        const size_t n = names.find('N');
        add(n, kCube, blocks(sizes[n], kCube));
        add(n, 1, kCube);
    }
    if (cuts) {
        add(names.find('C'), 1, c0);
    }
    return order.empty() ? std::nullopt : std::optional<Digits>(std::move(digits));
}

}  // namespace

Result<Shape> shape_in_format(const Shape& shape, aclFormat from, aclFormat to, int64_t block) {
    if (from == to) {
        return shape;
    }
    SOFTACL_ASSIGN(const auto axes, axes_from(shape, from));
    if (to == ACL_FORMAT_FRACTAL_NZ && is_row_by_row(from)) {
        return to_matrix_blocks(shape, block);
    }
    if (from == ACL_FORMAT_FRACTAL_NZ && is_row_by_row(to)) {
        SOFTACL_ASSIGN(const Shape plain, from_matrix_blocks(shape));
        return shape_in_format(plain, ACL_FORMAT_ND, to, block);
    }
    if (to == ACL_FORMAT_ND && axes_of(from) != nullptr) {
        return shape;
    }
    if (from == ACL_FORMAT_ND && axes_of(to) != nullptr) {
        return shape.rank() == std::strlen(axes_of(to)) ? Result<Shape>(shape) : misfit(shape, to);
    }
    if (axes) {
        if (auto result = shape_to(*axes, to, block)) {
            return *std::move(result);
        }
    }
    return fail(ACL_ERROR_INVALID_PARAM, "format ", name_of(from), " cannot be laid out as ", name_of(to));
}

Result<FormatChange> FormatChange::make(const Shape& from_shape, aclFormat from, const Shape& to_shape, aclFormat to,
                                        int64_t block) {
    // The side that is not in blocks has the axes; of two in blocks both have the same, with their padding.
    const bool by_result = is_row_by_row(to) && !is_row_by_row(from);
    SOFTACL_ASSIGN(const Shape other, by_result ? shape_in_format(to_shape, to, from, block)
                                                : shape_in_format(from_shape, from, to, block));
    if (other != (by_result ? from_shape : to_shape)) {
        return fail(ACL_ERROR_INVALID_PARAM, "the shape ", from_shape, " in format ", name_of(from),
                    " is not the shape ", to_shape, " in format ", name_of(to));
    }
    const Shape& plain = by_result ? to_shape : from_shape;
    const aclFormat format = by_result ? to : from;
    SOFTACL_ASSIGN(const auto axes, axes_from(plain, format));
    FormatChange change;
    std::string names = "abcdefghijklmnopqrstuvwxyzABCDEFG";
    names.resize(std::min(names.size(), plain.rank()));
    change.sizes_ = plain.dims();
    if (axes) {
        names = axes->names;
        change.sizes_ = axes->sizes.dims();
    }
    if (format == ACL_FORMAT_ND && axes_of(by_result ? from : to) != nullptr) {
        names = axes_of(by_result ? from : to);  // an ND tensor has the axes of the other format, in its order
    }
    const auto from_digits = digits_of(names, change.sizes_, from, block);
    const auto to_digits = digits_of(names, change.sizes_, to, block);
    if (!from_digits || !to_digits || names.size() != change.sizes_.size()) {
        return fail(ACL_ERROR_INVALID_PARAM, "format ", name_of(from), " cannot be laid out as ", name_of(to));
    }
    change.from_ = *from_digits;
    change.to_ = *to_digits;
    change.count_ = to_shape.elements();
    return change;
}

int64_t FormatChange::source(const std::vector<int64_t>& places, std::vector<int64_t>& coordinates) const {
    coordinates.assign(sizes_.size(), 0);
    for (size_t digit = 0; digit < to_.size(); ++digit) {
        coordinates[to_[digit].axis] += places[digit] * to_[digit].unit;
    }
    for (size_t axis = 0; axis < sizes_.size(); ++axis) {
        if (coordinates[axis] >= sizes_[axis]) {
            return -1;
        }
    }
    int64_t offset = 0;
    for (const Digit& digit : from_) {
        offset = offset * digit.size + coordinates[digit.axis] / digit.unit % digit.size;
    }
    return offset;
}

}  // namespace softacl
