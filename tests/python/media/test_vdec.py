# SPDX-License-Identifier: Apache-2.0
"""Decoding of video as programs do it: the manual's example 5.3.6, and what clients rely on."""

import gc
import shutil
import subprocess
import threading
import weakref

import numpy as np
import pytest

import acl

WIDTH, HEIGHT = 320, 240
NV12 = WIDTH * HEIGHT * 3 // 2
H265, H264_MAIN = 0, 2


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Six pictures without reordering, a packet each, and what they show."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("the command ffmpeg, which makes the clip, is not installed")
    folder = tmp_path_factory.mktemp("clip")
    shown = folder / "shown"
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size={WIDTH}x{HEIGHT}:rate=25"]
        + ["-frames:v", "6", "-c:v", "libx264", "-pix_fmt", "yuv420p"]
        + ["-x264-params", f"bframes=0:aud=1:threads=1:dump-yuv={shown}", "-f", "h264", folder / "coded"],
        check=True, stderr=subprocess.DEVNULL)
    # Each picture begins with a delimiter.
    delimiter = b"\0\0\0\1\x09"
    packets = [delimiter + part for part in (folder / "coded").read_bytes().split(delimiter)[1:]]
    pictures = np.fromfile(shown, np.uint8).reshape(-1, NV12)
    assert len(packets) == len(pictures) == 6
    return packets, pictures


@pytest.fixture
def context():
    assert acl.init() == 0
    assert acl.rt.set_device(0) == 0
    made, ret = acl.rt.create_context(0)
    assert ret == 0
    yield made
    assert acl.rt.destroy_context(made) == 0
    assert acl.rt.reset_device(0) == 0
    assert acl.finalize() == 0


class Decoder:
    """The manual's class, as short as it can be."""

    def __init__(self, context, entype=H264_MAIN):
        self.context = context
        self.pictures = []
        self.codes = []
        self.data = []
        self.threads = set()
        self.running = True
        self.thread, ret = acl.util.start_thread(self._serve, [100])
        assert ret == 0
        self.channel = acl.media.vdec_create_channel_desc()
        assert self.channel != 0
        assert acl.media.vdec_get_channel_desc_out_mode(self.channel) == 0
        assert acl.media.vdec_set_channel_desc_channel_id(self.channel, 10) == 0
        assert acl.media.vdec_set_channel_desc_thread_id(self.channel, self.thread) == 0
        assert acl.media.vdec_set_channel_desc_callback(self.channel, self._callback) == 0
        assert acl.media.vdec_set_channel_desc_entype(self.channel, entype) == 0
        assert acl.media.vdec_set_channel_desc_out_pic_format(self.channel, 1) == 0
        assert acl.media.vdec_create_channel(self.channel) == 0
        self.config = acl.media.vdec_create_frame_config()

    def _serve(self, arguments):
        assert acl.rt.set_context(self.context) == 0
        while self.running:
            acl.rt.process_report(arguments[0])

    def _callback(self, stream_desc, pic_desc, user_data):
        self.threads.add(threading.get_ident())
        self.data.append(user_data)
        acl.media.dvpp_free(acl.media.dvpp_get_stream_desc_data(stream_desc))
        assert acl.media.dvpp_destroy_stream_desc(stream_desc) == 0
        if pic_desc:
            self.codes.append(acl.media.dvpp_get_pic_desc_ret_code(pic_desc))
            memory = acl.media.dvpp_get_pic_desc_data(pic_desc)
            size = acl.media.dvpp_get_pic_desc_size(pic_desc)
            self.pictures.append(np.frombuffer(acl.util.ptr_to_bytes(memory, size), np.uint8))
            assert acl.media.dvpp_free(memory) == 0
            assert acl.media.dvpp_destroy_pic_desc(pic_desc) == 0

    def stream(self, packet):
        memory, ret = acl.media.dvpp_malloc(len(packet))
        assert ret == 0
        assert acl.rt.memcpy(memory, len(packet), acl.util.bytes_to_ptr(packet), len(packet), 1) == 0
        desc = acl.media.dvpp_create_stream_desc()
        assert acl.media.dvpp_set_stream_desc_data(desc, memory) == 0
        assert acl.media.dvpp_set_stream_desc_size(desc, len(packet)) == 0
        assert acl.media.dvpp_set_stream_desc_format(desc, H264_MAIN) == 0
        return desc

    def send(self, packet, user_data):
        output, ret = acl.media.dvpp_malloc(NV12)
        assert ret == 0
        picture = acl.media.dvpp_create_pic_desc()
        assert acl.media.dvpp_set_pic_desc_data(picture, output) == 0
        assert acl.media.dvpp_set_pic_desc_size(picture, NV12) == 0
        assert acl.media.dvpp_set_pic_desc_format(picture, 1) == 0
        return acl.media.vdec_send_frame(self.channel, self.stream(packet), picture, self.config, user_data)

    def close(self):
        assert acl.media.vdec_destroy_channel(self.channel) == 0
        assert acl.media.vdec_destroy_channel_desc(self.channel) == 0
        assert acl.media.vdec_destroy_frame_config(self.config) == 0
        self.running = False
        assert acl.util.stop_thread(self.thread) == 0


def luma(picture):
    return picture[: WIDTH * HEIGHT]


def test_the_same_picture_ten_times(context, clip):
    packets, shown = clip
    decoder = Decoder(context)
    for _ in range(10):
        assert decoder.send(packets[0], None) == 0
    decoder.close()
    assert decoder.codes == [0] * 10
    assert decoder.data == [None] * 10
    for picture in decoder.pictures:
        np.testing.assert_array_equal(luma(picture), luma(shown[0]))
        chroma = picture[WIDTH * HEIGHT:].reshape(-1, 2)
        np.testing.assert_array_equal(chroma.T.ravel(), shown[0][WIDTH * HEIGHT:])


def test_a_video_and_its_end(context, clip):
    packets, shown = clip
    decoder = Decoder(context)
    for number, packet in enumerate(packets):
        assert decoder.send(packet, [number, "data"]) == 0
    end = acl.media.dvpp_create_stream_desc()
    assert acl.media.dvpp_set_stream_desc_eos(end, 1) == 0
    assert acl.media.vdec_send_frame(decoder.channel, end, 0, 0, None) == 0
    assert decoder.data == [[number, "data"] for number in range(6)], "the end waits for the callbacks"
    assert decoder.threads == {decoder.thread}
    for picture, expected in zip(decoder.pictures, shown):
        np.testing.assert_array_equal(luma(picture), luma(expected))
    decoder.close()
    assert acl.media.dvpp_destroy_stream_desc(end) == 0


def test_skipped_pictures_have_none(context, clip):
    packets, shown = clip
    decoder = Decoder(context)
    assert acl.media.vdec_send_skipped_frame(decoder.channel, decoder.stream(packets[0]), decoder.config, "skip") == 0
    assert decoder.send(packets[1], "show") == 0
    decoder.close()
    assert decoder.data == ["skip", "show"]
    assert len(decoder.pictures) == 1
    np.testing.assert_array_equal(luma(decoder.pictures[0]), luma(shown[1]))


def test_user_data_lives_until_its_callback(context, clip):
    packets, _ = clip

    class Data:
        pass

    decoder = Decoder(context)
    data = Data()
    alive = weakref.ref(data)
    assert decoder.send(packets[0], data) == 0
    del data
    decoder.close()
    assert isinstance(decoder.data[0], Data) and alive() is decoder.data[0]
    decoder.data.clear()
    gc.collect()
    assert alive() is None
    # A call that fails keeps nothing.
    refused = Data()
    alive = weakref.ref(refused)
    assert acl.media.vdec_send_frame(decoder.channel, 0, 0, 0, refused) != 0
    del refused
    gc.collect()
    assert alive() is None


def test_an_exception_in_the_callback_goes_to_the_hook(context, clip, monkeypatch):
    seen = []
    monkeypatch.setattr("sys.unraisablehook", seen.append)
    decoder = Decoder(context)

    def bad(stream_desc, pic_desc, user_data):
        raise KeyError(user_data)

    assert acl.media.vdec_set_channel_desc_callback(decoder.channel, bad) == 0
    assert decoder.send(clip[0][0], "one") == 0
    assert decoder.send(clip[0][1], "two") == 0
    decoder.close()
    assert [str(one.exc_value) for one in seen] == ["'one'", "'two'"]


def test_parameters(context):
    desc = acl.media.vdec_create_channel_desc()

    def function(stream_desc, pic_desc, user_data):
        pass

    assert acl.media.vdec_get_channel_desc_callback(desc) is None
    assert acl.media.vdec_set_channel_desc_param(desc, 3, function) == (desc, 0)
    assert acl.media.vdec_get_channel_desc_callback(desc) is function
    assert acl.media.vdec_get_channel_desc_param(desc, 3) == (8, function, 0)
    assert acl.media.vdec_set_channel_desc_callback(desc, None) == 0
    assert acl.media.vdec_get_channel_desc_callback(desc) is None
    for kind, value, size in [(0, 3, 4), (1, 1, 4), (2, 1 << 40, 8), (4, 7, 4), (5, 1, 4), (6, 12, 4), (10, 0, 4)]:
        assert acl.media.vdec_set_channel_desc_param(desc, kind, value) == (desc, 0)
        assert acl.media.vdec_get_channel_desc_param(desc, kind) == (size, value, 0)
    assert acl.media.vdec_set_channel_desc_param(desc, 1, 2)[1] == 100000
    assert acl.media.vdec_set_channel_desc_param(desc, 11, 2)[1] == 100000
    with pytest.raises(TypeError):
        acl.media.vdec_set_channel_desc_callback(desc, 5)
    with pytest.raises(TypeError):
        acl.media.vdec_set_channel_desc_param(desc, 3, 5)
    with pytest.raises(TypeError):
        acl.media.vdec_set_channel_desc_param(desc, 1, "1")
    with pytest.raises(TypeError):
        acl.media.vdec_set_channel_desc_param(desc, "1", 1)
    reference = weakref.ref(function)
    assert acl.media.vdec_set_channel_desc_callback(desc, function) == 0
    del function
    assert reference() is not None
    assert acl.media.vdec_destroy_channel_desc(desc) == 0
    gc.collect()
    assert reference() is None
