// SPDX-License-Identifier: Apache-2.0
#include "tensor/layout.h"

#include <cstring>
#include <optional>
#include <string>

#include "tensor/dtype.h"

namespace softacl {
namespace {

constexpr int64_t kCube = 16;
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
constexpr Channels kChannels[] = {
    {ACL_FORMAT_NC1HWC0, "NCHW", kCube}, {ACL_FORMAT_NC1HWC0_C04, "NCHW", 4}, {ACL_FORMAT_NDC1HWC0, "NDCHW", kCube}};

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

std::optional<Shape> shape_to(const Axes& axes, aclFormat to) {
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
        channels = blocks(channels, layout->c0);
        dims.push_back(layout->c0);
        return Shape(std::move(dims));
    }
    if (const Weights* layout = find(kWeights, to)) {
        if (!ordered(axes, layout->plain)) {
            return std::nullopt;
        }
        const int64_t area = times(times(axes['D'].value_or(1), *axes['H']), *axes['W']);
        return Shape{times(blocks(*axes['C'], kCube), area), blocks(*axes['N'], kCube), kCube, kCube};
    }
    return std::nullopt;
}

// [..., m, n] as [..., n / 16, m / 16, 16, 16].
Result<Shape> to_matrix_blocks(const Shape& shape) {
    const size_t rank = shape.rank();
    if (rank < 2) {
        return fail(ACL_ERROR_INVALID_PARAM, "the shape ", shape, " has no matrix to be cut into blocks");
    }
    std::vector<int64_t> dims(shape.begin(), shape.end() - 2);
    dims.insert(dims.end(), {blocks(shape[rank - 1], kCube), blocks(shape[rank - 2], kCube), kCube, kCube});
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

}  // namespace

Result<Shape> shape_in_format(const Shape& shape, aclFormat from, aclFormat to) {
    if (from == to) {
        return shape;
    }
    SOFTACL_ASSIGN(const auto axes, axes_from(shape, from));
    if (to == ACL_FORMAT_FRACTAL_NZ && is_row_by_row(from)) {
        return to_matrix_blocks(shape);
    }
    if (from == ACL_FORMAT_FRACTAL_NZ && is_row_by_row(to)) {
        SOFTACL_ASSIGN(const Shape plain, from_matrix_blocks(shape));
        return shape_in_format(plain, ACL_FORMAT_ND, to);
    }
    if (to == ACL_FORMAT_ND && axes_of(from) != nullptr) {
        return shape;
    }
    if (from == ACL_FORMAT_ND && axes_of(to) != nullptr) {
        return shape.rank() == std::strlen(axes_of(to)) ? Result<Shape>(shape) : misfit(shape, to);
    }
    if (axes) {
        if (auto result = shape_to(*axes, to)) {
            return *std::move(result);
        }
    }
    return fail(ACL_ERROR_INVALID_PARAM, "format ", name_of(from), " cannot be laid out as ", name_of(to));
}

}  // namespace softacl
