# SPDX-License-Identifier: Apache-2.0
"""JPEG and PNG from Python, judged by ffmpeg's decoder, Pillow and OpenCV (manual 10.7.7, 10.7.8, 10.7.11)."""

import io
import shutil
import subprocess

import acl
import numpy as np
import pytest

Image = pytest.importorskip("PIL.Image")

media = acl.media

UNKNOWN = 10000
NV12, NV21, RGB, RGBA = 1, 2, 12, 16


def align(value, unit):
    return (value + unit - 1) // unit * unit


class Board:
    """A channel and a stream of a device that is set."""

    def __init__(self):
        self.stream, ret = acl.rt.create_stream()
        assert ret == 0
        self.channel = media.dvpp_create_channel_desc()
        assert media.dvpp_create_channel(self.channel) == 0

    def upload(self, data):
        memory, ret = media.dvpp_malloc(len(data))
        assert ret == 0
        assert acl.rt.memcpy(memory, len(data), acl.util.bytes_to_ptr(data), len(data), 1) == 0
        return memory

    def synchronize(self):
        return acl.rt.synchronize_stream(self.stream)


@pytest.fixture
def board(device):
    board = Board()
    yield board
    assert media.dvpp_destroy_channel(board.channel) == 0
    assert media.dvpp_destroy_channel_desc(board.channel) == 0
    assert acl.rt.destroy_stream(board.stream) == 0


def describe(data, size, **values):
    desc = media.dvpp_create_pic_desc()
    for name, value in dict(values, data=data, size=size).items():
        assert getattr(media, f"dvpp_set_pic_desc_{name}")(desc, value) == 0
    return desc


def rows(memory, stride, height):
    return np.frombuffer(acl.util.ptr_to_bytes(memory, stride * height), np.uint8).reshape(height, stride)


def photo(width, height, seed=0):
    """Colours that change slowly, and some grain."""
    y, x = np.mgrid[:height, :width]
    grain = np.random.default_rng(seed).integers(0, 12, (height, width, 3))
    waves = np.stack([120 + 90 * np.sin(x / 23), 110 + 80 * np.cos(y / 31), 60 + 120 * (x + y) / (width + height)], 2)
    return (waves + grain).astype(np.uint8)


def as_jpeg(pixels, **options):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", **dict({"quality": 90}, **options))
    return out.getvalue()


def as_png(pixels, mode=None):
    out = io.BytesIO()
    Image.fromarray(pixels, mode).save(out, "PNG")
    return out.getvalue()


def ffmpeg_planes(jpeg, pix_fmt):
    """Planes as ffmpeg's mjpeg decoder has them."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("there is no ffmpeg")
    return np.frombuffer(subprocess.run(
        ["ffmpeg", "-v", "error", "-noautorotate", "-f", "mjpeg", "-i", "-", "-f", "rawvideo", "-pix_fmt", pix_fmt, "-"],
        input=jpeg, stdout=subprocess.PIPE, check=True).stdout, np.uint8)


@pytest.mark.parametrize("subsampling, pix_fmt, format", [("4:4:4", "yuvj444p", 5), ("4:2:2", "yuvj422p", 3),
                                                          ("4:2:0", "yuvj420p", NV12)])
def test_jpeg_decode_equals_ffmpeg(board, subsampling, pix_fmt, format):
    width, height = 320, 200
    jpeg = as_jpeg(photo(width, height), subsampling=subsampling)
    size, ret = media.dvpp_jpeg_predict_dec_size(acl.util.bytes_to_ptr(jpeg), len(jpeg), format)
    assert ret == 0
    memory, ret = media.dvpp_malloc(size)
    assert ret == 0
    width_stride, height_stride = align(width, 128), align(height, 16)  # as programs have it
    desc = describe(memory, size, format=format, width=width, height=height, width_stride=width_stride,
                    height_stride=height_stride)
    assert media.dvpp_jpeg_decode_async(board.channel, board.upload(jpeg), len(jpeg), desc, board.stream) == 0
    assert board.synchronize() == 0
    assert media.dvpp_get_pic_desc_ret_code(desc) == 0
    expected = ffmpeg_planes(jpeg, pix_fmt).astype(int)
    luma = rows(memory, width_stride, height)[:, :width]
    assert np.abs(luma - expected[:width * height].reshape(height, width)).max() <= 2
    chroma_width = width if subsampling == "4:4:4" else width // 2
    chroma_height = height // 2 if subsampling == "4:2:0" else height
    u, v = expected[width * height:].reshape(2, chroma_height, chroma_width)
    pairs = rows(memory + width_stride * height_stride, width_stride * 2 * chroma_width // width, chroma_height)
    pairs = pairs[:, :2 * chroma_width]
    assert np.abs(pairs[:, ::2] - u).max() <= 2
    assert np.abs(pairs[:, 1::2] - v).max() <= 2
    assert media.dvpp_destroy_pic_desc(desc) == 0


def test_jpeg_info(board):
    for subsampling, format in (("4:4:4", 0), ("4:2:2", 1), ("4:2:0", 2)):
        jpeg = as_jpeg(photo(101, 67), subsampling=subsampling)
        pointer = acl.util.bytes_to_ptr(jpeg)
        assert media.dvpp_jpeg_get_image_info(pointer, len(jpeg)) == (101, 67, 3, 0)
        assert media.dvpp_jpeg_get_image_info_v2(pointer, len(jpeg)) == (101, 67, 3, format, 0)
    gray = as_jpeg(photo(64, 64)[:, :, 0])
    assert media.dvpp_jpeg_get_image_info_v2(acl.util.bytes_to_ptr(gray), len(gray)) == (64, 64, 1, 3, 0)
    progressive = as_jpeg(photo(64, 64), progressive=True)
    pointer = acl.util.bytes_to_ptr(progressive)
    assert media.dvpp_jpeg_get_image_info(pointer, len(progressive)) == (0, 0, 0, 148052)
    assert "progressive" in acl.get_recent_err_msg()
    assert media.dvpp_jpeg_get_image_info_v2(pointer, len(progressive)) == (0, 0, 0, 1000, 148052)
    assert media.dvpp_jpeg_predict_dec_size(pointer, len(progressive), NV12) == (0, 148052)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_jpeg_is_turned_as_pillow_turns_it(board, orientation):
    ops = pytest.importorskip("PIL.ImageOps")
    exif = Image.Exif()
    exif[0x0112] = orientation
    jpeg = as_jpeg(photo(192, 64)[:, :, 0], exif=exif.tobytes())
    expected = np.asarray(ops.exif_transpose(Image.open(io.BytesIO(jpeg)))).astype(int)
    size, ret = media.dvpp_jpeg_predict_dec_size(acl.util.bytes_to_ptr(jpeg), len(jpeg), 0)
    assert ret == 0
    memory, ret = media.dvpp_malloc(size)
    assert ret == 0
    desc = describe(memory, size, format=UNKNOWN, width_stride=256, height_stride=64)
    assert media.dvpp_jpeg_decode_async(board.channel, board.upload(jpeg), len(jpeg), desc, board.stream) == 0
    assert board.synchronize() == 0
    height, width = expected.shape
    assert media.dvpp_get_pic_desc_width(desc) == width
    assert media.dvpp_get_pic_desc_height(desc) == height
    stride = media.dvpp_get_pic_desc_width_stride(desc)
    assert np.abs(rows(memory, stride, height)[:, :width] - expected).max() <= 2


def encode(board, data, size, level, **values):
    desc = describe(board.upload(data), size, **values)
    config = media.dvpp_create_jpege_config()
    assert media.dvpp_set_jpege_config_level(config, level) == 0
    assert media.dvpp_get_jpege_config_level(config) == level
    predicted, ret = media.dvpp_jpeg_predict_enc_size(desc, config)
    assert ret == 0
    out, ret = media.dvpp_malloc(predicted)
    assert ret == 0
    length = np.array([predicted], dtype=np.int32).tobytes()  # the manual's way (10.7.8.3)
    pointer = acl.util.bytes_to_ptr(length)
    assert media.dvpp_jpeg_encode_async(board.channel, desc, out, pointer, config, board.stream) == 0
    assert media.dvpp_destroy_jpege_config(config) == 0
    assert board.synchronize() == 0
    real = int(np.frombuffer(length, np.int32)[0])
    assert 0 < real < predicted
    whole = acl.util.ptr_to_bytes(out, predicted)
    assert not any(whole[real:])
    return whole[:real], whole


@pytest.mark.parametrize("format", [NV12, NV21, 7, 8, 9, 10])
def test_jpeg_encode(board, format):
    width, height = 322, 146
    y = photo(width, height)[:, :, 0]
    chroma_height = height // 2 if format in (NV12, NV21) else height
    u = np.linspace(90, 160, chroma_height * width // 2).reshape(chroma_height, -1).astype(np.uint8)
    v = np.linspace(150, 110, chroma_height * width // 2).reshape(chroma_height, -1).astype(np.uint8)
    if format in (NV12, NV21):
        stride = align(width, 16)
        memory = np.zeros((height * 3 // 2, stride), np.uint8)
        memory[:height, :width] = y
        first, second = (u, v) if format == NV12 else (v, u)
        memory[height:, 0:width:2] = first
        memory[height:, 1:width:2] = second
        pix_fmt = "yuvj420p"
    else:
        stride = align(2 * width, 16)
        memory = np.zeros((height, stride), np.uint8)
        luma, first = {7: (0, 1), 8: (1, 0), 9: (0, 3), 10: (1, 2)}[format]
        memory[:, luma:2 * width:2] = y
        memory[:, first:2 * width:4] = u
        memory[:, first ^ 2:2 * width:4] = v
        pix_fmt = "yuvj422p"
    jpeg, whole = encode(board, memory.tobytes(), memory.size, 95, format=format, width=width, height=height,
                         width_stride=stride, height_stride=height)
    decoded = ffmpeg_planes(jpeg, pix_fmt)
    expected = np.concatenate([y.ravel(), u.ravel(), v.ravel()]).astype(float)
    assert decoded.size == expected.size
    error = np.mean((decoded - expected) ** 2)
    assert 10 * np.log10(255 ** 2 / error) > 40
    # Programs that store all of the memory have a file, too.
    assert Image.open(io.BytesIO(whole)).size == (width, height)


def test_jpeg_to_and_fro_on_one_channel(board):
    """What a decoder gives is what an encoder takes."""
    jpeg = as_jpeg(photo(640, 360), subsampling="4:2:0", quality=95)
    size, ret = media.dvpp_jpeg_predict_dec_size(acl.util.bytes_to_ptr(jpeg), len(jpeg), NV12)
    memory, ret = media.dvpp_malloc(size)
    desc = describe(memory, size, format=NV12, width_stride=640, height_stride=368)
    config = media.dvpp_create_jpege_config()
    assert media.dvpp_jpeg_decode_async(board.channel, board.upload(jpeg), len(jpeg), desc, board.stream) == 0
    assert board.synchronize() == 0
    capacity, ret = media.dvpp_jpeg_predict_enc_size(desc, config)
    assert ret == 0
    out, ret = media.dvpp_malloc(capacity)
    length = np.array([capacity], dtype=np.int32).tobytes()
    assert media.dvpp_jpeg_encode_async(board.channel, desc, out, acl.util.bytes_to_ptr(length), config,
                                        board.stream) == 0
    assert board.synchronize() == 0
    again = acl.util.ptr_to_bytes(out, int(np.frombuffer(length, np.int32)[0]))
    difference = np.asarray(Image.open(io.BytesIO(again))).astype(int) - np.asarray(Image.open(io.BytesIO(jpeg)))
    assert np.abs(difference).mean() < 2


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "1", "P", "I;16"])
@pytest.mark.parametrize("format", [RGB, UNKNOWN])
def test_png_equals_pillow(board, mode, format):
    pixels = photo(150, 75)
    if mode == "I;16":
        source = Image.fromarray(pixels[:, :, 0].astype(np.uint16) * 251, "I;16")
        expected = Image.fromarray((np.asarray(source) >> 8).astype(np.uint8))
    else:
        source = Image.fromarray(pixels)
        if mode in ("LA", "RGBA"):
            source.putalpha(Image.fromarray(pixels[:, :, 1]))
        source = source.quantize(64) if mode == "P" else source.convert(mode)
        expected = source
    has_alpha = mode in ("LA", "RGBA")
    want = "RGBA" if has_alpha and format == UNKNOWN else "RGB"
    expected = np.asarray(expected.convert("RGBA").convert(want) if not has_alpha
                          else np.asarray(source.convert("RGBA"))[:, :, :len(want)])
    out = io.BytesIO()
    source.save(out, "PNG")
    png = out.getvalue()
    pointer = acl.util.bytes_to_ptr(png)
    components = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "1": 1, "P": 3, "I;16": 1}[mode]
    assert media.dvpp_png_get_image_info(pointer, len(png)) == (150, 75, components, 0)
    size, ret = media.dvpp_png_predict_dec_size(pointer, len(png), format)
    assert (size, ret) == (256 * 80 * (3 if format == RGB else 4), 0)
    memory, ret = media.dvpp_malloc(size)
    assert ret == 0
    desc = describe(memory, size, format=format)
    assert media.dvpp_png_decode_async(board.channel, board.upload(png), len(png), desc, board.stream) == 0
    assert board.synchronize() == 0
    assert media.dvpp_get_pic_desc_width(desc) == 150
    assert media.dvpp_get_pic_desc_height(desc) == 75
    stride = media.dvpp_get_pic_desc_width_stride(desc)
    assert stride == 256 * len(want)
    decoded = rows(memory, stride, 75)[:, :150 * len(want)].reshape(75, 150, len(want))
    assert np.array_equal(decoded, expected)


def test_png_equals_opencv(board):
    cv2 = pytest.importorskip("cv2")
    for seed, pixels in enumerate((photo(97, 64), photo(64, 97).astype(np.uint16) * 257, photo(64, 64)[:, :, 0])):
        ok, coded = cv2.imencode(".png", pixels)
        assert ok, seed
        png = coded.tobytes()
        expected = cv2.imdecode(coded, cv2.IMREAD_COLOR)[:, :, ::-1]
        memory, ret = media.dvpp_malloc(1 << 17)
        assert ret == 0
        desc = describe(memory, 1 << 17, format=RGB)
        assert media.dvpp_png_decode_async(board.channel, board.upload(png), len(png), desc, board.stream) == 0
        assert board.synchronize() == 0
        height, width, _ = expected.shape
        decoded = rows(memory, align(width, 128) * 3, height)[:, :3 * width].reshape(expected.shape)
        assert np.array_equal(decoded, expected)


def test_errors_of_the_file_reach_the_description(board):
    memory, ret = media.dvpp_malloc(1 << 20)
    assert ret == 0
    jpeg = as_jpeg(photo(64, 64), progressive=True)
    desc = describe(memory, 1 << 20, format=NV12)
    assert media.dvpp_jpeg_decode_async(board.channel, board.upload(jpeg), len(jpeg), desc, board.stream) == 0
    assert board.synchronize() == 148052
    assert media.dvpp_get_pic_desc_ret_code(desc) == 148052
    assert "progressive" in acl.get_recent_err_msg()
    assert media.dvpp_png_decode_async(board.channel, board.upload(jpeg), len(jpeg),
                                       describe(memory, 1 << 20, format=RGB), board.stream) == 0
    assert board.synchronize() == 100006


def test_wrong_types(board):
    with pytest.raises(TypeError, match="size"):
        media.dvpp_jpeg_decode_async(board.channel, 0, b"", 0, board.stream)
    with pytest.raises(TypeError):
        media.dvpp_jpeg_get_image_info(b"abc", 3)
    assert media.dvpp_jpeg_get_image_info(0, 3) == (0, 0, 0, 100000)
    assert media.dvpp_png_get_image_info(0, 3) == (0, 0, 0, 100000)
    assert media.dvpp_set_jpege_config_level(0, 50) == 100000
    assert media.dvpp_get_jpege_config_level(0) == 0
    assert media.dvpp_destroy_jpege_config(0) == 100000
