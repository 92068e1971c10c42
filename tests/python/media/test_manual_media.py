# SPDX-License-Identifier: Apache-2.0
"""The examples of manual 5.3, completed to run, and what they make judged by OpenCV, Pillow and ffmpeg."""
import io
import subprocess

import acl
import numpy as np
import pytest

cv2 = pytest.importorskip("cv2", reason="OpenCV is the judge")
Image = pytest.importorskip("PIL.Image", reason="Pillow is the judge")

NV12, GRAY, RGB = 1, 0, 12
HOST_TO_DEVICE, DEVICE_TO_HOST = 1, 2
WIDTH, HEIGHT = 128, 96


def nv12(width, height, seed=1):
    """A smooth picture with some noise: luma and chroma rows one under the other."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height * 3 // 2, :width]
    waves = 127 + 70 * np.sin(x / 17 + seed) + 40 * np.cos(y / 11)
    return np.clip(waves + rng.normal(0, 3, waves.shape), 0, 255).astype(np.uint8)


def planes(picture):
    """Luma, and chroma as an array of pairs."""
    height = len(picture) * 2 // 3
    return picture[:height], picture[height:].reshape(height // 2, -1, 2)


def resized(picture, width, height):
    luma, chroma = planes(picture)
    # Plane by plane: OpenCV rounds pairs in another way if both sides are halved.
    chroma = np.stack([cv2.resize(chroma[..., i], (width // 2, height // 2)) for i in (0, 1)], axis=-1)
    return np.concatenate([cv2.resize(luma, (width, height)), chroma.reshape(height // 2, width)])


def cut(picture, left, right, top, bottom):
    luma, chroma = planes(picture)
    part = chroma[top // 2:(bottom + 1) // 2, left // 2:(right + 1) // 2]
    return np.concatenate([luma[top:bottom + 1, left:right + 1], part.reshape(len(part), -1)])


class Sample:
    """What the examples share: a device, a channel, descriptions with their memory."""

    def __init__(self):
        assert acl.init() == 0
        assert acl.rt.set_device(0) == 0
        self.context, ret = acl.rt.create_context(0)
        assert ret == 0
        self.stream, ret = acl.rt.create_stream()
        assert ret == 0
        self.channel = acl.media.dvpp_create_channel_desc()
        assert acl.media.dvpp_create_channel(self.channel) == 0
        self.memory = []

    def malloc(self, size):
        address, ret = acl.media.dvpp_malloc(size)
        assert ret == 0
        self.memory.append(address)
        return address

    def to_device(self, array):
        data = array.tobytes()
        address = self.malloc(len(data))
        assert acl.rt.memcpy(address, len(data), acl.util.bytes_to_ptr(data), len(data), HOST_TO_DEVICE) == 0
        return address, len(data)

    def describe(self, width, height, picture=None, pixel_format=NV12, desc=None):
        """Strides as the examples have them: widths in multiples of 16, heights of 2."""
        width_stride, height_stride = (width + 15) // 16 * 16, (height + 1) // 2 * 2
        size = width_stride * height_stride * 3 // 2
        padded = np.zeros((height_stride * 3 // 2, width_stride), np.uint8)
        if picture is not None:
            padded[:len(picture), :width] = picture
        desc = desc or acl.media.dvpp_create_pic_desc()
        for name, value in {"data": self.to_device(padded)[0], "format": pixel_format, "width": width, "height": height,
                            "width_stride": width_stride, "height_stride": height_stride, "size": size}.items():
            assert getattr(acl.media, f"dvpp_set_pic_desc_{name}")(desc, value) == 0
        return desc

    def synchronize(self):
        assert acl.rt.synchronize_stream(self.stream) == 0

    def fetch(self, desc, rows=None):
        """The picture, without what pads its rows."""
        get = {name: getattr(acl.media, f"dvpp_get_pic_desc_{name}")(desc)
               for name in ("data", "size", "width", "height", "width_stride", "height_stride")}
        host = np.zeros(get["size"], np.uint8)
        assert acl.rt.memcpy(acl.util.numpy_to_ptr(host), host.nbytes, get["data"], host.nbytes, DEVICE_TO_HOST) == 0
        host = host[:get["width_stride"] * get["height_stride"] * 3 // 2].reshape(-1, get["width_stride"])
        luma, chroma = host[:get["height"]], host[get["height_stride"]:get["height_stride"] + get["height"] // 2]
        return np.concatenate([luma, chroma])[:rows, :get["width"]]

    def close(self):
        for address in self.memory:
            assert acl.media.dvpp_free(address) == 0
        assert acl.media.dvpp_destroy_channel(self.channel) == 0
        assert acl.media.dvpp_destroy_channel_desc(self.channel) == 0
        assert acl.rt.destroy_stream(self.stream) == 0
        assert acl.rt.destroy_context(self.context) == 0
        assert acl.rt.reset_device(0) == 0
        assert acl.finalize() == 0


@pytest.fixture
def sample():
    made = Sample()
    yield made
    made.close()


SOURCE = nv12(WIDTH, HEIGHT)
LOWER_RIGHT = (WIDTH // 2, WIDTH - 1, HEIGHT // 2, HEIGHT - 1)


def test_resize(sample):
    config = acl.media.dvpp_create_resize_config()
    source, result = sample.describe(WIDTH, HEIGHT, SOURCE), sample.describe(52, 40)
    assert acl.media.dvpp_vpc_resize_async(sample.channel, source, result, config, sample.stream) == 0
    sample.synchronize()
    np.testing.assert_array_equal(sample.fetch(result), resized(SOURCE, 52, 40))
    assert acl.media.dvpp_destroy_resize_config(config) == 0


def test_convert_color(sample):
    source, result = sample.describe(WIDTH, HEIGHT, SOURCE), sample.describe(WIDTH, HEIGHT, pixel_format=GRAY)
    assert acl.media.dvpp_vpc_convert_color_async(sample.channel, source, result, sample.stream) == 0
    sample.synchronize()
    np.testing.assert_array_equal(sample.fetch(result, HEIGHT), SOURCE[:HEIGHT])


def test_crop(sample):
    area = acl.media.dvpp_create_roi_config(*LOWER_RIGHT)
    source, result = sample.describe(WIDTH, HEIGHT, SOURCE), sample.describe(WIDTH // 2, HEIGHT // 2)
    assert acl.media.dvpp_vpc_crop_async(sample.channel, source, result, area, sample.stream) == 0
    sample.synchronize()
    np.testing.assert_array_equal(sample.fetch(result), cut(SOURCE, *LOWER_RIGHT))


def test_crop_resize(sample):
    area = acl.media.dvpp_create_roi_config(*LOWER_RIGHT)
    config = acl.media.dvpp_create_resize_config()
    source, result = sample.describe(WIDTH, HEIGHT, SOURCE), sample.describe(WIDTH // 4, HEIGHT // 4)
    assert acl.media.dvpp_vpc_crop_resize_async(sample.channel, source, result, area, config, sample.stream) == 0
    sample.synchronize()
    np.testing.assert_array_equal(sample.fetch(result), resized(cut(SOURCE, *LOWER_RIGHT), WIDTH // 4, HEIGHT // 4))


def test_crop_and_paste(sample):
    below = nv12(WIDTH, HEIGHT, 2)
    crop = acl.media.dvpp_create_roi_config(*LOWER_RIGHT)
    paste = acl.media.dvpp_create_roi_config(0, WIDTH // 2 - 1, 0, HEIGHT // 2 - 1)
    source, result = sample.describe(WIDTH, HEIGHT, SOURCE), sample.describe(WIDTH, HEIGHT, below)
    assert acl.media.dvpp_vpc_crop_and_paste_async(sample.channel, source, result, crop, paste, sample.stream) == 0
    sample.synchronize()
    part = cut(SOURCE, *LOWER_RIGHT)
    below[:HEIGHT // 2, :WIDTH // 2] = part[:HEIGHT // 2]
    below[HEIGHT:HEIGHT + HEIGHT // 4, :WIDTH // 2] = part[HEIGHT // 2:]
    np.testing.assert_array_equal(sample.fetch(result), below)


def test_crop_resize_paste(sample):
    crop = acl.media.dvpp_create_roi_config(*LOWER_RIGHT)
    left, right, top, bottom = WIDTH // 4, WIDTH // 2 - 1, HEIGHT // 4, HEIGHT // 2 - 1
    paste = acl.media.dvpp_create_roi_config(left, right, top, bottom)
    config = acl.media.dvpp_create_resize_config()
    source, result = sample.describe(WIDTH, HEIGHT, SOURCE), sample.describe(WIDTH // 2, HEIGHT // 2)
    assert acl.media.dvpp_vpc_crop_resize_paste_async(sample.channel, source, result, crop, paste, config,
                                                      sample.stream) == 0
    sample.synchronize()
    part = resized(cut(SOURCE, *LOWER_RIGHT), right + 1 - left, bottom + 1 - top)
    expected = np.zeros((HEIGHT * 3 // 4, WIDTH // 2), np.uint8)
    rows = bottom + 1 - top
    expected[top:bottom + 1, left:right + 1] = part[:rows]
    expected[HEIGHT // 2 + top // 2:HEIGHT // 2 + (bottom + 1) // 2, left:right + 1] = part[rows:]
    np.testing.assert_array_equal(sample.fetch(result), expected)


def test_batch_crop_and_paste(sample):
    inputs, outputs = 2, 5
    pictures = [nv12(WIDTH, HEIGHT, seed) for seed in range(inputs)]
    in_batch, out_batch = (acl.media.dvpp_create_batch_pic_desc(count) for count in (inputs, outputs))
    counts = [outputs // inputs] * inputs
    counts[-1] += outputs - sum(counts)
    for i, picture in enumerate(pictures):
        sample.describe(WIDTH, HEIGHT, picture, desc=acl.media.dvpp_get_pic_desc(in_batch, i))
    crops, pastes = [], []
    for i in range(outputs):
        sample.describe(WIDTH, HEIGHT, desc=acl.media.dvpp_get_pic_desc(out_batch, i))
        crops.append(acl.media.dvpp_create_roi_config(WIDTH // 2 if i == 0 else 0, WIDTH - 1, HEIGHT // 2, HEIGHT - 1))
        pastes.append(acl.media.dvpp_create_roi_config(*LOWER_RIGHT))
    batch, ret = acl.media.dvpp_vpc_batch_crop_and_paste_async(sample.channel, in_batch, counts, out_batch, crops,
                                                               pastes, sample.stream)
    assert (batch, ret) == (out_batch, 0)
    sample.synchronize()
    owners = [0, 0, 1, 1, 1]
    for i, owner in enumerate(owners):
        part = cut(pictures[owner], WIDTH // 2 if i == 0 else 0, WIDTH - 1, HEIGHT // 2, HEIGHT - 1)
        part = resized(part, WIDTH // 2, HEIGHT // 2)
        expected = np.zeros((HEIGHT * 3 // 2, WIDTH), np.uint8)
        expected[HEIGHT // 2:HEIGHT, WIDTH // 2:] = part[:HEIGHT // 2]
        expected[HEIGHT + HEIGHT // 4:, WIDTH // 2:] = part[HEIGHT // 2:]
        np.testing.assert_array_equal(sample.fetch(acl.media.dvpp_get_pic_desc(out_batch, i)), expected)
    for roi in crops + pastes:
        assert acl.media.dvpp_destroy_roi_config(roi) == 0
    for batch in (in_batch, out_batch):
        assert acl.media.dvpp_destroy_batch_pic_desc(batch) == 0


def photograph(width, height):
    """As RGB."""
    return cv2.cvtColor(nv12(width, height).reshape(-1, width), cv2.COLOR_YUV2RGB_NV12)


def ffmpeg(arguments, data):
    return subprocess.run(["ffmpeg", "-v", "error", *arguments], input=data, capture_output=True, check=True).stdout


def test_jpeg_decoding(sample):
    file = io.BytesIO()
    Image.fromarray(photograph(192, 160)).save(file, "jpeg", quality=90)
    data = file.getvalue()
    address, size = sample.to_device(np.frombuffer(data, np.uint8))
    pointer = acl.util.bytes_to_ptr(data)
    width, height, components, ret = acl.media.dvpp_jpeg_get_image_info(pointer, size)
    assert (width, height, components, ret) == (192, 160, 3, 0)
    predicted, ret = acl.media.dvpp_jpeg_predict_dec_size(pointer, size, NV12)
    assert ret == 0 and predicted >= 192 * 160 * 3 // 2
    result = acl.media.dvpp_create_pic_desc()
    for name, value in {"data": sample.malloc(predicted), "size": predicted, "format": NV12}.items():
        assert getattr(acl.media, f"dvpp_set_pic_desc_{name}")(result, value) == 0
    assert acl.media.dvpp_jpeg_decode_async(sample.channel, address, size, result, sample.stream) == 0
    sample.synchronize()
    assert acl.media.dvpp_get_pic_desc_ret_code(result) == 0
    raw = np.frombuffer(ffmpeg(["-i", "-", "-f", "rawvideo", "-pix_fmt", "yuvj420p", "-"], data), np.uint8)
    luma, (u, v) = raw[:192 * 160].reshape(160, 192), raw[192 * 160:].reshape(2, 80, 96)
    expected = np.concatenate([luma, np.stack([u, v], axis=-1).reshape(80, 192)])
    assert np.abs(sample.fetch(result).astype(int) - expected).max() <= 2


def test_jpeg_encoding(sample):
    picture = nv12(192, 160)
    source = sample.describe(192, 160, picture)
    config = acl.media.dvpp_create_jpege_config()
    assert acl.media.dvpp_set_jpege_config_level(config, 100) == 0
    predicted, ret = acl.media.dvpp_jpeg_predict_enc_size(source, config)
    assert ret == 0
    file, size = sample.malloc(predicted), np.array([predicted], np.int32)
    assert acl.media.dvpp_jpeg_encode_async(sample.channel, source, file, acl.util.numpy_to_ptr(size), config,
                                            sample.stream) == 0
    sample.synchronize()
    assert 0 < size[0] <= predicted
    host = np.zeros(size[0], np.uint8)
    assert acl.rt.memcpy(acl.util.numpy_to_ptr(host), host.nbytes, file, host.nbytes, DEVICE_TO_HOST) == 0
    decoded = Image.open(io.BytesIO(host.tobytes()))
    assert decoded.size == (192, 160)
    decoded.draft("YCbCr", decoded.size)
    luma = np.asarray(decoded)[..., 0].astype(float)
    error = np.mean((luma - picture[:160]) ** 2)
    assert 10 * np.log10(255 ** 2 / error) > 40
    assert acl.media.dvpp_destroy_jpege_config(config) == 0


def test_png_decoding(sample):
    picture = photograph(192, 160)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png")
    data = file.getvalue()
    address, size = sample.to_device(np.frombuffer(data, np.uint8))
    pointer = acl.util.bytes_to_ptr(data)
    predicted, ret = acl.media.dvpp_png_predict_dec_size(pointer, size, RGB)
    assert ret == 0
    width, height, components, ret = acl.media.dvpp_png_get_image_info(pointer, size)
    assert (width, height, components, ret) == (192, 160, 3, 0)
    memory = sample.malloc(predicted)
    result = acl.media.dvpp_create_pic_desc()
    for name, value in {"data": memory, "size": predicted, "format": RGB}.items():
        assert getattr(acl.media, f"dvpp_set_pic_desc_{name}")(result, value) == 0
    assert acl.media.dvpp_png_decode_async(sample.channel, address, size, result, sample.stream) == 0
    sample.synchronize()
    host = np.zeros(predicted, np.uint8)
    assert acl.rt.memcpy(acl.util.numpy_to_ptr(host), host.nbytes, memory, host.nbytes, DEVICE_TO_HOST) == 0
    stride = acl.media.dvpp_get_pic_desc_width_stride(result)
    rows = host[:stride * 160].reshape(160, stride)[:, :192 * 3]
    np.testing.assert_array_equal(rows.reshape(160, 192, 3), picture)


class Video:
    """The thread of the examples that runs callbacks."""

    def __init__(self):
        self.running = True
        self.context, ret = acl.rt.get_context()
        assert ret == 0
        self.thread, ret = acl.util.start_thread(self.serve, [self.context, 100])
        assert ret == 0

    def serve(self, arguments):
        context, timeout = arguments
        assert acl.rt.set_context(context) == 0
        while self.running:
            acl.rt.process_report(timeout)

    def close(self):
        self.running = False
        assert acl.util.stop_thread(self.thread) == 0


@pytest.fixture
def video(sample):
    made = Video()
    yield made
    made.close()


def test_video_decoding(sample, video):
    """Ten sends of a stream of one picture, without an end, give ten pictures."""
    width, height = 256, 144
    picture = nv12(width, height)
    stream = ffmpeg(["-f", "rawvideo", "-pix_fmt", "nv12", "-s", f"{width}x{height}", "-i", "-", "-c:v", "libx265",
                     "-x265-params", "log-level=error", "-f", "hevc", "-"], picture.tobytes())
    expected = np.frombuffer(ffmpeg(["-f", "hevc", "-i", "-", "-f", "rawvideo", "-pix_fmt", "nv12", "-"], stream),
                             np.uint8).reshape(height * 3 // 2, width)
    decoded = []

    def callback(input_stream_desc, output_pic_desc, user_data):
        assert user_data is None
        assert acl.media.dvpp_destroy_stream_desc(input_stream_desc) == 0
        decoded.append((acl.media.dvpp_get_pic_desc_ret_code(output_pic_desc), sample.fetch(output_pic_desc)))
        assert acl.media.dvpp_destroy_pic_desc(output_pic_desc) == 0

    channel = acl.media.vdec_create_channel_desc()
    for name, value in {"channel_id": 10, "thread_id": video.thread, "callback": callback, "entype": 0,
                        "out_pic_format": NV12}.items():
        assert getattr(acl.media, f"vdec_set_channel_desc_{name}")(channel, value) == 0
    assert acl.media.vdec_create_channel(channel) == 0
    address, size = sample.to_device(np.frombuffer(stream, np.uint8))
    config = acl.media.vdec_create_frame_config()
    for _ in range(10):
        stream_desc = acl.media.dvpp_create_stream_desc()
        for name, value in {"data": address, "size": size, "format": 0, "eos": 0}.items():
            assert getattr(acl.media, f"dvpp_set_stream_desc_{name}")(stream_desc, value) == 0
        picture_desc = acl.media.dvpp_create_pic_desc()
        total = width * height * 3 // 2
        for name, value in {"data": sample.malloc(total), "size": total, "format": NV12}.items():
            assert getattr(acl.media, f"dvpp_set_pic_desc_{name}")(picture_desc, value) == 0
        assert acl.media.vdec_send_frame(channel, stream_desc, picture_desc, config, None) == 0
    assert acl.media.vdec_destroy_channel(channel) == 0
    assert acl.media.vdec_destroy_channel_desc(channel) == 0
    assert acl.media.vdec_destroy_frame_config(config) == 0
    assert [code for code, _ in decoded] == [0] * 10
    for _, picture in decoded:
        np.testing.assert_array_equal(picture, expected)


def test_video_encoding(sample, video):
    """One picture is sent sixteen times; what the callback gets, one after the other, is a video."""
    width, height = 640, 360
    picture = nv12(width, height)
    pieces = []

    def callback(input_pic_desc, output_stream_desc, user_data):
        size = acl.media.dvpp_get_stream_desc_size(output_stream_desc)
        host = np.zeros(size, np.uint8)
        data = acl.media.dvpp_get_stream_desc_data(output_stream_desc)
        assert acl.rt.memcpy(acl.util.numpy_to_ptr(host), size, data, size, DEVICE_TO_HOST) == 0
        pieces.append(host.tobytes())

    channel = acl.media.venc_create_channel_desc()
    for name, value in {"thread_id": video.thread, "callback": callback, "entype": 0, "pic_format": NV12,
                        "key_frame_interval": 16, "pic_height": height, "pic_width": width}.items():
        assert getattr(acl.media, f"venc_set_channel_desc_{name}")(channel, value) == 0
    assert acl.media.venc_create_channel(channel) == 0
    config = acl.media.venc_create_frame_config()
    assert acl.media.venc_set_frame_config_eos(config, 0) == 0
    assert acl.media.venc_set_frame_config_force_i_frame(config, 0) == 0
    address, size = sample.to_device(picture)
    desc = acl.media.dvpp_create_pic_desc()
    assert acl.media.dvpp_set_pic_desc_data(desc, address) == 0
    assert acl.media.dvpp_set_pic_desc_size(desc, size) == 0
    for _ in range(16):
        assert acl.media.venc_send_frame(channel, desc, 0, config, 0) == 0
    assert acl.media.venc_set_frame_config_eos(config, 1) == 0
    assert acl.media.venc_send_frame(channel, 0, 0, config, 0) == 0
    assert acl.media.venc_destroy_channel(channel) == 0
    assert acl.media.venc_destroy_channel_desc(channel) == 0
    assert acl.media.venc_destroy_frame_config(config) == 0
    assert len(pieces) == 16
    decoded = np.frombuffer(ffmpeg(["-f", "hevc", "-i", "-", "-f", "rawvideo", "-pix_fmt", "nv12", "-"],
                                   b"".join(pieces)), np.uint8).reshape(16, height * 3 // 2, width)
    error = np.mean((decoded[-1].astype(float) - picture) ** 2)
    assert 10 * np.log10(255 ** 2 / error) > 35
