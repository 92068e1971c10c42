# SPDX-License-Identifier: Apache-2.0
"""acl.util: threads."""
import sys
import threading
import time

import pytest
from acl import util

INVALID_PARAM = 100000
UNKNOWN = [0, 1, 2**63, threading.get_ident()]


def test_the_function_gets_the_list_itself():
    seen, arguments = [], [1, "two"]

    def work(args):
        seen.append((args is arguments, threading.get_ident(), threading.current_thread().daemon))

    ident, code = util.start_thread(work, arguments)
    assert code == 0 and type(ident) is int
    assert util.stop_thread(ident) == 0
    assert seen == [(True, ident, True)]


def test_arguments_live_as_long_as_the_thread():
    release = threading.Event()
    sizes = []

    def work(args):
        release.wait(10)
        sizes.append(len(args[0]))

    ident, _ = util.start_thread(work, [bytes(1000)])
    release.set()
    assert util.stop_thread(ident) == 0
    assert sizes == [1000]


def test_nothing_of_a_waited_for_thread_is_kept():
    arguments = [object()]
    before = sys.getrefcount(arguments)
    for _ in range(10):
        ident, _ = util.start_thread(lambda args: None, arguments)
        util.stop_thread(ident)
    assert sys.getrefcount(arguments) == before


def test_threads_that_share_an_id_are_each_waited_for():
    idents = []
    for _ in range(100):  # an ended thread's id goes to the next one
        ident, _ = util.start_thread(lambda args: None, [])
        for thread in threading.enumerate():
            if thread.ident == ident:
                thread.join()
        idents.append(ident)
    assert len(set(idents)) < len(idents), "the system does not reuse ids: nothing was tested"
    assert [util.stop_thread(ident) for ident in idents] == [0] * len(idents)
    assert util.stop_thread(idents[0]) == INVALID_PARAM


def test_stop_waits():
    ident, _ = util.start_thread(lambda args: time.sleep(0.2), [])
    begin = time.monotonic()
    assert util.stop_thread(ident) == 0
    assert time.monotonic() - begin > 0.15


def test_a_thread_that_ended_can_be_waited_for_once(last_message):
    ident, _ = util.start_thread(lambda args: None, [])
    time.sleep(0.1)
    assert util.stop_thread(ident) == 0
    assert util.stop_thread(ident) == INVALID_PARAM
    assert "acl.util.stop_thread" in last_message()


def test_several_may_wait_for_one_thread():
    answers = []
    ident, _ = util.start_thread(lambda args: time.sleep(0.3), [])
    waiters = [threading.Thread(target=lambda: answers.append(util.stop_thread(ident))) for _ in range(3)]
    for waiter in waiters:
        waiter.start()
    for waiter in waiters:
        waiter.join()
    assert answers == [0, 0, 0]


def test_many_threads():
    done = []
    idents = [util.start_thread(done.append, [number])[0] for number in range(50)]
    for ident in set(idents):
        assert util.stop_thread(ident) == 0
    for _ in range(100):
        if len(done) == 50:
            break
        time.sleep(0.01)
    assert sorted(done) == [[number] for number in range(50)]


@pytest.mark.parametrize("ident", [*UNKNOWN, -1, 2**64])
def test_unknown_ids(ident, last_message):
    assert util.stop_thread(ident) == INVALID_PARAM
    message = last_message()
    assert "thr_id" in message and str(ident) in message


def test_a_thread_cannot_wait_for_itself(last_message):
    answers = []

    def work(_):
        answers.append(util.stop_thread(threading.get_ident()))

    ident, _ = util.start_thread(work, [])
    assert util.stop_thread(ident) == 0
    assert answers == [INVALID_PARAM]
    assert not last_message()  # messages belong to the thread that failed


@pytest.mark.parametrize("function", [None, 1, "work"])
def test_no_function(function):
    with pytest.raises(TypeError) as raised:
        util.start_thread(function, [])
    assert str(raised.value) == f"acl.util.start_thread(): thr_func must be callable, not {type(function).__name__}"


def test_no_id():
    with pytest.raises(TypeError, match="thr_id must be int, not str"):
        util.stop_thread("1")


def test_a_thread_that_cannot_start(monkeypatch, last_message):
    def fail(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", fail)
    ident, code = util.start_thread(lambda args: None, [])
    assert ident == 0 and code != 0
    assert "acl.util.start_thread" in last_message()


def test_exceptions_go_to_the_hook(monkeypatch):
    seen = []
    monkeypatch.setattr(threading, "excepthook", lambda args: seen.append(args.exc_type))
    ident, _ = util.start_thread(lambda args: 1 / 0, [])
    assert util.stop_thread(ident) == 0
    assert seen == [ZeroDivisionError]


@pytest.mark.parametrize("work", ["time.sleep(60)", "acl_probe.sleep(60000)", "acl_probe.sleep(0)", "pass"])
def test_no_thread_keeps_the_process_alive(run_python, work):
    finished = run_python(f"""
        import time, acl, acl_probe
        def forever(args):
            while True:
                {work}
        acl.util.start_thread(forever, [])
        time.sleep(0.1)
        print("end")
    """, timeout=10)
    assert (finished.stdout, finished.stderr, finished.returncode) == ("end\n", "", 0)


def test_a_dying_main_thread_ends_the_process(run_python):
    finished = run_python("""
        import acl, acl_probe
        acl.util.start_thread(lambda args: acl_probe.sleep(60000), [])
        raise SystemError("dead")
    """, timeout=10)
    assert finished.returncode == 1 and "dead" in finished.stderr
