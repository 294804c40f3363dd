# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of a laptop: one JSON file, held in memory, written at each change.

Keys look like ``HKLM\\SOFTWARE\\...`` or ``HKU\\S-1-5-21-...``, compared without case. ``HKCU`` does not exist here:
who asks on behalf of a user says ``HKU\\<sid>``.
Hives that are not loaded are here too; programs do not see them (lab/windows/hives.py).

    {"HKLM\\SOFTWARE\\X": {"Name": ["REG_SZ", "data"], "": ["REG_SZ", "the default value"]}}
"""

from __future__ import annotations

import contextlib
import json
import threading
import typing as t
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Value:
    """One value. DATA: int for REG_DWORD and REG_QWORD, list for REG_MULTI_SZ, hex digits for REG_BINARY, else str."""

    type: str
    data: int | str | list[str]


@dataclass
class _Key:
    path: str
    """The path as it was first written, for display."""
    values: dict[str, tuple[str, Value]]
    """Lower-case name -> (name, value), in the order of creation."""


class Registry:
    """Thread-safe. A file that was changed from outside is read again."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.RLock()
        self._keys: dict[str, _Key] = {}
        self._stamp: tuple[int, int] | None = None
        self._depth = 0

    # -- reading -------------------------------------------------------------------------------------------------

    def get(self, key: str, name: str) -> Value | None:
        """The value NAME ("" is the default value) of KEY, None when key or value is missing."""
        with self._lock:
            found = self._current().get(_fold(key))
            entry = found.values.get(name.lower()) if found else None
            return entry[1] if entry else None

    def values(self, key: str) -> dict[str, Value]:
        """All values of KEY by name; empty when the key is missing."""
        with self._lock:
            found = self._current().get(_fold(key))
            return dict(found.values.values()) if found else {}

    def subkeys(self, key: str) -> list[str]:
        """The names (not paths) of the keys directly below KEY, sorted as Windows does; empty when it is missing."""
        with self._lock:
            prefix = _fold(key) + "\\"
            names = [
                entry.path.rsplit("\\", 1)[-1]
                for folded, entry in self._current().items()
                if folded.startswith(prefix) and "\\" not in folded[len(prefix) :]
            ]
            return sorted(names, key=str.lower)

    def exists(self, key: str) -> bool:
        """True when KEY exists, with or without values."""
        with self._lock:
            return _fold(key) in self._current()

    # -- writing -------------------------------------------------------------------------------------------------

    def create(self, key: str) -> None:
        """Make KEY and the keys above it; nothing happens when it exists."""
        with self._change():
            self._create(key)

    def set(self, key: str, name: str, type: str, data: int | str | list[str]) -> None:
        """Write one value; makes the key and the keys above it."""
        with self._change():
            values = self._create(key).values
            shown = values[name.lower()][0] if name.lower() in values else name
            values[name.lower()] = (shown, Value(type, data))

    def delete(self, key: str, name: str | None = None) -> None:
        """Delete value NAME of KEY, or without NAME the key and all below it; no error when it is missing."""
        with self._change():
            if name is not None:
                found = self._keys.get(_fold(key))
                if found:
                    found.values.pop(name.lower(), None)
                return
            gone = _fold(key)
            for folded in [item for item in self._keys if item == gone or item.startswith(gone + "\\")]:
                del self._keys[folded]

    @contextlib.contextmanager
    def batch(self) -> t.Iterator[None]:
        """Several changes, written to the file once, at the end."""
        with self._change():
            yield

    # -- file ----------------------------------------------------------------------------------------------------

    def _create(self, key: str) -> _Key:
        parts = key.strip("\\").split("\\")
        for count in range(1, len(parts) + 1):
            path = "\\".join(parts[:count])
            self._keys.setdefault(_fold(path), _Key(path, {}))
        return self._keys[_fold(key)]

    @contextlib.contextmanager
    def _change(self) -> t.Iterator[None]:
        with self._lock:
            if self._depth == 0:
                self._current()
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._save()

    def _current(self) -> dict[str, _Key]:
        if self._depth == 0 and self._stamp != self._file_stamp():
            self._load()
        return self._keys

    def _file_stamp(self) -> tuple[int, int] | None:
        try:
            status = self._file.stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_ino

    def _load(self) -> None:
        self._stamp = self._file_stamp()
        raw = json.loads(self._file.read_text(encoding="utf-8")) if self._stamp else {}
        self._keys = {}
        for path, values in raw.items():
            entries = {name.lower(): (name, Value(type, data)) for name, (type, data) in values.items()}
            self._create(path).values.update(entries)

    def _save(self) -> None:
        content = {
            entry.path: {name: [value.type, value.data] for name, value in entry.values.values()}
            for entry in self._keys.values()
        }
        temporary = self._file.with_suffix(".new")
        temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
        temporary.replace(self._file)
        self._stamp = self._file_stamp()


def _fold(key: str) -> str:
    return key.strip("\\").lower()
