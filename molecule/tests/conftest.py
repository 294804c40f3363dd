# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives the tests the inside of the scenario's distribution, through the collection's own connection plugin."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
import testinfra
import yaml

SCENARIO = os.environ["MOLECULE_SCENARIO_NAME"]
STATE = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"]) / ".cache" / "molecule" / SCENARIO


@pytest.fixture(scope="session")
def scenario() -> str:
    """The name of the scenario that is being verified."""
    return SCENARIO


@pytest.fixture(scope="session")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> t.Any:
    """A testinfra host: the distribution of the scenario's laptop, entered as an administrator would."""
    inventory = yaml.safe_load((STATE / "inventory.yml").read_text(encoding="utf-8"))
    laptops = inventory["all"]["children"]["laptops"]
    laptops["vars"].update(
        {
            "ansible_connection": "wslfleet.cuda.wsl",
            "ansible_wsl_distribution": laptops["vars"]["windows_host_distribution"],
            "ansible_python_interpreter": "/usr/bin/python3",
            "ansible_shell_type": "sh",
        }
    )
    file = tmp_path_factory.mktemp("inventory") / "inventory.yml"
    file.write_text(yaml.safe_dump(inventory), encoding="utf-8")
    (laptop,) = laptops["hosts"]
    return testinfra.get_host(f"ansible://{laptop}?ansible_inventory={file}")
