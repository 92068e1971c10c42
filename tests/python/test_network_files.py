# SPDX-License-Identifier: Apache-2.0
"""The networks of examples/networks.py are the published ones: numbers of trained parameters and of operations."""
import sys
from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
sys.path += [str(Path(__file__).parents[2] / folder) for folder in ("examples", "bench/lib")]
import networks  # noqa: E402 (after the path)
import work  # noqa: E402

# Trained parameters as published (torchvision; the Caffe model of GoogLeNet; Darknet), and 10^9 operations,
# each multiply-add counted as two: twice torchvision's multiply-adds, Darknet's own count.
PUBLISHED = {
    "resnet50": (25_557_032, 2 * 4.089),
    "mobilenetv2": (3_504_872, 2 * 0.301),
    "googlenet": (6_998_552, 2 * 1.583),
    "squeezenet": (1_235_496, 2 * 0.349),
    "vgg16": (138_357_544, 2 * 15.470),
    "yolov3-tiny": (8_858_734 - 2 * 3_184, 5.56),  # Darknet counts mean and variance of 3184 channels, too
}
STATISTICS = ("bn_mean", "bn_var")  # kept beside the trained parameters
CONSTANTS = ("min", "max", "ratio", "roi", "scales")


@pytest.fixture
def light(monkeypatch):
    """Large weights have a shape and no numbers, which saves the time that half a gigabyte takes."""
    from_array = onnx.numpy_helper.from_array

    def shape_only(array, name):
        if array.size < 100:
            return from_array(array, name)
        return onnx.TensorProto(name=name, data_type=onnx.TensorProto.FLOAT, dims=array.shape)
    monkeypatch.setattr(networks.numpy_helper, "from_array", shape_only)
    monkeypatch.setattr(networks.Network, "uniform", lambda self, low, high, count: np.zeros(count, np.float32))
    monkeypatch.setattr(networks.np.random, "default_rng", lambda seed: Zeros())
    monkeypatch.setattr(onnx.checker, "check_model", lambda model: None)


class Zeros:
    def standard_normal(self, shape, dtype):
        return np.broadcast_to(dtype(0), shape)


@pytest.mark.parametrize("name", networks.NETWORKS)
def test_size_and_work_are_as_published(name, tmp_path, light):
    parameters, operations = PUBLISHED[name]
    path = networks.write(tmp_path / "network.onnx", name)
    model = onnx.load(str(path))
    kinds = {weight.name: weight.name.rpartition("_")[0] for weight in model.graph.initializer}
    trained = sum(int(np.prod(weight.dims)) for weight in model.graph.initializer
                  if kinds[weight.name] not in STATISTICS + CONSTANTS)
    assert trained == parameters
    assert work.gigaflops(path) == pytest.approx(operations, rel=0.01)


@pytest.mark.parametrize("opset", range(networks.OLDEST_OPSET, networks.NEWEST_OPSET + 1))
@pytest.mark.parametrize("name", ["mobilenetv2", "googlenet", "squeezenet", "yolov3-tiny"])
def test_each_opset_is_valid(name, opset):
    model = networks.build(name, 2, opset)
    onnx.checker.check_model(model, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    assert model.opset_import[0].version == opset
    declared = [[d.dim_value for d in output.type.tensor_type.shape.dim] for output in model.graph.output]
    assert [[d.dim_value for d in output.type.tensor_type.shape.dim] for output in inferred.graph.output] == declared


def test_the_seed_decides_the_weights():
    first, same, other = (networks.build("squeezenet", seed=seed).SerializeToString() for seed in (1, 1, 2))
    assert first == same
    assert first != other


def test_an_unfinished_file_is_not_taken(tmp_path, monkeypatch):
    def stop(model, path):
        Path(path).write_bytes(b"half")
        raise KeyboardInterrupt
    monkeypatch.setattr(onnx, "save", stop)
    with pytest.raises(KeyboardInterrupt):
        networks.write(tmp_path / "network.onnx", "squeezenet")
    assert not (tmp_path / "network.onnx").exists()
