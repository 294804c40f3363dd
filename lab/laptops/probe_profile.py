# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the answers of a real laptop to a simulated one: every field report becomes a regression test.

The file is JSON: ``{"format": 1, "rows": [{"id", "line", "exit_code", "stdout": base64, …}, …]}``, one row a command
line that was run on the laptop. What ``reg.exe`` said becomes the registry; a few rows are known by their id and become
the users, the GPUs and the rest of the state. What a laptop says of itself beyond that (event numbers, versions of
curl and tar) stays the lab's own.
"""

from __future__ import annotations

import base64
import json
import re
import typing as t
from dataclasses import dataclass
from pathlib import Path

from lab.laptops import profiles
from lab.laptops.laptop import Laptop
from lab.machine.registry import Registry, Value
from lab.machine.state import Gpu, User, WindowsState
from lab.windows import fresh, languages
from lab.windows.arguments import split_arguments
from lab.wsl import package

FORMAT = 1
_SILENCE = "silence"
"""Id of the row of an empty command: what it prints, an AutoRun command put in front of every other answer too."""
_REGISTRY_ROW = re.compile(r"^    (.*?)    (REG_[A-Z_]+)(?:    (.*))?$")
_REG_QUERY = re.compile(r"^C:\\Windows\\System32\\reg\.exe query (.*)$", re.IGNORECASE)
_DIR = re.compile(r"^dir /b (C:\\.*)$", re.IGNORECASE)
_ROOTS = {"HKEY_LOCAL_MACHINE": "HKLM", "HKEY_USERS": "HKU", "HKEY_CURRENT_USER": "HKCU"}
_LXSS_MSI = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Lxss\\MSI"


class ProbeError(ValueError):
    """The file is not what a probe writes; one line."""


@dataclass(frozen=True)
class Row:
    """One command line and what it left behind."""

    id: str
    line: str
    exit_code: int | None
    stdout: str

    @property
    def succeeded(self) -> bool:
        """True for exit code 0."""
        return self.exit_code == 0


@dataclass(frozen=True)
class RegistryAnswer:
    """One ``reg query``: what was asked, and the rows (key, name, value) that were printed."""

    key: str
    name: str | None
    recursive: bool
    succeeded: bool
    values: list[tuple[str, str, Value]]
    keys: list[str]


def read(file: Path) -> dict[str, Row]:
    """The rows of FILE by id; raises ProbeError."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ProbeError(f"{file} has format {content['format']}, this lab reads {FORMAT}")
        noise = next((_text(entry) for entry in content["rows"] if entry["id"] == _SILENCE), "")
        rows = [
            Row(entry["id"], entry["line"], entry["exit_code"], _text(entry).removeprefix(noise))
            for entry in content["rows"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, ProbeError):
            raise
        raise ProbeError(f"{file} is not the file of a probe: {error!r}") from None
    return {row.id: row for row in rows}


def _text(entry: dict[str, t.Any]) -> str:
    return base64.b64decode(entry["stdout"]).decode("utf-8", "replace")


def make_laptop(directory: Path, rows: dict[str, Row], image_cache: Path) -> Laptop:
    """Write the state of a laptop that answers as ROWS say into DIRECTORY."""
    answers = [answer for answer in map(_registry_answer, rows.values()) if answer]
    state = _state(rows, answers, directory.name)
    fresh.make_windows(directory, state)
    laptop = Laptop(directory, image_cache)
    version = next(
        (str(value.data) for key, name, value in _all(answers) if (key, name) == (_LXSS_MSI, "Version")), None
    )
    if version:
        package.install_package(laptop, version)
    connected = _connected(rows, answers)
    with laptop.registry.batch():
        for answer in answers:
            _replay(laptop.registry, answer, connected)
    for row in rows.values():
        _replay_file(laptop, row)
    return laptop


def _all(answers: list[RegistryAnswer]) -> list[tuple[str, str, Value]]:
    return [entry for answer in answers for entry in answer.values]


# -- the state that is not in the registry ---------------------------------------------------------------------------


def _state(rows: dict[str, Row], answers: list[RegistryAnswer], name: str) -> WindowsState:
    found = {(key, value_name): value.data for key, value_name, value in _all(answers)}

    def first(value_name: str, default: t.Any) -> t.Any:
        return next((data for (_key, other), data in found.items() if other == value_name), default)

    state = profiles.windows_state(str(first("ComputerName", name)), _language(first("PreferredUILanguages", [])))
    state.users = _users(rows, answers)
    state.gpus = _gpus(rows)
    state.boot_id = int(first("BootId", state.boot_id))
    if "service_vmcompute" in rows and rows["service_vmcompute"].succeeded:
        state.features["VirtualMachinePlatform"] = "Enabled"
    space = re.search(r":\s*([\d.,\u00a0\u202f']+)", rows["free_space"].stdout) if "free_space" in rows else None
    if space:
        state.free_bytes = int(re.sub(r"\D", "", space.group(1)))
    return state


def _language(preferred: t.Any) -> str:
    return str(preferred[0]) if preferred else "en-US"


def _users(rows: dict[str, Row], answers: list[RegistryAnswer]) -> list[User]:
    """The account that was connected comes first; passwords are those of every lab laptop."""
    loaded = {key.split("\\")[1].upper() for answer in answers if answer.key == "HKU" for key in answer.keys}
    connected = _connected(rows, answers)
    users = [
        User(
            name=str(value.data).rpartition("\\")[2],
            sid=sid,
            password=profiles.PASSWORD,
            admin=sid == connected and "elevated" in rows and rows["elevated"].succeeded,
            hive_loaded=sid.upper() in loaded,
        )
        for sid, value in _profiles(answers)
    ]
    return sorted(users, key=lambda user: user.sid != connected)


def _profiles(answers: list[RegistryAnswer]) -> list[tuple[str, Value]]:
    found = [(key.rpartition("\\")[2], value) for key, name, value in _all(answers) if name == "ProfileImagePath"]
    return [(sid, value) for sid, value in found if re.match(r"S-1-(5-21|12-1)-", sid)]


def _connected(rows: dict[str, Row], answers: list[RegistryAnswer]) -> str:
    """The SID of the account that the probe ran as; raises ProbeError."""
    profile = re.search(r"^USERPROFILE=(.*?)\s*$", rows["own_profile"].stdout, re.M) if "own_profile" in rows else None
    for sid, value in _profiles(answers):
        if profile and str(value.data).lower() == profile.group(1).lower():
            return sid
    raise ProbeError("the probe does not tell which account it ran as (rows own_profile and profiles)")


def _gpus(rows: dict[str, Row]) -> list[Gpu]:
    if "nvidia_smi" not in rows or not rows["nvidia_smi"].succeeded:
        return []
    capabilities = rows["compute_capability"].stdout.split() if "compute_capability" in rows else []
    gpus = []
    for number, line in enumerate(rows["nvidia_smi"].stdout.strip().splitlines()):
        name, driver, model, memory = (part.strip() for part in line.split(","))
        gpu = Gpu(name, driver, model, memory_mib=int(memory) if memory.isdigit() else 0)
        gpu.compute_capability = capabilities[number] if number < len(capabilities) else ""
        gpus.append(gpu)
    return gpus


# -- the registry ----------------------------------------------------------------------------------------------------


def _registry_answer(row: Row) -> RegistryAnswer | None:
    """What ROW says of the registry; None when it was another command."""
    query = _REG_QUERY.match(row.line)
    if not query:
        return None
    key, *options = split_arguments(query.group(1))
    name = options[options.index("/v") + 1] if "/v" in options else None
    values, keys, current = [], [], ""
    for line in row.stdout.splitlines():
        entry = _REGISTRY_ROW.match(line)
        if line.startswith("HKEY_"):
            current = _short(line.strip())
            keys.append(current)
        elif entry and current:
            values.append((current, _value_name(entry.group(1)), _value(entry.group(2), entry.group(3) or "")))
    return RegistryAnswer(key, name, "/s" in options, row.succeeded, values, keys)


def _short(key: str) -> str:
    root, separator, rest = key.partition("\\")
    return _ROOTS.get(root, root) + separator + rest


def _value_name(name: str) -> str:
    """ "" for the default value, whose name is translated."""
    return "" if name in {languages.text(tag, "reg_default") for tag in languages.LANGUAGES} else name


def _value(kind: str, text: str) -> Value:
    if kind in ("REG_DWORD", "REG_QWORD"):
        return Value(kind, int(text, 16))
    if kind == "REG_MULTI_SZ":
        return Value(kind, [part for part in text.split("\\0") if part])
    return Value(kind, text)


def _replay(registry: Registry, answer: RegistryAnswer, connected: str) -> None:
    """Make REGISTRY answer as ANSWER says, as far as it was asked."""

    def stored(key: str) -> str:
        return f"HKU\\{connected}{key[4:]}" if key.upper().startswith("HKCU") else key

    asked = stored(answer.key)
    if answer.key == "HKU":
        return  # the users say which hives are loaded
    _forget(registry, asked, answer)
    if answer.succeeded and answer.name is None:
        registry.create(asked)
    for key in answer.keys:
        registry.create(stored(key))
    for key, name, value in answer.values:
        registry.set(stored(key), name, value.type, value.data)


def _forget(registry: Registry, asked: str, answer: RegistryAnswer) -> None:
    """Remove what a fresh laptop has and this one did not show."""
    if answer.name is not None:
        for key in _below(registry, asked) if answer.recursive else [asked]:
            registry.delete(key, answer.name)
    elif answer.recursive or not answer.succeeded:
        registry.delete(asked)
    else:
        for name in registry.values(asked):
            registry.delete(asked, name)


def _below(registry: Registry, key: str) -> list[str]:
    found = [key]
    for name in registry.subkeys(key):
        found += _below(registry, f"{key}\\{name}")
    return found


def _replay_file(laptop: Laptop, row: Row) -> None:
    listed = _DIR.match(row.line)
    if not listed:
        return
    file = laptop.drive.host_path(listed.group(1))
    if not row.succeeded:
        file.unlink(missing_ok=True)
    elif not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
