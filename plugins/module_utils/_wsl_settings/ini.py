# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The INI files of WSL, ``.wslconfig`` and ``wsl.conf``: read like WSL does, and changed without other changes. Pure.

Section and key names are letters and digits, compared without case; no blank stands inside the brackets. ``#`` starts
a comment outside quotes. A backslash escapes itself, a quote, b, n and t; any other escape, and a quote that is not
closed, makes the line invalid. A backslash at the end of a line continues it (in wsl.conf only before LF;
``.wslconfig`` is read by Windows in text mode). Of two equal keys the first one counts, whatever its value
(src/shared/configfile/configfile.cpp).

``.wslconfig`` is also read after an invalid line. ``wsl.conf`` is only read up to the first one, because it is opened
without CFG_SKIP_INVALID_LINES (WslDistributionConfig.cpp, WslCoreConfig.cpp).
"""

from __future__ import annotations

import re
import typing as t

_SECTION = re.compile(r"\[([A-Za-z][A-Za-z0-9]*)\][ \t]*(?=[\r\n#]|\Z)")
_SECTION_START = re.compile(r"\[[A-Za-z][A-Za-z0-9]*")
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*")
_REST = re.compile(r"[^\n]*\n?")
_ESCAPES = {"\\": "\\", '"': '"', "b": "\b", "n": "\n", "t": "\t", "\n": ""}
_PLAIN = re.compile(r"[^\s#\"\\](?:[^#\"\\]*[^\s#\"\\])?\Z")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class Entry(t.NamedTuple):
    """One ``key = value``."""

    section: str
    key: str
    value: str
    """Without quotes, escapes and comment."""
    start: int
    """Index of its first line."""
    end: int
    """Index of the line after it."""
    comment: str
    """What follows the value on its line, from the ``#`` on."""


class Header(t.NamedTuple):
    """One ``[section]``."""

    section: str
    line: int


class Parsed(t.NamedTuple):
    """What WSL makes of a file."""

    headers: t.List[Header]
    entries: t.List[Entry]
    invalid: t.List[int]
    """Indexes of lines that WSL ignores with a warning."""


def split(text: str) -> t.List[str]:
    """The lines of TEXT with their ends; only LF and CRLF end one."""
    return re.findall(r"[^\n]*\n|[^\n]+\Z", text)


def parse(text: str, strict: bool = False) -> Parsed:
    """The sections and entries of TEXT in their order. STRICT: as of wsl.conf, up to the first invalid line."""
    found = Parsed([], [], [])
    section, place, line, counted = "", 0, 0, 0
    while place < len(text):
        line, counted = line + text.count("\n", counted, place), place
        if text[place] in " \t\r\n":
            place += 1
            continue
        if text[place] == "#":
            place = _behind(text, place)
            continue
        header, key = _SECTION.match(text, place), _KEY.match(text, place)
        value = _value(text, key.end(), strict) if key else None
        if header:
            section, place = header.group(1), header.end()
            found.headers.append(Header(section, line))
        elif key and value:
            place = value[2]
            end = line + text.count("\n", counted, place) + 1
            found.entries.append(Entry(section, key.group(1), value[0], line, end, value[1]))
        else:
            found.invalid.append(line)
            if strict:
                break
            # A section without its closing bracket has nevertheless ended the one before.
            section = "" if _SECTION_START.match(text, place) else section
            place = _behind(text, place)
    return found


def _behind(text: str, place: int) -> int:
    """Where the line after PLACE begins."""
    match = _REST.match(text, place)
    return match.end() if match else len(text)


def _value(text: str, place: int, strict: bool) -> t.Tuple[str, str, int] | None:
    """The value at PLACE, the comment after it, and where both end; None if it is invalid."""
    result, kept, quoted = "", 0, False  # blanks at the end count only inside quotes
    while place < len(text) and text[place] not in "\r\n":
        character = text[place]
        if character == "#" and not quoted:
            end = re.compile(r"[^\r\n]*").match(text, place)
            comment = end.group(0) if end else ""
            return result[:kept], comment, place + len(comment)
        if character == "\\":
            place += 1
            if not strict and text.startswith("\r\n", place):
                place += 1
            if place >= len(text) or text[place] not in _ESCAPES:
                return None
            result += _ESCAPES[text[place]]
        elif character == '"':
            quoted = not quoted
        else:
            result += character
        kept = kept if character in " \t" else len(result)
        place += 1
    return None if quoted else (result[:kept], "", place)


def written(value: str) -> str:
    """VALUE as it must be written in the file."""
    if not value or _PLAIN.match(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    needs_quotes = "#" in value or value != value.strip()
    return f'"{escaped}"' if needs_quotes else escaped


Identity = t.Callable[[str, str], t.Tuple[str, str]]
"""(section, key) as they are written -> what they mean, in lower case. So old names are found too."""


def plain_identity(section: str, key: str) -> t.Tuple[str, str]:
    """Without case, and nothing else."""
    return section.lower(), key.lower()


def value_of(
    text: str, section: str, key: str, identity: Identity = plain_identity, strict: bool = False
) -> str | None:
    """The value that counts; None if there is none. STRICT as in ``parse``."""
    wanted = identity(section, key)
    entries = parse(text, strict).entries
    return next((entry.value for entry in entries if identity(entry.section, entry.key) == wanted), None)


def boolean(text: str, section: str, key: str, default: bool) -> bool:
    """What SECTION.KEY of TEXT (of wsl.conf) means for WSL; DEFAULT if it is not set, or not to a boolean."""
    return _BOOLEANS.get((value_of(text, section, key, strict=True) or "").lower(), default)


def changed(
    text: str,
    section: str,
    key: str,
    value: str | None,
    end_of_line: str = "\n",
    identity: Identity = plain_identity,
    strict: bool = False,
) -> str:
    """TEXT with SECTION.KEY set to VALUE, or without it if VALUE is None. Everything else stays byte for byte.

    :arg end_of_line: of new lines, if TEXT has no line. :arg strict: as in ``parse``: new lines are written before the
    first invalid one.
    """
    lines = split(text)
    headers, entries, invalid = parse(text, strict)
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
    behind = lines[invalid[0] :] if strict and invalid else []
    before = lines[: len(lines) - len(behind)]
    new = f"{key}={written(value)}{end_of_line}"
    return _added(before, headers, entries, section, new, end_of_line) + "".join(behind)


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
    """After the last entry of the section, or else after its header, or else in a new section at the end."""
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
