# SPDX-License-Identifier: Apache-2.0
"""ONNX networks whose operators become several of ours, or are resolved at conversion, as ONNX Runtime runs them."""
import subprocess
import sys
from pathlib import Path

import acl
import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
from onnx import ValueInfoProto, helper, numpy_helper  # noqa: E402 (after what may be missing)
from onnx.mapping import NP_TYPE_TO_TENSOR_TYPE  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
ATC = Path(acl.__file__).resolve().parents[2] / "bin" / "atc"
sys.path.append(str(ROOT / "examples"))
from acl_model import Device, Model  # noqa: E402 (after the path)

node = helper.make_node
RANDOM = np.random.default_rng(17)


@pytest.fixture(scope="module")
def device():
    with Device() as device:
        yield device


def network(nodes, feeds, outputs, constants, opset):
    inputs = [helper.make_tensor_value_info(name, NP_TYPE_TO_TENSOR_TYPE[array.dtype], array.shape)
              for name, array in feeds.items()]
    graph = helper.make_graph(nodes, "net", inputs, [ValueInfoProto(name=name) for name in outputs],
                              [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def atc(folder, model):
    (folder / "net.onnx").write_bytes(model.SerializeToString())
    return subprocess.run([str(ATC), f"--model={folder / 'net.onnx'}", "--framework=5", f"--output={folder / 'net'}",
                           "--soc_version=Ascend310B4"], capture_output=True, text=True, check=False)


def check(folder, nodes, feeds, outputs, constants=None, opset=16, tolerance=1e-5):
    """The results, which are those of ONNX Runtime."""
    model = network(nodes, feeds, outputs, constants or {}, opset)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    expected = session.run(None, feeds)
    done = atc(folder, model)
    assert done.returncode == 0, done.stdout + done.stderr
    ours = Model(str(folder / "net.om"))
    results = [np.asarray(result) for result in ours(*feeds.values())]
    ours.close()
    for result, wanted in zip(results, expected):
        wanted = np.asarray(wanted)
        got = np.frombuffer(result.tobytes(), wanted.dtype).reshape(wanted.shape)
        np.testing.assert_allclose(got, wanted, rtol=tolerance, atol=tolerance)
    return results


def refused(folder, nodes, feeds, outputs, sentence, constants=None, opset=16):
    done = atc(folder, network(nodes, feeds, outputs, constants or {}, opset))
    assert done.returncode != 0
    assert sentence in done.stdout + done.stderr


def floats(*dims):
    return RANDOM.standard_normal(dims, dtype=np.float32)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_lp_normalization(device, tmp_path, p, axis):
    attrs = {} if axis is None else {"axis": axis}
    x = floats(3, 4, 5)
    x[1] = 0  # rows of zeros stay
    check(tmp_path, [node("LpNormalization", ["x"], ["y"], p=p, **attrs)], {"x": x}, ["y"])


def test_max_roi_pool(device, tmp_path):
    for turn in range(6):
        rois = np.concatenate([RANDOM.integers(0, 2, (5, 1)),
                               np.sort(RANDOM.uniform(0, 20, (5, 2, 2)), axis=1).reshape(5, 4)], 1).astype("float32")
        check(tmp_path, [node("MaxRoiPool", ["x", "rois"], ["y"], pooled_shape=[1 + turn % 3, 2],
                              spatial_scale=(1.0, 0.5)[turn % 2])],
              {"x": floats(2, 3, 12, 14), "rois": rois}, ["y"])


@pytest.mark.parametrize("spatial", [1, 2, 3])
def test_maxima_go_out_and_back(device, tmp_path, spatial):
    x = floats(2, 3, *[8] * spatial)
    window = {"kernel_shape": [2] * spatial, "strides": [2] * spatial}
    nodes = [node("MaxPool", ["x"], ["y", "i"], **window), node("Relu", ["y"], ["r"]),
             node("MaxUnpool", ["r", "i"], ["z"], **window)]
    check(tmp_path, nodes, {"x": x}, ["y", "i", "z"])
    check(tmp_path, [node("MaxPool", ["x"], ["y", ""], **window)], {"x": x}, ["y"])
    check(tmp_path, [node("MaxPool", ["x"], ["y"], dilations=[2] * spatial, **window)], {"x": x}, ["y"])
    check(tmp_path, [node("MaxPool", ["x"], ["y"], **window)], {"x": (x * 50).astype("int8")}, ["y"])


@pytest.mark.parametrize("spatial", [1, 2, 3])
def test_lp_pool(device, tmp_path, spatial):
    window = {"kernel_shape": [3] * spatial, "strides": [2] * spatial}
    check(tmp_path, [node("LpPool", ["x"], ["y"], p=3, pads=[1] * 2 * spatial, **window)],
          {"x": floats(2, 3, *[8] * spatial)}, ["y"])
    check(tmp_path, [node("LpPool", ["x"], ["y"], auto_pad="SAME_UPPER", **window)],
          {"x": floats(2, 3, *[8] * spatial)}, ["y"])


def test_lp_pool_of_the_first_version(tmp_path):
    refused(tmp_path, [node("LpPool", ["x"], ["y"], p=1.5, kernel_shape=[2])], {"x": floats(1, 2, 4)}, ["y"],
            "p is 1.5; only whole numbers", opset=1)


def quantized(array, scale, zero=0, dtype="uint8"):
    limits = np.iinfo(dtype)
    return np.clip(np.rint(array / scale) + zero, limits.min, limits.max).astype(dtype)


@pytest.mark.parametrize("kind", ["int8", "uint8"])
def test_a_quantised_network(device, tmp_path, kind):
    """Convolutions with a scale for each channel, one of them of each channel by itself, and a product."""
    channels = RANDOM.uniform(0.005, 0.02, 16).astype("float32")
    weights = quantized(floats(16, 3, 3, 3) * 0.5, channels.reshape(-1, 1, 1, 1), dtype="int8")
    depth = quantized(floats(16, 1, 3, 3) * 0.5, channels.reshape(-1, 1, 1, 1), dtype="int8")
    constants = {"xs": np.float32(0.02), "xz": np.array(120, kind), "w": weights, "ws": channels,
                 "wz": np.zeros(16, "int8"), "b": RANDOM.integers(-500, 500, 16).astype("int32"),
                 "ys": np.float32(0.03), "yz": np.array(100, kind), "d": depth, "zs": np.float32(0.02),
                 "m": quantized(floats(16, 10) * 0.5, 0.01, dtype="int8"), "ms": np.float32(0.01),
                 "mz": np.array(3, "int8"), "flat": np.array([0, 16])}
    nodes = [node("QuantizeLinear", ["x", "xs", "xz"], ["q"]),
             node("QLinearConv", ["q", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"], ["c"], pads=[1] * 4,
                  strides=[2, 2]),
             node("QLinearConv", ["c", "ys", "yz", "d", "ws", "wz", "ys", "yz"], ["e"], group=16,
                  auto_pad="SAME_UPPER"),
             node("MaxPool", ["e"], ["f"], kernel_shape=[8, 8]),
             node("Reshape", ["f", "flat"], ["g"]),
             node("QLinearMatMul", ["g", "ys", "yz", "m", "ms", "mz", "zs", "yz"], ["h"]),
             node("DequantizeLinear", ["h", "zs", "yz"], ["y"])]
    for _ in range(3):
        check(tmp_path, nodes, {"x": floats(2, 3, 16, 16)}, ["y", "c", "e"], constants, tolerance=1e-6)


def test_integer_products(device, tmp_path):
    x = RANDOM.integers(0, 256, (2, 3, 9, 9)).astype("uint8")
    w = RANDOM.integers(-128, 128, (4, 3, 3, 2)).astype("int8")
    check(tmp_path, [node("ConvInteger", ["x", "w", "z"], ["y"], dilations=[2, 1])], {"x": x}, ["y"],
          {"w": w, "z": np.array(7, "uint8")})
    check(tmp_path, [node("ConvInteger", ["x", "w"], ["y"])], {"x": x, "w": w}, ["y"])
    check(tmp_path, [node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
                     node("MatMulInteger", ["q", "w", "z", "wz"], ["y"])], {"x": floats(2, 5, 6)}, ["y"],
          {"w": RANDOM.integers(-128, 128, (6, 4)).astype("int8"), "wz": np.array([1, -2, 3, 0], "int8")})


def test_center_crop_pad(device, tmp_path):
    check(tmp_path, [node("CenterCropPad", ["x", "s"], ["y"], axes=[1, -1])], {"x": floats(3, 10, 7)}, ["y"],
          {"s": np.array([5, 12])}, opset=18)
    check(tmp_path, [node("Shape", ["t"], ["s"]), node("CenterCropPad", ["x", "s"], ["y"])],
          {"x": floats(3, 10, 7), "t": floats(4, 8, 7)}, ["y"], opset=18)


def test_mel_weights_are_computed_at_conversion(device, tmp_path):
    nodes = [node("MelWeightMatrix", ["bands", "length", "rate", "low", "high"], ["m"]),
             node("MatMul", ["x", "m"], ["y"])]
    constants = {"bands": np.array(8), "length": np.array(16), "rate": np.array(8192), "low": np.float32(0),
                 "high": np.float32(4096)}
    check(tmp_path, nodes, {"x": floats(3, 9)}, ["y"], constants, opset=17)


def test_tf_idf(device, tmp_path):
    pool = {"min_gram_length": 1, "max_gram_length": 2, "max_skip_count": 1, "mode": "TFIDF",
            "ngram_counts": [0, 3], "ngram_indexes": [0, 2, 1, 4, 3]}
    check(tmp_path, [node("TfIdfVectorizer", ["x"], ["y"], pool_int64s=[1, 2, 3, 1, 2, 3, 1], weights=[1., 2, 3, 4, 5],
                          **pool)], {"x": RANDOM.integers(0, 4, (3, 12))}, ["y"])
    refused(tmp_path, [node("TfIdfVectorizer", ["x"], ["y"], pool_strings=list("abcabca"), **pool)],
            {"x": np.arange(4)}, ["y"], "text is not supported")


@pytest.mark.parametrize("opset", [15, 18])
def test_optional_values_are_resolved(device, tmp_path, opset):
    """An If that asks whether there is an element is resolved, too."""
    info = helper.make_tensor_type_proto(onnx.TensorProto.FLOAT, None)
    branch = [helper.make_graph([node("OptionalGetElement", ["o"], ["e"])], "then", [], [ValueInfoProto(name="e")]),
              helper.make_graph([node("Neg", ["x"], ["n"])], "else", [], [ValueInfoProto(name="n")])]
    nodes = [node("Optional", ["x"], ["o"]), node("OptionalHasElement", ["o"], ["has"]),
             node("Optional", [], ["none"], type=info), node("OptionalHasElement", ["none"], ["has_not"]),
             node("Optional", ["x"], ["p"]) if opset < 16 else node("Identity", ["o"], ["p"]),
             node("OptionalGetElement", ["p"], ["q"]), node("Abs", ["q"], ["y"]),
             node("If", ["has"], ["z"], then_branch=branch[0], else_branch=branch[1]),
             node("SequenceConstruct", ["x", "q"], ["s"]), node("Optional", ["s"], ["t"]),
             node("OptionalGetElement", ["t"], ["u"]), node("ConcatFromSequence", ["u"], ["v"], axis=1)]
    results = check(tmp_path, nodes, {"x": floats(2, 3)}, ["y", "z", "v", "has", "has_not"], opset=opset)
    assert results[3].view(np.uint8).ravel()[0] == 1
    assert results[4].view(np.uint8).ravel()[0] == 0


def test_an_absent_value_has_no_element(device, tmp_path):
    check(tmp_path, [node("OptionalHasElement", [""], ["has"]), node("OptionalHasElement", ["x"], ["too"]),
                     node("OptionalGetElement", ["x"], ["e"]), node("Abs", ["e"], ["y"])], {"x": floats(2)},
          ["has", "too", "y"], opset=18)


@pytest.mark.parametrize("nodes, sentence", [
    ([node("OptionalGetElement", ["none"], ["y"])], "an optional value without an element"),
    ([node("Neg", ["none"], ["y"])], "its input 0 is an optional value without an element; expected a tensor"),
    ([node("SequenceAt", ["none", "zero"], ["y"])], "without an element; expected a sequence"),
    ([node("SequenceConstruct", ["none"], ["s"]), node("SequenceAt", ["s", "zero"], ["y"])],
     "its input 0 is an optional value without an element; expected a tensor"),
])
def test_values_that_are_not_there(tmp_path, nodes, sentence):
    info = helper.make_tensor_type_proto(onnx.TensorProto.FLOAT, None)
    refused(tmp_path, [node("Optional", [], ["none"], type=info), *nodes], {"x": floats(2)}, ["y"], sentence,
            {"zero": np.array(0)}, opset=15)
