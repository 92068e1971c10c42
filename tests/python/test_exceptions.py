# SPDX-License-Identifier: Apache-2.0
"""Failing tasks (manual 7.10, 10.5.4.19 to 10.5.4.24), time limits (10.9.3) and the log (10.3.36) from Python."""
import sys
import threading

import acl
import pytest

HOST_TO_HOST = 0
PARAM_INVALID = 107000
NOTHING = 0xFFFFFFFF
GETTERS = [acl.rt.get_task_id_from_exception_info, acl.rt.get_stream_id_from_exception_info,
           acl.rt.get_thread_id_from_exception_info, acl.rt.get_device_id_from_exception_info,
           acl.rt.get_error_code_from_exception_info]


@pytest.fixture
def stream(device):
    made, ret = acl.rt.create_stream()
    assert ret == 0
    yield made
    assert acl.rt.set_exception_info_callback(None) == 0


def fail_in(stream):
    host = bytes(64)
    pointer = acl.util.bytes_to_ptr(host)
    assert acl.rt.memcpy_async(pointer, 64, pointer, 64, HOST_TO_HOST, stream) == 0
    assert acl.rt.synchronize_stream(stream) == PARAM_INVALID
    acl.get_recent_err_msg()


def test_a_failure_is_told(stream):
    told = []
    assert acl.rt.set_exception_info_callback(lambda info: told.append([get(info) for get in GETTERS])) == 0
    fail_in(stream)
    fail_in(stream)
    (task, number, thread, device, code), second = told
    assert (task, second[0]) == (0, 1)
    assert (thread, device, code) == (threading.get_native_id(), 0, PARAM_INVALID)
    assert number == second[1] < 512


def test_the_description_ends_with_the_function(stream):
    kept = []
    acl.rt.set_exception_info_callback(kept.append)
    fail_in(stream)
    for get in GETTERS:
        assert get(kept[0]) == get(0) == get(1234) == NOTHING
        with pytest.raises(TypeError):
            get("1")
    acl.get_recent_err_msg()


def test_the_last_function_counts_and_none_removes_it(stream):
    first, second = [], []
    acl.rt.set_exception_info_callback(first.append)
    acl.rt.set_exception_info_callback(second.append)
    fail_in(stream)
    acl.rt.set_exception_info_callback(None)
    fail_in(stream)
    assert (len(first), len(second)) == (0, 1)


def test_references(stream):
    def function(_):
        acl.rt.set_exception_info_callback(None)  # while it runs

    before = sys.getrefcount(function)
    for _ in range(10):
        acl.rt.set_exception_info_callback(function)
        acl.rt.set_exception_info_callback(function)
        fail_in(stream)
    assert sys.getrefcount(function) == before


def test_exceptions_go_to_the_hook(stream, monkeypatch):
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: seen.append(args.exc_type))
    acl.rt.set_exception_info_callback(lambda info: 1 / 0)
    fail_in(stream)
    assert seen == [ZeroDivisionError]


def test_types():
    with pytest.raises(TypeError, match="fn must be callable or None, not int"):
        acl.rt.set_exception_info_callback(1)
    with pytest.raises(TypeError):
        acl.rt.set_op_execute_time_out(1.5)
    with pytest.raises(TypeError, match="message must be str, not bytes"):
        acl.app_log(1, b"x")


def test_the_operator_of_no_failure(device):
    """Manual 10.6.1.12."""
    nothing = ("", 0, 0, 0, 0, 100000)
    assert acl.mdl.create_and_get_op_desc(0, 0, 0, 256) == nothing
    for wrong in (-1, 1 << 40):
        assert acl.mdl.create_and_get_op_desc(wrong, 0, 0, 256) == nothing
    assert acl.mdl.create_and_get_op_desc(0, 0, 0, 0) == nothing
    assert acl.mdl.create_and_get_op_desc(0, 0, 0, (1 << 64) - 1) == nothing
    for name, arguments in (("device_id", ("0", 0, 0, 8)), ("stream_id", (0, 0.0, 0, 8)), ("task_id", (0, 0, None, 8)),
                            ("op_name_len", (0, 0, 0, "8"))):
        with pytest.raises(TypeError, match=name):
            acl.mdl.create_and_get_op_desc(*arguments)
    with pytest.raises(TypeError):
        acl.mdl.create_and_get_op_desc(0, 0, 0)
    acl.get_recent_err_msg()


def test_op_time_limit(device):
    assert acl.rt.set_op_execute_time_out(60) == 0
    assert acl.rt.set_op_execute_time_out(0) == 0
    assert acl.rt.set_op_execute_time_out(-1) == 100000
    acl.get_recent_err_msg()


def test_app_log(run_python, tmp_path):
    finished = run_python("""
        import acl
        for level in range(-1, 6):
            assert acl.app_log(level, f"level {level}, 100 %s") is None
    """, ASCEND_PROCESS_LOG_PATH=str(tmp_path), SOFTACL_LOG_LEVEL="info")
    assert (finished.stdout, finished.stderr, finished.returncode) == ("", "", 0)
    lines = next(tmp_path.glob("softacl-*.log")).read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["[INFO]", "[WARNING]", "[ERROR]"]
    assert all(line.endswith(f"level {level}, 100 %s") for level, line in enumerate(lines, 1))
    assert "<string>:4" in lines[0]
