// SPDX-License-Identifier: Apache-2.0
// Sequences of tensors, and optional values. They exist while a network is converted: which tensor is where, and
// whether there is one, must be known then.
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
    /// An optional value without an element; one with an element is that element. find() sees an empty sequence.
    ops::ValueRef add_none();
    /// The elements, or null if the value is no sequence. They stay.
    const std::vector<ops::ValueRef>* find(ops::ValueRef value) const;
    bool is_none(ops::ValueRef value) const;
    /// What messages call a value that find() finds.
    const char* kind_of(ops::ValueRef value) const;

   private:
    struct Entry {
        std::vector<ops::ValueRef> elements;
        bool is_none;
    };
    const Entry* entry(ops::ValueRef value) const;

    std::deque<Entry> all_;
};

/// What an ONNX operator does that makes or takes apart a sequence or an optional value.
using SequenceImport = Result<std::vector<ops::ValueRef>> (*)(Sequences& sequences, ops::Importer& graph,
                                                              const ops::ForeignNode& node);
/// Null for other operators.
SequenceImport find_sequence_import(const std::string& type);

}  // namespace softacl::convert
