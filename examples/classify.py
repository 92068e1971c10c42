#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Classifies pictures, one after the other: every step of an inference, written out.

    classify.py MODEL.om PICTURE...

The model takes one picture of 224 x 224 pixels and gives a number for each class, as ResNet-50 does. One to try it
with, with random weights (its answers mean nothing):

    examples/networks.py resnet50 resnet50.onnx
    atc --framework=5 --model=resnet50.onnx --output=resnet50 --soc_version=Ascend310B4
"""
import argparse
import time

import acl
import numpy as np
from PIL import Image

MALLOC_HUGE_FIRST = 0
HOST_TO_DEVICE, DEVICE_TO_HOST = 1, 2
DEVICE = 0
MEAN = np.array([0.485, 0.456, 0.406], np.float32)  # of the pictures that such networks are trained with
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def check(ret, what):
    if ret != 0:
        raise SystemExit(f"{what}: {acl.get_recent_err_msg() or ret}")


def prepare(path, size=224):
    """The middle of the picture as 1 x 3 x size x size, RGB, normalised."""
    picture = Image.open(path).convert("RGB")
    scale = 256 / 224 * size / min(picture.size)
    picture = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.BILINEAR)
    left, top = (picture.width - size) // 2, (picture.height - size) // 2
    pixels = np.asarray(picture.crop((left, top, left + size, top + size)), np.float32) / 255
    return np.ascontiguousarray(((pixels - MEAN) / DEVIATION).transpose(2, 0, 1)[None])


def show_top(values, count=5):
    for index in np.argsort(-values)[:count]:
        print(f"  [{index}]: {values[index]:.6f}")


class Classifier:
    def __init__(self, path):
        check(acl.init(), "acl.init")
        check(acl.rt.set_device(DEVICE), "acl.rt.set_device")
        self.context, ret = acl.rt.create_context(DEVICE)
        check(ret, "acl.rt.create_context")
        self.model, ret = acl.mdl.load_from_file(path)
        check(ret, "acl.mdl.load_from_file")
        self.desc = acl.mdl.create_desc()
        check(acl.mdl.get_desc(self.desc, self.model), "acl.mdl.get_desc")
        self.input = self.make_dataset(acl.mdl.get_num_inputs(self.desc), acl.mdl.get_input_size_by_index)
        self.output = self.make_dataset(acl.mdl.get_num_outputs(self.desc), acl.mdl.get_output_size_by_index)

    def make_dataset(self, count, size_of):
        """Device memory for each input or output, listed in a dataset."""
        dataset = acl.mdl.create_dataset()
        for index in range(count):
            size = size_of(self.desc, index)
            memory, ret = acl.rt.malloc(size, MALLOC_HUGE_FIRST)
            check(ret, "acl.rt.malloc")
            _, ret = acl.mdl.add_dataset_buffer(dataset, acl.create_data_buffer(memory, size))
            check(ret, "acl.mdl.add_dataset_buffer")
        return dataset

    @staticmethod
    def memory_of(dataset, index=0):
        buffer = acl.mdl.get_dataset_buffer(dataset, index)
        return acl.get_data_buffer_addr(buffer), acl.get_data_buffer_size(buffer)

    def run(self, pixels):
        """The numbers of all classes."""
        memory, size = self.memory_of(self.input)
        check(acl.rt.memcpy(memory, size, acl.util.numpy_to_ptr(pixels), pixels.nbytes, HOST_TO_DEVICE),
              "acl.rt.memcpy of the input")
        check(acl.mdl.execute(self.model, self.input, self.output), "acl.mdl.execute")
        memory, size = self.memory_of(self.output)
        values = np.empty(size // 4, np.float32)
        check(acl.rt.memcpy(acl.util.numpy_to_ptr(values), size, memory, size, DEVICE_TO_HOST),
              "acl.rt.memcpy of the output")
        return values

    def close(self):
        for dataset in (self.input, self.output):
            for index in range(acl.mdl.get_dataset_num_buffers(dataset)):
                buffer = acl.mdl.get_dataset_buffer(dataset, index)
                check(acl.rt.free(acl.get_data_buffer_addr(buffer)), "acl.rt.free")
                check(acl.destroy_data_buffer(buffer), "acl.destroy_data_buffer")
            check(acl.mdl.destroy_dataset(dataset), "acl.mdl.destroy_dataset")
        check(acl.mdl.destroy_desc(self.desc), "acl.mdl.destroy_desc")
        check(acl.mdl.unload(self.model), "acl.mdl.unload")
        check(acl.rt.destroy_context(self.context), "acl.rt.destroy_context")
        check(acl.rt.reset_device(DEVICE), "acl.rt.reset_device")
        check(acl.finalize(), "acl.finalize")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("pictures", nargs="+")
    parser.add_argument("--save-input", metavar="FILE", help="also write the prepared pictures, for classify.cpp")
    args = parser.parse_args()

    classifier = Classifier(args.model)
    prepared = [prepare(path) for path in args.pictures]
    if args.save_input:
        np.concatenate(prepared).tofile(args.save_input)
    for path, pixels in zip(args.pictures, prepared):
        begin = time.perf_counter()
        values = classifier.run(pixels)
        print(f"{path}, {(time.perf_counter() - begin) * 1e3:.1f} ms")
        show_top(values)
    classifier.close()


if __name__ == "__main__":
    main()
