# SPDX-License-Identifier: Apache-2.0
"""Models whose dimensions stay open (manual 10.6.3.7, 10.6.3.8): every shape against the conversion of the same network
for that one shape, bit for bit."""
import sys
from pathlib import Path

import acl
import numpy as np
import pytest

pytest.importorskip("onnx", reason="networks are written with it: scripts/setup.sh check installs it")
from onnx import helper  # noqa: E402
from open_networks import convert, fixed_results, save, write_pictures, write_three_inputs  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))
from acl_model import DEVICE_TO_HOST, HOST_TO_DEVICE, NUMPY_TYPES, Model  # noqa: E402

FLOAT, ND = 0, 2
BAD_PARAM, BAD_SIZE, BAD_SHAPE = 100000, 145000, 145021


class FreeModel:
    """Makes its datasets anew for each run; the library allocates the outputs, whose sizes are not known before."""

    def __init__(self, path):
        self.id, ret = acl.mdl.load_from_file(str(path))
        assert ret == 0, acl.get_recent_err_msg()
        self.desc = acl.mdl.create_desc()
        assert acl.mdl.get_desc(self.desc, self.id) == 0

    def datasets(self, arrays, shapes):
        inputs, outputs = acl.mdl.create_dataset(), acl.mdl.create_dataset()
        for array in arrays:
            address, ret = acl.rt.malloc(max(array.nbytes, 1), 0)
            assert ret == 0
            assert acl.rt.memcpy(address, array.nbytes, acl.util.numpy_to_ptr(array), array.nbytes,
                                 HOST_TO_DEVICE) == 0
            acl.mdl.add_dataset_buffer(inputs, acl.create_data_buffer(address, array.nbytes))
        for _ in range(acl.mdl.get_num_outputs(self.desc)):
            acl.mdl.add_dataset_buffer(outputs, acl.create_data_buffer(0, 0))
        for i, shape in enumerate(shapes):
            assert describe(inputs, shape, i) == 0
        return inputs, outputs

    def run(self, arrays):
        sets = self.datasets(arrays, [array.shape for array in arrays])
        assert acl.mdl.execute(self.id, *sets) == 0, acl.get_recent_err_msg()
        results = fetch(sets[1])
        destroy(*sets)
        return results

    def close(self):
        assert acl.mdl.destroy_desc(self.desc) == 0
        assert acl.mdl.unload(self.id) == 0


def describe(dataset, shape, index):
    desc = acl.create_tensor_desc(FLOAT, list(shape), ND)
    _, ret = acl.mdl.set_dataset_tensor_desc(dataset, desc, index)
    acl.destroy_tensor_desc(desc)  # the dataset has its own
    return ret


def shape_of(dataset, index):
    desc = acl.mdl.get_dataset_tensor_desc(dataset, index)
    assert desc
    return [acl.get_tensor_desc_dim_v2(desc, i)[0] for i in range(acl.get_tensor_desc_num_dims(desc))]


def fetch(outputs):
    results = []
    for i in range(acl.mdl.get_dataset_num_buffers(outputs)):
        desc = acl.mdl.get_dataset_tensor_desc(outputs, i)
        array = np.empty(shape_of(outputs, i), NUMPY_TYPES[acl.get_tensor_desc_type(desc)])
        buffer = acl.mdl.get_dataset_buffer(outputs, i)
        assert acl.get_data_buffer_size_v2(buffer) == array.nbytes == acl.get_tensor_desc_size(desc)
        assert acl.rt.memcpy(acl.util.numpy_to_ptr(array), array.nbytes, acl.get_data_buffer_addr(buffer),
                             array.nbytes, DEVICE_TO_HOST) == 0
        results.append(array)
    return results


def destroy(*datasets):
    for dataset in datasets:
        for i in range(acl.mdl.get_dataset_num_buffers(dataset)):
            buffer = acl.mdl.get_dataset_buffer(dataset, i)
            if acl.get_data_buffer_addr(buffer):
                assert acl.rt.free(acl.get_data_buffer_addr(buffer)) == 0
            assert acl.destroy_data_buffer(buffer) == 0
        assert acl.mdl.destroy_dataset(dataset) == 0


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("free"))


@pytest.fixture(scope="module")
def three_inputs(tmp_path_factory):
    return write_three_inputs(tmp_path_factory.mktemp("free"))


@pytest.fixture
def load(device):
    models = []

    def make(path, kind=FreeModel):
        models.append(kind(path))
        return models[-1]
    yield make
    for model in models:
        model.close()


def check(source, folder, load, model, arrays, names):
    expected = fixed_results(folder, source, lambda path: load(path, Model), arrays, names, call=lambda fixed, inputs: fixed(*inputs))
    results = model.run(arrays)
    assert len(results) == len(expected)
    for ours, fixed in zip(results, expected):
        np.testing.assert_array_equal(ours, fixed)


def test_any_shape(pictures, load, tmp_path):
    done, om = convert(tmp_path, pictures, "free", "--input_shape=x:-1,3,-1,-1")
    assert done.returncode == 0, done.stdout
    model = load(om)
    assert acl.mdl.get_num_inputs(model.desc) == 1
    assert acl.mdl.get_input_dims(model.desc, 0)[0]["dims"] == [-1, 3, -1, -1]
    assert acl.mdl.get_input_size_by_index(model.desc, 0) == 0  # there is no largest
    assert acl.mdl.get_output_size_by_index(model.desc, 0) == 0
    random = np.random.default_rng(3)
    for _ in range(8):
        batch, height, width = random.integers(1, 5), random.integers(8, 60), random.integers(8, 60)
        x = random.standard_normal((batch, 3, height, width), dtype=np.float32)
        check(pictures, tmp_path, load, model, [x], ["x"])
        assert acl.mdl.get_cur_output_dims(model.desc, 0)[0]["dims"] == [batch, 10]


def test_several_inputs(three_inputs, load, tmp_path):
    done, om = convert(tmp_path, three_inputs, "free", "--input_shape=data:1,1,40,-1;label:1,-1;mask:-1,-1")
    assert done.returncode == 0, done.stdout
    model = load(om)
    random = np.random.default_rng(4)
    for a, b, c in ((3, 1, 1), (7, 2, 5), (3, 1, 1), (1, 9, 2)):
        arrays = [random.standard_normal(shape, dtype=np.float32) for shape in ((1, 1, 40, a), (1, a), (b, c))]
        check(three_inputs, tmp_path, load, model, arrays, ["data", "label", "mask"])


@pytest.mark.parametrize("option", ["--input_shape=x:1~4,3,16~40,-1", "--input_shape_range=x:[1~4,3,16~40,-1]"])
def test_ranges(pictures, load, tmp_path, last_message, option):
    done, om = convert(tmp_path, pictures, "ranges", option)
    assert done.returncode == 0, done.stdout
    model = load(om)
    x = np.random.default_rng(5).standard_normal((4, 3, 16, 99), dtype=np.float32)
    check(pictures, tmp_path, load, model, [x], ["x"])
    for shape, sentence in (((5, 3, 16, 16), "dimension 0 of the input 'x' is 5; the model was converted for 1 to 4"),
                            ((1, 3, 15, 16), "dimension 2 of the input 'x' is 15; the model was converted for 16 to 40"),
                            ((1, 3, 41, 16), "is 41"), ((1, 4, 16, 16), "is 4; the model was converted for 3 to 3"),
                            ((1, 3, 16), "cannot have the shape [1,3,16]; expected [-1,3,-1,-1]"),
                            ((1, 3, 16, 0), "dimension 3 of the input 'x' is 0; the model was converted for 1 and more"),
                            ((2 ** 60, 3, 16, 16), "is 1152921504606846976")):
        sets = model.datasets([x], [shape])
        assert acl.mdl.execute(model.id, *sets) == BAD_SHAPE
        assert sentence in last_message()
        destroy(*sets)


def test_sizes_are_those_of_the_upper_ends(pictures, load, tmp_path):
    _, om = convert(tmp_path, pictures, "ends", "--input_shape=x:1~4,3,16~40,8~20")
    model = load(om)
    assert acl.mdl.get_input_size_by_index(model.desc, 0) == 4 * 3 * 40 * 20 * 4
    assert acl.mdl.get_output_size_by_index(model.desc, 0) == 4 * 10 * 4
    assert acl.mdl.get_output_size_by_index(model.desc, 1) == 4 * 32 * 20 * 10 * 4
    assert acl.mdl.get_output_dims(model.desc, 1)[0]["dims"] == [-1, 32, -1, -1]


def test_without_a_description(pictures, load, tmp_path, last_message):
    _, om = convert(tmp_path, pictures, "free", "--input_shape=x:-1,3,16,16")
    model = load(om)
    x = np.zeros((2, 3, 16, 16), np.float32)
    inputs, outputs = model.datasets([x], [])
    assert acl.mdl.get_dataset_tensor_desc(inputs, 0) in (None, 0)
    assert acl.mdl.get_dataset_tensor_desc(outputs, 0) in (None, 0)
    assert acl.mdl.execute(model.id, inputs, outputs) == BAD_SHAPE
    assert "input 0 'x' has the open shape [-1,3,16,16] and was given none" in last_message()
    assert describe(inputs, (2, 3, 16, 16), 0) == 0
    assert shape_of(inputs, 0) == [2, 3, 16, 16]
    assert acl.mdl.execute(model.id, inputs, outputs) == 0
    assert shape_of(outputs, 0) == [2, 10] and shape_of(outputs, 1) == [2, 32, 8, 8]
    destroy(inputs, outputs)


def test_buffers_are_held_against_the_shape(pictures, load, tmp_path, last_message):
    _, om = convert(tmp_path, pictures, "free", "--input_shape=x:-1,3,16,16")
    model = load(om)
    sets = model.datasets([np.zeros((2, 3, 16, 16), np.float32)], [(3, 3, 16, 16)])
    assert acl.mdl.execute(model.id, *sets) == BAD_SIZE
    assert f"has a buffer of {2 * 3 * 256 * 4} bytes; the model needs {3 * 3 * 256 * 4}" in last_message()
    destroy(*sets)


def test_wrong_descriptions(pictures, load, tmp_path, last_message):
    _, om = convert(tmp_path, pictures, "free", "--input_shape=x:-1,3,16,16")
    model = load(om)
    inputs, outputs = model.datasets([np.zeros((1, 3, 16, 16), np.float32)], [(1, 3, 16, 16)])
    assert describe(inputs, (1, 3, 16, 16), 1) == BAD_PARAM
    assert "index is 1; the dataset has 1 buffers" in last_message()
    for open_shape in ((-1, 3, 16, 16), (-2,)):
        assert describe(inputs, open_shape, 0) == BAD_PARAM
        assert "expected the size of every dimension" in last_message()
    assert describe(outputs, (2, 10), 0) == 0
    assert acl.mdl.execute(model.id, inputs, outputs) == BAD_PARAM
    assert "was given the shape [2,10]; it has [1,10]" in last_message()
    assert describe(outputs, (1, 10), 0) == 0
    assert acl.mdl.execute(model.id, inputs, outputs) == 0
    with pytest.raises(TypeError):
        acl.mdl.set_dataset_tensor_desc(inputs, "desc", 0)
    with pytest.raises(TypeError):
        acl.mdl.get_dataset_tensor_desc(inputs, "0")
    destroy(inputs, outputs)


def test_fixed_models_take_descriptions_too(pictures, device, tmp_path, last_message):
    _, om = convert(tmp_path, pictures, "fixed", "--input_shape=x:2,3,16,16")
    model = Model(om)
    assert describe(model.inputs, (2, 3, 16, 16), 0) == 0
    assert acl.mdl.execute(model.id, model.inputs, model.outputs) == 0
    assert shape_of(model.outputs, 0) == [2, 10]
    assert describe(model.inputs, (1, 3, 16, 16), 0) == 0
    assert acl.mdl.execute(model.id, model.inputs, model.outputs) == BAD_SHAPE
    assert "was given the shape [1,3,16,16]; the model takes [2,3,16,16]" in last_message()
    model.close()


def test_the_shape_is_that_of_the_call(pictures, load, tmp_path):
    _, om = convert(tmp_path, pictures, "queue", "--input_shape=x:-1,3,16,16")
    model = load(om)
    x = np.random.default_rng(7).standard_normal((3, 3, 16, 16), dtype=np.float32)
    expected = model.run([x])
    inputs, outputs = model.datasets([x], [x.shape])
    stream, ret = acl.rt.create_stream()
    assert ret == 0
    assert acl.mdl.execute_async(model.id, inputs, outputs, stream) == 0
    assert describe(inputs, (1, 3, 16, 16), 0) == 0
    assert acl.rt.synchronize_stream(stream) == 0
    for ours, alone in zip(fetch(outputs), expected):
        np.testing.assert_array_equal(ours, alone)
    destroy(inputs, outputs)
    assert acl.rt.destroy_stream(stream) == 0


def test_many_shapes_take_no_more_memory(pictures, load, tmp_path):
    """Constants are packed once for all shapes, and old shapes are forgotten."""
    _, om = convert(tmp_path, pictures, "many", "--input_shape=x:1,3,-1,-1")
    model = load(om)
    free = []
    for size in range(8, 208):
        model.run([np.zeros((1, 3, size, 8), np.float32)])
        free.append(acl.rt.get_mem_info(1)[0])
    assert min(free) > free[0] - (4 << 20)


def test_from_memory_that_goes_away(pictures, load, tmp_path):
    _, om = convert(tmp_path, pictures, "memory", "--input_shape=x:-1,3,16,16")
    content = np.frombuffer(om.read_bytes(), np.uint8).copy()

    class FromMemory(FreeModel):
        def __init__(self, _):
            self.id, ret = acl.mdl.load_from_mem(acl.util.numpy_to_ptr(content), content.nbytes)
            assert ret == 0
            content[:] = 0
            self.desc = acl.mdl.create_desc()
            assert acl.mdl.get_desc(self.desc, self.id) == 0

    x = np.random.default_rng(8).standard_normal((2, 3, 16, 16), dtype=np.float32)
    check(pictures, tmp_path, load, load(om, FromMemory), [x], ["x"])


def test_sizes_of_memory_are_not_known(pictures, device, tmp_path, last_message):
    """Manual 10.6.1.8: query_size is not for models whose shapes are not fixed."""
    _, om = convert(tmp_path, pictures, "query", "--input_shape=x:-1,3,16,16")
    assert acl.mdl.query_size(str(om))[-1] == BAD_SIZE
    assert "what memory it needs depends on the shapes" in last_message()
    memory, _ = acl.rt.malloc(1 << 20, 0)
    assert acl.mdl.load_from_file_with_mem(str(om), memory, 1 << 20, 0, 0)[-1] == BAD_SIZE
    assert "load it without memory of the program" in last_message()
    assert acl.rt.free(memory) == 0


def test_a_shape_that_the_network_does_not_bear(load, tmp_path, last_message):
    nodes = [helper.make_node("MatMul", ["a", "b"], ["y"])]
    source = save(tmp_path / "product.onnx", nodes, [("a", ["m", "k"]), ("b", ["l", "n"])], ["y"], {})
    done, om = convert(tmp_path, source, "product", "--input_shape=a:-1,-1;b:-1,-1", "--input_format=ND")
    assert done.returncode == 0, done.stdout
    model = load(om)
    random = np.random.default_rng(9)
    for m, k, n in ((2, 3, 4), (5, 1, 7)):
        arrays = [random.standard_normal(shape, dtype=np.float32) for shape in ((m, k), (k, n))]
        np.testing.assert_allclose(model.run(arrays)[0], arrays[0] @ arrays[1], rtol=1e-5, atol=1e-6)
    arrays = [np.zeros(shape, np.float32) for shape in ((2, 3), (4, 5))]
    sets = model.datasets(arrays, [array.shape for array in arrays])
    assert acl.mdl.execute(model.id, *sets) == BAD_SHAPE
    assert "MatMul" in last_message()
    destroy(*sets)
    model.run([np.zeros((2, 3), np.float32), np.zeros((3, 5), np.float32)])


@pytest.mark.parametrize("options, status, text", [
    (["--input_shape=x:3~1,3,8,8"], 2, "CPU-102: input_shape [x:3~1,3,8,8] has the dimension [3~1]"),
    (["--input_shape=x:0~1,3,8,8"], 2, "CPU-102"),
    (["--input_shape=x:1~a,3,8,8"], 2, "CPU-102"),
    (["--input_shape=x:-2"], 1, "CPU-160"),
    (["--input_shape=x:1~2,3,8,8", "--dynamic_batch_size=1,2"], 2, "CPU-105"),
    (["--input_shape=x:-1,3,8,8", "--input_shape_range=x:[1~2,3,8,8]"], 2, "CPU-105"),
    (["--input_shape=x:-1,3,8,8", "--insert_op_conf=none.cfg"], 2, "CPU-105"),
])
def test_atc_refuses(pictures, tmp_path, options, status, text):
    done, _ = convert(tmp_path, pictures, "refused", *options)
    assert done.returncode == status and text in done.stdout, done.stdout
