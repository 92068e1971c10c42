# SPDX-License-Identifier: Apache-2.0
"""Encoding of video from Python (manual 5.3.7, 10.7.10): what comes out is judged by the ffmpeg command."""
import gc
import json
import subprocess
import sys
import threading
import weakref

import acl
import numpy as np
import pytest

H265, BASELINE, MAIN, HIGH = range(4)
NV12, NV21 = 1, 2
VBR, CBR = 1, 2
(THREAD_ID, CALLBACK, PIXEL_FORMAT, ENCODE_TYPE, WIDTH, HEIGHT, INTERVAL, BUF_ADDR, BUF_SIZE, RC_MODE, SRC_RATE,
 BIT_RATE, IP_PROP) = range(13)
MEMCPY_HOST_TO_DEVICE, MEMCPY_DEVICE_TO_HOST = 1, 2
INVALID_PARAM, RT_PARAM_INVALID, INVALID_HANDLE = 100000, 107000, 200005


def scene(width, height, number):
    """Planes Y, U, V of a picture with shapes that move and grain that stays."""
    y, x = np.mgrid[0:height, 0:width]
    luma = 120 + 40 * np.sin((x + 3 * number) / 20) + 40 * np.cos((y - 2 * number) / 27) + (x * 7 + y * 13) % 11
    y, x = np.mgrid[0:height // 2, 0:width // 2]
    u = 128 + 40 * np.sin((x + number) / 50) + 0 * y
    v = 128 + 40 * np.cos((y - number) / 30) + 0 * x
    return [plane.astype(np.uint8) for plane in (luma, u, v)]


def semi_planar(planes, pixel_format):
    """As the encoder takes it: rows a multiple of 16."""
    luma, u, v = planes
    height, width = luma.shape
    rows = np.zeros((height * 3 // 2, (width + 15) // 16 * 16), np.uint8)
    rows[:height, :width] = luma
    rows[height:, 0:width:2], rows[height:, 1:width:2] = (u, v) if pixel_format == NV12 else (v, u)
    return rows.tobytes()


@pytest.fixture
def thread(device):
    """A thread that runs callbacks, as the manual writes it."""
    context, ret = acl.rt.get_context()
    assert ret == 0
    ending = []

    def process(args):
        acl.rt.set_context(args[0])
        while not ending:
            acl.rt.process_report(args[1])

    identity, ret = acl.util.start_thread(process, [context, 10])
    assert ret == 0
    yield identity
    ending.append(True)
    assert acl.util.stop_thread(identity) == 0
    acl.get_recent_err_msg()


class Encoder:
    """A channel, used as programs do: one picture description, one frame configuration, settings by their functions."""

    def __init__(self, thread, width, height, entype=MAIN, pixel_format=NV12, interval=16, **params):
        self.size, self.format = (width, height), pixel_format
        self.chunks, self.users = [], []
        self.desc = acl.media.venc_create_channel_desc()
        assert self.desc
        for name, value in {"thread_id": thread, "callback": self.on_picture, "entype": entype,
                            "pic_format": pixel_format, "pic_width": width, "pic_height": height,
                            "key_frame_interval": interval, **params}.items():
            assert getattr(acl.media, "venc_set_channel_desc_" + name)(self.desc, value) == 0
        assert acl.media.venc_create_channel(self.desc) == 0
        self.config = acl.media.venc_create_frame_config()
        self.memory = []

    def on_picture(self, picture, coded, user_data):
        assert acl.media.dvpp_get_stream_desc_ret_code(coded) == 0
        assert acl.media.dvpp_get_pic_desc_ret_code(picture) == 0
        data, size = acl.media.dvpp_get_stream_desc_data(coded), acl.media.dvpp_get_stream_desc_size(coded)
        chunk = np.zeros(size, np.uint8)
        assert acl.rt.memcpy(acl.util.numpy_to_ptr(chunk), size, data, size, MEMCPY_DEVICE_TO_HOST) == 0
        self.chunks.append(chunk.tobytes())
        self.users.append(user_data)

    def send(self, planes, user_data=None, force=0):
        data = semi_planar(planes, self.format)
        memory, ret = acl.media.dvpp_malloc(len(data))
        assert ret == 0
        assert acl.rt.memcpy(memory, len(data), acl.util.bytes_to_ptr(data), len(data), MEMCPY_HOST_TO_DEVICE) == 0
        picture = acl.media.dvpp_create_pic_desc()
        assert acl.media.dvpp_set_pic_desc_data(picture, memory) == 0
        assert acl.media.dvpp_set_pic_desc_size(picture, len(data)) == 0
        self.memory.append((picture, memory))
        assert acl.media.venc_set_frame_config_eos(self.config, 0) == 0
        assert acl.media.venc_set_frame_config_force_i_frame(self.config, force) == 0
        assert acl.media.venc_send_frame(self.desc, picture, 0, self.config, user_data) == 0
        assert acl.media.venc_set_frame_config_force_i_frame(self.config, 1 - force) == 0

    def end(self):
        assert acl.media.venc_set_frame_config_eos(self.config, 1) == 0
        assert acl.media.venc_send_frame(self.desc, 0, 0, self.config, None) == 0
        for _, memory in self.memory:
            assert acl.media.dvpp_free(memory) == 0
        assert acl.media.venc_destroy_channel(self.desc) == 0
        for picture, _ in self.memory:
            assert acl.media.dvpp_destroy_pic_desc(picture) == 0
        assert acl.media.venc_destroy_frame_config(self.config) == 0
        assert acl.media.venc_destroy_channel_desc(self.desc) == 0
        return b"".join(self.chunks)


def probe(stream, entype):
    """What ffprobe says of the stream, and of each of its pictures."""
    told = subprocess.run(["ffprobe", "-v", "error", "-f", "hevc" if entype == H265 else "h264", "-show_streams",
                           "-show_frames", "-of", "json", "-i", "-"], input=stream, capture_output=True, check=True)
    assert told.stderr == b""
    told = json.loads(told.stdout)
    return told["streams"][0], told["frames"]


def decode(stream, entype, size):
    """Planes of all pictures, by the ffmpeg command, which may find no fault."""
    width, height = size
    made = subprocess.run(["ffmpeg", "-v", "error", "-f", "hevc" if entype == H265 else "h264", "-i", "-", "-f",
                           "rawvideo", "-pix_fmt", "yuv420p", "-fps_mode", "passthrough", "-"],
                          input=stream, capture_output=True, check=True)
    assert made.stderr == b""
    pictures = np.frombuffer(made.stdout, np.uint8).reshape(-1, width * height * 3 // 2)
    luma, chroma = width * height, width * height // 4
    return [[one[:luma].reshape(height, width), one[luma:luma + chroma].reshape(height // 2, width // 2),
             one[luma + chroma:].reshape(height // 2, width // 2)] for one in pictures]


def psnr(a, b):
    squares = sum(np.sum((x.astype(int) - y) ** 2) for x, y in zip(a, b))
    return 10 * np.log10(255 ** 2 * sum(x.size for x in a) / max(squares, 1))


PROFILES = {H265: "Main", BASELINE: "Constrained Baseline", MAIN: "Main", HIGH: "High"}


@pytest.mark.parametrize("entype", PROFILES)
@pytest.mark.parametrize("pixel_format, size", [(NV12, (320, 240)), (NV21, (142, 118))])
def test_ffmpeg_decodes_what_was_sent(thread, entype, pixel_format, size):
    encoder = Encoder(thread, *size, entype, pixel_format, interval=5)
    sent = [scene(*size, number) for number in range(12)]
    for number, planes in enumerate(sent):
        encoder.send(planes, number, force=int(number == 7))
    stream = encoder.end()
    assert encoder.users == list(range(12))
    about, frames = probe(stream, entype)
    assert about["profile"] == PROFILES[entype] and about["has_b_frames"] == 0
    assert (about["width"], about["height"]) == size
    assert [frame["pict_type"] for frame in frames] == list("IPPPPIPIPPPP")
    assert [frame["key_frame"] for frame in frames] == [int(kind == "I") for kind in "IPPPPIPIPPPP"]
    for got, planes in zip(decode(stream, entype, size), sent, strict=True):
        assert psnr(got, planes) > 35
    # From each I frame on, as if nothing had been before.
    for begin in (5, 7):
        rest = b"".join(encoder.chunks[begin:])
        for got, planes in zip(decode(rest, entype, size), sent[begin:], strict=True):
            assert psnr(got, planes) > 35


@pytest.mark.parametrize("entype", [H265, HIGH])
@pytest.mark.parametrize("bit_rate", [2, 614400])
def test_the_bounds_of_the_bit_rate(thread, entype, bit_rate):
    encoder = Encoder(thread, 128, 128, entype, max_bit_rate=bit_rate, rc_mode=CBR, src_rate=240)
    for number in range(4):
        encoder.send(scene(128, 128, number))
    assert len(probe(encoder.end(), entype)[1]) == 4


def test_parameters_by_number(device):
    desc = acl.media.venc_create_channel_desc()

    def callback(*_):
        pass

    for param, value in {THREAD_ID: 2 ** 63 + 1, CALLBACK: callback, PIXEL_FORMAT: NV21, ENCODE_TYPE: HIGH, WIDTH: 640,
                         HEIGHT: 360, INTERVAL: 65536, BUF_ADDR: 1 << 47, BUF_SIZE: 5 << 20, RC_MODE: CBR,
                         SRC_RATE: 240, BIT_RATE: 614400, IP_PROP: 100}.items():
        assert acl.media.venc_set_channel_desc_param(desc, param, value) == 0
        assert acl.media.venc_get_channel_desc_param(desc, param) == (value, 0)
    assert acl.media.venc_get_channel_desc_callback(desc) is callback
    names = ("thread_id", "pic_format", "entype", "pic_width", "pic_height", "key_frame_interval", "buf_addr",
             "buf_size", "rc_mode", "src_rate", "max_bit_rate")
    assert [getattr(acl.media, "venc_get_channel_desc_" + name)(desc) for name in names] == \
        [2 ** 63 + 1, NV21, HIGH, 640, 360, 65536, 1 << 47, 5 << 20, CBR, 240, 614400]
    for name, value in {"buf_addr": 0, "buf_size": 6 << 20, "rc_mode": VBR, "src_rate": 25}.items():
        assert getattr(acl.media, "venc_set_channel_desc_" + name)(desc, value) == 0
        assert getattr(acl.media, "venc_get_channel_desc_" + name)(desc) == value
    for param, value in {WIDTH: 113, INTERVAL: 0, RC_MODE: 3, BUF_SIZE: 1, IP_PROP: 101, BIT_RATE: 1}.items():
        assert acl.media.venc_set_channel_desc_param(desc, param, value) == INVALID_PARAM
    assert acl.media.venc_get_channel_desc_param(desc, 13)[1] == INVALID_PARAM
    assert acl.media.venc_get_channel_desc_channel_id(desc) == 0
    for bad in (1.5, "x", None):
        with pytest.raises(TypeError):
            acl.media.venc_set_channel_desc_param(desc, WIDTH, bad)
    with pytest.raises(TypeError):
        acl.media.venc_set_channel_desc_param(desc, CALLBACK, 5)
    with pytest.raises(TypeError):
        acl.media.venc_set_channel_desc_callback(desc, 5)
    assert acl.media.venc_set_channel_desc_callback(desc, None) == 0
    assert acl.media.venc_get_channel_desc_callback(desc) is None
    assert acl.media.venc_destroy_channel_desc(desc) == 0
    assert acl.media.venc_destroy_channel_desc(desc) == INVALID_HANDLE
    acl.get_recent_err_msg()


def test_the_number_and_the_frame_configuration(thread):
    encoders = [Encoder(thread, 128, 128) for _ in range(2)]
    assert [acl.media.venc_get_channel_desc_channel_id(encoder.desc) for encoder in encoders] == [0, 1]
    config = encoders[0].config
    for value in (1, 0):
        assert acl.media.venc_set_frame_config_force_i_frame(config, value) == 0
        assert acl.media.venc_set_frame_config_eos(config, value) == 0
        assert acl.media.venc_get_frame_config_force_i_frame(config) == value
        assert acl.media.venc_get_frame_config_eos(config) == value
    for encoder in encoders:
        assert encoder.end() == b""


def test_references_end_with_the_callback(thread):
    class Data:
        pass

    data, encoder = Data(), Encoder(thread, 128, 128)
    gone = weakref.ref(data)
    seen = []
    assert acl.media.venc_set_channel_desc_callback(encoder.desc, lambda *args: seen.append(args[2] is gone())) == 0
    encoder.send(scene(128, 128, 0), data)
    del data
    encoder.end()
    gc.collect()
    assert seen == [True] and gone() is None
    function = weakref.ref(encoder.on_picture.__self__)
    del encoder
    gc.collect()
    assert function() is None, "the description kept its callback"


def test_what_is_refused_is_not_kept(thread):
    encoder, data = Encoder(thread, 128, 128), [1]
    before = sys.getrefcount(data)
    assert acl.media.venc_set_frame_config_eos(encoder.config, 0) == 0
    assert acl.media.venc_send_frame(encoder.desc, 0, 0, encoder.config, data) == INVALID_PARAM
    assert acl.media.venc_send_frame(0, 0, 0, encoder.config, data) == INVALID_PARAM
    assert sys.getrefcount(data) == before
    encoder.end()
    acl.get_recent_err_msg()


def test_an_exception_in_a_callback_is_told_and_the_channel_goes_on(thread, monkeypatch):
    told, seen = [], []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: told.append(args.exc_type))

    def callback(_picture, _coded, user_data):
        seen.append((user_data, threading.get_ident()))
        raise KeyError(user_data)

    encoder = Encoder(thread, 128, 128)
    assert acl.media.venc_set_channel_desc_param(encoder.desc, CALLBACK, callback) == 0
    for number in range(3):
        encoder.send(scene(128, 128, number), number)
    encoder.end()
    assert seen == [(number, thread) for number in range(3)]
    assert told == [KeyError] * 3


def test_as_the_manual_has_it(thread):
    """One description sent 16 times, the configuration changed right after, the memory freed after the end."""
    encoder = Encoder(thread, 128, 128, H265)
    data = semi_planar(scene(128, 128, 0), NV12)
    memory, ret = acl.media.dvpp_malloc(len(data))
    assert ret == 0
    assert acl.rt.memcpy(memory, len(data), acl.util.bytes_to_ptr(data), len(data), MEMCPY_HOST_TO_DEVICE) == 0
    picture = acl.media.dvpp_create_pic_desc()
    assert acl.media.dvpp_set_pic_desc_data(picture, memory) == 0
    assert acl.media.dvpp_set_pic_desc_size(picture, len(data)) == 0
    assert acl.media.venc_set_frame_config_eos(encoder.config, 0) == 0
    assert acl.media.venc_set_frame_config_force_i_frame(encoder.config, 0) == 0
    for _ in range(16):
        assert acl.media.venc_send_frame(encoder.desc, picture, 0, encoder.config, 0) == 0
    assert acl.media.venc_set_frame_config_eos(encoder.config, 1) == 0
    assert acl.media.venc_send_frame(encoder.desc, 0, 0, encoder.config, 0) == 0
    assert acl.media.dvpp_free(memory) == 0
    stream = encoder.end()
    assert acl.media.dvpp_destroy_pic_desc(picture) == 0
    pictures = decode(stream, H265, (128, 128))
    assert len(pictures) == 16
    assert all(psnr(got, scene(128, 128, 0)) > 35 for got in pictures)


def test_an_interpreter_that_ends_with_a_channel(run_python):
    done = run_python("""
        import acl, threading
        acl.init(); acl.rt.set_device(0)
        def process(_):
            while True:
                acl.rt.process_report(10)
        thread, _ = acl.util.start_thread(process, [])
        desc = acl.media.venc_create_channel_desc()
        for name, value in dict(thread_id=thread, callback=print, pic_width=128, pic_height=128).items():
            assert getattr(acl.media, "venc_set_channel_desc_" + name)(desc, value) == 0
        assert acl.media.venc_create_channel(desc) == 0
        memory, _ = acl.media.dvpp_malloc(128 * 192)
        picture = acl.media.dvpp_create_pic_desc()
        acl.media.dvpp_set_pic_desc_data(picture, memory)
        acl.media.dvpp_set_pic_desc_size(picture, 128 * 192)
        config = acl.media.venc_create_frame_config()
        for _ in range(5):
            assert acl.media.venc_send_frame(desc, picture, 0, config, None) == 0
    """)
    assert done.returncode == 0, done.stderr
