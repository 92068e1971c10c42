// SPDX-License-Identifier: Apache-2.0
// Any bytes given as the file of a picture are refused with a documented code and a sentence, or decoded within the
// memory given.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

#include "acl/acl_base.h"
#include "base/status.h"
#include "media/still/bytes.h"
#include "media/still/layout.h"
#include "require.h"

/// A codec is made of the first byte. It has the codes of its failures in kCodes and a format, and tells what a file is
/// (info), what it becomes (layout), and decodes it.
template <class Codec>
void try_picture_file(const uint8_t* data, size_t size) {
    if (size == 0) {
        return;
    }
    const auto check = [](const softacl::Status& status) {
        require(status.ok() || std::count(std::begin(Codec::kCodes), std::end(Codec::kCodes), status.code()) == 1);
        require(status.message().empty() == status.ok());
    };
    const Codec codec(data[0]);
    const std::vector<uint8_t> file(data + 1, data + size);
    const softacl::media::Bytes bytes{file.data(), file.size()};
    const auto info = codec.info(bytes);
    check(info.status());
    if (!info.ok() || info->width > 512 || info->height > 512) {
        return;  // the largest take too long to find anything
    }
    const auto layout = codec.layout(*info);
    check(layout.status());
    if (layout.ok()) {
        // A block of its own, so that the sanitizer sees every access beyond it.
        std::vector<uint8_t> memory(layout->bytes());
        check(codec.decode(bytes, {memory.data(), memory.size(), codec.format, 0, 0}).status());
    }
}
