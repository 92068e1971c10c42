# SPDX-License-Identifier: Apache-2.0
"""Callbacks from Python (manual 7.5, 10.5.4.15 to 10.5.4.18): references, the GIL, exceptions, the interpreter's end."""
import sys
import threading
import time

import acl
import pytest

NO_BLOCK, BLOCK = 0, 1
INVALID_PARAM, PARAM_INVALID, NO_THREAD, TIMEOUT = 100000, 107000, 107015, 507012
STREAM_SUBSCRIBE, THREAD_SUBSCRIBE = 107011, 107012


@pytest.fixture
def stream(device):
    made, ret = acl.rt.create_stream()
    assert ret == 0
    return made


@pytest.fixture
def server(stream):
    """A thread that runs the callbacks of the stream, as the manual writes it."""
    context, ret = acl.rt.get_context()
    assert ret == 0
    ending = []

    def process(args):
        acl.rt.set_context(args[0])
        while not ending:
            acl.rt.process_report(args[1])

    thread, ret = acl.util.start_thread(process, [context, 10])
    assert ret == 0
    assert acl.rt.subscribe_report(thread, stream) == 0
    yield thread
    acl.rt.unsubscribe_report(thread, stream)
    ending.append(True)
    assert acl.util.stop_thread(thread) == 0
    acl.get_recent_err_msg()


@pytest.fixture
def own(stream):
    """This thread runs the callbacks itself."""
    assert acl.rt.subscribe_report(threading.get_ident(), stream) == 0
    return stream


def test_the_function_gets_the_list_itself_in_the_subscribed_thread(stream, server):
    seen, arguments = [], [1, "two"]
    assert acl.rt.launch_callback(lambda args: seen.append((args is arguments, threading.get_ident())), arguments,
                                  BLOCK, stream) == 0
    assert acl.rt.synchronize_stream(stream) == 0
    assert seen == [(True, server)]


def test_order(stream, server):
    seen = []
    for number in range(1000):
        assert acl.rt.launch_callback(seen.extend, [number], number % 2, stream) == 0
    assert acl.rt.launch_callback(seen.extend, [1000], BLOCK, stream) == 0
    assert acl.rt.synchronize_stream(stream) == 0
    assert seen == list(range(1001))


def test_earlier_work_is_done_and_later_work_waits(stream, server):
    memory, ret = acl.rt.malloc(64, 0)
    assert ret == 0
    seen = []

    def look(args):
        host = bytes(64)
        assert acl.rt.memcpy(acl.util.bytes_to_ptr(host), 64, args[0], 64, 2) == 0
        time.sleep(0.02)
        seen.append(host[0])

    for value in range(5):
        assert acl.rt.memset_async(memory, 64, value, 64, stream) == 0
        assert acl.rt.launch_callback(look, [memory], BLOCK, stream) == 0
    assert acl.rt.synchronize_stream(stream) == 0
    assert seen == [0, 1, 2, 3, 4]
    assert acl.rt.free(memory) == 0


def test_one_that_does_not_block(stream, server):
    release, done = threading.Event(), threading.Event()

    def wait(_):
        release.wait(10)
        done.set()

    assert acl.rt.launch_callback(wait, [], NO_BLOCK, stream) == 0
    assert acl.rt.synchronize_stream(stream) == 0
    assert not done.is_set()
    release.set()
    assert done.wait(10)


def test_objects_live_until_the_callback_has_run(own):
    class Data:
        alive = 0

        def __init__(self):
            Data.alive += 1

        def __del__(self):
            Data.alive -= 1

    sizes = []
    assert acl.rt.launch_callback(lambda args: sizes.append(len(args)), [Data(), Data()], BLOCK, own) == 0
    assert Data.alive == 2
    assert acl.rt.process_report(-1) == 0
    assert (sizes, Data.alive) == ([2], 0)


@pytest.mark.parametrize("way", ["run", "unsubscribed", "refused", "no type", "destroyed"])
def test_no_reference_is_kept(device, way):
    function, arguments = lambda args: None, [object()]
    before = sys.getrefcount(function), sys.getrefcount(arguments)
    me = threading.get_ident()
    for _ in range(20):
        stream, _ = acl.rt.create_stream()
        if way != "refused":
            assert acl.rt.subscribe_report(me, stream) == 0
        ret = acl.rt.launch_callback(function, arguments, 2 if way == "no type" else BLOCK, stream)
        assert ret == {"refused": NO_THREAD, "no type": INVALID_PARAM}.get(way, 0)
        if way == "run":
            assert acl.rt.process_report(-1) == 0
        if way == "unsubscribed":
            assert acl.rt.unsubscribe_report(me, stream) == 0
            assert acl.rt.synchronize_stream(stream) == 0
        assert acl.rt.destroy_stream(stream) == 0
    assert (sys.getrefcount(function), sys.getrefcount(arguments)) == before
    acl.get_recent_err_msg()


def test_exceptions_go_to_the_hook_and_the_stream_goes_on(own, monkeypatch):
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: seen.append((args.exc_type, args.object)))

    def fail(_):
        raise ValueError("wrong")

    assert acl.rt.launch_callback(fail, [], BLOCK, own) == 0
    assert acl.rt.launch_callback(seen.append, [1], BLOCK, own) == 0
    assert acl.rt.process_report(-1) == 0
    assert acl.rt.process_report(-1) == 0
    assert seen == [(ValueError, fail), [1]]
    assert acl.rt.synchronize_stream(own) == 0


def test_a_callback_may_launch_another(own):
    seen = []

    def first(_):
        assert acl.rt.launch_callback(seen.append, [2], BLOCK, own) == 0
        seen.append(1)

    assert acl.rt.launch_callback(first, None, BLOCK, own) == 0
    assert [acl.rt.process_report(-1) for _ in range(2)] == [0, 0]
    assert seen == [1, [2]]


def test_waiting_lets_other_threads_run(own):
    counts = []

    def count():
        for _ in range(5):
            counts.append(acl.rt.launch_callback(lambda args: None, [], BLOCK, own))
            time.sleep(0.01)

    context, _ = acl.rt.get_context()
    thread = threading.Thread(target=lambda: (acl.rt.set_context(context), count()))
    thread.start()
    assert [acl.rt.process_report(10000) for _ in range(5)] == [0] * 5
    thread.join()
    assert counts == [0] * 5


def test_codes(own, last_message):
    me = threading.get_ident()
    other, _ = acl.rt.create_stream()
    assert acl.rt.launch_callback(print, [], BLOCK, other) == NO_THREAD
    assert "subscribe" in last_message().lower()
    assert acl.rt.subscribe_report(me, own) == STREAM_SUBSCRIBE
    assert acl.rt.unsubscribe_report(me + 1, own) == THREAD_SUBSCRIBE
    assert acl.rt.unsubscribe_report(me, other) == STREAM_SUBSCRIBE
    assert acl.rt.process_report(1) == TIMEOUT
    assert acl.rt.process_report(0) == PARAM_INVALID
    assert acl.rt.process_report(-2) == PARAM_INVALID
    assert acl.rt.unsubscribe_report(me, own) == 0
    assert acl.rt.process_report(-1) == THREAD_SUBSCRIBE


def test_a_callback_cannot_wait_for_its_own_stream(own):
    codes = []
    assert acl.rt.launch_callback(lambda args: codes.append(acl.rt.synchronize_stream(own)), [], BLOCK, own) == 0
    assert acl.rt.process_report(-1) == 0
    assert codes == [PARAM_INVALID]


@pytest.mark.parametrize("arguments", [(None, [], 1, 0), (print, [], "1", 0), (print, [], 1, "0"), (print, [], 1)])
def test_types(own, arguments):
    with pytest.raises(TypeError, match=r"acl.rt.launch_callback\(\)"):
        acl.rt.launch_callback(*arguments)


@pytest.mark.parametrize("function", [acl.rt.subscribe_report, acl.rt.unsubscribe_report, acl.rt.process_report])
def test_types_of_the_others(function):
    with pytest.raises(TypeError):
        function("1", "2")


@pytest.mark.parametrize("work", ["time.sleep(60)", "acl_probe.sleep(60000)", "pass"])
@pytest.mark.parametrize("at_exit", ["pass", "acl.finalize()"])
def test_the_interpreter_ends_with_callbacks_running_and_queued(run_python, work, at_exit):
    finished = run_python(f"""
        import time, acl, acl_probe, threading
        class Last:
            def __del__(self):
                {at_exit}
        last = Last()
        acl.init()
        acl.rt.set_device(0)
        stream, ret = acl.rt.create_stream()
        def serve(args):
            while True:
                acl.rt.process_report(100)
        thread, ret = acl.util.start_thread(serve, [])
        assert acl.rt.subscribe_report(thread, stream) == 0
        begun = threading.Event()
        def callback(args):
            begun.set()
            {work}
        for _ in range(100):
            assert acl.rt.launch_callback(callback, [], 1, stream) == 0
        assert begun.wait(10)
        print("end")
    """, timeout=15)
    assert (finished.stdout, finished.stderr, finished.returncode) == ("end\n", "", 0)
