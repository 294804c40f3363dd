# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every gate is shown a deliberate fault in a copy of the checkout, and has to fail for that reason.

    nox -s faults

A fault is a change of one file and the stage of noxfile.py that must find it. What was tried is printed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.gates.export import tracked_files

ROOT = Path(__file__).resolve().parents[2]
SPDX = "# Copyright (c) 2026 The wslfleet contributors\n# SPDX-License-Identifier: GPL-3.0-or-later\n"


@dataclass(frozen=True)
class Fault:
    """NAME of the fault, the STAGE that must fail, a part of what it must say, and the change to a copy."""

    name: str
    stage: str
    message: str
    apply: Callable[[Path], None]


def replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Replace the first OLD in the file NAME."""

    def apply(copy: Path) -> None:
        text = (copy / name).read_text(encoding="utf-8")
        assert old in text, f"{name} no longer holds {old!r}: choose another fault"
        (copy / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return apply


def add(name: str, text: str) -> Callable[[Path], None]:
    """Add a file, or TEXT at the end of one."""

    def apply(copy: Path) -> None:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        with (copy / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return apply


def no_fragments(copy: Path) -> None:
    """Take all changelog fragments away."""
    shutil.rmtree(copy / "changelogs" / "fragments")
    (copy / "changelogs" / "fragments").mkdir()


QUICK = [
    Fault(
        "ignored error",
        "ruff",
        "BLE001",
        add("lab/fault.py", f"{SPDX}try:\n    print(1)\nexcept Exception:\n    pass\n"),
    ),
    Fault("unused import", "ruff", "F401", add("plugins/plugin_utils/_fault.py", f"{SPDX}import os\n")),
    Fault("unformatted file", "format", "fault.py", add("lab/fault.py", f"{SPDX}a = {{ 'b':1 }}\n")),
    Fault(
        "untyped function in tests",
        "ruff",
        "ANN001",
        add("tests/lab/fault.py", f"{SPDX}\n\ndef f(a) -> None:\n    del a\n"),
    ),
    Fault("careless shell script", "shellcheck", "SC2086", add("scripts/fault.sh", f"#!/bin/sh\n{SPDX}rm $1\n")),
    Fault("crooked YAML", "yamllint", "truthy", add("playbooks/fault.yml", f"{SPDX}---\nfault: yes\n")),
    Fault("missing SPDX header", "licences", "fault.py", add("lab/fault.py", "A = 1\n")),
    Fault("missing changelog fragment", "changelog", "add changelogs/fragments/", no_fragments),
    Fault(
        "invalid changelog fragment",
        "changelog",
        "fault.yml",
        add("changelogs/fragments/fault.yml", "wrong_section:\n  - Text.\n"),
    ),
    Fault(
        "module that is not in the action group",
        "action-group",
        "lacks cuda_audit_info",
        replace("meta/runtime.yml", "    - cuda_audit_info\n", ""),
    ),
]

SLOW = [
    Fault(
        "untyped function",
        "types",
        "no-untyped-def",
        add("plugins/plugin_utils/_fault.py", f"{SPDX}\n\ndef fault(word):\n    return word\n"),
    ),
    Fault(
        "ignored error in a role",
        "ansible-lint",
        "ignore-errors",
        add(
            "roles/windows_host/tasks/fault.yml",
            f"{SPDX}---\n- name: Fault\n  ansible.builtin.setup:\n  ignore_errors: true\n",
        ),
    ),
    Fault(
        "option that is not documented",
        "unit",
        "test_documentation_and_spec_agree",
        replace("plugins/modules/cuda_guard.py", '"state": {', '"fault": {"type": "str"}, "state": {'),
    ),
    Fault(
        "secret in output",
        "unit",
        "test_secrets",
        replace("plugins/modules/cuda_guard.py", '"state": {', '"password": {"type": "str"}, "state": {'),
    ),
    Fault("untested code", "unit", "Required test coverage", add("plugins/plugin_utils/_fault.py", "A = 1\n" * 1500)),
]


def in_copy(fault: Fault, copy: Path) -> subprocess.CompletedProcess[str]:
    """Run the fault's stage in a copy of the checkout with the fault."""
    for name in tracked_files(ROOT):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name, follow_symlinks=False)
    (copy / ".venv").symlink_to((ROOT / ".venv").resolve())
    tree = copy / ".cache" / "collections" / "ansible_collections" / "wslfleet"
    tree.mkdir(parents=True)
    (tree / "cuda").symlink_to(copy)
    for words in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *words], cwd=copy, check=True)
    author = ["-c", "user.name=test", "-c", "user.email=test@example.invalid"]
    subprocess.run(["git", *author, "commit", "-q", "-m", "copy"], cwd=copy, check=True)
    fault.apply(copy)
    command = [str(Path(sys.executable).parent / "nox"), "--nocolor", "-s", fault.stage]
    return subprocess.run(command, cwd=copy, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def judge(fault: Fault, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The stage fails, and says why."""
    done = in_copy(fault, copy)
    assert done.returncode != 0, f"{fault.stage} let it pass: {fault.name}\n{done.stdout}"
    assert fault.message in done.stdout, f"{fault.stage} failed for another reason than {fault.name}\n{done.stdout}"
    with capsys.disabled():
        print(f"\n  {fault.name}: {fault.stage} fails ({fault.message})", end="")


@pytest.mark.parametrize("fault", QUICK, ids=lambda fault: fault.name)
def test_quick_stage_finds(fault: Fault, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judge(fault, tmp_path, capsys)


@pytest.mark.parametrize("fault", SLOW, ids=lambda fault: fault.name)
def test_slow_stage_finds(fault: Fault, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judge(fault, tmp_path, capsys)
