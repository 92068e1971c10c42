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


@pytest.fixture
def loaded(tmp_path, device):
    """Makes a model of a configuration and loads it; gives its id and a description."""
    acl = pytest.importorskip("acl")
    opened = []

    def load(config, dims, *options):
        network = relu_network(tmp_path / "net.onnx", dims)
        (tmp_path / "aipp.cfg").write_text(written(config or {}))
        done = convert(network, *([f"--insert_op_conf={tmp_path / 'aipp.cfg'}"] if config else []), *options)
        assert done.returncode == 0, done.stdout
        model, ret = acl.mdl.load_from_file(str(network.with_suffix(".om")))
        assert ret == 0, acl.get_recent_err_msg()
        desc = acl.mdl.create_desc()
        assert acl.mdl.get_desc(desc, model) == 0
        opened.append((model, desc))
        return acl, model, desc
    yield load
    for model, desc in opened:
        assert acl.mdl.destroy_desc(desc) == 0 and acl.mdl.unload(model) == 0


# Tables 10-3 and 10-4 of the manual.
@pytest.mark.parametrize("form, seen, stored", [
    ("YUV420SP_U8", [1, 8, 6, 3], [1, 12, 6, 1]), ("XRGB8888_U8", [1, 8, 6, 4], [1, 8, 6, 4]),
    ("RGB888_U8", [1, 8, 6, 3], [1, 8, 6, 3]), ("YUV400_U8", [1, 8, 6, 1], [1, 8, 6, 1]),
    ("ARGB8888_U8", [1, 8, 6, 4], [1, 8, 6, 4]), ("YUYV_U8", [1, 8, 6, 3], [1, 8, 6, 2]),
    ("YUV422SP_U8", [1, 8, 6, 3], [1, 16, 6, 1]), ("AYUV444_U8", [1, 8, 6, 4], [1, 8, 6, 4])])
def test_descriptions(loaded, form, seen, stored):
    channels = 1 if form == "YUV400_U8" else 3
    acl, model, desc = loaded({"input_format": form}, [1, channels, 8, 6])
    assert acl.mdl.get_input_dims(desc, 0) == ({"name": "x", "dimCount": 4, "dims": seen}, 0)
    assert acl.mdl.get_input_dims_v2(desc, 0) == ({"name": "x", "dimCount": 4, "dims": stored}, 0)
    assert acl.mdl.get_input_size_by_index(desc, 0) == np.prod(stored)
    assert acl.mdl.get_input_data_type(desc, 0) == 4 and acl.mdl.get_input_format(desc, 0) == 1  # uint8, NHWC
    assert acl.mdl.get_output_dims(desc, 0)[0]["dims"] == [1, channels, 8, 6]
    assert acl.mdl.get_aipp_type(model, 0) == (1, 0xFFFFFFFF, 0)
    info, ret = acl.mdl.get_first_aipp_info(model, 0)
    assert ret == 0
    assert info["inputFormat"] == {"YUV420SP_U8": 1, "XRGB8888_U8": 2, "RGB888_U8": 3, "YUV400_U8": 4, "ARGB8888_U8": 7,
                                   "YUYV_U8": 8, "YUV422SP_U8": 9, "AYUV444_U8": 10}[form]


def test_parameters_that_a_program_asks_for(loaded):
    config = {"input_format": "YUV420SP_U8", "src_image_size_w": 64, "src_image_size_h": 48, "crop": True,
              "load_start_pos_w": 2, "load_start_pos_h": 4, "crop_size_w": 32, "crop_size_h": 16, "resize": True,
              "resize_output_w": 20, "resize_output_h": 10, "padding": True, "left_padding_size": 1,
              "right_padding_size": 2, "top_padding_size": 3, "bottom_padding_size": 4, "csc_switch": True,
              "rbuv_swap_switch": True,
              **{f"matrix_r{i}c{j}": 10 * i + j - 5 for i in range(3) for j in range(3)},
              **{f"{side}_bias_{i}": 7 * i + (side == "input") for side in ("input", "output") for i in range(3)},
              **{f"mean_chn_{i}": i + 1 for i in range(4)}, **{f"min_chn_{i}": i + 0.25 for i in range(4)},
              **{f"var_reci_chn_{i}": i - 0.75 for i in range(4)}}
    acl, model, _ = loaded(config, [2, 3, 17, 23])
    info, ret = acl.mdl.get_first_aipp_info(model, 0)
    assert ret == 0
    names = {"src_image_size_w": "srcImageSizeW", "src_image_size_h": "srcImageSizeH", "crop": "cropSwitch",
             "load_start_pos_w": "loadStartPosW", "load_start_pos_h": "loadStartPosH", "crop_size_w": "cropSizeW",
             "crop_size_h": "cropSizeH", "resize": "resizeSwitch", "resize_output_w": "resizeOutputW",
             "resize_output_h": "resizeOutputH", "padding": "paddingSwitch", "csc_switch": "cscSwitch",
             "left_padding_size": "leftPaddingSize", "right_padding_size": "rightPaddingSize",
             "top_padding_size": "topPaddingSize", "bottom_padding_size": "bottomPaddingSize",
             "rbuv_swap_switch": "rbuvSwapSwitch",
             **{f"matrix_r{i}c{j}": f"matrixR{i}C{j}" for i in range(3) for j in range(3)},
             **{f"{side}_bias_{i}": f"{side}Bias{i}" for side in ("input", "output") for i in range(3)},
             **{f"mean_chn_{i}": f"meanChn{i}" for i in range(4)}, **{f"min_chn_{i}": f"minChn{i}" for i in range(4)},
             **{f"var_reci_chn_{i}": f"varReciChn{i}" for i in range(4)}}
    assert {key: info[name] for key, name in names.items()} == {key: config[key] for key in names}
    assert info["axSwapSwitch"] == info["singleLineMode"] == 0
    assert (info["srcFormat"], info["srcDatatype"], info["srcDimNum"], info["shapeCount"]) == (0, 0, 4, 1)
    size = 2 * 3 * 17 * 23 * 4
    dims = {"name": "x", "dimCount": 4, "dims": [2, 3, 17, 23]}
    assert info["outDims"] == [{"srcDims": dims, "srcSize": size, "aippOutdims": dims, "aippOutSize": size}]
    assert set(info) - set(names.values()) == {"inputFormat", "axSwapSwitch", "singleLineMode", "srcFormat",
                                               "srcDatatype", "srcDimNum", "shapeCount", "outDims", "aippExtend"}


def test_questions_about_inputs_without_aipp(loaded, last_message):
    acl, model, desc = loaded(None, [1, 3, 8, 6])
    assert acl.mdl.get_aipp_type(model, 0) == (0, 0xFFFFFFFF, 0)
    assert acl.mdl.get_first_aipp_info(model, 0)[1] == 100038
    assert "input 'x'" in last_message()
    assert acl.mdl.get_aipp_type(model, 1)[2] == acl.mdl.get_first_aipp_info(model, 1)[1] == 100000
    assert acl.mdl.get_aipp_type(model + 1, 0)[2] == acl.mdl.get_first_aipp_info(model + 1, 0)[1] == 145003
    assert acl.mdl.get_input_dims(desc, 0)[0]["dims"] == acl.mdl.get_input_dims_v2(desc, 0)[0]["dims"] == [1, 3, 8, 6]


def test_two_inputs(tmp_path):
    network = save(tmp_path / "two.onnx", [helper.make_node("Add", ["a", "b"], ["y"])],
                   {"a": [1, 3, 4, 6], "b": [1, 3, 4, 6]}, {"y": [1, 3, 4, 6]})
    first = {"input_format": "YUV420SP_U8", "src_image_size_w": 6, "src_image_size_h": 4, "csc_switch": True}
    second = {"input_format": "RGB888_U8", "src_image_size_w": 6, "src_image_size_h": 4, "var_reci_chn_1": 0.5}
    (tmp_path / "aipp.cfg").write_text(written(dict(first, related_input_rank=1)) +
                                       written(second).replace("aipp_op {", 'aipp_op {\n  related_input_name : "a"'))
    done = convert(network, f"--insert_op_conf={tmp_path / 'aipp.cfg'}")
    assert done.returncode == 0, done.stdout
    assert "converts colours but does not give a matrix" in done.stderr
    random = np.random.default_rng(2)
    pictures = [random.integers(0, 256, picture_bytes(config), np.uint8) for config in (second, first)]
    wanted = model_of(second, pictures[0], 3) + model_of(first, pictures[1], 3)
    got = np.frombuffer(run_model(network.with_suffix(".om"), *pictures)[0], np.float32).reshape(3, 4, 6)
    np.testing.assert_array_equal(got, wanted)


def test_a_float16_network_in_and_float32_out(tmp_path):
    """As manual 9.1.2.3 has it: fp16 input, FP32 output, chosen by name."""
    network = save(tmp_path / "net.onnx", [helper.make_node("Relu", ["data"], ["r"], "relu"),
                                           helper.make_node("Softmax", ["r"], ["prob"], "prob")],
                   {"data": [1, 3, 4, 4]}, {"prob": [1, 3, 4, 4]})
    done = convert(network, "--input_fp16_nodes=data", "--output_type=FP32", "--out_nodes=prob:0", "--log=error",
                   "--save_original_model=false", "--input_format=NCHW")
    assert done.returncode == 0 and done.stderr == "", done
    assert "  input   data  float16[1,3,4,4] NCHW" in done.stdout.splitlines()
    x = np.random.default_rng(1).standard_normal((1, 3, 4, 4)).astype(np.float16)
    got = np.frombuffer(run_model(network.with_suffix(".om"), x)[0], np.float32).reshape(x.shape)
    wanted = np.exp(np.maximum(x.astype(np.float32), 0))
    np.testing.assert_allclose(got, wanted / wanted.sum(axis=-1, keepdims=True), rtol=1e-5)


@pytest.mark.parametrize("text, options, code", [
    ("aipp_op { aipp_mode: static }", [], "CPU-120"),
    ("aipp_op { aipp_mode: dynamic }", [], "CPU-120"),
    ("aipp_op { aipp_mode: static input_format: RGB888_U8 nothing: 1 }", [], "CPU-120"),
    ("aipp_op { aipp_mode: static input_format: YUV400_U8 }", [], "CPU-120"),
    ("aipp_op { aipp_mode: static input_format: RGB888_U8 }", ["--input_format=ND"], "CPU-120"),
    ("aipp_op { aipp_mode: static input_format: RGB888_U8 }", ["--input_fp16_nodes=x"], "CPU-105"),
    ("aipp_op { aipp_mode: static input_format: RGB888_U8 related_input_rank: 1 }", [], "CPU-120"),
])
def test_failures(tmp_path, text, options, code):
    network = relu_network(tmp_path / "net.onnx", [1, 3, 8, 6])
    (tmp_path / "aipp.cfg").write_text(text)
    done = convert(network, f"--insert_op_conf={tmp_path / 'aipp.cfg'}", *options)
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and lines[2].startswith(code + ": "), done
    assert not network.with_suffix(".om").exists()
    assert code != "CPU-120" or f"[{tmp_path / 'aipp.cfg'}:1]" in lines[2]


def test_the_file_shows_its_aipp(tmp_path):
    config = {"input_format": "RGB888_U8", "src_image_size_w": 6, "src_image_size_h": 8, "mean_chn_0": 104}
    run_aipp(tmp_path, config, np.zeros(picture_bytes(config), np.uint8), [1, 3, 8, 6])
    data = (tmp_path / "net.om").read_bytes()
    for part in (b"Aipp", b"aipp_config_path", b"aipp_mode:static,input_format:RGB888_U8,src_image_size_w:6,",
                 b"acl_cpu.aipp", b'"mean_chn_0":104'):
        assert part in data, part


def smooth_picture(h, w):
    """Colours that change slowly, so that shared chroma and interpolation are no matter."""
    y, x = np.mgrid[:h, :w].astype(np.float64)
    return np.stack([128 + 100 * np.sin(x / 17 + k) * np.cos(y / 23 - k) for k in range(3)], axis=2).astype(np.uint8)


def test_default_colours_are_what_opencv_makes_of_nv12(tmp_path):
    cv2 = pytest.importorskip("cv2")
    h, w = 64, 96
    i420 = cv2.cvtColor(smooth_picture(h, w), cv2.COLOR_BGR2YUV_I420)
    luma, chroma = i420[:h], i420[h:].reshape(2, -1)
    nv12 = np.concatenate([luma.ravel(), chroma.T.ravel()])
    wanted = cv2.cvtColor(nv12.reshape(h * 3 // 2, w), cv2.COLOR_YUV2BGR_NV12)
    config = {"input_format": "YUV420SP_U8", "csc_switch": True, "src_image_size_w": w, "src_image_size_h": h}
    got = np.frombuffer(run_aipp(tmp_path, config, nv12, [1, 3, h, w]), np.float32).reshape(3, h, w)
    assert np.abs(got - wanted.transpose(2, 0, 1).astype(np.float32)).max() <= 2
    got = np.frombuffer(run_aipp(tmp_path, dict(config, rbuv_swap_switch=True), nv12, [1, 3, h, w]), np.float32)
    assert np.abs(got.reshape(3, h, w) - wanted.transpose(2, 0, 1)).max() > 50  # the swap is seen


@pytest.mark.parametrize("size", [(64, 96), (30, 41), (97, 200)])
def test_resize_is_what_opencv_does(tmp_path, size):
    cv2 = pytest.importorskip("cv2")
    picture = np.random.default_rng(4).integers(0, 256, (48, 72, 3), np.uint8)
    config = {"input_format": "RGB888_U8", "src_image_size_w": 72, "src_image_size_h": 48, "resize": True,
              "resize_output_w": size[1], "resize_output_h": size[0]}
    got = np.frombuffer(run_aipp(tmp_path, config, picture, [1, 3, *size]), np.float32).reshape(3, *size)
    wanted = cv2.resize(picture, size[::-1], interpolation=cv2.INTER_LINEAR).transpose(2, 0, 1)
    assert np.abs(got - wanted.astype(np.float32)).max() <= 1
