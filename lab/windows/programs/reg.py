# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``reg query``, ``add``, ``delete``, ``load`` and ``unload``. Output is UTF-8, as under code page 65001.

Localised are the name of the default value, the error texts and the "End of search" line; key paths, value names and
types are not. The only error signal is exit code 1.
"""

from __future__ import annotations

import fnmatch
import re
import typing as t
from dataclasses import dataclass, field

from lab.machine.process import NotModelled, Process, program
from lab.machine.registry import Value
from lab.windows import hives
from lab.windows.hives import is_visible
from lab.windows.program_io import arguments_of, err, localised, out, path_of
from lab.windows.registry_keys import KeyName, key_name, may_read, may_write

FAILED = 1
_NUMBERS = {"REG_DWORD": 32, "REG_DWORD_BIG_ENDIAN": 32, "REG_QWORD": 64}
"""Types of numbers, and their bits. reg.exe writes the big-endian kind like the other one."""
_SAME_TYPE = {"REG_DWORD_LITTLE_ENDIAN": "REG_DWORD"}
_TYPES = ("REG_SZ", "REG_EXPAND_SZ", "REG_MULTI_SZ", "REG_BINARY", "REG_NONE", *_NUMBERS)
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]+")
_HELP = ("/?", "/h", "-?", "-h")


class _Refused(Exception):
    """reg.exe ends with exit code 1; the argument is the key of the text."""


@dataclass(frozen=True)
class _Switches:
    """What may follow the key of a verb: switches that take a word, and others."""

    with_word: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    exclusive: frozenset[str] = frozenset({"v", "ve", "va"})
    """At most one of them."""
    not_modelled: frozenset[str] = frozenset({"reg:32"})


_VIEWS = frozenset({"reg:32", "reg:64"})
_SWITCHES = {
    "query": _Switches(
        frozenset({"v", "f", "t", "se"}), frozenset({"ve", "s", "k", "d", "c", "e", "z"}) | _VIEWS,
        not_modelled=frozenset({"reg:32", "z", "se"}),
    ),
    "add": _Switches(frozenset({"v", "t", "s", "d"}), frozenset({"ve", "f"}) | _VIEWS),
    "delete": _Switches(frozenset({"v"}), frozenset({"ve", "va", "f"}) | _VIEWS),
    "load": _Switches(),
    "unload": _Switches(),
}  # fmt: skip


@dataclass
class _Options:
    """What follows the key. FLAGS are in lower case without ``/``."""

    flags: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)


@program("reg")
def main(process: Process) -> int:
    """Run one of the verbs."""
    words = arguments_of(process)
    verbs = {"query": _query, "add": _add, "delete": _delete, "unload": _unload}
    verb = words[0].lower() if words else ""
    if verb not in _SWITCHES or (words[1:2] and words[1].lower() in _HELP):
        raise NotModelled(process.command_line)
    try:
        if len(words) < 2:
            raise _Refused("reg_bad_syntax")
        key = key_name(words[1], process.user)
        if key is None:
            raise _Refused("reg_bad_key")
        if verb == "load":
            return _load(process, key, words[2:])
        return verbs[verb](process, key, _options(verb, words[2:]))
    except _Refused as error:
        err(process, localised(process, str(error), verb.upper()))
        return FAILED


def _options(verb: str, words: list[str]) -> _Options:
    """``/v NAME`` and others take the next word, whatever it begins with; nothing may stand there twice."""
    switches, options = _SWITCHES[verb], _Options()
    rest = iter(words)
    for word in rest:
        name = word[1:].lower()
        known = word[:1] in ("/", "-") and name in switches.with_word | switches.alone
        given = options.flags | set(options.values)
        if not known or name in given or (name in _VIEWS and given & _VIEWS):
            raise _Refused("reg_bad_syntax")
        if name in switches.exclusive and given & switches.exclusive:
            raise _Refused("reg_bad_syntax")
        if name in switches.with_word:
            value = next(rest, None)
            if value is None:
                raise _Refused("reg_bad_syntax")
            options.values[name] = value
        else:
            options.flags.add(name)
    for name in (options.flags | set(options.values)) & switches.not_modelled:
        raise NotModelled(f"reg {verb} /{name}")
    options.flags -= _VIEWS
    return options


# -- query -------------------------------------------------------------------------------------------------------


def _query(process: Process, key: KeyName, options: _Options) -> int:
    if not may_read(process.user, key.stored):
        raise _Refused("reg_denied")
    if not _exists(process, key):
        raise _Refused("reg_missing")
    out(process)
    if "f" in options.values:
        return _search(process, key, options)
    if "v" in options.values or "ve" in options.flags:
        return _query_value(process, key, options)
    if "t" in options.values or options.flags - {"s"}:
        raise NotModelled(process.command_line)
    if "s" in options.flags:
        _show_tree(process, key)
    else:
        _show_key(process, key)
    return 0


def _exists(process: Process, key: KeyName) -> bool:
    return process.laptop.registry.exists(key.stored) and is_visible(process.laptop, key.stored)


def _show_tree(process: Process, key: KeyName) -> None:
    """The keys below are listed with or without values, the one that was asked for only with."""
    for each in _with_subkeys(process, key):
        values = process.laptop.registry.values(each.stored)
        if values or each is not key:
            _show_rows(process, each, values)


def _show_key(process: Process, key: KeyName) -> None:
    """A key with its values if it has any, then the paths of its subkeys."""
    values = process.laptop.registry.values(key.stored)
    if values:
        _show_rows(process, key, values)
    for name in _subkeys(process, key):
        out(process, key.child(name).shown)


def _show_rows(process: Process, key: KeyName, values: dict[str, Value]) -> None:
    out(process, key.shown)
    for name, value in values.items():
        out(process, f"    {name or localised(process, 'reg_default')}    {value.type}    {shown_data(value)}")
    out(process)


def shown_data(value: Value) -> str:
    """The data column: numbers in hexadecimal, several strings joined by ``\\0``."""
    if isinstance(value.data, int):
        return f"0x{value.data:x}"
    if isinstance(value.data, list):
        return "\\0".join(value.data)
    return value.data


def _subkeys(process: Process, key: KeyName) -> list[str]:
    """Hives that are not loaded are not there; below a root, keys that may not be read are listed all the same."""
    names = process.laptop.registry.subkeys(key.stored)
    return [name for name in names if is_visible(process.laptop, f"{key.stored}\\{name}")]


def _query_value(process: Process, key: KeyName, options: _Options) -> int:
    name = options.values.get("v", "")
    found = 0
    for each in _with_subkeys(process, key) if "s" in options.flags else [key]:
        values = process.laptop.registry.values(each.stored)
        chosen = {shown: value for shown, value in values.items() if shown.lower() == name.lower()}
        if chosen:
            _show_rows(process, each, chosen)
            found += len(chosen)
    if "s" in options.flags:
        return _end_of_search(process, found)
    if not found:
        if "ve" not in options.flags:
            raise _Refused("reg_missing")
        # An unset default value is no error.
        _show_rows(process, key, {"": Value("REG_SZ", localised(process, "reg_not_set"))})
    return 0


def _with_subkeys(process: Process, key: KeyName) -> t.Iterator[KeyName]:
    if not may_read(process.user, key.stored):
        raise _Refused("reg_denied")  # what stands before it in the tree has been printed
    yield key
    for name in _subkeys(process, key):
        yield from _with_subkeys(process, key.child(name))


def _end_of_search(process: Process, found: int) -> int:
    out(process, localised(process, "reg_end_of_search", found))
    return 0 if found else FAILED


def _search(process: Process, key: KeyName, options: _Options) -> int:
    """``/f PATTERN [/s] [/k] [/d] [/c] [/e] [/t TYPE]``: matching key names, and rows whose name or data match."""
    if "v" in options.values or "ve" in options.flags:
        raise NotModelled(process.command_line)
    found = 0
    keys = _with_subkeys(process, key) if "s" in options.flags else [key]
    for each in keys:
        if each is not key and _look_in(options, "k") and _matches(options, each.shown.rsplit("\\", 1)[-1]):
            out(process, each.shown)
            found += 1
        rows = _matching_rows(process, each, options)
        if rows:
            _show_rows(process, each, rows)
            found += len(rows)
    return _end_of_search(process, found)


def _look_in(options: _Options, place: str) -> bool:
    """Without ``/k`` and ``/d`` everything is searched."""
    return place in options.flags or not options.flags & {"k", "d"}


def _matching_rows(process: Process, key: KeyName, options: _Options) -> dict[str, Value]:
    wanted_type = options.values.get("t", "").upper()
    rows = {}
    for name, value in process.laptop.registry.values(key.stored).items():
        if wanted_type and value.type != wanted_type:
            continue
        by_name = not options.flags & {"k", "d"} and _matches(options, name)
        if by_name or (_look_in(options, "d") and _matches(options, shown_data(value))):
            rows[name] = value
    return rows


def _matches(options: _Options, text: str) -> bool:
    pattern = options.values["f"]
    if "c" not in options.flags:
        pattern, text = pattern.lower(), text.lower()
    pattern = pattern.replace("[", "[[]")
    return fnmatch.fnmatchcase(text, pattern if "e" in options.flags else f"*{pattern}*")


# -- add and delete ----------------------------------------------------------------------------------------------


def _add(process: Process, key: KeyName, options: _Options) -> int:
    """Without a name it is the default value that is set."""
    _require_root_alone(key)
    name, type_ = options.values.get("v", ""), options.values.get("t", "REG_SZ").upper()
    type_ = _SAME_TYPE.get(type_, type_)
    if type_ not in _TYPES:
        raise _Refused("reg_bad_syntax")
    data = _parsed(type_, options.values.get("d"), options.values.get("s"))
    _require_write(process, key)
    registry = process.laptop.registry
    if "f" not in options.flags and registry.get(key.stored, name) is not None:
        raise NotModelled("reg add of an existing value without /f, which asks")
    registry.set(key.stored, name, type_, data)
    out(process, localised(process, "success"))
    return 0


def _parsed(type_: str, data: str | None, separator: str | None) -> int | str | list[str]:
    """DATA, None without ``/d``, as the registry holds it."""
    if type_ == "REG_MULTI_SZ":
        return _strings(data or "", separator)
    if separator is not None:
        raise NotModelled(f"reg add /s with {type_}")
    if type_ in _NUMBERS:
        return _number(type_, data)
    if type_ == "REG_BINARY":
        return _bytes(data or "")
    if type_ == "REG_NONE":
        return f"{data or ''}\0".encode("utf-16-le", "surrogatepass").hex().upper()
    return data or ""


def _number(type_: str, data: str | None) -> int:
    """Decimal, or hexadecimal behind 0x. Only REG_QWORD has a default, and takes -1."""
    if type_ == "REG_QWORD" and data in (None, "-1"):
        return 0 if data is None else (1 << 64) - 1
    if data is None or not _NUMBER.fullmatch(data):
        raise _Refused("reg_bad_syntax")
    number = int(data, 16 if data[:2].lower() == "0x" else 10)
    if number >= 1 << _NUMBERS[type_]:
        raise _Refused("reg_bad_syntax")
    return number


def _bytes(data: str) -> str:
    if not re.fullmatch("[0-9a-fA-F]*", data):
        raise _Refused("reg_bad_syntax")
    return data.upper().zfill(len(data) + len(data) % 2)


def _strings(data: str, separator: str | None) -> list[str]:
    """An empty string among others ends a REG_MULTI_SZ, so that none may stand inside; the last separator may."""
    if separator is not None and (len(separator) != 1 or not data):
        raise _Refused("reg_bad_syntax")
    strings = data.removesuffix(separator or "\\0").split(separator or "\\0")
    if strings == [""]:
        return []
    if "" in strings:
        raise _Refused("reg_bad_syntax")
    return strings


def _require_root_alone(key: KeyName) -> None:
    """A root followed by a backslash is no key to write to."""
    if key.root_with_backslash:
        raise _Refused("reg_bad_key")


def _delete(process: Process, key: KeyName, options: _Options) -> int:
    _require_root_alone(key)
    if "f" not in options.flags:
        raise NotModelled("reg delete without /f, which asks")
    _require_write(process, key)
    registry = process.laptop.registry
    if not _exists(process, key):
        raise _Refused("reg_missing")
    if "va" in options.flags:
        for name in registry.values(key.stored):
            registry.delete(key.stored, name)
    elif "v" in options.values or "ve" in options.flags:
        name = options.values.get("v", "")
        if registry.get(key.stored, name) is None:
            raise _Refused("reg_missing")
        registry.delete(key.stored, name)
    else:
        registry.delete(key.stored)
    out(process, localised(process, "success"))
    return 0


def _require_write(process: Process, key: KeyName) -> None:
    if not may_write(process.user, key.stored) or not is_visible(process.laptop, key.stored):
        raise _Refused("reg_denied")


# -- load and unload ---------------------------------------------------------------------------------------------


def _load(process: Process, key: KeyName, words: list[str]) -> int:
    """``reg load HKU\\NAME FILE``: needs the privileges of an administrator, whoever owns the file."""
    if len(words) != 1:
        raise _Refused("reg_bad_syntax")
    name = _hive_name(key)
    if not process.user.admin:
        raise _Refused("reg_privilege")
    with process.laptop.lock:
        failed = hives.mount(process.laptop, name, path_of(process, words[0]))
    if failed:
        raise _Refused(failed)
    out(process, localised(process, "success"))
    return 0


def _unload(process: Process, key: KeyName, options: _Options) -> int:
    """``reg unload HKU\\NAME``"""
    if options.flags or options.values:
        raise _Refused("reg_bad_syntax")
    name = _hive_name(key)
    if not process.user.admin:
        raise _Refused("reg_privilege")
    if process.laptop.faults.strike("hive_held"):
        raise _Refused("reg_denied")
    with process.laptop.lock:
        if not hives.unmount(process.laptop, name):
            raise _Refused("reg_parameter")
    out(process, localised(process, "success"))
    return 0


def _hive_name(key: KeyName) -> str:
    root, _separator, name = key.stored.partition("\\")
    if root != "HKU" or not name or "\\" in name or key.shown.startswith("HKEY_CURRENT_USER"):
        raise NotModelled(f"reg load or unload of {key.shown} (only HKU\\NAME)")
    return name
