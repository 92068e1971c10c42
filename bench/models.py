#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Races softacl with ONNX Runtime and OpenVINO on whole networks: arrays in, arrays out, fp32.

Per network and number of threads, one process pinned to as many cores holds all engines and lets them run in turns;
each turn counts with its best time, and the result is the median over the rounds of rival time / our time. Loading and
peak memory are taken in a process for each engine. Run it by `./dev bench models`, on a machine that is otherwise idle.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from engines import ENGINES, ROOT  # noqa: E402 (after the path)

CASES = [("resnet50", 1), ("resnet50", 8), ("yolov3-tiny", 1), ("mobilenetv2", 1), ("googlenet", 1), ("vgg16", 1),
         ("squeezenet", 1)]
CLOSE = 1e-4  # of the largest value: what fp32 engines may differ
TURN_SECONDS = 0.25


def network(name, batch):
    import networks
    return networks.write(ROOT / f"build/bench/{name}-b{batch}.onnx", name, batch)


def example_input(path):
    import numpy as np
    import onnx
    shape = [dim.dim_value for dim in onnx.load(str(path)).graph.input[0].type.tensor_type.shape.dim]
    return [np.random.default_rng(0).standard_normal(shape, dtype=np.float32)]


def best_of_turn(engine, arrays):
    best, end = float("inf"), time.perf_counter() + TURN_SECONDS
    runs = 0
    while runs < 3 or time.perf_counter() < end:
        begin = time.perf_counter()
        engine.run(arrays)
        best = min(best, time.perf_counter() - begin)
        runs += 1
    return best


def difference(arrays, reference):
    """Largest difference, as a part of the largest value of each output."""
    return max(float(abs(a.reshape(b.shape) - b).max() / abs(b).max()) for a, b in zip(arrays, reference))


def race(path, names, threads, rounds):
    """In a child: best times of each round by engine, and how far the answers are from ours or the first engine's."""
    arrays = example_input(path)
    engines = {name: ENGINES[name](ENGINES[name].prepare(path), threads) for name in names}
    answers = {name: [a.copy() for a in engine.run(arrays)] for name, engine in engines.items()}
    times = {name: [] for name in names}
    for turn in range(rounds):
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            times[name].append(best_of_turn(engines[name], arrays))
    return {"times": times, "difference": {name: difference(answers[names[0]], answers[name]) for name in names[1:]}}


def peak_memory():
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the kernel does not tell VmHWM")


def load(path, name, threads):
    """In a child: milliseconds to load in a process that has just started, and its peak memory after three runs."""
    arrays = example_input(path)
    path = ENGINES[name].prepare(path)
    {"softacl": lambda: __import__("acl"), "onnxruntime": lambda: __import__("onnxruntime"),
     "openvino": lambda: __import__("openvino")}[name]()
    begin = time.perf_counter()
    engine = ENGINES[name](path, threads)
    elapsed = time.perf_counter() - begin
    for _ in range(3):
        engine.run(arrays)
    return {"load": elapsed * 1e3, "memory": peak_memory()}


def child(task, cores, threads):
    """Runs this file's `task` in a process pinned to the cores."""
    environment = dict(os.environ, SOFTACL_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads))
    done = subprocess.run([sys.executable, __file__, "--task", json.dumps(task)], env=environment, text=True,
                          stdout=subprocess.PIPE, check=False, preexec_fn=lambda: os.sched_setaffinity(0, cores))
    if done.returncode:
        raise SystemExit(f"{task}: the process ended with {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def peak_gigaflops(cores):
    """Multiply-adds of all cores together, measured at the same time."""
    program = ROOT / "build/release/bench/peak"
    started = [subprocess.Popen([program, "--benchmark_format=json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                preexec_fn=lambda core=core: os.sched_setaffinity(0, {core})) for core in cores]
    return sum(json.loads(process.communicate()[0])["benchmarks"][0]["flops"] for process in started) / 1e9


def available():
    found = []
    for name, module in (("softacl", "acl"), ("onnxruntime", "onnxruntime"), ("openvino", "openvino")):
        probe = subprocess.run([sys.executable, "-c", f"import {module} as m; m.{'mdl' if name == 'softacl' else '__version__'}"],
                               stderr=subprocess.DEVNULL, check=False)
        if probe.returncode == 0:
            found.append(name)
    return found


def version(name):
    if name == "softacl":
        return ""
    from importlib.metadata import version as installed
    return " " + installed(name)


def report(case, threads, names, result, loads, peak, flops):
    name, batch = case
    ours = statistics.median(result["times"][names[0]])
    line = f"{name + ' b' + str(batch):15}{threads:4}"
    for engine in names:
        times = result["times"][engine]
        line += f"{statistics.median(times) * 1e3:10.2f}"
        if engine != names[0]:
            line += f"{statistics.median(b / a for a, b in zip(result['times'][names[0]], times)):7.2f}"
    line += f"{flops / ours / peak:8.0%}"
    line += "  " + " / ".join(f"{loads[engine]['load']:.0f}" for engine in names).rjust(18)
    line += "  " + " / ".join(f"{loads[engine]['memory']:.0f}" for engine in names).rjust(18)
    worst = max(result["difference"].values(), default=0.0)
    line += f"  {worst:.0e}" + ("  NOT CLOSE" if worst > CLOSE else "")
    print(line, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="TEXT", default="", help="cases whose name contains this, as in resnet50-b8")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES))
    parser.add_argument("--task", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.task:
        task = json.loads(args.task)
        function = {"race": race, "load": load}[task.pop("do")]
        print(json.dumps(function(Path(task.pop("path")), **task)))
        return

    names = args.engines or available()
    cores = sorted(os.sched_getaffinity(0))
    first = ENGINES[names[0]].title
    print(", ".join(ENGINES[name].title + version(name) for name in names))
    print(f"ms: median over rounds of the best of a turn; x: its time / {first}'s; peak: {first}'s share of what multiply-adds")
    print("on registers reach (Winograd needs fewer than counted); load in ms and memory in MiB, in the order above")
    columns = f"{'network':15}{'thr':>4}"
    for engine in names:
        columns += f"{engine[:10]:>10}" + (f"{'x':>7}" if engine != names[0] else "")
    print(columns + f"{'peak':>8}  {'load':>18}  {'memory':>18}  differ")
    from work import gigaflops
    for threads in args.threads:
        if threads > len(cores):
            print(f"{threads} threads: only {len(cores)} cores")
            continue
        pinned = cores[:threads]
        peak = peak_gigaflops(pinned)
        for name, batch in CASES:
            if args.only not in f"{name}-b{batch}":
                continue
            path = network(name, batch)
            task = {"path": str(path), "threads": threads}
            result = child({"do": "race", "names": names, "rounds": args.rounds, **task}, pinned, threads)
            loads = {engine: child({"do": "load", "name": engine, **task}, pinned, threads) for engine in names}
            report((name, batch), threads, names, result, loads, peak, gigaflops(path))
        print(f"peak of {threads} core{'s' * (threads > 1)}: {peak:.0f} GFLOP/s")


if __name__ == "__main__":
    main()
