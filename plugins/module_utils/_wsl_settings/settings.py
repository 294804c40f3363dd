# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The settings of WSL: which exist, their allowed values, since which version, and which policy locks them. Pure.

One table for ``.wslconfig`` (of a Windows user) and one for ``wsl.conf`` (of a distribution), used on the controller
and inside the distribution alike. Source: microsoft/WSL 2.9.4, WslCoreConfig.cpp and WslDistributionConfig.cpp.
"""

from __future__ import annotations

import difflib
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import version_text
from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings import ini
from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings import known as wsl_settings_known
from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings import values as wsl_settings_values
from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings.known import Setting, Version

BOM = "\ufeff"


class SettingError(ValueError):
    """A setting is unknown, wrong, too new or locked; one line that says what to do."""


class Host(t.NamedTuple):
    """What decides which settings work. Empty values: unknown, so nothing is refused because of them."""

    wsl: Version | None = None
    build: int = 0
    policies: t.Mapping[str, int] = {}


class Plan(t.NamedTuple):
    """The file before and after."""

    before: str
    after: str
    steps: t.List[str]
    warnings: t.List[str]


def identity(section: str, key: str) -> t.Tuple[str, str]:
    """What SECTION.KEY of .wslconfig means. The old place of a setting means the new one."""
    place = section.lower(), key.lower()
    return ("wsl2", place[1]) if place[0] == "experimental" and place[1] in wsl_settings_known.MOVED else place


def plan(
    text: str | None,
    settings: t.Mapping[str, t.Any],
    catalogue: t.Mapping[str, t.Mapping[str, Setting]],
    host: Host,
    end_of_line: str,
) -> Plan:
    """The file with SETTINGS (section -> key -> value; None removes). TEXT None: there is no file.

    :raises SettingError: SETTINGS contain something that does not work.
    """
    after, steps, warnings = (text or "").lstrip(BOM), [], []
    # WSL reads wsl.conf no further than its first invalid line.
    strict = catalogue is wsl_settings_known.WSL_CONF
    invalid = ini.parse(after, strict).invalid
    if strict and invalid:
        warnings.append(
            f"line {invalid[0] + 1} is invalid, and WSL reads nothing of the file from there on: "
            f"{ini.split(after)[invalid[0]].strip()[:80]!r}"
        )
    if text and text.startswith(BOM):
        steps.append("remove the byte order mark, which WSL takes for a part of the first line")
    for section, values in settings.items():
        if not isinstance(values, dict):
            raise SettingError(f"settings: {section} must contain keys and values, as in {{{section}: {{key: value}}}}")
        for key, value in values.items():
            name, proper, setting = _find(catalogue, section, key)
            where = f"{name}.{proper}"
            old = ini.value_of(after, name, proper, identity, strict)
            new = None if value is None else _checked(where, setting, value, host)
            if new is not None and (proper, new) in wsl_settings_known.WARNINGS:
                warnings.append(wsl_settings_known.WARNINGS[proper, new])
            if old == new or (old is not None and new is not None and _same(setting, old, new)):
                continue
            after = ini.changed(after, name, proper, new, end_of_line, identity, strict)
            steps.append(f"remove {where} (was {old})" if new is None else f"set {where}={new}")
    return Plan(text or "", after, steps, warnings)


def _find(catalogue: t.Mapping[str, t.Mapping[str, Setting]], section: str, key: str) -> t.Tuple[str, str, Setting]:
    """The setting with its proper spelling; raises SettingError with the nearest name."""
    for name, keys in catalogue.items():
        for proper, setting in keys.items():
            if (name.lower(), proper.lower()) == (str(section).lower(), str(key).lower()):
                return name, proper, setting
    known = [f"{name}.{proper}" for name, keys in catalogue.items() for proper in keys]
    near = difflib.get_close_matches(f"{section}.{key}", known, 1, 0.5)
    moved = [place for place in known if place.lower().endswith("." + str(key).lower())]
    hint = f"; did you mean {(moved or near)[0]}?" if moved or near else ""
    raise SettingError(f"{section}.{key} is no setting of WSL that can be set here{hint}")


def _same(setting: Setting, old: str, new: str) -> bool:
    """Whether OLD, as it is written in the file, means NEW."""
    try:
        return _normal(setting, old) == new
    except SettingError:
        return False


def _checked(where: str, setting: Setting, value: t.Any, host: Host) -> str:
    if setting.policy and host.policies.get(setting.policy, 1) == 0:
        raise SettingError(
            f"{where} is locked by a policy of the organisation ({setting.policy}): WSL would ignore it; leave it out"
        )
    try:
        text = _normal(setting, value)
    except SettingError as error:
        raise SettingError(f"{where}: {error}") from None
    since, build = wsl_settings_known.CHOICE_SINCE.get((where.partition(".")[2], text), (setting.since, setting.build))
    if since and host.wsl and tuple(host.wsl) < since:
        raise SettingError(
            f"{where}={text} needs WSL {version_text.dotted(since)} or later, here is {version_text.dotted(host.wsl)};"
            " update WSL or leave it out"
        )
    if build and host.build and host.build < build:
        raise SettingError(f"{where}={text} needs Windows build {build} or later, here is {host.build}")
    return text


def _normal(setting: Setting, value: t.Any) -> str:
    """VALUE as WSL's documentation writes it; raises SettingError."""
    if isinstance(value, (dict, list)):
        raise SettingError(f"one value is needed, not {value!r}")
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    if any(ord(character) < 0x20 and character != "\t" for character in text):
        raise SettingError(f"{text!r} contains a line break or another control character")
    if setting.kind == "choice":
        found = [choice for choice in setting.choices if choice.lower() == text.lower()]
        if not found:
            raise SettingError("{!r} is none of {}".format(text, ", ".join(setting.choices)))
        return found[0]
    check, wanted = wsl_settings_values.KINDS[setting.kind]
    result = check(text)
    if result is None:
        raise SettingError(f"{text!r} is not {wanted}")
    return result
