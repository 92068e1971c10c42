// SPDX-License-Identifier: Apache-2.0
#include "base/errors.h"

#include <algorithm>
#include <iterator>

namespace softacl {
namespace {

constexpr ErrorEntry kErrors[] = {
#define ERROR_CODE(name, code, sentence, remedy) {#name, code, sentence, remedy},
#include "base/generated/errors.inc"
#undef ERROR_CODE
};

}  // namespace

const ErrorEntry* find_error(int code) {
    const auto* found = std::find_if(std::begin(kErrors), std::end(kErrors),
                                     [code](const ErrorEntry& entry) { return entry.code == code; });
    return found == std::end(kErrors) ? nullptr : found;
}

}  // namespace softacl
