# SPDX-License-Identifier: Apache-2.0
"""Networks whose dimensions are open, and what becomes of them with all of them fixed: the judge of the other ways."""
import subprocess
from pathlib import Path

import acl
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ATC = Path(acl.__file__).resolve().parents[2] / "bin" / "atc"


def convert(folder, model, name, *options):
    done = subprocess.run([str(ATC), f"--model={model}", "--framework=5", f"--output={folder / name}",
                           "--soc_version=Ascend310B4", *options], capture_output=True, text=True, check=False)
    return done, folder / f"{name}.om"


def save(path, nodes, inputs, outputs, weights):
    graph = helper.make_graph(
        nodes, "net", [helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name, dims in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(path))
    return path


def write_pictures(folder):
    """Convolutions, pooling, and a head whose reshape reads the batch from the shape, as exporters write it."""
    random = np.random.default_rng(7)
    weights = {
        "w1": random.standard_normal((16, 3, 3, 3), dtype=np.float32) / 5,
        "b1": random.standard_normal(16, dtype=np.float32),
        "w2": random.standard_normal((32, 16, 3, 3), dtype=np.float32) / 12,
        "fc": random.standard_normal((32, 10), dtype=np.float32),
        "zero": np.array(0, np.int64), "rest": np.array([-1], np.int64), "axis": np.array([0], np.int64),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["c1"], pads=[1] * 4, strides=[2, 2]),
        helper.make_node("Relu", ["c1"], ["r1"]),
        helper.make_node("Conv", ["r1", "w2"], ["c2"], pads=[1] * 4),
        helper.make_node("Relu", ["c2"], ["r2"]),
        helper.make_node("GlobalAveragePool", ["r2"], ["g"]),
        helper.make_node("Shape", ["g"], ["s"]),
        helper.make_node("Gather", ["s", "zero"], ["n"], axis=0),
        helper.make_node("Unsqueeze", ["n", "axis"], ["n1"]),
        helper.make_node("Concat", ["n1", "rest"], ["target"], axis=0),
        helper.make_node("Reshape", ["g", "target"], ["flat"]),
        helper.make_node("MatMul", ["flat", "fc"], ["y"]),
    ]
    return save(folder / "pictures.onnx", nodes, [("x", ["n", 3, "h", "w"])], ["y", "r2"], weights)


def write_three_inputs(folder):
    """The inputs of the example of 10.6.4.24."""
    nodes = [
        helper.make_node("ReduceSum", ["mask"], ["m"], keepdims=1),
        helper.make_node("Mul", ["data", "label4"], ["p"]),
        helper.make_node("Unsqueeze", ["label", "front"], ["label4"]),
        helper.make_node("Add", ["p", "m"], ["y"]),
    ]
    nodes = [nodes[0], nodes[2], nodes[1], nodes[3]]
    return save(folder / "three.onnx", nodes, [("data", [1, 1, 40, "a"]), ("label", [1, "a"]), ("mask", ["b", "c"])], ["y"],
                {"front": np.array([0, 1], np.int64)})


def fixed_results(folder, source, load, arrays, names, call=lambda model, arrays: model.run(arrays)):
    shapes = ";".join(f"{name}:{','.join(map(str, array.shape))}" for name, array in zip(names, arrays))
    done, om = convert(folder, source, "fixed_" + "_".join(str(n) for a in arrays for n in a.shape),
                       f"--input_shape={shapes}")
    assert done.returncode == 0, done.stdout
    return call(load(om), arrays)
