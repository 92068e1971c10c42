# SPDX-License-Identifier: Apache-2.0
"""atc beyond converting: the check of a network (mode 3), graphs as text (mode 5), weights in files of their own."""
import json
import os

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
from onnx import helper  # noqa: E402 (after the check)

from test_atc import ATC, FIRST, atc, convert, run_model, save  # noqa: E402

pytestmark = pytest.mark.skipif(ATC is None, reason="atc is not built")

WEIGHTS = np.random.default_rng(3).normal(size=(16, 8)).astype(np.float32)


@pytest.fixture
def network(tmp_path):
    nodes = [helper.make_node("MatMul", ["x", "w"], ["product"], "matmul"),
             helper.make_node("Relu", ["product"], ["y"], "relu")]
    return save(tmp_path / "net.onnx", nodes, {"x": [2, 16]}, {"y": [2, 8]}, {"w": WEIGHTS})


def report_of(path):
    report = json.loads(path.read_text(encoding="utf-8"))
    assert set(report) == {"result", "cause", "op"}
    assert all(set(op) == {"name", "type", "result", "cause"} for op in report["op"])
    return report


# --- mode 3 ---

def test_a_good_network_is_checked_and_nothing_else_written(network, tmp_path):
    done = atc("--mode=3", f"--model={network}", "--framework=5", "--soc_version=X", cwd=tmp_path)
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == "ATC run success", done
    assert sorted(path.name for path in tmp_path.iterdir()) == ["check_result.json", "net.onnx"]
    report = report_of(tmp_path / "check_result.json")
    assert report["result"] == "success" and report["cause"] == []
    assert report["op"] == [{"name": "matmul", "type": "MatMul", "result": "success", "cause": []},
                            {"name": "relu", "type": "Relu", "result": "success", "cause": []}]


def bad_network(path):
    """Two operators that nobody knows, one whose attribute is wrong, one behind it, and one for nothing."""
    nodes = [helper.make_node("Strange", ["x"], ["a"], "first", domain="other"),
             helper.make_node("Relu", ["a"], ["b"], "behind"),
             helper.make_node("Concat", ["x", "x"], ["c"], "joined", axis=7),
             helper.make_node("Strange", ["x"], ["d"], "second", domain="other"),
             helper.make_node("Abs", ["x"], ["spare"], "idle"),
             helper.make_node("Neg", ["x"], ["e"], "fine")]
    info = [helper.make_tensor_value_info(name, 1, [2, 3]) for name in "xbcde"]
    model = helper.make_model(helper.make_graph(nodes, "bad", info[:1], info[1:]),
                              opset_imports=[helper.make_opsetid("", 13), helper.make_opsetid("other", 1)])
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize("mode", ["3", "0"])
def test_a_bad_network_is_reported_node_by_node(tmp_path, mode):
    target = tmp_path / "new" / "report.json"
    done = convert(bad_network(tmp_path / "bad.onnx"), f"--mode={mode}", f"--check_report={target}")
    assert done.returncode == 1 and not (tmp_path / "bad.om").exists()
    report = report_of(target)
    assert report["result"] == "failed" and report["cause"] == []
    ops = {op["name"]: op for op in report["op"]}
    assert {name: op["result"] for name, op in ops.items()} == {
        "first": "failed", "behind": "unchecked", "joined": "failed", "second": "failed", "idle": "unneeded",
        "fine": "success"}
    assert [op["name"] for op in report["op"]].index("first") == 0 and len(report["op"]) == 6
    assert ops["first"]["type"] == "Strange"
    assert ops["first"]["cause"] == [
        "E19010: No parser is registered for Op [first, optype [other::1::Strange]]."]
    assert len(ops["joined"]["cause"]) == 1 and "CPU-152: Node 'joined'" in ops["joined"]["cause"][0]
    assert "axis" in ops["joined"]["cause"][0]
    assert ops["behind"]["cause"] == ["it reads [a], which is not known"]
    assert ops["idle"]["cause"] == ["no output needs it"] and ops["fine"]["cause"] == []


def test_what_concerns_no_node_is_reported_for_the_whole(network, tmp_path):
    target = tmp_path / "report.json"
    done = convert(network, "--mode=3", "--input_shape=z:1", f"--check_report={target}")
    assert done.returncode == 1
    report = report_of(target)
    assert report["result"] == "failed" and report["cause"][0].startswith("CPU-106: input_shape [z]")
    done = convert(tmp_path / "none.onnx", "--mode=3", f"--check_report={target}")
    assert done.returncode == 1 and report_of(target)["op"] == []
    assert report_of(target)["cause"][0].startswith("CPU-140: model [")


def test_a_report_that_cannot_be_written(network):
    done = convert(network, "--mode=3", "--check_report=/proc/none/a.json")
    assert done.returncode == 1 and "CPU-140: check_report [/proc/none/a.json] cannot be written" in done.stdout


# --- mode 5 ---

def as_text(value, name, indent=""):
    """Protobuf's text form of what mode 1 writes as JSON; enumerations stand by name in both."""
    if isinstance(value, list):
        return "".join(as_text(item, name, indent) for item in value)
    if isinstance(value, dict):
        inside = "".join(as_text(item, key, indent + "  ") for key, item in value.items())
        return f"{indent}{name} {{\n{inside}{indent}}}\n"
    if isinstance(value, str) and not value.startswith(("DT_", "VT_")):
        value = json.dumps(value)
    return f"{indent}{name}: {str(value).lower() if isinstance(value, bool) else value}\n"


def test_the_text_of_a_graph_becomes_the_same_json(network, tmp_path):
    assert convert(network).returncode == 0
    first, second = tmp_path / "first.json", tmp_path / "new" / "second.json"
    assert atc("--mode=1", f"--om={network.with_suffix('.om')}", f"--json={first}").returncode == 0
    dump = tmp_path / "ge_proto_00000_net.txt"
    model = json.loads(first.read_text())
    dump.write_text("# a comment\n" + "".join(as_text(value, key) for key, value in model.items()))
    done = atc("--mode=5", f"--om={dump}", f"--json={second}")
    assert done.returncode == 0 and done.stdout.splitlines() == [FIRST, "ATC run success"], done
    assert json.loads(second.read_text()) == model


def test_text_of_newer_tools_is_read_with_a_warning(tmp_path):
    dump, target = tmp_path / "dump.txt", tmp_path / "dump.json"
    dump.write_text('name: "m" graph { name: "g" op { name: "a" type: "Relu" brand_new: 7 } }')
    done = atc("--mode=5", f"--om={dump}", f"--json={target}")
    assert done.returncode == 0 and "brand_new" in done.stderr
    assert json.loads(target.read_text()) == {"graph": [{"name": "g", "op": [{"name": "a", "type": "Relu"}]}],
                                              "name": "m"}


@pytest.mark.parametrize("text, part", [
    ("", "[0] bytes"),
    ('name: "m"', "no graph"),
    ("graph {\n op {\n name: }\n}", "[line 3, column 8]"),
    ("graph { op { name: \"a\" }", "cannot be read"),
    ("\x00\x01\x02", "cannot be read"),
    ("graph { attr { value { g { attr { value { g {" * 60, "cannot be read"),
])
def test_text_that_cannot_be_read(tmp_path, text, part):
    dump, target = tmp_path / "dump.txt", tmp_path / "dump.json"
    dump.write_text(text)
    done = atc("--mode=5", f"--om={dump}", f"--json={target}")
    assert done.returncode == 1 and "CPU-140: " in done.stdout and part in done.stdout, done.stdout
    assert not target.exists()


def test_a_text_that_is_not_there(tmp_path):
    done = atc("--mode=5", "--om=/nowhere.txt", f"--json={tmp_path}/a.json")
    assert done.returncode == 1 and "CPU-140: om [/nowhere.txt] cannot be read" in done.stdout


# --- external_weight ---

@pytest.fixture
def outside(network):
    """The network's model with weights in a file; both paths."""
    done = convert(network, "--external_weight=1")
    assert done.returncode == 0 and done.stderr == "", done
    files = list((network.parent / "weight").iterdir())
    assert len(files) == 1 and f"{files[0]} holds the weights" in done.stdout
    return network.with_suffix(".om"), files[0]


X = np.linspace(-1, 1, 32, dtype=np.float32).reshape(2, 16)


def load(form, path):
    """Loads and unloads in one of the ways that there are; returns the code, or that of the query before it."""
    import acl
    file = form.startswith("file")
    data = path.read_bytes()
    place, size = acl.util.bytes_to_ptr(data), len(data)
    if form == "file":
        model, ret = acl.mdl.load_from_file(str(path))
    elif form == "mem":
        model, ret = acl.mdl.load_from_mem(place, size)
    else:
        work, weights, ret = acl.mdl.query_size(str(path)) if file else acl.mdl.query_size_from_mem(place, size)
        if ret != 0:
            return ret
        blocks = [acl.rt.malloc(wanted, 0)[0] for wanted in (work, weights)]
        if file:
            model, ret = acl.mdl.load_from_file_with_mem(str(path), blocks[0], work, blocks[1], weights)
        else:
            model, ret = acl.mdl.load_from_mem_with_mem(place, size, blocks[0], work, blocks[1], weights)
    if ret == 0:
        assert acl.mdl.unload(model) == 0
    return ret


def test_weights_in_a_file_are_found_and_right(network, outside):
    om, weights = outside
    assert weights.read_bytes() == WEIGHTS.tobytes()
    assert WEIGHTS.tobytes() not in om.read_bytes()
    got = np.frombuffer(run_model(om, X)[0], np.float32).reshape(2, 8)
    np.testing.assert_allclose(got, np.maximum(X @ WEIGHTS, 0), rtol=1e-5, atol=1e-6)
    model = json.loads(model_json(om))
    kinds = [op["type"] for op in model["graph"][0]["op"]]
    assert "FileConstant" in kinds and "Const" not in kinds
    info = atc("--mode=6", f"--om={om}").stdout
    assert f"weight_size[{WEIGHTS.nbytes} B]" in info and "weight_data_size[0 B]" in info
    first = om.read_bytes(), weights.read_bytes()
    assert convert(network, "--external_weight=1").returncode == 0
    assert (om.read_bytes(), weights.read_bytes()) == first


def model_json(om):
    target = om.with_suffix(".json")
    assert atc("--mode=1", f"--om={om}", f"--json={target}").returncode == 0
    return target.read_text()


def test_models_move_with_their_folder(outside, tmp_path):
    om, weights = outside
    (tmp_path / "other" / "weight").mkdir(parents=True)
    moved = om.rename(tmp_path / "other" / "renamed.om")
    weights.rename(tmp_path / "other" / "weight" / weights.name)
    got = np.frombuffer(run_model(moved, X)[0], np.float32).reshape(2, 8)
    np.testing.assert_allclose(got, np.maximum(X @ WEIGHTS, 0), rtol=1e-5, atol=1e-6)
    here = os.getcwd()
    os.chdir(moved.parent)
    try:  # a path without a folder
        assert run_model("renamed.om", X)[0] == got.tobytes()
    finally:
        os.chdir(here)


def test_without_large_constants_there_is_no_file(tmp_path):
    network = save(tmp_path / "net.onnx", [helper.make_node("Relu", ["x"], ["y"], "relu")], {"x": [2]}, {"y": [2]})
    assert convert(network, "--external_weight=1").returncode == 0
    assert not (tmp_path / "weight").exists()


def test_all_ways_to_load(outside, device, last_message):
    om, weights = outside
    assert load("file", om) == 0
    assert load("file_with_mem", om) == 0
    for form in ("mem", "mem_with_mem"):
        assert load(form, om) == 545003
        assert "the model in memory: its weights are in the file" in last_message() and weights.name


def damaged(content):
    """What may happen to the file, and what is said then."""
    yield content[:-1], "the checksum differs"
    yield content[:64], "the checksum differs"
    yield b"", "the checksum differs"
    yield content + b"\0", "the checksum differs"
    yield b"\1" + content[1:], "the checksum differs"


def test_files_that_are_not_those_that_were_written(outside, device, last_message):
    om, weights = outside
    for content, part in damaged(weights.read_bytes()):
        weights.write_bytes(content)
        assert load("file", om) == 545003 and load("file_with_mem", om) == 545003
        message = last_message()
        assert part in message and weights.name in message, message
    weights.unlink()
    assert load("file", om) == 545003 and "cannot be read" in last_message()
    weights.mkdir()
    assert load("file", om) == 545003 and "not a regular file" in last_message()
    weights.rmdir()
    os.mkfifo(weights)
    assert load("file", om) == 545003 and "not a regular file" in last_message()


def test_short_files_without_checksums(outside, device, last_message, monkeypatch):
    om, weights = outside
    monkeypatch.setenv("SOFTACL_SKIP_CHECKSUM", "1")
    weights.write_bytes(weights.read_bytes()[:-1])
    assert load("file", om) == 100013 and "outside the 511 bytes of weights" in last_message()


def test_a_disk_that_is_full_or_closed(network):
    (network.parent / "weight").write_text("in the way")
    done = convert(network, "--external_weight=1")
    assert done.returncode == 1 and "CPU-140: output [" in done.stdout and not network.with_suffix(".om").exists()
