# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The INI files of WSL, ``.wslconfig`` and ``wsl.conf``: read as WSL does, changed with care. Pure.

Section and key names are compared without case, ``#`` starts a comment outside quotes, a backslash escapes and, at the
end of a line, continues it; of two equal keys the first one counts (src/shared/configfile/configfile.cpp).
"""

from __future__ import annotations

import re
import typing as t

_SECTION = re.compile(r"\s*\[\s*([^\]#]*?)\s*\]")
_KEY = re.compile(r"\s*([^\s=#\[\]]+)\s*=(.*)\Z", re.DOTALL)
_ESCAPES = {"\\": "\\", '"': '"', "b": "\b", "n": "\n", "t": "\t"}
_PLAIN = re.compile(r"[^\s#\"\\](?:[^#\"\\]*[^\s#\"\\])?\Z")


class Entry(t.NamedTuple):
    """One ``key = value``."""

    section: str
    key: str
    value: str
    """Without quotes, escapes and comment."""
    start: int
    """Index of its first line."""
    end: int
    """Index behind its last line."""
    comment: str
    """What follows the value on its line, from the ``#`` on."""


class Header(t.NamedTuple):
    """One ``[section]``."""

    section: str
    line: int


def split(text: str) -> t.List[str]:
    """The lines of TEXT with their ends; only LF and CRLF end one."""
    return re.findall(r"[^\n]*\n|[^\n]+\Z", text)


def parse(text: str) -> t.Tuple[t.List[Header], t.List[Entry]]:
    """The sections and entries of TEXT in their order; what is neither is passed over, as WSL does with a warning."""
    lines = split(text)
    headers: t.List[Header] = []
    entries: t.List[Entry] = []
    section, index = "", 0
    while index < len(lines):
        start, line = index, lines[index].rstrip("\r\n")
        index += 1
        header = _SECTION.match(line)
        if header:
            section = header.group(1)
            headers.append(Header(section, start))
            continue
        if line.lstrip().startswith("#"):
            continue
        while _continues(line) and index < len(lines):
            line = line[:-1] + lines[index].rstrip("\r\n")
            index += 1
        match = _KEY.match(line)
        if match:
            value, comment = _value(match.group(2))
            entries.append(Entry(section, match.group(1), value, start, index, comment))
    return headers, entries


def _continues(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _value(text: str) -> t.Tuple[str, str]:
    """The value that TEXT says, and the comment behind it."""
    text = text.strip()
    result: t.List[str] = []
    kept = 0  # blanks at the end count only inside quotes
    quoted, position = False, 0
    while position < len(text):
        character = text[position]
        if character == "\\" and position + 1 < len(text):
            position += 1
            result.append(_ESCAPES.get(text[position], "\\" + text[position]))
            kept = len(result)
        elif character == '"':
            quoted = not quoted
            kept = len(result)
        elif character == "#" and not quoted:
            return "".join(result[: max(kept, len("".join(result).rstrip()))]).rstrip(), text[position:]
        else:
            result.append(character)
            if quoted:
                kept = len(result)
        position += 1
    return "".join(result).rstrip() if kept == 0 else "".join(result), ""


def written(value: str) -> str:
    """VALUE as it has to stand in the file."""
    if not value or _PLAIN.match(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    needs_quotes = "#" in value or value != value.strip()
    return f'"{escaped}"' if needs_quotes else escaped


Identity = t.Callable[[str, str], t.Tuple[str, str]]
"""(section, key) as they are written -> what they mean, in lower case; so that old names are found too."""


def plain_identity(section: str, key: str) -> t.Tuple[str, str]:
    """Without case, and nothing else."""
    return section.lower(), key.lower()


def value_of(text: str, section: str, key: str, identity: Identity = plain_identity) -> str | None:
    """The value that counts; None where there is none."""
    wanted = identity(section, key)
    return next((entry.value for entry in parse(text)[1] if identity(entry.section, entry.key) == wanted), None)


def changed(
    text: str,
    section: str,
    key: str,
    value: str | None,
    end_of_line: str = "\n",
    identity: Identity = plain_identity,
) -> str:
    """TEXT with SECTION.KEY set to VALUE, or without it where VALUE is None. Everything else stays byte for byte.

    :arg end_of_line: of new lines where TEXT has none to go by.
    """
    lines = split(text)
    headers, entries = parse(text)
    if lines and lines[0].endswith("\n"):
        end_of_line = "\r\n" if lines[0].endswith("\r\n") else "\n"
    wanted = identity(section, key)
    found = [entry for entry in entries if identity(entry.section, entry.key) == wanted]
    if value is None:
        for entry in reversed(found):
            del lines[entry.start : entry.end]
        return "".join(lines)
    if found:
        return _replaced(lines, found[0], value, end_of_line)
    return _added(lines, headers, entries, section, f"{key}={written(value)}{end_of_line}", end_of_line)


def _replaced(lines: t.List[str], entry: Entry, value: str, end_of_line: str) -> str:
    line = lines[entry.start]
    before = line[: line.index("=") + 1]
    blank = " " if line[len(before) : len(before) + 1] == " " else ""
    comment = " " + entry.comment if entry.comment else ""
    lines[entry.start : entry.end] = [before + blank + written(value) + comment + end_of_line]
    return "".join(lines)


def _added(
    lines: t.List[str], headers: t.List[Header], entries: t.List[Entry], section: str, new: str, end_of_line: str
) -> str:
    """Behind the last entry of the section, else behind its header, else in a new section at the end."""
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += end_of_line
    own = [header.line + 1 for header in headers if header.section.lower() == section.lower()]
    own += [entry.end for entry in entries if entry.section.lower() == section.lower()]
    if own:
        lines.insert(max(own), new)
        return "".join(lines)
    if lines and lines[-1].strip():
        lines.append(end_of_line)
    return "".join([*lines, f"[{section}]{end_of_line}", new])
