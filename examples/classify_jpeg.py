#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Classifies JPEG files: decoded, resized and normalised on the device, so that only the file goes in and only the
classes come out.

    classify_jpeg.py MODEL.om PICTURE.jpg...

The model takes pictures as NV12. One to try it with, with random weights (its answers mean nothing):

    examples/networks.py resnet50 resnet50.onnx
    atc --framework=5 --model=resnet50.onnx --output=resnet50_nv12 --soc_version=Ascend310B4 \\
        --insert_op_conf=examples/classify_nv12.cfg
"""
import argparse
from pathlib import Path

from acl_model import Device, Model
from classify import show_top
from dvpp import Dvpp, run_on


class Classifier:
    def __init__(self, path):
        self.model = Model(path)
        self.dvpp = Dvpp()

    def __call__(self, data, size=224):
        """A number for each class, and the picture that the model got. Close it."""
        picture = self.dvpp.decode_jpeg(data)
        small = self.dvpp.resize(picture, size, size)
        picture.close()
        return run_on(self.model, small)[0].reshape(-1), small

    def close(self):
        self.dvpp.close()
        self.model.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("pictures", type=Path, nargs="+")
    args = parser.parse_args()
    with Device():
        classifier = Classifier(args.model)
        for path in args.pictures:
            values, picture = classifier(path.read_bytes())
            picture.close()
            print(path.name)
            show_top(values)
        classifier.close()


if __name__ == "__main__":
    main()
