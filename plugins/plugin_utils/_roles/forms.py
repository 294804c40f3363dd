# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Whether a text or a number can be what the name of its variable promises: address, digest, fingerprint, hours. Pure.

The modules check the same when they come to it; by then WSL has been installed and the laptop restarted.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reboot import policy
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout import settings

_TEXTS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("_url", re.compile(r"(https?|file|copy)://?\S+"), "must be an http, https, file or copy address"),
    ("_proxy", re.compile(r"https?://\S+:[0-9]+/?"), "must read http://host:port or https://host:port"),
    ("_sha256", re.compile(r"[0-9A-Fa-f]{64}"), "must be a SHA-256 of 64 hex digits"),
    ("_fingerprint", re.compile(r"(0[xX])?([\s:]*[0-9A-Fa-f]){40}\s*"), "must be a fingerprint of 40 hex digits"),
)
"""End of the name, what the whole text must match, and the sentence where it does not."""
_WINDOW = "windows_host_reboot_window"


def problems(values: t.Mapping[str, t.Any], specs: t.Mapping[str, t.Mapping[str, t.Any]]) -> list[str]:
    """One sentence for each of VALUES, of the types in SPECS, that cannot be what its name says."""
    judges = {"int": _number, "str": _text}
    found = (
        judges[kind](name, value)
        for name, value in sorted(values.items())
        if name in specs and value not in (None, "") and (kind := str(specs[name].get("type", "str"))) in judges
    )
    return [problem for problem in found if problem]


def _number(name: str, value: t.Any) -> str:
    """No number of ours means anything below zero. Those of a rollout are judged with its other variables."""
    negative = int(value) < 0 and not name.startswith(settings.PREFIX)
    return f"{name} is {value}: it cannot be below 0" if negative else ""


def _text(name: str, value: t.Any) -> str:
    if name == _WINDOW:
        return _hours(value)
    for end, whole, sentence in _TEXTS:
        if name.endswith(end) and not whole.fullmatch(str(value)):
            return f"{name}{_shown(str(value))} {sentence}"
    return ""


def _shown(text: str) -> str:
    """TEXT, or nothing where a password may be in it: without a scheme nobody can tell where one begins."""
    shown = addresses.masked(text)
    return "" if "@" in shown else f" {shown[:100]!r}"


def _hours(value: t.Any) -> str:
    try:
        policy.window(str(value))
    except StepFailed as error:
        return f"{_WINDOW}: {error}"
    return ""
