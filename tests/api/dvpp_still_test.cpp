// SPDX-License-Identifier: Apache-2.0
// What decoding JPEG, decoding PNG and encoding JPEG have in common: channels, handles and contexts.
#include "api/dvpp_still_fixture.h"

namespace softacl::test {
namespace {

class StillWork : public Still, public testing::WithParamInterface<uint32_t> {
   protected:
    aclError launch(acldvppChannelDesc* channel, acldvppPicDesc* desc, aclrtStream stream) {
        switch (GetParam()) {
            case DVPP_CHNMODE_JPEGD:
                return acldvppJpegDecodeAsync(channel, upload(jpeg_), size_of(jpeg_), desc, stream);
            case DVPP_CHNMODE_PNGD: return acldvppPngDecodeAsync(channel, upload(png_), size_of(png_), desc, stream);
            default: return acldvppJpegEncodeAsync(channel, desc, memory_ + 32768, &size_, quality_, stream);
        }
    }
    acldvppPicDesc* good_desc() {
        const auto format = GetParam() == DVPP_CHNMODE_PNGD ? PIXEL_FORMAT_RGB_888 : PIXEL_FORMAT_YUV_SEMIPLANAR_420;
        return describe({format, 32, 32, 64, 32, memory_, 32768});
    }

    const File jpeg_ = make_jpeg(picture(32, 32));
    const File png_ = make_png(32, 32, PNG_FORMAT_RGB);
    uint8_t* const memory_ = media_memory(65536);
    uint32_t size_ = 32768;
    acldvppJpegeConfig* quality_ = acldvppCreateJpegeConfig();
};

TEST_P(StillWork, NeedsAChannelOfItsUnit) {
    for (const uint32_t mode : {1U, 2U, 4U, 8U, 15U}) {
        acldvppChannelDesc* const channel = acldvppCreateChannelDesc();
        EXPECT_OK(acldvppSetChannelDescMode(channel, mode));
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, launch(channel, good_desc(), stream_)) << "it does not exist yet";
        EXPECT_OK(acldvppCreateChannel(channel));
        if ((mode & GetParam()) != 0) {
            EXPECT_OK(launch(channel, good_desc(), stream_));
        } else {
            EXPECT_CODE(ACL_ERROR_INVALID_PARAM, launch(channel, good_desc(), stream_));
        }
        EXPECT_OK(aclrtSynchronizeStream(stream_));
        EXPECT_OK(acldvppDestroyChannelDesc(channel));
    }
}

TEST_P(StillWork, HandlesAreChecked) {
    acldvppPicDesc* const gone = good_desc();
    EXPECT_OK(acldvppDestroyPicDesc(gone));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, launch(channel_, gone, stream_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, launch(channel_, nullptr, stream_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, launch(nullptr, good_desc(), stream_));
    acldvppChannelDesc* const other = acldvppCreateChannelDesc();
    EXPECT_OK(acldvppDestroyChannelDesc(other));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, launch(other, good_desc(), stream_));
    const aclrtStream closed = new_stream();
    EXPECT_OK(aclrtDestroyStream(closed));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, launch(channel_, good_desc(), closed));
    EXPECT_OK(launch(channel_, good_desc(), nullptr)) << "the default stream";
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
}

TEST_P(StillWork, NeedsTheContextOfTheStream) {
    acldvppPicDesc* const desc = good_desc();
    uint8_t* const memory = upload(jpeg_);
    new_context();
    EXPECT_CODE(ACL_ERROR_RT_STREAM_CONTEXT, launch(channel_, desc, stream_));
    in_new_thread([&] {
        switch (GetParam()) {
            case DVPP_CHNMODE_JPEGD:
                EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL,
                            acldvppJpegDecodeAsync(channel_, memory, size_of(jpeg_), desc, nullptr));
                break;
            case DVPP_CHNMODE_PNGD:
                EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL,
                            acldvppPngDecodeAsync(channel_, memory, size_of(jpeg_), desc, nullptr));
                break;
            default: EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, launch(channel_, desc, nullptr));
        }
    });
}

INSTANTIATE_TEST_SUITE_P(Units, StillWork, testing::Values(DVPP_CHNMODE_JPEGD, DVPP_CHNMODE_JPEGE, DVPP_CHNMODE_PNGD));

}  // namespace
}  // namespace softacl::test
