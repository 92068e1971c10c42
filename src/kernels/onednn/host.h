// SPDX-License-Identifier: Apache-2.0
// The services of the library that loaded this one.
#pragma once

#include "kernels/host.h"

namespace softacl::kernels {

const HostServices& host();
void set_host(const HostServices& services);

}  // namespace softacl::kernels
