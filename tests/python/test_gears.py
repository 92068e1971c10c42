# SPDX-License-Identifier: Apache-2.0
"""Gears (manual 7.6.1): every gear against the conversion of the same network for that one shape, bit for bit."""
import sys
from pathlib import Path

import acl
import numpy as np
import pytest

pytest.importorskip("onnx", reason="networks are written with it: scripts/setup.sh check installs it")
from onnx import helper  # noqa: E402
from open_networks import convert, fixed_results, save, write_pictures, write_three_inputs  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))
from acl_model import HOST_TO_DEVICE, Model  # noqa: E402

GEAR_INPUT = "ascend_mbatch_shape_data"
NOT_DYNAMIC, BAD_INDEX, BAD_LENGTH, BAD_BATCH, BAD_SHAPE = 100019, 145011, 145012, 145013, 145021


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("gears"))


@pytest.fixture(scope="module")
def three_inputs(tmp_path_factory):
    return write_three_inputs(tmp_path_factory.mktemp("gears"))


class GearModel(Model):
    """Arrays of a smaller gear leave the rest of their memory alone."""

    def gear_index(self):
        index, ret = acl.mdl.get_input_index_by_name(self.desc, GEAR_INPUT)
        assert ret == 0
        return index

    def put(self, index, array):
        address, size = self.input_memory[index]
        assert acl.rt.memcpy(address, size, acl.util.numpy_to_ptr(array), array.nbytes, HOST_TO_DEVICE) == 0

    def run(self, arrays):
        for i, array in enumerate(arrays):
            self.put(i, array)
        self.execute()
        return self.fetch_current()

    def fetch_current(self):
        self.output_shapes = [acl.mdl.get_cur_output_dims(self.desc, i)[0]["dims"]
                              for i in range(len(self.output_memory))]
        return self.fetch()


@pytest.fixture
def load(device):
    models = []

    def make(path):
        models.append(GearModel(path))
        return models[-1]
    yield make
    for model in models:
        model.close()


def test_batches(pictures, load, tmp_path, last_message):
    done, om = convert(tmp_path, pictures, "batch", "--input_shape=x:-1,3,40,56", "--dynamic_batch_size=1,2,4,8")
    assert done.returncode == 0, done.stdout
    assert "[1] [2] [4] [8]" in done.stdout
    model = load(om)
    assert acl.mdl.get_dynamic_batch(model.desc) == ({"batchCount": 4, "batch": [1, 2, 4, 8]}, 0)
    assert acl.mdl.get_num_inputs(model.desc) == 2
    index = model.gear_index()
    assert index == 1
    assert acl.mdl.get_input_size_by_index(model.desc, index) == 8
    assert acl.mdl.get_input_size_by_index(model.desc, 0) == 8 * 3 * 40 * 56 * 4
    assert acl.mdl.get_input_dims(model.desc, 0)[0]["dims"] == [-1, 3, 40, 56]
    assert acl.mdl.get_output_dims(model.desc, 0)[0]["dims"] == [8, 10]
    assert acl.mdl.get_cur_output_dims(model.desc, 0)[0]["dims"] == [8, 10]  # nothing chosen: the largest
    random = np.random.default_rng(3)
    for batch in (2, 8, 1, 4, 2):
        x = random.standard_normal((batch, 3, 40, 56), dtype=np.float32)
        assert acl.mdl.set_dynamic_batch_size(model.id, model.inputs, index, batch) == 0, last_message()
        assert acl.mdl.get_cur_output_dims(model.desc, 0)[0]["dims"] == [batch, 10]
        assert acl.mdl.get_output_dims(model.desc, 0)[0]["dims"] == [8, 10]
        results = model.run([x])
        for ours, fixed in zip(results, fixed_results(tmp_path, pictures, load, [x], ["x"])):
            np.testing.assert_array_equal(ours, fixed)


def test_weights_are_stored_once(pictures, load, tmp_path):
    _, one = convert(tmp_path, pictures, "one", "--input_shape=x:8,3,40,56")
    _, many = convert(tmp_path, pictures, "many", "--input_shape=x:-1,3,40,56", "--dynamic_batch_size=8;16;24;32")
    weights = [acl.mdl.query_size(str(path))[1] for path in (one, many)]
    assert weights[0] <= weights[1] <= 1.1 * weights[0] + 4096


def test_the_gear_is_that_of_the_call(pictures, load, tmp_path):
    _, om = convert(tmp_path, pictures, "queue", "--input_shape=x:-1,3,16,16", "--dynamic_batch_size=1,3")
    model = load(om)
    index = model.gear_index()
    x = np.random.default_rng(5).standard_normal((3, 3, 16, 16), dtype=np.float32)
    assert acl.mdl.set_dynamic_batch_size(model.id, model.inputs, index, 3) == 0
    expected = model.run([x])[0]
    stream, ret = acl.rt.create_stream()
    assert ret == 0
    assert acl.mdl.execute_async(model.id, model.inputs, model.outputs, stream) == 0
    assert acl.mdl.set_dynamic_batch_size(model.id, model.inputs, index, 1) == 0
    assert acl.rt.synchronize_stream(stream) == 0
    np.testing.assert_array_equal(model.fetch()[0], expected)  # in the shape of the call
    assert acl.rt.destroy_stream(stream) == 0


def test_without_a_choice_the_largest_gear(pictures, load, tmp_path):
    _, om = convert(tmp_path, pictures, "largest", "--input_shape=x:-1,3,16,16", "--dynamic_batch_size=2,3,1")
    model = load(om)
    model.put(model.gear_index(), np.array([2], np.int64))  # left there by somebody: the program chose nothing
    x = np.random.default_rng(6).standard_normal((3, 3, 16, 16), dtype=np.float32)
    ours = model.run([x])[0]
    np.testing.assert_array_equal(ours, fixed_results(tmp_path, pictures, load, [x], ["x"])[0])


def test_sizes(pictures, load, tmp_path, last_message):
    sizes = "32,48;64,40;17,23"
    done, om = convert(tmp_path, pictures, "size", "--input_shape=x:2,3,-1,-1", f"--dynamic_image_size={sizes}")
    assert done.returncode == 0, done.stdout
    model = load(om)
    pairs = [[int(n) for n in pair.split(",")] for pair in sizes.split(";")]
    assert acl.mdl.get_dynamic_hw(model.desc, -1) == ({"hwCount": 3, "hw": pairs}, 0)
    assert acl.mdl.get_input_size_by_index(model.desc, model.gear_index()) == 16
    for height, width in pairs + pairs[:1]:
        x = np.random.default_rng(height).standard_normal((2, 3, height, width), dtype=np.float32)
        assert acl.mdl.set_dynamic_hw_size(model.id, model.inputs, model.gear_index(), height, width) == 0
        for ours, fixed in zip(model.run([x]), fixed_results(tmp_path, pictures, load, [x], ["x"])):
            np.testing.assert_array_equal(ours, fixed)
    assert acl.mdl.set_dynamic_hw_size(model.id, model.inputs, model.gear_index(), 48, 32) == BAD_SHAPE
    assert "no gear [48,32]; its gears are [32,48] [64,40] [17,23]" in last_message()
    assert acl.mdl.set_dynamic_batch_size(model.id, model.inputs, model.gear_index(), 2) == BAD_BATCH
    assert "aclmdlSetDynamicHWSize" in last_message()


def test_dims(three_inputs, load, tmp_path, last_message):
    """The example of 10.6.1.18 and 10.6.4.24."""
    done, om = convert(tmp_path, three_inputs, "dims", "--input_format=ND",
                       "--input_shape=data:1,1,40,-1;label:1,-1;mask:-1,-1",
                       "--dynamic_dims=20,20,1,1; 40,40,2,2; 80,80,4,4")
    assert done.returncode == 0, done.stdout
    model = load(om)
    index = model.gear_index()
    count, ret = acl.mdl.get_input_dynamic_gear_count(model.desc, -1)
    assert (count, ret) == (3, 0)
    gears, ret = acl.mdl.get_input_dynamic_dims(model.desc, -1, count)
    assert ret == 0
    assert [gear["dims"] for gear in gears] == [[1, 1, 40, 20, 1, 20, 1, 1], [1, 1, 40, 40, 1, 40, 2, 2],
                                                [1, 1, 40, 80, 1, 80, 4, 4]]
    random = np.random.default_rng(11)
    for gear in gears:
        assert acl.mdl.set_input_dynamic_dims(model.id, model.inputs, index, gear) == 0, last_message()
        d = gear["dims"]
        arrays = [random.standard_normal(shape, dtype=np.float32) for shape in (d[:4], d[4:6], d[6:])]
        y = model.run(arrays)[0]
        np.testing.assert_allclose(y, arrays[0] * arrays[1] + arrays[2].sum(), rtol=1e-5, atol=1e-5)
        np.testing.assert_array_equal(
            y, fixed_results(tmp_path, three_inputs, load, arrays, ["data", "label", "mask"])[0])
    wrong = {"name": "", "dimCount": 8, "dims": [1, 1, 40, 20, 1, 20, 2, 1]}
    assert acl.mdl.set_input_dynamic_dims(model.id, model.inputs, index, wrong) == BAD_SHAPE
    assert "no gear [20,20,2,1]" in last_message()
    wrong["dims"] = [1, 2, 40, 20, 1, 20, 1, 1]
    assert acl.mdl.set_input_dynamic_dims(model.id, model.inputs, index, wrong) == BAD_SHAPE
    assert "dims[1] is 2" in last_message()
    wrong = {"name": "", "dimCount": 2, "dims": [1, 1]}
    assert acl.mdl.set_input_dynamic_dims(model.id, model.inputs, index, wrong) == BAD_SHAPE
    assert "all inputs together have 8" in last_message()


def test_wrong_choices(pictures, load, tmp_path, last_message):
    _, om = convert(tmp_path, pictures, "wrong", "--input_shape=x:-1,3,16,16", "--dynamic_batch_size=1,2")
    model = load(om)
    index = model.gear_index()
    choose = acl.mdl.set_dynamic_batch_size
    for batch in (0, 3, 2 ** 63):
        assert choose(model.id, model.inputs, index, batch) == BAD_BATCH
    assert "its gears are [1] [2]" in last_message()
    assert choose(model.id, model.inputs, 0, 1) == BAD_INDEX
    assert choose(model.id + 1000, model.inputs, index, 1) == 100011
    assert choose(model.id, 0, index, 1) != 0
    with pytest.raises(TypeError):
        choose(model.id, model.inputs, index, "1")
    small = acl.mdl.create_dataset()
    memory, _ = acl.rt.malloc(64, 0)
    buffers = [acl.create_data_buffer(memory, size) for size in (64, 4)]
    for buffer in buffers:
        acl.mdl.add_dataset_buffer(small, buffer)
    assert choose(model.id, small, index, 1) == BAD_LENGTH
    assert acl.mdl.destroy_dataset(small) == 0
    for buffer in buffers:
        assert acl.destroy_data_buffer(buffer) == 0
    assert acl.rt.free(memory) == 0
    # Once chosen, a buffer that was overwritten with nonsense is refused.
    assert choose(model.id, model.inputs, index, 2) == 0
    model.put(index, np.array([7], np.int64))
    assert acl.mdl.execute(model.id, model.inputs, model.outputs) == BAD_BATCH
    assert "aclmdlSetDynamicBatchSize" in last_message()


def test_a_model_without_gears(pictures, load, tmp_path, last_message):
    _, om = convert(tmp_path, pictures, "plain", "--input_shape=x:1,3,16,16")
    model = load(om)
    assert acl.mdl.get_input_index_by_name(model.desc, GEAR_INPUT)[1] != 0
    assert acl.mdl.set_dynamic_batch_size(model.id, model.inputs, 0, 1) == NOT_DYNAMIC
    assert acl.mdl.set_dynamic_hw_size(model.id, model.inputs, 0, 1, 1) == NOT_DYNAMIC
    dims = {"name": "", "dimCount": 4, "dims": [1, 3, 16, 16]}
    assert acl.mdl.set_input_dynamic_dims(model.id, model.inputs, 0, dims) == NOT_DYNAMIC


@pytest.mark.parametrize("options, code, words", [
    (["--input_shape=x:-1,3,16,16", "--dynamic_batch_size=1,2", "--dynamic_dims=1;2"], "CPU-105", "exclude"),
    (["--input_shape=x:1,3,16,16", "--dynamic_batch_size=1,2"], "CPU-110", "no dimension is open"),
    (["--input_shape=x:1,3,-1,16", "--dynamic_batch_size=1,2"], "CPU-110", "only the first one"),
    (["--input_shape=x:-1,3,-1,-1", "--dynamic_image_size=16,16"], "CPU-110", "height and width of NCHW"),
    (["--input_shape=x:1,3,-1,-1", "--dynamic_image_size=16,16;16"], "CPU-111", "as many"),
    (["--input_shape=x:1,3,-1,-1", "--dynamic_image_size=16;32"], "CPU-111", "2 to give"),
    (["--input_shape=x:-1,3,16,16", "--dynamic_batch_size=1,2,1"], "CPU-111", "twice"),
    (["--input_shape=x:-1,3,16,16", "--dynamic_batch_size=1,0"], "CPU-101", "above 0"),
    (["--input_shape=x:-1,3,16,16", "--dynamic_batch_size=1,x"], "CPU-101", "[x]"),
    (["--input_shape=x:-1,3,16,16", "--dynamic_batch_size=" + ",".join(map(str, range(1, 130)))], "CPU-111",
     "at most 128"),
])
def test_refused_options(pictures, tmp_path, options, code, words):
    done, om = convert(tmp_path, pictures, "refused", *options)
    assert done.returncode != 0
    assert code in done.stdout and words in done.stdout, done.stdout
    assert not om.exists()


AIPP = """
aipp_op {
  aipp_mode: static
  input_format: RGB888_U8
  mean_chn_0: 10
  var_reci_chn_0: 0.5
  var_reci_chn_1: 0.5
  var_reci_chn_2: 0.25
}
"""


def test_batches_of_pictures(pictures, load, tmp_path):
    (tmp_path / "aipp.cfg").write_text(AIPP)
    aipp = f"--insert_op_conf={tmp_path / 'aipp.cfg'}"
    done, om = convert(tmp_path, pictures, "aipp", "--input_shape=x:-1,3,16,24", "--dynamic_batch_size=1,4", aipp)
    assert done.returncode == 0, done.stdout
    model = load(om)
    for batch in (4, 1):
        done, om = convert(tmp_path, pictures, f"aipp{batch}", f"--input_shape=x:{batch},3,16,24", aipp)
        assert done.returncode == 0, done.stdout
        images = np.random.default_rng(batch).integers(0, 256, (batch, 16, 24, 3), np.uint8)
        assert acl.mdl.set_dynamic_batch_size(model.id, model.inputs, model.gear_index(), batch) == 0
        for ours, fixed in zip(model.run([images]), load(om).run([images])):
            np.testing.assert_array_equal(ours, fixed)


# name: bytes of a picture in halves of its pixels
@pytest.mark.parametrize("form, halves, channels", [("YUV420SP_U8", 3, 3), ("RGB888_U8", 6, 3), ("YUYV_U8", 4, 3),
                                                    ("YUV422SP_U8", 4, 3), ("AYUV444_U8", 8, 4)])
@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_pictures_whose_size_a_gear_chooses(load, tmp_path, form, halves, channels, layout):
    config = f"aipp_op {{ aipp_mode: static input_format: {form} csc_switch: {form != 'RGB888_U8'} mean_chn_1: 7 }}"
    (tmp_path / "aipp.cfg").write_text(config.lower().replace(form.lower(), form))
    nchw = layout == "NCHW"
    source = save(tmp_path / "net.onnx", [helper.make_node("Relu", ["x"], ["y"])],
                  [("x", [2, 3, "h", "w"] if nchw else [2, "h", "w", 3])], ["y"], {})
    def shape(h, w):
        return f"--input_shape=x:2,3,{h},{w}" if nchw else f"--input_shape=x:2,{h},{w},3"
    options = (f"--insert_op_conf={tmp_path / 'aipp.cfg'}", f"--input_format={layout}")
    gears = [(16, 16), (8, 30), (32, 24)]
    done, om = convert(tmp_path, source, "open", shape(-1, -1),
                       "--dynamic_image_size=" + ";".join(f"{h},{w}" for h, w in gears), *options)
    assert done.returncode == 0, done.stdout
    model = load(om)
    assert acl.mdl.get_input_dims(model.desc, 0)[0]["dims"] == [2, -1, -1, channels]
    stored = {"YUV420SP_U8": 1, "RGB888_U8": 3, "YUYV_U8": 2, "YUV422SP_U8": 1, "AYUV444_U8": 4}[form]
    assert acl.mdl.get_input_dims_v2(model.desc, 0)[0]["dims"] == [2, -1, -1, stored]
    assert acl.mdl.get_input_size_by_index(model.desc, 0) == 2 * 32 * 24 * halves // 2
    info, ret = acl.mdl.get_first_aipp_info(model.id, 0)
    assert ret == 0 and info["shapeCount"] == 3 and info["srcImageSizeW"] == 0
    assert [out["aippOutdims"]["dims"] for out in info["outDims"]] == [
        [2, 3, h, w] if nchw else [2, h, w, 3] for h, w in gears]
    random = np.random.default_rng(5)
    for h, w in gears + gears[::-1]:
        pictures = random.integers(0, 256, 2 * h * w * halves // 2, np.uint8)
        assert acl.mdl.set_dynamic_hw_size(model.id, model.inputs, model.gear_index(), h, w) == 0
        done, om = convert(tmp_path, source, f"fixed{h}", shape(h, w), *options)
        assert done.returncode == 0, done.stdout
        np.testing.assert_array_equal(model.run([pictures])[0], load(om).run([pictures])[0])


@pytest.mark.parametrize("config, option, code, part", [
    ("", "--dynamic_dims=16,16;32,32", "CPU-105", "dynamic_dims"),
    ("crop: true", "--dynamic_image_size=16,16;32,32", "CPU-120", "crop must be off"),
    ("padding: true", "--dynamic_image_size=16,16;32,32", "CPU-120", "padding must be off"),
    ("resize: true", "--dynamic_image_size=16,16;32,32", "CPU-120", "resize must be off"),
    ("src_image_size_w: 32", "--dynamic_image_size=16,16;32,32", "CPU-120", "src_image_size_w [32] must be 0"),
    ("src_image_size_h: 32", "--dynamic_image_size=16,16;32,32", "CPU-120", "src_image_size_h [32] must be 0"),
    ("mean_chn_0: 256", "--dynamic_image_size=16,16;32,32", "CPU-120", "mean_chn_0 [256]"),
    ("", "--dynamic_image_size=16,16;31,32", "CPU-120", "in the gear [31,32]: src_image_size_h [31] is odd"),
    ("", "--dynamic_image_size=16,16;16,4098", "CPU-120", "in the gear [16,4098]"),
])
@pytest.mark.parametrize("mode", ["static", "dynamic"])
def test_aipp_that_goes_with_no_gear(tmp_path, config, option, code, part, mode):
    source = save(tmp_path / "net.onnx", [helper.make_node("Relu", ["x"], ["y"])], [("x", [1, 3, "h", "w"])], ["y"], {})
    block = "max_src_image_size: 9999" if mode == "dynamic" else f"input_format: YUV420SP_U8 {config}"
    (tmp_path / "aipp.cfg").write_text(f"aipp_op {{ aipp_mode: {mode} {block} }}")
    done, om = convert(tmp_path, source, "open", "--input_shape=x:1,3,-1,-1", option,
                       f"--insert_op_conf={tmp_path / 'aipp.cfg'}")
    if mode == "dynamic" and code != "CPU-105":  # all of this is set at run time
        assert done.returncode == 0, done.stdout
    else:
        assert done.returncode != 0 and code in done.stdout and part in done.stdout and not om.exists(), done.stdout


def test_a_gear_that_the_network_does_not_work_in(tmp_path):
    nodes = [helper.make_node("Conv", ["x", "w"], ["y"])]
    source = save(tmp_path / "valid.onnx", nodes, [("x", [1, 3, "h", "w"])], ["y"],
                  {"w": np.ones((4, 3, 5, 5), np.float32)})
    done, _ = convert(tmp_path, source, "small", "--input_shape=x:1,3,-1,-1", "--dynamic_image_size=16,16;4,16;3,3")
    assert done.returncode == 1
    assert "CPU-111" in done.stdout and "[4,16]" in done.stdout and "[3,3]" in done.stdout, done.stdout
