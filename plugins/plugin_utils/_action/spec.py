# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The argument spec of a module from its documentation, so that the two cannot disagree."""

from __future__ import annotations

import copy
import functools
import typing as t

from ansible.module_utils.common.yaml import yaml_load

_KEYS = ("type", "required", "default", "elements", "no_log", "aliases")


def argument_spec(documentation: str) -> dict[str, dict[str, t.Any]]:
    """The spec in the form that ``ActionBase.validate_argument_spec`` takes.

    DOCUMENTATION: the YAML text of a module; options without a type are text.
    """
    return copy.deepcopy(_spec(documentation))


@functools.lru_cache(maxsize=None)
def _spec(documentation: str) -> dict[str, dict[str, t.Any]]:
    """Read once, in the process that all tasks come from (``preload``)."""
    options = (yaml_load(documentation) or {}).get("options") or {}
    return {name: _option(option) for name, option in options.items()}


def _option(option: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    spec = {key: option[key] for key in _KEYS if key in option}
    if "choices" in option:
        spec["choices"] = list(option["choices"])
    if "suboptions" in option:
        spec["options"] = {name: _option(sub) for name, sub in option["suboptions"].items()}
    return spec
