# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What ``reg.exe query`` prints, as data, in any display language.

A row is recognised by its type column and a key by its root, never by a word: the name of a default value, the error
texts and the totals of a search are localised. Whether a key exists is the exit code's business.

reg.exe prints line breaks in a value as they are, so that whoever may write a value may write lines of this output:
what looks like a key or a value of another place is dropped. What is left, its writer could have written as a real
value.

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
    """Keys and values that were read; keys in short form (``HKLM\\SOFTWARE\\…``), looked up without case."""

    _keys: dict[str, dict[str, Data]] = field(default_factory=dict)
    _spelling: dict[str, str] = field(default_factory=dict)

    def add_key(self, key: str) -> dict[str, Data]:
        """The values of KEY, to be filled; the first spelling of a key is kept."""
        short = short_key(key)
        self._spelling.setdefault(short.lower(), short)
        return self._keys.setdefault(short.lower(), {})

    def merge(self, other: RegistryTree) -> None:
        """Take over everything that OTHER holds."""
        for key, values in other._keys.items():
            self.add_key(other._spelling[key]).update(values)

    def values(self, key: str) -> dict[str, Data]:
        """The values of KEY by name; empty when it was not read or holds none."""
        return self._keys.get(short_key(key).lower(), {})

    def get(self, key: str, name: str) -> Data | None:
        """The data of value NAME of KEY, without case; None when absent."""
        wanted = name.lower()
        return next((data for found, data in self.values(key).items() if found.lower() == wanted), None)

    def text(self, key: str, name: str) -> str | None:
        """As ``get``, only for text (REG_SZ, REG_EXPAND_SZ); None for another type."""
        data = self.get(key, name)
        return data if isinstance(data, str) else None

    def number(self, key: str, name: str) -> int | None:
        """As ``get``, only for numbers (REG_DWORD, REG_QWORD); None for another type."""
        data = self.get(key, name)
        return data if isinstance(data, int) else None

    def subkeys(self, key: str) -> list[str]:
        """The full names of the keys right below KEY, in the order in which they were read."""
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
    """What one query may tell of."""

    key: str
    value: str | None = None
    """The only value; None: all of them."""
    recursive: bool = False

    def holds_key(self, key: str) -> bool:
        """Whether the query shows KEY: its own, what is below it, but without recursion only the names below it."""
        asked, found = short_key(self.key).lower(), short_key(key).lower()
        below = found[len(asked) + 1 :]
        return found == asked or (found.startswith(f"{asked}\\") and (self.recursive or "\\" not in below))

    def holds_value(self, key: str, name: str) -> bool:
        """Whether the query shows value NAME of KEY, which it shows."""
        own = self.recursive or short_key(key).lower() == short_key(self.key).lower()
        return own and (self.value is None or self.value.lower() == name.lower())


def parse(output: bytes, scope: Scope) -> RegistryTree:
    """The keys and values in what reg.exe printed for the query SCOPE under code page 65001; all else is dropped."""
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
    """TEXT as its KIND has it; what is cut or damaged stays text, so that it counts as neither number nor bytes."""
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
