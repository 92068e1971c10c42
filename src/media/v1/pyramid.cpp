// SPDX-License-Identifier: Apache-2.0
#include "media/v1/pyramid.h"

#include "acl/acl_base.h"
#include "media/image/pyramid.h"
#include "media/v1/picture_task.h"

namespace softacl::media {
namespace {

Status check_gray(const PictureName& name, const Picture& picture) {
    if (picture.format->colour != Colour::kGray) {
        return fail(ACL_ERROR_INVALID_PARAM, name.text(), " has the format ", picture.format->name,
                    "; expected 0, gray");
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<runtime::Task>> pyramid_task(const VpcStep& step) {
    SOFTACL_ASSIGN(const Picture source,
                   check_picture(step.source_name, step.source->get(), VpcRole::kInput, {20, 12, 2048, 2048}));
    SOFTACL_ASSIGN(const Picture result,
                   check_picture(step.result_name, step.result->get(), VpcRole::kOutput, {10, 6, 1024, 1024}));
    SOFTACL_TRY(check_gray(step.source_name, source));
    SOFTACL_TRY(check_gray(step.result_name, result));
    if (result.width != source.width / 2 || result.height != source.height / 2) {
        return fail(ACL_ERROR_INVALID_PARAM, step.result_name.text(), " is ", result.width, "x", result.height,
                    "; expected ", source.width / 2, "x", source.height / 2, ", half of ", step.source_name.text());
    }
    return picture_task("vpc_pyr_down", {step.result}, [source, result] {
        const ConstPicture from = source;
        pyramid_down(from.luma(), result.luma());
        return Status();
    });
}

}  // namespace softacl::media
