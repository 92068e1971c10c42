// SPDX-License-Identifier: Apache-2.0
// A loaded model with the memory for its inputs and outputs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "array.h"
#include "device.h"

namespace omrun {

/// An input or output.
struct Port {
    std::string name;
    aclDataType type = ACL_FLOAT;
    std::vector<int64_t> dims;  ///< -1: open
    size_t bytes = 0;           ///< 0: not known before a run
};

/// Every method throws what the library complains of. One thread.
class Model {
   public:
    explicit Model(const std::string& path);
    ~Model();
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    /// Without the one that holds a gear.
    const std::vector<Port>& inputs() const { return inputs_; }
    const std::vector<Port>& outputs() const { return outputs_; }
    uint32_t id() const { return id_; }
    aclmdlDesc* desc() const { return desc_; }

    /// Memory for the datasets. `output_sizes`: where the model does not tell them; none: the model's own memory.
    void make_buffers(const std::vector<size_t>& output_sizes);

    /// The input dataset, and where in it the model reads its gear.
    aclmdlDataset* input_set() const { return input_set_; }
    size_t gear_index() const { return *gear_; }
    bool has_gear_input() const { return gear_.has_value(); }
    /// Of a model with open dimensions: the shapes of all inputs for the runs that follow.
    void set_shapes(const std::vector<std::vector<int64_t>>& shapes);

    void write_input(size_t index, const Array& array);
    void execute();
    /// With the shape of the last run.
    Array read_output(size_t index);

   private:
    std::vector<int64_t> output_dims(size_t index) const;

    struct Slot {
        Block block;
        aclDataBuffer* buffer = nullptr;
    };
    /// What the model has allocated for an output without memory.
    static void free_foreign(const Slot& slot);
    void add_slot(aclmdlDataset* set, std::vector<Slot>& slots, std::optional<size_t> size);

    uint32_t id_ = 0;
    aclmdlDesc* desc_ = nullptr;
    std::vector<Port> inputs_;
    std::vector<Port> outputs_;
    std::vector<size_t> places_;  ///< of the inputs in the dataset
    std::optional<size_t> gear_;
    bool free_shapes_ = false;
    aclmdlDataset* input_set_ = nullptr;
    aclmdlDataset* output_set_ = nullptr;
    std::vector<Slot> input_slots_;
    std::vector<Slot> output_slots_;
};

}  // namespace omrun
