// SPDX-License-Identifier: Apache-2.0
// Types, tensors and attributes as messages of the file, and back.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "model/container.h"
#include "model/proto/ge_ir.pb.h"
#include "ops/attrs.h"
#include "tensor/tensor.h"

namespace softacl::model {

/// False for types and formats that have no place in the file.
bool can_encode(const TensorType& type);
/// dtype, shape, layout and size.
void encode_type(const TensorType& type, ge::TensorDescriptor* desc);
/// Fails for unknown types and layouts and for shapes that are missing, of unknown rank or too large.
Result<TensorType> decode_type(const ge::TensorDescriptor& desc);

/// The bytes inline.
Status encode_attr(const ops::Attr& attr, ge::AttrDef* message);
/// Fails for kinds that Attr has none for.
Result<ops::Attr> decode_attr(const ge::AttrDef& message);

/// A reference to some of the weights, which keeps them where they are.
using Hold = std::function<std::shared_ptr<const void>(const void* bytes, size_t size)>;

/// A tensor whose elements are inline or lie in `weights`, of which it then takes hold.
Result<Tensor> decode_tensor(const ge::TensorDef& message, Bytes weights, const Hold& hold);

/// Adds an entry to a map.
template <class Map>
ge::AttrDef* add_entry(Map* map, const std::string& key) {
    auto* entry = map->Add();
    entry->set_key(key);
    return entry->mutable_value();
}

/// The last value of a key, as maps on the wire have it; null if there is none.
template <class Map>
const ge::AttrDef* find_entry(const Map& map, const std::string& key) {
    const ge::AttrDef* found = nullptr;
    for (const auto& entry : map) {
        found = entry.key() == key ? &entry.value() : found;
    }
    return found;
}

}  // namespace softacl::model
