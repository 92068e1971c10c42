# SPDX-License-Identifier: Apache-2.0
"""Offline models as Netron sees them: its own reader runs under Node.js on files that the unit tests write."""
import json
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
NODE = shutil.which("node")


def netron_folder():
    """The package's folder: named by SOFTACL_NETRON, in the environment of the rivals, or importable."""
    candidates = [Path(os.environ["SOFTACL_NETRON"])] if "SOFTACL_NETRON" in os.environ else []
    candidates += sorted((HERE.parents[1] / "build/venv").glob("lib/python3*/site-packages/netron"))
    candidates += [Path(folder) / "netron" for folder in sys.path]
    return next((folder for folder in candidates if (folder / "om.js").is_file()), None)


def writer():
    """The program of the build under test that writes the samples."""
    import acl

    candidates = [parent / "tests/test_unit_model" for parent in Path(acl.__file__).resolve().parents]
    return next((program for program in candidates if program.is_file()), None)


@pytest.fixture(scope="module", name="look")
def fixture_look(tmp_path_factory):
    """What Netron finds in files, by their names."""
    netron = netron_folder()
    if not NODE or not netron:
        pytest.skip(f"Node.js ({NODE}) and Netron ({netron}) are needed")
    scripts = tmp_path_factory.mktemp("netron")
    for file in netron.glob("*.js*"):
        shutil.copy(file, scripts)
    (scripts / "package.json").write_text('{"type": "module"}')
    clean = {key: value for key, value in os.environ.items() if key != "LD_PRELOAD"}

    def look(*files):
        done = subprocess.run([NODE, HERE / "netron_om.mjs", scripts, *files], capture_output=True, text=True,
                              env=clean, check=False)
        assert done.returncode == 0, done.stderr
        return {file.stem: json.loads(line) for file, line in zip(files, done.stdout.splitlines(), strict=True)}
    return look


@pytest.fixture(scope="module", name="seen")
def fixture_seen(look, tmp_path_factory):
    """The files that the unit tests write."""
    program = writer()
    if not program:
        pytest.skip("the unit tests of src/model are not built")
    samples = tmp_path_factory.mktemp("samples")
    subprocess.run([program, "--gtest_filter=OmSamples.*"], check=True, capture_output=True,
                   env=dict(os.environ, SOFTACL_OM_SAMPLES=str(samples)))
    return look(*sorted(samples.glob("*.om")))


def nodes_of(model):
    assert model["format"] == "DaVinci OM"
    (graph,) = model["graphs"]
    return {node["name"]: node for node in graph["nodes"]}


def values(arguments):
    return [value for argument in arguments for value in argument["values"]]


def test_nodes_inputs_and_outputs(seen):
    nodes = nodes_of(seen["small"])
    assert [(node["name"], node["type"]) for node in nodes.values()] == [
        ("x", "Data"), ("relu", "Relu"), ("identity", "Identity"), ("of_large", "Relu"), ("Node_Output", "NetOutput")]
    assert [value["name"] for value in values(nodes["relu"]["inputs"])] == ["x:0"]
    assert [value["type"] for value in values(nodes["relu"]["outputs"])] == ["float32[2,3]"]
    assert [value["name"] for value in values(nodes["Node_Output"]["inputs"])] == ["identity:0", "of_large:0", "little:0"]
    assert nodes["x"]["attributes"] == {"index": 0}


def test_weights_beside_and_inside_the_definition(seen):
    nodes = nodes_of(seen["small"])
    (large,) = values(nodes["of_large"]["inputs"])
    assert large["type"] == "float32[100]"
    assert struct.unpack("<100f", bytes.fromhex(large["weights"])) == tuple(float(i) - 50 for i in range(100))
    little = values(nodes["Node_Output"]["inputs"])[2]
    assert struct.unpack("<2q", bytes.fromhex(little["weights"])) == (3, 4)


def test_attributes_absent_inputs_and_several_outputs(seen):
    nodes = nodes_of(seen["rich"])
    assert nodes["turn"]["attributes"] == {"perm": [1, 0]}
    assert nodes["pad"]["attributes"]["mode"] == "reflect"
    assert nodes["pad"]["attributes"]["paddings_contiguous"] is True
    assert nodes["concat"]["attributes"] == {"concat_dim": 0, "N": 4}
    assert [value["name"] for value in values(nodes["slice"]["inputs"])] == ["x:0", "begin:0", "end:0", "steps:0"]
    assert [value["type"] for value in values(nodes["split"]["outputs"])] == ["float32[1,2]", "float32[2,2]", "float32[3,2]"]
    joined = values(nodes["concat"]["inputs"])
    assert [value["name"] for value in joined] == ["split:2", "split:0", "split:1", "node of a constant:0"]
    assert struct.unpack("<30f", bytes.fromhex(joined[3]["weights"])) == (2.0,) * 30


@pytest.mark.parametrize("ours, theirs, size", [
    ("float32", "float32", 4), ("float16", "float16", 2), ("bfloat16", "bfloat16", 2), ("float64", "float64", 8),
    ("int8", "int8", 1), ("uint8", "uint8", 1), ("int16", "int16", 2), ("uint16", "uint16", 2), ("int32", "int32", 4),
    ("uint32", "uint32", 4), ("int64", "int64", 8), ("uint64", "uint64", 8), ("bool", "boolean", 1)])
def test_element_types(seen, ours, theirs, size):
    nodes = nodes_of(seen["types"])
    (value,) = values(nodes[f"{ours}:{ours}"]["inputs"])
    assert (value["name"], value["type"]) == (f"in:{ours}:0", f"{theirs}[-1,2]")
    constant = {value["name"]: value for value in values(nodes["Node_Output"]["inputs"])}[f"const:{ours}:0"]
    assert constant["type"] == f"{theirs}[50,2]"
    assert bytes.fromhex(constant["weights"]) == bytes(100 * size)


def test_scalars_and_empty_tensors(seen):
    found = {value["name"]: value for value in values(nodes_of(seen["types"])["Node_Output"]["inputs"])}
    assert found["scalar:0"]["type"] == "float32"
    assert struct.unpack("<f", bytes.fromhex(found["scalar:0"]["weights"])) == (1.5,)
    assert not found["empty:0"]["weights"]


AIPP = """aipp_op { aipp_mode: static input_format: RGB888_U8 src_image_size_w: 56 src_image_size_h: 40
                    mean_chn_0: 104 mean_chn_1: 117 mean_chn_2: 123 }"""


def test_aipp_and_open_dimensions(look, tmp_path):
    """Models as atc makes them."""
    pytest.importorskip("onnx", reason="networks are written with it: scripts/setup.sh check installs it")
    from open_networks import convert, write_pictures

    source = write_pictures(tmp_path)
    (tmp_path / "aipp.cfg").write_text(AIPP)
    files = []
    for name, options in (("aipp", ["--input_shape=x:1,3,40,56", f"--insert_op_conf={tmp_path / 'aipp.cfg'}"]),
                          ("gears", ["--input_shape=x:-1,3,40,56", "--dynamic_batch_size=1,2"]),
                          ("ranges", ["--input_shape=x:1~4,3,-1,56"])):
        done, om = convert(tmp_path, source, name, *options)
        assert done.returncode == 0, done.stdout
        files.append(om)
    models = {name: nodes_of(model) for name, model in look(*files).items()}
    types = {name: [value["type"] for value in values(nodes["x"]["outputs"])] for name, nodes in models.items()}
    assert types == {"aipp": ["uint8[1,40,56,3]"], "gears": ["float32[-1,3,40,56]"], "ranges": ["float32[-1,3,-1,56]"]}
    (aipp,) = [node for node in models["aipp"].values() if node["type"] == "Aipp"]
    assert [value["name"] for value in values(aipp["inputs"])] == ["x:0"]
    assert [value["type"] for value in values(aipp["outputs"])] == ["float32[1,3,40,56]"]
    assert "src_image_size_w" in json.dumps(aipp["attributes"])
    assert "ascend_mbatch_shape_data" in models["gears"]
