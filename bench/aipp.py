#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What static AIPP costs: alone, and in front of ResNet-50. Executions only; the pictures lie on the device.

SOFTACL_NUM_THREADS says how many threads there are (1 unless it is set). Run it by `./dev bench aipp`, on a machine
that is otherwise idle.
"""
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("SOFTACL_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "examples"))
import acl  # noqa: E402 (after the environment)
import networks  # noqa: E402

NORMALIZE = ("min_chn_0: 123.675 min_chn_1: 116.28 min_chn_2: 103.53 var_reci_chn_0: 0.0171247538316637 "
             "var_reci_chn_1: 0.0175070028011204 var_reci_chn_2: 0.0174291938997821")
CASES = {
    "RGB888, normalised": f"input_format: RGB888_U8 {NORMALIZE}",
    "XRGB8888, cut out of 1920 x 1080":
        "input_format: XRGB8888_U8 src_image_size_w: 1920 src_image_size_h: 1080 crop: true load_start_pos_w: 800 "
        f"load_start_pos_h: 400 {NORMALIZE}",
    "YUV420SP, colours, normalised": f"input_format: YUV420SP_U8 csc_switch: true {NORMALIZE}",
    "YUV420SP, resized from 640 x 480":
        "input_format: YUV420SP_U8 src_image_size_w: 640 src_image_size_h: 480 resize: true resize_output_w: 224 "
        f"resize_output_h: 224 csc_switch: true {NORMALIZE}",
    "YUYV, colours, normalised": f"input_format: YUYV_U8 csc_switch: true {NORMALIZE}",
}
ROUNDS = 15
TURN_SECONDS = 0.15


def atc():
    for folder in os.environ["PYTHONPATH"].split(os.pathsep):
        for place in ("bin/atc", "../bin/atc"):
            if (Path(folder).parent / place).is_file():
                return str(Path(folder).parent / place)
    raise SystemExit("atc is not beside the module of PYTHONPATH")


def convert(network, name, config):
    folder = ROOT / "build/bench"
    options = []
    if config:
        (folder / "aipp.cfg").write_text(f"aipp_op {{ aipp_mode: static {config} }}\n", encoding="ascii")
        options = [f"--insert_op_conf={folder / 'aipp.cfg'}"]
    done = subprocess.run([atc(), f"--model={network}", "--framework=5", f"--output={folder / name}",
                           "--soc_version=Ascend310B4", "--log=error", *options], text=True, capture_output=True,
                          check=False)
    if done.returncode:
        raise SystemExit(done.stdout)
    return folder / f"{name}.om"


def identity(path):
    """A network that does nothing."""
    import onnx
    from onnx import TensorProto, helper
    info = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 224, 224]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "identity", info[:1], info[1:])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]), str(path))
    return path


class Runner:
    def __init__(self, path):
        self.model, ret = acl.mdl.load_from_file(str(path))
        assert ret == 0, acl.get_recent_err_msg()
        desc = acl.mdl.create_desc()
        acl.mdl.get_desc(desc, self.model)
        self.datasets = []
        for size in (acl.mdl.get_input_size_by_index(desc, 0), acl.mdl.get_output_size_by_index(desc, 0)):
            block, ret = acl.rt.malloc(size, 0)
            assert ret == 0
            acl.rt.memset(block, size, 77, size)
            dataset = acl.mdl.create_dataset()
            acl.mdl.add_dataset_buffer(dataset, acl.create_data_buffer(block, size))
            self.datasets.append(dataset)

    def best_of_turn(self):
        best, end = float("inf"), time.perf_counter() + TURN_SECONDS
        while time.perf_counter() < end:
            begin = time.perf_counter()
            assert acl.mdl.execute(self.model, *self.datasets) == 0
            best = min(best, time.perf_counter() - begin)
        return best * 1e3


def race(runners):
    """Median over the rounds of the best of a turn, in ms, the runners taking turns."""
    times = [[] for _ in runners]
    for _ in range(ROUNDS):
        for runner, own in zip(runners, times):
            own.append(runner.best_of_turn())
    return [statistics.median(own) for own in times]


def main():
    (ROOT / "build/bench").mkdir(parents=True, exist_ok=True)
    acl.init()
    acl.rt.set_device(0)
    nothing = identity(ROOT / "build/bench/identity.onnx")
    resnet = networks.write(ROOT / "build/bench/resnet50-b1.onnx", "resnet50", 1)
    plain = Runner(convert(resnet, "resnet50-plain", ""))
    print(f"SOFTACL_NUM_THREADS={os.environ['SOFTACL_NUM_THREADS']}; ms; 224 x 224 pixels")
    print(f"{'':36}{'alone':>8}{'ResNet-50':>11}{'with AIPP':>11}{'more':>8}")
    for number, (title, config) in enumerate(CASES.items()):
        alone = Runner(convert(nothing, f"aipp-{number}", config))
        both = Runner(convert(resnet, f"resnet50-aipp-{number}", config))
        cost, without, with_aipp = race([alone, plain, both])
        print(f"{title:36}{cost:8.3f}{without:11.2f}{with_aipp:11.2f}{with_aipp / without - 1:8.1%}", flush=True)


if __name__ == "__main__":
    main()
