// SPDX-License-Identifier: Apache-2.0
// Sequences of tensors. They exist while a network is converted: which tensor is where must be known then.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "ops/import.h"

namespace softacl::convert {

class Sequences {
   public:
    /// A value that only find() understands.
    ops::ValueRef add(std::vector<ops::ValueRef> elements);
    /// The elements, or null if the value is no sequence. They stay.
    const std::vector<ops::ValueRef>* find(ops::ValueRef value) const;

   private:
    std::deque<std::vector<ops::ValueRef>> all_;
};

/// What an ONNX operator does that makes or takes apart a sequence.
using SequenceImport = Result<std::vector<ops::ValueRef>> (*)(Sequences& sequences, ops::Importer& graph,
                                                              const ops::ForeignNode& node);
/// Null for other operators.
SequenceImport find_sequence_import(const std::string& type);

}  // namespace softacl::convert
