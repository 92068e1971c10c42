# SPDX-License-Identifier: Apache-2.0
"""Failing calls keep the shape that the manual prints, and the library keeps out of the way of a program."""
import csv
import inspect
import pathlib
import threading

import acl
import pytest

MANUAL = pathlib.Path(__file__).parents[2] / "spec" / "manual.tsv"
CONTEXT_NULL = 107002


def documented():
    """Name and names of the results of every function of acl.rt that exists."""
    with MANUAL.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            module, _, name = row["python"].rpartition(".")
            if module == "acl.rt" and hasattr(acl.rt, name):
                yield name, row["py_signature"].partition("=")[0].replace(" ", "").split(",")


@pytest.fixture
def initialised():
    assert acl.init() == 0
    yield
    assert acl.finalize() == 0
    acl.get_recent_err_msg()


@pytest.mark.parametrize("name, results", documented())
def test_results_have_their_shape_whatever_the_arguments(initialised, name, results):
    function = getattr(acl.rt, name)
    functions = {"fn": len}  # where an int is a TypeError
    result = function(*[functions.get(parameter, 0) for parameter in inspect.signature(function).parameters])
    returned = result if isinstance(result, tuple) else (result,)
    assert isinstance(result, tuple) == (len(results) > 1)
    assert [type(value) for value in returned] == [float if each == "ms" else int for each in results]


def run_in_acl_thread(work):
    ident, ret = acl.util.start_thread(work, [])
    assert ret == 0 and acl.util.stop_thread(ident) == 0


def run_in_python_thread(work):
    thread = threading.Thread(target=work, args=([],))
    thread.start()
    thread.join()


@pytest.mark.parametrize("run", [run_in_acl_thread, run_in_python_thread])
def test_a_new_thread_needs_the_context(device, run):
    context, _ = acl.rt.get_context()
    answers = []

    def work(_):
        answers.append(acl.rt.malloc(64, 2))
        answers.append(acl.rt.set_context(context))
        answers.append(acl.rt.synchronize_stream(0))

    run(work)
    assert answers == [(0, CONTEXT_NULL), 0, 0]


def test_failing_calls_print_nothing(run_python):
    finished = run_python("""
        import acl
        acl.finalize()
        acl.init("/does/not/exist")
        acl.init()
        acl.rt.set_device(99)
        acl.rt.set_device(0)
        acl.rt.free(1)
        acl.rt.destroy_stream(1)
        stream, _ = acl.rt.create_stream()
        data = bytes(64)
        acl.rt.memcpy_async(acl.util.bytes_to_ptr(data), 64, acl.util.bytes_to_ptr(data), 64, 0, stream)
        assert acl.rt.synchronize_stream(stream) != 0
        """)
    assert (finished.stdout, finished.stderr, finished.returncode) == ("", "", 0)


def test_a_fork_after_import_works_on_both_sides(run_python):
    finished = run_python("""
        import os, acl
        assert acl.rt.get_run_mode() == (1, 0) and acl.get_soc_name()
        child = os.fork()
        assert acl.init() == 0 and acl.rt.set_device(0) == 0
        memory, ret = acl.rt.malloc(64, 2)
        assert ret == 0 and acl.rt.memset_async(memory, 64, 65, 64, 0) == 0
        assert acl.rt.synchronize_stream(0) == 0 and acl.util.ptr_to_bytes(memory, 64) == b"A" * 64
        assert acl.finalize() == 0
        if child:
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        """, timeout=20)
    assert finished.returncode == 0, finished.stderr


def test_a_dying_main_thread_ends_a_program_whose_thread_waits(run_python):
    finished = run_python("""
        import acl
        acl.init()
        acl.rt.set_device(0)
        context, _ = acl.rt.get_context()
        event, _ = acl.rt.create_event()
        acl.rt.stream_wait_event(0, event)

        def wait(_):
            acl.rt.set_context(context)
            acl.rt.synchronize_stream(0)

        acl.util.start_thread(wait, [])
        acl.rt.synchronize_stream_with_timeout(0, 100)
        raise SystemError("dead")
        """, timeout=10)
    assert finished.returncode == 1 and "dead" in finished.stderr
