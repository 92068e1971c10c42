// SPDX-License-Identifier: Apache-2.0
// The library of video codecs is found and opens its decoders.
#include "media/video/codecs.h"

#include <gtest/gtest.h>

namespace softacl::media {
namespace {

TEST(Codecs, AreLoadedAndOpenDecoders) {
    const auto library = codecs();
    ASSERT_TRUE(library.ok()) << library.status().message();
    for (const VideoCodec codec : {VideoCodec::kH264, VideoCodec::kH265}) {
        FrameDecoderParams params;
        params.codec = codec;
        const auto decoder = (*library)->open_decoder(params);
        EXPECT_TRUE(decoder.ok()) << decoder.status().message();
    }
}

}  // namespace
}  // namespace softacl::media
