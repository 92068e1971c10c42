# SPDX-License-Identifier: Apache-2.0
"""Networks with random operators, converted and run: the numbers of the first run are known (ops/philox.py), those of
the next run go on, and a model that is loaded again begins again."""
import subprocess
import sys
from pathlib import Path

import acl
import numpy as np
import pytest

pytest.importorskip("onnx", reason="networks are written with it: scripts/setup.sh check installs it")
from onnx import TensorProto, ValueInfoProto, helper, numpy_helper  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "examples"), str(Path(__file__).parent), str(Path(__file__).parent / "ops")]
from acl_model import Device, Model  # noqa: E402
from philox import Stream  # noqa: E402
from test_free_shapes import FreeModel  # noqa: E402
from test_tensorflow import FLOAT, SHAPE, field, node  # noqa: E402

ATC = Path(acl.__file__).resolve().parents[2] / "bin" / "atc"
F, H, D = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE
BITS_OF_1_5 = int(np.array(1.5, np.float32).view(np.uint32))


def atc(path, framework, *options):
    return subprocess.run([str(ATC), f"--model={path}", f"--framework={framework}", f"--output={path.with_suffix('')}",
                           "--soc_version=Ascend310B4", *options], capture_output=True, text=True, check=False)


def save(path, nodes, inputs, constants=()):
    """A network; `inputs` are {name: (type, dims)}, its outputs those that no node reads."""
    read = {name for each in nodes for name in each.input}
    outputs = [name for each in nodes for name in each.output if name not in read]
    graph = helper.make_graph(nodes, "net", [helper.make_tensor_value_info(name, *how) for name, how in inputs.items()],
                              [ValueInfoProto(name=name) for name in outputs],
                              [numpy_helper.from_array(array, name) for name, array in dict(constants).items()])
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)],
                                       ir_version=8).SerializeToString())
    return path


def convert(path, framework=5, *options):
    done = atc(path, framework, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return path.with_suffix(".om")


def twice(om, *inputs):
    """The results of two runs."""
    model = Model(om)
    results = [model(*inputs), model(*inputs)]
    model.close()
    return results


def assert_goes_on(om, *inputs):
    """Runs differ, and a model that is loaded again gives the same two. The first run."""
    with Device():
        first, second = twice(om, *inputs)
        again = twice(om, *inputs)
    for a, b, c, d in zip(first, second, *again):
        assert (a != b).any()
        np.testing.assert_array_equal(a, c)
        np.testing.assert_array_equal(b, d)
    return first


def test_tensors_of_given_shapes(tmp_path):
    nodes = [helper.make_node("RandomUniform", [], ["a"], shape=[3, 5], low=-2.0, high=3.0, seed=7.0),
             helper.make_node("RandomNormal", [], ["b"], shape=[4], mean=10.0, scale=0.5, seed=1.5),
             helper.make_node("RandomUniform", [], ["c"], shape=[6], dtype=D, seed=0.0),
             helper.make_node("RandomNormal", [], ["d"], shape=[2, 2], dtype=H, mean=1.0, seed=-3.0),
             helper.make_node("RandomNormal", [], ["e"], shape=[9], scale=3.0, seed=7.0)]
    a, b, c, d, e = assert_goes_on(convert(save(tmp_path / "net.onnx", nodes, {})))
    np.testing.assert_allclose(a, Stream(7).uniform(15).reshape(3, 5) * 5 - 2, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(b, Stream(BITS_OF_1_5).normal(4) / 2 + 10, rtol=1e-6)
    np.testing.assert_array_equal(c, Stream(0, 1).uniform(6, "float64"))
    assert d.dtype == np.float16
    np.testing.assert_allclose(d, Stream(-3).normal(4).reshape(2, 2).astype(np.float16) + 1, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(e, Stream(7).normal(9) * 3, rtol=1e-5, atol=1e-6)


def test_tensors_like_another_one(tmp_path):
    nodes = [helper.make_node("RandomNormalLike", ["x"], ["a"], mean=3.0, scale=2.0, seed=5.0),
             helper.make_node("RandomUniformLike", ["x"], ["b"], dtype=D, seed=5.0),
             helper.make_node("RandomUniformLike", ["h"], ["c"], high=8.0, seed=5.0)]
    inputs = {"x": (F, [2, 7]), "h": (H, [3])}
    arrays = np.zeros((2, 7), np.float32), np.zeros(3, np.float16)
    a, b, c = assert_goes_on(convert(save(tmp_path / "net.onnx", nodes, inputs)), *arrays)
    np.testing.assert_allclose(a, Stream(5).normal(14).reshape(2, 7) * 2 + 3, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(b, Stream(5).uniform(14, "float64").reshape(2, 7))
    np.testing.assert_array_equal(c, Stream(5).uniform(3, "float16") * np.float16(8))


def test_multinomial(tmp_path):
    logits = np.log(np.array([[1, 3], [5, 2]], np.float32))
    nodes = [helper.make_node("Multinomial", ["x"], ["a"], sample_size=50, seed=2.0),
             helper.make_node("Multinomial", ["x"], ["b"], sample_size=50, seed=2.0, dtype=TensorProto.INT64),
             helper.make_node("Multinomial", ["x"], ["c"])]
    om = convert(save(tmp_path / "net.onnx", nodes, {"x": (F, [2, 2])}))
    with Device():
        (a, b, c), (other, *_) = twice(om, logits)
        again = twice(om, logits)
    odds = np.array([1 / 4, 5 / 7])
    np.testing.assert_array_equal(a, Stream(2).uniform(100, "float64").reshape(2, 50) >= odds[:, None])
    np.testing.assert_array_equal(b, a)
    assert a.dtype == np.int32 and b.dtype == np.int64 and c.dtype == np.int32 and c.shape == (2, 1)
    np.testing.assert_array_equal(again[0][0], a)
    np.testing.assert_array_equal(again[1][0], other)
    assert (a != other).any()


def test_bernoulli(tmp_path):
    p = np.linspace(0, 1, 300, dtype=np.float32).reshape(3, 100)
    nodes = [helper.make_node("Bernoulli", ["p"], ["seeded"], seed=4.0),
             helper.make_node("Bernoulli", ["p"], ["free"], dtype=TensorProto.BOOL),
             helper.make_node("Bernoulli", ["p"], ["minus"], seed=-1.0),
             helper.make_node("Bernoulli", ["half"], ["constant"], dtype=TensorProto.INT32)]
    om = convert(save(tmp_path / "net.onnx", nodes, {"p": (F, [3, 100])}, {"half": np.full(200, 0.5)}))
    with Device():
        (seeded, free, minus, constant), second = twice(om, p)
        third, _ = twice(om, p)
    np.testing.assert_array_equal(seeded, Stream(4).uniform(300, "float64").reshape(3, 100) < p)
    np.testing.assert_array_equal(minus, Stream(-1, 1).uniform(300, "float64").reshape(3, 100) < p)
    assert seeded.dtype == np.float32 and free.dtype == np.bool_ and constant.dtype == np.int32
    # With a seed the operator is a function of it, without one it never gives the same.
    for other in (second, third):
        np.testing.assert_array_equal(other[0], seeded)
        np.testing.assert_array_equal(other[2], minus)
        assert (other[1] != free).any() and (other[3] != constant).any()
    assert not free[0, 0] and free[2, 99]


def test_without_a_seed_equal_nodes_differ(tmp_path):
    """Also where all their inputs are known: they are not computed at conversion, and not merged."""
    nodes = [helper.make_node("RandomNormal", [], ["a"], shape=[64]),
             helper.make_node("RandomNormal", [], ["b"], shape=[64]),
             helper.make_node("Sub", ["a", "b"], ["difference"])]
    om = convert(save(tmp_path / "net.onnx", nodes, {}))
    with Device():
        seen = [result for _ in range(2) for (result,) in twice(om)]
    assert all((each != 0).any() for each in seen)
    assert len({each.tobytes() for each in seen}) == 4


def test_open_dimensions(tmp_path, device):
    nodes = [helper.make_node("RandomUniformLike", ["x"], ["noise"], seed=6.0),
             helper.make_node("Mul", ["x", "noise"], ["y"])]
    om = convert(save(tmp_path / "net.onnx", nodes, {"x": (F, ["n", 4])}), 5, "--input_shape=x:-1,4")
    model = FreeModel(om)
    for rows in (3, 1, 5):
        (y,) = model.run([np.full((rows, 4), 2, np.float32)])
        np.testing.assert_array_equal(y, Stream(6).uniform(4 * rows).reshape(rows, 4) * 2)
    model.close()


@pytest.mark.parametrize("made, sentence", [
    (helper.make_node("RandomUniform", [], ["y"], shape=[2], low=3.0, high=1.0), "low and high are 3 and 1"),
    (helper.make_node("RandomUniform", [], ["y"], shape=[2], low=-3e38, high=3e38), "a finite interval"),
    (helper.make_node("RandomUniform", [], ["y"], shape=[2], dtype=TensorProto.INT32), "dtype is int32"),
    (helper.make_node("RandomNormal", [], ["y"]), "the attribute shape is missing"),
    (helper.make_node("RandomNormal", [], ["y"], shape=[2, -1]), "has a negative dimension"),
    (helper.make_node("RandomNormal", [], ["y"], shape=[2], seed=3), "seed"),
    (helper.make_node("Multinomial", ["x"], ["y"], sample_size=0), "sample_size is 0"),
    (helper.make_node("Bernoulli", ["x"], ["y"], dtype=TensorProto.STRING), "a type that is not supported"),
])
def test_refusals(tmp_path, made, sentence):
    done = atc(save(tmp_path / "net.onnx", [made], {"x": (F, [2, 3])}), 5)
    assert done.returncode != 0 and sentence in done.stdout, done.stdout


# --- TensorFlow ---

TYPES = {"float32": 1, "float64": 2, "int32": 3, "int64": 9, "uint64": 23}


def tf_type(dtype):
    return field(6, TYPES[dtype])


def tf_const(name, array):
    array = np.asarray(array)
    shape = b"".join(field(2, field(1, size)) for size in array.shape)
    tensor = field(1, TYPES[array.dtype.name]) + field(2, shape) + field(4, array.tobytes())
    return node(name, "Const", dtype=tf_type(array.dtype.name), value=field(8, tensor))


def test_tensorflow(tmp_path):
    """Where the seeds are, which TensorFlow's own numbers would not show: these are softacl's."""
    number = lambda value: field(3, value)  # noqa: E731
    seeds = {"seed": number(3), "seed2": number(4)}
    graph = node("x", "Placeholder", dtype=FLOAT, shape=SHAPE)
    graph += tf_const("shape", np.array([3, 5], np.int32)) + tf_const("low", np.int32(-4))
    graph += tf_const("high", np.int32(9))
    graph += tf_const("logits", np.zeros((1, 2), np.float32)) + tf_const("samples", np.int32(30))
    graph += tf_const("rows", np.arange(12, dtype=np.int32)) + tf_const("alg", np.int32(1))
    graph += tf_const("key", np.array([11], np.uint64)) + tf_const("counter", np.array([1, 2], np.uint64))
    graph += node("sum", "Add", "x", "x")
    for name, dtype in (("RandomUniform", "float32"), ("RandomStandardNormal", "float64"),
                        ("TruncatedNormal", "float32")):
        graph += node(name, name, "shape", dtype=tf_type(dtype), T=tf_type("int32"), **seeds)
    graph += node("RandomUniformInt", "RandomUniformInt", "shape", "low", "high", Tout=tf_type("int32"), **seeds)
    graph += node("Multinomial", "Multinomial", "logits", "samples", output_dtype=tf_type("int32"), **seeds)
    graph += node("RandomShuffle", "RandomShuffle", "rows", **seeds)
    for name in ("StatelessRandomUniformV2", "StatelessRandomNormalV2"):
        graph += node(name, name, "shape", "key", "counter", "alg", dtype=tf_type("float32"))
    graph += tf_const("seeds", np.array([8, -9], np.int32)) + node("start", "StatelessRandomGetKeyCounter", "seeds")
    graph += node("any", "StatelessRandomGetAlg")
    graph += node("seeded", "StatelessRandomUniformV2", "shape", "start", "start:1", "any", dtype=tf_type("float32"))
    names = ("sum RandomUniform RandomStandardNormal TruncatedNormal RandomUniformInt Multinomial RandomShuffle "
             "StatelessRandomUniformV2 StatelessRandomNormalV2 seeded").split()
    (tmp_path / "net.pb").write_bytes(graph)
    om = convert(tmp_path / "net.pb", 3, "--out_nodes=" + ";".join(f"{name}:0" for name in names))
    x = np.ones(2, np.float32)
    with Device():
        first, second = twice(om, x)
        again = twice(om, x)
    for a, b, c, d in zip(first, second, *again):
        np.testing.assert_array_equal(a, c)
        np.testing.assert_array_equal(b, d)
    changed = [(a != b).any() for a, b in zip(first, second)]
    assert changed == [False] + [True] * 6 + [False] * 3
    _, uniform, normal, truncated, integers, classes, shuffled, stateless, stateless_normal, seeded = first
    stream, other = Stream(3, 4), Stream(11, 2, 1)
    np.testing.assert_array_equal(uniform, stream.uniform(15).reshape(3, 5))
    np.testing.assert_allclose(normal, stream.normal(15, "float64").reshape(3, 5), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(truncated, stream.truncated(15).reshape(3, 5), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(integers, stream.between(15, -4, 9).reshape(3, 5).astype(np.int32))
    np.testing.assert_array_equal(classes, stream.uniform(30, "float64")[None] >= 0.5)
    assert classes.dtype == np.int32
    np.testing.assert_array_equal(np.sort(shuffled), np.arange(12))
    np.testing.assert_array_equal(stateless, other.uniform(15).reshape(3, 5))
    np.testing.assert_allclose(stateless_normal, other.normal(15).reshape(3, 5), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(seeded, Stream(8, -9).uniform(15).reshape(3, 5))
