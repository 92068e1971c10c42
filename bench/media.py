#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is done with pictures (VPC), against OpenCV, which has the same resize bit for bit, and libyuv for colours.

Both are called from Python and write into memory that they keep; ours goes through a channel and a stream. One thread
each, unless SOFTACL_NUM_THREADS says more for ours. Run it by `./dev bench media`, on a machine that is otherwise idle.
"""
import ctypes
import ctypes.util
import os
import statistics
import time

os.environ.setdefault("SOFTACL_NUM_THREADS", "1")
import acl  # noqa: E402 (after the environment)
import cv2  # noqa: E402
import numpy as np  # noqa: E402

ROUNDS = 15
TURN_SECONDS = 0.05
NV12, RGB, BGR = 1, 12, 13
media = acl.media


class Picture:
    def __init__(self, form, width, height):
        self.width, self.height, self.row = width, height, width * (3 if form in (RGB, BGR) else 1)
        self.size = self.row * height * (2 if form in (RGB, BGR) else 3) // 2
        self.data, ret = media.dvpp_malloc(self.size)
        assert ret == 0
        self.desc = media.dvpp_create_pic_desc()
        for name, value in (("data", self.data), ("size", self.size), ("format", form), ("width", width),
                            ("height", height), ("width_stride", self.row), ("height_stride", height)):
            assert getattr(media, "dvpp_set_pic_desc_" + name)(self.desc, value) == 0
        noise = np.random.default_rng(1).integers(0, 256, self.size, np.uint8).tobytes()
        assert acl.rt.memcpy(self.data, self.size, acl.util.bytes_to_ptr(noise), self.size, 1) == 0
        self.memory = np.ctypeslib.as_array((ctypes.c_uint8 * self.size).from_address(self.data))
        self.luma = self.memory[:self.row * height].reshape(height, width, -1)
        self.chroma = self.memory[self.row * height:].reshape(height // 2, width // 2, -1) if form == NV12 else None
        self.form = form


class Vpc:
    def __init__(self):
        self.channel = media.dvpp_create_channel_desc()
        assert media.dvpp_create_channel(self.channel) == 0
        assert media.dvpp_set_channel_desc_param(self.channel, 0, 1)[1] == 0  # BT.601 narrow, as libyuv has it
        self.stream, ret = acl.rt.create_stream()
        assert ret == 0
        self.config = media.dvpp_create_resize_config()

    def resize(self, source, result, interpolation=1):
        assert media.dvpp_set_resize_config_interpolation(self.config, interpolation) == 0
        def run():
            media.dvpp_vpc_resize_async(self.channel, source.desc, result.desc, self.config, self.stream)
            acl.rt.synchronize_stream(self.stream)
        return run

    def convert(self, source, result):
        def run():
            media.dvpp_vpc_convert_color_async(self.channel, source.desc, result.desc, self.stream)
            acl.rt.synchronize_stream(self.stream)
        return run


def opencv(source, result, mode):
    out = [np.empty_like(plane) for plane in (result.luma, result.chroma) if plane is not None]
    pairs = list(zip([source.luma, source.chroma], out))

    def run():
        for plane, target in pairs:
            cv2.resize(plane, target.shape[1::-1], dst=target, interpolation=mode)
    return run


def libyuv(source, result, name="NV12ToRGB24"):
    library = ctypes.CDLL(ctypes.util.find_library("yuv"))
    address = ctypes.c_void_p
    width, height = source.width, source.height
    out = np.empty(result.size, np.uint8)

    def run(_keep=out):
        getattr(library, name)(address(source.data), source.row, address(source.data + source.row * height), source.row,
                               address(out.ctypes.data), result.row, width, height)
    return run


def best_of_turn(work):
    best, end = float("inf"), time.perf_counter() + TURN_SECONDS
    while time.perf_counter() < end:
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best * 1e6


def race(title, ours, rival):
    """Turn by turn: the medians of both, and that of the rounds' ratios; above 1 we are faster."""
    times = [(best_of_turn(ours), best_of_turn(rival)) for _ in range(ROUNDS)]
    own, other = (statistics.median(column) for column in zip(*times))
    ratio = statistics.median(theirs / mine for mine, theirs in times)
    print(f"{title:52}{own:10.0f}{other:10.0f}{ratio:8.2f}", flush=True)


def main():
    cv2.setNumThreads(1)
    acl.init()
    acl.rt.set_device(0)
    vpc = Vpc()
    print(f"SOFTACL_NUM_THREADS={os.environ['SOFTACL_NUM_THREADS']}; microseconds; rival: OpenCV {cv2.__version__}, libyuv")
    print(f"{'':52}{'ours':>10}{'rival':>10}{'ratio':>8}")
    for form, name in ((NV12, "NV12"), (RGB, "RGB")):
        source = Picture(form, 1920, 1080)
        for width, height in ((416, 416), (960, 540), (1280, 720), (3840, 2160)):
            result = Picture(form, width, height)
            race(f"resize {name} 1920x1080 to {width}x{height}, bilinear", vpc.resize(source, result),
                 opencv(source, result, cv2.INTER_LINEAR))
        result = Picture(form, 416, 416)
        race(f"resize {name} 1920x1080 to 416x416, nearest", vpc.resize(source, result, 2),
             opencv(source, result, cv2.INTER_NEAREST))
    source = Picture(NV12, 1920, 1080)
    if ctypes.util.find_library("yuv"):
        result = Picture(BGR, 1920, 1080)
        race("colours NV12 to BGR, 1920x1080 (libyuv)", vpc.convert(source, result), libyuv(source, result))
    result = Picture(RGB, 1920, 1080)
    out = np.empty((1080, 1920, 3), np.uint8)
    whole = source.memory.reshape(1620, 1920)
    race("colours NV12 to RGB, 1920x1080 (OpenCV)", vpc.convert(source, result),
         lambda: cv2.cvtColor(whole, cv2.COLOR_YUV2RGB_NV12, dst=out))
    small, resized = Picture(RGB, 416, 416), np.empty((416, 416, 3), np.uint8)

    def both():
        cv2.cvtColor(whole, cv2.COLOR_YUV2RGB_NV12, dst=out)
        cv2.resize(out, (416, 416), dst=resized, interpolation=cv2.INTER_LINEAR)
    race("NV12 1920x1080 to RGB 416x416 (OpenCV)", vpc.resize(source, small), both)


if __name__ == "__main__":
    main()
