# SPDX-License-Identifier: Apache-2.0
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import ledger  # noqa: E402

FUNCTIONS = [("c", "aclrtMalloc"), ("py", "acl.rt.malloc")]


def test_counts_of_several_processes_are_added():
    lines = ["c aclrtMalloc 0 2", "c aclrtMalloc 1 0", "py acl.rt.malloc 3 0"]
    shown, complete = ledger.report(FUNCTIONS, lines)
    assert complete
    assert shown == ["2 of 2 functions and operators have a successful call (6 calls counted)"]


def test_a_function_that_only_failed_is_named():
    shown, complete = ledger.report(FUNCTIONS, ["c aclrtMalloc 0 2", "py acl.rt.malloc 1 0"])
    assert not complete
    assert shown[0] == "C aclrtMalloc: only failing calls (2) in any test"


def test_a_function_that_was_never_called_is_named():
    shown, complete = ledger.report(FUNCTIONS, ["c aclrtMalloc 1 0"])
    assert not complete
    assert shown[0] == "Python acl.rt.malloc: no call in any test"
