# SPDX-License-Identifier: Apache-2.0
import sys
from pathlib import Path

import pytest

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


ERRORS = [("code", "aclrtMalloc:207001"), ("code", "aclrtFree:107000")]


def test_errors_that_no_test_brought_about_are_named():
    lines = ["c aclrtMalloc 1 2", "py acl.rt.malloc 1 0", "code aclrtMalloc:207001 2 0"]
    shown, complete = ledger.report(FUNCTIONS + ERRORS, lines)
    assert not complete
    assert shown == ["documented error aclrtFree:107000: brought about by no test",
                     "2 of 2 functions and operators have a successful call (4 calls counted)",
                     "1 of 2 documented errors were brought about"]


def test_excused_errors_must_be_documented():
    spec = ledger.load(ledger.ROOT)
    errors = ledger.documented_errors(spec, [])
    excused = {"functions": ["aclCreateDataBuffer"], "error": "ACL_ERROR_BAD_ALLOC"}
    assert len(ledger.documented_errors(spec, [excused])) == len(errors) - 1
    with pytest.raises(SystemExit, match="aclNone"):
        ledger.documented_errors(spec, [{"functions": ["aclNone"], "error": "ACL_ERROR_BAD_ALLOC"}])
