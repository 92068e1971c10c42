# SPDX-License-Identifier: Apache-2.0
"""The manual's examples of sections 4.3 to 4.5, 7.5 and 7.8 to 7.10, completed so that they run and check their data."""
import struct
from pathlib import Path

import acl
import acl_probe
import numpy as np
import pytest

ACL_MEM_MALLOC_NORMAL_ONLY = 2
ACL_MEMCPY_HOST_TO_DEVICE = 1
ACL_MEMCPY_DEVICE_TO_HOST = 2
ACL_MEMCPY_DEVICE_TO_DEVICE = 3
SIZE = 1024 * 1024
MODELS = Path(acl_probe.__file__).parent.parent / "models"


def check(ret):
    assert ret == 0, acl.get_recent_err_msg()


@pytest.fixture
def data_file(tmp_path):
    path = tmp_path / "input.bin"
    path.write_bytes(np.random.default_rng(0).bytes(SIZE))
    return path


def read_file(path, pointer, size):
    """The function that the examples leave to the reader."""
    data = path.read_bytes()
    assert len(data) == size
    check(acl.rt.memcpy(pointer, size, acl.util.bytes_to_ptr(data), size, ACL_MEMCPY_HOST_TO_DEVICE))


def test_4_3_init_and_finalize(tmp_path):
    config = tmp_path / "acl.json"
    config.write_text("{}")
    check(acl.init(str(config)))
    check(acl.finalize())
    check(acl.init())
    check(acl.finalize())


def test_4_4_resources(device):
    check(acl.rt.set_device(device))
    context, ret = acl.rt.create_context(device)
    check(ret)
    stream, ret = acl.rt.create_stream()
    check(ret)
    assert acl.rt.get_context() == (context, 0)

    check(acl.rt.destroy_stream(stream))
    check(acl.rt.destroy_context(context))
    check(acl.rt.reset_device(device))


def test_4_5_2_copy_within_the_device(device, data_file):
    a, ret = acl.rt.malloc(SIZE, ACL_MEM_MALLOC_NORMAL_ONLY)
    check(ret)
    b, ret = acl.rt.malloc(SIZE, ACL_MEM_MALLOC_NORMAL_ONLY)
    check(ret)
    read_file(data_file, a, SIZE)
    check(acl.rt.memcpy(b, SIZE, a, SIZE, ACL_MEMCPY_DEVICE_TO_DEVICE))
    assert acl.util.ptr_to_bytes(b, SIZE) == data_file.read_bytes()
    check(acl.rt.free(a))
    check(acl.rt.free(b))


def test_4_5_2_copy_within_the_device_asynchronously(device, data_file):
    a, ret = acl.rt.malloc(SIZE, ACL_MEM_MALLOC_NORMAL_ONLY)
    b, ret = acl.rt.malloc(SIZE, ACL_MEM_MALLOC_NORMAL_ONLY)
    read_file(data_file, a, SIZE)
    stream, ret = acl.rt.create_stream()
    check(acl.rt.memcpy_async(b, SIZE, a, SIZE, ACL_MEMCPY_DEVICE_TO_DEVICE, stream))
    check(acl.rt.synchronize_stream(stream))
    assert acl.util.ptr_to_bytes(b, SIZE) == data_file.read_bytes()
    check(acl.rt.destroy_stream(stream))
    check(acl.rt.free(a))
    check(acl.rt.free(b))


def test_4_5_3_copy_to_the_host(device, data_file):
    host, ret = acl.rt.malloc_host(SIZE)
    check(ret)
    memory, ret = acl.rt.malloc(SIZE, ACL_MEM_MALLOC_NORMAL_ONLY)
    read_file(data_file, memory, SIZE)
    check(acl.rt.memcpy(host, SIZE, memory, SIZE, ACL_MEMCPY_DEVICE_TO_HOST))
    assert acl.util.ptr_to_bytes(host, SIZE) == data_file.read_bytes()
    check(acl.rt.free_host(host))
    check(acl.rt.free(memory))


def test_4_5_3_copy_to_the_host_asynchronously(device, data_file):
    memory, ret = acl.rt.malloc(SIZE, ACL_MEM_MALLOC_NORMAL_ONLY)
    host, ret = acl.rt.malloc_host(SIZE + 64)
    aligned = host + 64 - host % 64
    read_file(data_file, memory, SIZE)
    stream, ret = acl.rt.create_stream()
    check(acl.rt.memcpy_async(aligned, SIZE, memory, SIZE, ACL_MEMCPY_DEVICE_TO_HOST, stream))
    check(acl.rt.synchronize_stream(stream))
    assert acl.util.ptr_to_bytes(aligned, SIZE) == data_file.read_bytes()
    check(acl.rt.destroy_stream(stream))
    check(acl.rt.free_host(host))
    check(acl.rt.free(memory))


def test_7_8_3_one_thread_one_stream(device):
    sent = np.arange(SIZE // 4, dtype=np.float32)
    memory, ret = acl.rt.malloc(SIZE, ACL_MEM_MALLOC_NORMAL_ONLY)
    stream, ret = acl.rt.create_stream()
    check(acl.rt.memcpy_async(memory, SIZE, acl.util.numpy_to_ptr(sent), SIZE, ACL_MEMCPY_HOST_TO_DEVICE, stream))
    check(acl.rt.synchronize_stream(stream))
    np.testing.assert_array_equal(acl.util.ptr_to_numpy(memory, sent.shape, 11), sent)
    check(acl.rt.destroy_stream(stream))
    check(acl.rt.free(memory))


def test_7_8_5_threads_with_a_stream_each(device):
    results = []

    def run_thread(marks):
        context, ret = acl.rt.create_context(device)
        check(ret)
        stream, ret = acl.rt.create_stream()
        check(ret)
        memory, ret = acl.rt.malloc(4096, ACL_MEM_MALLOC_NORMAL_ONLY)
        check(ret)
        for mark in marks:
            check(acl.rt.memset_async(memory, 4096, mark, 4096, stream))
        check(acl.rt.synchronize_stream(stream))
        results.append(acl.util.ptr_to_bytes(memory, 4096))
        check(acl.rt.free(memory))
        check(acl.rt.destroy_stream(stream))
        check(acl.rt.destroy_context(context))

    first, ret = acl.util.start_thread(run_thread, [1, 2, 3])
    check(ret)
    second, ret = acl.util.start_thread(run_thread, [4, 5, 6])
    check(ret)
    check(acl.util.stop_thread(first))
    check(acl.util.stop_thread(second))
    assert sorted(results) == [bytes([3]) * 4096, bytes([6]) * 4096]


def test_7_9_2_wait_for_an_event(device):
    event, ret = acl.rt.create_event()
    stream, ret = acl.rt.create_stream()
    check(acl.rt.record_event(event, stream))
    check(acl.rt.synchronize_event(event))
    assert acl.rt.query_event_status(event) == (1, 0)
    check(acl.rt.destroy_stream(stream))
    check(acl.rt.destroy_event(event))


def test_7_9_4_a_stream_waits_for_another(device):
    a, ret = acl.rt.malloc(SIZE, ACL_MEM_MALLOC_NORMAL_ONLY)
    b, ret = acl.rt.malloc(SIZE, ACL_MEM_MALLOC_NORMAL_ONLY)
    event, ret = acl.rt.create_event()
    s1, ret = acl.rt.create_stream()
    s2, ret = acl.rt.create_stream()
    check(acl.rt.memset_async(a, SIZE, 7, SIZE, s1))
    check(acl.rt.record_event(event, s1))
    check(acl.rt.stream_wait_event(s2, event))
    check(acl.rt.memcpy_async(b, SIZE, a, SIZE, ACL_MEMCPY_DEVICE_TO_DEVICE, s2))
    check(acl.rt.reset_event(event, s2))
    check(acl.rt.synchronize_stream(s2))
    assert acl.util.ptr_to_bytes(b, SIZE) == bytes([7]) * SIZE
    assert acl.rt.query_event_wait_status(event) == (0, 0)
    check(acl.rt.destroy_stream(s2))
    check(acl.rt.destroy_stream(s1))
    check(acl.rt.destroy_event(event))


def test_7_9_5_wait_for_the_device(device):
    context, ret = acl.rt.create_context(device)
    stream, ret = acl.rt.create_stream()
    memory, ret = acl.rt.malloc(SIZE, ACL_MEM_MALLOC_NORMAL_ONLY)
    check(acl.rt.memset_async(memory, SIZE, 9, SIZE, stream))
    check(acl.rt.synchronize_device())
    assert acl.util.ptr_to_bytes(memory, SIZE) == bytes([9]) * SIZE
    check(acl.rt.synchronize_stream(stream))
    check(acl.rt.destroy_context(context))


class Net:
    """Of section 7.5.2: executions in a stream, whose results a callback takes now and then. The model adds and
    subtracts two matrices; the pictures of the example are such pairs."""

    def __init__(self, device, execute_times, callback_interval, memory_pool):
        self.device_id = device
        self.execute_times, self.callback_interval, self.memory_pool = execute_times, callback_interval, memory_pool
        self.is_exit = False
        self.results = []
        check(acl.rt.set_device(device))
        self.context, ret = acl.rt.create_context(device)
        check(ret)
        self.stream, ret = acl.rt.create_stream()
        check(ret)
        self.model_id, ret = acl.mdl.load_from_file(str(MODELS / "sum_difference.om"))
        check(ret)
        self.model_desc = acl.mdl.create_desc()
        check(acl.mdl.get_desc(self.model_desc, self.model_id))
        self.dataset_list = []

    def _dataset(self, sizes, arrays):
        dataset = acl.mdl.create_dataset()
        for i, size in enumerate(sizes):
            pointer, ret = acl.rt.malloc(size, ACL_MEM_MALLOC_NORMAL_ONLY)
            check(ret)
            if arrays:
                data = arrays[i].tobytes()
                check(acl.rt.memcpy(pointer, size, acl.util.bytes_to_ptr(data), len(data), ACL_MEMCPY_HOST_TO_DEVICE))
            _, ret = acl.mdl.add_dataset_buffer(dataset, acl.create_data_buffer(pointer, size))
            check(ret)
        return dataset

    def data_interaction(self, pictures):
        inputs = [acl.mdl.get_input_size_by_index(self.model_desc, i) for i in range(2)]
        outputs = [acl.mdl.get_output_size_by_index(self.model_desc, i) for i in range(2)]
        for i in range(self.memory_pool):
            self.dataset_list.append([self._dataset(inputs, pictures[i % len(pictures)]), self._dataset(outputs, None)])

    def process_callback(self, arguments):
        context, timeout = arguments
        check(acl.rt.set_context(context))
        while not self.is_exit:
            acl.rt.process_report(timeout)

    def callback_func(self, delete_list):
        for _, output in delete_list:
            result = []
            for i in range(acl.mdl.get_dataset_num_buffers(output)):
                buffer = acl.mdl.get_dataset_buffer(output, i)
                pointer, size = acl.get_data_buffer_addr(buffer), acl.get_data_buffer_size(buffer)
                host, ret = acl.rt.malloc_host(size)
                check(ret)
                check(acl.rt.memcpy(host, size, pointer, size, ACL_MEMCPY_DEVICE_TO_HOST))
                result.append(struct.unpack("6f", acl.util.ptr_to_bytes(host, size)))
                check(acl.rt.free_host(host))
            self.results.append(result)

    def forward(self):
        waiting = []
        for i in range(self.execute_times):
            inputs, outputs = self.dataset_list.pop(0)
            check(acl.mdl.execute_async(self.model_id, inputs, outputs, self.stream))
            waiting.append([inputs, outputs])
            if (i + 1) % self.callback_interval == 0:
                check(acl.rt.launch_callback(self.callback_func, waiting, 1, self.stream))
                waiting = []
        check(acl.rt.synchronize_stream(self.stream))

    def run(self, pictures):
        self.data_interaction(pictures)
        tid, ret = acl.util.start_thread(self.process_callback, [self.context, 50])
        check(ret)
        check(acl.rt.subscribe_report(tid, self.stream))
        self.forward()
        count = len(self.results)
        check(acl.rt.unsubscribe_report(tid, self.stream))
        self.is_exit = True
        check(acl.util.stop_thread(tid))
        return count

    def end(self):
        check(acl.mdl.destroy_desc(self.model_desc))
        check(acl.mdl.unload(self.model_id))
        check(acl.rt.destroy_stream(self.stream))
        check(acl.rt.destroy_context(self.context))
        check(acl.rt.reset_device(self.device_id))


@pytest.mark.parametrize("interval", [1, 2, 5])
def test_7_5_2_asynchronous_inference(device, interval):
    random = np.random.default_rng(interval)
    pictures = [[random.standard_normal((2, 3), dtype=np.float32) for _ in range(2)] for _ in range(3)]
    net = Net(device, 10, interval, 10)
    assert net.run(pictures) == 10, "when the stream was synchronised, the callbacks had run"
    for i, (total, difference) in enumerate(net.results):
        a, b = (array.ravel() for array in pictures[i % 3])
        np.testing.assert_array_equal(total, a + b)
        np.testing.assert_array_equal(difference, a - b)
    net.end()


@pytest.mark.parametrize("is_queued", [False, True])
def test_7_10_which_operator_failed(device, is_queued):
    model_id, ret = acl.mdl.load_from_file(str(MODELS / "lookup.om"))  # (x + x)[indices]
    check(ret)
    x = np.arange(12, dtype=np.float32).reshape(4, 3)
    indices = np.array([1, 7], np.int32)  # there is no row 7
    result = np.zeros((2, 3), np.float32)

    def dataset(*arrays):
        made = acl.mdl.create_dataset()
        for array in arrays:
            _, ret = acl.mdl.add_dataset_buffer(made,
                                                acl.create_data_buffer(acl.util.numpy_to_ptr(array), array.nbytes))
            check(ret)
        return made

    told = []

    def exception_callback(info):
        stream_id = acl.rt.get_stream_id_from_exception_info(info)
        device_id = acl.rt.get_device_id_from_exception_info(info)
        task_id = acl.rt.get_task_id_from_exception_info(info)
        op_name, input_desc, num_inputs, output_desc, num_outputs, ret = \
            acl.mdl.create_and_get_op_desc(device_id, stream_id, task_id, 256)
        tensors = []
        for descs, count in ((input_desc, num_inputs), (output_desc, num_outputs)):
            for i in range(count):
                desc = acl.get_tensor_desc_by_index(descs, i)
                address = acl.get_tensor_desc_address(desc)
                dims = [acl.get_tensor_desc_dim_v2(desc, k) for k in range(acl.get_tensor_desc_num_dims(desc))]
                tensors.append((acl.get_tensor_desc_type(desc), dims,
                                acl.util.ptr_to_bytes(address, acl.get_tensor_desc_size(desc))))
        acl.destroy_tensor_desc(input_desc)
        acl.destroy_tensor_desc(output_desc)
        told.append((op_name, num_inputs, num_outputs, ret, tensors))

    check(acl.rt.set_exception_info_callback(exception_callback))
    try:
        inputs, outputs = dataset(x, indices), dataset(result)
        if is_queued:
            check(acl.mdl.execute_async(model_id, inputs, outputs, 0))
            assert acl.rt.synchronize_stream(0) == 100000
        else:
            assert acl.mdl.execute(model_id, inputs, outputs) == 100000
    finally:
        check(acl.rt.set_exception_info_callback(None))
    (op_name, num_inputs, num_outputs, ret, tensors), = told
    assert (op_name, num_inputs, num_outputs, ret) == ("look_up", 3, 1, 0)
    assert tensors[0] == (0, [(4, 0), (3, 0)], (x + x).tobytes())
    assert tensors[1] == (3, [(2, 0)], indices.tobytes())
    assert tensors[3][:2] == (0, [(2, 0), (3, 0)])
    acl.get_recent_err_msg()
    check(acl.mdl.unload(model_id))
