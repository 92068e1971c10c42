# SPDX-License-Identifier: Apache-2.0
"""Dynamic AIPP (manual 7.7): parameters from setters to results; test_aipp's model in NumPy and static AIPP judge."""
import struct

import acl
import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper  # noqa: E402 (after the check)
from test_aipp import (ATC, DEFAULT_RGB, DEFAULT_YUV, FORMATS, model_of, picture_bytes, random_config,  # noqa: E402
                       run_aipp)
from test_atc import convert, save  # noqa: E402

pytestmark = pytest.mark.skipif(ATC is None, reason="atc is not built")

AIPP_INPUT, GEAR_INPUT = "ascend_dynamic_aipp_data", "ascend_mbatch_shape_data"
BAD, NO_MODEL, BAD_HANDLE = 100000, 100011, 200005
SIZES, TOO_SHORT, TOO_FEW, NO_AIPP, NO_MEMORY, NOT_STATIC = 145000, 145012, 145014, 145015, 107000, 100038
NUMBERS = {"YUV420SP_U8": 1, "XRGB8888_U8": 2, "RGB888_U8": 3, "YUV400_U8": 4}  # those that a program may set
HOST_TO_DEVICE, DEVICE_TO_HOST = 1, 2
NONE = 0xFFFFFFFF


def dynamic_config(*inputs, largest=40000):
    """The text of a file; an input is a rank or a name."""
    return "".join(f"aipp_op {{\n  aipp_mode: dynamic\n  max_src_image_size: {largest}\n"
                   + (f'  related_input_name: "{x}"\n' if isinstance(x, str) else f"  related_input_rank: {x}\n")
                   + "}\n" for x in inputs)


class Model:
    """A loaded model whose inputs have as much memory as it asks for."""

    def __init__(self, path):
        self.id, ret = acl.mdl.load_from_file(str(path))
        assert ret == 0, acl.get_recent_err_msg()
        self.desc = acl.mdl.create_desc()
        assert acl.mdl.get_desc(self.desc, self.id) == 0
        self.inputs, self.memory = self._dataset(acl.mdl.get_num_inputs(self.desc), acl.mdl.get_input_size_by_index)
        self.outputs, self.results = self._dataset(acl.mdl.get_num_outputs(self.desc),
                                                   acl.mdl.get_output_size_by_index)
        for index, (_, size) in enumerate(self.memory):  # memory may hold what an earlier test left there
            self.put(index, np.zeros(size, np.uint8))

    def _dataset(self, count, size_of):
        dataset, memory = acl.mdl.create_dataset(), []
        for i in range(count):
            size = size_of(self.desc, i)
            address, ret = acl.rt.malloc(size, 0)
            assert ret == 0
            acl.mdl.add_dataset_buffer(dataset, acl.create_data_buffer(address, size))
            memory.append((address, size))
        return dataset, memory

    def index(self, name=AIPP_INPUT):
        index, ret = acl.mdl.get_input_index_by_name(self.desc, name)
        assert ret == 0
        return index

    def put(self, index, data):
        data = np.ascontiguousarray(data)
        address, size = self.memory[index]
        assert acl.rt.memcpy(address, size, acl.util.numpy_to_ptr(data), data.nbytes, HOST_TO_DEVICE) == 0

    def block(self, index=None):
        """The bytes that the setters wrote."""
        address, size = self.memory[self.index() if index is None else index]
        data = np.zeros(size, np.uint8)
        assert acl.rt.memcpy(acl.util.numpy_to_ptr(data), size, address, size, DEVICE_TO_HOST) == 0
        return data

    def run(self):
        return acl.mdl.execute(self.id, self.inputs, self.outputs)

    def fetch(self, shape, kind=np.float32, index=0):
        address, _ = self.results[index]
        data = np.zeros(shape, kind)
        assert acl.rt.memcpy(acl.util.numpy_to_ptr(data), data.nbytes, address, data.nbytes, DEVICE_TO_HOST) == 0
        return data

    def set(self, aipp, index=None):
        return acl.mdl.set_input_aipp(self.id, self.inputs, self.index() if index is None else index, aipp)

    def close(self):
        for dataset, memory in ((self.inputs, self.memory), (self.outputs, self.results)):
            for i, (address, _) in enumerate(memory):
                acl.destroy_data_buffer(acl.mdl.get_dataset_buffer(dataset, i))
                acl.rt.free(address)
            acl.mdl.destroy_dataset(dataset)
        assert acl.mdl.destroy_desc(self.desc) == 0 and acl.mdl.unload(self.id) == 0


@pytest.fixture
def load(tmp_path, device):
    """Converts a network that copies its inputs, and loads it; `inputs` is {name: dims} or {name: (dims, type)}."""
    models = []

    def make(inputs, config, *options):
        outputs = {f"{name}_out": spec for name, spec in inputs.items()}
        network = save(tmp_path / f"net{len(models)}.onnx",
                       [helper.make_node("Identity", [name], [f"{name}_out"]) for name in inputs], inputs, outputs)
        (tmp_path / "aipp.cfg").write_text(config)
        done = convert(network, f"--insert_op_conf={tmp_path / 'aipp.cfg'}", *options)
        assert done.returncode == 0, (done.stdout, config)
        models.append(Model(network.with_suffix(".om")))
        return models[-1]
    yield make
    for model in models:
        model.close()


@pytest.fixture
def aipp(device):
    """Makes parameter objects."""
    made = []

    def make(batch=1):
        made.append(acl.mdl.create_aipp(batch))
        assert made[-1] != 0
        return made[-1]
    yield make
    for one in made:
        assert acl.mdl.destroy_aipp(one) == 0


def set_common(one, config):
    """What all pictures share."""
    w, h = config["src_image_size_w"], config["src_image_size_h"]
    assert acl.mdl.set_aipp_input_format(one, NUMBERS[config["input_format"]]) == 0
    assert acl.mdl.set_aipp_src_image_size(one, w, h) == 0
    assert acl.mdl.set_aipp_rbuv_swap_switch(one, int(config.get("rbuv_swap_switch", False))) == 0
    assert acl.mdl.set_aipp_ax_swap_switch(one, int(config.get("ax_swap_switch", False))) == 0
    if config.get("csc_switch"):
        yuv = FORMATS[config["input_format"]][4]
        matrix, bias = DEFAULT_YUV if yuv else DEFAULT_RGB
        if "matrix_r0c0" in config:
            matrix = [config[f"matrix_r{i}c{j}"] for i in range(3) for j in range(3)]
        before = [config.get(f"input_bias_{i}", bias[i]) for i in range(3)]
        behind = [config.get(f"output_bias_{i}", bias[i]) for i in range(3)]
        assert acl.mdl.set_aipp_csc_params(one, 1, *matrix, *behind, *before) == 0


def set_picture(one, config, picture):
    if config.get("crop"):
        assert acl.mdl.set_aipp_crop_params(one, 1, config.get("load_start_pos_w", 0), config.get("load_start_pos_h", 0),
                                            config["crop_size_w"], config["crop_size_h"], picture) == 0
    if config.get("resize"):
        w = config["crop_size_w"] if config.get("crop") else config["src_image_size_w"]
        h = config["crop_size_h"] if config.get("crop") else config["src_image_size_h"]
        assert acl.mdl.set_aipp_scf_params(one, 1, w, h, config["resize_output_w"], config["resize_output_h"],
                                           picture) == 0
    if config.get("padding"):
        sizes = [config.get(f"{side}_padding_size", 0) for side in ("top", "bottom", "left", "right")]
        assert acl.mdl.set_aipp_padding_params(one, 1, *sizes, picture) == 0
    mean, low, factor = ([config.get(f"{stem}_chn_{k}", default) for k in range(4)]
                         for stem, default in (("mean", 0), ("min", 0.0), ("var_reci", 1.0)))
    assert acl.mdl.set_aipp_dtc_pixel_mean(one, *mean, picture) == 0
    assert acl.mdl.set_aipp_dtc_pixel_min(one, *low, picture) == 0
    assert acl.mdl.set_aipp_pixel_var_reci(one, *factor, picture) == 0


def random_pictures(random, form, count):
    """One config per picture, which share what they must, and the size and channels of all results."""
    config, h, w, channels = random_config(random, form)
    config.pop("padding_value", None)
    configs = [config]
    for _ in range(1, count):
        other = dict(config)
        if config.get("crop"):  # from somewhere else
            step = 2 if form == "YUV420SP_U8" else 1
            for side in "wh":
                room = config[f"src_image_size_{side}"] - config[f"crop_size_{side}"]
                other[f"load_start_pos_{side}"] = int(random.integers(0, room + 1)) // step * step
        elif config.get("resize"):  # of a part
            other.update(crop=True, crop_size_w=2, crop_size_h=2 if config["src_image_size_h"] > 1 else 1)
        if random.integers(2):
            for k in range(channels):
                other.update({f"mean_chn_{k}": int(random.integers(0, 256)),
                              f"min_chn_{k}": float(np.float32(random.uniform(0, 255))),
                              f"var_reci_chn_{k}": float(np.float32(random.normal() / 50))})
        configs.append(other)
    return configs, h, w, channels


@pytest.mark.parametrize("form", NUMBERS)
def test_random_parameters_of_each_picture(load, aipp, form):
    random = np.random.default_rng([7, *form.encode()])
    for _ in range(8):
        count = int(random.integers(1, 5))
        configs, h, w, channels = random_pictures(random, form, count)
        nhwc, half = bool(random.integers(2)), bool(random.integers(3) == 0)
        shape = [count, h, w, channels] if nhwc else [count, channels, h, w]
        model = load({"x": (shape, TensorProto.FLOAT16 if half else TensorProto.FLOAT)}, dynamic_config(0),
                     f"--input_format={'NHWC' if nhwc else 'NCHW'}")
        for again in range(2):  # other parameters for the same model
            if again:
                for config in configs:
                    config["mean_chn_0"] = int(random.integers(0, 256))
            pictures = random.integers(0, 256, (count, picture_bytes(configs[0])), np.uint8)
            one = aipp(count)
            set_common(one, configs[0])
            for i, config in enumerate(configs):
                set_picture(one, config, i)
            assert model.set(one) == 0, (acl.get_recent_err_msg(), configs)
            model.put(0, pictures)
            assert model.run() == 0, acl.get_recent_err_msg()
            wanted = np.stack([model_of(config, data, channels) for config, data in zip(configs, pictures)])
            wanted = wanted.transpose(0, 2, 3, 1) if nhwc else wanted
            kind = np.float16 if half else np.float32
            np.testing.assert_array_equal(model.fetch(wanted.shape, kind), wanted.astype(kind), err_msg=str(configs))


@pytest.mark.parametrize("form", NUMBERS)
def test_equals_static(tmp_path, form):
    """The same parameters in the model and set at run time: the same bits."""
    random = np.random.default_rng([9, *form.encode()])
    for _ in range(3):
        config, h, w, channels = random_config(random, form)
        config.pop("padding_value", None)
        count = int(random.integers(1, 4))
        pictures = random.integers(0, 256, (count, picture_bytes(config)), np.uint8)
        shape = [count, channels, h, w]
        static = run_aipp(tmp_path, config, pictures, shape)
        network = save(tmp_path / "dynamic.onnx", [helper.make_node("Identity", ["x"], ["y"])], {"x": shape},
                       {"y": shape})
        (tmp_path / "dynamic.cfg").write_text(dynamic_config(0))
        assert convert(network, f"--insert_op_conf={tmp_path / 'dynamic.cfg'}").returncode == 0
        assert acl.init() == 0 and acl.rt.set_device(0) == 0
        model, one = Model(network.with_suffix(".om")), acl.mdl.create_aipp(count)
        set_common(one, config)
        for i in range(count):
            set_picture(one, config, i)
        assert model.set(one) == 0, acl.get_recent_err_msg()
        assert acl.mdl.destroy_aipp(one) == 0
        model.put(0, pictures)
        assert model.run() == 0, acl.get_recent_err_msg()
        got = model.fetch(shape).tobytes()
        model.close()
        assert acl.rt.reset_device(0) == 0 and acl.finalize() == 0
        assert got == static, config


def test_what_a_model_tells(load):
    model = load({"x": [2, 3, 8, 6], "z": [1, 3, 4, 4]}, dynamic_config(0, largest=600))
    assert acl.mdl.get_num_inputs(model.desc) == 3 and model.index() == 2
    assert acl.mdl.get_input_size_by_index(model.desc, 0) == 2 * 600
    assert acl.mdl.get_input_size_by_index(model.desc, 2) == 64 + 2 * 96
    for dims in (acl.mdl.get_input_dims, acl.mdl.get_input_dims_v2):
        assert dims(model.desc, 0) == ({"name": "x", "dimCount": 4, "dims": [2, 3, 8, 6]}, 0)
    assert acl.mdl.get_input_data_type(model.desc, 0) == 4 and acl.mdl.get_input_format(model.desc, 0) == 0
    assert [acl.mdl.get_aipp_type(model.id, i) for i in range(3)] == [(2, 2, 0), (0, NONE, 0), (3, NONE, 0)]
    assert acl.mdl.get_aipp_type(model.id, 3)[2] == BAD
    info, ret = acl.mdl.get_first_aipp_info(model.id, 0)
    assert ret == 0
    assert (info["srcFormat"], info["srcDatatype"], info["srcDimNum"], info["shapeCount"]) == (0, 0, 4, 1)
    dims = {"name": "x", "dimCount": 4, "dims": [2, 3, 8, 6]}
    assert info["outDims"] == [{"srcDims": dims, "srcSize": 1152, "aippOutdims": dims, "aippOutSize": 1152}]
    assert info["srcImageSizeW"] == info["cropSwitch"] == 0
    assert acl.mdl.get_first_aipp_info(model.id, 1)[1] == acl.mdl.get_first_aipp_info(model.id, 2)[1] == NOT_STATIC


# --- setters: what they refuse

INT8 = [-1, 2]
REFUSED = [
    # setter, calls before, arguments, a part of the sentence
    ("set_aipp_input_format", [], [0], "inputFormat"), ("set_aipp_input_format", [], [5], "inputFormat"),
    ("set_aipp_src_image_size", [], [1, 10], "srcImageSizeW"), ("set_aipp_src_image_size", [], [4097, 10], "srcImageSizeW"),
    ("set_aipp_src_image_size", [], [10, 0], "srcImageSizeH"), ("set_aipp_src_image_size", [], [10, 4097], "srcImageSizeH"),
    ("set_aipp_src_image_size", [("set_aipp_input_format", 1)], [11, 10], "[11] is odd"),
    ("set_aipp_src_image_size", [("set_aipp_input_format", 1)], [10, 11], "[11] is odd"),
    *[("set_aipp_rbuv_swap_switch", [], [bad], "rbuvSwapSwitch") for bad in INT8],
    *[("set_aipp_ax_swap_switch", [], [bad], "axSwapSwitch") for bad in INT8],
    *[("set_aipp_csc_params", [], [bad] + [0] * 15, "cscSwitch") for bad in INT8],
    *[("set_aipp_csc_params", [], [1] + [0] * i + [bad] + [0] * (14 - i), f"cscMatrixR{i // 3}C{i % 3}")
      for i in range(9) for bad in (-32678, 32677)],
    ("set_aipp_csc_params", [("set_aipp_input_format", 4)], [1] + [0] * 15, "YUV400_U8"),
    *[("set_aipp_crop_params", [], [bad, 0, 0, 2, 2, 0], "cropSwitch") for bad in INT8],
    *[("set_aipp_crop_params", [], [1] + [bad if i == k else 2 for k in range(4)] + [0], name)
      for i, (name, low) in enumerate((("cropStartPosW", 0), ("cropStartPosH", 0), ("cropSizeW", 1), ("cropSizeH", 1)))
      for bad in (low - 1, 4097)],
    *[("set_aipp_crop_params", [("set_aipp_input_format", 1), ("set_aipp_src_image_size", 20, 20)],
       [1] + [3 if i == k else 2 for k in range(4)] + [0], "[3] is odd") for i in range(4)],
    ("set_aipp_crop_params", [("set_aipp_src_image_size", 20, 10)], [1, 11, 0, 10, 10, 0], "beyond src_image_size_w [20]"),
    ("set_aipp_crop_params", [("set_aipp_src_image_size", 20, 10)], [1, 0, 1, 10, 10, 0], "beyond src_image_size_h [10]"),
    *[("set_aipp_scf_params", [], [bad, 2, 2, 2, 2, 0], "scfSwitch") for bad in INT8],
    *[("set_aipp_scf_params", [], [1] + [bad if i == k else 2 for k in range(4)] + [0], name)
      for i, name in enumerate(("scfInputSizeW", "scfInputSizeH", "scfOutputSizeW", "scfOutputSizeH")) for bad in (0, 4097)],
    *[("set_aipp_padding_params", [], [bad, 1, 1, 1, 1, 0], "paddingSwitch") for bad in INT8],
    *[("set_aipp_padding_params", [], [1] + [bad if i == k else 2 for k in range(4)] + [0], f"paddingSize{side}")
      for i, side in enumerate(("Top", "Bottom", "Left", "Right")) for bad in (-1, 33)],
    ("set_aipp_padding_params", [("set_aipp_src_image_size", 2000, 10), ("set_aipp_crop_params", 1, 0, 0, 1060, 10, 0)],
     [1, 0, 0, 10, 11, 0], "1081 pixels wide"),
    *[("set_aipp_dtc_pixel_mean", [], [bad if i == k else 2 for k in range(4)] + [0], f"dtcPixelMeanChn{i}")
      for i in range(4) for bad in (-1, 256)],
    *[("set_aipp_dtc_pixel_min", [], [bad if i == k else 2 for k in range(4)] + [0], f"dtcPixelMinChn{i}")
      for i in range(4) for bad in (-0.5, 255.5, float("nan"), float("inf"))],
    *[("set_aipp_pixel_var_reci", [], [bad if i == k else 2 for k in range(4)] + [0], f"dtcPixelVarReciChn{i}")
      for i in range(4) for bad in (-65505, 65505, float("nan"), float("-inf"))],
    ("set_aipp_crop_params", [], [1, 0, 0, 2, 2, 2], "batchIndex"),
    ("set_aipp_scf_params", [], [1, 2, 2, 2, 2, 2], "batchIndex"),
    ("set_aipp_padding_params", [], [1, 1, 1, 1, 1, 2], "batchIndex"),
    ("set_aipp_dtc_pixel_mean", [], [1, 1, 1, 1, 2], "batchIndex"),
    ("set_aipp_dtc_pixel_min", [], [1, 1, 1, 1, 2], "batchIndex"),
    ("set_aipp_pixel_var_reci", [], [1, 1, 1, 1, 2], "batchIndex"),
]


@pytest.mark.parametrize("setter, before, arguments, part", REFUSED)
def test_setters_refuse(aipp, last_message, setter, before, arguments, part):
    one = aipp(2)
    for name, *values in before:
        assert getattr(acl.mdl, name)(one, *values) == 0
    assert getattr(acl.mdl, setter)(one, *arguments) == BAD
    assert part in last_message()


@pytest.mark.parametrize("setter, arguments", [
    ("set_aipp_input_format", [1]), ("set_aipp_input_format", [4]), ("set_aipp_src_image_size", [2, 1]),
    ("set_aipp_src_image_size", [4096, 4096]), ("set_aipp_csc_params", [1] + [-32677] * 9 + [0, 255, 0, 255, 0, 255]),
    ("set_aipp_csc_params", [1] + [32676] * 9 + [0] * 6), ("set_aipp_crop_params", [1, 4095, 4095, 1, 1, 1]),
    ("set_aipp_crop_params", [0, -5, 9999, 0, 0, 0]), ("set_aipp_scf_params", [1, 4096, 4096, 4096, 1, 0]),
    ("set_aipp_scf_params", [0, 0, 0, 0, -1, 0]), ("set_aipp_padding_params", [1, 0, 32, 0, 32, 0]),
    ("set_aipp_padding_params", [0, 99, 99, 99, -1, 0]), ("set_aipp_dtc_pixel_mean", [0, 255, 0, 255, 1]),
    ("set_aipp_dtc_pixel_min", [0, 255.0, 0.5, 255, 1]), ("set_aipp_pixel_var_reci", [-65504, 65504, 0, 1, 1]),
    ("set_aipp_csc_params", [0] + [32767] * 9 + [0] * 6)])
def test_setters_take(aipp, setter, arguments):
    """The ends of ranges, and anything where the switch is off."""
    assert getattr(acl.mdl, setter)(aipp(2), *arguments) == 0, acl.get_recent_err_msg()


def test_objects(device, last_message):
    assert acl.mdl.create_aipp(0) == 0
    assert "145014" in last_message()
    assert acl.mdl.create_aipp(65537) == 0
    assert "65536" in last_message()
    one = acl.mdl.create_aipp(65536)
    assert one != 0 and acl.mdl.destroy_aipp(one) == 0
    assert acl.mdl.destroy_aipp(one) == acl.mdl.set_aipp_src_image_size(one, 2, 2) == BAD_HANDLE
    assert acl.mdl.destroy_aipp(0) == BAD


# --- giving parameters to a model

def plain(one, w=6, h=8, form=3):
    assert acl.mdl.set_aipp_input_format(one, form) == 0
    assert acl.mdl.set_aipp_src_image_size(one, w, h) == 0
    return one


def test_giving_refuses(load, aipp, last_message):
    model = load({"x": [2, 3, 8, 6], "z": [1, 3, 4, 4]}, dynamic_config(0, largest=600))
    give, by_input = acl.mdl.set_input_aipp, acl.mdl.set_aipp_by_input_index
    good = plain(aipp(2))
    assert give(model.id, model.inputs, 2, good) == by_input(model.id, model.inputs, 0, good) == 0
    assert give(model.id + 1, model.inputs, 2, good) == by_input(model.id + 1, model.inputs, 0, good) == NO_MODEL
    for index in (0, 1):
        assert give(model.id, model.inputs, index, good) == NO_AIPP
        assert "is not for parameters" in last_message()
    for index in (1, 2):
        assert by_input(model.id, model.inputs, index, good) == NO_AIPP
        assert "was not given dynamic AIPP" in last_message()
    for bad in (3, 2 ** 63):
        assert give(model.id, model.inputs, bad, good) == by_input(model.id, model.inputs, bad, good) == BAD
    assert give(model.id, model.inputs, 2, plain(aipp(1))) == TOO_FEW
    assert "for 1 pictures; the model takes up to 2" in last_message()
    assert give(model.id, good, 2, good) == give(model.id, model.inputs, 2, model.inputs) == BAD_HANDLE
    assert give(model.id, model.inputs, 2, plain(aipp(3))) == 0  # more are not looked at
    empty = acl.mdl.create_dataset()
    assert give(model.id, empty, 2, good) == BAD
    assert acl.mdl.destroy_dataset(empty) == 0


@pytest.mark.parametrize("calls, part", [
    ([], "call aclmdlSetAIPPInputFormat"), ([("set_aipp_input_format", 3)], "call aclmdlSetAIPPSrcImageSize"),
    ([("set_aipp_src_image_size", 6, 8)], "call aclmdlSetAIPPInputFormat"),
    ([("set_aipp_src_image_size", 6, 7), ("set_aipp_input_format", 1)], "src_image_size_h [7] is odd"),
    ([("set_aipp_src_image_size", 8, 8), ("set_aipp_input_format", 3)], "makes pictures of 8 x 8 pixels"),
    ([("set_aipp_src_image_size", 10, 11), ("set_aipp_input_format", 3)], "makes pictures of 10 x 11 pixels"),
    ([("set_aipp_crop_params", 1, 3, 0, 6, 8, 0), ("set_aipp_src_image_size", 8, 8), ("set_aipp_input_format", 3)],
     "reaches beyond src_image_size_w [8]"),
    ([("set_aipp_src_image_size", 6, 8), ("set_aipp_csc_params", 1, *[0] * 15), ("set_aipp_input_format", 4)],
     "csc_switch"),
    ([("set_aipp_src_image_size", 6, 8), ("set_aipp_input_format", 4)], "input_format [YUV400_U8]"),
    ([("set_aipp_src_image_size", 20, 10), ("set_aipp_input_format", 3), ("set_aipp_crop_params", 1, 0, 0, 6, 8, 0)],
     "picture 1"),
    ([("set_aipp_src_image_size", 6, 8), ("set_aipp_input_format", 3), ("set_aipp_padding_params", 1, 0, 0, 1, 0, 1)],
     "picture 1: padding makes pictures of 7 x 8"),
    ([("set_aipp_src_image_size", 6, 8), ("set_aipp_input_format", 3), ("set_aipp_scf_params", 1, 6, 7, 6, 8, 1)],
     "picture 1: it is to be resized from 6 x 7 pixels, but has 6 x 8"),
    ([("set_aipp_src_image_size", 20, 20), ("set_aipp_input_format", 3), ("set_aipp_crop_params", 1, 0, 0, 6, 8, 0),
      ("set_aipp_crop_params", 1, 0, 0, 6, 8, 1)], "are 1200 bytes, but the model was converted with"),
])
def test_parameters_that_no_model_takes(load, aipp, last_message, calls, part):
    model = load({"x": [2, 3, 8, 6]}, dynamic_config(0, largest=600))
    one = aipp(2)
    for name, *values in calls:
        assert getattr(acl.mdl, name)(one, *values) == 0
    assert model.set(one) == SIZES
    assert part in last_message()
    assert not model.block().any()  # as it was
    assert model.run() == SIZES and "no parameters of dynamic AIPP have been set" in last_message()


def test_padding_beyond_1080(load, aipp, last_message):
    model = load({"x": [1, 3, 8, 1081]}, dynamic_config(0, largest=99999))
    one = plain(aipp(), w=1080)
    assert acl.mdl.set_aipp_padding_params(one, 1, 0, 0, 1, 0, 0) == 0  # a crop might follow
    assert model.set(one) == SIZES and "1081 pixels wide; expected at most 1080" in last_message()
    wide = plain(aipp(), w=1081)
    assert model.set(wide) == 0, acl.get_recent_err_msg()  # without padding it may be wide


def test_a_handle_is_used_again(load, aipp):
    """A smaller source and a crop of its own, after a crop that would not fit it."""
    model = load({"x": [1, 3, 8, 6]}, dynamic_config(0))
    one = plain(aipp(), 100, 100)
    pictures = np.random.default_rng(3).integers(0, 256, (100, 100, 3), np.uint8)
    for w, x in ((100, 90), (20, 3)):
        assert acl.mdl.set_aipp_src_image_size(one, w, w) == 0
        assert acl.mdl.set_aipp_crop_params(one, 1, x, x, 6, 8, 0) == 0
        assert model.set(one) == 0, acl.get_recent_err_msg()
        picture = np.ascontiguousarray(pictures[:w, :w])
        model.put(0, picture)
        assert model.run() == 0
        np.testing.assert_array_equal(model.fetch([3, 8, 6]), picture[x:x + 8, x:x + 6].transpose(2, 0, 1))


# --- table 10-1

@pytest.mark.parametrize("crop", [False, True])
@pytest.mark.parametrize("resize", [False, True])
@pytest.mark.parametrize("pad", [False, True])
def test_sizes_of_table_10_1(load, aipp, crop, resize, pad):
    w, h = 40, 30
    config = {"input_format": "RGB888_U8", "src_image_size_w": w, "src_image_size_h": h}
    if crop:
        w, h = 20, 14
        config.update(crop=True, load_start_pos_w=3, load_start_pos_h=5, crop_size_w=w, crop_size_h=h)
    if resize:
        w, h = 17, 25
        config.update(resize=True, resize_output_w=w, resize_output_h=h)
    if pad:
        config.update(padding=True, left_padding_size=1, right_padding_size=2, top_padding_size=3, bottom_padding_size=4)
        w, h = w + 3, h + 7
    model = load({"x": [1, 3, h, w]}, dynamic_config(0))
    one = aipp()
    set_common(one, config)
    set_picture(one, config, 0)
    assert model.set(one) == 0, acl.get_recent_err_msg()
    picture = np.random.default_rng(1).integers(0, 256, picture_bytes(config), np.uint8)
    model.put(0, picture)
    assert model.run() == 0
    np.testing.assert_array_equal(model.fetch([3, h, w]), model_of(config, picture, 3))


# --- with gears

def test_batches(load, aipp, last_message):
    model = load({"x": [-1, 3, 8, 6]}, dynamic_config(0, largest=600), "--input_shape=x:-1,3,8,6",
                 "--dynamic_batch_size=1,4,2")
    assert [acl.mdl.get_input_name_by_index(model.desc, i) for i in range(3)] == ["x", GEAR_INPUT, AIPP_INPUT]
    assert acl.mdl.get_input_size_by_index(model.desc, 0) == 4 * 600
    assert acl.mdl.get_input_size_by_index(model.desc, 2) == 64 + 4 * 96
    assert acl.mdl.get_input_dims(model.desc, 0)[0]["dims"] == [-1, 3, 8, 6]
    info, ret = acl.mdl.get_first_aipp_info(model.id, 0)
    assert ret == 0 and [out["aippOutdims"]["dims"][0] for out in info["outDims"]] == [1, 4, 2]
    assert model.set(plain(aipp(2))) == TOO_FEW
    assert "up to 4" in last_message()
    configs = [{"input_format": "RGB888_U8", "src_image_size_w": 10, "src_image_size_h": 12, "crop": True,
                "crop_size_w": 6, "crop_size_h": 8, "load_start_pos_w": i, "load_start_pos_h": 4 - i,
                "mean_chn_0": 10 * i} for i in range(4)]
    one = aipp(4)
    set_common(one, configs[0])
    for i, config in enumerate(configs):
        set_picture(one, config, i)
    assert model.set(one) == 0, acl.get_recent_err_msg()
    random = np.random.default_rng(2)
    for batch in (4, 1, 2, 4):
        assert acl.mdl.set_dynamic_batch_size(model.id, model.inputs, 1, batch) == 0
        pictures = random.integers(0, 256, (batch, 360), np.uint8)
        model.put(0, pictures)
        assert model.run() == 0, acl.get_recent_err_msg()
        wanted = np.stack([model_of(config, one, 3) for config, one in zip(configs, pictures)])
        np.testing.assert_array_equal(model.fetch(wanted.shape), wanted)


def test_image_sizes(load, aipp, last_message):
    """Only the largest size, as it is (7.6.1)."""
    model = load({"x": [1, 3, -1, -1]}, dynamic_config(0, largest=600), "--input_shape=x:1,3,-1,-1",
                 "--dynamic_image_size=4,6;8,12;5,5")
    assert acl.mdl.get_input_size_by_index(model.desc, 0) == 600
    assert acl.mdl.get_input_dims(model.desc, 0)[0]["dims"] == [1, 3, -1, -1]
    info, ret = acl.mdl.get_first_aipp_info(model.id, 0)
    assert ret == 0 and [out["aippOutdims"]["dims"][2:] for out in info["outDims"]] == [[4, 6], [8, 12], [5, 5]]
    one = plain(aipp(), 12, 8)
    assert model.set(one) == 0, acl.get_recent_err_msg()
    assert acl.mdl.set_dynamic_hw_size(model.id, model.inputs, 1, 8, 12) == 0
    picture = np.random.default_rng(0).integers(0, 256, (8, 12, 3), np.uint8)
    model.put(0, picture)
    assert model.run() == 0, acl.get_recent_err_msg()
    np.testing.assert_array_equal(model.fetch([3, 8, 12]), picture.transpose(2, 0, 1))
    assert acl.mdl.set_dynamic_hw_size(model.id, model.inputs, 1, 4, 6) == 0
    assert model.run() == SIZES
    assert "makes pictures of 12 x 8 pixels" in last_message()
    assert model.set(plain(aipp(), 6, 4)) == SIZES and "the network takes width 12 and height 8" in last_message()
    for setter, arguments in (("crop", [0, 0, 12, 8]), ("scf", [12, 8, 12, 8]), ("padding", [0, 0, 0, 0])):
        one = plain(aipp(), 12, 8)
        assert getattr(acl.mdl, f"set_aipp_{setter}_params")(one, 1, *arguments, 0) == 0
        assert model.set(one) == SIZES and "must be off" in last_message()


# --- what lies in memory

GOOD = {"tag": 0x44504941, "version": 1, "pictures": 2, "format": 3, "w": 20, "h": 20, "csc": 0}
PICTURE = {"crop": 1, "padding": 0, "resize": 0, "x": 0, "y": 0, "cw": 6, "ch": 8, "fw": 0, "fh": 0, "rw": 0, "rh": 0,
           "top": 0, "bottom": 0, "left": 0, "right": 0, "mean": 0, "min": 0.0, "var": 1.0}


def block_of(header=(), *pictures):
    """The layout as it is documented, written by hand."""
    f = {**GOOD, **dict(header)}
    data = struct.pack("<IIIIiiBBBx9h3B3B12x", f["tag"], f["version"], f["pictures"], f["format"], f["w"], f["h"],
                       f["csc"], 0, 0, *[0] * 15)
    assert len(data) == 64
    for picture in (list(pictures) + [{}, {}])[:2]:
        p = {**PICTURE, **dict(picture)}
        data += struct.pack("<BBBx12i4h4f4f4x", p["crop"], p["padding"], p["resize"], p["x"], p["y"], p["cw"], p["ch"],
                            p["fw"], p["fh"], p["rw"], p["rh"], p["top"], p["bottom"], p["left"], p["right"],
                            *[p["mean"]] * 4, *[p["min"]] * 4, *[p["var"]] * 4)
    assert len(data) == 64 + 2 * 96
    return np.frombuffer(data, np.uint8)


NAN = float("nan")
HOSTILE = [
    ({"tag": 0}, {}, "have been set"), ({"version": 2}, {}, "have been set"), ({"pictures": 0}, {}, "for 0 pictures"),
    ({"pictures": 3}, {}, "for 3 pictures; in 256 bytes is room for 2"), ({"pictures": 0xFFFFFFFF}, {}, "is room for 2"),
    ({"pictures": 1}, {}, "for 1 pictures; the model takes 2"), ({"format": 0}, {}, "format 0"),
    ({"format": 5}, {}, "format 5"), ({"format": 0xFFFFFFFF}, {}, "format 4294967295"),
    ({"w": 4096, "h": 4096}, {}, "max_src_image_size"), ({"w": 0}, {}, "src_image_size_w [0]"),
    ({"h": -1}, {}, "src_image_size_h [-1]"), ({"w": 2 ** 31 - 1}, {}, "src_image_size_w"), ({"w": 5}, {}, "beyond"),
    ({"w": 21, "format": 1}, {}, "odd"),
    *[({}, change, part) for change, part in (
        ({"x": 15}, "reaches beyond"), ({"y": 13}, "reaches beyond"), ({"x": -1}, "load_start_pos_w [-1]"),
        ({"x": 2 ** 31 - 1}, "load_start_pos_w"), ({"cw": 7}, "makes pictures of 7 x 8"), ({"ch": 0}, "crop_size_h [0]"),
        ({"cw": -2 ** 31}, "crop_size_w"), ({"crop": 0}, "makes pictures of 20 x 20"),
        ({"resize": 1}, "resize_output_w [0]"), ({"resize": 1, "rw": 5, "rh": 2 ** 31 - 1}, "resize_output_h"),
        ({"padding": 1, "left": 1}, "makes pictures of 7 x 8"), ({"padding": 255, "top": -1}, "top_padding_size [-1]"),
        ({"padding": 1, "right": 2 ** 31 - 1}, "right_padding_size"), ({"mean": -1}, "mean_chn_0"),
        ({"min": NAN}, "min_chn_0"), ({"var": float("inf")}, "var_reci_chn_0"), ({"var": NAN}, "var_reci_chn_0"))],
]


@pytest.fixture
def two_pictures(load):
    model = load({"x": [2, 3, 8, 6]}, dynamic_config(0, largest=1200))
    model.put(0, np.arange(2 * 1200, dtype=np.uint32).astype(np.uint8))
    return model


@pytest.mark.parametrize("header, picture, part", HOSTILE)
@pytest.mark.parametrize("which", [0, 1])
def test_hostile_blocks(two_pictures, last_message, header, picture, part, which):
    two_pictures.put(1, block_of(header, *([{}] * which), picture))
    assert two_pictures.run() in (SIZES, TOO_FEW)
    assert part in last_message()
    two_pictures.put(1, block_of())
    assert two_pictures.run() == 0, acl.get_recent_err_msg()


def test_random_blocks_are_survived(two_pictures):
    random = np.random.default_rng(11)
    good, answers = block_of(), []
    for _ in range(3000):
        block = good.copy()
        for _ in range(int(random.integers(1, 5))):
            block[random.integers(8, 256)] = random.choice([0, 1, 2, 4, 7, 8, 0x7F, 0x80, 0xFF, random.integers(256)])
        two_pictures.put(1, block)
        answers.append(two_pictures.run())
        assert answers[-1] in (0, SIZES, TOO_FEW), acl.get_recent_err_msg()
    assert len(set(answers)) > 1


def test_the_setters_write_the_block_as_documented(two_pictures, aipp):
    one = plain(aipp(2), 20, 20)
    assert acl.mdl.set_aipp_crop_params(one, 1, 3, 2, 6, 8, 0) == 0
    assert acl.mdl.set_aipp_crop_params(one, 1, 0, 1, 4, 3, 1) == 0
    assert acl.mdl.set_aipp_scf_params(one, 1, 4, 3, 5, 6, 1) == 0
    assert acl.mdl.set_aipp_padding_params(one, 1, 0, 2, 1, 0, 1) == 0
    assert acl.mdl.set_aipp_dtc_pixel_mean(one, 9, 9, 9, 9, 1) == 0
    assert two_pictures.set(one) == 0, acl.get_recent_err_msg()
    wanted = block_of({}, {"x": 3, "y": 2}, {"y": 1, "cw": 4, "ch": 3, "resize": 1, "fw": 4, "fh": 3, "rw": 5, "rh": 6,
                                            "padding": 1, "bottom": 2, "left": 1, "mean": 9})
    np.testing.assert_array_equal(two_pictures.block(), wanted)


@pytest.mark.parametrize("form, number", [("YUV420SP_U8", 1), ("XRGB8888_U8", 2), ("RGB888_U8", 3), ("ARGB8888_U8", 7),
                                          ("YUYV_U8", 8), ("YUV422SP_U8", 9), ("AYUV444_U8", 10)])
def test_formats_in_a_block(two_pictures, form, number):
    """Also those that no setter takes."""
    config = {"input_format": form, "src_image_size_w": 12, "src_image_size_h": 10, "crop": True, "crop_size_w": 6,
              "crop_size_h": 8, "load_start_pos_w": 4, "load_start_pos_h": 2}
    two_pictures.put(1, block_of({"format": number, "w": 12, "h": 10}, *[{"x": 4, "y": 2}] * 2))
    pictures = np.random.default_rng(number).integers(0, 256, (2, picture_bytes(config)), np.uint8)
    two_pictures.put(0, pictures)
    assert two_pictures.run() == 0, acl.get_recent_err_msg()
    np.testing.assert_array_equal(two_pictures.fetch([2, 3, 8, 6]), np.stack([model_of(config, p, 3) for p in pictures]))


def with_buffers(model, replace):
    """A dataset like the model's with other memory for some inputs: {index: (address, size)}."""
    dataset = acl.mdl.create_dataset()
    for i, memory in enumerate(model.memory):
        acl.mdl.add_dataset_buffer(dataset, acl.create_data_buffer(*replace.get(i, memory)))
    return dataset


def drop(dataset):
    for i in range(acl.mdl.get_dataset_num_buffers(dataset)):
        acl.destroy_data_buffer(acl.mdl.get_dataset_buffer(dataset, i))
    acl.mdl.destroy_dataset(dataset)


def test_buffers(load, aipp, last_message):
    model = load({"x": [2, 3, 8, 6]}, dynamic_config(0, largest=5000))
    assert model.set(plain(aipp(2))) == 0
    pictures = np.random.default_rng(6).integers(0, 256, (2, 8, 6, 3), np.uint8)
    wanted = pictures.transpose(0, 3, 1, 2).astype(np.float32)
    model.put(0, pictures)
    address, _ = model.memory[0]
    block, _ = model.memory[1]

    def run(replace):
        dataset = with_buffers(model, replace)
        ret = acl.mdl.execute(model.id, dataset, model.outputs)
        drop(dataset)
        return ret
    # no more than the pictures need; and as elsewhere up to 63 bytes less
    for size in (288, 5000, 1 << 20):
        assert run({0: (address, min(size, 10000))}) == 0
        np.testing.assert_array_equal(model.fetch(wanted.shape), wanted)
    assert run({0: (address, 225)}) == 0
    short = pictures.copy().reshape(-1)
    short[225:] = 0
    np.testing.assert_array_equal(model.fetch(wanted.shape), short.reshape(pictures.shape).transpose(0, 3, 1, 2))
    assert run({0: (address, 224)}) == SIZES and "has a buffer of 224 bytes; the model needs 288" in last_message()
    assert run({0: (0, 288)}) == SIZES
    assert run({1: (block, 255)}) == TOO_SHORT and "255 bytes; the model needs 256" in last_message()
    assert run({1: (0, 256)}) == TOO_SHORT
    assert run({1: (0x1000, 256)}) == NO_MEMORY
    dataset = with_buffers(model, {1: (block, 255)})
    assert acl.mdl.set_input_aipp(model.id, dataset, 1, plain(aipp(2))) == TOO_SHORT
    drop(dataset)
    dataset = with_buffers(model, {1: (0x1000, 256)})
    assert acl.mdl.set_input_aipp(model.id, dataset, 1, plain(aipp(2))) == NO_MEMORY
    drop(dataset)
    # pictures in host memory that is not aligned, exactly as long as they are
    host = np.zeros(289, np.uint8)
    host[1:] = pictures.reshape(-1)
    assert run({0: (acl.util.numpy_to_ptr(host) + 1, 288)}) == 0
    np.testing.assert_array_equal(model.fetch(wanted.shape), wanted)


def test_parameters_are_read_when_an_execution_is_called(load, aipp):
    model = load({"x": [1, 3, 8, 6]}, dynamic_config(0, largest=5000))
    picture = np.random.default_rng(6).integers(0, 256, (20, 20, 3), np.uint8)
    model.put(0, picture)
    stream, ret = acl.rt.create_stream()
    assert ret == 0
    event, ret = acl.rt.create_event()
    assert ret == 0
    one = plain(aipp(), 20, 20)
    for x in (1, 2):  # the second execution would overwrite the result of the first: the last parameters win
        assert acl.mdl.set_aipp_crop_params(one, 1, x, 0, 6, 8, 0) == 0
        assert model.set(one) == 0
        assert acl.mdl.execute_async(model.id, model.inputs, model.outputs, stream) == 0
    model.put(1, np.zeros(160, np.uint8))  # too late for both
    assert acl.rt.synchronize_stream(stream) == 0, acl.get_recent_err_msg()
    np.testing.assert_array_equal(model.fetch([3, 8, 6]), picture[:8, 2:8].transpose(2, 0, 1))
    assert acl.mdl.execute_async(model.id, model.inputs, model.outputs, stream) == SIZES
    assert acl.rt.destroy_event(event) == 0 and acl.rt.destroy_stream(stream) == 0


# --- several inputs, and the converter

def test_several_inputs(load, aipp):
    """Dynamic, static and none; a name and ranks; each with parameters of its own."""
    config = (dynamic_config("c", 0) + "aipp_op { aipp_mode: static related_input_rank: 1 input_format: RGB888_U8 "
              "mean_chn_0: 5 }")
    model = load({"a": [1, 3, 4, 6], "b": [1, 3, 4, 6], "c": [2, 3, 6, 4], "d": [1, 2]}, config)
    names = [acl.mdl.get_input_name_by_index(model.desc, i) for i in range(acl.mdl.get_num_inputs(model.desc))]
    assert names == ["a", "b", "c", "d", AIPP_INPUT, AIPP_INPUT + "_1"]
    assert [acl.mdl.get_aipp_type(model.id, i)[:2] for i in range(6)] == [
        (2, 4), (1, NONE), (2, 5), (0, NONE), (3, NONE), (3, NONE)]
    random = np.random.default_rng(8)
    a, b = random.integers(0, 256, (2, 1, 4, 6, 3), np.uint8)
    c, d = random.integers(0, 256, (2, 9, 9, 3), np.uint8), np.array([[1, 2]], np.float32)
    for i, data in enumerate((a, b, c, d)):
        model.put(i, data)
    assert acl.mdl.set_aipp_by_input_index(model.id, model.inputs, 0, plain(aipp(), 6, 4)) == 0
    one = plain(aipp(2), 9, 9)
    for i in range(2):
        assert acl.mdl.set_aipp_crop_params(one, 1, i, 3 - i, 4, 6, i) == 0
    assert model.run() == SIZES  # only one has parameters
    assert acl.mdl.set_aipp_by_input_index(model.id, model.inputs, 2, one) == 0, acl.get_recent_err_msg()
    assert model.run() == 0, acl.get_recent_err_msg()
    np.testing.assert_array_equal(model.fetch([1, 3, 4, 6], index=0), a.transpose(0, 3, 1, 2))
    wanted = b.transpose(0, 3, 1, 2).astype(np.float32)
    wanted[:, 0] -= 5
    np.testing.assert_array_equal(model.fetch([1, 3, 4, 6], index=1), wanted)
    wanted = np.stack([c[i, 3 - i:9 - i, i:i + 4].transpose(2, 0, 1) for i in range(2)])
    np.testing.assert_array_equal(model.fetch([2, 3, 6, 4], index=2), wanted)
    np.testing.assert_array_equal(model.fetch([1, 2], index=3), d)


@pytest.mark.parametrize("dims, config, options, part", [
    ([1, 3, 8, 6], "aipp_op { aipp_mode: dynamic }", [], "max_src_image_size is missing"),
    ([1, 3, 8, 6], dynamic_config(0, largest=0), [], "[0] is outside of 1 to"),
    ([1, 3, 8, 6], dynamic_config(0, largest=2 ** 31), [], "[2147483648] is outside of 1 to 2147483647"),
    ([1, 2, 8, 6], dynamic_config(0), [], "has 2 channels, but pictures have 1, 3 or 4"),
    ([1, 8, 6], dynamic_config(0), [], "pictures have four dimensions"),
    ([1, 3, 8, 6], dynamic_config(1), [], "[1] is none of the model's 1 inputs"),
    ([1, 3, 8, 6], dynamic_config(0, 0), [], "second block"),
    ([1, 3, 8, 6], dynamic_config(0), ["--input_format=ND"], "NCHW or NHWC"),
    ([-1, 3, 8, 6], dynamic_config(0), ["--input_shape=x:-1,3,8,6"], "insert_op_conf needs to know them"),
])
def test_conversions_that_fail(tmp_path, dims, config, options, part):
    dims = [f"d{i}" if dim < 0 else dim for i, dim in enumerate(dims)]
    network = save(tmp_path / "net.onnx", [helper.make_node("Identity", ["x"], ["y"])], {"x": dims}, {"y": dims})
    (tmp_path / "aipp.cfg").write_text(config)
    done = convert(network, f"--insert_op_conf={tmp_path / 'aipp.cfg'}", *options)
    assert done.returncode != 0 and part in done.stdout, done.stdout
    assert ("CPU-105" if -1 in dims or "d0" in dims else "CPU-120") in done.stdout
    assert not network.with_suffix(".om").exists()


def test_other_types_are_refused(tmp_path):
    spec = ([1, 3, 8, 6], TensorProto.INT32)
    network = save(tmp_path / "net.onnx", [helper.make_node("Identity", ["x"], ["y"])], {"x": spec}, {"y": spec})
    (tmp_path / "aipp.cfg").write_text(dynamic_config(0))
    done = convert(network, f"--insert_op_conf={tmp_path / 'aipp.cfg'}")
    assert done.returncode == 1 and "pictures become float32, float16 or uint8" in done.stdout, done.stdout


def test_the_file_shows_what_is_dynamic(load, tmp_path):
    load({"x": [1, 3, 8, 6]}, dynamic_config(0, largest=1234))
    data = (tmp_path / "net0.om").read_bytes()
    for part in (b"Aipp", b"aipp_mode:dynamic,max_src_image_size:1234", b"acl_cpu.aipp_link", AIPP_INPUT.encode(),
                 b'{"aipp_mode":"dynamic","max_src_image_size":1234}'):
        assert part in data, part


def test_dumps_show_no_more_than_there_is(load, aipp, tmp_path):
    """Pictures set at run time are described only, those of a gear are shown as they lie in memory."""
    import test_dump  # skips where its rival is missing
    static = "aipp_op { aipp_mode: static input_format: YUV420SP_U8 }"
    models = [load({"x": [1, 3, 8, 6]}, dynamic_config(0)),
              load({"x": [1, 3, -1, -1]}, static, "--input_shape=x:1,3,-1,-1", "--dynamic_image_size=4,6;8,12")]
    assert models[0].set(plain(aipp())) == 0
    assert acl.mdl.set_dynamic_hw_size(models[1].id, models[1].inputs, 1, 4, 6) == 0
    picture = np.arange(36, dtype=np.uint8)
    models[1].put(0, picture)
    assert acl.mdl.init_dump() == 0
    assert acl.mdl.set_dump(test_dump.config(tmp_path, dump_mode="all")) == 0
    for model in models:
        assert model.run() == 0, acl.get_recent_err_msg()
    assert acl.mdl.finalize_dump() == 0
    first, second = (dump for dump in test_dump.dumps(tmp_path) if dump.type == "Aipp")
    pictures, block = first.inputs
    assert pictures is None
    np.testing.assert_array_equal(block, models[0].block())
    np.testing.assert_array_equal(second.inputs[0], picture.reshape(1, 6, 6, 1))
    assert first.outputs[0].shape == (1, 3, 8, 6) and second.outputs[0].shape == (1, 3, 4, 6)
