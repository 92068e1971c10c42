// SPDX-License-Identifier: Apache-2.0
// Attributes of a node: named values that are fixed when the graph is built.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tensor/tensor.h"

namespace softacl::ops {

using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;
using Strings = std::vector<std::string>;
using Bools = std::vector<bool>;
using IntLists = std::vector<Ints>;

/// One value. The alternatives are the kinds of the Ascend IR (lists of lists of integers only).
using Attr =
    std::variant<bool, int64_t, float, std::string, aclDataType, Ints, Floats, Strings, Bools, IntLists, Tensor>;

/// What the IR calls the alternative: "Bool", "Int", "ListInt", ...
const char* kind_of(const Attr& attr);

/// By name, in the order of names.
class Attrs {
   public:
    Attrs() = default;
    Attrs(std::initializer_list<std::pair<const std::string, Attr>> values) : values_(values) {}

    void set(const std::string& name, Attr value) { values_[name] = std::move(value); }
    void erase(const std::string& name) { values_.erase(name); }
    bool has(const std::string& name) const { return values_.count(name) != 0; }
    const Attr* find(const std::string& name) const {
        const auto at = values_.find(name);
        return at == values_.end() ? nullptr : &at->second;
    }
    /// The value if it is there and of this type, or null.
    template <class T>
    const T* find_as(const std::string& name) const {
        const Attr* attr = find(name);
        return attr == nullptr ? nullptr : std::get_if<T>(attr);
    }
    /// The value if it is there and of this type, else the fallback.
    template <class T>
    T get(const std::string& name, T fallback) const {
        const T* value = find_as<T>(name);
        return value == nullptr ? std::move(fallback) : *value;
    }
    /// For attributes that the declaration guarantees: required ones and those with a default.
    template <class T>
    const T& at(const std::string& name) const {
        return std::get<T>(values_.at(name));
    }

    auto begin() const { return values_.begin(); }
    auto end() const { return values_.end(); }
    size_t size() const { return values_.size(); }
    bool operator==(const Attrs& other) const { return values_ == other.values_; }

   private:
    std::map<std::string, Attr> values_;
};

}  // namespace softacl::ops
