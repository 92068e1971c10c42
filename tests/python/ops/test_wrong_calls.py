# SPDX-License-Identifier: Apache-2.0
"""Wrong calls of every operator. Each fails with a documented code and a sentence that names the operator, or succeeds
where it happens to be right; none crashes, hangs or writes beyond its buffers.

A call starts from a case of the operator (cases_*.py) if it has one, else from inputs of what it declares."""
import faulthandler
import re
from pathlib import Path

import numpy as np
import pytest

import acl
from declared import operators
from single_op import (ACL_FORMAT_ND, ACL_MEM_MALLOC_NORMAL_ONLY, ACL_MEMCPY_DEVICE_TO_HOST, ACL_MEMCPY_HOST_TO_DEVICE,
                       ACL_TYPES, Call, Case, Floats, Type, array_of, expected_of)
from test_operators import CASES

HEADER = Path(__file__).parents[3] / "include" / "acl" / "acl_base.h"
DOCUMENTED = {int(code) for code in re.findall(r"ACL_ERROR_\w+\D+(\d{6})", HEADER.read_text(encoding="utf-8"))}
GUARD = 64  # bytes on either side of each buffer
PATTERN = 0xA5
ROOM = 1 << 16  # of outputs whose size nobody knows
HANG = 120  # seconds
FAR = (-2**31, 2**31 - 1, 2**63 - 1, -2**63, -1)
HUGE = 2**40
OTHER_TYPES = ("float32", "int32", "uint8", "bool", "int64", "float16")
# What attributes of each kind are set to.
ATTR_VALUES = {
    "Int": (0, *FAR, HUGE), "Float": (float("nan"), float("inf"), -1.0, 0.0, 3e38), "Bool": (True, False),
    "String": ("", "NHWC", "nonsense"), "Type": (Type("int8"), Type("float16"), Type("bool")),
    "ListInt": ([], [0], [-1] * 4, [2**31 - 1] * 4, [2**63 - 1] * 2, [-2**63] * 4, [1] * 9, [3] * 4),
    "ListFloat": (Floats(), Floats([float("nan")]), Floats([0.0] * 6), Floats([float("inf")] * 4)),
    "ListListInt": ([[]], [[2**62]]), "ListBool": ([True],), "ListString": (["x"],),
}
DEFAULTS = {"Int": 1, "Float": 1.0, "Bool": False, "String": "nonsense", "Type": Type("int64"), "ListInt": [1, 1, 1, 1],
            "ListFloat": Floats([1.0]), "ListListInt": [[0]], "ListBool": [True], "ListString": ["x"]}


class Operand:
    """A described tensor and its bytes, with guards around them."""

    def __init__(self, array, size=None, dtype=None, shape=None):
        self.array = array
        self.size = array.nbytes if size is None else size
        self.dtype = dtype or array.dtype.name
        self.shape = array.shape if shape is None else shape
        self.is_null = False


class Attempt:
    """One wrong call: inputs, outputs (Operands; None: absent) and attributes, of which changes are made."""

    def __init__(self, op, inputs, outputs, attrs):
        self.op, self.attrs = op, dict(attrs)
        self.inputs = [None if each is None else Operand(each) for each in inputs]
        self.outputs = [None if each is None else Operand(each) for each in outputs]


class Memory:
    """Blocks that all attempts share, so that none is allocated for each."""

    def __init__(self):
        self.blocks = []

    def block(self, index, size):
        while len(self.blocks) <= index:
            self.blocks.append([0, 0])
        held = self.blocks[index]
        if held[1] < size:
            if held[0]:
                assert acl.rt.free(held[0]) == 0
            held[0], code = acl.rt.malloc(size, ACL_MEM_MALLOC_NORMAL_ONLY)
            assert code == 0
            held[1] = size
        return held[0]

    def release(self):
        for address, _ in self.blocks:
            if address:
                assert acl.rt.free(address) == 0


def upload(address, array):
    assert acl.rt.memcpy(address, array.nbytes, array.ctypes.data, array.nbytes, ACL_MEMCPY_HOST_TO_DEVICE) == 0


def download(address, size):
    array = np.empty(size, np.uint8)
    assert acl.rt.memcpy(array.ctypes.data, size, address, size, ACL_MEMCPY_DEVICE_TO_HOST) == 0
    return array


def place(memory, index, operand):
    """The operand's bytes on the device; (address of the block, what must stay there, slice that may change)."""
    whole = np.full(operand.size + 2 * GUARD, PATTERN, np.uint8)
    values = np.ascontiguousarray(operand.array).reshape(-1).view(np.uint8)[:operand.size]
    whole[GUARD:GUARD + values.size] = values
    address = memory.block(index, whole.size)
    upload(address, whole)
    return address, whole


def make_desc(operand):
    if operand is None:
        return acl.create_tensor_desc(-1, [], -1)
    return acl.create_tensor_desc(ACL_TYPES[operand.dtype], list(operand.shape), ACL_FORMAT_ND)


def make(attempt, memory, must_fail):
    """Makes the calls and looks at what comes of them."""
    what = f"{attempt.op} {[None if x is None else (x.dtype, x.shape, x.size) for x in attempt.inputs]} {attempt.attrs}"
    call = Call(Case(attempt.op, [], None, attempt.attrs))
    with call:
        places = []
        inputs, outputs, values = [], [], []
        for side, buffers in ((attempt.inputs, inputs), (attempt.outputs, outputs)):
            for operand in side:
                if operand is None or operand.is_null:
                    buffers.append(acl.create_data_buffer(0, 0))
                else:
                    address, whole = place(memory, len(places), operand)
                    places.append((address, whole, side is attempt.outputs, operand.size))
                    buffers.append(acl.create_data_buffer(address + GUARD, operand.size))
        kept = []
        for operand in attempt.inputs:
            if operand is None or operand.is_null:
                values.append(acl.create_data_buffer(0, 0))
            else:
                array = np.ascontiguousarray(operand.array)
                kept.append(array)
                values.append(acl.create_data_buffer(array.ctypes.data, min(operand.size, array.nbytes)))
        call.buffers += inputs + outputs + values

        def descs(side):
            made = [make_desc(operand) for operand in side]
            call.descs.extend(made)
            return made

        def judge(function, code):
            sentence = acl.get_recent_err_msg() or ""
            if code == 0:
                return
            assert code in DOCUMENTED, f"{function} of {what}: {code}"
            assert attempt.op in sentence, f"{function} of {what}: {code}: {sentence}"

        acl.get_recent_err_msg()
        judge("infer_shape", acl.op.infer_shape(attempt.op, descs(attempt.inputs), values, len(attempt.outputs),
                                                descs(attempt.outputs), call.attr))
        handle, code = acl.op.create_handle(attempt.op, descs(attempt.inputs), descs(attempt.outputs), call.attr)
        judge("create_handle", code)
        if code == 0:
            acl.op.destroy_handle(handle)
        code = acl.op.execute_v2(attempt.op, descs(attempt.inputs), inputs, descs(attempt.outputs), outputs, call.attr,
                                 0)
        code = acl.rt.synchronize_stream(0) or code
        judge("execute_v2", code)
        assert code != 0 or not must_fail, f"{what} succeeds: {must_fail}"
        for address, whole, may_change, size in places:
            now = download(address, whole.size)
            if may_change:
                now[GUARD:GUARD + size] = whole[GUARD:GUARD + size]
            np.testing.assert_array_equal(now, whole, err_msg=f"{what} writes beyond its buffers")


def outputs_of(op, case):
    if case is not None:
        expected, types = expected_of(case)
        return [np.zeros(case.shapes[i] if e is None else e.shape, t) for i, (e, t) in enumerate(zip(expected, types))]
    return [np.zeros((2, 3, 4, 4), next((t for t in port.types if t in ACL_TYPES), "float32")) for port in op.outputs]


CASE_OF = {}
for parameter in CASES:
    CASE_OF.setdefault(parameter.values[0].op, parameter.values[0])


def right_call(op):
    """A call that is right if the operator has a case, and plausible otherwise."""
    case = CASE_OF.get(op.name)
    if case is not None:
        return Attempt(op.name, [array_of(each) for each in case.inputs], outputs_of(op, case), case.attrs)
    random = np.random.default_rng(5)
    inputs = [(random.random((2, 3, 4, 4)) * 3).astype(next(t for t in port.types if t in ACL_TYPES))
              for port in op.inputs]
    attrs = {attr.name: DEFAULTS[attr.kind] for attr in op.attrs if attr.required and attr.kind in DEFAULTS}
    return Attempt(op.name, inputs, outputs_of(op, None), attrs)


def wrong_inputs(op, is_right):
    base = right_call(op)
    attempt = right_call(op)
    attempt.inputs = []
    yield attempt, "it has no inputs" if any(port.arity != "?" for port in op.inputs) else ""
    attempt = right_call(op)
    attempt.inputs.append(Operand(np.zeros(2, np.float32)))
    yield attempt, ""
    is_list = any(port.arity == "*" for port in op.inputs)
    for i, operand in enumerate(base.inputs):
        if operand is None:
            continue
        port = op.inputs[i] if not is_list and i < len(op.inputs) else None
        for dtype in OTHER_TYPES:
            if dtype == operand.dtype:
                continue
            attempt = right_call(op)
            attempt.inputs[i] = Operand(operand.array.astype(dtype))
            yield attempt, f"input {i} is {dtype}" if port and dtype not in port.types else ""
        for shape in ((), (1,), (1,) * 9, (0,) + operand.shape[1:], (2, 0, 3), (1,) + operand.shape, operand.shape[1:],
                      operand.shape[::-1], tuple(size + 1 for size in operand.shape)):
            attempt = right_call(op)
            attempt.inputs[i] = Operand(np.resize(operand.array, shape))
            yield attempt, ""
        for shape in ((HUGE,), (HUGE,) + operand.shape[1:], (HUGE, HUGE, HUGE), (-1,) * len(operand.shape), (-2,),
                      (1,) * 40):
            attempt = right_call(op)
            attempt.inputs[i].shape = shape
            yield attempt, f"input {i} has too few bytes" if HUGE in shape else ""
        attempt = right_call(op)
        attempt.inputs[i] = None
        yield attempt, ""
        if operand.size:
            wrong = is_right and not (port and port.arity == "?")
            attempt = right_call(op)
            attempt.inputs[i].size -= 1
            yield attempt, f"input {i} lacks a byte" if wrong else ""
            attempt = right_call(op)
            attempt.inputs[i].is_null = True
            yield attempt, f"input {i} is null" if wrong else ""
            for value in FAR:
                attempt = right_call(op)
                if operand.array.dtype.kind in "iu":
                    limits = np.iinfo(operand.array.dtype)
                    value = min(max(value, limits.min), limits.max)
                elif operand.array.dtype.kind == "f":
                    value = {-1: float("nan"), 2**63 - 1: float("inf"), -2**63: float("-inf")}.get(value, value)
                with np.errstate(all="ignore"):
                    attempt.inputs[i] = Operand(np.full(operand.shape, value).astype(operand.array.dtype))
                yield attempt, ""


def wrong_attrs(op):
    for attr in op.attrs:
        if attr.kind not in ATTR_VALUES:
            continue
        if attr.required:
            attempt = right_call(op)
            attempt.attrs.pop(attr.name, None)
            yield attempt, f"{attr.name} is missing"
        for kind, values in ATTR_VALUES.items():
            for value in values if kind == attr.kind else values[-1:]:
                attempt = right_call(op)
                attempt.attrs[attr.name] = value
                # An empty list is one of any kind.
                yield attempt, f"{attr.name} is a {kind}" if {kind, attr.kind} <= {"Int", "String", "Bool"} and \
                    kind != attr.kind else ""
    attempt = right_call(op)
    attempt.attrs["no_such_attribute"] = 1  # a warning only
    yield attempt, ""


def wrong_outputs(op, is_right):
    base = right_call(op)
    attempt = right_call(op)
    attempt.outputs = []
    yield attempt, "it has no outputs" if is_right else ""
    attempt = right_call(op)
    attempt.outputs.append(Operand(np.zeros(2, np.float32)))
    yield attempt, ""
    for i, operand in enumerate(base.outputs):
        for dtype in OTHER_TYPES:
            if dtype == operand.dtype:
                continue
            attempt = right_call(op)
            attempt.outputs[i] = Operand(operand.array.astype(dtype))
            yield attempt, f"output {i} is {dtype}" if is_right else ""
        for shape in ((), (7, 11), operand.shape + (2,), (0,), (1,) * 9, (HUGE,), (-1,) * len(operand.shape), (-2,)):
            attempt = right_call(op)
            attempt.outputs[i].shape = shape
            yield attempt, ""
        if operand.size:
            attempt = right_call(op)
            attempt.outputs[i].size -= 1
            yield attempt, f"output {i} lacks a byte" if is_right else ""
            attempt = right_call(op)
            attempt.outputs[i].is_null = True
            yield attempt, f"output {i} is null" if is_right else ""


@pytest.fixture(scope="module", autouse=True)
def memory():
    assert acl.init() == 0
    assert acl.rt.set_device(0) == 0
    made = Memory()
    yield made
    made.release()
    assert acl.rt.reset_device(0) == 0
    assert acl.finalize() == 0


@pytest.mark.parametrize("name", sorted(operators()))
def test_wrong_calls(name, memory):
    op = operators()[name]
    is_right = name in CASE_OF
    faulthandler.dump_traceback_later(HANG, exit=True)
    try:
        for attempts in (wrong_inputs(op, is_right), wrong_attrs(op), wrong_outputs(op, is_right)):
            for attempt, must_fail in attempts:
                make(attempt, memory, must_fail)
        if is_right:
            make(right_call(op), memory, "")
    finally:
        faulthandler.cancel_dump_traceback_later()
