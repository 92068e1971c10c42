# SPDX-License-Identifier: Apache-2.0
"""How much arithmetic a network is: multiply-adds of its convolutions and matrix products, each counted as 2."""
import math

import onnx


def gigaflops(path):
    model = onnx.shape_inference.infer_shapes(onnx.load(str(path)))
    graph = model.graph
    shapes = {value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
              for value in [*graph.input, *graph.output, *graph.value_info]}
    shapes.update({value.name: list(value.dims) for value in graph.initializer})
    total = 0
    for node in graph.node:
        if node.op_type == "Conv":  # each output sums a window over the input channels of its group
            total += 2 * math.prod(shapes[node.output[0]]) * math.prod(shapes[node.input[1]][1:])
        elif node.op_type in ("Gemm", "MatMul"):
            inner = shapes[node.input[1]][1 if any(a.name == "transB" and a.i for a in node.attribute) else -2]
            total += 2 * math.prod(shapes[node.output[0]]) * inner
    return total / 1e9
