# SPDX-License-Identifier: Apache-2.0
"""The runtime from Python: documented return shapes, and what programs written for pyACL do (no documentation
says it, but they must run)."""
import ctypes
import mmap

import acl
import numpy as np
import pytest

HOST_TO_HOST, HOST_TO_DEVICE, DEVICE_TO_HOST, DEVICE_TO_DEVICE = range(4)
NORMAL_ONLY = 2
DDR_MEM, HBM_MEM = 0, 1
PARAM_INVALID = 107000


@pytest.fixture
def memory(device):
    pointer, ret = acl.rt.malloc(4096, NORMAL_ONLY)
    assert ret == 0
    assert acl.rt.memset(pointer, 4096, 0, 4096) == 0
    yield pointer
    acl.rt.free(pointer)


@pytest.fixture
def stream(device):
    made, ret = acl.rt.create_stream_with_config(0, 2)
    assert ret == 0
    yield made
    acl.rt.destroy_stream(made)


# Return shapes ----------------------------------------------------------------------------------------------------

def test_before_initialisation():
    assert acl.rt.get_run_mode() == (1, 0)
    assert acl.get_soc_name() == "Ascend310B4"
    assert acl.get_version() == (1, 0, 0, 0)
    assert acl.rt.get_device_count() == (1, 0)
    assert acl.get_recent_err_msg() is None


def test_device_functions(device):
    assert acl.rt.get_device() == (0, 0)
    assert acl.rt.set_ts_device(0) == 0
    assert acl.rt.set_op_wait_timeout(3) == 0
    free, total, ret = acl.rt.get_mem_info(DDR_MEM)
    assert ret == 0 and 0 < free <= total
    assert acl.rt.get_mem_info(HBM_MEM) == (0, 0, 0)


def test_saturation_functions(stream):  # manual 10.2.6, 10.2.7, 10.5.3.5, 10.5.3.6
    assert acl.rt.get_device_sat_mode() == (0, 0)
    assert acl.rt.set_device_sat_mode(1) == 0
    assert acl.rt.get_device_sat_mode() == (1, 0)
    assert acl.rt.set_device_sat_mode(0) == 0
    assert acl.rt.set_device_sat_mode(2) == 200006
    assert acl.rt.set_device_sat_mode(3) == 100000
    for where in (0, stream):
        assert acl.rt.get_stream_overflow_switch(where) == (0, 0)
        assert acl.rt.set_stream_overflow_switch(where, 1) == 0
        assert acl.rt.get_stream_overflow_switch(where) == (1, 0)
        assert acl.rt.set_stream_overflow_switch(where, 0) == 0
        assert acl.rt.set_stream_overflow_switch(where, 2) == 100000
    with pytest.raises(TypeError, match="mode"):
        acl.rt.set_device_sat_mode("0")
    with pytest.raises(TypeError, match="flag"):
        acl.rt.set_stream_overflow_switch(stream, 1.0)
    with pytest.raises(TypeError, match="stream"):
        acl.rt.get_stream_overflow_switch("0")


def test_context_functions(device):
    default, ret = acl.rt.get_context()
    assert ret == 0 and type(default) is int
    explicit, ret = acl.rt.create_context(0)
    assert ret == 0 and acl.rt.get_context() == (explicit, 0)
    assert acl.rt.set_context(default) == 0
    assert acl.rt.get_context() == (default, 0)
    assert acl.rt.destroy_context(explicit) == 0
    assert acl.rt.destroy_context(default) == PARAM_INVALID


def test_stream_rows(device):
    stream, ret = acl.rt.create_stream()
    assert ret == 0
    assert acl.rt.set_stream_failure_mode(stream, 1) == 0
    assert acl.rt.synchronize_stream(stream) == 0
    assert acl.rt.synchronize_stream(0) == 0
    assert acl.rt.synchronize_stream_with_timeout(stream, 1000) == 0
    assert acl.rt.destroy_stream(stream) == 0
    stream, ret = acl.rt.create_stream()
    assert acl.rt.destroy_stream_force(stream) == 0


def test_event_functions(stream):
    begin, ret = acl.rt.create_event_with_flag(8)
    assert ret == 0
    end, ret = acl.rt.create_event()
    assert ret == 0
    assert acl.rt.query_event(begin) == (1, 0)
    assert acl.rt.query_event_status(begin) == (0, 0)
    assert acl.rt.record_event(begin, stream) == 0
    assert acl.rt.record_event(end, stream) == 0
    assert acl.rt.synchronize_stream(stream) == 0
    assert acl.rt.query_event(end) == (0, 0)
    assert acl.rt.query_event_status(end) == (1, 0)
    milliseconds, ret = acl.rt.event_elapsed_time(begin, end)
    assert ret == 0 and type(milliseconds) is float and 0 <= milliseconds < 10000
    assert acl.rt.reset_event(end, stream) == 0
    assert acl.rt.synchronize_stream(stream) == 0
    assert acl.rt.query_event_status(end) == (0, 0)
    assert acl.rt.destroy_event(begin) == 0
    assert acl.rt.destroy_event(end) == 0


def test_memory_functions(device):
    for allocate in (acl.rt.malloc, acl.rt.malloc_cached):
        pointer, ret = allocate(1000, NORMAL_ONLY)
        assert ret == 0 and pointer % 128 == 0
        assert acl.rt.mem_flush(pointer, 1000) == 0
        assert acl.rt.mem_invalidate(pointer, 1000) == 0
        assert acl.rt.free(pointer) == 0
    pointer, ret = acl.rt.malloc_host(1000)
    assert ret == 0 and pointer % 64 == 0
    assert acl.rt.free_host(pointer) == 0


@pytest.mark.parametrize("is_async", [False, True])
def test_2d_copies_take_only_the_rectangle(memory, stream, is_async):
    sent = np.arange(64 * 10, dtype=np.uint8).reshape(10, 64)
    received = np.zeros((10, 64), np.uint8)

    def copy(dst, dst_pitch, src, src_pitch, kind):
        if not is_async:
            return acl.rt.memcpy2d(dst, dst_pitch, src, src_pitch, 20, 10, kind)
        return (acl.rt.memcpy2d_async(dst, dst_pitch, src, src_pitch, 20, 10, kind, stream)
                or acl.rt.synchronize_stream(stream))

    assert copy(memory, 128, acl.util.numpy_to_ptr(sent), 64, HOST_TO_DEVICE) == 0
    assert copy(acl.util.numpy_to_ptr(received), 64, memory, 128, DEVICE_TO_HOST) == 0
    np.testing.assert_array_equal(received[:, :20], sent[:, :20])
    assert not received[:, 20:].any()


# What programs do -------------------------------------------------------------------------------------------------

def test_pointer_arithmetic(memory):
    rows = np.arange(4 * 256, dtype=np.uint8).reshape(4, 256)
    for i, row in enumerate(rows):
        assert acl.rt.memcpy(memory + i * 256, 256, acl.util.numpy_to_ptr(row), 256, HOST_TO_DEVICE) == 0
    np.testing.assert_array_equal(acl.util.ptr_to_numpy(memory, rows.shape, 2), rows)


def test_a_copy_into_bytes_is_seen(memory):
    assert acl.rt.memset(memory, 4096, 65, 100) == 0
    target = bytes(100)
    assert acl.rt.memcpy(acl.util.bytes_to_ptr(target), 100, memory, 100, DEVICE_TO_HOST) == 0
    assert target == b"A" * 100


@pytest.mark.parametrize("kind", [HOST_TO_HOST, HOST_TO_DEVICE, DEVICE_TO_HOST, DEVICE_TO_DEVICE])
def test_the_addresses_decide_not_the_kind(memory, kind):
    data = bytes(range(64))
    assert acl.rt.memcpy(memory, 64, acl.util.bytes_to_ptr(data), 64, kind) == 0
    assert acl.util.ptr_to_bytes(memory, 64) == data


def test_numpy_integers_are_integers(device):
    pointer, ret = acl.rt.malloc(np.int64(128), np.int32(NORMAL_ONLY))
    assert ret == 0
    assert acl.rt.free(np.uint64(pointer)) == 0


def test_reading_beyond_the_end_does_not_crash(memory):
    page = mmap.PAGESIZE
    pages = mmap.mmap(-1, 2 * page)
    pages.write(b"x" * page)
    start = acl.util.numpy_to_ptr(np.frombuffer(pages, np.uint8))
    assert ctypes.CDLL(None).mprotect(ctypes.c_void_p(start + page), page, 0) == 0

    assert acl.rt.memcpy(memory, 4096, start + page - 100, 200, HOST_TO_DEVICE) == 0
    assert acl.util.ptr_to_bytes(memory, 200) == b"x" * 100 + bytes(100)
    assert "only 100 of 200 bytes can be read" in acl.get_recent_err_msg()


def test_freeing_what_is_not_live_is_a_code(memory):
    assert acl.rt.free(memory + 128) == PARAM_INVALID
    assert acl.rt.free(memory) == 0
    assert acl.rt.free(memory) == PARAM_INVALID
    assert acl.rt.free(id(memory)) == PARAM_INVALID
    assert acl.rt.free_host(12345) == PARAM_INVALID
    assert acl.get_recent_err_msg().count("ACL_ERROR_RT_PARAM_INVALID") == 4


def test_import_starts_no_thread(run_python):
    finished = run_python("""
        import os
        threads = lambda: len(os.listdir("/proc/self/task"))
        before = threads()
        import acl
        acl.rt.get_run_mode()
        acl.get_soc_name()
        assert threads() == before, threads()
        """)
    assert finished.returncode == 0, finished.stderr


def test_release_from_destructors_at_exit_is_harmless(run_python):
    finished = run_python("""
        import acl
        class Resource:
            def __init__(self):
                self.stream, _ = acl.rt.create_stream()
                self.memory, _ = acl.rt.malloc(64, 2)
            def __del__(self):
                print(acl.rt.destroy_stream(self.stream) != 0, acl.rt.free(self.memory) != 0)
                acl.rt.reset_device(0)
                acl.finalize()
        acl.init()
        acl.rt.set_device(0)
        kept = Resource()
        acl.rt.reset_device(0)
        acl.finalize()
        """)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.strip() == "True True" and finished.stderr == ""


def test_exit_with_work_queued_is_quick(run_python):
    finished = run_python("""
        import acl
        acl.init()
        acl.rt.set_device(0)
        stream, _ = acl.rt.create_stream()
        event, _ = acl.rt.create_event()
        acl.rt.stream_wait_event(stream, event)
        memory, _ = acl.rt.malloc(1 << 20, 2)
        for _ in range(100):
            acl.rt.memset_async(memory, 1 << 20, 1, 1 << 20, stream)
        raise SystemExit(3)
        """, timeout=10)
    assert finished.returncode == 3 and finished.stderr == ""


def test_a_forked_child_gets_an_error_not_a_hang(run_python):
    finished = run_python("""
        import os, acl
        acl.init()
        acl.rt.set_device(0)
        if os.fork() == 0:
            code = acl.rt.synchronize_device()
            os._exit(0 if code == 500000 and "fork" in acl.get_recent_err_msg() else 1)
        raise SystemExit(os.waitstatus_to_exitcode(os.wait()[1]))
        """, timeout=10)
    assert finished.returncode == 0, finished.stderr
