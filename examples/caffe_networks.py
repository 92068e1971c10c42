#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes well-known networks as Caffe files: the published architectures, with random weights of a fixed seed.

    caffe_networks.py resnet50 build/resnet50        # build/resnet50.prototxt and build/resnet50.caffemodel

The weights are not trained, so the answers mean nothing; size, shapes, layers and work are those of the real
networks. Files are laid out as the published ones: activations and normalisations are computed in place.
"""
import argparse
from pathlib import Path

import numpy as np


def varint(number):
    """A number as protobuf writes it: seven bits a byte, the last without the eighth."""
    data = bytearray()
    while number > 127:
        data.append(number & 127 | 128)
        number >>= 7
    return bytes(data + bytes([number]))


def field(number, data):
    """A field that holds bytes: text, a message or packed numbers."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def blob(array):
    """BlobProto: shape 7, which has dim 1, and data 5."""
    array = np.asarray(array, "<f4")
    return field(7, field(1, b"".join(map(varint, array.shape)))) + field(5, array.tobytes())


def old_blob(array):
    """BlobProto of the first versions: num 1, channels 2, height 3, width 4, and data 5."""
    array = np.asarray(array, "<f4")
    dims = (1,) * (4 - array.ndim) + array.shape
    return b"".join(varint(i << 3) + varint(dim) for i, dim in enumerate(dims, 1)) + field(5, array.tobytes())


def text(value):
    """A value of a text file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):  # of an enumeration, or quoted already
        return value
    return repr(float(value)) if isinstance(value, (float, np.floating)) else str(int(value))


def lines(fields, indent):
    for name, value in fields.items():
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(item, dict):
                yield f"{indent}{name} {{"
                yield from lines(item, indent + "  ")
                yield indent + "}"
            else:
                yield f"{indent}{name}: {text(item)}"


class Network:
    """Layers and weights in the making; each method adds a layer and returns the name of its top."""

    def __init__(self, name, seed=2015):
        self.name = name
        self.random = np.random.default_rng(seed)
        self.layers, self.weights = [], []
        self.channels = {}

    def layer(self, kind, bottoms=(), tops=None, name=None, blobs=(), channels=None, **fields):
        """Fields are messages as dictionaries: convolution_param={"num_output": 8}. `tops` may be a bottom, too."""
        bottoms = [bottoms] if isinstance(bottoms, str) else list(bottoms)
        name = name or f"{kind.lower()}{len(self.layers)}"
        tops = [tops or name] if tops is None or isinstance(tops, str) else list(tops)
        self.layers.append(dict(name=f'"{name}"', type=f'"{kind}"', bottom=[f'"{bottom}"' for bottom in bottoms],
                                top=[f'"{top}"' for top in tops], **fields))
        if blobs:
            self.weights.append((name, [np.asarray(array, np.float32) for array in blobs]))
        for top in tops:
            self.channels[top] = channels or (self.channels.get(bottoms[0]) if bottoms else None)
        return tops[0] if tops else None

    def input(self, name, shape):
        return self.layer("Input", name=name, channels=shape[1] if len(shape) > 1 else None,
                          input_param={"shape": {"dim": list(shape)}})

    def uniform(self, low, high, count):
        return self.random.uniform(low, high, count).astype(np.float32)

    def normal(self, shape, variance):
        return self.random.standard_normal(shape, dtype=np.float32) * np.float32(np.sqrt(variance))

    def conv(self, x, channels, kernel, stride=1, pad=0, group=1, bias=True, gain=2.0, name=None, **more):
        """The weights keep the variance of a rectified input (He et al. 2015)."""
        shape = (channels, self.channels[x] // group, kernel, kernel)
        blobs = [self.normal(shape, gain / np.prod(shape[1:]))]
        fields = {"num_output": channels, "kernel_size": kernel}
        fields.update({key: value for key, value in dict(stride=stride, group=group).items() if value != 1})
        if pad:
            fields["pad"] = pad
        if bias:
            blobs.append(self.uniform(-0.1, 0.1, channels))
        else:
            fields["bias_term"] = False
        return self.layer("Convolution", x, name=name, blobs=blobs, channels=channels,
                          convolution_param=dict(fields, **more))

    def batch_norm(self, x, scale=1.0):
        """Caffe's pair of layers; the sums of the first are divided by its third blob."""
        count, factor = self.channels[x], 999.98
        self.layer("BatchNorm", x, x, blobs=[factor * self.uniform(-0.3, 0.3, count),
                                             factor * self.uniform(0.5, 2.0, count), [factor]],
                   batch_norm_param={"use_global_stats": True})
        return self.layer("Scale", x, x, blobs=[scale * self.uniform(0.7, 1.3, count), self.uniform(-0.3, 0.3, count)],
                          scale_param={"bias_term": True})

    def relu(self, x):
        return self.layer("ReLU", x, x)

    def pool(self, x, kernel, stride=1, pad=0, method="MAX"):
        fields = {"pool": method, "kernel_size": kernel, "stride": stride}
        return self.layer("Pooling", x, pooling_param=dict(fields, pad=pad) if pad else fields)

    def global_pool(self, x):
        return self.layer("Pooling", x, pooling_param={"pool": "AVE", "global_pooling": True})

    def local_norm(self, x):
        return self.layer("LRN", x, lrn_param={"local_size": 5, "alpha": 1e-4, "beta": 0.75})

    def linear(self, x, features, count=None, gain=2.0):
        count = count or self.channels[x]
        return self.layer("InnerProduct", x, channels=features,
                          blobs=[self.normal((features, count), gain / count), self.uniform(-0.1, 0.1, features)],
                          inner_product_param={"num_output": features})

    def dropout(self, x):
        return self.layer("Dropout", x, x, dropout_param={"dropout_ratio": 0.5})

    def concat(self, *parts, **fields):
        return self.layer("Concat", parts, channels=sum(self.channels[part] or 0 for part in parts), **fields)

    def prototxt(self):
        rows = [f'name: "{self.name}"']
        for layer in self.layers:
            rows += ["layer {", *lines(layer, "  "), "}"]
        return "\n".join(rows) + "\n"

    def caffemodel(self):
        """NetParameter: name 1, layer 100, each with name 1 and blobs 7."""
        data = [field(1, self.name.encode())]
        for name, blobs in self.weights:
            data.append(field(100, field(1, name.encode()) + b"".join(field(7, blob(array)) for array in blobs)))
        return b"".join(data)

    def old_caffemodel(self):
        """The same of the first versions: layers 2, each with name 4 and blobs 6."""
        data = [field(1, self.name.encode())]
        for name, blobs in self.weights:
            data.append(field(2, field(4, name.encode()) + b"".join(field(6, old_blob(array)) for array in blobs)))
        return b"".join(data)


def alexnet(net, batch):
    """Krizhevsky et al. 2012 as published for Caffe."""
    x = net.input("data", [batch, 3, 227, 227])
    x = net.pool(net.local_norm(net.relu(net.conv(x, 96, 11, 4))), 3, 2)
    x = net.pool(net.local_norm(net.relu(net.conv(x, 256, 5, pad=2, group=2))), 3, 2)
    x = net.relu(net.conv(x, 384, 3, pad=1))
    x = net.relu(net.conv(x, 384, 3, pad=1, group=2))
    x = net.pool(net.relu(net.conv(x, 256, 3, pad=1, group=2)), 3, 2)
    x = net.dropout(net.relu(net.linear(x, 4096, 256 * 6 * 6)))
    x = net.dropout(net.relu(net.linear(x, 4096)))
    net.layer("Softmax", net.linear(x, 1000), name="prob")


def googlenet(net, batch):
    """Szegedy et al. 2014 as published for Caffe."""
    def conv(x, channels, kernel, stride=1):
        return net.relu(net.conv(x, channels, kernel, stride, kernel // 2))

    def inception(x, one, reduce3, three, reduce5, five, pool):
        return net.concat(conv(x, one, 1), conv(conv(x, reduce3, 1), three, 3), conv(conv(x, reduce5, 1), five, 5),
                          conv(net.pool(x, 3, 1, 1), pool, 1))

    x = conv(net.input("data", [batch, 3, 224, 224]), 64, 7, 2)
    x = net.local_norm(net.pool(x, 3, 2))
    x = net.pool(net.local_norm(conv(conv(x, 64, 1), 192, 3)), 3, 2)
    x = inception(x, 64, 96, 128, 16, 32, 32)
    x = net.pool(inception(x, 128, 128, 192, 32, 96, 64), 3, 2)
    x = inception(x, 192, 96, 208, 16, 48, 64)
    x = inception(x, 160, 112, 224, 24, 64, 64)
    x = inception(x, 128, 128, 256, 24, 64, 64)
    x = inception(x, 112, 144, 288, 32, 64, 64)
    x = net.pool(inception(x, 256, 160, 320, 32, 128, 128), 3, 2)
    x = inception(x, 256, 160, 320, 32, 128, 128)
    x = inception(x, 384, 192, 384, 48, 128, 128)
    x = net.dropout(net.pool(x, 7, 1, method="AVE"))
    net.layer("Softmax", net.linear(x, 1000), name="prob")


def conv_bn(net, x, channels, kernel, stride=1, group=1, activation=True, scale=1.0):
    x = net.batch_norm(net.conv(x, channels, kernel, stride, kernel // 2, group, bias=False), scale)
    return net.relu(x) if activation else x


def resnet50(net, batch):
    """He et al. 2015 as published for Caffe: the first convolution of a block carries the stride."""
    x = net.pool(conv_bn(net, net.input("data", [batch, 3, 224, 224]), 64, 7, 2), 3, 2)
    for width, blocks, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for block in range(blocks):
            step = stride if block == 0 else 1
            shortcut = x if block else conv_bn(net, x, 4 * width, 1, step, activation=False, scale=0.7)
            x = conv_bn(net, conv_bn(net, x, width, 1, step), width, 3)
            x = conv_bn(net, x, 4 * width, 1, activation=False, scale=0.4)
            x = net.relu(net.layer("Eltwise", [shortcut, x]))
    x = net.pool(x, 7, 1, method="AVE")
    net.layer("Softmax", net.linear(x, 1000), name="prob")


def mobilenet_body(net, x):
    """Howard et al. 2017, width 1.0; returns the results that detectors look at."""
    def separable(x, channels, stride=1):
        return conv_bn(net, conv_bn(net, x, net.channels[x], 3, stride, group=net.channels[x]), channels, 1)

    x = separable(conv_bn(net, x, 32, 3, 2), 64)
    for channels, stride in ((128, 2), (128, 1), (256, 2), (256, 1), (512, 2)):
        x = separable(x, channels, stride)
    for _ in range(5):
        x = separable(x, 512)
    return x, separable(separable(x, 1024, 2), 1024)


def mobilenet(net, batch):
    """Howard et al. 2017, width 1.0."""
    _, x = mobilenet_body(net, net.input("data", [batch, 3, 224, 224]))
    net.layer("Softmax", net.conv(net.global_pool(x), 1000, 1, gain=1.0), name="prob")


def squeezenet(net, batch):
    """Iandola et al. 2016, version 1.1."""
    x = net.relu(net.conv(net.input("data", [batch, 3, 227, 227]), 64, 3, 2))
    for number, (squeezed, expanded) in enumerate(((16, 64), (16, 64), (32, 128), (32, 128),
                                                   (48, 192), (48, 192), (64, 256), (64, 256))):
        x = net.pool(x, 3, 2) if number in (0, 2, 4) else x
        x = net.relu(net.conv(x, squeezed, 1))
        x = net.concat(net.relu(net.conv(x, expanded, 1)), net.relu(net.conv(x, expanded, 3, pad=1)))
    x = net.global_pool(net.relu(net.conv(net.dropout(x), 1000, 1)))
    net.layer("Softmax", x, name="prob")


def mobilenet_ssd(net, batch, classes=21):
    """Liu et al. 2016 over MobileNet: six grids of boxes, 21 classes."""
    data = net.input("data", [batch, 3, 300, 300])
    levels = list(mobilenet_body(net, data))
    for inner, channels in ((256, 512), (128, 256), (128, 256), (64, 128)):
        levels.append(conv_bn(net, conv_bn(net, levels[-1], inner, 1), channels, 3, 2))
    sizes = (60.0, 105.0, 150.0, 195.0, 240.0, 285.0, 300.0)
    locations, confidences, priors = [], [], []
    for i, x in enumerate(levels):
        ratios = [2.0] if i == 0 else [2.0, 3.0]
        boxes = 3 if i == 0 else 6
        for results, width, gain in ((locations, 4, 0.3), (confidences, classes, 2.5)):
            y = net.layer("Permute", net.conv(x, boxes * width, 1, gain=gain), permute_param={"order": [0, 2, 3, 1]})
            results.append(net.layer("Flatten", y, flatten_param={"axis": 1}))
        box = {"min_size": sizes[i], "aspect_ratio": ratios, "flip": True, "clip": False,
               "variance": [0.1, 0.1, 0.2, 0.2], "offset": 0.5}
        if i > 0:
            box["max_size"] = sizes[i + 1]
        priors.append(net.layer("PriorBox", [x, data], prior_box_param=box))
    location = net.concat(*locations, concat_param={"axis": 1})
    confidence = net.concat(*confidences, concat_param={"axis": 1})
    prior = net.concat(*priors, concat_param={"axis": 2})
    shaped = net.layer("Reshape", confidence, reshape_param={"shape": {"dim": [0, -1, classes]}})
    flat = net.layer("Flatten", net.layer("Softmax", shaped, softmax_param={"axis": 2}), flatten_param={"axis": 1})
    net.layer("DetectionOutput", [location, flat, prior], name="detection_out", detection_output_param={
        "num_classes": classes, "share_location": True, "background_label_id": 0, "code_type": "CENTER_SIZE",
        "nms_param": {"nms_threshold": 0.45, "top_k": 100}, "keep_top_k": 100, "confidence_threshold": 0.25})


def bilinear(net, x, kernel, stride):
    """A transposed convolution that enlarges each channel by itself."""
    count = net.channels[x]
    ramp = 1 - np.abs(np.arange(kernel) - (kernel - 1) / 2) / ((kernel + 1) // 2)
    return net.layer("Deconvolution", x, blobs=[np.broadcast_to(np.outer(ramp, ramp), (count, 1, kernel, kernel))],
                     convolution_param={"num_output": count, "group": count, "kernel_size": kernel, "stride": stride,
                                        "bias_term": False})


def fcn8s(net, batch, classes=21, narrower=4):
    """Long et al. 2015 over VGG-16, with a quarter of its channels."""
    def crop(x, like, offset):
        return net.layer("Crop", [x, like], crop_param={"axis": 2, "offset": offset})

    data = x = net.input("data", [batch, 3, 160, 192])
    pools = []
    for block, (channels, layers) in enumerate(((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))):
        for i in range(layers):
            x = net.relu(net.conv(x, channels // narrower, 3, pad=100 if block == i == 0 else 1))
        x = net.pool(x, 2, 2)
        pools.append(x)
    x = net.dropout(net.relu(net.conv(x, 4096 // narrower, 7)))
    x = net.dropout(net.relu(net.conv(x, 4096 // narrower, 1)))
    x = bilinear(net, net.conv(x, classes, 1, gain=1.0), 4, 2)
    for pool, offset, kernel, stride in ((pools[3], 5, 4, 2), (pools[2], 9, 16, 8)):
        x = net.layer("Eltwise", [x, crop(net.conv(pool, classes, 1, gain=1.0), x, offset)],
                      eltwise_param={"operation": "SUM"})
        x = bilinear(net, x, kernel, stride)
    crop(x, data, 31)


NETWORKS = {function.__name__.replace("_", "-"): function
            for function in (alexnet, googlenet, resnet50, mobilenet, squeezenet, mobilenet_ssd, fcn8s)}


def build(name, batch=1, seed=2015):
    net = Network(name, seed)
    NETWORKS[name](net, batch)
    return net


def save(net, stem):
    """Writes STEM.prototxt and STEM.caffemodel; returns their paths."""
    paths = Path(f"{stem}.prototxt"), Path(f"{stem}.caffemodel")
    paths[0].parent.mkdir(parents=True, exist_ok=True)
    paths[0].write_text(net.prototxt(), encoding="utf-8")
    paths[1].write_bytes(net.caffemodel())
    return paths


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=sorted(NETWORKS))
    parser.add_argument("stem", type=Path, help="path of both files without .prototxt and .caffemodel")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--seed", type=int, default=2015)
    args = parser.parse_args()
    save(build(args.network, args.batch, args.seed), args.stem)


if __name__ == "__main__":
    main()
