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


# --- what is refused; these graphs are written here, byte by byte ---

def field(number, content):
    """A text, a message or a number."""
    def varint(value):
        return bytes([value & 127 | 128]) + varint(value >> 7) if value > 127 else bytes([value])
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def node(name, kind, *inputs, **attrs):
    """Attributes are bytes of an AttrValue."""
    body = field(1, name) + field(2, kind) + b"".join(field(3, name) for name in inputs)
    body += b"".join(field(5, field(1, key) + field(2, value)) for key, value in attrs.items())
    return field(1, body)


FLOAT, STRING = field(6, 1), field(6, 7)
SHAPE = field(7, field(2, field(1, 2)))
X = node("x", "Placeholder", dtype=FLOAT, shape=SHAPE)


def refusals(tmp_path, graph, *options):
    (tmp_path / "net.pb").write_bytes(graph)
    done = atc(tmp_path / "net.pb", tmp_path / "net", *options)
    assert done.returncode in (1, 2), done.stdout
    assert not (tmp_path / "net.om").exists()
    return done.stdout


@pytest.mark.parametrize("graph, code, words", [
    (X + node("v", "VariableV2") + node("y", "Add", "x", "v"), "CPU-151", "Node 'v' [optype [VariableV2]]"),
    (X + node("v", "VarHandleOp") + node("r", "ReadVariableOp", "v") + node("y", "Add", "x", "r"), "CPU-151", "'v'"),
    (X + node("y", "NoSuchOp", "x") + node("z", "NorThis", "x"), "E19010", "[z, optype [NorThis]]"),
    (X + node("e", "Enter", "x") + node("m", "Merge", "e", "n") + node("n", "NextIteration", "m")
     + node("o", "Exit", "m"), "CPU-151",
     "'e' [optype [Enter]]"),
    (X + node("y", "StatelessIf", "x"), "CPU-151", "it has no then_branch with 1 outputs"),
    (X + node("y", "Relu", "nowhere"), "CPU-151", "[nowhere]"),
    (X + node("y", "Relu", "z") + node("z", "Relu", "y") + node("o", "Relu", "z"), "CPU-151", "circle"),
    (X + node("y", "Relu", "x", "x"), "CPU-151", "2 inputs"),
    (X + node("y", "Relu", "x:3"), "CPU-151", "[x:3]"),
    (X + node("y", "LeakyRelu", "x", alpha=field(3, 1)), "CPU-151", "alpha is of kind Int; expected Float"),
    (node("s", "Const", dtype=STRING, value=field(8, field(1, 7))) + X + node("y", "Identity", "s"), "CPU-151",
     "DT_STRING"),
    (node("x", "Placeholder", dtype=FLOAT) + node("y", "Relu", "x"), "CPU-102", "input_shape"),
    (node("x", "Placeholder", dtype=STRING) + node("y", "Relu", "x"), "CPU-151", "element type"),
    (X + node("x", "Relu", "x") + node("x", "Relu", "x"), "CPU-151", "made twice"),
])
def test_refusals_name_the_node(tmp_path, graph, code, words):
    said = refusals(tmp_path, graph)
    assert f"{code}: " in said and words in said, said


def test_all_unknown_operators_are_named(tmp_path):
    said = refusals(tmp_path, X + node("y", "NoSuchOp", "x") + node("z", "NorThis", "y"))
    assert "[y, optype [NoSuchOp]]" in said and "[z, optype [NorThis]]" in said


def test_what_no_output_needs_does_no_harm(tmp_path):
    """Text, assertions and control inputs beside the network."""
    graph = (X + node("s", "Const", dtype=STRING, value=field(8, field(1, 7))) + node("a", "Assert", "x", "s")
             + node("y", "Relu", "x", "^a", "^s") + node("n", "NoOp", "^y2") + node("y2", "Neg", "y"))
    (tmp_path / "net.pb").write_bytes(graph)
    om = convert(tmp_path / "net.pb", tmp_path / "net", "--out_nodes=y2:0")
    with Device():
        model = Model(om)
        result, = model(np.array([-1, 2], np.float32))
        model.close()
    np.testing.assert_array_equal(result, [0, -2])


def test_parts_that_nobody_reads(tmp_path):
    """The last part of a Split is not needed; without --out_nodes a node that nobody reads is an output as a whole."""
    zero = node("zero", "Const", dtype=field(6, 3), value=field(8, field(1, 3) + field(2, b"") + field(7, b"\0")))
    split = node("s", "Split", "zero", "x", num_split=field(3, 2))
    for last, outputs in ((node("y", "Neg", "s"), ["y:0"]), (b"", ["s:0", "s:1"])):
        (tmp_path / "net.pb").write_bytes(X + zero + split + last)
        with Device():
            model = Model(convert(tmp_path / "net.pb", tmp_path / "net"))
            results = model(np.array([3, 4], np.float32))
            assert [acl.mdl.get_output_name_by_index(model.desc, i) for i in range(len(results))] == outputs
            model.close()
        np.testing.assert_array_equal(results, [[-3]] if last else [[3], [4]])


def function(name, nodes, result):
    """One parameter, "p", and one result, "r"."""
    signature = field(1, name) + field(2, field(1, "p")) + field(3, field(1, "r"))
    body = field(1, signature) + b"".join(field(3, inner[2:]) for inner in nodes)
    return field(1, body + field(4, field(1, "r") + field(2, result)))


def test_functions_take_the_place_of_their_calls(tmp_path):
    twice = function("twice", [node("d", "Add", "p", "p")], "d:z:0")
    four = function("four", [node("c", "twice", "p"), node("e", "twice", "c:r:0")], "e:r:0")
    call = node("y", "PartitionedCall", "x", f=field(10, field(1, "four")))
    (tmp_path / "net.pb").write_bytes(X + call + node("z", "Neg", "y") + field(2, twice + four))
    om = convert(tmp_path / "net.pb", tmp_path / "net")
    with Device():
        model = Model(om)
        result, = model(np.array([1, 2], np.float32))
        model.close()
    np.testing.assert_array_equal(result, [-4, -8])


def choice(name, condition, *inputs, then="then", otherwise="otherwise", kind="StatelessIf"):
    return node(name, kind, condition, *inputs, then_branch=field(10, field(1, then)),
                else_branch=field(10, field(1, otherwise)))


BOOL = field(6, 10)
NEGATE = function("then", [node("n", "Neg", "p")], "n:y:0")
DOUBLE = function("otherwise", [node("d", "Add", "p", "p")], "d:z:0")


def truth(value):
    return node("c", "Const", dtype=BOOL, value=field(8, field(1, 10) + field(2, b"") + field(4, bytes([value]))))


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize("kind", ["If", "StatelessIf"])
def test_if_with_a_known_condition(tmp_path, value, kind):
    """Inside a function, too; the operators of the other branch need not be known."""
    other = "otherwise" if value else "then"
    broken = function(other, [node("s", "NoSuchOp", "p")], "s:y:0")
    good = NEGATE if value else DOUBLE
    around = function("around", [node("i", "Identity", "p"), truth(value), choice("k", "c:output:0", "i:output:0",
                                                                                  kind=kind)], "k:output:0")
    for call in (truth(value) + choice("y", "c", "x", kind=kind), node("y", "around", "x")):
        (tmp_path / "net.pb").write_bytes(X + call + node("z", "Abs", "y") + node("w", "Sub", "z", "y")
                                          + field(2, good + broken + around))
        om = convert(tmp_path / "net.pb", tmp_path / "net", "--out_nodes=z:0;w:0")
        with Device():
            model = Model(om)
            size, rest = model(np.array([1, -2], np.float32))
            model.close()
        np.testing.assert_array_equal(size - rest, [-1, 2] if value else [2, -4])
        np.testing.assert_array_equal(size, [1, 2] if value else [2, 4])


@pytest.mark.parametrize("graph, code, words", [
    (X + node("b", "Placeholder", dtype=BOOL, shape=field(7, field(2, field(1, 2)))) + choice("y", "b", "x")
     + field(2, NEGATE + DOUBLE), "CPU-151", "its condition has the shape [2]"),
    (X + truth(1) + choice("y", "c", "x") + field(2, NEGATE), "CPU-151", "it has no then_branch with 1 outputs"),
    (X + truth(1) + choice("y", "c", "x", "x") + field(2, NEGATE + DOUBLE), "CPU-151", "1 parameters with 2 inputs"),
    (X + truth(1) + choice("y", "c") + field(2, NEGATE + DOUBLE), "CPU-151", "1 parameters with 0 inputs"),
    (X + truth(1) + choice("y", "c", "x")
     + field(2, function("then", [node("s", "NoSuchOp", "p")], "s:y:0") + DOUBLE), "E19010", "NoSuchOp"),
    (X + truth(1) + choice("y", "c", "x")
     + field(2, function("then", [truth(1), choice("k", "c:output:0", "p", otherwise="then")], "k:output:0") + DOUBLE),
     "CPU-151", ""),
    (X + truth(1) + choice("y", "c", "x") + field(2, function("then", [], "nothing:y:0") + DOUBLE), "CPU-151",
     "nothing"),
])
def test_choices_that_are_refused(tmp_path, graph, code, words):
    said = refusals(tmp_path, graph)
    assert f"{code}: " in said and words in said, said


def test_choices_that_multiply_are_refused(tmp_path):
    layers = [function(f"f{k}", [truth(1), choice("a", "c:output:0", "p", then=f"f{k + 1}", otherwise=f"f{k + 1}")],
                       "a:output:0") for k in range(40)] + [function("f40", [node("n", "Neg", "p")], "n:y:0")]
    said = refusals(tmp_path, X + node("y", "f0", "x") + field(2, b"".join(layers)))
    assert "CPU-151" in said and ("more than" in said or "deep" in said)


def numbers(name, value):
    return node(name, "Const", dtype=FLOAT,
                value=field(8, field(1, 1) + field(2, b"") + field(4, np.float32(value).tobytes())))


def test_if_with_a_condition_of_the_run(tmp_path):
    condition = node("b", "Placeholder", dtype=BOOL, shape=field(7, field(2, field(1, 1))))
    (tmp_path / "net.pb").write_bytes(X + condition + choice("y", "b", "x") + node("z", "Abs", "y")
                                      + field(2, NEGATE + DOUBLE))
    om = convert(tmp_path / "net.pb", tmp_path / "net", "--input_shape=x:2;b:1", "--out_nodes=y:0;z:0")
    with Device():
        model = Model(om)
        for value, expected in ((True, [-1, 2]), (False, [2, -4])):
            result, positive = model(np.array([1, -2], np.float32), np.array([value]))
            np.testing.assert_array_equal(result, expected)
            np.testing.assert_array_equal(positive, np.abs(expected))
        model.close()


# As long as the sum of p is below 100 it is doubled.
WHILE_BELOW = function("below", [
    node("axis", "Const", dtype=field(6, 3), value=field(8, field(1, 3) + field(2, field(2, field(1, 1))) + field(7, b"\0"))),
    numbers("limit", 100), node("s", "Sum", "p", "axis:output:0"), node("l", "Less", "s:output:0", "limit:output:0")],
    "l:z:0")


def loop(name, *state, cond="below", body="otherwise", kind="StatelessWhile"):
    return node(name, kind, *state, cond=field(10, field(1, cond)), body=field(10, field(1, body)))


@pytest.mark.parametrize("kind", ["While", "StatelessWhile"])
def test_a_loop_that_data_end(tmp_path, kind):
    (tmp_path / "net.pb").write_bytes(X + loop("y", "x", kind=kind) + node("z", "Neg", "y")
                                      + field(2, DOUBLE + WHILE_BELOW))
    om = convert(tmp_path / "net.pb", tmp_path / "net")
    with Device():
        model = Model(om)
        for start in ([1, 2], [60, 60], [30, 20], [0.5, -0.25]):
            expected = np.array(start, np.float32)
            while expected.sum() < 100:
                expected = expected + expected
            result, = model(np.array(start, np.float32))
            np.testing.assert_array_equal(result, -expected)
        model.close()


def test_a_loop_of_constants_vanishes(tmp_path):
    start = node("k", "Const", dtype=FLOAT, value=field(8, field(1, 1) + field(2, field(2, field(1, 2)))
                                                        + field(4, np.array([3, 5], np.float32).tobytes())))
    (tmp_path / "net.pb").write_bytes(X + start + loop("y", "k") + node("z", "Add", "x", "y")
                                      + field(2, DOUBLE + WHILE_BELOW))
    om = convert(tmp_path / "net.pb", tmp_path / "net")
    with Device():
        model = Model(om)
        result, = model(np.array([1, 2], np.float32))
        model.close()
    np.testing.assert_array_equal(result, [49, 82])


@pytest.mark.parametrize("graph, words", [
    (X + loop("y", "x", "x") + field(2, DOUBLE + WHILE_BELOW), "1 parameters with 2 inputs"),
    (X + loop("y", "x", body="nothing") + field(2, DOUBLE + WHILE_BELOW), "expected a cond of one result"),
    (X + loop("y", "x", body="loud") + field(2, WHILE_BELOW + function("loud", [node("s", "Cast", "p", DstT=field(6, 3))], "s:y:0")),
     "types and shapes must stay the same"),
])
def test_loops_that_are_refused(tmp_path, graph, words):
    said = refusals(tmp_path, graph)
    assert "CPU-151: " in said and words in said, said


@pytest.mark.parametrize("kind, more, padded", [("NonMaxSuppressionV3", [], None), ("NonMaxSuppressionV4", [], 0),
                                                ("NonMaxSuppressionV5", ["o"], 0), ("NonMaxSuppressionV5", ["o"], 1)])
def test_boxes_whose_number_is_not_known(tmp_path, kind, more, padded):
    shape = field(7, field(2, field(1, 3)) + field(2, field(1, 4)))
    graph = (node("b", "Placeholder", dtype=FLOAT, shape=shape)
             + node("s", "Placeholder", dtype=FLOAT, shape=field(7, field(2, field(1, 3)))) + numbers("o", 0.5)
             + node("n", "Const", dtype=field(6, 3), value=field(8, field(1, 3) + field(2, b"") + field(7, b"\2")))
             + node("y", kind, "b", "s", "n", "o", "o", *more,
                    **({} if padded is None else {"pad_to_max_output_size": field(5, padded)})))
    if padded:
        (tmp_path / "net.pb").write_bytes(graph)
        convert(tmp_path / "net.pb", tmp_path / "net")
        return
    said = refusals(tmp_path, graph)
    assert "CPU-151: Node 'y'" in said and "how many boxes it chooses is known only when the model runs" in said


def test_a_function_that_calls_itself_is_refused(tmp_path):
    said = refusals(tmp_path, X + node("y", "f", "x") + field(2, function("f", [node("c", "f", "p")], "c:r:0")))
    assert "CPU-151" in said and "calls itself" in said


def test_functions_that_multiply_are_refused(tmp_path):
    """Forty that each call the next one twice would be a million million calls of nothing."""
    layers = [function(f"f{k}", [node("a", f"f{k + 1}", "p"), node("b", f"f{k + 1}", "a:r:0")], "b:r:0")
              for k in range(40)] + [function("f40", [], "p")]
    said = refusals(tmp_path, X + node("y", "f0", "x") + field(2, b"".join(layers)))
    assert "CPU-151" in said and "more than" in said


def test_outputs_that_fill_the_memory_are_refused(tmp_path):
    said = refusals(tmp_path, X + b"".join(node(f"u{k}", "Unpack", "x", num=field(3, 60000)) for k in range(100)))
    assert "CPU-151" in said and "outputs" in said


def test_a_folder_is_no_frozen_graph(tmp_path):
    done = atc(tmp_path, tmp_path / "net")
    assert done.returncode == 1 and "CPU-151" in done.stdout and "Freeze" in done.stdout


@pytest.mark.parametrize("content, words", [(b"", "0"), (b"\x08\x01\x12\x00", "SavedModel"), (b"node {\n}", "text"),
                                            (b"\xff" * 40, "not a GraphDef")])
def test_other_files_are_refused(tmp_path, content, words):
    (tmp_path / "net.pb").write_bytes(content)
    done = atc(tmp_path / "net.pb", tmp_path / "net")
    assert done.returncode == 1 and "CPU-151" in done.stdout and words in done.stdout, done.stdout
