#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An operator of one's own, as the manual's chapter on operator selectors does it: a kernel in C++, a selector in Python
that says how to cut the work, and a picture whose edges it finds.

    own_operator.py KERNEL.so PICTURE OUTPUT.png

The kernel is edges_kernel.cpp, which says how it is compiled.
"""
import sys
from pathlib import Path

import acl
import numpy as np
from acl_model import Device, check
from operators import call, shape_of
from PIL import Image

ENGINE_AICORE = 1
BLOCKS = 8


def select(_num_inputs, inputs, _num_outputs, _outputs, _attr, kernel_desc):
    """Called for pictures of a size that was not seen before: what the kernel is told of them."""
    height, width = shape_of(inputs[0])
    tiling = np.array([width, height], np.int32).tobytes()
    check(acl.op.set_kernel_args(kernel_desc, "edges", BLOCKS, acl.util.bytes_to_ptr(tiling), len(tiling)))


def register(kernel):
    binary = kernel.read_bytes()
    check(acl.op.register_compile_func("Edges", select))
    check(acl.op.create_kernel("Edges", "edges", "edges", acl.util.bytes_to_ptr(binary), len(binary), ENGINE_AICORE, 0))


def find_edges(gray):
    return call("Edges", [gray], [(gray.shape, gray.dtype)])[0]


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    kernel, picture, output = map(Path, sys.argv[1:])
    gray = np.asarray(Image.open(picture).convert("L"))
    with Device():
        register(kernel)
        edges = find_edges(gray)
    Image.fromarray(edges).save(output)
    print(f"{picture.name}, {gray.shape[1]} x {gray.shape[0]}: edges in {output}")


if __name__ == "__main__":
    main()
