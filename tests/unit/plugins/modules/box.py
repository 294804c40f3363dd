# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs whole modules against a folder that stands for the distribution: real files, real transactions, scripted apt."""

from __future__ import annotations

import importlib
import json
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest
from ansible.module_utils import basic

from tests.unit.plugins.module_utils.scripted_run import Answer, ScriptedRun, system_at

PLUGINS = "ansible_collections.wslfleet.cuda.plugins."
UTILS = f"{PLUGINS}module_utils."


class Box:
    """A root folder. The modules get a System that looks below it."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.monkeypatch = monkeypatch
        self._capsys = capsys
        self.system = system_at(root)
        self.status()

    def path(self, name: str) -> Path:
        """The file that the distribution calls NAME."""
        return self.root / name.lstrip("/")

    def write(self, name: str, text: str = "", mode: int = 0o644) -> Path:
        """Write a file in the distribution."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def status(self, *packages: str) -> str:
        """Make dpkg's status hold PACKAGES, each ``name version`` with more fields in lines below; its text."""
        text = ""
        for package in packages:
            head, _newline, more = package.partition("\n")
            name, version = head.split(" ")
            status = "" if "Status:" in more else "Status: install ok installed\n"
            text += f"Package: {name}\n{status}Version: {version}\nArchitecture: amd64\n{more.strip()}".strip() + "\n\n"
        self.write("/var/lib/dpkg/status", text)
        return text

    def becomes(self, *packages: str) -> list[str]:
        """A command that makes dpkg's status hold PACKAGES, as apt would; the status now stays as it is."""
        now = self.path("/var/lib/dpkg/status").read_text()
        later = self.write("/later", self.status(*packages))
        self.write("/var/lib/dpkg/status", now)
        return ["cp", str(later), str(self.path("/var/lib/dpkg/status"))]

    def module(self, name: str) -> t.Any:
        """Module NAME."""
        return importlib.import_module(f"{PLUGINS}modules.{name}")

    def run(self, name: str, *answers: tuple[str, Answer], check: bool = False, **options: t.Any) -> dict[str, t.Any]:
        """The result of module NAME with OPTIONS, whose commands get ANSWERS in this order, and no other ones."""
        module = self.module(name)
        script = ScriptedRun(*answers)
        self.patch("_system.entry", "System", lambda _root, _run: replace(self.system, run=script))
        arguments = {"ANSIBLE_MODULE_ARGS": {**options, "_ansible_check_mode": check}}
        self.monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps(arguments).encode())
        self.monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        # Ansible keeps warnings in the process, which here is one for all modules.
        warnings: list[str] = []
        self.monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, text, *_more: warnings.append(text))
        with pytest.raises(SystemExit) as ended:
            module.main()
        result: dict[str, t.Any] = {**json.loads(self._capsys.readouterr().out), "warnings": warnings}
        assert bool(ended.value.code) is bool(result.get("failed", False))
        assert "\n" not in result.get("msg", "")
        script.done()
        return result

    def patch(self, module: str, name: str, value: t.Any) -> None:
        """Replace NAME of the module_utils file MODULE."""
        self.monkeypatch.setattr(importlib.import_module(f"{UTILS}{module}"), name, value)
