# SPDX-License-Identifier: Apache-2.0
"""Static AIPP from the configuration file to the model's result; a model of the formulas in NumPy is the judge."""
import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper  # noqa: E402 (after the check)
from test_atc import ATC, convert, run_model, save  # noqa: E402

pytestmark = pytest.mark.skipif(ATC is None, reason="atc is not built")

# name: channels, bytes per pixel in halves, pixels of a row and rows that share chroma, is YUV
FORMATS = {"YUV420SP_U8": (3, 3, 2, 2, True), "XRGB8888_U8": (4, 8, 1, 1, False), "RGB888_U8": (3, 6, 1, 1, False),
           "YUV400_U8": (1, 2, 1, 1, True), "ARGB8888_U8": (4, 8, 1, 1, False), "YUYV_U8": (3, 4, 2, 1, True),
           "YUV422SP_U8": (3, 4, 2, 1, True), "AYUV444_U8": (4, 8, 1, 1, True)}
DEFAULT_YUV = ([298, 516, 0, 298, -100, -208, 298, 0, 409], [16, 128, 128])
DEFAULT_RGB = ([66, 129, 25, -38, -74, 112, 112, -94, -18], [16, 128, 128])


def unpack(form, data, h, w, ax_swap, rbuv_swap):
    """The channels of one picture, [channels, h, w]; the extra one, if any, last."""
    data = data.astype(np.int64)
    if form == "YUV420SP_U8":
        luma, chroma = data[:h * w].reshape(h, w), data[h * w:].reshape(h // 2, w // 2, 2)
        chroma = chroma.repeat(2, axis=0).repeat(2, axis=1)
        planes = [luma, chroma[:, :, 0], chroma[:, :, 1]]
    elif form == "YUV422SP_U8":
        luma, chroma = data[:h * w].reshape(h, w), data[h * w:].reshape(h, w // 2, 2).repeat(2, axis=1)
        planes = [luma, chroma[:, :, 0], chroma[:, :, 1]]
    elif form == "YUYV_U8":
        pairs = data.reshape(h, w // 2, 4)
        luma = pairs[:, :, [0, 2]].reshape(h, w)
        planes = [luma, pairs[:, :, 1].repeat(2, axis=1), pairs[:, :, 3].repeat(2, axis=1)]
    else:
        pixels = data.reshape(h, w, -1)
        planes = [pixels[:, :, k] for k in range(pixels.shape[2])]
        if len(planes) == 4 and not ax_swap:
            planes = planes[1:] + planes[:1]
    if rbuv_swap and len(planes) > 1:
        i, j = (1, 2) if FORMATS[form][4] else (0, 2)
        planes[i], planes[j] = planes[j], planes[i]
    return np.stack(planes)


def positions(size, out):
    at = np.floor_divide(((2 * np.arange(out) + 1) * size - out) * 2048 + out, 2 * out)
    at = np.clip(at, 0, (size - 1) * 2048)
    return at // 2048, np.minimum(at // 2048 + 1, size - 1), at % 2048


def resized(planes, h, w):
    first, second, weight = positions(planes.shape[2], w)
    rows = (2048 - weight) * planes[:, :, first] + weight * planes[:, :, second]
    first, second, weight = positions(planes.shape[1], h)
    weight = weight[:, None]
    return ((2048 - weight) * rows[:, first] + weight * rows[:, second] + (1 << 21)) >> 22


def model_of(config, picture, channels):
    """What the network gets for one picture: [channels, height, width], float32."""
    form = config["input_format"]
    w, h = config["src_image_size_w"], config["src_image_size_h"]
    planes = unpack(form, picture, h, w, config.get("ax_swap_switch"), config.get("rbuv_swap_switch"))
    if config.get("crop"):
        x, y = config.get("load_start_pos_w", 0), config.get("load_start_pos_h", 0)
        planes = planes[:, y:y + config["crop_size_h"], x:x + config["crop_size_w"]]
    if config.get("resize"):
        planes = resized(planes, config["resize_output_h"], config["resize_output_w"])
    yuv = FORMATS[form][4]
    if config.get("csc_switch"):
        matrix, bias = DEFAULT_YUV if yuv else DEFAULT_RGB
        if "matrix_r0c0" in config:
            matrix = [config[f"matrix_r{i}c{j}"] for i in range(3) for j in range(3)]
        side = "input" if yuv else "output"
        bias = [config.get(f"{side}_bias_{i}", bias[i]) for i in range(3)]
        colours = planes[:3] - np.array(bias)[:, None, None] if yuv else planes[:3]
        made = np.tensordot(np.array(matrix).reshape(3, 3), colours, 1) >> 8
        made = made if yuv else made + np.array(bias)[:, None, None]
        planes = np.concatenate([np.clip(made, 0, 255), planes[3:]])
    planes = planes[[3, 0, 1, 2]] if channels == 4 else planes[:channels]
    result = []
    for k, plane in enumerate(planes):
        value = (plane - config.get(f"mean_chn_{k}", 0)).astype(np.float32)
        value = value - np.float32(config.get(f"min_chn_{k}", 0))
        result.append(value * np.float32(config.get(f"var_reci_chn_{k}", 1)))
    result = np.stack(result)
    assert result.dtype == np.float32
    if config.get("padding"):
        around = [(config.get(f"{a}_padding_size", 0), config.get(f"{b}_padding_size", 0))
                  for a, b in (("top", "bottom"), ("left", "right"))]
        result = np.pad(result, [(0, 0), *around], constant_values=np.float32(config.get("padding_value", 0)))
    return result


def written(config):
    def word(value):
        return str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else value
    lines = "\n".join(f"    {key} : {word(value)}" for key, value in config.items())
    return "# a comment\naipp_op {\n    aipp_mode: static\n" + lines + "\n}\n"


def picture_bytes(config, count=1):
    _, halves, _, _, _ = FORMATS[config["input_format"]]
    return count * config["src_image_size_w"] * config["src_image_size_h"] * halves // 2


def random_config(random, form):
    """Parameters that go together, the size of what comes out and the channels the network has."""
    of_format, _, columns, rows, yuv = FORMATS[form]
    def pick(low, high, step=1):
        return int(random.integers(low, high + 1)) // step * step or step
    def maybe():
        return bool(random.integers(2))
    config = {"input_format": form, "src_image_size_w": pick(2, 40, columns), "src_image_size_h": pick(1, 30, rows)}
    w, h = config["src_image_size_w"], config["src_image_size_h"]
    channels = int(random.choice({1: [1], 3: [3, 3, 1], 4: [4, 3, 3, 1]}[of_format]))
    if of_format > 1 and maybe():
        config["rbuv_swap_switch"] = True
    if of_format == 4 and maybe():
        config["ax_swap_switch"] = True
    if maybe():
        even = 2 if form == "YUV420SP_U8" else 1
        cw, ch = pick(1, w, even), pick(1, h, even)
        config.update(crop=True, crop_size_w=cw, crop_size_h=ch,
                      load_start_pos_w=int(random.integers(0, w - cw + 1)) // columns * columns,
                      load_start_pos_h=int(random.integers(0, h - ch + 1)) // rows * rows)
        w, h = cw, ch
    if maybe():
        w, h = pick(1, 50), pick(1, 50)
        config.update(resize=True, resize_output_w=w, resize_output_h=h)
    if of_format > 1 and (maybe() or (channels == 1 and not yuv)):
        config["csc_switch"] = True
        if maybe():
            config.update({f"matrix_r{i}c{j}": int(random.integers(-600, 601)) for i in range(3) for j in range(3)})
        if maybe():
            config.update({f"{side}_bias_{i}": int(random.integers(0, 256)) for side in ("input", "output")
                           for i in range(3)})
    if maybe():
        for k in range(channels):
            config[f"mean_chn_{k}"] = int(random.integers(0, 256))
            config[f"min_chn_{k}"] = float(np.float32(random.uniform(0, 255)))
            config[f"var_reci_chn_{k}"] = float(np.float32(random.normal() / 50))
    if maybe():
        sizes = [int(random.integers(0, 33)) for _ in range(4)]
        config.update({f"{side}_padding_size": size for side, size in zip(("left", "right", "top", "bottom"), sizes)})
        config.update(padding=True, padding_value=float(np.float32(random.normal() * 10)))
        w, h = w + sizes[0] + sizes[1], h + sizes[2] + sizes[3]
    return config, h, w, channels


def relu_network(path, dims, dtype=TensorProto.FLOAT):
    """y = x, in a way that is computed."""
    return save(path, [helper.make_node("Identity", ["x"], ["y"])], {"x": (dims, dtype)}, {"y": (dims, dtype)})


def run_aipp(tmp_path, config, pictures, dims, *options, dtype=TensorProto.FLOAT):
    network = relu_network(tmp_path / "net.onnx", dims, dtype)
    (tmp_path / "aipp.cfg").write_text(written(config))
    done = convert(network, f"--insert_op_conf={tmp_path / 'aipp.cfg'}", *options)
    assert done.returncode == 0, (done.stdout, written(config))
    return run_model(network.with_suffix(".om"), pictures)[0]


@pytest.mark.parametrize("form", FORMATS)
def test_random_parameters(tmp_path, form):
    random = np.random.default_rng(list(form.encode()))
    for _ in range(12):
        config, h, w, channels = random_config(random, form)
        count = int(random.integers(1, 4))
        pictures = random.integers(0, 256, picture_bytes(config, count), np.uint8)
        nhwc, half = bool(random.integers(2)), bool(random.integers(3) == 0)
        wanted = np.stack([model_of(config, one, channels) for one in np.split(pictures, count)])
        wanted = wanted.transpose(0, 2, 3, 1) if nhwc else wanted
        kind = np.float16 if half else np.float32
        got = run_aipp(tmp_path, config, pictures, wanted.shape, f"--input_format={'NHWC' if nhwc else 'NCHW'}",
                       dtype=TensorProto.FLOAT16 if half else TensorProto.FLOAT)
        np.testing.assert_array_equal(np.frombuffer(got, kind).reshape(wanted.shape), wanted.astype(kind),
                                      err_msg=written(config))
