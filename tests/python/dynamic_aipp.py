# SPDX-License-Identifier: Apache-2.0
"""What tests of dynamic AIPP share: models that take it, and parameters for them."""
import acl
import numpy as np
import pytest

from onnx import helper
from test_aipp import DEFAULT_RGB, DEFAULT_YUV, FORMATS
from test_atc import convert, save

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


def plain(one, w=6, h=8, form=3):
    assert acl.mdl.set_aipp_input_format(one, form) == 0
    assert acl.mdl.set_aipp_src_image_size(one, w, h) == 0
    return one
