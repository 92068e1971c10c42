# SPDX-License-Identifier: Apache-2.0
"""Well-known networks of Caffe; OpenCV is the judge."""
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

cv2 = pytest.importorskip("cv2", reason="the judge is missing: scripts/setup.sh check installs it")
pytest.importorskip("onnx")  # for test_atc
sys.path.append(str(Path(__file__).parents[2] / "examples"))
import caffe_networks  # noqa: E402 (after the path)
from test_atc import ATC, atc, run_model  # noqa: E402

pytestmark = pytest.mark.skipif(ATC is None, reason="atc is not built")
SANITIZED = "asan" in str(ATC)

# Trained parameters as published: torchvision for ResNet-50 and SqueezeNet, the papers' Caffe models for the others.
PUBLISHED = {"alexnet": 60_965_224, "googlenet": 6_998_552, "resnet50": 25_557_032, "mobilenet": 4_231_976,
             "squeezenet": 1_235_496}


def convert(net, stem, *options):
    prototxt, caffemodel = caffe_networks.save(net, stem)
    done = atc(f"--model={prototxt}", f"--weight={caffemodel}", "--framework=0", f"--output={stem}",
               "--soc_version=Ascend310B4", *options)
    assert done.returncode == 0 and done.stdout.endswith("ATC run success\n"), done.stdout + done.stderr
    return done


def shape_of(net):
    return net.layers[0]["input_param"]["shape"]["dim"]


def expected(stem, arrays, outputs):
    net = cv2.dnn.readNetFromCaffe(f"{stem}.prototxt", f"{stem}.caffemodel")
    for name, array in arrays.items():
        net.setInput(array, name)
    return net.forward(outputs)


def picture(shape):
    return np.random.default_rng(1).standard_normal(shape, dtype=np.float32)


CASES = [("squeezenet", 1), ("alexnet", 1), ("googlenet", 1), ("resnet50", 1), ("resnet50", 2), ("mobilenet", 2),
         ("fcn8s", 1)]


@pytest.mark.parametrize("name, batch", CASES[:1] if SANITIZED else CASES)
def test_equals_opencv(name, batch, tmp_path):
    net = caffe_networks.build(name, batch)
    done = convert(net, tmp_path / name)
    last = net.layers[-1]["name"].strip('"')
    assert f"  output  {last}:0:{last}  float32" in done.stdout
    image = picture(shape_of(net))
    theirs, = expected(tmp_path / name, {"data": image}, [last])
    ours, = [np.frombuffer(data, np.float32) for data in run_model(tmp_path / f"{name}.om", image)]
    ours = ours.reshape(theirs.shape)
    assert np.abs(ours - theirs).max() <= 1e-4 * np.abs(theirs).max()
    if name != "fcn8s":
        best = np.argsort(-theirs.reshape(batch, -1))[:, :5]
        assert (np.argsort(-ours.reshape(batch, -1))[:, :5] == best).all()


@pytest.mark.skipif(SANITIZED, reason="takes long")
def test_boxes_equal_opencv(tmp_path):
    """Each of OpenCV's boxes is among ours: their classes equal, numbers close."""
    net = caffe_networks.build("mobilenet-ssd")
    convert(net, tmp_path / "ssd")
    image = picture(shape_of(net))
    theirs = expected(tmp_path / "ssd", {"data": image}, ["detection_out"])[0].reshape(-1, 7)
    ours = np.frombuffer(run_model(tmp_path / "ssd.om", image)[-1], np.float32)
    ours = ours.reshape(-1, 7)
    ours, theirs = (boxes[boxes[:, 2] > 0] for boxes in (ours, theirs))  # rows left over are zeros
    assert len(theirs) > 20 and len(ours) == len(theirs)
    for box in theirs:
        assert np.abs(ours - box).max(axis=1).min() < 1e-3, box


@pytest.mark.parametrize("name", PUBLISHED)
def test_sizes_are_as_published(name, monkeypatch):
    monkeypatch.setattr(caffe_networks.Network, "normal",
                        lambda self, shape, variance: np.broadcast_to(np.float32(0), shape))
    net = caffe_networks.build(name)
    kinds = {layer["name"].strip('"'): layer["type"] for layer in net.layers}
    trained = sum(blob.size for layer, blobs in net.weights for blob in blobs if kinds[layer] != '"BatchNorm"')
    assert trained == PUBLISHED[name]


@pytest.mark.skipif(SANITIZED, reason="takes long")
def test_out_nodes_name_a_layer_behind_which_others_write(tmp_path):
    """The result of conv1 itself, though a ReLU writes over its top."""
    net = caffe_networks.Network("small")
    x = net.input("data", [1, 3, 8, 8])
    x = net.relu(net.conv(x, 4, 3, pad=1, name="conv1"))
    net.layer("Softmax", net.linear(x, 5, 4 * 8 * 8), name="prob")
    image = picture([1, 3, 8, 8])
    done = convert(net, tmp_path / "small", "--out_nodes=conv1:0;prob:0")
    assert "output  conv1:0:conv1" in done.stdout and "output  prob:0:prob" in done.stdout
    conv, prob = [np.frombuffer(data, np.float32) for data in run_model(tmp_path / "small.om", image)]
    assert conv.min() < 0 and abs(prob.sum() - 1) < 1e-5
    copy = caffe_networks.Network("copy")
    copy.input("data", [1, 3, 8, 8])
    copy.conv("data", 4, 3, pad=1, name="conv1")
    copy.weights[0] = net.weights[0]
    caffe_networks.save(copy, tmp_path / "copy")
    theirs, = expected(tmp_path / "copy", {"data": image}, ["conv1"])
    np.testing.assert_allclose(conv, theirs.ravel(), rtol=1e-4, atol=1e-5)


def test_old_weights_are_the_same(tmp_path):
    """Blobs with num, channels, height and width, of layers in field 2."""
    net = caffe_networks.Network("old")
    x = net.relu(net.conv(net.input("data", [1, 3, 8, 8]), 4, 3))
    net.layer("Softmax", net.linear(x, 5, 4 * 6 * 6), name="prob")
    convert(net, tmp_path / "new")
    old = tmp_path / "old.caffemodel"
    old.write_bytes(net.old_caffemodel())
    done = atc(f"--model={tmp_path}/new.prototxt", f"--weight={old}", "--framework=0", f"--output={tmp_path}/old",
               "--soc_version=Ascend310B4")
    assert done.returncode == 0, done.stdout
    image = picture([1, 3, 8, 8])
    assert run_model(tmp_path / "old.om", image) == run_model(tmp_path / "new.om", image)


PLAN = "import acl, sys; acl.init(); acl.rt.set_device(0); assert acl.mdl.load_from_file(sys.argv[1])[1] == 0"


@pytest.mark.parametrize("name", ["squeezenet"] if SANITIZED else ["squeezenet", "googlenet", "resnet50", "mobilenet"])
def test_no_plain_loops(name, tmp_path):
    """BatchNorm and Scale are part of convolutions, and every node has a fast kernel."""
    convert(caffe_networks.build(name), tmp_path / name)
    environment = dict(os.environ, SOFTACL_LOG_LEVEL="debug", ASCEND_SLOG_PRINT_TO_STDOUT="1")
    log = subprocess.run([sys.executable, "-c", PLAN, str(tmp_path / f"{name}.om")], env=environment, text=True,
                         capture_output=True, check=True).stdout
    kernels = re.findall(r"^node '(.*)' \((\w+)\)  \[(.*?)\] ", log, re.MULTILINE)
    assert len(kernels) > 15, log
    assert [found for found in kernels if "onednn" not in found[2] or found[1] == "BNInference"] == []
