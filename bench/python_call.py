#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the way from Python to C costs per call, beside a function that does nothing at all.

Needs `acl` and the test module `acl_probe` on PYTHONPATH. Rounds are interleaved and the best of
each counts, so that a busy machine slows all candidates and not one.
"""
import argparse
import timeit

import acl
import acl_probe

SIX = "0x7f0000000000, 4096, 0x7f0000010000, 4096, 1, 0x55550000"

# What is measured, and the bare call with as many arguments to compare it with.
CASES = {
    "bare, no argument": ("acl_probe.bare()", None),
    "bare, 6 ints": (f"acl_probe.bare({SIX})", None),
    "bare, no argument -> (int, code)": ("acl_probe.bare_pair()", None),
    "code": ("acl_probe.nothing()", "bare, no argument"),
    "6 ints -> code": (f"acl_probe.six({SIX})", "bare, 6 ints"),
    "get_device_count -> (int, code)": ("acl.rt.get_device_count()", "bare, no argument -> (int, code)"),
    "get_soc_name -> str": ("acl.get_soc_name()", "bare, no argument"),
}


def best_times(calls, rounds):
    """Nanoseconds per call; each case is written out 100 times so that the loop does not count."""
    timers = {name: timeit.Timer(";".join([call] * 100), globals={"acl": acl, "acl_probe": acl_probe})
              for name, call in calls.items()}
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, timer in timers.items():
            best[name] = min(best[name], timer.timeit(200) / (200 * 100) * 1e9)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    args = parser.parse_args()
    best = best_times({name: call for name, (call, _) in CASES.items()}, args.rounds)
    print(f"{'call':34}{'ns':>8}{'over bare':>12}{'x bare':>8}")
    for name, (_, bare) in CASES.items():
        over = f"{best[name] - best[bare]:12.1f}{best[name] / best[bare]:8.2f}" if bare else ""
        print(f"{name:34}{best[name]:8.1f}{over}")


if __name__ == "__main__":
    main()
