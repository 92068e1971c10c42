#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Classifies pictures asynchronously: copies and inferences are queued in streams, and the host waits once.

    classify_async.py MODEL.om PICTURE... [--execute-times N] [--streams S]

Each request has memory of its own on both sides, so that none overwrites what another still needs.
"""
import argparse
import itertools
import time

import acl
import numpy as np
from acl_model import DEVICE_TO_HOST, HOST_TO_DEVICE, MALLOC_HUGE_FIRST, Device, check, checked
from classify import prepare, show_top


class Request:
    """One inference on its way: host arrays, device memory and the two datasets."""

    def __init__(self, desc, pixels):
        self.sent = pixels
        size = acl.mdl.get_output_size_by_index(desc, 0)
        self.received = np.zeros(size // 4, np.float32)
        self.memory = []
        self.input = self.make_dataset(acl.mdl.get_input_size_by_index(desc, 0))
        self.output = self.make_dataset(size)

    def make_dataset(self, size):
        memory = checked(acl.rt.malloc(size, MALLOC_HUGE_FIRST))
        self.memory.append(memory)
        dataset = acl.mdl.create_dataset()
        checked(acl.mdl.add_dataset_buffer(dataset, acl.create_data_buffer(memory, size)))
        return dataset

    def queue(self, model, stream):
        """Returns at once; the work is done in this order, whenever the stream comes to it."""
        taken, given = self.memory
        sent, received = self.sent.nbytes, self.received.nbytes
        check(acl.rt.memcpy_async(taken, sent, acl.util.numpy_to_ptr(self.sent), sent, HOST_TO_DEVICE, stream))
        check(acl.mdl.execute_async(model, self.input, self.output, stream))
        check(acl.rt.memcpy_async(acl.util.numpy_to_ptr(self.received), received, given, received, DEVICE_TO_HOST,
                                  stream))

    def close(self):
        for dataset in (self.input, self.output):
            check(acl.destroy_data_buffer(acl.mdl.get_dataset_buffer(dataset, 0)))
            check(acl.mdl.destroy_dataset(dataset))
        for memory in self.memory:
            check(acl.rt.free(memory))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("pictures", nargs="+")
    parser.add_argument("--execute-times", type=int, default=4)
    parser.add_argument("--streams", type=int, default=2)
    args = parser.parse_args()

    with Device():
        model = checked(acl.mdl.load_from_file(args.model))
        desc = acl.mdl.create_desc()
        check(acl.mdl.get_desc(desc, model))
        streams = [checked(acl.rt.create_stream()) for _ in range(args.streams)]
        names = list(itertools.islice(itertools.cycle(args.pictures), args.execute_times))
        requests = [Request(desc, prepare(name)) for name in names]

        begin = time.perf_counter()
        for request, stream in zip(requests, itertools.cycle(streams)):
            request.queue(model, stream)
        queued = time.perf_counter()
        for stream in streams:
            check(acl.rt.synchronize_stream(stream))
        done = time.perf_counter()
        print(f"{len(requests)} inferences in {len(streams)} streams: queued in {(queued - begin) * 1e3:.1f} ms, "
              f"done after {(done - begin) * 1e3:.1f} ms")
        for name, request in zip(names, requests):
            print(name)
            show_top(request.received)

        for request in requests:
            request.close()
        for stream in streams:
            check(acl.rt.destroy_stream(stream))
        check(acl.mdl.destroy_desc(desc))
        check(acl.mdl.unload(model))


if __name__ == "__main__":
    main()
