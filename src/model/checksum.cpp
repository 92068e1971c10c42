// SPDX-License-Identifier: Apache-2.0
#include "model/checksum.h"

#include <xxhash.h>

#include <cstring>
#include <new>

namespace softacl::model {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the halves would have to be swapped");

Digest as_bytes(XXH128_hash_t hash) {
    Digest digest;
    std::memcpy(digest.data(), &hash.low64, 8);
    std::memcpy(digest.data() + 8, &hash.high64, 8);
    return digest;
}

}  // namespace

Checksum::Checksum() : state_(XXH3_createState()) {
    if (state_ == nullptr) {
        throw std::bad_alloc();
    }
    XXH3_128bits_reset(static_cast<XXH3_state_t*>(state_.get()));
}

void Checksum::Deleter::operator()(void* state) const { XXH3_freeState(static_cast<XXH3_state_t*>(state)); }

void Checksum::add(const void* data, size_t size) {
    XXH3_128bits_update(static_cast<XXH3_state_t*>(state_.get()), data, size);
}

Digest Checksum::digest() const {
    return as_bytes(XXH3_128bits_digest(static_cast<const XXH3_state_t*>(state_.get())));
}

Digest digest_of(const void* data, size_t size) { return as_bytes(XXH3_128bits(data, size)); }

}  // namespace softacl::model
