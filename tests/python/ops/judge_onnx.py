# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime as a judge: what it makes of one ONNX node."""
import numpy as np
import onnxruntime
from onnx import ValueInfoProto, helper
from onnx.mapping import NP_TYPE_TO_TENSOR_TYPE

onnxruntime.set_default_logger_severity(3)


def run(op, inputs, outputs=1, opset=16, **attrs):
    """The outputs of the node; None stands for an absent input."""
    names = ["" if array is None else f"x{i}" for i, array in enumerate(inputs)]
    given = {name: np.ascontiguousarray(array) for name, array in zip(names, inputs) if array is not None}
    results = [f"y{i}" for i in range(outputs)]
    node = helper.make_node(op, names, results, **attrs)
    graph = helper.make_graph(
        [node], "one",
        [helper.make_tensor_value_info(name, NP_TYPE_TO_TENSOR_TYPE[array.dtype], array.shape)
         for name, array in given.items()],
        [ValueInfoProto(name=name) for name in results])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, given)


def judge(op, outputs=1, opset=16, **attrs):
    """A function for `Case.expect`, whose arrays are float64; the engine computes in float32."""
    def expect(*arrays):
        narrow = [a.astype("float32") if a is not None and a.dtype == np.float64 else a for a in arrays]
        results = run(op, narrow, outputs, opset, **attrs)
        return results[0] if outputs == 1 else tuple(results)
    return expect
