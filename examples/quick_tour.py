#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A first program: sends an array through the device and back, times it, and makes one mistake on purpose."""
import acl
import numpy as np

HOST_TO_DEVICE, DEVICE_TO_HOST = 1, 2
MALLOC_HUGE_FIRST = 0
DDR_MEM = 0
RUN_MODES = {0: "on the device itself", 1: "on a host"}


def check(ret, *values):
    """Returns the values of a call that succeeded; otherwise shows what the library says."""
    if ret != 0:
        raise SystemExit(f"error {ret}: {acl.get_recent_err_msg()}")
    return values[0] if len(values) == 1 else values


def checked(result):
    *values, ret = result
    return check(ret, *values)


def show(title, text):
    print(f"  {title:<22}{text}")


def describe_device():
    free, total = checked(acl.rt.get_mem_info(DDR_MEM))
    show("devices", checked(acl.rt.get_device_count()))
    show("kind", acl.get_soc_name())
    show("program runs", RUN_MODES[checked(acl.rt.get_run_mode())])
    show("device memory", f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB free")


def round_trip(stream):
    """To the device and back, asynchronously, between two events that take the time."""
    sent = np.random.default_rng(0).random((32, 1024, 1024), dtype=np.float32)
    received = np.zeros_like(sent)
    size = sent.nbytes
    memory = checked(acl.rt.malloc(size, MALLOC_HUGE_FIRST))
    begin, end = checked(acl.rt.create_event()), checked(acl.rt.create_event())

    show("array", f"{sent.shape} {sent.dtype}, {size >> 20} MiB at {memory:#x}")
    for title in ("there and back", "and once more"):  # the first time, the system must find the memory
        check(acl.rt.record_event(begin, stream))
        check(acl.rt.memcpy_async(memory, size, acl.util.numpy_to_ptr(sent), size, HOST_TO_DEVICE, stream))
        check(acl.rt.memcpy_async(acl.util.numpy_to_ptr(received), size, memory, size, DEVICE_TO_HOST, stream))
        check(acl.rt.record_event(end, stream))
        check(acl.rt.synchronize_stream(stream))
        milliseconds = checked(acl.rt.event_elapsed_time(begin, end))
        show(title, f"{milliseconds:.1f} ms, {2 * size / milliseconds / 1e6:.1f} GB/s")
    show("came back unchanged", "yes" if np.array_equal(sent, received) else "NO")
    for event in (begin, end):
        check(acl.rt.destroy_event(event))
    return memory


def mistake(memory):
    """Frees the same memory twice: no crash, but a code and a sentence."""
    check(acl.rt.free(memory))
    show("acl.rt.free, twice", f"error {acl.rt.free(memory)}")
    for line in acl.get_recent_err_msg().splitlines():
        print(f"    {line}")


def main():
    check(acl.init())
    check(acl.rt.set_device(0))
    context = checked(acl.rt.create_context(0))
    stream = checked(acl.rt.create_stream())

    print("Device")
    describe_device()
    print("Round trip")
    memory = round_trip(stream)
    print("A mistake on purpose")
    mistake(memory)

    check(acl.rt.destroy_stream(stream))
    check(acl.rt.destroy_context(context))
    check(acl.rt.reset_device(0))
    check(acl.finalize())
    print("\nWorking today: devices, contexts, streams, events, memory. Models and media are still to come.")


if __name__ == "__main__":
    main()
