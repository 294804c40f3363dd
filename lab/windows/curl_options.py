# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""curl's options, from its command line and from a config file (``-K -`` reads one on stdin). Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from lab.machine.process import NotModelled

_FLAGS = {
    "fail": ("f", "fail"),
    "location": ("L", "location"),
    "silent": ("s", "silent"),
    "show_error": ("S", "show-error"),
    "create_dirs": ("create-dirs",),
    "retry_connrefused": ("retry-connrefused",),
    "retry_all_errors": ("retry-all-errors",),
    "ignored": ("ssl-revoke-best-effort", "ssl-no-revoke", "no-progress-meter", "q", "disable", "globoff", "g"),
}
"""``ignored``: certificates and their revocation lists are not modelled, the lab's public addresses being its own."""

_VALUES = {
    "url": ("url",),
    "output": ("o", "output"),
    "proxy": ("x", "proxy"),
    "header": ("H", "header"),
    "user": ("u", "user"),
    "retry": ("retry",),
    "retry_delay": ("retry-delay",),
    "continue_at": ("C", "continue-at"),
    "proto": ("proto",),
    "write_out": ("w", "write-out"),
    "config": ("K", "config"),
    "ignored": ("connect-timeout", "max-time", "m", "retry-max-time", "speed-limit", "speed-time", "proto-redir"),
}

_FLAG_OF = {name: key for key, names in _FLAGS.items() for name in names}
_VALUE_OF = {name: key for key, names in _VALUES.items() for name in names}
_CONFIG_LINE = re.compile(r"\s*(?:--?)?([A-Za-z][A-Za-z0-9-]*)\s*(?:[=:]|\s|$)\s*(.*?)\s*$")
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "v": "\v"}


class BadOption(ValueError):
    """curl ends with exit code 2."""


@dataclass
class Request:
    """One transfer."""

    url: str = ""
    output: str = ""
    proxy: str = ""
    user: str = ""
    retry: int = 0
    retry_delay: float = 0.0
    """Seconds between attempts; 0: 1, 2, 4 and so on."""
    continue_at: str = ""
    proto: str = ""
    write_out: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    fail: bool = False
    location: bool = False
    silent: bool = False
    show_error: bool = False
    create_dirs: bool = False
    retry_connrefused: bool = False
    retry_all_errors: bool = False


def parse(words: list[str], read_config: t.Callable[[str], str]) -> Request:
    """The request in WORDS; READ_CONFIG gives the text of a config file. Raises BadOption or NotModelled."""
    request = Request()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word.startswith("--"):
            _long(request, word[2:], rest, read_config)
        elif word.startswith("-") and word != "-":
            _short(request, word[1:], rest, read_config)
        else:
            _set(request, "url", word, read_config)
    return request


def _long(request: Request, name: str, rest: list[str], read_config: t.Callable[[str], str]) -> None:
    if name in _FLAG_OF:
        _set_flag(request, _FLAG_OF[name])
    elif name in _VALUE_OF:
        _set(request, _VALUE_OF[name], _next(name, rest), read_config)
    else:
        raise NotModelled(f"curl --{name}")


def _short(request: Request, letters: str, rest: list[str], read_config: t.Callable[[str], str]) -> None:
    """``-fsSL``, ``-oFILE`` and ``-o FILE``."""
    for position, letter in enumerate(letters):
        if letter in _FLAG_OF:
            _set_flag(request, _FLAG_OF[letter])
        elif letter in _VALUE_OF:
            value = letters[position + 1 :] or _next(letter, rest)
            _set(request, _VALUE_OF[letter], value, read_config)
            return
        else:
            raise NotModelled(f"curl -{letter}")


def _next(name: str, rest: list[str]) -> str:
    if not rest:
        raise BadOption(f"option {name}: requires parameter")
    return rest.pop(0)


def _set_flag(request: Request, key: str) -> None:
    if key != "ignored":
        setattr(request, key, True)


def _set(request: Request, key: str, value: str, read_config: t.Callable[[str], str]) -> None:
    if key == "config":
        _read_config(request, read_config(value))
    elif key == "header":
        name, _, content = value.partition(":")
        request.headers[name.strip()] = content.strip()
    elif key in ("retry", "retry_delay"):
        if not value.isdigit():
            raise BadOption(f"option --{key.replace('_', '-')}: expected a proper numerical parameter")
        setattr(request, key, int(value))
    elif key == "url" and request.url:
        raise NotModelled("curl with more than one URL")
    elif key != "ignored":
        setattr(request, key, value)


def _read_config(request: Request, text: str) -> None:
    """One option a line: ``name = "value"``, ``--name value``, ``-x value``, ``name``; ``#`` begins a comment."""
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _CONFIG_LINE.match(line)
        if match is None:
            raise BadOption(f"config line: {line}")
        name, value = match.group(1), _unquoted(match.group(2))
        rest = [value] if value else []
        if len(name) == 1:
            _short(request, name, rest, _no_config)
        else:
            _long(request, name, rest, _no_config)


def _no_config(name: str) -> str:
    raise NotModelled(f"curl: config file {name} inside a config file")


def _unquoted(value: str) -> str:
    """In double quotes, a backslash escapes; outside, the value ends at the first blank."""
    if not value.startswith('"'):
        return value.split(maxsplit=1)[0] if value else ""
    result: list[str] = []
    characters = iter(value[1:])
    for character in characters:
        if character == '"':
            break
        if character == "\\":
            escaped = next(characters, "")
            character = _ESCAPES.get(escaped, escaped)
        result.append(character)
    return "".join(result)
