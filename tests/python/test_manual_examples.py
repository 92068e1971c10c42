# SPDX-License-Identifier: Apache-2.0
"""The manual's examples of sections 4.3 to 4.5, 7.8 and 7.9, completed so that they run and check their data."""
import acl
import numpy as np
import pytest

ACL_MEM_MALLOC_NORMAL_ONLY = 2
ACL_MEMCPY_HOST_TO_DEVICE = 1
ACL_MEMCPY_DEVICE_TO_HOST = 2
ACL_MEMCPY_DEVICE_TO_DEVICE = 3
SIZE = 1024 * 1024


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
