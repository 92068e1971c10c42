# SPDX-License-Identifier: Apache-2.0
"""Dumping (manual 10.6.1.13 to 10.6.1.15, 10.2.1): files are read with a decoder of their own, and ONNX Runtime says what
the tensors must be."""
import json
import re
import struct
import subprocess
import sys
from pathlib import Path

import acl
import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="networks are written with it: scripts/setup.sh check installs it")
ort = pytest.importorskip("onnxruntime", reason="it computes all tensors: scripts/rivals.sh installs it")
from open_networks import convert, write_pictures  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))
sys.path.insert(0, str(Path(__file__).parent / "ops"))
from acl_model import Model  # noqa: E402
from single_op import Case, execute  # noqa: E402

WRITE_FILE, INVALID_FILE, PARSE, BAD_CONFIG = 100004, 100003, 100006, 100009
ALREADY, NOT_RUN, NOT_INITIALIZED, UNSUPPORTED = 100044, 100045, 100001, 200006
TYPES = {1: np.float32, 2: np.float16, 3: np.int8, 4: np.uint8, 7: np.int32, 8: np.int64}
SHAPE = [2, 3, 40, 56]


def fields(message):
    """The fields of a protobuf message: (number, value), a value being a number or bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
    while at < len(message):
        key = varint()
        assert key & 7 in (0, 2), key
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            size = varint()
            yield key >> 3, message[at:at + size]
            at += size


def dims_of(shape):
    ((_, packed),) = fields(shape) if shape else ((1, b""),)
    dims, at = [], 0
    while at < len(packed):
        value = shift = 0
        while True:
            value |= (packed[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if packed[at - 1] < 0x80:
                break
        dims.append(value)
    return dims


class Dump:
    """A dump file: inputs and outputs as arrays, None where only the description is there."""

    def __init__(self, path):
        content = path.read_bytes()
        (size,) = struct.unpack("<Q", content[:8])
        head = list(fields(content[8:8 + size]))
        self.type, self.name, self.task, self.stream, self.time = path.name.split(".")
        (self.op_name,) = [value.decode() for number, value in head if number == 6]
        at = 8 + size
        self.inputs, self.outputs, self.origins = [], [], []
        for kind, into, size_field in ((4, self.inputs, 5), (3, self.outputs, 6)):
            for tensor in (dict(fields(value)) for number, value in head if number == kind):
                count = tensor.get(size_field, 0)
                data = np.frombuffer(content[at:at + count], TYPES[tensor[1]])
                into.append(data.reshape(dims_of(tensor[3])) if count else None)
                at += count
                if kind == 3:
                    self.origins.append(dict(fields(tensor[4]))[1].decode())
        assert at == len(content)


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """The network of pictures with a name for every node, its model, and the same with every tensor as an output."""
    folder = tmp_path_factory.mktemp("dump")
    source = write_pictures(folder)
    model = onnx.load(source)
    for node in model.graph.node:
        node.name = f"net/{node.output[0]}.x"
    onnx.save(model, source)
    done, om = convert(folder, source, "pictures", f"--input_shape=x:{','.join(map(str, SHAPE))}")
    assert done.returncode == 0, done.stdout
    model.graph.output.extend(onnx.ValueInfoProto(name=node.output[0]) for node in model.graph.node
                              if node.output[0] not in ("y", "r2"))
    return om, ort.InferenceSession(model.SerializeToString()), {node.name: node.output[0] for node in model.graph.node}


def config(folder, **dump):
    path = folder / "acl.json"
    path.write_text(json.dumps({"dump": {"dump_path": str(folder / "out"), **dump}}))
    return str(path)


def dumps(folder):
    return [Dump(path) for path in sorted((folder / "out").rglob("*.*.*.*.*"), key=lambda path: path.name.split(".")[-1])]


def run(om, times=1):
    model = Model(om)
    x = np.random.default_rng(1).standard_normal(SHAPE, dtype=np.float32)
    for _ in range(times):
        model(x)
    model.close()
    return x


def test_every_operator(network, device, tmp_path):
    om, session, tensors = network
    assert acl.mdl.init_dump() == 0
    assert acl.mdl.set_dump(config(tmp_path, dump_mode="all")) == 0
    x = run(om)
    assert acl.mdl.finalize_dump() == 0
    names = [output.name for output in session.get_outputs()]
    expected = dict(zip(names, session.run(None, {"x": x})), x=x)
    found = dumps(tmp_path)
    assert [dump.task for dump in found] == sorted((dump.task for dump in found), key=int)
    assert len({(dump.type, dump.name) for dump in found}) == len(found)
    checked = set()
    for dump in found:
        assert re.fullmatch("net_[a-z0-9]+_x", dump.name)
        tensor = tensors[dump.origins[0]]
        (output,) = dump.outputs
        np.testing.assert_allclose(output, expected[tensor].reshape(output.shape), rtol=1e-4, atol=1e-4)
        checked.add(tensor)
        assert dump.inputs
    assert {"r1", "r2", "y"} <= checked, checked
    first = found[0]
    np.testing.assert_array_equal(first.inputs[0], x)
    assert all(weights is None for weights in first.inputs[1:]), "kept by the convolution in its own form"
    # Every input is the output of an operator before it.
    for dump in found[1:]:
        source = dump.inputs[0]
        assert any(source.size == before.outputs[0].size and (source.ravel() == before.outputs[0].ravel()).all()
                   for before in found[:found.index(dump)]), dump.op_name
    inside = next((tmp_path / "out").rglob("*.*.*.*.*")).relative_to(tmp_path / "out").parts
    assert re.fullmatch("[0-9]{14}", inside[0]) and inside[1] == "0" and inside[2] == "pictures" and inside[4] == "0"


def test_named_layers_steps_and_modes(network, device, tmp_path):
    """The example of 10.6.1.14; layers by the names they had in the network, too."""
    om = network[0]
    assert acl.mdl.init_dump() == 0
    layers = [{"model_name": "pictures", "layer": ["net/r2.x"]}, {"model_name": "other"}]
    assert acl.mdl.set_dump(config(tmp_path, dump_list=layers, dump_step="1|3-4", dump_mode="output")) == 0
    run(om, times=6)
    assert acl.mdl.finalize_dump() == 0
    paths = list((tmp_path / "out").rglob("*.*.*.*.*"))
    assert sorted(path.parent.name for path in paths) == ["1", "3", "4"]
    assert all(not dump.inputs and dump.outputs for dump in dumps(tmp_path))


def test_nothing_of_other_models_and_nothing_afterwards(network, device, tmp_path):
    om = network[0]
    assert acl.mdl.init_dump() == 0
    assert acl.mdl.set_dump(config(tmp_path, dump_list=[{"model_name": "other"}])) == 0
    run(om)
    assert acl.mdl.set_dump() == 0  # no configuration
    run(om)
    assert acl.mdl.finalize_dump() == 0
    run(om)
    assert dumps(tmp_path) == []


def test_runs_name_their_stream(network, device, tmp_path):
    model = Model(network[0])
    stream, ret = acl.rt.create_stream()
    assert ret == 0
    assert acl.mdl.init_dump() == 0
    assert acl.mdl.set_dump(config(tmp_path)) == 0
    model.execute()  # in the place of the default stream
    assert acl.mdl.execute_async(model.id, model.inputs, model.outputs, stream) == 0
    assert acl.rt.synchronize_stream(stream) == 0
    assert acl.mdl.finalize_dump() == 0
    found = dumps(tmp_path)
    half = len(found) // 2
    assert {dump.stream for dump in found[:half]} != {dump.stream for dump in found[half:]}
    assert all(len({dump.stream for dump in part}) == 1 for part in (found[:half], found[half:]))
    assert acl.rt.destroy_stream(stream) == 0
    model.close()


@pytest.mark.parametrize("switch, mode", [("on", "all"), ("on", "output"), ("off", "all")])
def test_single_operators(device, tmp_path, switch, mode):
    """Those that are called one by one, at once or by a handle, and those that read values first."""
    rng = np.random.default_rng(8)
    a, b = rng.standard_normal((2, 3, 5), dtype=np.float32)
    assert acl.mdl.init_dump() == 0
    assert acl.mdl.set_dump(config(tmp_path, dump_op_switch=switch, dump_mode=mode)) == 0
    execute(Case("Add", [a, b], None), [a])
    axes = np.array([1], np.int64)
    execute(Case("ReduceSum", [a, axes], None, {"keep_dims": False}), [np.empty(3, np.float32)])
    assert acl.mdl.finalize_dump() == 0
    execute(Case("Add", [a, b], None), [a])
    found = dumps(tmp_path)
    if switch == "off":
        assert found == []
        return
    assert [dump.type for dump in found] == ["Add", "ReduceSum"]
    np.testing.assert_array_equal(found[0].outputs[0], a + b)
    np.testing.assert_allclose(found[1].outputs[0], a.sum(1), rtol=1e-5)
    read = [a, b] if mode == "all" else []
    assert len(found[0].inputs) == len(read)
    for dumped, given in zip(found[0].inputs, read):
        np.testing.assert_array_equal(dumped, given)
    folders = {path.parent.relative_to(tmp_path / "out").parts[1:] for path in (tmp_path / "out").rglob("*.*.*.*.*")}
    assert folders == {("0",)}


def test_the_configuration_of_init(network, run_python, tmp_path):
    """Relative paths begin where the script is."""
    om = network[0]
    path = tmp_path / "acl.json"
    path.write_text('{"dump": {"dump_path": "out"}}')
    script = tmp_path / "script.py"
    script.write_text(f"""
import sys, acl
sys.path.insert(0, {str(Path(__file__).resolve().parents[2] / "examples")!r})
from acl_model import Model
assert acl.init({str(path)!r}) == 0 and acl.rt.set_device(0) == 0
assert acl.mdl.init_dump() == {ALREADY}
assert "by the configuration of aclInit" in acl.get_recent_err_msg()
model = Model({str(om)!r})
model.execute()
model.close()
assert acl.mdl.finalize_dump() == {NOT_RUN}
assert acl.rt.reset_device(0) == 0 and acl.finalize() == 0
assert acl.init() == 0 and acl.mdl.init_dump() == 0
""")
    done = run_python(f"""
        import os, sys
        os.execv(sys.executable, [sys.executable, {str(script)!r}])
    """, PYTHONDONTWRITEBYTECODE="1")
    assert done.returncode == 0, done.stderr
    assert len(dumps(tmp_path)) > 3


def test_order_of_calls(run_python, device, last_message, tmp_path):
    done = run_python(f"import acl; assert acl.mdl.init_dump() == {NOT_INITIALIZED}; assert acl.mdl.set_dump('x') == {NOT_RUN}")
    assert done.returncode == 0, done.stderr
    assert acl.mdl.set_dump(config(tmp_path)) == NOT_RUN
    assert "call aclmdlInitDump first" in last_message()
    assert acl.mdl.finalize_dump() == NOT_RUN
    assert acl.mdl.init_dump() == 0
    assert acl.mdl.init_dump() == ALREADY
    assert acl.mdl.finalize_dump() == 0


@pytest.mark.parametrize("text, code, words", [
    (None, INVALID_FILE, "dumpCfgPath is"),
    ("{", PARSE, "is not JSON"),
    ('{"dump": {"dump_mode": "all"}}', BAD_CONFIG, "dump_path is missing"),
    ('{"dump": {"dump_path": "/proc/none"}}', WRITE_FILE, "cannot be made"),
    ('{"dump": {"dump_path": "o", "dump_debug": "on"}}', UNSUPPORTED, "dump_debug"),
])
def test_wrong_configurations(device, tmp_path, last_message, text, code, words):
    path = tmp_path / "acl.json"
    if text is not None:
        path.write_text(text)
    assert acl.mdl.init_dump() == 0
    assert acl.mdl.set_dump(str(path)) == code
    assert words in last_message()
    assert acl.mdl.finalize_dump() == 0
    with pytest.raises(TypeError):
        acl.mdl.set_dump(3)


def test_a_failure_to_write_is_told_at_the_end(network, device, tmp_path, last_message):
    om = network[0]
    assert acl.mdl.init_dump() == 0
    assert acl.mdl.set_dump(config(tmp_path)) == 0
    (folder,) = (tmp_path / "out").iterdir()
    (folder / "0").write_text("no folder")
    run(om)  # succeeds
    assert acl.mdl.finalize_dump() == WRITE_FILE
    assert "for dump files cannot be made" in last_message()
    assert acl.mdl.init_dump() == 0
    assert acl.mdl.finalize_dump() == 0


TOOL = Path(__file__).resolve().parents[2] / "tools/dump2npy/dump2npy.py"


def convert_dump(*options):
    return subprocess.run([sys.executable, str(TOOL), *map(str, options)], capture_output=True, text=True, check=False)


def test_dumps_become_numpy_files(network, device, tmp_path):
    assert acl.mdl.init_dump() == 0
    assert acl.mdl.set_dump(config(tmp_path, dump_mode="all")) == 0
    run(network[0])
    assert acl.mdl.finalize_dump() == 0
    done = convert_dump("-d", tmp_path / "out", "-out", tmp_path / "arrays")
    assert done.returncode == 0, done.stderr
    count = 0
    for path in (tmp_path / "out").rglob("*.*.*.*.*"):
        dump = Dump(path)
        for name, arrays in (("input", dump.inputs), ("output", dump.outputs)):
            for i, array in enumerate(arrays):
                file = tmp_path / "arrays" / f"{path.name}.{name}.{i}.npy"
                assert file.exists() == (array is not None)
                if array is not None:
                    loaded = np.load(file)
                    assert loaded.dtype == array.dtype
                    np.testing.assert_array_equal(loaded, array)
                    count += 1
    assert count == len(done.stdout.splitlines()) > 6


@pytest.mark.parametrize("damage", [lambda content: b"", lambda content: content[:20], lambda content: content[:-5],
                                    lambda content: b"\xff" * 8 + content[8:],
                                    lambda content: content[:8] + b"\xff" * 30 + content[38:]])
def test_what_is_no_dump_is_told(network, device, tmp_path, damage):
    assert acl.mdl.init_dump() == 0
    assert acl.mdl.set_dump(config(tmp_path)) == 0
    run(network[0])
    assert acl.mdl.finalize_dump() == 0
    path = next((tmp_path / "out").rglob("*.*.*.*.*"))
    path.write_bytes(damage(path.read_bytes()))
    done = convert_dump("-d", path, "-out", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"dump2npy: {path} is no dump file: ") and "Traceback" not in done.stderr
