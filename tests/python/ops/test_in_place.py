# SPDX-License-Identifier: Apache-2.0
"""Operators whose first result goes where an input lies, as programs with little memory call them: each gives what it
gives elsewhere."""
import numpy as np
import pytest

import acl
import cases_random
from single_op import ACL_MEMCPY_DEVICE_TO_HOST, Call, array_of, execute, expected_of, succeeded
from test_operators import CASES, one_device  # noqa: F401 (a fixture)

RANDOM = {case.op for case in cases_random.CASES}
SHIFT = 8  # bytes by which a result lies behind its input, where they overlap in part


def first_cases():
    """A case for each operator, the one with most elements."""
    best = {}
    for parameter in CASES:
        case = parameter.values[0]
        size = sum(array_of(each).size for each in case.inputs if each is not None)
        if case.op not in RANDOM and size >= best.get(case.op, (0, None))[0]:
            best[case.op] = size, case
    return [pytest.param(case, id=op) for op, (_, case) in sorted(best.items())]


def execute_over(case, outputs, index, shift):
    """The first result, written `shift` bytes behind the beginning of an input; the others elsewhere."""
    with Call(case) as call:
        descs, buffers = call.inputs()
        layouts = list(case.formats) + ["ND"] * len(outputs)
        results = [call.desc(output, layout=layout) for output, layout in zip(outputs, layouts)]
        places = [call.buffer(output, fill=False) for output in outputs]
        size = outputs[0].nbytes
        shared = call.buffer(np.zeros(size + shift, np.uint8), fill=False)
        address = acl.get_data_buffer_addr(shared)
        source = acl.get_data_buffer_addr(buffers[index])
        succeeded("memcpy", acl.rt.memcpy(address, size, source, size, 3))
        for place, at in ((buffers, address), (places, address + shift)):
            place[0 if place is places else index] = acl.create_data_buffer(at, size)
        call.buffers += [buffers[index], places[0]]
        succeeded("execute_v2", acl.op.execute_v2(case.op, descs, buffers, results, places, call.attr, 0))
        succeeded("synchronize_stream", acl.rt.synchronize_stream(0))
        array = np.zeros_like(outputs[0])
        succeeded("memcpy", acl.rt.memcpy(array.ctypes.data, size, address + shift, size, ACL_MEMCPY_DEVICE_TO_HOST))
        return array


@pytest.mark.parametrize("case", first_cases())
def test_a_result_may_lie_over_an_input(case, one_device):  # noqa: F811
    expected, types = expected_of(case)
    outputs = [np.empty(case.shapes[i] if e is None else e.shape, t)
               for i, (e, t) in enumerate(zip(expected, types))]
    wanted = execute(case, outputs)[0]
    for index, given in enumerate(case.inputs):
        on_host = getattr(given, "on_host", False)
        if given is None or on_host or array_of(given).nbytes != outputs[0].nbytes or wanted.shape != outputs[0].shape:
            continue
        for shift in (0, SHIFT):
            if outputs[0].nbytes > shift:
                np.testing.assert_array_equal(execute_over(case, outputs, index, shift), wanted,
                                              err_msg=f"{case} over input {index}, {shift} bytes behind")
