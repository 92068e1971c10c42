// SPDX-License-Identifier: Apache-2.0
#include "media/video/codecs.h"

#include "base/plugin.h"

namespace softacl::media {
namespace {

Result<const Codecs*> open() {
    SOFTACL_ASSIGN(void* const address, load_beside("libsoftacl_codecs.so", kOpenCodecs, "the video codecs"));
    return reinterpret_cast<OpenCodecs>(address)();
}

}  // namespace

Result<const Codecs*> codecs() {
    static const auto& codecs = *new Result<const Codecs*>(open());
    return codecs;
}

}  // namespace softacl::media
