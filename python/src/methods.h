// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <acl/acl.h>
#include <acl/ops/acl_cblas.h>
#include <acl/ops/acl_dvpp.h>

#include "row.h"
#include "struct_codec.h"
#include "table.h"

// The rows of the acl package: one type per function, named after it (acl.rt.malloc: AclRtMalloc).

namespace softacl::python {

#include "generated/structs.inc"

#define METHOD DECLARE_METHOD
#define METHOD_BY_HAND DECLARE_METHOD_BY_HAND
#include "generated/methods.inc"
#undef METHOD
#undef METHOD_BY_HAND

MethodTable acl_methods();

}  // namespace softacl::python
