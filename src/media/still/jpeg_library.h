// SPDX-License-Identifier: Apache-2.0
// The library that codes JPEG (libjpeg's interface), and its failures as Status. Only for the files jpeg_*.cpp here.
//
// The library leaves a failing call by a jump over its own frames. So all calls are made inside guarded(), and what a
// body declares must not need a destructor while it calls the library.
#pragma once

#include <csetjmp>
#include <cstddef>
#include <cstdio>

#include <jpeglib.h>

#include "base/function_ref.h"
#include "base/status.h"

namespace softacl::media {

/// Collects what the library says about one picture. Not copied while the library knows its address.
class JpegErrors {
   public:
    JpegErrors();
    JpegErrors(const JpegErrors&) = delete;
    JpegErrors& operator=(const JpegErrors&) = delete;

    /// For the member `err` of the library's objects.
    jpeg_error_mgr* manager() { return &manager_; }
    /// Called with each warning; true if the warning means that data are damaged.
    using Judge = bool (*)(j_common_ptr);
    void set_judge(Judge judge) { judge_ = judge; }

    /// Runs the body; false if the library, or leave(), left it before its end.
    bool guarded(FunctionRef<void()> body);
    /// Ends the body that runs, with a code and a sentence that lives on. Only inside guarded().
    [[noreturn]] void leave(int code, const char* sentence);

    /// Why the body was left; `code` is for failures of the library that are not about memory.
    Status failure(int code, const char* what) const;
    bool is_damaged() const { return damaged_; }
    /// The first warning that meant damage.
    const char* damage() const { return damage_; }

   private:
    static void on_error(j_common_ptr object);
    static void on_message(j_common_ptr object, int level);

    jpeg_error_mgr manager_;  // first: the library's pointer to it is one to this object
    std::jmp_buf jump_;
    Judge judge_ = nullptr;
    int own_code_ = 0;
    bool damaged_ = false;
    bool out_of_memory_ = false;
    char sentence_[JMSG_LENGTH_MAX] = {};
    char damage_[JMSG_LENGTH_MAX] = {};
};

}  // namespace softacl::media
