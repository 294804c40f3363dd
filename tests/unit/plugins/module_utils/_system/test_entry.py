# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils import basic
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import entry, files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

MODULES = Path(__file__).resolve().parents[5] / "plugins" / "modules"
RUN_HERE = sorted(path.name for path in MODULES.glob("*.py") if "def main(" in path.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def no_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": {}}).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "wsl\x1b.conf"
    os.mkfifo(pipe)
    with pytest.raises(SystemExit) as ended:
        entry.run({}, lambda _module, _run: {"text": files.read_bytes(str(pipe))})
    told = json.loads(capsys.readouterr().out)
    assert (ended.value.code, told["failed"]) == (1, True)
    assert told["msg"] == f"{tmp_path}/wsl\\x1b.conf is a pipe, not a file: check it by hand"


def test_a_fault_of_ours_is_no_failure_of_one_line() -> None:
    with pytest.raises(ZeroDivisionError):
        entry.run({}, lambda _module, _run: {"number": 1 // 0})


@pytest.mark.parametrize("name", RUN_HERE)
def test_every_module_is_run_so(name: str) -> None:
    text = (MODULES / name).read_text(encoding="utf-8")
    assert text.endswith('if __name__ == "__main__":\n    main()\n')


class Module:
    """As far as an AnsibleModule is used."""

    def __init__(self) -> None:
        self.calls: list[tuple[t.Any, dict[str, str]]] = []

    def run_command(self, arguments: t.Any, environ_update: dict[str, str]) -> tuple[int, str, str]:
        self.calls.append((arguments, environ_update))
        return 100, "out", "E: err"


def test_runner() -> None:
    module = Module()
    assert entry.runner_of(module)(("apt-get", "check; rm -rf /")) == Completed(100, "out", "E: err")
    ((arguments, environment),) = module.calls
    assert arguments == ["apt-get", "check; rm -rf /"], "a list: no shell reads it"
    assert environment["LC_ALL"] == "C.UTF-8"
    assert environment["LANGUAGE"] == "C"
    assert environment["DEBIAN_FRONTEND"] == "noninteractive"
