# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys
from pathlib import Path

TALLY = Path(__file__).resolve().parents[2] / "scripts/tally.py"

REPORT = """<testsuites><testsuite name="s" tests="3">
<testcase classname="a" name="good"/>
<testcase classname="a" name="{name}">{outcome}</testcase>
<testcase classname="a" name="left_out"><skipped/></testcase>
</testsuite></testsuites>"""


def tally(folder, outcome):
    (folder / "checks").write_text("passed format\n")
    (folder / "unit.xml").write_text(REPORT.format(name="other", outcome=outcome))
    run = subprocess.run([sys.executable, str(TALLY), str(folder)], capture_output=True, text=True)
    return run.returncode, run.stdout.splitlines()


def test_everything_passed(tmp_path):
    code, lines = tally(tmp_path, "")
    assert (code, lines[-1]) == (0, "3 passed, 0 failed, 1 skipped")


def test_a_failure_is_named_and_fails(tmp_path):
    code, lines = tally(tmp_path, "<failure/>")
    assert (code, lines[-1]) == (1, "2 passed, 1 failed, 1 skipped")
    assert "failed: unit: a.other" in lines


def test_no_result_at_all_is_a_failure(tmp_path):
    run = subprocess.run([sys.executable, str(TALLY), str(tmp_path)], capture_output=True, text=True)
    assert run.returncode == 1
