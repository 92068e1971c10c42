# SPDX-License-Identifier: Apache-2.0
"""The command omrun: NumPy reads and writes its files and judges its comparisons and statistics."""
import json
import os
import pty
import subprocess
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")
from onnx import TensorProto, helper  # noqa: E402 (after the check)

from test_atc import ATC, convert, save  # noqa: E402

OMRUN = Path(ATC).with_name("omrun") if ATC else None
pytestmark = pytest.mark.skipif(OMRUN is None or not OMRUN.is_file(), reason="omrun is not built")

RANDOM = np.random.default_rng(5)


def omrun(*arguments, cwd=None):
    return subprocess.run([OMRUN, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False,
                          cwd=cwd)


def succeeds(*arguments):
    done = omrun(*arguments)
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout


def refused(*arguments, status=1):
    done = omrun(*arguments)
    assert done.returncode == status and done.stderr.count("\n") >= 1, done
    return done.stderr


def make(path, nodes, inputs, outputs, *options):
    assert convert(save(path, nodes, inputs, outputs), *options).returncode == 0
    return path.with_suffix(".om")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def negative(folder):
    """y = -x for one input."""
    return make(folder / "negative.onnx", [helper.make_node("Neg", ["x"], ["y"], "neg")], {"x": [2, 3, 4]},
                {"y": [2, 3, 4]})


@pytest.fixture(scope="module")
def two(folder):
    """sum = a + b; product = a * b."""
    nodes = [helper.make_node("Add", ["a", "b"], ["sum"], "add"), helper.make_node("Mul", ["a", "b"], ["product"], "mul")]
    return make(folder / "two.onnx", nodes, {"a": [2, 3], "b": [2, 3]}, {"sum": [2, 3], "product": [2, 3]})


X = RANDOM.normal(size=(2, 3, 4)).astype(np.float32)


# --- inputs ---

def write_as(kind, path, array):
    """Saves the array in one of the ways that there are."""
    if kind == "npy":
        np.save(path.with_suffix(".npy"), array)
    elif kind == "fortran":
        np.save(path.with_suffix(".npy"), np.asfortranarray(array))
    elif kind in ("npy2", "npy3"):
        with open(path.with_suffix(".npy"), "wb") as file:
            np.lib.format.write_array(file, array, version=(int(kind[-1]), 0))
    elif kind == "other shape":
        np.save(path.with_suffix(".npy"), array.reshape(1, *array.shape, 1))
    elif kind == "txt":
        np.savetxt(path.with_suffix(".txt"), array.reshape(-1, array.shape[-1]), "%.9g")
    elif kind == "commas":
        np.savetxt(path.with_suffix(".txt"), array.reshape(1, -1), "%.9g", delimiter=",")
    else:
        array.tofile(path.with_suffix(f".{kind}"))
    return next(path.parent.glob(path.name + ".*"))


@pytest.mark.parametrize("kind", ["npy", "fortran", "npy2", "npy3", "other shape", "txt", "commas", "bin", "raw"])
def test_inputs_of_every_kind(negative, tmp_path, kind):
    file = write_as(kind, tmp_path / "picture", X)
    out = tmp_path / "new" / "out"
    shown = succeeds("--model", negative, "--input", file, "--output", out, "--outfmt", "npy")
    assert "input   x  float32[2,3,4]  96 bytes" in shown and f"1 file in {out}" in shown
    assert [path.name for path in out.iterdir()] == ["picture_0.npy"]
    np.testing.assert_array_equal(np.load(out / "picture_0.npy"), -X)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "uint8", "int16", "uint16", "int32",
                                   "uint32", "int64", "uint64", "bool"])
@pytest.mark.parametrize("kind", ["npy", "txt"])
def test_elements_of_every_type(folder, tmp_path, dtype, kind):
    code = helper.np_dtype_to_tensor_dtype(np.dtype(dtype)) if hasattr(helper, "np_dtype_to_tensor_dtype") else \
        next(number for number in TensorProto.DataType.values() if number not in (0, 8, 16) and
             helper.mapping.TENSOR_TYPE_TO_NP_TYPE.get(number) == np.dtype(dtype))
    path = folder / f"same_{dtype}.onnx"
    om = make(path, [helper.make_node("Flatten", ["x"], ["y"], "flat", axis=1)], {"x": ([3, 2, 2], code)},
              {"y": ([3, 4], code)})
    if dtype == "bool":
        x = RANDOM.integers(0, 2, (3, 2, 2)).astype(bool)
    elif dtype.startswith("float"):
        x = RANDOM.normal(size=(3, 2, 2)).astype(dtype)
    else:
        info = np.iinfo(dtype)
        x = RANDOM.integers(info.min, info.max, (3, 2, 2), dtype, endpoint=True)
        x.flat[:2] = info.min, info.max
    if kind == "npy":
        np.save(tmp_path / "x.npy", x)
    else:
        numbers = x.astype(int) if dtype == "bool" else x
        np.savetxt(tmp_path / "x.txt", numbers.reshape(-1, 2), "%.17g" if dtype.startswith("float") else "%d")
    file = tmp_path / f"x.{kind}"
    for form in ("NPY", "BIN", "TXT"):
        succeeds("-m", om, "-i", file, "-o", tmp_path, "--outfmt", form)
    y = np.load(tmp_path / "x_0.npy")
    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y, x.reshape(3, 4))
    assert (tmp_path / "x_0.bin").read_bytes() == x.tobytes()
    read = np.uint64 if dtype == "uint64" else np.int64 if dtype == "int64" else np.float64
    text = np.loadtxt(tmp_path / "x_0.txt", dtype=read)
    np.testing.assert_array_equal(text.astype(dtype), x.reshape(3, 4))


def test_folders_run_file_by_file(two, tmp_path):
    arrays = {}
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(12):
            arrays[name, number] = RANDOM.normal(size=(2, 3)).astype(np.float32)
            np.save(tmp_path / name / f"{number:02}.npy", arrays[name, number])
    (tmp_path / "b" / ".hidden").touch()
    (tmp_path / "b" / "folder").mkdir()
    shown = succeeds("--model", two, f"--input={tmp_path}/a,{tmp_path}/b", "--output", tmp_path / "out", "--outfmt=NPY",
                     "--loop=3")
    assert "12 inputs, 36 counted runs" in shown and "24 files in" in shown
    for number in range(12):
        a, b = arrays["a", number], arrays["b", number]
        np.testing.assert_array_equal(np.load(tmp_path / "out" / f"{number:02}_0.npy"), a + b)
        np.testing.assert_array_equal(np.load(tmp_path / "out" / f"{number:02}_1.npy"), a * b)


def test_several_files_of_one_input(negative, tmp_path):
    for number, name in enumerate(["one/x.npy", "two/x.npy", "two/x.bin"]):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        array = X + number
        np.save(tmp_path / name, array) if name.endswith("npy") else array.tofile(tmp_path / name)
    succeeds("-m", negative, "-i", f"{tmp_path}/one/x.npy,{tmp_path}/two", "-o", tmp_path / "out", "--outfmt=NPY")
    found = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert found == ["x-1_0.npy", "x-2_0.npy", "x_0.npy"]  # none replaces another
    got = {float((np.load(tmp_path / "out" / name) + X).mean()) for name in found}
    assert np.allclose(sorted(got), [-2, -1, 0], atol=1e-5)


def test_made_up_data(two, tmp_path):
    succeeds("-m", two, "-o", tmp_path / "zero", "--outfmt=NPY")
    assert not np.load(tmp_path / "zero" / "pure_infer_data_0.npy").any()
    for seed in (1, 1, 2):
        succeeds("-m", two, "-o", tmp_path / f"{seed}", "--outfmt=NPY", "--pure_data_type=random", "--seed", seed)
    one, other = (np.load(tmp_path / seed / "pure_infer_data_0.npy") for seed in "12")
    assert (one > 0).all() and (one < 2).all() and (one != other).any()


# --- bad input ---

@pytest.mark.parametrize("name, content, parts", [
    ("x.bin", b"\0" * 95, ["x.bin gives 95 bytes; input x takes 96 bytes (float32[2,3,4])"]),
    ("x.bin", b"", ["gives 0 bytes", "takes 96 bytes"]),
    ("x.txt", b"1 2 3", ["gives 12 bytes", "takes 96 bytes"]),
    ("x.txt", b"1 2 three", ["'three'", "number of float32"]),
    ("x.txt", b"1 2\x00 3", ["where a number"]),
    ("x.npy", b"no npy", ["does not begin with NumPy's signature"]),
    ("x.npy", b"", ["does not begin with NumPy's signature"]),
    ("x.npy", b"\x93NUMPY\x01\x00\xff\xff{}", ["ends within its header"]),
    ("x.npy", b"\x93NUMPY\x09\x00\x02\x00{}", ["version is not known"]),
    ("x.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}", ["ends within its header"]),
    ("x.npy", b"\x93NUMPY\x01\x00\x02\x00{}", ["lacks descr"]),
])
def test_files_that_do_not_fit(negative, tmp_path, name, content, parts):
    (tmp_path / name).write_bytes(content)
    message = refused("-m", negative, "-i", tmp_path / name)
    assert all(part in message for part in parts), message


@pytest.mark.parametrize("header, part", [
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 5), }", "damaged: it holds 96 bytes for float32[2,3,5]"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", "damaged"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "too large"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "not a list"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 4", "not the dictionary"),
    ("{'descr': '<f4', 'fortran_order': Perhaps, 'shape': (2, 3, 4)}", "neither True nor False"),
    ("{'descr': '<f4', 'fortran_order': False}", "lacks"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 4), 'more': 1}", "not known"),
    ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3, 4)}", "no simple type"),
    ("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3, 4)}", "NumPy's type '>f4'"),
    ("{'descr': '|O', 'fortran_order': False, 'shape': (2, 3, 4)}", "NumPy's type '|O'"),
    ("{'descr': '<f4, 'fortran_order': False, 'shape': (2, 3, 4)}", "is no .npy file"),
    ("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3, 4)}", "holds int32[2,3,4]; input x takes float32[2,3,4]"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4, 3, 2)}", "holds float32[4,3,2]"),
    ("", "not the dictionary"),
])
def test_npy_files_that_lie(negative, tmp_path, header, part):
    file = tmp_path / "x.npy"
    file.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + X.tobytes())
    assert part in refused("-m", negative, "-i", file)


def test_every_length_of_a_npy_file_is_answered(negative, tmp_path):
    np.save(tmp_path / "x.npy", X)
    whole = (tmp_path / "x.npy").read_bytes()
    for length in range(0, len(whole), 5):
        (tmp_path / "x.npy").write_bytes(whole[:length])
        assert "x.npy" in refused("-m", negative, "-i", tmp_path / "x.npy")


def test_paths_that_are_not_there(negative, two, tmp_path):
    assert f"no file or folder {tmp_path}/none" in refused("-m", negative, "-i", tmp_path / "none")
    (tmp_path / "empty").mkdir()
    assert "has no files" in refused("-m", negative, "-i", tmp_path / "empty")
    assert "code 145002" in refused("-m", tmp_path / "none.om")
    assert "code 545002" in refused("-m", __file__)
    X[0, :2, :3].tofile(tmp_path / "a.bin")
    assert "--input has 1 files or folders; the model has 2 inputs" in refused("-m", two, "-i", tmp_path / "a.bin")
    (tmp_path / "b").mkdir()
    for name in "12":
        X[0, :2, :3].tofile(tmp_path / "b" / name)
    message = refused("-m", two, "-i", f"{tmp_path}/a.bin,{tmp_path}/b")
    assert "different numbers of files: 1 for a, 2 for b" in message
    assert "/proc/none cannot be made" in refused("-m", negative, "-o", "/proc/none")
    assert "/dev/full cannot be written" in refused("-m", negative, "--summary", "/dev/full")
    assert "code 107001" in refused("-m", negative, "-d", 999)
    assert "aclInit failed" in refused("-m", negative, "--acl_json_path", tmp_path / "none.json")


@pytest.mark.parametrize("options, part", [
    ([], "--model is required"),
    (["-m", "a.om", "--loop", "0"], "--loop: Value 0"),
    (["-m", "a.om", "--loop", "many"], "--loop"),
    (["-m", "a.om", "--warmup_count", "-1"], "--warmup_count"),
    (["-m", "a.om", "--outfmt", "PNG"], "'PNG' is none of BIN, NPY, TXT"),
    (["-m", "a.om", "--pure_data_type", "ones"], "'ones' is none of random, zero"),
    (["-m", "a.om", "--device", "-1"], "--device"),
    (["-m", "a.om", "--dymHW", "3"], "HEIGHT,WIDTH"),
    (["-m", "a.om", "--dymBatch", "0"], "--dymBatch"),
    (["-m", "a.om", "--dymDims", "a"], "'a' is not NAME"),
    (["-m", "a.om", "--dymDims", "a:1,"], "'a:1,' is not NAME"),
    (["-m", "a.om", "--dymDims", "a:1;a:2"], "'a:2' is not NAME"),
    (["-m", "a.om", "--dymShape", ":1"], "':1' is not NAME"),
    (["-m", "a.om", "--dymShape", "a:1,x"], "'a:1,x' is not NAME"),
    (["-m", "a.om", "--dymBatch", "1", "--dymHW", "1,2"], "exclude each other"),
    (["-m", "a.om", "--cosine", "2"], "--cosine"),
    (["-m", "a.om", "--rtol", "-1"], "--rtol"),
    (["-m", "a.om", "--unknown"], "--unknown"),
])
def test_command_lines_that_are_wrong(options, part):
    assert part in refused(*options, status=2)


def test_help_and_version():
    shown = succeeds("--help")
    for word in ("--model", "--input", "--output", "--outfmt", "--loop", "--warmup_count", "--dymBatch", "--dymHW",
                 "--dymDims", "--dymShape", "--device", "--golden", "Exit status"):
        assert word in shown
    assert max(map(len, shown.splitlines())) <= 120
    assert succeeds("--version").startswith("softacl omrun ")


# --- times ---

def test_times_and_summary(two, tmp_path):
    summary = tmp_path / "summary.json"
    shown = succeeds("-m", two, "--loop", 50, "--warmup_count", 3, "--summary", summary, "--pure_data_type=random")
    found = json.loads(summary.read_text())
    assert found["model"] == str(two) and found["device"] == 0 and found["result"] == "success"
    assert found["inputs"] == [{"name": name, "type": "float32", "dims": [2, 3], "bytes": 24} for name in "ab"]
    assert [port["name"] for port in found["outputs"]] == ["add:0:sum", "mul:0:product"]
    assert (found["items"], found["runs"], found["warmup_count"], found["batchsize"]) == (1, 50, 3, 2)
    for key in ("latency_ms", "copy_in_ms", "copy_out_ms"):
        times = found[key]
        assert list(times) == ["mean", "min", "max", "p50", "p90", "p99"]
        assert 0 < times["min"] <= times["p50"] <= times["p90"] <= times["p99"] <= times["max"] < 10000
        assert times["min"] <= times["mean"] <= times["max"]
    assert found["throughput"] == pytest.approx(2000 / found["latency_ms"]["mean"])
    assert found["load_ms"] > 0 and found["files"] == found["comparisons"] == []
    row = next(line for line in shown.splitlines() if line.startswith("  execute")).split()[1:]
    assert [float(word) for word in row] == [pytest.approx(value, abs=6e-4) for value in found["latency_ms"].values()]
    succeeds("-m", two, "--batchsize", 7, "--summary", summary)
    assert json.loads(summary.read_text())["batchsize"] == 7
    assert succeeds("-m", two, "--quiet") == ""


def test_the_bar_is_for_terminals(two):
    leader, follower = pty.openpty()
    with subprocess.Popen([OMRUN, "-m", two, "--loop", "20"], stdout=subprocess.PIPE, stderr=follower) as process:
        process.wait(timeout=60)
    os.close(follower)
    shown = os.read(leader, 65536)
    os.close(leader)
    assert b"[##############################] 20/20" in shown and shown.endswith(b"\r\x1b[K")
    assert "\x1b" not in succeeds("-m", two)


# --- golden outputs ---

def judged(om, golden, folder, *options, status):
    """Runs with golden outputs; the comparisons."""
    summary = folder / "summary.json"
    done = omrun("-m", om, "-i", folder / "x.npy", "--golden", golden, "--summary", summary, *options)
    assert done.returncode == status and done.stderr == "", done
    assert ("BAD" in done.stdout) == (status == 3)
    found = json.loads(summary.read_text())
    assert found["result"] == ("success" if status == 0 else "different")
    return found["comparisons"]


@pytest.mark.parametrize("suffix", ["npy", "bin", "txt"])
def test_comparison_agrees_with_numpy(negative, tmp_path, suffix):
    np.save(tmp_path / "x.npy", X)
    golden = tmp_path / f"golden.{suffix}"
    for scale in (0, 1e-5, 1e-3, 0.1, 1):
        wanted = (-X + RANDOM.normal(size=X.shape).astype(np.float32) * scale).astype(np.float32)
        if suffix == "npy":
            np.save(golden, wanted.astype(np.float64))  # another type than the output's
        elif suffix == "bin":
            wanted.tofile(golden)
        else:
            np.savetxt(golden, wanted.reshape(-1, 4), "%.9g")
        for atol, rtol in ((1e-4, 1e-3), (0, 0), (0, 0.05), (0.2, 0)):
            good = np.allclose(-X.astype(np.float64), wanted.astype(np.float64), rtol, atol)
            [result] = judged(negative, golden, tmp_path, "--atol", atol, "--rtol", rtol, status=0 if good else 3)
            a, b = -X.astype(np.float64).ravel(), wanted.astype(np.float64).ravel()
            assert result["elements"] == 24 and result["good"] == good
            assert result["beyond"] == np.count_nonzero(np.abs(a - b) > atol + rtol * np.abs(b))
            assert result["max_absolute"] == pytest.approx(np.abs(a - b).max())
            assert result["max_relative"] == pytest.approx((np.abs(a - b) / np.abs(b)).max())
            assert result["cosine"] == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
            assert (result["item"], result["output"], result["golden"]) == ("x", "neg:0:y", str(golden))


def test_the_least_similarity(negative, tmp_path):
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "golden.npy", -2 * X)  # the same direction
    judged(negative, tmp_path / "golden.npy", tmp_path, "--atol=100", "--cosine=0.999999", status=0)
    np.save(tmp_path / "golden.npy", 2 * X)
    judged(negative, tmp_path / "golden.npy", tmp_path, "--atol=100", "--cosine=-1", status=0)
    judged(negative, tmp_path / "golden.npy", tmp_path, "--atol=100", "--cosine=0", status=3)


def test_what_is_no_number(negative, tmp_path):
    x = X.copy()
    x.flat[:4] = np.nan, np.inf, -np.inf, 0
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "golden.npy", -x)
    [result] = judged(negative, tmp_path / "golden.npy", tmp_path, status=0)
    assert result["max_absolute"] == 0
    for index, value in enumerate([1, 1, np.inf, np.nan]):
        golden = -x
        golden.flat[index] = -value if index == 2 else value
        np.save(tmp_path / "golden.npy", golden)
        [result] = judged(negative, tmp_path / "golden.npy", tmp_path, "--atol=1e30", status=3)
        assert result["beyond"] == 1 and result["max_absolute"] == "Infinity"


def test_golden_folders(two, tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        for number in range(3):
            RANDOM.normal(size=(2, 3)).astype(np.float32).tofile(tmp_path / name / f"{number}.bin")
    inputs = f"{tmp_path}/a,{tmp_path}/b"
    for form in ("NPY", "BIN", "TXT"):
        succeeds("-m", two, "-i", inputs, "-o", tmp_path / form, "--outfmt", form)
        shown = succeeds("-m", two, "-i", inputs, "--golden", tmp_path / form, "--atol=1e-6", "--rtol=1e-6")
        assert shown.count("  ok ") == 6
    np.save(tmp_path / "NPY" / "1_1.npy", np.zeros((2, 3), np.float32))
    done = omrun("-m", two, "-i", inputs, "--golden", tmp_path / "NPY")
    assert done.returncode == 3 and done.stdout.count("  ok ") == 5 and done.stdout.count("  BAD ") == 1
    (tmp_path / "NPY" / "2_0.npy").unlink()
    assert "has no file 2_0.npy, .bin or .txt" in refused("-m", two, "-i", inputs, "--golden", tmp_path / "NPY")


def test_golden_files_that_do_not_fit(negative, tmp_path):
    np.save(tmp_path / "golden.npy", X[0])
    message = refused("-m", negative, "--golden", tmp_path / "golden.npy")
    assert "holds float32[3,4]; the output neg:0:y is float32[2,3,4]" in message
    X[0].tofile(tmp_path / "golden.bin")
    message = refused("-m", negative, "--golden", tmp_path / "golden.bin")
    assert "gives 48 bytes; the output neg:0:y takes 96 bytes" in message
    assert "does not exist" in refused("-m", negative, "--golden", tmp_path / "none.bin")
    files = f"{tmp_path}/golden.npy,{tmp_path}/golden.npy"
    assert "--golden has 2 files; the model has 1 outputs" in refused("-m", negative, "--golden", files)


# --- several shapes ---

@pytest.fixture(scope="module")
def batches(folder):
    return make(folder / "batches.onnx", [helper.make_node("Neg", ["x"], ["y"], "neg")], {"x": ["n", 3, "h", "w"]},
                {"y": ["n", 3, "h", "w"]}, "--input_shape=x:-1,3,4,4", "--dynamic_batch_size=1,2,4")


def check_negated(om, folder, array, *options):
    np.save(folder / "x.npy", array)
    array.tofile(folder / "x.bin")
    for suffix in ("npy", "bin"):
        succeeds("-m", om, "-i", folder / f"x.{suffix}", "-o", folder, "--outfmt=NPY", *options)
        np.testing.assert_array_equal(np.load(folder / "x_0.npy"), -array)


def test_gears_of_batches(batches, tmp_path):
    for batch in (1, 2, 4):
        x = RANDOM.normal(size=(batch, 3, 4, 4)).astype(np.float32)
        check_negated(batches, tmp_path, x, "--dymBatch", batch)
    check_negated(batches, tmp_path, x)  # the largest
    summary = tmp_path / "summary.json"
    succeeds("-m", batches, "--dymBatch=2", "--summary", summary)
    found = json.loads(summary.read_text())
    assert found["gear"] == [2] and found["batchsize"] == 2 and found["inputs"][0]["dims"] == [2, 3, 4, 4]
    assert "no gear 3. It has 1; 2; 4." in refused("-m", batches, "--dymBatch=3")
    message = refused("-m", batches, "--dymBatch=1", "-i", tmp_path / "x.bin")
    assert "gives 768 bytes; input x takes 192 bytes (float32[1,3,4,4])" in message
    assert "Give --dymBatch." in refused("-m", batches, "--dymHW=4,4")


def test_gears_of_picture_sizes(folder, tmp_path):
    om = make(folder / "sizes.onnx", [helper.make_node("Neg", ["x"], ["y"], "neg")], {"x": [1, 3, "h", "w"]},
              {"y": [1, 3, "h", "w"]}, "--input_shape=x:1,3,-1,-1", "--dynamic_image_size=8,4;4,16")
    for height, width in ((8, 4), (4, 16)):
        x = RANDOM.normal(size=(1, 3, height, width)).astype(np.float32)
        check_negated(om, tmp_path, x, "--dymHW", f"{height},{width}")
    check_negated(om, tmp_path, x)
    assert "no gear 4,8. It has 8,4; 4,16." in refused("-m", om, "--dymHW=4,8")


def test_gears_of_dimensions(folder, tmp_path):
    nodes = [helper.make_node("Add", ["a", "b"], ["y"], "add")]
    om = make(folder / "dims.onnx", nodes, {"a": ["n", "m"], "b": ["m"]}, {"y": ["n", "m"]},
              "--input_shape=a:-1,-1;b:-1", "--dynamic_dims=2,3,3;4,5,5", "--input_format=ND")
    for n, m in ((2, 3), (4, 5)):
        a, b = (RANDOM.normal(size=shape).astype(np.float32) for shape in ((n, m), (m,)))
        np.save(tmp_path / "a.npy", a)
        np.save(tmp_path / "b.npy", b)
        succeeds("-m", om, "-i", f"{tmp_path}/a.npy,{tmp_path}/b.npy", "-o", tmp_path, "--outfmt=NPY",
                 "--dymDims", f"b:{m};a:{n},{m}")
        np.testing.assert_array_equal(np.load(tmp_path / "a_0.npy"), a + b)
    assert "does not name the input b" in refused("-m", om, "--dymDims=a:2,3")
    assert "names the input c, which the model does not have. It has a, b." in refused("-m", om, "--dymDims=c:2")
    assert "no gear 2,3,4" in refused("-m", om, "--dymDims=a:2,3;b:4")


def test_open_dimensions(folder, tmp_path):
    om = make(folder / "open.onnx", [helper.make_node("Neg", ["x"], ["y"], "neg")], {"x": ["n", "m"]},
              {"y": ["n", "m"]}, "--input_shape=x:-1,-1")
    (tmp_path / "in").mkdir()
    arrays = {f"{n}": RANDOM.normal(size=(n, 3 * n)).astype(np.float32) for n in (3, 1, 7, 2)}
    for name, array in arrays.items():
        np.save(tmp_path / "in" / f"{name}.npy", array)
    succeeds("-m", om, "-i", tmp_path / "in", "-o", tmp_path / "out", "--outfmt=NPY", "--loop=2")
    for name, array in arrays.items():
        np.testing.assert_array_equal(np.load(tmp_path / "out" / f"{name}_0.npy"), -array)
    arrays["3"].tofile(tmp_path / "3.bin")
    for more in ([], ["--outputSize", 1000]):
        succeeds("-m", om, "-i", tmp_path / "3.bin", "--dymShape=x:3,9", "-o", tmp_path / "out", "--outfmt=NPY", *more)
        np.testing.assert_array_equal(np.load(tmp_path / "out" / "3_0.npy"), -arrays["3"])
    assert "Give its shape with --dymShape" in refused("-m", om, "-i", tmp_path / "3.bin")
    assert "gives 108 bytes; input x takes 144" in refused("-m", om, "-i", tmp_path / "3.bin", "--dymShape=x:4,9")
    assert "1 dimensions; it has 2" in refused("-m", om, "--dymShape=x:4")
    assert "--outputSize gives 2 sizes" in refused("-m", om, "--dymShape=x:4,9", "--outputSize=1,2")
    np.save(tmp_path / "flat.npy", arrays["3"].ravel())
    assert "has 2 dimensions" in refused("-m", om, "-i", tmp_path / "flat.npy")


def test_shape_options_for_a_model_of_one_shape(negative):
    for option in ("--dymBatch=1", "--dymHW=1,2", "--dymDims=x:1", "--dymShape=x:1"):
        assert "The model has fixed shapes" in refused("-m", negative, option)
