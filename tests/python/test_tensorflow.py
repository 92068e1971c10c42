# SPDX-License-Identifier: Apache-2.0
"""Frozen TensorFlow graphs, converted and run: single operators and small networks; TensorFlow judges."""
import os
import subprocess
import sys
from pathlib import Path

import acl
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "examples"), str(Path(__file__).parent)]
import tensorflow_cases  # noqa: E402 (after the path)
from acl_model import Device, Model  # noqa: E402

ATC = Path(acl.__file__).resolve().parents[2] / "bin" / "atc"
SANITIZED = "asan" in str(ATC)
SEEDS = range(1 if SANITIZED else tensorflow_cases.SEEDS)
NETWORKS = ("mobilenet", "resnet", "deeplab", "style_transfer", "bert")
# TensorFlow wants a newer NumPy than the other judges, so it has a folder of its own.
JUDGE = next((folder for folder in [Path(os.environ.get("SOFTACL_TENSORFLOW", "")),
                                    Path(sys.prefix) / "tensorflow", ROOT / "build" / "venv" / "tensorflow"]
              if (folder / "tensorflow").is_dir()), None)
needs_judge = pytest.mark.skipif(JUDGE is None, reason="TensorFlow is missing: scripts/setup.sh check installs it "
                                 "where there is a package of it for this machine")


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """All graphs and their results, made by one process, so that TensorFlow starts once."""
    folder = tmp_path_factory.mktemp("tensorflow")
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("LD_PRELOAD", "SOFTACL_PYTHONPATH")}
    environment.update(PYTHONPATH=str(JUDGE), TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
    done = subprocess.run([sys.executable, tensorflow_cases.__file__, str(folder)], env=environment,
                          capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def atc(model, output, *options):
    return subprocess.run([str(ATC), f"--model={model}", "--framework=3", f"--output={output}",
                           "--soc_version=Ascend310B4", *options], capture_output=True, text=True, check=False)


def convert(model, output, *options):
    done = atc(model, output, *options)
    assert done.returncode == 0 and "ATC run success" in done.stdout, done.stdout + done.stderr
    return Path(f"{output}.om")


@needs_judge
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", tensorflow_cases.CASES)
def test_as_tensorflow(cases, tmp_path, name, seed):
    stored = np.load(cases / f"{name}-{seed}.npz")
    outputs = [key for key in stored.files if key.startswith("out")]
    om = convert(cases / f"{name}-{seed}.pb", tmp_path / "net",
                 "--out_nodes=" + ";".join(f"{key}:0" for key in outputs))
    with Device():
        model = Model(om)
        names = [acl.mdl.get_input_name_by_index(model.desc, i) for i in range(len(model.input_memory))]
        results = model(*[stored[key] for key in names])
        for i, key in enumerate(outputs):
            assert acl.mdl.get_output_name_by_index(model.desc, i) == f"{key}:0"
        model.close()
    for key, our in zip(outputs, results):
        their = stored[key]
        assert our.shape == their.shape and our.dtype == their.dtype, key
        scale = max(1.0, float(np.abs(their.astype(np.float64)).max())) if their.size else 1.0
        np.testing.assert_allclose(our.astype(np.float64), their.astype(np.float64), rtol=1e-4, atol=2e-5 * scale,
                                   err_msg=key)


@needs_judge
@pytest.mark.parametrize("name, most", [("mobilenet", 1), ("resnet", 2)])
def test_channels_stay_where_they_are_between_convolutions(cases, tmp_path, name, most):
    """One transpose behind the input remains; in ResNet another one ahead of the Reshape."""
    om = convert(cases / f"{name}-0.pb", tmp_path / "net")
    done = subprocess.run([str(ATC), "--mode=1", f"--om={om}", f"--json={tmp_path / 'net.json'}"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    text = (tmp_path / "net.json").read_text()
    assert text.count('"Conv2D"') >= 8
    assert text.count('"TransposeD"') <= most


@needs_judge
def test_outputs_without_out_nodes_are_what_nobody_reads(cases, tmp_path):
    om = convert(cases / "bert-0.pb", tmp_path / "net")
    with Device():
        model = Model(om)
        names = [acl.mdl.get_output_name_by_index(model.desc, i) for i in range(acl.mdl.get_num_outputs(model.desc))]
        model.close()
    assert names == ["out0:0", "out1:0"]


def test_a_folder_is_no_frozen_graph(tmp_path):
    done = atc(tmp_path, tmp_path / "net")
    assert done.returncode == 1 and "CPU-151" in done.stdout and "Freeze" in done.stdout


@pytest.mark.parametrize("content, words", [(b"", "0"), (b"\x08\x01\x12\x00", "SavedModel"), (b"node {\n}", "text"),
                                            (b"\xff" * 40, "not a GraphDef")])
def test_other_files_are_refused(tmp_path, content, words):
    (tmp_path / "net.pb").write_bytes(content)
    done = atc(tmp_path / "net.pb", tmp_path / "net")
    assert done.returncode == 1 and "CPU-151" in done.stdout and words in done.stdout, done.stdout
