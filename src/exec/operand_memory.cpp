// SPDX-License-Identifier: Apache-2.0
#include "exec/operand_memory.h"

#include "runtime/memory.h"

namespace softacl::exec {

Status OperandMemory::add(Buffer range, Use use, FunctionRef<std::string()> title) {
    std::string warning;
    const Result<bool> on_device = runtime::check_if_device("its buffer", range.data, range.size, warning);
    if (!on_device.ok()) {
        return fail(on_device.status().code(), title(), ": ", on_device.status().message());
    }
    if (!warning.empty()) {
        warning_ = title() + ": " + warning;
    }
    if (!*on_device) {
        host_ranges_.push_back({range, use, title()});
    }
    return {};
}

Status OperandMemory::probe() const {
    for (const auto& [range, use, title] : host_ranges_) {
        const Status status = use == Use::kRead ? runtime::check_host_readable("its buffer", range.data, range.size)
                                                : runtime::check_host_writable("its buffer", range.data, range.size);
        if (!status.ok()) {
            return fail(status.code(), title, ": ", status.message());
        }
    }
    return {};
}

}  // namespace softacl::exec
