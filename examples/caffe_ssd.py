#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a small SSD (single shot detector) as Caffe files, with random weights of a fixed seed.

    caffe_ssd.py build/ssd        # build/ssd.prototxt and build/ssd.caffemodel

The weights are not trained, so the boxes mean nothing. The layers are those of the published networks: features of two
sizes, the first of them normalised; for each a convolution for places, one for classes, and a PriorBox.
"""
import argparse
from pathlib import Path

import numpy as np
from caffe_networks import Network, save

SHAPE = (1, 3, 64, 64)
CLASSES = 4
KEEP = 50


def build():
    net = Network("ssd", seed=2016)

    def convolution(x, channels, stride, name):
        return net.layer("Convolution", x, name=name, channels=channels,
                         blobs=[net.normal((channels, net.channels[x], 3, 3), 1 / (9 * net.channels[x])),
                                net.normal((channels,), 0.1)],
                         convolution_param={"num_output": channels, "kernel_size": 3, "stride": stride, "pad": 1})

    def rectified(x):
        return net.layer("ReLU", x, tops=x)

    net.input("data", SHAPE)
    x = rectified(convolution("data", 16, 2, "conv1"))
    fine = rectified(convolution(x, 24, 2, "conv2"))
    coarse = rectified(convolution(fine, 32, 2, "conv3"))
    fine = net.layer("Normalize", fine, name="conv2_norm", blobs=[np.full(24, 2)],
                     norm_param={"across_spatial": False, "scale_filler": {"type": '"constant"', "value": 2},
                                 "channel_shared": False})
    joined = {"loc": [], "conf": [], "priorbox": []}
    for x, least, most, step in ((fine, 8, 16, 4), (coarse, 16, 32, 8)):
        for kind, size in (("loc", 4), ("conf", CLASSES)):
            y = convolution(x, 4 * size, 1, f"{x}_mbox_{kind}")
            y = net.layer("Permute", y, name=f"{y}_perm", permute_param={"order": [0, 2, 3, 1]})
            joined[kind].append(net.layer("Flatten", y, name=f"{y}_flat", flatten_param={"axis": 1}))
        joined["priorbox"].append(net.layer(
            "PriorBox", [x, "data"], name=f"{x}_mbox_priorbox",
            prior_box_param={"min_size": float(least), "max_size": float(most), "aspect_ratio": 2.0, "flip": True,
                             "clip": False, "variance": [0.1, 0.1, 0.2, 0.2], "step": float(step), "offset": 0.5}))
    for kind, parts in joined.items():
        net.layer("Concat", parts, name=f"mbox_{kind}", concat_param={"axis": 2 if kind == "priorbox" else 1})
    x = net.layer("Reshape", "mbox_conf", name="mbox_conf_reshape",
                  reshape_param={"shape": {"dim": [0, -1, CLASSES]}})
    x = net.layer("Softmax", x, name="mbox_conf_softmax", softmax_param={"axis": 2})
    x = net.layer("Flatten", x, name="mbox_conf_flatten", flatten_param={"axis": 1})
    net.layer("DetectionOutput", ["mbox_loc", x, "mbox_priorbox"], name="detection_out", detection_output_param={
        "num_classes": CLASSES, "share_location": True, "background_label_id": 0, "code_type": "CENTER_SIZE",
        "nms_param": {"nms_threshold": 0.45, "top_k": 100}, "keep_top_k": KEEP, "confidence_threshold": 0.01})
    return net


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stem", type=Path, help="path of both files without .prototxt and .caffemodel")
    for path in save(build(), parser.parse_args().stem):
        print(path)


if __name__ == "__main__":
    main()
