// SPDX-License-Identifier: Apache-2.0
// Objects a program describes its data with. They live on no device and end with the process's use of the library.
#pragma once

#include "base/handle.h"

namespace softacl::runtime {

/// From the first call on, what is alive of such objects when the process finalizes is destroyed, and reported in the
/// log. Any thread.
void end_objects_with_process();

/// Names a new description, configuration or the like.
template <class T>
Result<Handle> make_object(std::shared_ptr<T> object) {
    end_objects_with_process();
    return make_handle(T::kKind, std::move(object));
}

}  // namespace softacl::runtime
