# SPDX-License-Identifier: Apache-2.0
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import check_deps  # noqa: E402

MAP = """
| folder | holds | may include |
|---|---|---|
| `include/acl/` | headers | `acl` |
| `src/base/` | what all need | `acl` |
| `src/runtime/` | streams | `acl`, `base` |

| outside header | only in |
|---|---|
| `spdlog/*` | `src/base/log*.cpp` |
"""


@pytest.fixture
def complaints(tmp_path):
    """Lays out a tree with one source file and returns what the script says about it."""

    def run(path, text):
        (tmp_path / "docs").mkdir()
        (tmp_path / "docs/map.md").write_text(MAP)
        source = tmp_path / path
        source.parent.mkdir(parents=True)
        source.write_text(text)
        return list(check_deps.violations(tmp_path))

    return run


@pytest.mark.parametrize("path, include", [
    ("src/runtime/stream.cpp", '"runtime/stream.h"'),
    ("src/runtime/stream.cpp", '"base/status.h"'),
    ("src/runtime/stream.cpp", '"acl/acl_rt.h"'),
    ("src/runtime/stream.cpp", "<sys/mman.h>"),
    ("src/runtime/stream.cpp", "<vector>"),
    ("src/base/log_sinks.cpp", "<spdlog/spdlog.h>"),
    ("include/acl/acl_rt.h", '"acl_base.h"'),
])
def test_allowed(complaints, path, include):
    assert complaints(path, f"#include {include}\n") == []


@pytest.mark.parametrize("path, include, reason", [
    ("src/base/status.h", '"runtime/stream.h"', "src/base may include acl"),
    ("src/runtime/stream.cpp", "<spdlog/spdlog.h>", "only in src/base/log*.cpp"),
    ("src/runtime/stream.cpp", "<boost/any.hpp>", "outside library without a row"),
    ("src/stray/x.cpp", '"base/status.h"', "no row"),
    ("include/acl/acl_rt.h", '"base/status.h"', "include/acl may include acl"),
])
def test_forbidden(complaints, path, include, reason):
    found = complaints(path, f"// a comment\n#  include {include}\n")
    assert len(found) == 1
    assert found[0].startswith(f"{path}:2: ") and reason in found[0]


def test_the_map_has_every_folder_of_src():
    rules = check_deps.Map((ROOT / "docs/map.md").read_text())
    folders = {f"src/{folder.name}" for folder in (ROOT / "src").iterdir() if folder.is_dir()}
    assert folders <= set(rules.allowed)
