// SPDX-License-Identifier: Apache-2.0
#include "media/still/jpeg_library.h"

#include <cstring>
#include <type_traits>

#include <jerror.h>

#include "acl/acl_base.h"

namespace softacl::media {

JpegErrors::JpegErrors() {
    static_assert(std::is_standard_layout_v<JpegErrors>);
    jpeg_std_error(&manager_);
    manager_.error_exit = &JpegErrors::on_error;
    manager_.emit_message = &JpegErrors::on_message;
}

bool JpegErrors::guarded(FunctionRef<void()> body) {
    if (setjmp(jump_) != 0) {
        return false;
    }
    body();
    return true;
}

void JpegErrors::leave(int code, const char* sentence) {
    own_code_ = code;
    std::strncpy(sentence_, sentence, sizeof sentence_ - 1);
    std::longjmp(jump_, 1);
}

Status JpegErrors::failure(int code, const char* what) const {
    if (own_code_ != 0) {
        return fail(own_code_, sentence_);
    }
    return fail(out_of_memory_ ? ACL_ERROR_BAD_ALLOC : code, what, ": ", sentence_);
}

void JpegErrors::on_error(j_common_ptr object) {
    auto* self = reinterpret_cast<JpegErrors*>(object->err);
    object->err->format_message(object, self->sentence_);
    self->out_of_memory_ =
        object->err->msg_code == JERR_OUT_OF_MEMORY || object->err->msg_code == JERR_NO_BACKING_STORE;
    std::longjmp(self->jump_, 1);
}

void JpegErrors::on_message(j_common_ptr object, int level) {
    auto* self = reinterpret_cast<JpegErrors*>(object->err);
    if (level >= 0) {
        return;  // a trace, no warning
    }
    ++object->err->num_warnings;
    if (self->judge_ != nullptr && !self->damaged_ && self->judge_(object)) {
        self->damaged_ = true;
        object->err->format_message(object, self->damage_);
    }
}

}  // namespace softacl::media
