# SPDX-License-Identifier: Apache-2.0
"""Pictures on the device, as the manual's media chapters treat them: JPEG files and pictures in, pictures out."""
from dataclasses import dataclass

import acl
import numpy as np
from acl_model import DEVICE_TO_HOST, HOST_TO_DEVICE, check, checked

NV12, RGB = 1, 12
BILINEAR = 1


def align(size, to):
    return (size + to - 1) // to * to


def device_copy(data):
    """Bytes in device memory; release them with acl.media.dvpp_free."""
    address = checked(acl.media.dvpp_malloc(len(data)))
    check(acl.rt.memcpy(address, len(data), acl.util.bytes_to_ptr(data), len(data), HOST_TO_DEVICE))
    return address


def run_on(model, picture):
    """What a model with one input makes of a picture in device memory. No copy: it reads the picture where it lies."""
    buffer = acl.mdl.get_dataset_buffer(model.inputs, 0)
    check(acl.update_data_buffer(buffer, picture.address, picture.size))
    model.execute()
    return model.fetch()


@dataclass
class Picture:
    """A picture in device memory, and its description."""
    desc: int
    address: int
    size: int

    @classmethod
    def empty(cls, width, height, pixel_format=NV12, size=None, strides=(16, 2), fill=None):
        """Room for a picture. The strides of VPC need no alignment; those of decoders do."""
        per_pixel = 3 if pixel_format == RGB else 1
        width_stride, height_stride = align(width, strides[0]) * per_pixel, align(height, strides[1])
        size = size or width_stride * height_stride * (3 if pixel_format == NV12 else 2) // 2
        address = checked(acl.media.dvpp_malloc(size))
        if fill is not None:  # black is luma 0 and chroma 128
            luma = width_stride * height_stride
            check(acl.rt.memset(address, size, fill[0], luma))
            check(acl.rt.memset(address + luma, size - luma, fill[1], size - luma))
        desc = acl.media.dvpp_create_pic_desc()
        for name, value in {"data": address, "size": size, "format": pixel_format, "width": width, "height": height,
                            "width_stride": width_stride, "height_stride": height_stride}.items():
            check(getattr(acl.media, f"dvpp_set_pic_desc_{name}")(desc, value))
        return cls(desc, address, size)

    def get(self, name):
        return getattr(acl.media, f"dvpp_get_pic_desc_{name}")(self.desc)

    @property
    def width(self):
        return self.get("width")

    @property
    def height(self):
        return self.get("height")

    def to_rgb(self):
        """An NV12 picture as an array of rows, columns, RGB: what Pillow shows. Full-range BT.601, as in JPEG files."""
        width, height, stride, rows = (self.get(name) for name in ("width", "height", "width_stride", "height_stride"))
        host = np.empty(self.size, np.uint8)
        check(acl.rt.memcpy(acl.util.numpy_to_ptr(host), self.size, self.address, self.size, DEVICE_TO_HOST))
        luma = host[:stride * rows].reshape(rows, stride)[:height, :width].astype(np.float32)
        chroma = host[stride * rows:stride * rows * 3 // 2].reshape(rows // 2, stride // 2, 2)
        u, v = (chroma[..., i].repeat(2, 0).repeat(2, 1)[:height, :width].astype(np.float32) - 128 for i in (0, 1))
        rgb = np.stack([luma + 1.402 * v, luma - 0.344 * u - 0.714 * v, luma + 1.772 * u], axis=-1)
        return np.clip(rgb + 0.5, 0, 255).astype(np.uint8)

    def close(self):
        check(acl.media.dvpp_destroy_pic_desc(self.desc))
        check(acl.media.dvpp_free(self.address))


class Dvpp:
    """A channel for pictures and the stream its work runs on."""

    def __init__(self):
        self.channel = acl.media.dvpp_create_channel_desc()
        check(acl.media.dvpp_create_channel(self.channel))
        self.stream = checked(acl.rt.create_stream())
        self.resizing = acl.media.dvpp_create_resize_config()
        check(acl.media.dvpp_set_resize_config_interpolation(self.resizing, BILINEAR))

    def wait(self):
        check(acl.rt.synchronize_stream(self.stream))

    def decode_jpeg(self, data):
        """The picture of a JPEG file, as NV12."""
        pointer = acl.util.bytes_to_ptr(data)
        width, height, _ = checked(acl.media.dvpp_jpeg_get_image_info(pointer, len(data)))
        size = checked(acl.media.dvpp_jpeg_predict_dec_size(pointer, len(data), NV12))
        picture = Picture.empty(width, height, NV12, size, strides=(64, 16))
        file = device_copy(data)
        check(acl.media.dvpp_jpeg_decode_async(self.channel, file, len(data), picture.desc, self.stream))
        self.wait()
        check(acl.media.dvpp_free(file))
        return picture

    def letterbox(self, picture, size):
        """The picture in the middle of a black square of `size` pixels; its scale and where it begins."""
        square = Picture.empty(size, size, fill=(0, 128))
        scale = size / max(picture.width, picture.height)
        # An output of 4:2:0 is pasted from an even pixel to an odd one.
        width, height = (max(2, round(side * scale / 2) * 2) for side in (picture.width, picture.height))
        left, top = ((size - side) // 4 * 2 for side in (width, height))
        crop = acl.media.dvpp_create_roi_config(0, picture.width - 1, 0, picture.height - 1)
        paste = acl.media.dvpp_create_roi_config(left, left + width - 1, top, top + height - 1)
        check(acl.media.dvpp_vpc_crop_resize_paste_async(self.channel, picture.desc, square.desc, crop, paste,
                                                         self.resizing, self.stream))
        self.wait()
        for roi in (crop, paste):
            check(acl.media.dvpp_destroy_roi_config(roi))
        return square, scale, (left, top)

    def resize(self, picture, width, height):
        resized = Picture.empty(width, height)
        check(acl.media.dvpp_vpc_resize_async(self.channel, picture.desc, resized.desc, self.resizing, self.stream))
        self.wait()
        return resized

    def close(self):
        check(acl.media.dvpp_destroy_resize_config(self.resizing))
        check(acl.rt.destroy_stream(self.stream))
        check(acl.media.dvpp_destroy_channel(self.channel))
        check(acl.media.dvpp_destroy_channel_desc(self.channel))
