# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab laptop with WSL and a distribution, and the connection plugin to it in this process."""

from __future__ import annotations

import contextlib
import json
import typing as t

import yaml
from laboratory import Lab

from lab.machine.faults import Faults
from tests.unit.plugin_loading import wsl_connection

LAPTOP = "ready-1"
DISTRIBUTION = "Debian-12"


class Laptop:
    """The laptop under test."""

    def __init__(self, lab: Lab) -> None:
        inventory = yaml.safe_load((lab.state / lab.inventory).read_text(encoding="utf-8"))
        group = inventory["all"]["children"]["laptops"]
        self.lab = lab
        self.variables: dict[str, t.Any] = {
            "inventory_hostname": LAPTOP,
            **group["vars"],
            **group["hosts"][LAPTOP],
            "ansible_wsl_distribution": DISTRIBUTION,
        }
        self.directory = lab.laptop(LAPTOP)
        self._faults = Faults(self.directory / "faults.json")

    @property
    def http_port(self) -> int:
        """The port of the listener without TLS."""
        return int(self.variables["lab_http_port"])

    def _journal(self) -> list[dict[str, t.Any]]:
        """All HTTP requests so far."""
        journal = self.directory / "requests.jsonl"
        return (
            [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()] if journal.exists() else []
        )

    def requests(self) -> list[str]:
        """The operations of all requests so far; a step of logging on has none."""
        return [entry["operation"] for entry in self._journal()]

    def bytes_in(self) -> int:
        """Of the bodies of all requests so far."""
        return sum(entry["bytes_in"] for entry in self._journal())

    @contextlib.contextmanager
    def with_faults(self, faults: dict[str, dict[str, t.Any]]) -> t.Iterator[None]:
        """FAULTS by name and with their settings, until the block ends."""
        for name, settings in faults.items():
            self._faults.switch_on(name, **settings)
        try:
            yield
        finally:
            for name in faults:
                self._faults.switch_off(name)

    def connect(self, **changed: t.Any) -> t.Any:
        """The connection plugin with CHANGED variables, for this laptop."""
        variables = {**self.variables, **changed}
        if isinstance(variables.get("ansible_winrm_transport"), str):
            variables["ansible_winrm_transport"] = [variables["ansible_winrm_transport"]]
        return wsl_connection(variables)
