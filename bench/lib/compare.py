#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One model against ONNX Runtime on the same input: compare.py NETWORK.onnx, whose .om lies beside it.

Prints the largest difference and both times; ends with 1 if the answers differ by more than fp32 explains.
"""
import os
import sys
import time
from pathlib import Path

import numpy as np
from engines import ENGINES

CLOSE = 1e-4


def main():
    network = Path(sys.argv[1])
    threads = len(os.sched_getaffinity(0))
    os.environ["SOFTACL_NUM_THREADS"] = str(threads)
    rival = ENGINES["onnxruntime"](network, threads)
    ours = ENGINES["softacl"](network.with_suffix(".om"), threads)
    shape = rival.session.get_inputs()[0].shape
    pixels = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)

    expected = rival.run([pixels])
    answers = ours.run([pixels])
    worst = max(float(abs(a - b).max() / abs(b).max()) for a, b in zip(answers, expected))
    best = {ours: float("inf"), rival: float("inf")}
    for _ in range(7):
        for engine in best:
            for _ in range(10):
                begin = time.perf_counter()
                engine.run([pixels])
                best[engine] = min(best[engine], time.perf_counter() - begin)
    import onnxruntime
    print(f"softacl {best[ours] * 1e3:.2f} ms, ONNX Runtime {onnxruntime.__version__} {best[rival] * 1e3:.2f} ms "
          f"({threads} threads, fp32); largest difference {worst:.0e} of the largest value")
    sys.exit(worst > CLOSE)


if __name__ == "__main__":
    main()
