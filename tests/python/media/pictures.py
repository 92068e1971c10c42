# SPDX-License-Identifier: Apache-2.0
"""Pictures of any format in device memory, for tests: strides of all kinds, and bytes that must not be touched."""
import acl
import numpy as np

HOST_TO_DEVICE, DEVICE_TO_HOST = 1, 2
GRAY, NV12, NV21, NV16, NV61, NV24, NV42, YUYV, UYVY, YVYU, VYUY, YUV, RGB, BGR, ARGB, ABGR, RGBA, BGRA = range(18)
YUV440, YVU440 = 1000, 1001
SEMI_PLANAR = {NV12: (2, 2), NV21: (2, 2), NV16: (2, 1), NV61: (2, 1), NV24: (1, 1), NV42: (1, 1), YUV440: (1, 2),
               YVU440: (1, 2)}  # pixels that share chroma, across and down
V_FIRST = {NV21, NV61, NV42, YVU440}
PACKED_422 = {YUYV: (0, 1, 3), UYVY: (1, 0, 2), YVYU: (0, 3, 1), VYUY: (1, 2, 0)}  # where Y, U and V are in four bytes
PACKED = {GRAY: (0,), YUV: (0, 1, 2), RGB: (0, 1, 2), BGR: (2, 1, 0), ARGB: (1, 2, 3, 0), ABGR: (3, 2, 1, 0),
          RGBA: (0, 1, 2, 3), BGRA: (2, 1, 0, 3)}  # where the components are in a pixel
UNTOUCHED = 0xA5


class Picture:
    """`components` are arrays of rows and columns: Y, U, V or R, G, B, and A; chroma as it is stored."""

    def __init__(self, pixel_format, width, height, pad=(0, 0), components=None, desc=None):
        self.format, self.width, self.height = pixel_format, width, height
        across, down = SEMI_PLANAR.get(pixel_format, (1, 1))
        self.pixel_bytes = 2 if pixel_format in PACKED_422 else len(PACKED.get(pixel_format, (0,)))
        self.width_stride = width * self.pixel_bytes + pad[0] // 2 * 2
        self.height_stride = height + pad[1] // 2 * 2
        self.chroma = (width // across, height // down, self.width_stride * 2 // across)
        luma = self.width_stride * self.height_stride
        self.size = luma + (self.chroma[2] * (self.height_stride // down) if pixel_format in SEMI_PLANAR else 0)
        self.bytes = np.full(self.size, UNTOUCHED, np.uint8)
        if components is not None:
            self._write(components)
        self.address, ret = acl.media.dvpp_malloc(self.size)
        assert ret == 0
        assert acl.rt.memcpy(self.address, self.size, acl.util.numpy_to_ptr(self.bytes), self.size, HOST_TO_DEVICE) == 0
        self.owned = desc is None
        self.desc = desc or acl.media.dvpp_create_pic_desc()
        for name, value in {"data": self.address, "size": self.size, "format": pixel_format, "width": width,
                            "height": height, "width_stride": self.width_stride,
                            "height_stride": self.height_stride}.items():
            assert getattr(acl.media, f"dvpp_set_pic_desc_{name}")(self.desc, value) == 0

    def _rows(self, data):
        """The first plane's pixels: rows, columns, bytes."""
        plane = data[:self.width_stride * self.height_stride].reshape(self.height_stride, self.width_stride)
        return plane[:self.height, :self.width * self.pixel_bytes].reshape(self.height, self.width, self.pixel_bytes)

    def _pairs(self, data):
        width, height, stride = self.chroma
        plane = data[self.width_stride * self.height_stride:].reshape(-1, stride)
        return plane[:height, :2 * width].reshape(height, width, 2)

    def _write(self, components):
        rows = self._rows(self.bytes)
        if self.format in PACKED_422:
            y, u, v = PACKED_422[self.format]
            groups = self._groups(self.bytes)
            groups[..., y], groups[..., y + 2] = components[0][:, ::2], components[0][:, 1::2]
            groups[..., u], groups[..., v] = components[1], components[2]
        elif self.format in SEMI_PLANAR:
            rows[..., 0] = components[0]
            pairs = self._pairs(self.bytes)
            first, second = (components[2], components[1]) if self.format in V_FIRST else components[1:]
            pairs[..., 0], pairs[..., 1] = first, second
        else:
            for place, component in zip(PACKED[self.format], components):
                rows[..., place] = component

    def _groups(self, data):
        plane = data[:self.width_stride * self.height_stride].reshape(self.height_stride, self.width_stride)
        return plane[:self.height, :self.width * 2].reshape(self.height, self.width // 2, 4)

    def fetch(self):
        """Its components, and checks that nothing else was written."""
        data = np.empty(self.size, np.uint8)
        assert acl.rt.memcpy(acl.util.numpy_to_ptr(data), self.size, self.address, self.size, DEVICE_TO_HOST) == 0
        if self.format in PACKED_422:
            groups = self._groups(data)
            y, u, v = PACKED_422[self.format]
            luma = np.stack([groups[..., y], groups[..., y + 2]], axis=-1).reshape(self.height, self.width)
            components = [luma, groups[..., u].copy(), groups[..., v].copy()]
        elif self.format in SEMI_PLANAR:
            pairs = self._pairs(data)
            u, v = (1, 0) if self.format in V_FIRST else (0, 1)
            components = [self._rows(data)[..., 0].copy(), pairs[..., u].copy(), pairs[..., v].copy()]
            pairs[:] = UNTOUCHED
        else:
            components = [self._rows(data)[..., place].copy() for place in PACKED[self.format]]
        self._rows(data)[:] = UNTOUCHED
        assert (data == UNTOUCHED).all(), "bytes between the picture and its strides were written"
        return components

    def get(self, name):
        return getattr(acl.media, f"dvpp_get_pic_desc_{name}")(self.desc)

    def close(self):
        if self.owned:
            assert acl.media.dvpp_destroy_pic_desc(self.desc) == 0
        assert acl.media.dvpp_free(self.address) == 0


def random_components(rng, pixel_format, width, height):
    across, down = SEMI_PLANAR.get(pixel_format, (2, 1) if pixel_format in PACKED_422 else (1, 1))
    count = 3 if pixel_format in SEMI_PLANAR or pixel_format in PACKED_422 else len(PACKED[pixel_format])
    sizes = [(height, width)] * count
    if pixel_format in SEMI_PLANAR or pixel_format in PACKED_422:
        sizes[1:] = [(height // down, width // across)] * 2
    return [rng.integers(0, 256, size, np.uint8) for size in sizes]
