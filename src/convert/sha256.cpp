// SPDX-License-Identifier: Apache-2.0
#include "convert/sha256.h"

#include <openssl/evp.h>

#include <array>

namespace softacl::convert {

std::string sha256(const void* data, size_t size) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    if (EVP_Digest(data, size, digest.data(), &length, EVP_sha256(), nullptr) != 1) {
        return {};
    }
    constexpr const char* kDigits = "0123456789abcdef";
    std::string hex;
    for (unsigned int i = 0; i < length; ++i) {
        hex += kDigits[digest[i] >> 4U];
        hex += kDigits[digest[i] & 15U];
    }
    return hex;
}

}  // namespace softacl::convert
