// SPDX-License-Identifier: Apache-2.0
// acldvppVpcPyrDownAsync as a task (manual 10.7.6.15).
#pragma once

#include "media/v1/vpc.h"

namespace softacl::media {

/// 100000 if a picture is not gray or not of a documented size, or the result is not half as large.
Result<std::unique_ptr<runtime::Task>> pyramid_task(const VpcStep& step);

}  // namespace softacl::media
