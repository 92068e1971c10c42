#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Races softacl with ONNX Runtime on networks of one operator: where we are behind, and by how much.

    operators.py [PATTERN...] [--threads N]

Patterns name cases as the shell's do files; without one all cases run. Both engines run in one process, pinned to as
many cores as threads, in turns, on memory of their own; a turn counts with its best time. Printed are the median of the
rounds in microseconds and ONNX Runtime's time / ours, above 1 we are faster; "differs" if the answers do. Run it by
`./dev bench operators`, on a machine that is otherwise idle.
"""
import argparse
import fnmatch
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from engines import ENGINES, ROOT  # noqa: E402 (after the path)

import numpy as np  # noqa: E402
import onnx  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

ROUNDS = 3
TURN_SECONDS = 0.02
CLOSE = 1e-3  # of the largest value
BLOCK = (32, 128, 256)  # a million numbers
PICTURE = (4, 64, 56, 56)
VERSIONS = {"LayerNormalization": 17, "Mish": 18, "GridSample": 16, "RoiAlign": 16, "Trilu": 14, "HardSwish": 14}
USUAL_VERSION = 13

random = np.random.default_rng(0)


def floats(*shape):
    return random.standard_normal(shape, dtype=np.float32)


def wholes(below, *shape, dtype=np.int64):
    return random.integers(0, below, shape).astype(dtype)


def truths(*shape):
    return random.integers(0, 2, shape).astype(bool)


def number(value, dtype=np.float32):
    return np.array(value, dtype)


def cases():
    """(name, operator, inputs, constants, number of outputs, attributes) of each."""
    def case(name, inputs, constants=(), outputs=1, **attrs):
        """The operator is the name up to the first comma."""
        return name, name.split(",")[0], inputs, constants, outputs, attrs

    x, other = floats(*BLOCK), floats(*BLOCK)
    positive = np.abs(x) + number(0.01)
    for name, array, to in (("float32 to int32", x, TensorProto.INT32), ("float32 to float16", x, TensorProto.FLOAT16),
                            ("float16 to float32", x.astype(np.float16), TensorProto.FLOAT),
                            ("int64 to float32", wholes(100, *BLOCK), TensorProto.FLOAT),
                            ("uint8 to float32", wholes(255, *BLOCK, dtype=np.uint8), TensorProto.FLOAT),
                            ("bool to float32", truths(*BLOCK), TensorProto.FLOAT)):
        yield case(f"Cast, {name}", [array], to=to)

    for name in ("Abs", "Ceil", "Cos", "Elu", "Erf", "Exp", "Floor", "HardSigmoid", "HardSwish", "LeakyRelu", "Mish",
                 "Neg", "Reciprocal", "Relu", "Round", "Selu", "Sigmoid", "Sign", "Sin", "Softplus", "Softsign", "Tanh"):
        yield case(name, [x])
    yield case("Log", [positive])
    yield case("Sqrt", [positive])
    yield case("Clip", [x], [number(-1), number(1)])
    yield case("PRelu", [floats(*PICTURE)], [floats(64, 1, 1)])

    for name in ("Add", "Div", "Equal", "Greater", "Less", "Mul"):
        yield case(name, [x, other])
    yield case("Add, a row", [x, floats(256)])
    yield case("Mul, a column", [x, floats(32, 128, 1)])
    yield case("Add, int64", [wholes(99, *BLOCK), wholes(99, *BLOCK)])
    yield case("Mul, int32", [wholes(99, *BLOCK, dtype=np.int32), wholes(99, *BLOCK, dtype=np.int32)])
    yield case("Mod, int64", [wholes(99, *BLOCK), wholes(98, *BLOCK) + 1])
    yield case("Pow", [positive, other])
    yield case("Pow, squares", [x], [number(2)])
    yield case("Max, of three", [x, other, floats(*BLOCK)])
    yield case("Sum, of three", [x, other, floats(*BLOCK)])
    yield case("And", [truths(*BLOCK), truths(*BLOCK)])
    yield case("Not", [truths(*BLOCK)])
    yield case("Where", [truths(*BLOCK), x, other])

    for axis, place in ((2, "last axis"), (1, "middle axis"), (0, "first axis")):
        for name in ("ReduceL2", "ReduceMax", "ReduceMean", "ReduceProd"):
            yield case(f"{name}, {place}", [x], axes=[axis])
        yield case(f"ReduceSum, {place}", [x], [number([axis], np.int64)])
        yield case(f"ArgMax, {place}", [x], axis=axis)
        yield case(f"CumSum, {place}", [x], [number(axis, np.int64)])
        yield case(f"Softmax, {place}", [x], axis=axis)
        yield case(f"LogSoftmax, {place}", [x], axis=axis)
    yield case("TopK", [floats(256, 4000)], [number([10], np.int64)], outputs=2)
    yield case("LayerNormalization", [x], [floats(256), floats(256)], axis=-1)
    yield case("InstanceNormalization", [floats(*PICTURE)], [floats(64), floats(64)])
    yield case("BatchNormalization", [floats(*PICTURE)], [floats(64), floats(64), floats(64), np.abs(floats(64)) + 1])
    yield case("LRN", [floats(1, 64, 56, 56)], size=5)

    yield case("Gather, rows", [floats(5000, 256)], [wholes(5000, 1000)], axis=0)
    yield case("Gather, middle axis", [x], [wholes(128, 60)], axis=1)
    yield case("GatherElements", [x, wholes(128, *BLOCK)], axis=1)
    yield case("GatherND", [x, wholes(32, 4000, 2)])
    yield case("ScatterND", [x, wholes(32, 500, 2), floats(500, 256)])
    yield case("ScatterElements", [x, np.argsort(floats(32, 128, 256), axis=1)[:, :60], floats(32, 60, 256)], axis=1)
    yield case("Slice", [x], [number(each, np.int64) for each in ([3, 5], [120, 200], [1, 2], [1, 3])])
    yield case("Transpose, matrices", [x], perm=[0, 2, 1])
    yield case("Transpose, heads", [floats(8, 128, 12, 64)], perm=[0, 2, 1, 3])
    yield case("Transpose, channels last", [floats(*PICTURE)], perm=[0, 2, 3, 1])
    yield case("Concat", [x, floats(32, 64, 256)], axis=1)
    yield case("Split", [x], outputs=2, axis=1)
    yield case("Tile", [floats(32, 64, 64)], [number([1, 2, 4], np.int64)])
    yield case("Expand", [floats(32, 1, 256)], [number(BLOCK, np.int64)])
    for mode in ("constant", "reflect"):
        yield case(f"Pad, {mode}", [floats(*PICTURE)], [number([0, 0, 2, 2, 0, 0, 2, 2], np.int64)], mode=mode)
    yield case("OneHot", [wholes(100, 2000)], [number(100, np.int64), number([0, 1])])
    yield case("Trilu", [floats(32, 256, 256)])
    yield case("DepthToSpace", [floats(1, 64, 64, 64)], blocksize=2)
    yield case("SpaceToDepth", [floats(1, 16, 128, 128)], blocksize=2)

    for mode, shape in (("nearest", (4, 64, 28, 28)), ("linear", (4, 64, 28, 28)), ("cubic", (1, 3, 128, 128))):
        yield case(f"Resize, {mode}", [floats(*shape)], [np.zeros(0, np.float32), number([1, 1, 2, 2])], mode=mode)
    yield case("MaxPool", [floats(*PICTURE)], kernel_shape=[3, 3], strides=[2, 2])
    yield case("AveragePool", [floats(*PICTURE)], kernel_shape=[3, 3], pads=[1] * 4)
    yield case("GlobalAveragePool", [floats(4, 512, 14, 14)])
    yield case("GridSample", [floats(1, 16, 64, 64), random.uniform(-1, 1, (1, 64, 64, 2)).astype(np.float32)])
    yield case("RoiAlign", [floats(1, 64, 50, 50), np.tile(number([[0, 0, 40, 40]]), (50, 1))], [np.zeros(50, np.int64)],
               output_height=7, output_width=7)
    yield case("MatMul, of a batch", [floats(12, 128, 64), floats(12, 64, 128)])
    yield case("MatMul, one row", [floats(1, 1024)], [floats(1024, 4096)])
    yield case("Gemm", [floats(128, 768)], [floats(768, 768), floats(768)])
    yield case("Einsum", [floats(8, 64, 64), floats(8, 64, 64)], equation="bij,bjk->bik")
    yield case("Conv, one axis", [floats(1, 64, 1000)], [floats(64, 64, 5)], pads=[2, 2])
    yield case("Conv, depthwise", [floats(1, 128, 56, 56)], [floats(128, 1, 3, 3)], group=128, pads=[1] * 4)
    yield case("Conv, three axes", [floats(1, 16, 16, 32, 32)], [floats(32, 16, 3, 3, 3)], pads=[1] * 6)
    yield case("ConvTranspose", [floats(1, 64, 28, 28)], [floats(64, 32, 4, 4)], strides=[2, 2], pads=[1] * 4)
    for name, gates in (("LSTM", 4), ("GRU", 3), ("RNN", 1)):
        weights = [floats(1, gates * 128, 128) / 8, floats(1, gates * 128, 128) / 8, floats(1, gates * 256)]
        yield case(name, [floats(50, 8, 128)], weights, hidden_size=128)
    yield case("QuantizeLinear", [x], [number(0.02), number(128, np.uint8)])
    yield case("DequantizeLinear", [wholes(255, *BLOCK, dtype=np.uint8)], [number(0.02), number(128, np.uint8)])
    yield case("DynamicQuantizeLinear", [x], outputs=3)


def write(path, op, inputs, constants, outputs, attrs):
    names = [f"x{i}" for i in range(len(inputs))]
    more = [f"c{i}" for i in range(len(constants))]
    results = [f"y{i}" for i in range(outputs)]
    graph = helper.make_graph(
        [helper.make_node(op, names + more, results, **attrs)], "one",
        [helper.make_tensor_value_info(name, onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[array.dtype], array.shape)
         for name, array in zip(names, inputs)],
        [onnx.ValueInfoProto(name=name) for name in results],
        [numpy_helper.from_array(np.asarray(array), name) for array, name in zip(constants, more)])
    version = helper.make_opsetid("", VERSIONS.get(op, USUAL_VERSION))
    onnx.save(helper.make_model(graph, opset_imports=[version], ir_version=8), str(path))


def best_of_turn(engine):
    best, runs, end = float("inf"), 0, time.perf_counter() + TURN_SECONDS
    while runs < 3 or time.perf_counter() < end:
        begin = time.perf_counter()
        engine.execute()
        best = min(best, time.perf_counter() - begin)
        runs += 1
    return best


def close(ours, theirs):
    for a, b in zip(ours, theirs):
        a, b = a.reshape(b.shape).astype(np.float64), b.astype(np.float64)
        if not np.allclose(a, b, rtol=CLOSE, atol=CLOSE * max(np.abs(b).max(initial=0), 1e-30), equal_nan=True):
            return False
    return True


def race(path, inputs, threads):
    """Microseconds of ours and ONNX Runtime's, and whether the answers are the same."""
    names = ("softacl", "onnxruntime")
    engines = [ENGINES[name](ENGINES[name].prepare(path), threads) for name in names]
    answers = [engine.run(inputs) for engine in engines]
    for engine in engines:
        engine.load(inputs)
    rounds = [[best_of_turn(engine) for engine in engines] for _ in range(ROUNDS)]
    for engine in engines:
        engine.close()
    return (*(statistics.median(times) * 1e6 for times in zip(*rounds)), close(*answers))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("patterns", nargs="*", default=["*"])
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    os.environ["SOFTACL_NUM_THREADS"] = str(args.threads)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:args.threads])
    folder = ROOT / "build/bench/operators"
    folder.mkdir(parents=True, exist_ok=True)
    ratios = []
    print(f"{'operator':26}{'softacl':>9}{'ONNX Runtime':>14}{'ratio':>8}   {args.threads} thread(s), microseconds")
    for name, op, inputs, constants, outputs, attrs in cases():
        if not any(fnmatch.fnmatch(name.lower(), pattern.lower()) for pattern in args.patterns):
            continue
        path = folder / f"{name.replace(', ', '-').replace(' ', '_')}.onnx"
        write(path, op, inputs, constants, outputs, attrs)
        ours, theirs, same = race(path, inputs, args.threads)
        ratios.append(theirs / ours)
        print(f"{name:26}{ours:9.0f}{theirs:14.0f}{ratios[-1]:8.2f}{'' if same else '   differs'}", flush=True)
    if ratios:
        print(f"{len(ratios)} cases, geometric mean {statistics.geometric_mean(ratios):.2f}, "
              f"{sum(ratio < 1 for ratio in ratios)} behind")


if __name__ == "__main__":
    main()
