# SPDX-License-Identifier: Apache-2.0
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from gen.consistency import disagreements  # noqa: E402
from gen.headers import outputs as headers  # noqa: E402
from gen.model import snake_case  # noqa: E402
from gen.python import outputs as python  # noqa: E402
from gen.rows import missing  # noqa: E402
from gen.rows import outputs as rows  # noqa: E402
from gen.spec import load  # noqa: E402
from gen.table import SpecError  # noqa: E402
from gen.text import in_python, prose  # noqa: E402

ERRORS = """
[[group]]
title = "All"
remedy = "Try again."
[[group.error]]
name = "ACL_ERROR_BAD"
value = 100000
sentence = "It is bad."
[[group.error]]
name = "ACL_SUCCESS"
value = 0
sentence = "It is good."
[[group.error]]
name = "ACL_FINE"
value = 0
sentence = "It is good."
deprecated = "ACL_SUCCESS"
"""

TYPES = """
[[header]]
name = "acl_base.h"
doc = "Types."
[[alias]]
name = "aclError"
c = "int"
doc = "A code."
[[handle]]
name = "aclrtStream"
kind = "stream"
doc = "A stream."
[[enum]]
name = "aclColour"
doc = "A colour."
members = [{ name = "ACL_RED", value = 2 }, { name = "ACL_BLUE", value = 7, doc = "Like the sky." }]
[[macro]]
name = "ACL_SIZE"
value = 4
doc = "A size."
[[callback]]
name = "aclCallback"
c = "void (*)(void *)"
doc = "A function."
[[struct]]
name = "aclPoint"
doc = "A point."
fields = [
    { name = "number", type = "size_t" },
    { name = "values", type = "int64_t", length = ["ACL_SIZE", 2], count = "number", key = "v" },
]
"""

API = """
header = "acl_base.h"
title = "Painting"
[[function]]
name = "aclPaint"
python = "acl.paint"
section = "1.2"
brief = "Paints."
params = [
    { name = "colour", type = "aclColour", doc = "Which." },
    { name = "byteCount", type = "size_t", check = "positive", doc = "How much, at `where`." },
    { name = "where", type = "void **", role = "out", doc = "The place `aclPaint` chose." },
    { name = "stream", type = "aclrtStream", kind = "stream", doc = "In which order." },
]
errors = { ACL_ERROR_BAD = "it rains" }
[[function]]
python = "acl.util.look"
section = "1.3"
brief = "Looks."
by_hand = true
params = [{ name = "data", py_type = "bytes", doc = "At what." }]
py_returns = [{ name = "seen", doc = "What." }]
"""

MANUAL = """\
python\tsection\tc_name\tc_prototype\tpy_signature\tflags
acl.paint\t1.2\taclPaint\taclError aclPaint(aclColour colour, size_t byteCount, void **where, aclrtStream stream)\
\twhere, ret = acl.paint(colour, byte_count, stream)\t-
acl.util.look\t1.3\t-\t-\tseen = acl.util.look(data)\tdeprecated
"""

FILES = {"errors.toml": ERRORS, "types.toml": TYPES, "api/painting.toml": API, "manual.tsv": MANUAL}


@pytest.fixture
def tables(tmp_path):
    """Lays out small tables, one text of one file replaced, and loads them."""

    def run(file=None, old="", new=""):
        for name, text in FILES.items():
            path = tmp_path / "spec" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            assert name != file or old in text
            path.write_text(text.replace(old, new, 1) if name == file else text)
        return load(tmp_path)

    return run


def test_functions_that_exist_in_c_only(tables):
    row = """
[[function]]
name = "aclWipe"
section = "1.4"
brief = "Wipes, as `aclPaint` paints."
params = [{ name = "colour", type = "aclColour", doc = "Which." }]
"""
    spec = tables("api/painting.toml", "\n[[function]]\npython", row + "[[function]]\npython")
    assert [function.name for function in spec.c_functions] == ["aclPaint", "aclWipe"]
    assert [function.python for function in spec.functions] == ["acl.paint", "acl.util.look"]
    assert len(spec.rows) == 3
    assert "aclWipe(aclColour colour)" in headers(spec)["include/acl/acl_base.h"]
    assert 'Row aclWipe = {1, "aclWipe", "",' in rows(spec)["src/api/generated/rows.h"].replace("\n    ", "")
    assert not any("aclWipe" in text for text in python(spec).values())
    assert list(disagreements(spec)) == list(disagreements(tables()))
    with pytest.raises(SpecError, match="neither in C nor in Python"):
        tables("api/painting.toml", 'python = "acl.util.look"\n', "")


def test_defaults_are_filled_in(tables):
    paint = tables().functions[0]
    assert [(p.py, p.check, p.min, p.max) for p in paint.params] == [
        ("colour", "range", 2, 7), ("byte_count", "positive", 0, 0), ("where", "non_null", 0, 0),
        ("stream", "none", 0, 0)]
    assert [result.name for result in paint.results] == ["where", "ret"]
    assert paint.py_call == "where, ret = acl.paint(colour, byte_count, stream)"


def test_a_remedy_may_stand_at_the_group_and_a_repeated_value_is_an_alias(tables):
    assert [(e.name, e.remedy, e.alias) for e in tables().errors] == [
        ("ACL_ERROR_BAD", "Try again.", False), ("ACL_SUCCESS", "Try again.", False), ("ACL_FINE", "Try again.", True)]


@pytest.mark.parametrize("name, expected", [
    ("devPtr", "dev_ptr"), ("dpitch", "dpitch"), ("tsId", "ts_id"), ("setAIPPInput", "set_aipp_input"),
    ("dim2Size", "dim2_size")])
def test_snake_case(name, expected):
    assert snake_case(name) == expected


@pytest.mark.parametrize("file, old, new, complaint", [
    ("api/painting.toml", 'brief = "Paints."', 'brief = "Paints."\nbreif = ""',
     "spec/api/painting.toml: [[function]] 1 'aclPaint': unknown key 'breif'"),
    ("api/painting.toml", 'kind = "stream"', 'knid = "stream"',
     "spec/api/painting.toml: [[function]] 1 'aclPaint': param 4 'stream': unknown key 'knid'"),
    ("api/painting.toml", 'kind = "stream"', 'kind = "river"', "unknown kind 'river' (known: device_memory,"),
    ("api/painting.toml", '"size_t"', '"size_tt"', "param 2 'byteCount': unknown type 'size_tt'"),
    ("api/painting.toml", "ACL_ERROR_BAD", "ACL_ERROR_BED", "unknown error 'ACL_ERROR_BED'"),
    ("api/painting.toml", 'role = "out"', 'role = "over"', "unknown role 'over' (known: in, out)"),
    ("api/painting.toml", '"size_t", check = "positive"', '"size_t", role = "out"', "role 'out' needs a pointer type"),
    ("api/painting.toml", '"positive"', '"non_null"', "check 'non_null' needs a pointer type"),
    ("api/painting.toml", '"positive"', '"range", min = 3', "check 'range' needs min and max"),
    ("api/painting.toml", "by_hand = true", "by_hand = 1", "key 'by_hand' must be bool, found 1"),
    ("api/painting.toml", 'role = "out"', 'role = "out", through = true', "'through' and 'minus_one' are for parameters"),
    ("api/painting.toml", 'type = "aclColour"', 'type = "aclColour", minus_one = true',
     "'minus_one' needs an unsigned type, found 'aclColour'"),
    ("types.toml", 'kind = "stream"', 'kind = "stream"\nopaque = "yes"', "key 'opaque' must be bool, found 'yes'"),
    ("api/painting.toml", "by_hand = true", "", "a function without C name must be by_hand"),
    ("api/painting.toml", '"acl.util.look"', '"acl.paint"',
     "already has a row: spec/api/painting.toml: [[function]] 1"),
    ("api/painting.toml", '"1.2"', '"one"', "section must be numbers with dots, found 'one'"),
    ("api/painting.toml", 'brief = "Paints."', 'brief = "Paints."\nreturns = "int"', "result is missing"),
    ("api/painting.toml", '"acl_base.h"', '"acl_bass.h"', "unknown header 'acl_bass.h'"),
    ("api/painting.toml", 'title = "Painting"', "", "spec/api/painting.toml: key 'title' is missing"),
    ("api/painting.toml", "[[function]]", "[[function]", "spec/api/painting.toml: "),
    ("types.toml", '"size_t"', '"aclDate"', "[[struct]] 'aclPoint': field 'number': unknown type 'aclDate'"),
    ("types.toml", '["ACL_SIZE", 2]', '"ACL_LENGTH"', "length names no [[macro]]: 'ACL_LENGTH'"),
    ("types.toml", 'count = "number"', 'count = "amount"', "count names no field of the structure: 'amount'"),
    ("types.toml", '"ACL_BLUE"', '"ACL_RED"', "[[enum]] 1 'aclColour': members 2 'ACL_RED': the name is used twice"),
    ("types.toml", "value = 4", "value = 4.5", "[[macro]] 1 'ACL_SIZE': key 'value' must be int or str, found 4.5"),
    ("errors.toml", "ACL_FINE", "ACL_SUCCESS",
     "[[group]] 1 'All': [[group.error]] 3 'ACL_SUCCESS': the name is used twice"),
    ("errors.toml", 'remedy = "Try again."', "", "[[group.error]] 1 'ACL_ERROR_BAD': key 'remedy' is missing"),
    ("errors.toml", 'deprecated = "ACL_SUCCESS"', 'deprecated = "ACL_GOOD"', "ACL_FINE: deprecated for 'ACL_GOOD'"),
    ("manual.tsv", "\tdeprecated", "", "spec/manual.tsv: line 3: expected 6 cells, found 5"),
])
def test_a_bad_row_is_named_with_its_fault(tables, file, old, new, complaint):
    with pytest.raises(SpecError) as error:
        tables(file, old, new)
    assert complaint in str(error.value)


@pytest.mark.parametrize("old, new, complaint", [
    ("void **where", "void *where", "acl.paint: prototype 'aclError aclPaint("),
    ("\t1.2\t", "\t1.1\t", "acl.paint: section '1.2', in the manual '1.1'"),
    ("\taclPaint\t", "\taclPoint\t", "acl.paint: C name 'aclPaint', in the manual 'aclPoint'"),
    ("paint(colour, byte_count, stream)", "paint(colour, stream)",
     "acl.paint: Python arguments ['colour', 'byte_count', 'stream'], in the manual ['colour', 'stream']"),
    ("where, ret = acl.paint", "ret = acl.paint", "acl.paint: Python results ['where', 'ret'], in the manual ['ret']"),
    ("acl.util.look", "acl.util.listen", "acl.util.look is no function of the manual"),
])
def test_a_row_that_contradicts_the_manual_is_found(tables, old, new, complaint):
    found, = disagreements(tables("manual.tsv", old, new))
    assert found.startswith("spec/api/painting.toml: ")
    assert complaint in found


@pytest.mark.parametrize("prototype", [
    "aclError aclPaint( aclColour colour,size_t byteCount, void * *where, aclrtStream stream );",
    "aclError  aclPaint(aclColour colour, size_t byteCount, void **  where, aclrtStream stream)"])
def test_spaces_of_a_prototype_do_not_matter(tables, prototype):
    written = MANUAL.splitlines()[1].split("\t")[3]
    assert disagreements(tables("manual.tsv", written, prototype)) == []


@pytest.mark.parametrize("reason, count", [("", 1), ('prototype_differs = "A slip of the manual."\n', 0)])
def test_a_reason_excuses_a_prototype_of_our_own(tables, reason, count):
    params = 'params = [\n    { name = "colour", type = "aclColour'
    assert len(disagreements(tables("api/painting.toml", params, f"{reason}{params} *"))) == count


def test_the_header_declares_types_and_functions(tables):
    text = headers(tables())["include/acl/acl_base.h"]
    for line in ["#define ACL_SIZE 4", "typedef void *aclrtStream;", "typedef void (*aclCallback)(void *);",
                 "    ACL_BLUE = 7, /**< Like the sky. */", "    int64_t values[ACL_SIZE][2];",
                 "ACL_API aclError aclPaint(aclColour colour, size_t byteCount, void **where, aclrtStream stream);",
                 " *   - `ACL_ERROR_BAD` (100000): it rains"]:
        assert line + "\n" in text
    assert "look" not in text


def test_an_opaque_handle_is_a_structure_held_by_pointer(tables):
    spec = tables("types.toml", 'kind = "stream"', 'kind = "stream"\nopaque = true')
    assert "typedef struct aclrtStream aclrtStream;\n" in headers(spec)["include/acl/acl_base.h"]


def test_an_argument_that_comes_back_is_a_result_in_its_place(tables):
    spec = tables("api/painting.toml", 'check = "positive"', 'check = "positive", through = true, minus_one = true')
    assert spec.functions[0].py_call == "byte_count, where, ret = acl.paint(colour, byte_count, stream)"
    assert '(in("colour"), through(minus_one(in("byte_count"))), out(), in("stream"))' in (
        python(spec)["python/src/generated/methods.inc"].replace("\n       ", ""))


def test_codes_of_a_function_that_returns_a_value_are_named(tables):
    spec = tables("api/painting.toml", 'brief = "Paints."',
                  'brief = "Paints."\nreturns = "size_t"\nresult = { name = "left", doc = "How much; 0 on failure." }')
    text = headers(spec)["include/acl/acl_base.h"]
    assert " * @return How much; 0 on failure.\n *\n * A failure leaves a sentence" in text
    assert " *   - `ACL_ERROR_BAD` (100000): it rains\n" in text
    assert "Errors\n------\nThe result does not tell; acl.get_recent_err_msg does.\n100000 ACL" in python(spec)["python/src/generated/methods.inc"]


def test_the_rows_for_cpp(tables):
    files = rows(tables())
    def row_of(table):
        return " ".join(re.search(r"Row aclPaint = \{(.*?)\};", table, re.DOTALL).group(1).split())
    assert (row_of(files["src/api/generated/rows.h"])
            == '0, "aclPaint", "acl.paint", kParams_aclPaint, 4, Missing::kNowhere')
    assert '{"colour", Check::kRange, 2, 7}' in files["src/api/generated/rows.h"]
    assert files["tests/api/generated/functions.inc"].endswith(
        'FUNCTION(aclPaint, "colour:range:2:7", "byteCount:positive", "where:out", "stream:stream")\n')
    codes = [line for line in files["src/base/generated/errors.inc"].splitlines() if line.startswith("ERROR")]
    assert codes == ['ERROR_CODE(ACL_SUCCESS, 0, "It is good.", "Try again.")',
                     'ERROR_CODE(ACL_ERROR_BAD, 100000, "It is bad.", "Try again.")',
                     "ERROR_ALIAS(ACL_FINE, ACL_SUCCESS)"]


@pytest.mark.parametrize("flags, where", [((), "kNowhere"), (("repaired",), "kNowhere"), (("reserved",), "kEverywhere"),
                                          (("unsupported", "repaired"), "kEverywhere"),
                                          (("unsupported_rc",), "kOnTheDevice")])
def test_what_the_product_lacks(flags, where):
    assert missing(flags) == where


def test_prose_keeps_paragraphs_and_lists():
    assert prose("One\ntwo.\n\nSome:\n\n- first\n  thing\n- second", 12) == [
        "One two.", "", "Some:", "", "- first", "  thing", "- second"]


def test_texts_speak_python_in_python(tables):
    spec = tables()
    assert in_python("`aclPaint` and `byteCount`, not byteCount", spec.functions[0], spec) == (
        "`acl.paint` and `byte_count`, not byteCount")


@pytest.fixture
def generator(tmp_path):
    """Runs gen.py, from another folder, on a copy of the real tables."""
    shutil.copytree(ROOT / "spec", tmp_path / "spec")

    def run(*options):
        return subprocess.run([sys.executable, ROOT / "scripts/gen.py", "--root", tmp_path, *options],
                              cwd=tmp_path.parent, capture_output=True, text=True, check=False)

    return run


def test_verify_names_the_stale_file_and_a_run_mends_it(generator, tmp_path):
    assert generator().returncode == 0
    assert generator("--verify").returncode == 0
    header = tmp_path / "include/acl/acl_rt.h"
    good = header.read_text()
    header.write_text(good + "\n")
    (tmp_path / "docs/errors.md").unlink()

    refused = generator("--verify")
    assert refused.returncode == 1
    assert sorted(refused.stdout.splitlines()) == ["stale docs/errors.md", "stale include/acl/acl_rt.h"]
    assert header.read_text() != good

    assert sorted(generator().stdout.splitlines()) == ["wrote docs/errors.md", "wrote include/acl/acl_rt.h"]
    assert header.read_text() == good
    assert generator().stdout == ""


def test_nothing_is_written_from_tables_that_disagree(generator, tmp_path):
    manual = tmp_path / "spec/manual.tsv"
    manual.write_text(manual.read_text().replace("acl.rt.malloc(size, policy)", "acl.rt.malloc(size)"))
    refused = generator()
    assert refused.returncode == 1
    assert "acl.rt.malloc: Python arguments" in refused.stderr
    assert not (tmp_path / "include").exists()
