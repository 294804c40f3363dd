# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Parse the output of ``reg.exe query``, in any display language.

A row is recognised by its type column and a key by its root, never by a word: the name of a default value, the error
texts and the totals of a search are localised. The exit code says whether a key exists.

reg.exe prints line breaks in a value as they are, so a user who can write a value can forge lines of this output: keys
and values outside the scope of the query are dropped. That user could have written the others as real values.

Sources: output of reg.exe on Windows 10 and 11; row separators are four blanks.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

Data = t.Union[int, str, bytes, "list[str]"]

_ROW = re.compile(r"    (.*?)    (REG_[A-Z_]+)(?:    (.*))?\Z", re.DOTALL)
_LINE_END = re.compile(r"\r?\n")
_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,16}\Z")
_ROOTS = {
    "HKEY_LOCAL_MACHINE": "HKLM",
    "HKEY_CURRENT_USER": "HKCU",
    "HKEY_USERS": "HKU",
    "HKEY_CLASSES_ROOT": "HKCR",
    "HKEY_CURRENT_CONFIG": "HKCC",
}


@dataclass
class RegistryTree:
    """Keys and values that were read; keys in short form (``HKLM\\SOFTWARE\\…``), found without case."""

    _keys: dict[str, dict[str, Data]] = field(default_factory=dict)
    _spelling: dict[str, str] = field(default_factory=dict)

    def add_key(self, key: str) -> dict[str, Data]:
        """The values of KEY, to be filled; keeps the first spelling of a key."""
        short = short_key(key)
        self._spelling.setdefault(short.lower(), short)
        return self._keys.setdefault(short.lower(), {})

    def merge(self, other: RegistryTree) -> None:
        """Add everything in OTHER."""
        for key, values in other._keys.items():
            self.add_key(other._spelling[key]).update(values)

    def values(self, key: str) -> dict[str, Data]:
        """The values of KEY by name; empty if it was not read or has none."""
        return self._keys.get(short_key(key).lower(), {})

    def get(self, key: str, name: str) -> Data | None:
        """The data of value NAME of KEY, without case; None if it is missing."""
        wanted = name.lower()
        return next((data for found, data in self.values(key).items() if found.lower() == wanted), None)

    def text(self, key: str, name: str) -> str | None:
        """Like ``get``, but only text (REG_SZ, REG_EXPAND_SZ); None for another type."""
        data = self.get(key, name)
        return data if isinstance(data, str) else None

    def number(self, key: str, name: str) -> int | None:
        """Like ``get``, but only numbers (REG_DWORD, REG_QWORD); None for another type."""
        data = self.get(key, name)
        return data if isinstance(data, int) else None

    def subkeys(self, key: str) -> list[str]:
        """The full names of the keys directly below KEY, in the order in which they were read."""
        prefix = short_key(key).lower() + "\\"
        return [
            self._spelling[found]
            for found in self._keys
            if found.startswith(prefix) and "\\" not in found[len(prefix) :]
        ]

    def all_keys(self) -> list[str]:
        """The full names of all keys that were read, in that order."""
        return list(self._spelling.values())

    def __contains__(self, key: str) -> bool:
        return short_key(key).lower() in self._keys


def short_key(key: str) -> str:
    """KEY with its root abbreviated: ``HKEY_USERS\\S-1-5-18`` -> ``HKU\\S-1-5-18``."""
    root, separator, rest = key.strip().partition("\\")
    return _ROOTS.get(root.upper(), root.upper()) + separator + rest.rstrip("\\")


@dataclass(frozen=True)
class Scope:
    """The keys and values that the output of one query may contain."""

    key: str
    value: str | None = None
    """The only value; None: all values."""
    recursive: bool = False

    def holds_key(self, key: str) -> bool:
        """Whether the query shows KEY: its own key and those below it, without recursion only their names."""
        asked, found = short_key(self.key).lower(), short_key(key).lower()
        below = found[len(asked) + 1 :]
        return found == asked or (found.startswith(f"{asked}\\") and (self.recursive or "\\" not in below))

    def holds_value(self, key: str, name: str) -> bool:
        """Whether the query shows value NAME of KEY, a key that it shows."""
        own = self.recursive or short_key(key).lower() == short_key(self.key).lower()
        return own and (self.value is None or self.value.lower() == name.lower())


def parse(output: bytes, scope: Scope) -> RegistryTree:
    """The keys and values in the output of reg.exe for the query SCOPE under code page 65001; the rest is dropped."""
    tree = RegistryTree()
    key, values = "", {}
    for line in _LINE_END.split(output.decode("utf-8", "replace")):
        if line.startswith("HKEY_"):
            key = line if scope.holds_key(line) else ""
            values = tree.add_key(key) if key else {}
            continue
        row = _ROW.match(line)
        if row and key and scope.holds_value(key, row.group(1)):
            values[row.group(1)] = _data(row.group(2), row.group(3) or "")
    return tree


def _data(kind: str, text: str) -> Data:
    """TEXT converted to its KIND; incomplete or damaged data stays text, so it is neither a number nor bytes."""
    try:
        if kind in ("REG_DWORD", "REG_QWORD", "REG_DWORD_BIG_ENDIAN"):
            return int(text, 16) if _NUMBER.match(text) else text
        if kind in ("REG_BINARY", "REG_NONE"):
            return bytes.fromhex(text)
    except ValueError:
        return text
    if kind == "REG_MULTI_SZ":
        return [part for part in text.split("\\0") if part]
    return text
