# SPDX-License-Identifier: Apache-2.0
"""The manual's programs of sections 7.3, 7.4 and 7.6, completed so that they run and check their results."""
import sys
from pathlib import Path

import acl
import numpy as np
import pytest

pytest.importorskip("onnx", reason="networks are written with it: scripts/setup.sh check installs it")
from open_networks import convert, write_pictures  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))
from acl_model import Model  # noqa: E402

ACL_MEM_MALLOC_NORMAL_ONLY = 2
ACL_MEMCPY_HOST_TO_DEVICE, ACL_MEMCPY_DEVICE_TO_HOST = 1, 2
ONE = [1, 3, 40, 56]


def check(ret):
    assert ret == 0, acl.get_recent_err_msg()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("manual"))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Eleven pictures, each a file of one batch."""
    folder = tmp_path_factory.mktemp("files")
    random = np.random.default_rng(74)
    paths = [folder / f"{i:02}.bin" for i in range(11)]
    for path in paths:
        random.standard_normal(ONE, dtype=np.float32).tofile(path)
    return paths


def alone(om, files):
    """The first output for each file by itself."""
    model = Model(om)
    results = [model(np.fromfile(path, np.float32))[0][0] for path in files]
    model.close()
    return results


def datasets_for(desc, address, size):
    """What the examples leave to the reader: the input in `address`, and memory for the outputs."""
    inputs, outputs = acl.mdl.create_dataset(), acl.mdl.create_dataset()
    acl.mdl.add_dataset_buffer(inputs, acl.create_data_buffer(address, size))
    for i in range(acl.mdl.get_num_outputs(desc)):
        bytes_needed = acl.mdl.get_output_size_by_index(desc, i)
        memory, ret = acl.rt.malloc(bytes_needed, ACL_MEM_MALLOC_NORMAL_ONLY)
        check(ret)
        acl.mdl.add_dataset_buffer(outputs, acl.create_data_buffer(memory, bytes_needed))
    return inputs, outputs


def first_output(outputs, shape):
    array = np.empty(shape, np.float32)
    address = acl.get_data_buffer_addr(acl.mdl.get_dataset_buffer(outputs, 0))
    check(acl.rt.memcpy(acl.util.numpy_to_ptr(array), array.nbytes, address, array.nbytes, ACL_MEMCPY_DEVICE_TO_HOST))
    return array


def destroy(inputs, outputs):
    for dataset in (inputs, outputs):
        for i in range(acl.mdl.get_dataset_num_buffers(dataset)):
            buffer = acl.mdl.get_dataset_buffer(dataset, i)
            if dataset == outputs:
                check(acl.rt.free(acl.get_data_buffer_addr(buffer)))
            check(acl.destroy_data_buffer(buffer))
        check(acl.mdl.destroy_dataset(dataset))


def test_7_4_several_batches(device, pictures, files, tmp_path):
    _, om = convert(tmp_path, pictures, "eight", "--input_shape=x:8,3,40,56")
    model_id, ret = acl.mdl.load_from_file(str(om))
    check(ret)
    model_desc = acl.mdl.create_desc()
    check(acl.mdl.get_desc(model_desc, model_id))
    batch_size = 8
    model_input_size = acl.mdl.get_input_size_by_index(model_desc, 0)
    single_buff_size = model_input_size // batch_size
    cnt = 0
    pos = 0
    infer_file_vec = []
    results = {}

    def infer():
        inputs, outputs = datasets_for(model_desc, p_batch_dst, model_input_size)
        check(acl.mdl.execute(model_id, inputs, outputs))
        for name, result in zip(infer_file_vec, first_output(outputs, (batch_size, 10))):
            results[name] = result
        destroy(inputs, outputs)
        check(acl.rt.free(p_batch_dst))

    for i in range(len(files)):
        if cnt % batch_size == 0:
            pos = 0
            infer_file_vec.clear()
            p_batch_dst, ret = acl.rt.malloc(model_input_size, ACL_MEM_MALLOC_NORMAL_ONLY)
            check(ret)
        content = files[i].read_bytes()
        file_size = len(content)
        assert file_size == single_buff_size
        p_img_buf, ret = acl.rt.malloc_host(file_size)
        check(ret)
        check(acl.rt.memcpy(p_img_buf, file_size, acl.util.bytes_to_ptr(content), file_size, 0))
        check(acl.rt.memcpy(p_batch_dst + pos, file_size, p_img_buf, file_size, ACL_MEMCPY_HOST_TO_DEVICE))
        pos += file_size
        check(acl.rt.free_host(p_img_buf))
        infer_file_vec.append(files[i])
        cnt += 1
        if cnt % batch_size == 0:
            infer()
    if cnt % batch_size != 0:  # what is left goes in as it is
        infer()
    check(acl.mdl.destroy_desc(model_desc))
    check(acl.mdl.unload(model_id))
    _, single = convert(tmp_path, pictures, "one", "--input_shape=x:1,3,40,56")
    for path, expected in zip(files, alone(single, files)):
        np.testing.assert_allclose(results[path], expected, rtol=1e-4, atol=1e-5)


def test_7_3_several_models(device, pictures, files, tmp_path):
    """What one model makes is what the next one takes; nothing leaves the device in between."""
    from onnx import helper
    from open_networks import save

    _, first_om = convert(tmp_path, pictures, "first", "--input_shape=x:1,3,40,56", "--out_nodes=y")
    source = save(tmp_path / "softmax.onnx", [helper.make_node("Softmax", ["in"], ["out"], axis=1)], [("in", [1, 10])],
                  ["out"], {})
    _, second_om = convert(tmp_path, source, "second", "--input_format=ND")
    first, second = Model(first_om), Model(second_om)
    address, size = first.output_memory[0]
    chained = acl.mdl.create_dataset()
    buffer = acl.create_data_buffer(address, size)
    acl.mdl.add_dataset_buffer(chained, buffer)
    for path in files[:3]:
        scores = first(np.fromfile(path, np.float32))[0]
        check(acl.mdl.execute(second.id, chained, second.outputs))
        expected = np.exp(scores - scores.max())
        np.testing.assert_allclose(second.fetch()[0], expected / expected.sum(), rtol=1e-5, atol=1e-6)
    check(acl.destroy_data_buffer(buffer))
    check(acl.mdl.destroy_dataset(chained))
    first.close()
    second.close()


def test_7_6_1_dynamic_batch(device, pictures, files, tmp_path):
    _, om = convert(tmp_path, pictures, "gears", "--input_shape=x:-1,3,40,56", "--dynamic_batch_size=1,4,8")
    model_id, ret = acl.mdl.load_from_file(str(om))
    check(ret)
    model_desc = acl.mdl.create_desc()
    check(acl.mdl.get_desc(model_desc, model_id))
    size = acl.mdl.get_input_size_by_index(model_desc, 0)
    memory, ret = acl.rt.malloc(size, ACL_MEM_MALLOC_NORMAL_ONLY)
    check(ret)
    inputs, outputs = datasets_for(model_desc, memory, size)
    # The input for the batch: its memory is the program's, what is in it the library's.
    index, ret = acl.mdl.get_input_index_by_name(model_desc, "ascend_mbatch_shape_data")
    check(ret)
    batch_bytes = acl.mdl.get_input_size_by_index(model_desc, index)
    batch_memory, ret = acl.rt.malloc(batch_bytes, ACL_MEM_MALLOC_NORMAL_ONLY)
    check(ret)
    acl.mdl.add_dataset_buffer(inputs, acl.create_data_buffer(batch_memory, batch_bytes))
    supported, ret = acl.mdl.get_dynamic_batch(model_desc)
    check(ret)
    assert supported["batch"] == [1, 4, 8]

    def model_set_dynamic_info(batch_size):
        index, ret = acl.mdl.get_input_index_by_name(model_desc, "ascend_mbatch_shape_data")
        check(ret)
        check(acl.mdl.set_dynamic_batch_size(model_id, inputs, index, batch_size))

    _, single = convert(tmp_path, pictures, "one", "--input_shape=x:1,3,40,56")
    expected = alone(single, files)
    for batch_size in (4, 1, 8):
        data = b"".join(path.read_bytes() for path in files[:batch_size])
        check(acl.rt.memcpy(memory, size, acl.util.bytes_to_ptr(data), len(data), ACL_MEMCPY_HOST_TO_DEVICE))
        model_set_dynamic_info(batch_size)
        check(acl.mdl.execute(model_id, inputs, outputs))
        np.testing.assert_allclose(first_output(outputs, (batch_size, 10)), expected[:batch_size], rtol=1e-4, atol=1e-5)
    destroy(inputs, outputs)
    check(acl.rt.free(memory))
    check(acl.rt.free(batch_memory))
    check(acl.mdl.destroy_desc(model_desc))
    check(acl.mdl.unload(model_id))
