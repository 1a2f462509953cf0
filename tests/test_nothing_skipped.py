"""Guards ``tests.conftest``: in continuous integration a skipped test is a failed one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

SKIPPING = """
import pytest

@pytest.mark.skip(reason="by its mark")
def test_marked(): ...

@pytest.mark.skipif(True, reason="by a condition")
def test_conditional(): ...

def test_inside(): pytest.skip("by itself")

@pytest.mark.xfail
def test_expected(): assert False

def test_good(): ...
"""
WHOLE = "import pytest\npytest.importorskip('no_module_of_this_name')\n"


def test_what_is_skipped_fails_in_continuous_integration_in_whatever_way(tmp_path: Path):
    (tmp_path / "test_some.py").write_text(SKIPPING)
    (tmp_path / "test_whole.py").write_text(WHOLE)
    hooks = "from tests.conftest import pytest_make_collect_report, pytest_runtest_makereport\n"
    (tmp_path / "conftest.py").write_text(hooks)
    (tmp_path / "pytest.ini").write_text("[pytest]\nDJANGO_SETTINGS_MODULE = config.settings\n")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--continue-on-collection-errors", str(tmp_path)],
        cwd=ROOT, env=os.environ | {"CI": "true"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "1 failed, 1 passed, 1 xfailed, 3 errors" in run.stdout, run.stdout + run.stderr
    assert run.returncode == 1
