#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes well-known networks as ONNX files: the published architectures, with random weights of a fixed seed.

    networks.py resnet50 build/resnet50.onnx --batch 8

The weights are not trained, so the answers mean nothing; size, shapes, operators and work are those of the real
networks. Nodes are laid out as exporters do it: a convolution without bias, then its BatchNormalization.
"""
import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NEWEST_OPSET = 17  # of Debian's onnx
OLDEST_OPSET = 9


class Network:
    """Nodes and weights in the making; each method adds an operator and returns the name of its result."""

    def __init__(self, name, opset, seed):
        self.name = name
        self.opset = opset
        self.random = np.random.default_rng(seed)
        self.nodes, self.weights, self.inputs, self.outputs = [], [], [], []
        self.channels = {}

    def input(self, name, shape):
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        self.channels[name] = shape[1]
        return name

    def output(self, value, name, shape):
        """Gives the result `value` its public name."""
        for node in self.nodes:
            node.output[:] = [name if result == value else result for result in node.output]
            node.input[:] = [name if result == value else result for result in node.input]
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def weight(self, array, name):
        name = f"{name}_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(self, kind, inputs, channels=None, **attributes):
        result = f"{kind}_{len(self.nodes)}_out"
        self.nodes.append(helper.make_node(kind, inputs, [result], name=f"{kind}_{len(self.nodes)}", **attributes))
        self.channels[result] = self.channels.get(inputs[0]) if channels is None else channels
        return result

    def conv(self, x, channels, kernel, stride=1, pad=0, group=1, bias=True, gain=2.0):
        """The weights keep the variance of a rectified input (He et al. 2015)."""
        fan_in = self.channels[x] // group * kernel * kernel
        shape = (channels, self.channels[x] // group, kernel, kernel)
        weights = self.random.standard_normal(shape, dtype=np.float32) * np.float32(np.sqrt(gain / fan_in))
        inputs = [x, self.weight(weights, "conv_weight")]
        if bias:
            inputs.append(self.weight(self.uniform(-0.1, 0.1, channels), "conv_bias"))
        return self.node("Conv", inputs, channels, kernel_shape=[kernel, kernel], strides=[stride, stride],
                         pads=[pad] * 4, dilations=[1, 1], group=group)

    def batch_norm(self, x, scale=1.0):
        count = self.channels[x]
        parts = {"scale": scale * self.uniform(0.7, 1.3, count), "bias": self.uniform(-0.3, 0.3, count),
                 "mean": self.uniform(-0.3, 0.3, count), "var": self.uniform(0.5, 2.0, count)}
        return self.node("BatchNormalization", [x] + [self.weight(array, f"bn_{part}") for part, array in parts.items()],
                         epsilon=1e-5, momentum=0.9)

    def uniform(self, low, high, count):
        return self.random.uniform(low, high, count).astype(np.float32)

    def relu(self, x):
        return self.node("Relu", [x])

    def relu6(self, x):
        if self.opset < 11:
            return self.node("Clip", [x], min=0.0, max=6.0)
        return self.node("Clip", [x, self.weight(np.float32(0), "min"), self.weight(np.float32(6), "max")])

    def leaky_relu(self, x, alpha=0.1):
        return self.node("LeakyRelu", [x], alpha=alpha)

    def max_pool(self, x, kernel, stride, pads=(0, 0, 0, 0), ceil=False):
        attributes = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": list(pads)}
        if ceil and self.opset < 10:  # the attribute is younger: a row and a column that never win the maximum
            attributes["pads"][2:] = [pads[2] + stride - 1, pads[3] + stride - 1]
        elif ceil:
            attributes["ceil_mode"] = 1
        return self.node("MaxPool", [x], **attributes)

    def global_pool(self, x):
        return self.node("GlobalAveragePool", [x])

    def flatten(self, x, features=None):
        return self.node("Flatten", [x], features, axis=1)

    def dropout(self, x, ratio=0.5):
        """Does nothing in inference; some exporters leave it in."""
        if self.opset < 12:
            return self.node("Dropout", [x], ratio=ratio)
        return self.node("Dropout", [x, self.weight(np.float32(ratio), "ratio")])

    def linear(self, x, features, gain=2.0):
        count = self.channels[x]
        weights = self.random.standard_normal((features, count), dtype=np.float32) * np.float32(np.sqrt(gain / count))
        inputs = [x, self.weight(weights, "fc_weight"), self.weight(self.uniform(-0.1, 0.1, features), "fc_bias")]
        return self.node("Gemm", inputs, features, alpha=1.0, beta=1.0, transB=1)

    def softmax(self, x):
        return self.node("Softmax", [x], axis=1)

    def add(self, x, y):
        return self.node("Add", [x, y])

    def concat(self, *parts):
        return self.node("Concat", list(parts), sum(self.channels[part] for part in parts), axis=1)

    def upsample(self, x, factor=2):
        """Repeats pixels; the operator changed its name and form twice."""
        scales = self.weight(np.array([1, 1, factor, factor], np.float32), "scales")
        if self.opset == 9:
            return self.node("Upsample", [x, scales], mode="nearest")
        if self.opset == 10:
            return self.node("Resize", [x, scales], mode="nearest")
        return self.node("Resize", [x, self.weight(np.zeros(0, np.float32), "roi"), scales], mode="nearest",
                         coordinate_transformation_mode="asymmetric", nearest_mode="floor")

    def model(self):
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.weights)
        model = helper.make_model(graph, producer_name="softacl examples/networks.py",
                                  opset_imports=[helper.make_opsetid("", self.opset)])
        onnx.checker.check_model(model)
        return model


def conv_bn(net, x, channels, kernel, stride=1, group=1, activation=None, scale=1.0):
    x = net.batch_norm(net.conv(x, channels, kernel, stride, kernel // 2, group, bias=False), scale)
    return activation(x) if activation else x


def classes(net, x, batch):
    net.output(x, "output", [batch, 1000])


def resnet50(net, batch):
    """He et al. 2015 in the usual variant 1.5: the 3x3 convolution of a block carries the stride."""
    x = net.input("input", [batch, 3, 224, 224])
    x = conv_bn(net, x, 64, 7, 2, activation=net.relu)
    x = net.max_pool(x, 3, 2, (1, 1, 1, 1))
    for width, blocks, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for block in range(blocks):
            step = stride if block == 0 else 1
            shortcut = x if block else conv_bn(net, x, 4 * width, 1, step, scale=0.7)
            x = conv_bn(net, x, width, 1, activation=net.relu)
            x = conv_bn(net, x, width, 3, step, activation=net.relu)
            x = net.relu(net.add(conv_bn(net, x, 4 * width, 1, scale=0.4), shortcut))
    classes(net, net.linear(net.flatten(net.global_pool(x)), 1000), batch)


def mobilenetv2(net, batch):
    """Sandler et al. 2018, width 1.0."""
    x = net.input("input", [batch, 3, 224, 224])
    x = conv_bn(net, x, 32, 3, 2, activation=net.relu6)
    plan = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
    for expansion, channels, blocks, stride in plan:
        for block in range(blocks):
            step = stride if block == 0 else 1
            inner = expansion * net.channels[x]
            y = conv_bn(net, x, inner, 1, activation=net.relu6) if expansion > 1 else x
            y = conv_bn(net, y, inner, 3, step, group=inner, activation=net.relu6)
            y = conv_bn(net, y, channels, 1, scale=0.6)
            x = net.add(x, y) if step == 1 and net.channels[x] == channels else y
    x = conv_bn(net, x, 1280, 1, activation=net.relu6)
    classes(net, net.linear(net.flatten(net.global_pool(x)), 1000), batch)


def googlenet(net, batch):
    """Szegedy et al. 2014, the form without batch normalisation that was published for Caffe."""
    def conv(x, channels, kernel, stride=1, pad=None):
        return net.relu(net.conv(x, channels, kernel, stride, kernel // 2 if pad is None else pad))

    def local_norm(x):
        return net.node("LRN", [x], size=5, alpha=1e-4, beta=0.75, bias=1.0)

    def inception(x, one, reduce3, three, reduce5, five, pool):
        return net.concat(conv(x, one, 1), conv(conv(x, reduce3, 1), three, 3), conv(conv(x, reduce5, 1), five, 5),
                          conv(net.max_pool(x, 3, 1, (1, 1, 1, 1)), pool, 1))

    x = conv(net.input("input", [batch, 3, 224, 224]), 64, 7, 2)
    x = local_norm(net.max_pool(x, 3, 2, ceil=True))
    x = local_norm(conv(conv(x, 64, 1), 192, 3))
    x = net.max_pool(x, 3, 2, ceil=True)
    x = inception(x, 64, 96, 128, 16, 32, 32)
    x = inception(x, 128, 128, 192, 32, 96, 64)
    x = net.max_pool(x, 3, 2, ceil=True)
    x = inception(x, 192, 96, 208, 16, 48, 64)
    x = inception(x, 160, 112, 224, 24, 64, 64)
    x = inception(x, 128, 128, 256, 24, 64, 64)
    x = inception(x, 112, 144, 288, 32, 64, 64)
    x = inception(x, 256, 160, 320, 32, 128, 128)
    x = net.max_pool(x, 3, 2, ceil=True)
    x = inception(x, 256, 160, 320, 32, 128, 128)
    x = inception(x, 384, 192, 384, 48, 128, 128)
    x = net.node("AveragePool", [x], kernel_shape=[7, 7], strides=[1, 1])
    x = net.linear(net.flatten(net.dropout(x, 0.4)), 1000)
    classes(net, net.softmax(x), batch)


def vgg16(net, batch):
    """Simonyan and Zisserman 2014, configuration D."""
    x = net.input("input", [batch, 3, 224, 224])
    for channels, layers in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(layers):
            x = net.relu(net.conv(x, channels, 3, pad=1))
        x = net.max_pool(x, 2, 2)
    x = net.flatten(x, 512 * 7 * 7)
    for _ in range(2):
        x = net.dropout(net.relu(net.linear(x, 4096)))
    classes(net, net.linear(x, 1000), batch)


def squeezenet(net, batch):
    """Iandola et al. 2016, version 1.1."""
    def fire(x, squeezed, expanded):
        x = net.relu(net.conv(x, squeezed, 1))
        return net.concat(net.relu(net.conv(x, expanded, 1)), net.relu(net.conv(x, expanded, 3, pad=1)))

    x = net.relu(net.conv(net.input("input", [batch, 3, 224, 224]), 64, 3, 2))
    for number, (squeezed, expanded) in enumerate(((16, 64), (16, 64), (32, 128), (32, 128),
                                                   (48, 192), (48, 192), (64, 256), (64, 256))):
        if number in (0, 2, 4):
            x = net.max_pool(x, 3, 2, ceil=True)
        x = fire(x, squeezed, expanded)
    x = net.relu(net.conv(net.dropout(x), 1000, 1))
    classes(net, net.softmax(net.flatten(net.global_pool(x))), batch)


def yolov3_tiny(net, batch):
    """Redmon and Farhadi 2018: two grids of boxes, 3 per cell, each 4 + 1 + 80 numbers."""
    def conv(x, channels, kernel):
        return conv_bn(net, x, channels, kernel, activation=net.leaky_relu)

    x = net.input("input", [batch, 3, 416, 416])
    for channels in (16, 32, 64, 128):
        x = net.max_pool(conv(x, channels, 3), 2, 2)
    fine = conv(x, 256, 3)
    x = conv(net.max_pool(fine, 2, 2), 512, 3)
    x = conv(net.max_pool(x, 2, 1, (0, 0, 1, 1)), 1024, 3)
    coarse = conv(x, 256, 1)
    large = net.conv(conv(coarse, 512, 3), 255, 1, gain=1.0)
    fine = net.concat(net.upsample(conv(coarse, 128, 1)), fine)
    small = net.conv(conv(fine, 256, 3), 255, 1, gain=1.0)
    net.output(large, "large", [batch, 255, 13, 13])
    net.output(small, "small", [batch, 255, 26, 26])


NETWORKS = {function.__name__.replace("_", "-"): function
            for function in (resnet50, mobilenetv2, googlenet, vgg16, squeezenet, yolov3_tiny)}


def build(name, batch=1, opset=13, seed=2015):
    """The network as an onnx.ModelProto."""
    net = Network(name, opset, seed)
    NETWORKS[name](net, batch)
    return net.model()


def write(path, name, batch=1, opset=13, seed=2015):
    """Writes the network unless the file is there; returns the path. Each file is complete or absent."""
    path = Path(path)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(path.name + ".part")
        onnx.save(build(name, batch, opset, seed), str(unfinished))
        unfinished.replace(path)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=sorted(NETWORKS))
    parser.add_argument("file", type=Path)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--opset", type=int, default=13, choices=range(OLDEST_OPSET, NEWEST_OPSET + 1), metavar="K",
                        help=f"{OLDEST_OPSET} to {NEWEST_OPSET}, default 13")
    parser.add_argument("--seed", type=int, default=2015)
    args = parser.parse_args()
    args.file.unlink(missing_ok=True)
    write(args.file, args.network, args.batch, args.opset, args.seed)


if __name__ == "__main__":
    main()
