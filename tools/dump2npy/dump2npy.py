#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns dump files into NumPy files: FILE.input.0.npy, FILE.output.0.npy, ... (the dump: docs/design/dump.md)."""
import argparse
import struct
import sys
from pathlib import Path

import numpy as np

# Field numbers of the message: lists of tensors, and their parts.
LISTS = {"input": (4, {"type": 1, "shape": 3, "size": 5}), "output": (3, {"type": 1, "shape": 3, "size": 6})}
TYPES = {1: np.float32, 2: np.float16, 3: np.int8, 4: np.uint8, 5: np.int16, 6: np.uint16, 7: np.int32, 8: np.int64,
         9: np.uint32, 10: np.uint64, 11: np.bool_, 12: np.float64, 16: np.complex64, 17: np.complex128}
BFLOAT16 = 27


class NoDump(ValueError):
    """What is wrong with a file."""


def varint(data, at):
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise NoDump("its message ends in the middle of a number")
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def fields(data):
    """Number and value of each field of a message; the value is a number or bytes."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        value, at = varint(data, at)
        if key & 7 == 2:
            if value > len(data) - at:
                raise NoDump("its message ends in the middle of a field")
            value, at = data[at:at + value], at + value
        elif key & 7 != 0:
            raise NoDump(f"its message has a field of kind {key & 7}")
        yield key >> 3, value


def packed(data):
    at, values = 0, []
    while at < len(data):
        value, at = varint(data, at)
        values.append(value)
    return values


def array_of(kind, shape, data):
    if kind == BFLOAT16:  # NumPy has none: the upper half of a float32
        return (np.frombuffer(data, np.uint16).astype(np.uint32) << 16).view(np.float32).reshape(shape)
    if kind not in TYPES:
        raise NoDump(f"a tensor has elements of type {kind}, which NumPy has not")
    return np.frombuffer(data, TYPES[kind]).reshape(shape)


def tensors(content):
    """Name ("input.0") and array of each tensor that the file has the bytes of."""
    if len(content) < 8:
        raise NoDump("it is too short")
    (size,) = struct.unpack("<Q", content[:8])
    if size > len(content) - 8:
        raise NoDump(f"it has {len(content)} bytes, and its message alone should have {size}")
    message = list(fields(content[8:8 + size]))
    at = 8 + size
    for name, (number, parts) in LISTS.items():
        for i, tensor in enumerate(dict(fields(value)) for key, value in message if key == number):
            count = tensor.get(parts["size"], 0)
            if count > len(content) - at:
                raise NoDump(f"it ends before {name} {i}")
            dims = [dim for _, data in fields(tensor.get(parts["shape"], b"")) for dim in packed(data)]
            if count:
                try:
                    yield f"{name}.{i}", array_of(tensor.get(parts["type"], 0), dims, content[at:at + count])
                except ValueError as error:
                    raise NoDump(f"{name} {i}: {error}") from error
            at += count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-d", "--dump", required=True, type=Path, help="a dump file, or a folder of them")
    parser.add_argument("-out", "--output", type=Path, default=Path("."), help="the folder for the files; default: here")
    arguments = parser.parse_args()
    files = [arguments.dump]
    if arguments.dump.is_dir():
        files = sorted(path for path in arguments.dump.rglob("*") if path.is_file() and path.name != "mapping.csv")
    arguments.output.mkdir(parents=True, exist_ok=True)
    failed = False
    for path in files:
        try:
            for name, array in tensors(path.read_bytes()):
                target = arguments.output / f"{path.name}.{name}.npy"
                np.save(target, array)
                print(f"{target}  {array.dtype}{list(array.shape)}")
        except (NoDump, OSError) as error:
            print(f"dump2npy: {path} is no dump file: {error}" if isinstance(error, NoDump) else f"dump2npy: {error}",
                  file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
