# SPDX-License-Identifier: Apache-2.0
"""Loading, describing and running models, as programs do; NumPy is the judge of the results."""
import struct
import threading
from pathlib import Path

import acl
import acl_probe
import numpy as np
import pytest

MODELS = Path(acl_probe.__file__).parent.parent / "models"
SUM_DIFFERENCE = str(MODELS / "sum_difference.om")
LONG_NAMES = str(MODELS / "long_names.om")
HOST_TO_DEVICE, DEVICE_TO_HOST = 1, 2
INVALID_PARAM = 100000


@pytest.fixture
def model(device):
    """The id of a model with inputs a and b and with outputs a + b and a - b, all 2 x 3 floats."""
    model_id, ret = acl.mdl.load_from_file(SUM_DIFFERENCE)
    assert ret == 0 and model_id >= 1
    yield model_id
    acl.mdl.unload(model_id)


@pytest.fixture
def desc(model):
    made = acl.mdl.create_desc()
    assert acl.mdl.get_desc(made, model) == 0
    yield made
    assert acl.mdl.destroy_desc(made) == 0


def make_dataset(buffers):
    dataset = acl.mdl.create_dataset()
    for pointer, size in buffers:
        _, ret = acl.mdl.add_dataset_buffer(dataset, acl.create_data_buffer(pointer, size))
        assert ret == 0
    return dataset


def matrices(seed):
    random = np.random.default_rng(seed)
    return [random.standard_normal((2, 3), dtype=np.float32) for _ in range(2)]


def on_host(arrays):
    return make_dataset([(acl.util.numpy_to_ptr(array), array.nbytes) for array in arrays])


def test_the_way_of_the_manual(model, desc):
    """Sections 4.6.1 to 4.6.3: memory on the device, sizes from the description."""
    arrays = matrices(1)
    memory = {"in": [], "out": []}
    datasets = {}
    for side, count, size_of in (("in", acl.mdl.get_num_inputs(desc), acl.mdl.get_input_size_by_index),
                                 ("out", acl.mdl.get_num_outputs(desc), acl.mdl.get_output_size_by_index)):
        datasets[side] = acl.mdl.create_dataset()
        for i in range(count):
            size = size_of(desc, i)
            buffer, ret = acl.rt.malloc(size, 0)
            assert ret == 0
            _, ret = acl.mdl.add_dataset_buffer(datasets[side], acl.create_data_buffer(buffer, size))
            assert ret == 0
            memory[side].append((buffer, size))
    for array, (buffer, size) in zip(arrays, memory["in"]):
        data = array.tobytes()
        assert acl.rt.memcpy(buffer, size, acl.util.bytes_to_ptr(data), len(data), HOST_TO_DEVICE) == 0
    assert acl.mdl.execute(model, datasets["in"], datasets["out"]) == 0

    results = []
    for buffer, size in memory["out"]:
        host, ret = acl.rt.malloc_host(size)
        assert ret == 0
        assert acl.rt.memcpy(host, size, buffer, size, DEVICE_TO_HOST) == 0
        results.append(struct.unpack("6f", acl.util.ptr_to_bytes(host, size)))
        assert acl.rt.free_host(host) == 0
    np.testing.assert_array_equal(np.reshape(results[0], (2, 3)), arrays[0] + arrays[1])
    np.testing.assert_array_equal(np.reshape(results[1], (2, 3)), arrays[0] - arrays[1])

    for side in ("in", "out"):
        for buffer, _ in memory[side]:
            assert acl.rt.free(buffer) == 0
        for i in range(acl.mdl.get_dataset_num_buffers(datasets[side])):
            assert acl.destroy_data_buffer(acl.mdl.get_dataset_buffer(datasets[side], i)) == 0
        assert acl.mdl.destroy_dataset(datasets[side]) == 0


def test_asynchronous(model):
    arrays, results = matrices(2), matrices(3)
    stream, ret = acl.rt.create_stream()
    assert ret == 0
    assert acl.mdl.execute_async(model, on_host(arrays), on_host(results), stream) == 0
    assert acl.rt.synchronize_stream(stream) == 0
    np.testing.assert_array_equal(results[0], arrays[0] + arrays[1])


def test_a_failing_execution_is_told(model):
    """Manual 7.10: the exception function runs before acl.mdl.execute returns."""
    told = []
    results = matrices(1)
    out = on_host(results)
    nowhere = make_dataset([(0x1240, 24), (0x1240, 24)])
    assert acl.rt.set_exception_info_callback(
        lambda info: told.append((acl.rt.get_task_id_from_exception_info(info),
                                  acl.rt.get_error_code_from_exception_info(info)))) == 0
    try:
        assert acl.mdl.execute(model, nowhere, out) == 107000
    finally:
        acl.rt.set_exception_info_callback(None)
    (task, code), = told
    assert code == 107000
    assert 0xF0000000 < task < 0xFFFFFFFF  # it is not queued
    acl.get_recent_err_msg()


def test_bytes_are_inputs_and_a_short_one_ends_in_zeros(model):
    first, second = (array.tobytes() for array in matrices(4))
    results = matrices(5)
    inputs = make_dataset([(acl.util.bytes_to_ptr(first), 12), (acl.util.bytes_to_ptr(second), 1000)])
    assert acl.mdl.execute(model, inputs, on_host(results)) == 0
    expected = np.frombuffer(first[:12] + bytes(12), np.float32) + np.frombuffer(second, np.float32)
    np.testing.assert_array_equal(results[0].ravel(), expected)


def test_an_output_without_address_is_allocated(model):
    arrays = matrices(6)
    outputs = make_dataset([(0, 0), (0, 0)])
    assert acl.mdl.execute(model, on_host(arrays), outputs) == 0
    buffer = acl.mdl.get_dataset_buffer(outputs, 1)
    pointer, size = acl.get_data_buffer_addr(buffer), acl.get_data_buffer_size_v2(buffer)
    difference = np.frombuffer(acl.util.ptr_to_bytes(pointer, size), np.float32).reshape(2, 3)
    np.testing.assert_array_equal(difference, arrays[0] - arrays[1])
    assert acl.rt.free(pointer) == 0


def test_other_threads_run_while_a_model_loads_and_runs(model):
    done = threading.Event()
    thread = threading.Thread(target=done.set)
    arrays, results = matrices(7), matrices(8)
    inputs, outputs = on_host(arrays), on_host(results)
    thread.start()
    for _ in range(100):
        assert acl.mdl.execute(model, inputs, outputs) == 0
    assert done.wait(5)
    thread.join()


def test_from_memory_and_sizes(device):
    data = Path(SUM_DIFFERENCE).read_bytes()
    pointer = acl.util.bytes_to_ptr(data)
    model_id, ret = acl.mdl.load_from_mem(pointer, len(data))
    assert ret == 0
    assert acl.mdl.unload(model_id) == 0
    work, weight, ret = acl.mdl.query_size(SUM_DIFFERENCE)
    assert ret == 0 and work >= 1 and weight >= 1
    assert acl.mdl.query_size_from_mem(pointer, len(data)) == (work, weight, 0)


def test_in_memory_of_the_program_and_by_configuration(device, last_message):
    data = Path(SUM_DIFFERENCE).read_bytes()
    pointer = acl.util.bytes_to_ptr(data)
    work_size, weight_size, _ = acl.mdl.query_size(SUM_DIFFERENCE)
    work, weights = (acl.rt.malloc(size, 0)[0] for size in (work_size, weight_size))
    memory = (work, work_size, weights, weight_size)
    first, second = matrices(3)

    def runs(loaded):
        model_id, ret = loaded
        assert ret == 0 and model_id >= 1, last_message()
        results = [np.empty_like(first) for _ in range(2)]
        assert acl.mdl.execute(model_id, on_host([first, second]), on_host(results)) == 0
        assert acl.mdl.unload(model_id) == 0
        return np.array_equal(results[0], first + second) and np.array_equal(results[1], first - second)

    assert runs(acl.mdl.load_from_file_with_mem(SUM_DIFFERENCE, *memory))
    assert runs(acl.mdl.load_from_mem_with_mem(pointer, len(data), *memory))
    assert acl.mdl.load_from_file_with_mem(SUM_DIFFERENCE, work, work_size - 1, weights, weight_size) == (0, 145000)
    assert "working memory" in last_message()

    priority, load_type, path, address, size, weight_address, weight_bytes, work_address, work_bytes = range(9)
    config = acl.mdl.create_config_handle()
    for attr, value in ((load_type, 2), (path, Path(SUM_DIFFERENCE)), (weight_address, weights),
                        (weight_bytes, weight_size), (work_address, work), (work_bytes, work_size), (priority, 3)):
        assert acl.mdl.set_config_opt(config, attr, value) == 0, last_message()
    assert runs(acl.mdl.load_with_config(config))
    for attr, value in ((load_type, 4), (address, pointer), (size, len(data))):
        assert acl.mdl.set_config_opt(config, attr, value) == 0
    assert runs(acl.mdl.load_with_config(config))
    for form in (SUM_DIFFERENCE, SUM_DIFFERENCE.encode(), acl.util.bytes_to_ptr(text := SUM_DIFFERENCE.encode() + b"\0")):
        config = acl.mdl.create_config_handle()
        assert acl.mdl.set_config_opt(config, path, form) == 0
        assert acl.mdl.set_config_opt(config, load_type, 1) == 0
        assert runs(acl.mdl.load_with_config(config))
        assert acl.mdl.destroy_config_handle(config) == 0
    assert text

    config = acl.mdl.create_config_handle()
    assert acl.mdl.load_with_config(config) == (0, INVALID_PARAM)
    assert acl.mdl.set_config_opt(config, priority, 8) == INVALID_PARAM
    assert acl.mdl.set_config_opt(config, priority, 2**40) == INVALID_PARAM
    assert acl.mdl.set_config_opt(config, 14, 1) == INVALID_PARAM
    with pytest.raises(TypeError, match="attrValue must be"):
        acl.mdl.set_config_opt(config, load_type, "1")


def test_what_cannot_be_loaded(device, tmp_path, last_message):
    assert acl.mdl.load_from_file("/nonexistent.om") == (0, 145002)
    assert "/nonexistent.om" in last_message()
    (tmp_path / "text.om").write_bytes(b"x" * 1000)
    assert acl.mdl.load_from_file(tmp_path / "text.om") == (0, 545002)
    assert acl.mdl.query_size(str(tmp_path / "text.om")) == (0, 0, 545002)
    assert acl.mdl.load_from_mem(0, 100) == (0, 145007)
    with pytest.raises(TypeError, match="model_path must be str or os.PathLike"):
        acl.mdl.load_from_file(None)


def test_loading_needs_a_context(run_python):
    finished = run_python(f"import acl; print(acl.mdl.load_from_file({SUM_DIFFERENCE!r}))")
    assert finished.stdout.strip() == "(0, 107002)"


def test_ids_end_with_unloading_and_with_the_device(model, last_message):
    assert acl.mdl.unload(model) == 0
    assert acl.mdl.unload(model) == 145003
    assert acl.mdl.get_desc(acl.mdl.create_desc(), model) == 100011
    other, _ = acl.mdl.load_from_file(SUM_DIFFERENCE)
    assert acl.rt.reset_device(0) == 0
    assert acl.rt.set_device(0) == 0
    assert acl.mdl.unload(other) == 145003
    assert "never loaded, or unloaded" in last_message()


def test_a_description(desc):
    assert (acl.mdl.get_num_inputs(desc), acl.mdl.get_num_outputs(desc)) == (2, 2)
    assert [acl.mdl.get_input_name_by_index(desc, i) for i in range(2)] == ["a", "b"]
    assert [acl.mdl.get_output_name_by_index(desc, i) for i in range(2)] == ["add:0:sum", "sub:0:difference"]
    dims = {"name": "b", "dimCount": 2, "dims": [2, 3]}
    assert acl.mdl.get_input_dims(desc, 1) == acl.mdl.get_input_dims_v2(desc, 1) == (dims, 0)
    dims = {"name": "add:0:sum", "dimCount": 2, "dims": [2, 3]}
    assert acl.mdl.get_output_dims(desc, 0) == acl.mdl.get_cur_output_dims(desc, 0) == (dims, 0)
    for i in range(2):
        assert acl.mdl.get_input_size_by_index(desc, i) == acl.mdl.get_output_size_by_index(desc, i) == 24
        assert acl.mdl.get_input_data_type(desc, i) == acl.mdl.get_output_data_type(desc, i) == 0
        assert acl.mdl.get_input_format(desc, i) == acl.mdl.get_output_format(desc, i) == 2
    assert acl.mdl.get_input_index_by_name(desc, "b") == (1, 0)
    assert acl.mdl.get_output_index_by_name(desc, "sub:0:difference") == (1, 0)
    assert acl.mdl.get_tensor_real_name(desc, "a") == "a"
    assert acl.mdl.get_op_attr(desc, "add", "_datadump_original_op_names") == ""


def test_a_model_without_gears(desc, last_message):
    assert acl.mdl.get_dynamic_batch(desc) == ({"batchCount": 0, "batch": []}, 0)
    assert acl.mdl.get_dynamic_hw(desc, -1) == ({"hwCount": 0, "hw": []}, 0)
    assert acl.mdl.get_input_dynamic_gear_count(desc, -1) == (0, 0)
    assert acl.mdl.get_input_dynamic_dims(desc, -1, 0) == ([], 0)
    assert acl.mdl.get_input_dynamic_dims(desc, -1, 3) == ([], 100019)
    assert acl.mdl.get_input_dynamic_dims(desc, -1, -3) == ([], INVALID_PARAM)
    assert acl.mdl.get_input_dynamic_dims(desc, -1, 2**63) == ([], 200000)
    last_message()
    assert acl.mdl.get_input_index_by_name(desc, "ascend_mbatch_shape_data") == (0, INVALID_PARAM)
    assert "it has a, b" in last_message()
    for arguments, message in ((("x", -1, 0), "model_desc must be int, not str"),
                               ((desc, 0.5, 0), "index must be int, not float"),
                               ((desc, -1, None), "gear_count must be int, not NoneType")):
        with pytest.raises(TypeError, match=message):
            acl.mdl.get_input_dynamic_dims(*arguments)


def test_values_of_failures(desc, last_message):
    for value, failure in ((acl.mdl.get_input_size_by_index, 0), (acl.mdl.get_output_size_by_index, 0),
                           (acl.mdl.get_input_name_by_index, ""), (acl.mdl.get_output_name_by_index, ""),
                           (acl.mdl.get_input_format, -1), (acl.mdl.get_output_format, -1),
                           (acl.mdl.get_input_data_type, -1), (acl.mdl.get_output_data_type, -1)):
        assert value(desc, 2) == failure
        assert "index is 2; the model has 2" in last_message()
    assert acl.mdl.get_input_dims(desc, 2) == ({"name": "", "dimCount": 0, "dims": []}, INVALID_PARAM)
    assert acl.mdl.get_tensor_real_name(desc, "nobody") is None
    assert acl.mdl.get_op_attr(0, "add", "x") is None
    empty = acl.mdl.create_desc()
    assert acl.mdl.get_num_inputs(empty) == 0
    assert "describes no model yet" in last_message()


def test_long_names_are_replaced_in_dims(device):
    model_id, ret = acl.mdl.load_from_file(LONG_NAMES)
    assert ret == 0
    desc = acl.mdl.create_desc()
    assert acl.mdl.get_desc(desc, model_id) == 0
    dims, ret = acl.mdl.get_input_dims(desc, 0)
    assert ret == 0 and len(dims["name"]) < 128
    assert acl.mdl.get_tensor_real_name(desc, dims["name"]) == "n" * 200 == acl.mdl.get_input_name_by_index(desc, 0)
