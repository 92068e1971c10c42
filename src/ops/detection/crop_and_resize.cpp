// SPDX-License-Identifier: Apache-2.0
// Boxes cut out of images and resized to one size. Channels come last; corners count from 0 to 1 over the image.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/parallel.h"
#include "kernels/ref/real.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};
constexpr DTypes kPictures = {ACL_UINT8, ACL_UINT16, ACL_INT8,    ACL_INT16, ACL_INT32,
                              ACL_INT64, ACL_FLOAT,  ACL_FLOAT16, ACL_DOUBLE};
constexpr size_t kCropSize = 3;  ///< of CropAndResizeV2, where it is an input

struct Plan {
    Shape x;  ///< images, height, width, channels
    int64_t boxes;
    int64_t height;
    int64_t width;
    float outside;
    bool nearest;
};

bool fits(int64_t dim, int64_t wanted) { return dim < 0 || wanted < 0 || dim == wanted; }

Status infer(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& boxes = call.inputs[1]->shape;
    const Shape& images = call.inputs[2]->shape;
    const auto* attr = call.attrs.find_as<Ints>("crop_size");
    const auto given = attr != nullptr ? std::optional<Ints>(*attr) : known_ints(call, kCropSize);
    const Ints size = given.value_or(Ints{1, 1});
    const auto type = call.attrs.get<aclDataType>("dtype", call.inputs[0]->dtype);
    if (!kTypes.contains(type)) {
        return call.fail("the attribute dtype is ", name_of(type), "; expected float32 or float16");
    }
    const auto& method = call.attrs.at<std::string>("method");
    if (x.rank() != 4) {
        return call.fail("the input x has the shape ", x, "; expected four dimensions");
    }
    if (boxes.rank() != 2 || !fits(boxes[1], 4) || images.rank() != 1 || !fits(images[0], boxes[0])) {
        return call.fail("the inputs boxes and box_index have the shapes ", boxes, " and ", images,
                         "; expected [boxes,4] and [boxes]");
    }
    constexpr int64_t kLargest = std::numeric_limits<int32_t>::max();
    if (size.size() != 2 || std::min(size[0], size[1]) < 1 || std::max(size[0], size[1]) > kLargest) {
        return call.fail("the attribute crop_size is ", Shape(size), "; expected a height and a width from 1 on");
    }
    if (method != "bilinear" && method != "nearest") {
        return call.fail("the attribute method is ", method, "; expected bilinear or nearest");
    }
    if (x[1] == 0 || x[2] == 0) {
        return call.fail("the input x has the shape ", x, "; expected images that are not empty");
    }
    call.outputs[0] = {type, {boxes[0] < 0 ? images[0] : boxes[0], size[0], size[1], x[3]}};
    if (!given) {
        call.outputs[0].shape[1] = call.outputs[0].shape[2] = -1;
    }
    if (call.outputs[0].shape.is_known() && !call.outputs[0].shape.fits(sizeof(float))) {
        return call.fail("the result is too large");
    }
    return {};
}

/// Where one row or column of the result lies in the image.
struct Place {
    int64_t low = 0;
    int64_t high = 0;
    float share = 0;  ///< of `high`
    bool inside = false;
};

Place place_of(float first, float last, int64_t index, int64_t count, int64_t size, bool nearest) {
    const auto end = static_cast<float>(size - 1);
    const float step = count > 1 ? (last - first) * end / static_cast<float>(count - 1) : 0;
    const float at = count > 1 ? first * end + static_cast<float>(index) * step : 0.5F * (first + last) * end;
    Place place;
    place.inside = at >= 0 && at <= end;  // not so for NaN
    if (place.inside && nearest) {
        place.low = place.high = static_cast<int64_t>(std::round(at));
    } else if (place.inside) {
        place.low = static_cast<int64_t>(std::floor(at));
        place.high = static_cast<int64_t>(std::ceil(at));
        place.share = at - static_cast<float>(place.low);
    }
    return place;
}

template <class T, class B, class Y>
void cut(const Plan& p, const T* image, const B* box, Y* y) {
    const int64_t channels = p.x[3];
    const auto corner = [&](int i) { return static_cast<float>(box[i]); };
    for (int64_t i = 0; i < p.height; ++i) {
        const Place row = place_of(corner(0), corner(2), i, p.height, p.x[1], p.nearest);
        for (int64_t k = 0; k < p.width; ++k, y += channels) {
            const Place column = place_of(corner(1), corner(3), k, p.width, p.x[2], p.nearest);
            if (!row.inside || !column.inside) {
                std::fill_n(y, channels, static_cast<Y>(p.outside));
                continue;
            }
            const auto pixel = [&](int64_t r, int64_t c) { return image + (r * p.x[2] + c) * channels; };
            const T* corners[] = {pixel(row.low, column.low), pixel(row.low, column.high), pixel(row.high, column.low),
                                  pixel(row.high, column.high)};
            for (int64_t c = 0; c < channels; ++c) {
                const auto value = [&](int corner_index) { return static_cast<float>(corners[corner_index][c]); };
                const float top = value(0) + (value(1) - value(0)) * column.share;
                const float bottom = value(2) + (value(3) - value(2)) * column.share;
                y[c] = static_cast<Y>(p.nearest ? value(0) : top + (bottom - top) * row.share);
            }
        }
    }
}

Status check_images(const int32_t* images, const Plan& p) {
    for (int64_t i = 0; i < p.boxes; ++i) {
        if (images[i] < 0 || images[i] >= p.x[0]) {
            return fail(ACL_ERROR_INVALID_PARAM, "box_index[", i, "] is ", images[i], "; there are ", p.x[0],
                        " images");
        }
    }
    return {};
}

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& y = call.outputs[0].shape;
    const Plan p = {call.inputs[0]->shape,
                    y[0],
                    y[1],
                    y[2],
                    call.attrs.at<float>("extrapolation_value"),
                    call.attrs.at<std::string>("method") == "nearest"};
    kernels::KernelPtr kernel;
    const auto make_as = [&](auto tag, auto box_tag, auto result_tag) {
        using T = typename decltype(tag)::Type;
        using B = typename decltype(box_tag)::Type;
        using Y = typename decltype(result_tag)::Type;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            const auto* images = static_cast<const int32_t*>(b.inputs[2]);
            SOFTACL_TRY(check_images(images, p));
            parallel_for(p.boxes, 1, [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) {
                    cut(p, static_cast<const T*>(b.inputs[0]) + images[i] * p.x.elements(1, 4),
                        static_cast<const B*>(b.inputs[1]) + i * 4,
                        static_cast<Y*>(b.outputs[0]) + i * p.height * p.width * p.x[3]);
                }
            });
            return {};
        });
    };
    ref::visit_numbers(call.inputs[0]->dtype, [&](auto tag) {
        ref::visit_floats(call.inputs[1]->dtype, [&](auto box_tag) {
            if (call.outputs[0].dtype == ACL_FLOAT) {
                make_as(tag, box_tag, TypeTag<float>());
            } else {
                make_as(tag, box_tag, TypeTag<Half>());
            }
        });
    });
    return kernel;
}

}  // namespace

OpDef declare_CropAndResizeD() {
    return OpDef("CropAndResizeD", "Boxes cut out of images and resized to one size.")
        .input("x", kTypes)
        .input("boxes", kTypes)
        .input("box_index", {ACL_INT32})
        .output("y", kTypes)
        .required_attr("crop_size", Ints{})
        .attr("extrapolation_value", 0.0F)
        .attr("method", std::string("bilinear"))
        .infer(infer)
        .kernel("reference", make);
}

OpDef declare_CropAndResizeV2() {
    return OpDef("CropAndResizeV2", "Boxes cut out of images and resized to one size, which is an input.")
        .input("x", kPictures)
        .input("boxes", {ACL_FLOAT})
        .input("box_index", {ACL_INT32})
        .input("crop_size", {ACL_INT32})
        .output("y", kTypes)
        .attr("extrapolation_value", 0.0F)
        .attr("method", std::string("bilinear"))
        .attr("dtype", ACL_FLOAT)
        .needs_value(kCropSize)
        .infer(infer)
        .kernel("reference", make);
}

}  // namespace softacl::ops
