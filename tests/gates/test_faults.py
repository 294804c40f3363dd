# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every gate is shown a deliberate fault in a copy of the checkout, and has to fail for that reason.

    nox -s faults                  the quick ones, as in make test
    nox -s faults -- tests/gates   all, with laptops and distributions: ten minutes and more

A fault is a change of one file and the stage of noxfile.py that must find it. What was tried is printed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import typing as t
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.gates import cores
from scripts.gates.ansible_test import not_run
from scripts.gates.export import tracked_files
from scripts.gates.run import stages

ROOT = Path(__file__).resolve().parents[2]
SPDX = "# Copyright (c) 2026 The wslfleet contributors\n# SPDX-License-Identifier: GPL-3.0-or-later\n"
KEPT = (".venv", ".cache", ".mypy_cache", ".ruff_cache")
"""What git does not know of a copy, and what stays between faults."""


@dataclass(frozen=True)
class Fault:
    """NAME of the fault, the STAGE that must fail, a part of what it must say, the change to a copy, and the WORDS that
    narrow the stage to what this fault needs (the tests of one file), empty where the whole stage runs.
    """

    name: str
    stage: str
    message: str
    apply: Callable[[Path], None]
    words: tuple[str, ...] = ()


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


def only(*files: str) -> tuple[str, ...]:
    """The words that narrow the unit tests to FILES below tests/unit."""
    return (*(f"tests/unit/{file}" for file in files), "--no-cov")


DOCUMENTATION = only("documentation/test_documentation.py")
EXAMPLES = only("documentation/test_examples.py")
SECRETS = only("plugins/modules/test_secrets.py")
TASK = """
- name: Fault
  wslfleet.cuda.cuda_guard:
    fault: true
"""
FAILING_TASK = """
- name: Fault
  wslfleet.cuda.cuda_toolkit:
    version: "12.99"
"""
SHOW_PASSWORD = """
- name: Fault
  hosts: all
  gather_facts: false
  tasks:
    - name: Show the password
      ansible.builtin.debug:
        var: ansible_password
"""

QUICK = [
    Fault(
        "ignored error",
        "ruff",
        "BLE001",
        add("lab/fault.py", f"{SPDX}try:\n    print(1)\nexcept Exception:\n    pass\n"),
    ),
    Fault("unused import", "ruff", "F401", add("plugins/plugin_utils/_fault.py", f"{SPDX}import os\n")),
    Fault(
        "untyped function in tests",
        "ruff",
        "ANN001",
        add("tests/lab/fault.py", f"{SPDX}\n\ndef f(a) -> None:\n    del a\n"),
    ),
    Fault("unformatted file", "formatters", "fault.py", add("lab/fault.py", f"{SPDX}a = {{ 'b':1 }}\n")),
    Fault(
        "untyped function in the lab",
        "types",
        "no-untyped-def",
        add("lab/fault.py", f"{SPDX}\n\ndef fault(word):\n    return word\n"),
    ),
    Fault(
        "untyped function in a plugin",
        "types",
        "no-untyped-def",
        add("plugins/plugin_utils/_fault.py", f"{SPDX}\n\ndef fault(word):\n    return word\n"),
    ),
    Fault("careless shell script", "shellcheck", "SC2086", add("scripts/fault.sh", f"#!/bin/sh\n{SPDX}rm $1\n")),
    Fault("crooked YAML", "yamllint", "truthy", add("playbooks/fault.yml", f"{SPDX}---\nfault: yes\n")),
    Fault(
        "unknown option of antsibull-nox",
        "antsibull-nox-config",
        "run_nothing",
        replace("antsibull-nox.toml", "run_black = false", "run_nothing = false"),
    ),
    Fault(
        "code block in a language that no reader knows",
        "docs-check",
        "disallowed language 'gibberish'",
        replace("docs/docsite/rst/speed.rst", ".. code-block:: shell", ".. code-block:: gibberish"),
    ),
    Fault("missing SPDX header", "license-check", "fault.py", add("lab/fault.py", "A = 1\n")),
    Fault("missing changelog fragment", "changelog", "add changelogs/fragments/", no_fragments),
    Fault(
        "invalid changelog fragment",
        "changelog",
        "fault.yml",
        add("changelogs/fragments/fault.yml", "wrong_section:\n  - Text.\n"),
    ),
    Fault(
        "module that is not in the action group",
        "extra-checks",
        "cuda_audit_info",
        replace("meta/runtime.yml", "    - cuda_audit_info\n", ""),
    ),
    Fault(
        "README of a role that was not made again",
        "docs",
        "README.md is stale",
        replace("roles/cuda_toolkit/meta/argument_specs.yml", "short_description: ", "short_description: Fault "),
    ),
    Fault(
        "option that is not documented",
        "unit",
        "test_documentation_and_spec_agree",
        replace("plugins/modules/cuda_guard.py", '"state": {', '"fault": {"type": "str"}, "state": {'),
        only("plugins/modules/test_cuda_documentation.py"),
    ),
    Fault(
        "variable of a role that is not documented",
        "unit",
        "test_roles_are_described",
        add("roles/cuda_toolkit/defaults/main.yml", "cuda_fault: true\n"),
        DOCUMENTATION,
    ),
    Fault(
        "example of a module with an option that does not exist",
        "unit",
        "cuda_guard: has no option fault",
        replace("plugins/modules/cuda_guard.py", 'EXAMPLES = r"""', f'EXAMPLES = r"""{TASK}'),
        EXAMPLES,
    ),
    Fault(
        "example in a guide with an option that does not exist",
        "unit",
        "cuda_guard: has no option fault",
        add("docs/docsite/rst/guard.rst", "\n.. code-block:: yaml\n" + TASK.replace("\n", "\n    ").rstrip(" ")),
        EXAMPLES,
    ),
    Fault(
        "password that is not marked as a secret",
        "unit",
        "test_module[cuda_guard]",
        replace("plugins/modules/cuda_guard.py", '"state": {', '"password": {"type": "str"}, "state": {'),
        SECRETS,
    ),
    Fault(
        "secret in the output of a module",
        "unit",
        "test_a_module_shows_no_password",
        replace(
            "plugins/modules/cuda_repository.py", 'credentials.hidden(module, "url", ', "credentials.hidden(module, "
        ),
        SECRETS,
    ),
    Fault(
        "stray file in the artifact",
        "integration(whole-1)",
        "'notes.txt'",
        add("notes.txt", "Fault\n"),
        ("tests/integration/test_artifact.py", "-k", "holds_only"),
    ),
]

WHOLE_ENOUGH = "2.19"
"""The ansible-core that a plain Debian 12 can run."""
OLD = "2.16"

SLOW = [
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
        "documentation that names an option that does not exist",
        "docs",
        "O(fault)",
        replace("plugins/modules/cuda_guard.py", "description:\n", "description:\n  - See O(fault).\n"),
    ),
    Fault(
        "guide with a link that leads nowhere",
        "docs",
        "undefined label",
        add("docs/docsite/rst/guard.rst", "\nSee :ref:`fault_nowhere`.\n"),
    ),
    Fault(
        "untested branches",
        "unit",
        "of the branches of plugins/, 90 % is the minimum",
        add(
            "plugins/module_utils/_apt/versions.py",
            "\n\ndef fault(number: int) -> None:\n"
            + "".join(f"    if number == {number}: return\n" for number in range(300)),
        ),
    ),
    Fault(
        "module whose documentation lacks an option",
        f"sanity({WHOLE_ENOUGH})",
        "undocumented-parameter",
        replace("plugins/modules/cuda_guard.py", '"state": {', '"fault": {"type": "str"}, "state": {'),
        ("--test", "validate-modules"),
    ),
    Fault(
        "word that the oldest Python of a distribution does not know",
        f"sanity({OLD})",
        "compile",
        add("plugins/module_utils/_fault.py", f"{SPDX}match 1:\n    case _:\n        pass\n"),
        ("--test", "compile"),
    ),
    Fault(
        "wrong order of versions",
        f"units({WHOLE_ENOUGH})",
        "test_versions",
        replace("plugins/module_utils/_apt/versions.py", "return -1", "return 1"),
        ("tests/unit/plugins/module_utils/_apt/test_versions.py",),
    ),
    Fault(
        "role without a README",
        "importer",
        "galaxy-importer: ",
        lambda copy: (copy / "roles" / "windows_host" / "README.md").unlink(),
    ),
    Fault(
        "image that nobody can make",
        "images",
        "debian-99",
        replace("noxfile.py", '"debian-13"', '"debian-99"'),
    ),
    Fault(
        "lab that reads a command line otherwise than Windows",
        "lab-tests",
        "test_cmd_percent",
        replace("lab/windows/cmd_percent.py", 'return "".join(result)', 'return ""'),
        ("tests/lab/test_cmd_percent.py",),
    ),
    Fault(
        "lab that reads a command line otherwise than Wine",
        "second-judge",
        "not explained: branches",
        replace("lab/windows/cmd_syntax.py", 'operators = ("||", "&&", "|")', 'operators = ("&&", "||", "|")'),
        ("--line", "tasklist"),
    ),
    Fault(
        "line that the second judge has not read",
        "integration(windows)",
        "lines that cmd_lines.txt lacks",
        replace("tests/integration/cmd_lines.txt", "cmd.exe /C echo x>>C:\\Users\\developer\\.wslconfig\n", ""),
        ("tests/integration/windows/test_wsl_config.py",),
    ),
    Fault(
        "program of the doctor in a place of others",
        "attacks",
        "test_l5_programs_of_the_doctor",
        replace(
            "plugins/plugin_utils/_probe/line_questions.py",
            'f"{SYSTEM32}\\\\wslfleet-missing',
            '"C:\\\\wslfleet-missing',
        ),
        ("tests/attacks/test_l5_programs_of_the_doctor.py",),
    ),
    Fault(
        "search that finds too much",
        "browser",
        "test_search_finds_names_versions_and_messages",
        replace("plugins/plugin_utils/_report/assets/page.js", "every((word)", "some((word)"),
        ("tests/browser/test_report_page.py", "-k", "test_search_finds"),
    ),
    Fault(
        "guard that lets drivers in",
        "integration(whole-1)",
        "test_apt_refuses_a_driver",
        replace("plugins/module_utils/_driver/guard.py", "Pin-Priority: -1", "Pin-Priority: 500"),
        ("tests/integration/test_guard.py", "-k", "test_apt_refuses_a_driver"),
    ),
    Fault(
        "secret in the output of a run",
        "integration(whole-1)",
        "a secret is shown: ",
        add("playbooks/doctor.yml", SHOW_PASSWORD),
        ("tests/integration/test_doctor.py",),
    ),
    Fault(
        "example that fails when it is run",
        "integration(whole-1)",
        "no such toolkit",
        replace("plugins/modules/cuda_toolkit.py", 'EXAMPLES = r"""', f'EXAMPLES = r"""{FAILING_TASK}'),
        ("tests/integration/test_examples.py",),
    ),
    Fault(
        "role that changes something again and again",
        "molecule(default)",
        "Idempotence test failed",
        add(
            "roles/cuda_toolkit/tasks/main.yml",
            "\n- name: Fault\n  ansible.builtin.command: 'true'\n  changed_when: true\n",
        ),
    ),
]


def make(copy: Path) -> None:
    """A copy of the checkout with the same environment, and what the tools remember of its files."""
    for name in tracked_files(ROOT):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name, follow_symlinks=False)
    (copy / ".venv").symlink_to((ROOT / ".venv").resolve())
    tree = copy / ".cache" / "collections" / "ansible_collections" / "wslfleet"
    tree.mkdir(parents=True)
    (tree / "cuda").symlink_to(copy)
    for memory in (".mypy_cache", ".cache/collections/.mypy_cache"):
        if (ROOT / memory).is_dir():
            shutil.copytree(ROOT / memory, copy / memory)
    git(copy, "init", "-q")
    git(copy, "add", "-A")
    git(copy, "-c", "user.name=test", "-c", "user.email=test@example.invalid", "commit", "-q", "-m", "copy")


def git(copy: Path, *words: str) -> str:
    """Run git in the copy; what it prints."""
    return subprocess.run(["git", *words], cwd=copy, stdout=subprocess.PIPE, text=True, check=True).stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for all faults."""
    copy = tmp_path_factory.mktemp("copy") / "checkout"
    copy.mkdir()
    make(copy)
    return copy


@pytest.fixture
def copy(made: Path) -> t.Iterator[Path]:
    """The copy as it was made; whatever a fault changed is taken back."""
    yield made
    git(made, "reset", "-q", "--hard")
    git(made, "clean", "-fdxq", *(word for name in KEPT for word in ("-e", f"/{name}")))
    assert git(made, "status", "--porcelain") in ("", "?? .venv\n")


def run(fault: Fault, copy: Path) -> subprocess.CompletedProcess[str]:
    """Run the fault's stage in the copy with the fault."""
    fault.apply(copy)
    command = [str(Path(sys.executable).parent / "nox"), "--nocolor", "-s", fault.stage]
    command += ["--", *fault.words] if fault.words else []
    # As scripts/gates/run.py starts it: nothing is mended.
    environment = {**os.environ, "CI": "true"}
    return subprocess.run(
        command, cwd=copy, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


def judge(fault: Fault, copy: Path) -> None:
    """The stage fails, and says why."""
    done = run(fault, copy)
    assert done.returncode != 0, f"{fault.stage} let it pass: {fault.name}\n{done.stdout}"
    assert fault.message in done.stdout, f"{fault.stage} failed for another reason than {fault.name}\n{done.stdout}"


def tell(fault: Fault, capsys: pytest.CaptureFixture[str]) -> None:
    """Print what was tried."""
    with capsys.disabled():
        print(f"\n  {fault.name}: {' '.join([fault.stage, *fault.words])} fails ({fault.message})", end="")


@pytest.mark.parametrize("fault", QUICK, ids=lambda fault: fault.name)
def test_quick_stage_finds(fault: Fault, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judge(fault, copy)
    tell(fault, capsys)


@pytest.mark.parametrize("fault", SLOW, ids=lambda fault: fault.name)
def test_slow_stage_finds(fault: Fault, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    core = fault.stage.partition("(")[2].rstrip(")")
    if core in [each.version for each in cores.CORES] and (reason := not_run(core)):
        pytest.skip(reason)
    judge(fault, copy)
    tell(fault, capsys)


def test_quick_judge_sees_a_gate_that_lets_a_fault_pass(copy: Path) -> None:
    """Or else the tests above could not fail."""
    harmless = Fault("comment", "ruff", "", add("lab/__init__.py", "# A comment.\n"))
    with pytest.raises(AssertionError, match="ruff let it pass: comment"):
        judge(harmless, copy)


def test_quick_judge_sees_a_gate_that_fails_for_another_reason(copy: Path) -> None:
    other = Fault("long line", "ruff", "E501", add("lab/fault.py", f"{SPDX}import os\n"))
    with pytest.raises(AssertionError, match="ruff failed for another reason than long line"):
        judge(other, copy)


def test_quick_every_stage_has_its_fault() -> None:
    """The names without what stands in parentheses: one core, one scenario stand for the others."""
    names = [name for tag in ("check", "cores", "more", "lab") for name in stages(tag)]
    assert {name.partition("(")[0] for name in names} - {"faults", "slow-faults"} == {
        fault.stage.partition("(")[0] for fault in [*QUICK, *SLOW]
    }
