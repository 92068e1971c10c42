// SPDX-License-Identifier: Apache-2.0
// One execution of a model: the buffers of two datasets, held against what the model takes and gives.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exec/dataset.h"
#include "exec/operand_memory.h"
#include "exec/registry.h"
#include "exec/set_aipp.h"

namespace softacl::exec {

/// Keeps addresses, sizes, the variant and parameters of AIPP as they are when it is made; the datasets may change or
/// go afterwards.
class Execution {
   public:
    /// Numbers of buffers that do not fit: 100017 for inputs, 100018 for outputs; a dataset without any: 100000. Shapes
    /// or a gear that the model does not have: see choose_variant. Parameters of AIPP: see aipp_blocks. A buffer that
    /// is too small: 145000. A device address where that much is not allocated: 107000. An input may lack fewer than 64
    /// bytes, which read as zero. For an empty output buffer memory is allocated on the model's device and put into the
    /// buffer: 207001 if there is none.
    static Result<std::unique_ptr<Execution>> prepare(std::shared_ptr<LoadedModel> model, const Dataset& inputs,
                                                      Dataset& outputs);

    /// 107000 if host memory cannot be accessed.
    Status run(Run& run);

    /// Frees what `prepare` allocated and empties the output buffers again, if the execution did not come to pass.
    void take_back();

   private:
    struct Allocated {
        std::shared_ptr<DataBuffer> buffer;
        void* memory;
    };
    // Which tensor a buffer is for; its name is put together for sentences only.
    struct Place {
        bool is_input;
        size_t index;
    };

    Execution(std::shared_ptr<LoadedModel> model, VariantPtr variant)
        : model_(std::move(model)), variant_(std::move(variant)) {}

    const TensorInfo& tensor(Place place) const;
    std::string title(Place place) const;
    /// The failure with the tensor's title in front.
    Status at(Place place, const Status& failure) const;
    Status too_small(Place place, size_t size) const;

    Status bind(Place place, Handle handle);
    Status bind_input(Place place, Buffer given);
    Status bind_output(Place place, Buffer given, const std::shared_ptr<DataBuffer>& buffer);
    Result<void*> allocate(Place place, size_t size, const std::shared_ptr<DataBuffer>& buffer);
    Status look_at(Place place, Buffer range);

    std::shared_ptr<LoadedModel> model_;
    const VariantPtr variant_;
    size_t bytes_of(Place place) const;

    std::vector<AippBlock> aipp_;
    std::vector<Buffer> inputs_;
    std::vector<Buffer> outputs_;
    OperandMemory memory_;
    std::vector<Allocated> allocated_;
};

}  // namespace softacl::exec
