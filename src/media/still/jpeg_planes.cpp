// SPDX-License-Identifier: Apache-2.0
#include "media/still/jpeg_planes.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "media/still/jpeg_library.h"

#include <jerror.h>

#include "acl/acl_base.h"
#include "base/log.h"

namespace softacl::media {
namespace {

constexpr uint32_t kBlock = DCTSIZE;
constexpr uint32_t kMostRows = MAX_SAMP_FACTOR * kBlock;

/// Data that end early, or a restart interval that does, are missing, not wrong.
bool tells_damage(j_common_ptr object) {
    const auto* decoder = reinterpret_cast<j_decompress_ptr>(object);
    const int marker = decoder->unread_marker;
    switch (object->err->msg_code) {
        case JWRN_HUFF_BAD_CODE:
        case JWRN_MUST_RESYNC:
        case JWRN_NOT_SEQUENTIAL: return true;
        case JWRN_HIT_MARKER: return marker != JPEG_EOI && (marker < JPEG_RST0 || marker > JPEG_RST0 + 7);
        case JWRN_EXTRANEOUS_DATA: return decoder->restart_interval != 0;
        default: return false;
    }
}

class PlaneReader {
   public:
    PlaneReader(const JpegInfo& info, const Plane& luma) : info_(info), luma_(luma) {
        decoder_.err = errors_.manager();
    }
    PlaneReader(const PlaneReader&) = delete;
    PlaneReader& operator=(const PlaneReader&) = delete;
    ~PlaneReader() { jpeg_destroy_decompress(&decoder_); }

    Status read(Bytes file, FunctionRef<void(const ChromaBand&)> chroma) {
        const bool has_header = errors_.guarded([&] { read_header(file); });
        if (!has_header) {
            return errors_.failure(ACL_ERROR_PARSE_FILE, "the JPEG's header cannot be decoded");
        }
        SOFTACL_TRY(compare());
        SOFTACL_TRY(allocate());
        errors_.set_judge(&tells_damage);
        if (!errors_.guarded([&] { read_rows(chroma); })) {
            return errors_.failure(ACL_ERROR_PARSE_FILE, "the JPEG cannot be decoded");
        }
        if (errors_.is_damaged()) {
            return fail(ACL_ERROR_PARSE_FILE, "the JPEG's data are damaged: ", errors_.damage());
        }
        if (decoder_.err->num_warnings > 0) {
            log(LogLevel::kWarning, SOFTACL_HERE,
                text("a JPEG of ", info_.width, "x", info_.height, " was decoded with ", decoder_.err->num_warnings,
                     " warnings: its data end early, or its header is irregular"));
        }
        return {};
    }

   private:
    void read_header(Bytes file) {
        jpeg_create_decompress(&decoder_);
        jpeg_mem_src(&decoder_, file.data, static_cast<unsigned long>(file.size));
        jpeg_read_header(&decoder_, TRUE);
        decoder_.raw_data_out = TRUE;
        decoder_.out_color_space = decoder_.num_components == 1 ? JCS_GRAYSCALE : JCS_YCbCr;
    }

    /// The bytes may have changed since the header was read by hand, and memory was measured with what that told.
    Status compare() const {
        const bool has_chroma = info_.sampling != JpegSampling::kGray;
        const jpeg_component_info* parts = decoder_.comp_info;
        const FormatInfo& native = format_info(native_format(info_.sampling));
        const bool is_same = decoder_.image_width == info_.width && decoder_.image_height == info_.height &&
                             decoder_.num_components == info_.components && !decoder_.progressive_mode &&
                             !decoder_.arith_code && decoder_.data_precision == 8 &&
                             (!has_chroma || (parts[0].h_samp_factor == parts[1].h_samp_factor << native.chroma_x &&
                                              parts[0].v_samp_factor == parts[1].v_samp_factor << native.chroma_y &&
                                              parts[1].h_samp_factor == parts[2].h_samp_factor &&
                                              parts[1].v_samp_factor == parts[2].v_samp_factor));
        if (!is_same) {
            return fail(ACL_ERROR_PARSE_FILE, "the JPEG's header is not what it was when decoding began");
        }
        return {};
    }

    Status allocate() {
        const jpeg_component_info& luma = decoder_.comp_info[0];
        luma_width_ = size_t{luma.width_in_blocks} * kBlock;
        luma_rows_ = static_cast<uint32_t>(luma.v_samp_factor) * kBlock;
        writes_through_ = luma_.stride >= luma_width_;
        // A row for those that nobody wants, or all of a band.
        const size_t luma_bytes = luma_width_ * (writes_through_ ? 1 : luma_rows_);
        size_t chroma_bytes = 0;
        if (info_.sampling != JpegSampling::kGray) {
            const jpeg_component_info& u = decoder_.comp_info[1];
            constexpr size_t kRoom = 64;
            chroma_stride_ = size_t{u.width_in_blocks} * kBlock + kRoom;
            chroma_rows_ = static_cast<uint32_t>(u.v_samp_factor) * kBlock;
            chroma_bytes = chroma_stride_ * chroma_rows_;
        }
        memory_.reset(new (std::nothrow) uint8_t[luma_bytes + 2 * chroma_bytes]);
        if (memory_ == nullptr) {
            return fail(ACL_ERROR_BAD_ALLOC, "there is no memory for some rows of a JPEG of ", info_.width, "x",
                        info_.height);
        }
        u_ = memory_.get() + luma_bytes;
        v_ = u_ + chroma_bytes;
        return {};
    }

    void read_rows(FunctionRef<void(const ChromaBand&)> chroma) {
        jpeg_start_decompress(&decoder_);
        JSAMPROW luma_rows[kMostRows];
        JSAMPROW u_rows[kMostRows];
        JSAMPROW v_rows[kMostRows];
        JSAMPARRAY planes[3] = {luma_rows, u_rows, v_rows};
        for (uint32_t i = 0; i < chroma_rows_; ++i) {
            u_rows[i] = u_ + i * chroma_stride_;
            v_rows[i] = v_ + i * chroma_stride_;
        }
        const FormatInfo& native = format_info(native_format(info_.sampling));
        const uint32_t chroma_height = (info_.height + native.height_multiple() - 1) >> native.chroma_y;
        uint32_t chroma_row = 0;
        for (uint32_t y = 0; y < info_.height; y += luma_rows_) {
            place_luma(luma_rows, y);
            jpeg_read_raw_data(&decoder_, planes, luma_rows_);
            if (!writes_through_) {
                copy_luma(luma_rows, y);
            }
            if (chroma_row < chroma_height && chroma_rows_ > 0) {
                chroma({u_, v_, chroma_stride_, chroma_row, std::min(chroma_rows_, chroma_height - chroma_row)});
                chroma_row += chroma_rows_;
            }
        }
    }

    void place_luma(JSAMPROW* rows, uint32_t y) const {
        for (uint32_t i = 0; i < luma_rows_; ++i) {
            const bool is_wanted = writes_through_ && y + i < luma_.height;
            rows[i] = is_wanted ? luma_.row(y + i) : memory_.get() + (writes_through_ ? 0 : i * luma_width_);
        }
    }

    void copy_luma(JSAMPROW* rows, uint32_t y) const {
        for (uint32_t i = 0; i < luma_rows_ && y + i < luma_.height; ++i) {
            std::memcpy(luma_.row(y + i), rows[i], std::min<size_t>(luma_width_, luma_.stride));
        }
    }

    JpegInfo info_;
    Plane luma_;
    JpegErrors errors_;
    jpeg_decompress_struct decoder_ = {};
    std::unique_ptr<uint8_t[]> memory_;
    size_t luma_width_ = 0;
    uint32_t luma_rows_ = 0;
    bool writes_through_ = false;
    uint8_t* u_ = nullptr;
    uint8_t* v_ = nullptr;
    size_t chroma_stride_ = 0;
    uint32_t chroma_rows_ = 0;
};

}  // namespace

Status read_jpeg_planes(Bytes file, const JpegInfo& info, const Plane& luma,
                        FunctionRef<void(const ChromaBand&)> chroma) {
    return PlaneReader(info, luma).read(file, chroma);
}

}  // namespace softacl::media
