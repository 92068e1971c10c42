// SPDX-License-Identifier: Apache-2.0
#include "media/still/jpeg_encode.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "media/still/jpeg_library.h"

#include "acl/acl_base.h"
#include "media/still/jpeg_layout.h"

namespace softacl::media {
namespace {

constexpr uint32_t kBlock = DCTSIZE;
constexpr uint32_t kRowUnit = 16;
constexpr uint32_t kRowsUnit = 16;

Result<const FormatInfo*> check_format(int32_t format, uint32_t width, uint32_t height) {
    const FormatInfo* info = find_format(format);
    const bool is_nv =
        info != nullptr && info->layout == Layout::kSemiPlanar && info->chroma_x == 1 && info->chroma_y == 1;
    if (!is_nv && (info == nullptr || !info->packed_422())) {
        return fail(ACL_ERROR_INVALID_PARAM, "the input's format is ", format, info == nullptr ? "" : " (",
                    info == nullptr ? "" : info->name, info == nullptr ? "" : ")",
                    "; expected YUV_SEMIPLANAR_420 (1), YVU_SEMIPLANAR_420 (2) or a packed 4:2:2 (7 to 10)");
    }
    if (std::min(width, height) < kMinJpegSide || std::max(width, height) > kMaxJpegSide) {
        return fail(ACL_ERROR_INVALID_PARAM, "the input has ", width, "x", height, " pixels; expected ", kMinJpegSide,
                    "x", kMinJpegSide, " to ", kMaxJpegSide, "x", kMaxJpegSide);
    }
    if (width % info->width_multiple() != 0 || height % info->height_multiple() != 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "the input has ", width, "x", height, " pixels; expected an even ",
                    info->height_multiple() > 1 ? "width and height" : "width", " for ", info->name);
    }
    return info;
}

/// Writes the file into memory of a fixed size.
class Destination {
   public:
    Destination(uint8_t* data, size_t size, JpegErrors& errors) : manager_(), errors_(errors) {
        manager_.next_output_byte = data;
        manager_.free_in_buffer = size;
        manager_.init_destination = [](j_compress_ptr) {};
        manager_.term_destination = [](j_compress_ptr) {};
        manager_.empty_output_buffer = &Destination::on_full;
    }

    jpeg_destination_mgr* manager() { return &manager_; }
    /// Bytes of the memory that are left. Fails if the file did not fit.
    Result<size_t> left() const {
        if (is_full_ && manager_.free_in_buffer < sizeof spill_) {
            return fail(ACL_ERROR_INVALID_PARAM, kTooSmall);
        }
        return is_full_ ? 0 : manager_.free_in_buffer;
    }

   private:
    static constexpr const char* kTooSmall = "the output's memory is too small for the JPEG";

    // The library asks for room as soon as there is none, though it may not need any: the file may end here.
    static boolean on_full(j_compress_ptr encoder) {
        auto* self = reinterpret_cast<Destination*>(encoder->dest);
        if (self->is_full_) {
            self->errors_.leave(ACL_ERROR_INVALID_PARAM, kTooSmall);
        }
        self->is_full_ = true;
        self->manager_.next_output_byte = self->spill_;
        self->manager_.free_in_buffer = sizeof self->spill_;
        return TRUE;
    }

    jpeg_destination_mgr manager_;  // first: the library's pointer to it is one to this object
    JpegErrors& errors_;
    bool is_full_ = false;
    uint8_t spill_[64] = {};
};

/// Components with the picture's edge repeated up to whole blocks. Rows beyond the last one are the last one again.
class Feeder {
   public:
    explicit Feeder(const ConstPicture& picture)
        : picture_(picture),
          format_(*picture.format),
          luma_rows_(kBlock << format_.chroma_y),
          luma_stride_(align_up(picture.width, kBlock)),
          chroma_stride_(align_up(picture.width / 2, kBlock)),
          // Luma that ends with a block can be read where it is.
          reads_through_(!format_.packed_422() && luma_stride_ == picture.width) {}

    Status allocate() {
        const size_t luma_bytes = reads_through_ ? 0 : size_t{luma_stride_} * luma_rows_;
        const size_t chroma_bytes = size_t{chroma_stride_} * kBlock;
        memory_.reset(new (std::nothrow) uint8_t[luma_bytes + 2 * chroma_bytes]);
        if (memory_ == nullptr) {
            return fail(ACL_ERROR_BAD_ALLOC, "there is no memory for some rows of ", picture_.width, " pixels");
        }
        luma_ = memory_.get();
        u_ = luma_ + luma_bytes;
        v_ = u_ + chroma_bytes;
        return {};
    }

    uint32_t rows() const { return luma_rows_; }

    /// Rows from y on; `planes` are the library's three arrays of rows.
    void feed(uint32_t y, JSAMPARRAY* planes) {
        for (uint32_t i = 0; i < luma_rows_; ++i) {
            const uint8_t* source = picture_.luma().row(std::min(y + i, picture_.height - 1));
            planes[0][i] = reads_through_ ? const_cast<uint8_t*>(source) : luma_row(source, i);
        }
        for (uint32_t i = 0; i < kBlock; ++i) {
            planes[1][i] = u_ + size_t{i} * chroma_stride_;
            planes[2][i] = v_ + size_t{i} * chroma_stride_;
            if (format_.packed_422()) {
                const uint8_t* source = picture_.luma().row(std::min(y + i, picture_.height - 1));
                chroma_row<4>(source + format_.place[1], source + format_.place[2], planes[1][i], planes[2][i]);
            } else {
                const ConstPlane chroma = picture_.chroma();
                const uint8_t* source = chroma.row(std::min(y / 2 + i, chroma.height - 1));
                chroma_row<2>(source + format_.place[1], source + format_.place[2], planes[1][i], planes[2][i]);
            }
        }
    }

   private:
    uint8_t* luma_row(const uint8_t* source, uint32_t i) const {
        uint8_t* row = luma_ + size_t{i} * luma_stride_;
        const uint32_t width = picture_.width;
        if (format_.packed_422()) {
            const uint8_t* first = source + format_.place[0];
            for (size_t x = 0; x < width; ++x) {
                row[x] = first[2 * x];
            }
        } else {
            std::memcpy(row, source, width);
        }
        std::memset(row + width, row[width - 1], luma_stride_ - width);
        return row;
    }

    template <size_t Step>
    void chroma_row(const uint8_t* u, const uint8_t* v, uint8_t* __restrict u_out, uint8_t* __restrict v_out) const {
        const uint32_t width = picture_.width / 2;
        for (size_t x = 0; x < width; ++x) {
            u_out[x] = u[Step * x];
            v_out[x] = v[Step * x];
        }
        std::memset(u_out + width, u_out[width - 1], chroma_stride_ - width);
        std::memset(v_out + width, v_out[width - 1], chroma_stride_ - width);
    }

    ConstPicture picture_;
    const FormatInfo& format_;
    uint32_t luma_rows_;
    uint32_t luma_stride_;
    uint32_t chroma_stride_;
    bool reads_through_;
    std::unique_ptr<uint8_t[]> memory_;
    uint8_t* luma_ = nullptr;
    uint8_t* u_ = nullptr;
    uint8_t* v_ = nullptr;
};

class Encoder {
   public:
    explicit Encoder(const ConstPicture& picture) : picture_(picture) { encoder_.err = errors_.manager(); }
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;
    ~Encoder() { jpeg_destroy_compress(&encoder_); }

    Result<size_t> encode(int level, uint8_t* output, size_t capacity) {
        Feeder feeder(picture_);
        SOFTACL_TRY(feeder.allocate());
        Destination destination(output, capacity, errors_);
        const bool is_whole = errors_.guarded([&] {
            jpeg_create_compress(&encoder_);
            encoder_.dest = destination.manager();
            configure(level);
            write(feeder);
        });
        if (!is_whole) {
            return errors_.failure(ACL_ERROR_INTERNAL_ERROR, "the picture cannot be coded as JPEG");
        }
        SOFTACL_ASSIGN(const size_t left, destination.left());
        return capacity - left;
    }

   private:
    void configure(int level) {
        encoder_.image_width = picture_.width;
        encoder_.image_height = picture_.height;
        encoder_.input_components = 3;
        encoder_.in_color_space = JCS_YCbCr;
        jpeg_set_defaults(&encoder_);
        jpeg_set_quality(&encoder_, level, TRUE);
        encoder_.raw_data_in = TRUE;
        encoder_.comp_info[0].h_samp_factor = 1 << picture_.format->chroma_x;
        encoder_.comp_info[0].v_samp_factor = 1 << picture_.format->chroma_y;
        for (int i = 1; i < 3; ++i) {
            encoder_.comp_info[i].h_samp_factor = 1;
            encoder_.comp_info[i].v_samp_factor = 1;
        }
    }

    void write(Feeder& feeder) {
        JSAMPROW luma_rows[2 * kBlock];
        JSAMPROW u_rows[kBlock];
        JSAMPROW v_rows[kBlock];
        JSAMPARRAY planes[3] = {luma_rows, u_rows, v_rows};
        jpeg_start_compress(&encoder_, TRUE);
        for (uint32_t y = 0; y < picture_.height; y += feeder.rows()) {
            feeder.feed(y, planes);
            jpeg_write_raw_data(&encoder_, planes, feeder.rows());
        }
        jpeg_finish_compress(&encoder_);
    }

    ConstPicture picture_;
    JpegErrors errors_;
    jpeg_compress_struct encoder_ = {};
};

}  // namespace

Result<ConstPicture> jpeg_encoder_picture(const StillInput& input) {
    SOFTACL_ASSIGN(const FormatInfo* format, check_format(input.format, input.width, input.height));
    if (input.width_stride % kRowUnit != 0 || input.width_stride < format->row_bytes(input.width)) {
        return fail(ACL_ERROR_INVALID_PARAM, "the input's width stride is ", input.width_stride,
                    "; expected a multiple of ", kRowUnit, ", at least ", format->row_bytes(input.width),
                    " for a width of ", input.width, " in ", format->name);
    }
    if (input.height_stride != input.height && input.height_stride != align_up(input.height, kRowsUnit)) {
        return fail(ACL_ERROR_INVALID_PARAM, "the input's height stride is ", input.height_stride,
                    "; expected its height, ", input.height, ", or that rounded up to a multiple of ", kRowsUnit);
    }
    const uint64_t bytes = format->bytes(input.width_stride, input.height_stride);
    if (input.size < bytes) {
        return fail(ACL_ERROR_INVALID_PARAM, "the input's memory has ", input.size, " bytes; expected at least ", bytes,
                    " for ", format->name, " with strides ", input.width_stride, "x", input.height_stride);
    }
    return ConstPicture{format, input.data, input.width, input.height, input.width_stride, input.height_stride};
}

Result<uint64_t> predict_jpeg_encode_size(int32_t format, uint32_t width, uint32_t height) {
    SOFTACL_ASSIGN(const FormatInfo* info, check_format(format, width, height));
    // A block's samples have the energy of 64 coefficients of 128, the standard's codes cost most when it is spread
    // evenly: 18 bits each, 145 bytes a block. Zeros behind bytes of ones add a third where all bits favour them.
    constexpr uint64_t kMostBytesOfBlock = 192;
    constexpr uint64_t kHeader = 1024;
    const uint64_t across = align_up(width, kBlock << info->chroma_x) / kBlock;
    const uint64_t down = align_up(height, kBlock << info->chroma_y) / kBlock;
    const uint64_t luma = across * down;
    const uint64_t blocks = luma + ((2 * luma) >> (info->chroma_x + info->chroma_y));
    return blocks * kMostBytesOfBlock + kHeader;
}

Result<size_t> encode_jpeg(const ConstPicture& picture, int level, uint8_t* output, size_t capacity) {
    if (level < kMinJpegLevel || level > kMaxJpegLevel) {
        return fail(ACL_ERROR_INVALID_PARAM, "the quality level is ", level, "; expected ", kMinJpegLevel, " to ",
                    kMaxJpegLevel);
    }
    if (capacity == 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "the output's memory has 0 bytes");
    }
    return Encoder(picture).encode(level, output, capacity);
}

}  // namespace softacl::media
