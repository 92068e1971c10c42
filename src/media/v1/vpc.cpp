// SPDX-License-Identifier: Apache-2.0
#include "media/v1/vpc.h"

#include <algorithm>
#include <utility>

#include "acl/acl_base.h"
#include "base/parallel.h"
#include "media/image/border.h"
#include "media/v1/picture_task.h"
#include "runtime/process.h"

namespace softacl::media {
namespace {

// What a step came to when everything was checked.
struct Step {
    Picture source;
    Rect crop;
    Picture result;
    Rect paste;
    std::optional<Border> border;
};

struct Job {
    std::vector<Step> steps;
    ProcessOptions options;
    bool independent = false;  // no step reads or writes what another one writes
};

struct Bytes {
    uintptr_t begin;
    uintptr_t end;
    bool touches(const Bytes& other) const { return begin < other.end && other.begin < end; }
};

Bytes bytes_of(const Picture& picture) {
    const auto begin = reinterpret_cast<uintptr_t>(picture.data);
    return {begin, begin + picture.format->bytes(picture.width_stride, picture.height_stride)};
}

bool independent(const std::vector<Step>& steps) {
    std::vector<Bytes> results;
    results.reserve(steps.size());
    for (const Step& step : steps) {
        results.push_back(bytes_of(step.result));
    }
    std::sort(results.begin(), results.end(), [](const Bytes& a, const Bytes& b) { return a.begin < b.begin; });
    for (size_t i = 1; i < results.size(); ++i) {
        if (results[i - 1].touches(results[i])) {
            return false;
        }
    }
    return std::none_of(steps.begin(), steps.end(), [&](const Step& step) {
        const Bytes source = bytes_of(step.source);
        return std::any_of(results.begin(), results.end(), [&](const Bytes& result) { return source.touches(result); });
    });
}

void run_on(const ConstPicture& source, const Step& step, const ProcessOptions& options) {
    if (step.border) {
        process_with_border(source, step.crop, step.result, step.paste, options, *step.border);
    } else {
        process(source, step.crop, step.result, step.paste, options);
    }
}

void run(const Step& step, const ProcessOptions& options) {
    if (!bytes_of(step.source).touches(bytes_of(step.result))) {
        run_on(step.source, step, options);
    } else {  // as if all was read before anything is written
        const Bytes bytes = bytes_of(step.source);
        std::vector<uint8_t> copy(step.source.data, step.source.data + (bytes.end - bytes.begin));
        ConstPicture source = step.source;
        source.data = copy.data();
        run_on(source, step, options);
    }
}

Status run(const Job& job) {
    if (job.independent && job.steps.size() >= parallel_width()) {
        parallel_for(static_cast<int64_t>(job.steps.size()), 1, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                run(job.steps[static_cast<size_t>(i)], job.options);
            }
        });
    } else {
        for (const Step& step : job.steps) {
            run(step, job.options);
        }
    }
    return {};
}

Interpolation interpolation_of(uint32_t number) {
    constexpr Interpolation kNumbers[] = {Interpolation::kBilinear, Interpolation::kBilinear,
                                          Interpolation::kNearest,  Interpolation::kBilinear,
                                          Interpolation::kNearest,  Interpolation::kHighOrder};
    return kNumbers[number];
}

Status check_high_order(const VpcStep& step, const Step& checked) {
    const FormatInfo& from = *checked.source.format;
    const FormatInfo& to = *checked.result.format;
    const bool is_440 = from.chroma_x == 0 && from.chroma_y == 1;
    if (from.colour != Colour::kYuv || is_440) {
        return fail(ACL_ERROR_INVALID_PARAM, step.source_name.text(), " has the format ", from.name,
                    "; expected a format of YUV, neither gray nor 4:4:0, for the interpolation 5");
    }
    if (to.format != PixelFormat::kYuv420Sp && to.format != PixelFormat::kYvu420Sp) {
        return fail(ACL_ERROR_INVALID_PARAM, step.result_name.text(), " has the format ", to.name,
                    "; expected 1 or 2, YUV 4:2:0, for the interpolation 5");
    }
    const auto within = [](uint32_t a, uint32_t b) { return b <= 16 * a && a <= 32 * b; };
    if (!within(checked.crop.width, checked.paste.width) || !within(checked.crop.height, checked.paste.height)) {
        return fail(ACL_ERROR_INVALID_PARAM, step.result_name.text(), " gets ", checked.crop.width, "x",
                    checked.crop.height, " pixels as ", checked.paste.width, "x", checked.paste.height,
                    "; expected 1/32 to 16 times the size for the interpolation 5");
    }
    return {};
}

Status check_border(const VpcStep& step, const VpcRequest& request, Step& checked) {
    const BorderFields& border = *step.border;
    const uint64_t columns = uint64_t{border.left} + border.right + 10;
    const uint64_t rows = uint64_t{border.top} + border.bottom + 6;
    if (columns > checked.result.width || rows > checked.result.height) {
        return fail(ACL_ERROR_INVALID_PARAM, "borderCfgs has ", border.left, " + ", border.right, " columns and ",
                    border.top, " + ", border.bottom, " rows for ", step.result_name.text(), ", which is ",
                    checked.result.width, "x", checked.result.height, "; expected to leave at least 10x6");
    }
    if (request.interpolation == 5) {
        return fail(ACL_ERROR_INVALID_PARAM, "resizeConfig has the interpolation 5; expected another one with borders");
    }
    checked.paste = {border.left, border.top, checked.result.width - border.left - border.right,
                     checked.result.height - border.top - border.bottom};
    const auto type = static_cast<BorderType>(border.type);
    const bool documented = type == BorderType::kConstant || type == BorderType::kReplicate;
    if (!documented && runtime::Process::instance().is_strict_product()) {
        return fail(ACL_ERROR_INVALID_PARAM, "borderCfgs has the type ", border.type,
                    "; the documented product has 0 and 1, without SOFTACL_STRICT_PRODUCT=1 it works");
    }
    const ProcessOptions options{};
    checked.border = Border{type, border_colour(border.value, *checked.source.format, *checked.result.format,
                                                static_cast<ColourMatrix>(request.matrix), options.alpha)};
    return {};
}

Result<Step> check(const VpcRequest& request, const VpcStep& step) {
    Step checked{};
    SOFTACL_ASSIGN(checked.source,
                   check_picture(step.source_name, step.source->get(), VpcRole::kInput, request.input_sizes));
    SOFTACL_ASSIGN(checked.result,
                   check_picture(step.result_name, step.result->get(), VpcRole::kOutput, request.output_sizes));
    SOFTACL_ASSIGN(checked.crop, check_part(step.source_name, "the part to crop", step.crop, checked.source));
    SOFTACL_ASSIGN(checked.paste, check_part(step.result_name, "the part to paste to", step.paste, checked.result));
    if (step.border) {
        SOFTACL_TRY(check_border(step, request, checked));
    }
    const FormatInfo& from = *checked.source.format;
    const FormatInfo& to = *checked.result.format;
    if (!convertible(from, to)) {
        return fail(ACL_ERROR_INVALID_PARAM, step.result_name.text(), " has the format ", to.name,
                    "; a gray picture becomes a gray one only, expected 0");
    }
    if (request.interpolation == 5) {
        SOFTACL_TRY(check_high_order(step, checked));
    }
    return checked;
}

}  // namespace

Status adopt_size(const VpcStep& step) {
    const PicFields source = step.source->get();
    return step.result->change([&](PicFields& result) -> Status {
        if (result.width != 0 && result.height != 0) {
            if (result.width != source.width || result.height != source.height) {
                return fail(ACL_ERROR_INVALID_PARAM, step.result_name.text(), " is ", result.width, "x", result.height,
                            "; expected ", source.width, "x", source.height, ", the size of ", step.source_name.text(),
                            ", or 0x0");
            }
            return {};
        }
        result.width = source.width;
        result.height = source.height;
        if (const FormatInfo* info = find_format(result.format); info != nullptr) {
            result.width_stride = static_cast<uint32_t>(info->row_bytes(result.width));
            result.height_stride = result.height;
        }
        return {};
    });
}

Result<std::unique_ptr<runtime::Task>> vpc_task(const VpcRequest& request) {
    Job job;
    job.options.interpolation = interpolation_of(request.interpolation);
    job.options.matrix = static_cast<ColourMatrix>(request.matrix);
    job.steps.reserve(request.steps.size());
    std::vector<std::shared_ptr<PicDesc>> results;
    results.reserve(request.steps.size());
    for (const VpcStep& step : request.steps) {
        SOFTACL_ASSIGN(Step checked, check(request, step));
        job.steps.push_back(checked);
        results.push_back(step.result);
    }
    job.independent = independent(job.steps);
    return picture_task(request.kind, std::move(results), [job = std::move(job)] { return run(job); });
}

}  // namespace softacl::media
