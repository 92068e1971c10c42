// SPDX-License-Identifier: Apache-2.0
// Memory that a plan works on where it cannot work on a program's buffer itself.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "exec/data_buffer.h"

namespace softacl::exec {

bool overlap(const Buffer& a, const Buffer& b);

/// Of one run. Buffers that are not aligned to elements, and outputs that overlap others, get a copy instead.
class Detours {
   public:
    /// Where the first `bytes` of an input are to be read.
    const void* input(const Buffer& buffer, size_t bytes);
    /// Where an output is to be written. It may be `under`, an input, but not overlap it otherwise.
    void* output(const std::vector<Buffer>& outputs, size_t index, const std::vector<Buffer>& inputs, size_t bytes,
                 std::optional<size_t> under = {});
    /// Copies outputs to where they belong.
    void finish() const;

   private:
    struct Back {
        Buffer target;
        const void* from;
    };
    std::vector<std::shared_ptr<void>> blocks_;
    std::vector<Back> back_;
};

}  // namespace softacl::exec
