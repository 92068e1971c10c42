# SPDX-License-Identifier: Apache-2.0
"""How arguments go to C and results come back, on the functions of ext/probe_functions.h."""
import pathlib
import sys
import threading
import time

import acl_probe
import numpy
import pytest

INVALID_PARAM = 100000
RANGES = {"int8": (-2**7, 2**7 - 1), "uint8": (0, 2**8 - 1), "uint16": (0, 2**16 - 1),
          "int32": (-2**31, 2**31 - 1), "uint32": (0, 2**32 - 1), "int64": (-2**63, 2**63 - 1),
          "uint64": (0, 2**64 - 1), "address": (0, 2**64 - 1)}


class Index:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


# --- number of arguments -------------------------------------------------------------------------


@pytest.mark.parametrize("call, message", [
    (lambda: acl_probe.nothing(1), "acl_probe.nothing() takes no arguments, got 1"),
    (lambda: acl_probe.int8(), "acl_probe.int8() takes 1 argument (value), got 0"),
    (lambda: acl_probe.six(1, 2), "acl_probe.six() takes 6 arguments (dst, dest_max, src, count, kind, stream), got 2"),
    (lambda: acl_probe.optional_int(1, 2), "acl_probe.optional_int() takes 0 to 1 argument (value), got 2"),
    (lambda: acl_probe.by_hand(), "acl_probe.by_hand() takes 1 argument (object), got 0"),
    (lambda: acl_probe.int8(value=1), "acl_probe.int8() takes no keyword arguments"),
])
def test_wrong_count_raises(call, message):
    with pytest.raises(TypeError) as raised:
        call()
    assert str(raised.value) == message


def test_optional_arguments_may_be_left_out():
    assert acl_probe.optional_int() == 0
    assert acl_probe.optional_int(7) == 7
    assert acl_probe.optional_text() is None
    assert acl_probe.optional_text(None) is None


# --- integers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, bounds", RANGES.items())
def test_bounds_pass(name, bounds):
    for value in bounds:
        assert getattr(acl_probe, name)(value) == value


@pytest.mark.parametrize("name, bounds", RANGES.items())
@pytest.mark.parametrize("bits", [0, 64, 100, 20000])
def test_out_of_range_is_no_exception(name, bounds, bits, last_message):
    for value in (bounds[0] - 2**bits, bounds[1] + 2**bits):
        assert getattr(acl_probe, name)(value) == 0
        message = last_message()
        assert f"acl_probe.{name}" in message and "value" in message
        assert f"an int from {bounds[0]} to {bounds[1]}" in message


def test_a_rejected_call_does_not_reach_c(last_message):
    before = acl_probe.calls()
    assert acl_probe.count_call(-1) == INVALID_PARAM
    assert last_message()
    assert acl_probe.count_call(1) == 0
    assert acl_probe.calls() == before + 1


@pytest.mark.parametrize("value", [5, True, numpy.int64(5), numpy.uint8(5), Index(5)])
def test_index_is_asked(value):
    assert acl_probe.int32(value) == value.__index__()


def test_index_may_be_out_of_range_too():
    assert acl_probe.uint8(numpy.int64(256)) == 0
    assert acl_probe.uint8(Index(-1)) == 0


def test_exceptions_of_index_are_the_programs_own():
    with pytest.raises(ZeroDivisionError):
        acl_probe.int32(Index(ZeroDivisionError()))


@pytest.mark.parametrize("value", [1.0, numpy.float32(1), None, "1", b"1", [1]])
@pytest.mark.parametrize("name", ["int8", "uint64", "address", "enum", "object"])
def test_other_types_raise(name, value):
    parameter = "object" if name == "object" else "value"
    with pytest.raises(TypeError) as raised:
        getattr(acl_probe, name)(value)
    assert str(raised.value) == f"acl_probe.{name}(): {parameter} must be int, not {type(value).__name__}"


def test_enumerations_are_ints():
    assert acl_probe.enum(5) == 5
    assert acl_probe.enum(77) == 77  # the library judges values, the binding only what C can hold


def test_minus_one_is_the_largest_index(last_message):
    assert acl_probe.reserved(-1) == 2**64 - 1
    assert acl_probe.reserved(7) == 7
    for value in (-2, 2**63):
        assert acl_probe.reserved(value) == 0
        assert "expected an int from -1 to" in last_message()


def test_an_argument_can_come_back():
    assert acl_probe.through(2**64 - 16, 0) == (2**64 - 16, 7, 0)
    assert acl_probe.through(16, 500001) == (16, 7, 500001)
    assert acl_probe.through(-1, 0) == (0, 0, INVALID_PARAM)
    with pytest.raises(TypeError, match="object must be int, not None"):
        acl_probe.through(None, 0)


def test_objects_are_addresses():
    assert acl_probe.object(0) == 0
    assert acl_probe.object(2**64 - 16) == 2**64 - 16


# --- real numbers and text -----------------------------------------------------------------------


@pytest.mark.parametrize("value", [0, 1, True, -2.5, numpy.float32(0.5), numpy.float64(-1), numpy.int32(3)])
def test_real_numbers(value):
    assert acl_probe.double(value) == value
    assert acl_probe.float(value) == value
    assert type(acl_probe.float(value)) is float


def test_real_numbers_at_their_ends(last_message):
    assert acl_probe.float(1e300) == float("inf")
    assert acl_probe.double(-float("inf")) == -float("inf")
    assert acl_probe.double(10**400) == 0
    assert "acl_probe.double" in last_message()


@pytest.mark.parametrize("value", ["1", None, 1j, [1.0]])
def test_no_real_number(value):
    with pytest.raises(TypeError, match=rf"acl_probe.double\(\): value must be float, not {type(value).__name__}"):
        acl_probe.double(value)


@pytest.mark.parametrize("text", ["", "plain", "größe 模型", "\udcff\udc80"])
def test_text_goes_there_and_back(text):
    assert acl_probe.text(text) == text
    assert acl_probe.path(text) == text


def test_text_that_c_cannot_hold(last_message):
    for text in ("a\0b", "\ud800"):
        assert acl_probe.text(text) is None
        assert "acl_probe.text" in last_message()
        assert acl_probe.path(text) is None
        assert "acl_probe.path" in last_message()


def test_a_path_may_be_any_path_like_object():
    assert acl_probe.path(pathlib.Path("/tmp/x")) == "/tmp/x"
    assert acl_probe.path(b"/tmp/x") == "/tmp/x"
    assert acl_probe.path(None) is None


@pytest.mark.parametrize("call, message", [
    (lambda: acl_probe.text(1), "acl_probe.text(): value must be str, not int"),
    (lambda: acl_probe.text(b"x"), "acl_probe.text(): value must be str, not bytes"),
    (lambda: acl_probe.text(None), "acl_probe.text(): value must be str, not NoneType"),
    (lambda: acl_probe.path(1), "acl_probe.path(): value must be str or os.PathLike, not int"),
])
def test_no_text(call, message):
    with pytest.raises(TypeError) as raised:
        call()
    assert str(raised.value) == message


# --- results -------------------------------------------------------------------------------------


def test_shapes_of_results():
    assert acl_probe.nothing() == 0
    assert acl_probe.void(3) is None
    assert acl_probe.fail(-7) == -7
    assert acl_probe.outputs(4) == (-4, 2.0, 4, "text", 0)


def test_shapes_of_failures(last_message):
    assert acl_probe.outputs(0) == (0, 0.0, 0, None, 500001)
    assert acl_probe.outputs(-1) == (0, 0.0, 0, None, INVALID_PARAM)
    assert "an int from 0" in last_message()
    assert acl_probe.void(-1) is None
    assert "acl_probe.void" in last_message()


def test_no_reference_is_lost_or_kept():
    value, text = 2**70, "text" * 100
    before = sys.getrefcount(value), sys.getrefcount(text)
    for _ in range(1000):
        acl_probe.uint64(value)
        acl_probe.text(text)
        acl_probe.by_hand(text)
        with pytest.raises(TypeError):
            acl_probe.int8(text)
    assert (sys.getrefcount(value), sys.getrefcount(text)) == before


# --- threads -------------------------------------------------------------------------------------


@pytest.mark.parametrize("function, others_run", [(acl_probe.sleep, True), (acl_probe.sleep_with_gil, False)])
def test_a_call_that_waits_lets_other_threads_run(function, others_run):
    thread = threading.Thread(target=function, args=(300,))
    thread.start()
    time.sleep(0.1)
    assert thread.is_alive() == others_run
    thread.join()


def test_threads_inside_c_do_not_disturb_the_end_of_the_interpreter(run_python):
    finished = run_python("""
        import threading, acl_probe
        def work(milliseconds):
            while True:
                acl_probe.sleep(milliseconds)
        for milliseconds in (0, 1, 60000):
            threading.Thread(target=work, args=(milliseconds,), daemon=True).start()
        print("end")
    """)
    assert (finished.stdout, finished.stderr, finished.returncode) == ("end\n", "", 0)


# --- the ledger ----------------------------------------------------------------------------------


def test_ledger(run_python, tmp_path):
    ledger = tmp_path / "ledger"
    program = """
        import acl_probe
        acl_probe.nothing(); acl_probe.nothing()
        acl_probe.fail(3); acl_probe.fail(0)
        acl_probe.uint8(1); acl_probe.uint8(-1)
        acl_probe.by_hand(1)
        for call in (acl_probe.uint8, acl_probe.by_hand):
            try: call()
            except TypeError: pass
    """
    for _ in range(2):
        assert run_python(program, SOFTACL_LEDGER=str(ledger)).returncode == 0
    lines = [line for line in ledger.read_text().splitlines() if line.startswith("py acl_probe.")]
    assert len(lines) == 8 and lines[:4] == lines[4:]
    assert set(lines) == {"py acl_probe.nothing 2 0", "py acl_probe.fail 1 1", "py acl_probe.uint8 1 2",
                          "py acl_probe.by_hand 1 1"}
