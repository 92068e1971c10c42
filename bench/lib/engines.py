# SPDX-License-Identifier: Apache-2.0
"""Ours and the rivals behind one interface: Engine(model, threads), run(arrays) -> arrays. Each is imported when used.

load(arrays), then execute() any number of times, leaves out the way from and to the program's arrays, where there is one.
"""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples"))


class Softacl:
    """The installed module `acl`. SOFTACL_NUM_THREADS is read at first use, so a process has one number of threads."""
    title = "softacl"

    @staticmethod
    def prepare(onnx_file):
        """The compiled model beside the network; atc runs only if the network or atc is newer."""
        om_file = onnx_file.with_suffix(".om")
        newest = max(onnx_file.stat().st_mtime, (ROOT / "build/install/bin/atc").stat().st_mtime)
        if not om_file.exists() or om_file.stat().st_mtime < newest:
            command = [ROOT / "build/install/bin/atc", "--framework=5", f"--model={onnx_file}",
                       f"--output={om_file.with_suffix('')}", "--soc_version=Ascend310B4"]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            if done.returncode:
                raise SystemExit(done.stdout)
        return om_file

    def __init__(self, om_file, threads):
        if os.environ.get("SOFTACL_NUM_THREADS") != str(threads):
            raise ValueError("SOFTACL_NUM_THREADS must be set before the process starts")
        from acl_model import Device, Model
        self.device = Device().__enter__()
        self.model = Model(om_file)

    def run(self, arrays):
        return self.model(*arrays)

    def load(self, arrays):
        self.model.load(*arrays)

    def execute(self):
        self.model.execute()

    def close(self):
        self.model.close()
        self.device.__exit__()


class OnnxRuntime:
    title = "ONNX Runtime"

    @staticmethod
    def prepare(onnx_file):
        return onnx_file

    def __init__(self, onnx_file, threads):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Its threads spin while it runs, as by default, but not while it is another engine's turn.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self.session = onnxruntime.InferenceSession(str(onnx_file), options, providers=["CPUExecutionProvider"])
        self.names = [value.name for value in self.session.get_inputs()]

    def run(self, arrays):
        return self.session.run(None, dict(zip(self.names, arrays)))

    def load(self, arrays):
        import onnxruntime
        value = onnxruntime.OrtValue.ortvalue_from_numpy
        self.binding = self.session.io_binding()
        for name, array in zip(self.names, arrays):
            self.binding.bind_ortvalue_input(name, value(array))
        for output, array in zip(self.session.get_outputs(), self.run(arrays)):
            self.binding.bind_ortvalue_output(output.name, value(array))

    def execute(self):
        self.session.run_with_iobinding(self.binding)

    def close(self):
        del self.session


class OpenVino:
    title = "OpenVINO"

    @staticmethod
    def prepare(onnx_file):
        return onnx_file

    def __init__(self, onnx_file, threads):
        import openvino
        settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1,
                    "PERFORMANCE_HINT": "LATENCY"}
        self.request = openvino.Core().compile_model(str(onnx_file), "CPU", settings).create_infer_request()

    def run(self, arrays):
        answers = self.request.infer(arrays, share_inputs=True)
        return [answers[i] for i in range(len(answers))]

    def close(self):
        del self.request


ENGINES = {"softacl": Softacl, "onnxruntime": OnnxRuntime, "openvino": OpenVino}
