# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What ``apt-get -s`` says it would do, and whether we let it.

The words ``Inst``, ``Conf``, ``Remv``, ``Purg`` are the same in apt 2.0 to 3.1; the text about unmet dependencies is
not and is never read. ``Conf`` stands without parentheses for packages that are half configured already.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import closure, dependencies
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt.deb_file import Deb
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages

_LINE = re.compile(r"^(Inst|Conf|Remv|Purg) (\S+)(?: \[([^\]]*)\])?(?: \((\S+) ?(.*?)(?: ?\[[^\]]*\])?\))?(?:\s.*)?$")


@dataclass(frozen=True)
class Action:
    """One line of a simulation. ``old`` and ``new`` are versions, empty when not given."""

    kind: str
    """Inst, Conf, Remv or Purg."""
    name: str
    old: str = ""
    new: str = ""
    origin: str = ""
    foreign: str = ""
    """The architecture where it belongs to the name: that of the system does not."""

    @property
    def qualified(self) -> str:
        """The name as apt writes it, with the architecture if that is not the system's."""
        return f"{self.name}:{self.foreign}" if self.foreign else self.name


@dataclass(frozen=True)
class Reason:
    """Why a plan is refused: one package, in words for a person."""

    package: str
    text: str
    by: str = "apt"
    """Where this was seen: source, name, provides, files, closure, removal, dpkg, apt."""


@dataclass(frozen=True)
class Judgement:
    """A plan and the verdict on it. Sizes in bytes, 0 if the index does not say."""

    installs: t.Tuple[Action, ...]
    removes: t.Tuple[Action, ...]
    reasons: t.Tuple[Reason, ...]
    download_bytes: int = 0
    installed_bytes: int = 0
    needs: t.FrozenSet[str] = frozenset()
    """Every name in a dependency field of what would be installed."""

    @property
    def needed_bytes(self) -> int:
        """The space that the packages need, with their files as they are downloaded."""
        return self.download_bytes + self.installed_bytes

    @property
    def allowed(self) -> bool:
        """Whether the transaction may run."""
        return not self.reasons

    @property
    def why(self) -> str:
        """The first reasons, and how many more there are; empty when it is allowed."""
        texts = [reason.text for reason in self.reasons]
        more = f" (and {len(texts) - 3} more)" if len(texts) > 3 else ""
        return "; ".join(texts[:3]) + more


def parse_simulation(text: str) -> t.List[Action]:
    """The actions in the output of ``apt-get -s``, in order. Other lines are ignored."""
    actions = []
    for line in text.splitlines():
        match = _LINE.match(line)
        if not match:
            continue
        kind, name, old, new, origin = match.groups()
        name, _colon, foreign = name.partition(":")
        actions.append(Action(kind, name, old or "", new or "", origin or "", foreign))
    return actions


def judge(
    actions: t.Sequence[Action],
    records: t.Sequence[t.Mapping[str, str]],
    allowed_removals: t.Collection[str] = (),
    installed: t.Iterable[t.Mapping[str, str]] = (),
    debs: t.Iterable[Deb] = (),
) -> Judgement:
    """Judge ACTIONS with the index RECORDS (stanzas of ``apt-cache show``) of what would be installed.

    ALLOWED_REMOVALS are names (``name:i386`` of a foreign architecture) that the caller wants to remove; any other
    removal is a reason to refuse. INSTALLED are the stanzas of what is on the system: if a driver is installed already,
    apt does not mention it when it installs packages that need it. DEBS are those packages whose files are at hand:
    they say more than an index, and everything about a package that no index contains.
    """
    opened = {(deb.fields.get("Package", ""), deb.fields.get("Version", "")): deb for deb in debs}
    fields = {(record.get("Package", ""), record.get("Version", "")): record for record in records}
    fields = {**{key: deb.fields for key, deb in opened.items()}, **fields}
    installs = tuple(action for action in actions if action.kind == "Inst")
    # Purg repeats what Remv announced when a configured package is purged.
    removed = {action.qualified: action for action in actions if action.kind in ("Remv", "Purg")}
    removes = tuple(removed.values())
    mine = [fields.get((action.name, action.new), {}) for action in installs]
    brought = [opened[key].files if key in opened else () for key in ((item.name, item.new) for item in installs)]
    reasons = [_install_reason(*item) for item in zip(installs, mine, brought)]
    reasons += _closure_reasons(installs, mine, installed)
    reasons += [_removal_reason(action, allowed_removals) for action in removes]
    return Judgement(
        installs,
        removes,
        tuple(reason for reason in reasons if reason is not None),
        sum(_number(record.get("Size", "")) for record in mine),
        sum(_number(record.get("Installed-Size", "")) * 1024 for record in mine),
        frozenset(dependencies.needed_names(mine)),
    )


def _install_reason(action: Action, record: t.Mapping[str, str], brought: t.Sequence[str]) -> Reason | None:
    source, provides = record.get("Source", ""), dependencies.provided(record)
    why = driver_packages.why_refused(action.name, source, provides, brought)
    if why is None:
        return None
    place = f" from {action.origin}" if action.origin else ""
    return Reason(
        action.name, f"would install {action.name} {action.new}{place}: {why}", _by(action.name, source, provides)
    )


def _by(name: str, source: str, provides: t.Sequence[str]) -> str:
    """Where it was seen that the package must be refused: the first place that is enough."""
    if driver_packages.is_driver_source(source or name):
        return "source"
    if driver_packages.why_refused(name, source):
        return "name"
    return "provides" if driver_packages.why_provider(provides) else "files"


def _closure_reasons(
    installs: t.Sequence[Action], records: t.Sequence[t.Mapping[str, str]], installed: t.Iterable[t.Mapping[str, str]]
) -> t.List[Reason | None]:
    """One reason for each of INSTALLS that needs a driver package and is not one itself."""
    pullers = closure.pullers([*installed, *records])
    return [
        Reason(
            action.name,
            f"would install {action.name} {action.new}: cannot do without {pullers[action.name]}",
            "closure",
        )
        for action, record in zip(installs, records)
        if action.name in pullers and not driver_packages.why_refused(action.name, record.get("Source", ""))
    ]


def _removal_reason(action: Action, allowed: t.Collection[str]) -> Reason | None:
    if action.qualified in allowed:
        return None
    return Reason(
        action.name, f"would remove {action.qualified} {action.old}".rstrip() + ", which was not requested", "removal"
    )


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def requests(installs: t.Sequence[Action]) -> t.List[str]:
    """``name=version`` of INSTALLS, for one ``apt-cache show``."""
    return [f"{action.qualified}={action.new}" for action in installs if action.new]


def errors(text: str) -> t.List[str]:
    """The error lines of apt, without their prefix: ``E:`` of apt-get, ``Error:`` of apt 3."""
    return [match.group(1).strip() for match in re.finditer(r"(?m)^(?:E|Error): (.*)$", text)]
