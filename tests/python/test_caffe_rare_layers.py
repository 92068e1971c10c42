# SPDX-License-Identifier: Apache-2.0
"""Layers of Caffe that few networks have, over random shapes and parameters; the definitions in NumPy are the judge."""
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")  # for test_atc
sys.path.append(str(Path(__file__).parents[2] / "examples"))
from caffe_networks import Network, save  # noqa: E402 (after the path)
from test_atc import ATC, atc, run_model  # noqa: E402

pytestmark = pytest.mark.skipif(ATC is None, reason="atc is not built")
ROUNDS = 3


@pytest.fixture(params=range(ROUNDS))
def dice(request):
    return np.random.default_rng(100 + request.param)


def convert(net, folder):
    prototxt, caffemodel = save(net, folder / "net")
    return atc(f"--model={prototxt}", f"--weight={caffemodel}", "--framework=0", f"--output={folder}/net",
               "--soc_version=Ascend310B4")


def check(net, folder, arrays, wanted):
    """Converts, runs and compares all outputs."""
    done = convert(net, folder)
    assert done.returncode == 0, done.stdout + net.prototxt()
    found = run_model(folder / "net.om", *arrays)
    assert len(found) == len(wanted)
    for data, expected in zip(found, wanted):
        ours = np.frombuffer(data, np.float32).reshape(expected.shape)
        assert np.abs(ours - expected).max() <= 1e-4 * max(np.abs(expected).max(), 1e-3), net.prototxt()


def inputs(net, dice, **shapes):
    arrays = []
    for name, shape in shapes.items():
        net.input(name, [int(dim) for dim in shape])
        arrays.append(dice.standard_normal(shape, dtype=np.float32))
    return arrays


def windows(x, size, stride, pad, dilation):
    """[n, c, kh, kw, oh, ow] of a padded picture."""
    x = np.pad(x, ((0, 0), (0, 0), (pad[0],) * 2, (pad[1],) * 2))
    out = [(x.shape[2 + i] - (size[i] - 1) * dilation - 1) // stride[i] + 1 for i in range(2)]
    y = np.empty(x.shape[:2] + tuple(size) + tuple(out), np.float32)
    for i in range(size[0]):
        for j in range(size[1]):
            y[:, :, i, j] = x[:, :, i * dilation:, j * dilation:][:, :, ::stride[0], ::stride[1]][:, :, :out[0], :out[1]]
    return y


def test_im2col(dice, tmp_path):
    size, stride, pad = dice.integers(1, 4, 2), dice.integers(1, 4, 2), dice.integers(0, 3, 2)
    dilation = int(dice.integers(1, 3))
    net = Network("im2col")
    x, = inputs(net, dice, data=(2, dice.integers(1, 4), dice.integers(5, 9), dice.integers(5, 9)))
    net.layer("Im2col", "data", convolution_param={
        "kernel_h": size[0], "kernel_w": size[1], "stride_h": stride[0], "stride_w": stride[1], "pad_h": pad[0],
        "pad_w": pad[1], "dilation": dilation})
    y = windows(x, size, stride, pad, dilation)
    check(net, tmp_path, [x], [y.reshape(y.shape[0], -1, *y.shape[4:])])


@pytest.mark.parametrize("method", ["MAX", "AVE"])
def test_spp(dice, tmp_path, method):
    net = Network("spp")
    height = int(dice.integers(1, 4))
    x, = inputs(net, dice, data=(2, 3, dice.integers(10, 20), dice.integers(10, 20)))
    net.layer("SPP", "data", spp_param={"pyramid_height": height, "pool": method})
    levels = []
    for level in range(height):
        bins = 2 ** level
        cells = np.zeros((2, 3, bins, bins), np.float32)
        for i in range(bins):
            for j in range(bins):
                spans = []
                for k, index in enumerate((i, j)):
                    count = x.shape[2 + k]
                    size = -(-count // bins)
                    pad = (size * bins - count + 1) // 2
                    begin = index * size - pad
                    spans.append((begin, min(begin + size, count + pad), count))
                area = np.prod([end - begin for begin, end, _ in spans])
                part = x[:, :, max(spans[0][0], 0):min(spans[0][1], spans[0][2]),
                         max(spans[1][0], 0):min(spans[1][1], spans[1][2])]
                cells[:, :, i, j] = part.max((2, 3)) if method == "MAX" else part.sum((2, 3)) / area
        levels.append(cells.reshape(2, -1))
    check(net, tmp_path, [x], [np.concatenate(levels, 1)])


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("variance", [False, True])
def test_mvn(dice, tmp_path, across, variance):
    net = Network("mvn")
    x, = inputs(net, dice, data=(2, dice.integers(1, 4), dice.integers(3, 9), dice.integers(3, 9)))
    eps = float(dice.choice([1e-9, 0.1]))
    net.layer("MVN", "data", mvn_param={"across_channels": across, "normalize_variance": variance, "eps": eps})
    axes = (1, 2, 3) if across else (2, 3)
    y = x - x.mean(axes, keepdims=True)
    if variance:
        y /= np.sqrt((y * y).mean(axes, keepdims=True)) + eps
    check(net, tmp_path, [x], [y])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("still", [False, True])
@pytest.mark.parametrize("exposed", [False, True])
@pytest.mark.parametrize("kind", ["LSTM", "RNN"])
def test_recurrent(dice, tmp_path, kind, still, exposed):
    steps, batch, features, hidden, extra = (int(dice.integers(1, 6)) for _ in range(5))
    gates = 4 if kind == "LSTM" else 1
    net = Network(kind)
    shapes = {"x": (steps, batch, features), "cont": (steps, batch)}
    if still:
        shapes["still"] = (batch, extra)
    if exposed:
        shapes.update({name: (1, batch, hidden) for name in (("h0", "c0") if gates == 4 else ("h0",))})
    arrays = inputs(net, dice, **shapes)
    given = dict(zip(shapes, arrays))
    given["cont"][:] = dice.integers(0, 4, (steps, batch)) > 0
    blobs = [net.normal((gates * hidden, features), 0.3), net.normal((gates * hidden,), 0.3)]
    blobs += [net.normal((gates * hidden, extra), 0.3)] if still else []
    blobs += [net.normal((gates * hidden, hidden), 0.3)]
    blobs += [net.normal((hidden, hidden), 0.3), net.normal((hidden,), 0.3)] if kind == "RNN" else []
    tops = ["y"] + (["h", "c"][:1 + (gates == 4)] if exposed else [])
    net.layer(kind, list(shapes), tops, blobs=blobs,
              recurrent_param={"num_output": hidden, "expose_hidden": exposed})
    blobs = [blob.astype(np.float64) for blob in blobs]
    h, c = (given.get(name, np.zeros((1, batch, hidden)))[0].astype(np.float64) for name in ("h0", "c0"))
    w_h = blobs[3 if still else 2]
    y = []
    for t in range(steps):
        kept = given["cont"][t][:, None]
        z = given["x"][t] @ blobs[0].T + blobs[1] + (kept * h) @ w_h.T
        z = z + given["still"] @ blobs[2].T if still else z
        if gates == 4:
            i, f, o, g = np.split(z, 4, 1)
            c = kept * sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            y.append(h)
        else:
            h = np.tanh(z)
            y.append(np.tanh(h @ blobs[-2].T + blobs[-1]))
    wanted = [np.stack(y)] + ([h[None], c[None]][:len(tops) - 1])
    check(net, tmp_path, arrays, wanted)


@pytest.mark.parametrize("kind, fields, reason", [
    ("SPP", {"spp_param": {"pyramid_height": 9}}, "too high"),
    ("SPP", {"spp_param": {"pyramid_height": 2, "pool": "STOCHASTIC"}}, "pool is STOCHASTIC"),
    ("SPP", {}, "pyramid_height is 0"),
    ("Im2col", {}, "kernel_size is missing"),
    ("LSTM", {"recurrent_param": {"num_output": 4}}, "it has 1 bottoms"),
])
def test_refusals_name_the_parameter(tmp_path, kind, fields, reason):
    net = Network("bad")
    net.input("data", [1, 2, 8, 8])
    net.layer(kind, "data", name="odd", **fields)
    done = convert(net, tmp_path)
    assert done.returncode == 1 and "CPU-150: Node 'odd'" in done.stdout and reason in done.stdout, done.stdout
