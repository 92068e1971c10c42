# SPDX-License-Identifier: Apache-2.0
"""Executes the operators of a list on random values, each in the shapes that the list says (open ones in 2), and holds
them against NumPy: `check_all(FOLDER, LIST)`. With SOFTACL_STRICT_OPS=1 nothing runs that is not in the folder."""
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "ops"))
import acl  # noqa: E402 (after the path)
import single_op  # noqa: E402

OPEN = 2
DTYPES = {"float": "float32", "half": "float16", "fp16": "float16", "double": "float64"}


def softmax(x, axes):
    powers = np.exp(x - x.max(tuple(axes), keepdims=True))
    return powers / powers.sum(tuple(axes), keepdims=True)


def convolution(x, w, strides, pads):
    """NCHW, without groups."""
    x = np.pad(x, ((0, 0), (0, 0), pads[:2], pads[2:]))
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], (2, 3))[:, :, ::strides[2], ::strides[3]]
    return np.einsum("nchwij,ocij->nohw", windows, w)


JUDGES = {
    "Add": lambda a, b: a + b,
    "AddN": lambda *x, N: sum(x[1:], x[0]),
    "Cast": lambda x, dst_type: x.astype("int32"),
    "Conv2D": lambda x, w, *rest, strides, pads, **_: convolution(x, w, strides, pads),
    "LeakyRelu": lambda x, negative_slope: np.where(x > 0, x, x * np.float32(negative_slope)),
    "MatMulV2": lambda a, b, *rest, transpose_x1=False, transpose_x2=False: (
        (a.T if transpose_x1 else a) @ (b.T if transpose_x2 else b) + (rest[0] if rest else 0)),
    "ReduceSum": lambda x, axes, keep_dims=False: x.sum(tuple(axes), keepdims=keep_dims),
    "SoftmaxV2": lambda x, axes=(-1,): softmax(x, axes),
    "SplitD": lambda x, split_dim, num_split: np.split(x, num_split, split_dim),
}


def dtype_of(desc):
    return DTYPES.get(desc["type"], desc["type"])


def array_for(desc, random):
    if desc["type"] == "UNDEFINED":
        return None
    shape = [OPEN if size < 0 else size for size in desc["shape"]]
    if desc.get("is_const"):
        return np.array(desc["const_value"], dtype_of(desc)).reshape(shape)
    return random.integers(-9, 10, shape).astype(dtype_of(desc))


def attr_of(attr):
    if attr["type"] == "data_type":
        return single_op.Type(dtype_of({"type": attr["value"]}))
    return float(attr["value"]) if attr["type"] == "float" else attr["value"]


def execute(op, arrays, shapes):
    """The outputs in the shapes given."""
    attrs = {attr["name"]: attr_of(attr) for attr in op.get("attr", [])}
    layouts = ["ND" if desc["format"] == "UNDEFINED" else desc["format"] for desc in op["input_desc"]]
    given = [None if array is None else single_op.Tensor(array, format=layout)
             for array, layout in zip(arrays, layouts)]
    with single_op.Call(single_op.Case(op["op"], [each or single_op.Tensor(None) for each in given], None, attrs)) as call:
        descs, buffers = call.inputs()
        for desc, array, described in zip(descs, arrays, op["input_desc"]):
            if described.get("is_const"):
                single_op.succeeded("set_tensor_const", acl.set_tensor_const(desc, array.ctypes.data, array.nbytes))
        results = [np.zeros(shape, dtype_of(desc)) for shape, desc in zip(shapes, op["output_desc"])]
        places = [call.buffer(result, fill=False) for result in results]
        outputs = [call.desc(result, layout=desc["format"]) for result, desc in zip(results, op["output_desc"])]
        single_op.succeeded("execute_v2",
                            acl.op.execute_v2(op["op"], descs, buffers, outputs, places, call.attr, 0))
        single_op.succeeded("synchronize_stream", acl.rt.synchronize_stream(0))
        for result, place in zip(results, places):
            single_op.succeeded("memcpy", acl.rt.memcpy(result.ctypes.data, result.nbytes,
                                                        acl.get_data_buffer_addr(place), result.nbytes, 2))
        return results


def check_all(folder, list_path):
    """Prints the operators that were right."""
    random = np.random.default_rng(8)
    assert acl.init() == 0
    assert acl.rt.set_device(0) == 0
    single_op.succeeded("set_model_dir", acl.op.set_model_dir(str(folder)))
    for op in json.loads(Path(list_path).read_text(encoding="utf-8")):
        arrays = [array_for(desc, random) for desc in op["input_desc"]]
        expected = JUDGES[op["op"]](*[array for array in arrays if array is not None],
                                    **{attr["name"]: attr["value"] for attr in op.get("attr", [])})
        expected = expected if isinstance(expected, list) else [expected]
        for result, wanted in zip(execute(op, arrays, [each.shape for each in expected]), expected, strict=True):
            np.testing.assert_allclose(result.astype("float64"), wanted, rtol=2e-3 if result.dtype == "float16" else 1e-5,
                                       atol=1e-5, err_msg=str(op))
        print(op["op"], "as NumPy")
    # Another shape than any of the list is refused.
    try:
        execute(op, [None if array is None else np.zeros((7, 5, 3), array.dtype) for array in arrays],
                [(7, 5, 3)] * len(expected))
    except single_op.OpError as error:
        print("refused", error.code)
    assert acl.rt.reset_device(0) == 0
    assert acl.finalize() == 0
