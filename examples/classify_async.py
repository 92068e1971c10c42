#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Classifies pictures asynchronously: copies and inferences are queued in streams, and the host waits once.

    classify_async.py MODEL.om PICTURE... [--execute-times N] [--streams S] [--callback-interval M]

Each request has memory of its own on both sides, so that none overwrites what another still needs. With an interval
M, a callback is queued behind every M requests of a stream, and a second thread shows their results as soon as they
are there; without, the results are shown when all is done.
"""
import argparse
import itertools
import time

import acl
import numpy as np
from acl_model import DEVICE_TO_HOST, HOST_TO_DEVICE, MALLOC_HUGE_FIRST, Device, check, checked
from classify import prepare, show_top


CALLBACK_BLOCK = 1  # the stream waits for the function


class Request:
    """One inference on its way: host arrays, device memory and the two datasets."""

    def __init__(self, desc, name):
        self.name = name
        self.sent = prepare(name)
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

    def show(self):
        print(self.name)
        show_top(self.received)

    def close(self):
        for dataset in (self.input, self.output):
            check(acl.destroy_data_buffer(acl.mdl.get_dataset_buffer(dataset, 0)))
            check(acl.mdl.destroy_dataset(dataset))
        for memory in self.memory:
            check(acl.rt.free(memory))


class CallbackThread:
    """A thread that runs what streams call back."""

    def __init__(self, context, streams):
        self.streams, self.ending = streams, False
        self.id = checked(acl.util.start_thread(self.process, [context, 50]))
        for stream in streams:
            check(acl.rt.subscribe_report(self.id, stream))

    def process(self, args):
        context, timeout = args
        check(acl.rt.set_context(context))
        while not self.ending:
            acl.rt.process_report(timeout)

    def close(self):
        for stream in self.streams:
            check(acl.rt.unsubscribe_report(self.id, stream))
        self.ending = True
        check(acl.util.stop_thread(self.id))


def show_all(requests):
    for request in requests:
        request.show()


def queue_all(requests, model, streams, interval):
    """Deals the requests to the streams, with a callback behind every `interval` of a stream and behind its last."""
    uncalled = {stream: [] for stream in streams}

    def call_back(stream):
        check(acl.rt.launch_callback(show_all, uncalled[stream], CALLBACK_BLOCK, stream))
        uncalled[stream] = []

    for request, stream in zip(requests, itertools.cycle(streams)):
        request.queue(model, stream)
        uncalled[stream].append(request)
        if interval and len(uncalled[stream]) == interval:
            call_back(stream)
    for stream in streams:
        if interval and uncalled[stream]:
            call_back(stream)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("pictures", nargs="+")
    parser.add_argument("--execute-times", type=int, default=4)
    parser.add_argument("--streams", type=int, default=2)
    parser.add_argument("--callback-interval", type=int, default=0)
    args = parser.parse_args()

    with Device() as device:
        model = checked(acl.mdl.load_from_file(args.model))
        desc = acl.mdl.create_desc()
        check(acl.mdl.get_desc(desc, model))
        streams = [checked(acl.rt.create_stream()) for _ in range(args.streams)]
        callbacks = CallbackThread(device.context, streams) if args.callback_interval else None
        names = itertools.islice(itertools.cycle(args.pictures), args.execute_times)
        requests = [Request(desc, name) for name in names]

        begin = time.perf_counter()
        queue_all(requests, model, streams, args.callback_interval)
        queued = time.perf_counter()
        for stream in streams:
            check(acl.rt.synchronize_stream(stream))
        done = time.perf_counter()
        print(f"{len(requests)} inferences in {len(streams)} streams: queued in {(queued - begin) * 1e3:.1f} ms, "
              f"done after {(done - begin) * 1e3:.1f} ms")
        if callbacks:
            callbacks.close()
        else:
            show_all(requests)

        for request in requests:
            request.close()
        for stream in streams:
            check(acl.rt.destroy_stream(stream))
        check(acl.mdl.destroy_desc(desc))
        check(acl.mdl.unload(model))


if __name__ == "__main__":
    main()
