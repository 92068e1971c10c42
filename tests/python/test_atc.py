# SPDX-License-Identifier: Apache-2.0
"""The command atc: files, screen, exit status, and models that compute what NumPy computes."""
import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402 (after the check)

FIRST = "ATC start working now, please wait for a moment."
FAILED = "ATC run failed, Please check the detail log, Try 'atc --help' for more information"


def find_atc():
    """atc of the build whose module is under test."""
    folders = [os.environ.get(name, "") for name in ("SOFTACL_PYTHONPATH", "PYTHONPATH")]
    for folder in os.pathsep.join(folders).split(os.pathsep):
        for place in ("bin/atc", "../bin/atc"):
            program = Path(folder).parent / place
            if folder and program.is_file():
                return str(program.resolve())
    return shutil.which("atc")


ATC = find_atc()
pytestmark = pytest.mark.skipif(ATC is None, reason="atc is not built")


def atc(*arguments, cwd=None):
    return subprocess.run([ATC, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False, cwd=cwd)


def save(path, nodes, inputs, outputs, constants=(), opset=13):
    """Writes a network; inputs and outputs are {name: dims}, or {name: (dims, type)}."""
    def infos(tensors):
        return [helper.make_tensor_value_info(name, *(spec[::-1] if isinstance(spec, tuple)
                                                      else (TensorProto.FLOAT, spec)))
                for name, spec in tensors.items()]
    graph = helper.make_graph(nodes, "test", infos(inputs), infos(outputs),
                              [numpy_helper.from_array(array, name) for name, array in dict(constants).items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 7
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


WEIGHTS = {"w": np.arange(12, dtype=np.float32).reshape(3, 4) / 7, "b": np.array([1, -2, 3, -4], np.float32)}


@pytest.fixture
def network(tmp_path):
    """y = relu(x w + b), reshaped by arithmetic on its shape."""
    nodes = [helper.make_node("MatMul", ["x", "w"], ["product"], "matmul"),
             helper.make_node("Add", ["product", "b"], ["sum"], "add"),
             helper.make_node("Relu", ["sum"], ["act"], "relu"),
             helper.make_node("Shape", ["act"], ["shape"]),
             helper.make_node("Gather", ["shape", "first"], ["rows"]),
             helper.make_node("Concat", ["rows", "rest"], ["target"], axis=0),
             helper.make_node("Reshape", ["act", "target"], ["y"], "last")]
    constants = dict(WEIGHTS, first=np.array([0]), rest=np.array([2, -1]))
    return save(tmp_path / "net.onnx", nodes, {"x": ["n", 3]}, {"y": ["n", 2, "m"]}, constants)


def convert(path, *options, cwd=None):
    return atc(f"--model={path}", "--framework=5", f"--output={path.with_suffix('')}", "--soc_version=Ascend310B4",
               *options, cwd=cwd)


def run_model(path, *arrays):
    """Loads an offline model, runs it and returns its outputs as bytes."""
    acl = pytest.importorskip("acl")
    assert acl.init() == 0
    assert acl.rt.set_device(0) == 0
    model, ret = acl.mdl.load_from_file(str(path))
    assert ret == 0, acl.get_recent_err_msg()
    desc = acl.mdl.create_desc()
    assert acl.mdl.get_desc(desc, model) == 0

    def dataset(sizes):
        handle = acl.mdl.create_dataset()
        blocks = []
        for size in sizes:
            block, code = acl.rt.malloc(size, 0)
            assert code == 0
            blocks.append(block)
            _, code = acl.mdl.add_dataset_buffer(handle, acl.create_data_buffer(block, size))
            assert code == 0
        return handle, blocks
    inputs, places = dataset([array.nbytes for array in arrays])
    sizes = [acl.mdl.get_output_size_by_index(desc, i) for i in range(acl.mdl.get_num_outputs(desc))]
    outputs, results = dataset(sizes)
    for array, place in zip(arrays, places):
        data = array.tobytes()
        assert acl.rt.memcpy(place, len(data), acl.util.bytes_to_ptr(data), len(data), 1) == 0
    assert acl.mdl.execute(model, inputs, outputs) == 0, acl.get_recent_err_msg()
    found = [acl.util.ptr_to_bytes(block, size) for block, size in zip(results, sizes)]
    assert acl.mdl.unload(model) == 0
    assert acl.rt.reset_device(0) == 0
    assert acl.finalize() == 0  # with the buffers and descriptions that are left
    return found


def test_a_network_becomes_a_model_that_computes_the_same(network):
    done = convert(network, "--input_shape=x:5,3")
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and done.stderr == "", done
    assert lines[0] == FIRST and lines[-1] == "ATC run success"
    assert "  input   x  float32[5,3]" in lines
    assert "  output  last:0:y  float32[5,2,2]" in lines
    model = network.with_suffix(".om")
    assert model.read_bytes()[:4] == b"IMOD"
    x = np.linspace(-3, 3, 15, dtype=np.float32).reshape(5, 3)
    wanted = np.maximum(x @ WEIGHTS["w"] + WEIGHTS["b"], 0)
    got = np.frombuffer(run_model(model, x)[0], np.float32).reshape(5, 4)
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_types_of_inputs_and_outputs(network):
    done = convert(network, "--input_shape=x:2,3", "--input_fp16_nodes=x", "--output_type=FP16")
    assert done.returncode == 0, done
    assert "float16[2,3]" in done.stdout and "float16[2,2,2]" in done.stdout
    x = np.array([[1, 2, 3], [-1, 0, 1]], np.float16)
    wanted = np.maximum(x.astype(np.float32) @ WEIGHTS["w"] + WEIGHTS["b"], 0)
    got = np.frombuffer(run_model(network.with_suffix(".om"), x)[0], np.float16).reshape(2, 4)
    np.testing.assert_allclose(got, wanted, rtol=1e-3)


def test_chosen_outputs_and_equal_files(network):
    options = ["--input_shape=x:1,3", "--out_nodes=add:0;matmul:0"]
    assert "output  add:0:sum  float32[1,4]\n  output  matmul:0:product" in convert(network, *options).stdout
    first = network.with_suffix(".om").read_bytes()
    assert convert(network, *options).returncode == 0
    assert network.with_suffix(".om").read_bytes() == first


def test_outputs_by_tensor_and_types_of_single_ones(network):
    done = convert(network, "--input_shape=x:1,3", "--out_nodes=sum;act")
    assert "output  add:0:sum  float32[1,4]\n  output  relu:0:act  float32[1,4]" in done.stdout, done
    done = convert(network, "--input_shape=x:1,3", "--out_nodes=matmul:0;add:0;relu:0",
                   "--output_type=relu:0:FP16;matmul:0:INT32")
    assert done.returncode == 0, done
    assert [line.split()[2] for line in done.stdout.splitlines() if line.startswith("  output")] == [
        "int32[1,4]", "float32[1,4]", "float16[1,4]"]
    x = np.array([[1, 2, 3]], np.float32)
    product = x @ WEIGHTS["w"]
    got = run_model(network.with_suffix(".om"), x)
    np.testing.assert_array_equal(np.frombuffer(got[0], np.int32), product[0].astype(np.int32))
    np.testing.assert_allclose(np.frombuffer(got[1], np.float32), (product + WEIGHTS["b"])[0], rtol=1e-6)
    np.testing.assert_allclose(np.frombuffer(got[2], np.float16), np.maximum(product + WEIGHTS["b"], 0)[0], rtol=1e-3)


@pytest.mark.parametrize("option, dims, shown", [
    ("NCHW", [1, 2, 3, 4], " NCHW"), ("NHWC", [1, 2, 3, 4], " NHWC"), ("ND", [1, 2, 3, 4], ""),
    (None, [1, 2, 3, 4], " NCHW"), ("NCHW", [1, 2], ""), ("NDHWC", [1, 2, 3, 4, 5], " NDHWC"),
    ("NCDHW", [1, 2, 3, 4, 5], " NCDHW")])
def test_formats_of_inputs(tmp_path, option, dims, shown):
    network = save(tmp_path / "net.onnx", [helper.make_node("Neg", ["x"], ["y"])], {"x": dims}, {"y": dims})
    done = convert(network, *([f"--input_format={option}"] if option else []))
    assert f"  input   x  float32[{','.join(map(str, dims))}]{shown}" in done.stdout.splitlines(), done


def test_progress_is_for_terminals(network):
    """On a terminal one line says what is done, and is gone in the end; the fixed lines are there all the same."""
    import pty
    terminal, end = pty.openpty()
    command = [ATC, f"--model={network}", "--framework=5", f"--output={network.with_suffix('')}", "--soc_version=X",
               "--input_shape=x:1,3"]
    with subprocess.Popen(command, stdout=end, stderr=end) as process:
        os.close(end)
        shown = b""
        try:
            while part := os.read(terminal, 4096):
                shown += part
        except OSError:  # the other end is closed
            pass
        assert process.wait(30) == 0
    os.close(terminal)
    lines = shown.replace(b"\r\n", b"\n")
    assert lines.startswith(FIRST.encode()) and lines.endswith(b"ATC run success\n")
    assert b"] reading the network" in lines and b"] writing the model" in lines
    left = [line.rsplit(b"\r\x1b[K", 1)[-1] for line in lines.split(b"\n")]
    assert not any(b"] " in line and b"#" in line for line in left), left
    assert b"\x1b" not in convert(network, "--input_shape=x:1,3").stdout.encode()


def test_a_model_is_shown(network):
    model = network.with_suffix(".om")
    made = convert(network, "--input_shape=x:5,3", "--display_model_info=1")
    shown = atc("--mode=6", f"--om={model}")
    assert shown.returncode == 0 and shown.stderr == "", shown
    lines = shown.stdout.splitlines()
    assert lines[0] == FIRST and lines[-1] == "ATC run success"
    assert lines[1] == "============ Display Model Info start ============"
    assert lines[-2] == "============ Display Model Info end   ============"
    assert lines[2].startswith(f"Original Atc command line: atc --model={network} --framework=5")
    assert re.fullmatch(r"system   info: atc_version\[[\d.]+\], soc_version\[Ascend310B4\], framework_type\[5\]\.",
                        lines[3])
    memory, weights = re.fullmatch(r"resource info: memory_size\[(\d+) B\], weight_size\[(\d+) B\], stream_num\[1\], "
                                   r"event_num\[0\]\.", lines[4]).groups()
    definition, again = re.fullmatch(r"om       info: modeldef_size\[(\d+) B\], weight_data_size\[(\d+) B\], "
                                     r"tbe_kernels_size\[0 B\], cust_aicpu_kernel_store_size\[0 B\], "
                                     r"task_info_size\[0 B\]\.", lines[5]).groups()
    assert weights == again and 0 < int(definition) < model.stat().st_size and int(memory) >= 5 * 4 * 4
    assert int(weights) + int(definition) < model.stat().st_size
    assert "\n".join(lines[1:-1]) in made.stdout


def test_a_model_as_json(network, tmp_path):
    assert convert(network, "--input_shape=x:5,3").returncode == 0
    target = tmp_path / "new" / "net.json"
    done = atc("--mode=1", f"--om={network.with_suffix('.om')}", f"--json={target}")
    assert done.returncode == 0 and done.stdout.splitlines() == [FIRST, "ATC run success"], done
    model = json.loads(target.read_text())
    assert model["name"] == "net" and model["version"] == 1 and len(model["graph"]) == 1
    attrs = {entry["key"]: entry["value"] for entry in model["attr"]}
    assert attrs["attr_model_out_nodes_name"] == {"list": {"s": ["last:0:y"], "val_type": "VT_LIST_STRING"}}
    assert attrs["soc_version"] == {"s": "Ascend310B4"}
    ops = {op["type"]: op for op in model["graph"][0]["op"]}
    data = ops["Data"]
    assert data["name"] == "x" and {"key": "index", "value": {"i": 0}} in data["attr"]
    assert data["output_desc"][0]["dtype"] == "DT_FLOAT" and data["output_desc"][0]["shape"] == {"dim": [5, 3]}
    assert data["output_desc"][0]["layout"] == "ND" and ops["NetOutput"]["name"] == "Node_Output"
    weights = [op for op in model["graph"][0]["op"] if op["type"] == "Const"]
    assert all("data" not in str(op["attr"][0]["value"]["t"].keys()) for op in weights)
    done = atc("--mode=1", "--om=/nowhere.om", f"--json={target}")
    assert done.returncode == 1 and "CPU-140: om [/nowhere.om] cannot be read" in done.stdout
    done = atc("--mode=1", f"--om={network.with_suffix('.om')}", "--json=/proc/none/a.json")
    assert done.returncode == 1 and "CPU-140: json [/proc/none/a.json] cannot be written" in done.stdout
    assert atc("--mode=1", f"--om={network}", f"--json={target}").returncode == 1


def test_log_tells_the_steps(network):
    steps = "reading the network", "building the graph", "simplifying the graph", "writing the model"
    for level, told in (("debug", True), ("info", True), ("warning", False), ("error", False), ("null", False)):
        done = convert(network, "--input_shape=x:1,3", f"--log={level}")
        assert done.returncode == 0
        assert [f"[INFO] {step}" in done.stderr for step in steps] == [told] * len(steps), (level, done.stderr)


def test_the_file_says_how_it_was_made(network):
    assert convert(network, "--input_shape=x:1,3", "--precision_mode=force_fp32").returncode == 0
    data = network.with_suffix(".om").read_bytes()
    for part in (hashlib.sha256(network.read_bytes()).hexdigest(), "Ascend310B4", "force_fp32", "last:0:y",
                 f"--model={network}", "--precision_mode=force_fp32"):
        assert part.encode() in data, part


def test_the_folder_is_made_and_the_name_completed(network, tmp_path):
    target = tmp_path / "new" / "deep" / "model.v2"
    done = atc("-model", network, "-framework", "5", "-output", target, "-soc_version", "X", "-input_shape", "x:1,3")
    assert done.returncode == 0, done
    assert target.with_name("model.v2.om").is_file()
    assert [path.name for path in target.parent.iterdir()] == ["model.v2.om"]


def test_data_beside_the_model_is_found_from_any_folder(network, tmp_path):
    model = onnx.load(str(network))
    onnx.save_model(model, str(tmp_path / "outside.onnx"), save_as_external_data=True, location="weights.bin",
                    size_threshold=0)
    for cwd, name in ((tmp_path, "outside.onnx"), ("/", tmp_path / "outside.onnx")):
        done = atc(f"--model={name}", "--framework=5", f"--output={tmp_path / 'outside'}", "--soc_version=X",
                   "--input_shape=x:1,3", cwd=cwd)
        assert done.returncode == 0, done
    (tmp_path / "weights.bin").unlink()
    done = convert(tmp_path / "outside.onnx", "--input_shape=x:1,3")
    assert done.returncode == 1
    assert "CPU-152: Initializer [w] has external data in [weights.bin], but there is no such file" in done.stdout


def test_all_that_is_wrong_is_shown(tmp_path):
    graph = helper.make_graph(
        [helper.make_node("Foo", ["x"], ["a"], "foo"), helper.make_node("Relu", ["a"], ["b"]),
         helper.make_node("Bar", ["b"], ["c"], "bar", domain="my.own"),
         helper.make_node("Reshape", ["x", "s"], ["d"], "reshape"), helper.make_node("Add", ["c", "d"], ["y"])],
        "test", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], [numpy_helper.from_array(np.array([4]), "s")])
    path = tmp_path / "bad.onnx"
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11),
                                                             helper.make_opsetid("my.own", 3)]).SerializeToString())
    (tmp_path / "bad.om").write_text("as before")
    done = convert(path)
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[:3] == [FIRST, FAILED, "E19010: No parser is registered for Op [foo, optype [ai.onnx::11::Foo]]."]
    assert re.match(r"\s+Solution: \w", lines[3])
    assert lines[4].strip() == "TraceBack (most recent call last):"
    assert lines[5].strip() == "E19010: No parser is registered for Op [bar, optype [my.own::3::Bar]]."
    assert lines[6].strip().startswith("CPU-152: Node 'reshape' [optype [ai.onnx::11::Reshape]] cannot be converted: ")
    assert len(lines) == 7
    assert (tmp_path / "bad.om").read_text() == "as before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.om", "bad.onnx"]


@pytest.mark.parametrize("options, status, code", [
    (["--no_such_option=1"], 2, "CPU-104"),
    (["stray"], 2, "CPU-104"),
    (["--framework=4"], 2, "CPU-101"),
    (["--framework"], 2, "CPU-103"),
    (["--input_shape=1,3"], 2, "CPU-102"),
    (["--precision_mode=force_fp16", "--precision_mode_v2=fp16"], 2, "CPU-105"),
    (["--framework=0"], 2, "CPU-103"),
    (["--framework=1"], 1, "CPU-160"),
    (["--framework=3"], 1, "CPU-151"),
    (["--mode=6"], 2, "CPU-103"),
    (["--mode=6", "--om=none.om"], 1, "CPU-140"),
    (["--dynamic_batch_size=1,2"], 1, "CPU-102"),
    (["--input_shape=x:1,3", "--insert_op_conf=a.cfg"], 1, "CPU-140"),
    (["--singleop=a.json"], 2, "CPU-105"),
    (["--input_shape=x:-2"], 1, "CPU-160"),
    ([], 1, "CPU-102"),
    (["--input_shape=x:1,2,3"], 1, "CPU-102"),
    (["--input_shape=z:1,3;x:1,3"], 1, "CPU-106"),
    (["--input_shape=x:1,3", "--out_nodes=none:0"], 1, "CPU-106"),
    (["--input_shape=x:1,3", "--output_type=add:0:FP16"], 1, "CPU-106"),
    (["--input_shape=x:1,3", "--input_fp16_nodes=z"], 1, "CPU-106"),
    (["--input_shape=x:1,3", "--model=none.onnx"], 1, "CPU-140"),
    (["--input_shape=x:1,3", "--output=/proc/none/model"], 1, "CPU-140"),
    (["--input_shape=x:1,3", "--model=/dev/null"], 1, "CPU-1[45][02]"),
    (["--input_shape=x:1,3", f"--model={__file__}"], 1, "CPU-152"),
])
def test_failures(network, tmp_path, options, status, code):
    done = convert(network, *options, cwd=tmp_path)
    lines = done.stdout.splitlines()
    assert done.returncode == status, done.stdout
    assert lines[:2] == [FIRST, FAILED]
    assert re.match(code + r": .*\[.*\].*\.$", lines[2]), lines[2]
    assert "See the message" not in lines[3], "the code has no solution of its own"
    assert not network.with_suffix(".om").exists()


def test_help_version_and_nothing():
    for option in ("--help", "-h", "-help"):
        done = atc(option)
        assert done.returncode == 0 and "--input_shape" in done.stdout
    assert re.search(r"\d+\.\d+\.\d+", atc("--version").stdout)
    done = atc()
    assert done.returncode == 2 and done.stdout.count("CPU-103") == 3


def test_diagnostics_go_to_standard_error(network):
    options = ["--input_shape=x:1,3", "--buffer_optimize=l2_optimize", "--disable_reuse_memory=perhaps"]
    done = convert(network, *options, "--log=info")
    assert "[INFO] The option --buffer_optimize is accepted and changes nothing." in done.stderr
    assert "[WARNING] CPU-101: The option --disable_reuse_memory [perhaps]" in done.stderr
    assert done.stdout.endswith("ATC run success\n")
    assert "buffer_optimize" not in convert(network, *options).stderr
    assert convert(network, *options, "--log=null").stderr == ""
    assert "soc_version is missing" in atc(f"--model={network}", "--framework=5", f"--output={network}",
                                           "--input_shape=x:1,3").stderr


def test_every_length_and_some_flips_of_a_file_are_answered(network):
    data = network.read_bytes()
    damaged = network.with_name("damaged.onnx")
    for size in range(0, len(data), max(1, len(data) // 25)):
        damaged.write_bytes(data[:size])
        done = convert(damaged, "--input_shape=x:1,3")
        assert done.returncode in (0, 1) and re.search(r"^(CPU-1|E19010|ATC run success)", done.stdout, re.M), size
    random = np.random.default_rng(3)
    for _ in range(40):
        flipped = bytearray(data)
        flipped[random.integers(len(data))] ^= int(random.integers(1, 256))
        damaged.write_bytes(flipped)
        done = convert(damaged, "--input_shape=x:1,3")
        assert done.returncode in (0, 1), done
