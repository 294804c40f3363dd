# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.modules import host_info, host_probe, reboot, wsl, wsl_distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.spec import argument_spec


def test_everything_that_core_validates() -> None:
    spec = argument_spec(
        """
options:
  name: {description: x, type: str, required: true}
  kind: {description: x, type: str, default: a, choices: {a: first, b: second}}
  parts: {description: x, type: list, elements: dict, suboptions: {secret: {description: x, type: str, no_log: true}}}
"""
    )
    assert spec == {
        "name": {"type": "str", "required": True},
        "kind": {"type": "str", "default": "a", "choices": ["a", "b"]},
        "parts": {"type": "list", "elements": "dict", "options": {"secret": {"type": "str", "no_log": True}}},
    }


def test_a_module_without_options() -> None:
    assert argument_spec("module: x\n") == {}


@pytest.mark.parametrize("module", [host_info, host_probe, reboot, wsl, wsl_distribution])
def test_every_module_has_a_type_for_every_option(module: object) -> None:
    for name, option in argument_spec(module.DOCUMENTATION).items():
        assert "type" in option, name
