// SPDX-License-Identifier: Apache-2.0
// The report as JSON.
#pragma once

#include <string>

#include "report.h"

namespace omrun {

void write_summary(const std::string& path, const Options& options, const Model& model, const Shapes& shapes,
                   const Report& report);

}  // namespace omrun
