# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The variables that a shell file sets, read as text: nothing runs. Pure.

Every branch is regarded as taken, one after the other. The output of a command is regarded as empty.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import shell_words

Read = t.Callable[[str], t.Optional[str]]

_ASSIGNMENT = re.compile(r"^([A-Za-z_][A-Za-z0-9_]*)(\+?)=(.*)$", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPENING = ("if", "while", "until", "for", "case", "select", "{")
_CLOSING = ("fi", "done", "esac", "}")
_BETWEEN = ("then", "else", "elif", "do", "!", "time", "builtin", "command")
_DECLARE = ("export", "declare", "typeset", "readonly", "local")
_DEEPEST = 8
_LONGEST_VALUE = 20000


class Change(t.NamedTuple):
    """A variable that got a value. ``line`` counts from 1."""

    path: str
    line: int
    name: str
    value: str
    sure: bool
    """Outside every condition, loop and function."""


def changes(
    text: str, path: str, variables: t.Dict[str, str], read: Read = lambda path: None, depth: int = 0
) -> t.Iterator[Change]:
    """What the file PATH with TEXT sets, in order; VARIABLES is updated. READ returns the text of a file that it
    sources."""
    nested, parens, before = 0, 0, ""
    for words, line, after in _commands(text):
        nested = max(0, nested + _nesting(words))
        sure = not nested and not parens and before not in ("&&", "||")
        words = _bare(words)
        command = expand(words[0], variables) if words else ""
        if command in (".", "source") and len(words) > 1 and depth < _DEEPEST:
            sourced = expand(words[1], variables)
            for change in changes(read(sourced) or "", sourced, variables, read, depth + 1):
                yield change._replace(sure=sure and change.sure)
        elif command in ("return", "exit") and sure:
            return
        elif command == "unset":
            for name in [word for word in words[1:] if variables.pop(word, None) is not None]:
                yield Change(path, line, name, "", sure)
        for match in _set_by(words, command):
            name, more, raw = match.groups()
            value = (variables.get(name, "") if more else "") + expand(raw, variables)
            variables[name] = value[:_LONGEST_VALUE]
            yield Change(path, line, name, variables[name], sure)
        parens = max(0, parens + {"(": 1, ")": -1}.get(after, 0))
        before = after


def _nesting(words: t.Sequence[str]) -> int:
    """How much deeper the first word leads."""
    first = words[0] if words else ""
    return (first in _OPENING) - (first in _CLOSING)


def _bare(words: t.List[str]) -> t.List[str]:
    """WORDS without those of the shell's grammar in front."""
    if words[:1] == ["case"]:
        words = words[3:]
    while words and words[0] in (*_OPENING, *_CLOSING, *_BETWEEN):
        words = words[1:]
    return words


def _set_by(words: t.Sequence[str], command: str) -> t.List[t.Match[str]]:
    """The assignments in WORDS that stay after the command: all of them, or arguments of export and the like."""
    found = [_ASSIGNMENT.match(word) for word in words]
    if words and all(found):
        return [match for match in found if match]
    return [match for match in found[1:] if match] if command in _DECLARE else []


def _commands(text: str) -> t.Iterator[t.Tuple[t.List[str], int, str]]:
    """Each simple command: its words as they are written, the line of the first one, the operator after it."""
    words: t.List[str] = []
    line, start, place = 1, 1, 0
    waiting: t.List[str] = []  # ends of here-documents that begin with the next line
    while place < len(text):
        character = text[place]
        operator = shell_words.OPERATOR.match(text, place)
        if character in " \t\r":
            place += 1
        elif text.startswith("\\\n", place):
            place, line = place + 2, line + 1
        elif character == "#":
            end = text.find("\n", place)
            place = end if end >= 0 else len(text)
        elif operator and operator.group() in ("<<", "<<-"):
            end = shell_words.word_end(text, shell_words.skip_blanks(text, operator.end()))
            waiting.append(expand(text[shell_words.skip_blanks(text, operator.end()) : end], {}))
            place = end
        elif operator and operator.group() in ("<", ">", "<<<"):
            place = shell_words.word_end(text, shell_words.skip_blanks(text, operator.end()))
        elif operator:
            yield words, start, operator.group()
            words, place = [], operator.end()
            if operator.group() == "\n":
                line += 1
                for mark in waiting:
                    place, passed = shell_words.behind_document(text, place, mark)
                    line += passed
                waiting = []
        else:
            end = max(shell_words.word_end(text, place), place + 1)
            start = start if words else line
            words.append(text[place:end])
            line += text.count("\n", place, end)
            place = end
    yield words, start, "\n"


def expand(raw: str, variables: t.Mapping[str, str], depth: int = 0) -> str:
    """RAW, a word as it is written, as the shell would expand it."""
    result: t.List[str] = []
    place, quoted, length = 0, False, 0
    while place < len(raw) and length < _LONGEST_VALUE:
        character = raw[place]
        if character == "'" and not quoted:
            end = shell_words.behind_part(raw, place)
            result.append(raw[place + 1 : end].rstrip("'") if end <= len(raw) else "")
        elif character == '"':
            quoted, end = not quoted, place + 1
        elif character == "\\":
            end = place + 2
            kept = raw[place:end] if quoted and raw[place + 1 : end] not in '$`"\\\n' else raw[place + 1 : end]
            result.append(kept.replace("\n", ""))
        elif character == "`":
            end = shell_words.behind_part(raw, place)
        elif character == "$":
            value, end = _variable(raw, place, variables, depth)
            length += len(value)
            result.append(value)
        elif character == "~" and not quoted and raw[place - 1 : place] in ("", ":", "="):
            end = place + 1
            result.append(variables.get("HOME", "~") if raw[end : end + 1] in ("", "/", ":") else "~")
        else:
            result.append(character)
            end = place + 1
        place = end
    return "".join(result)


def _variable(raw: str, place: int, variables: t.Mapping[str, str], depth: int) -> t.Tuple[str, int]:
    """The value of the expansion at PLACE, and where it ends. The output of a command is empty."""
    if raw.startswith("$(", place):
        return "", shell_words.behind_bracket(raw, place + 1)
    if not raw.startswith("${", place):
        match = _NAME.match(raw, place + 1)
        return (variables.get(match.group(), ""), match.end()) if match else ("$", place + 1)
    end = shell_words.behind_bracket(raw, place + 1)
    inner = raw[place + 2 : end - 1]
    match = _NAME.match(inner)
    if not match:
        return "", end
    value, rest = variables.get(match.group(), ""), inner[match.end() :]
    other = re.match(r"^:?([-=+])(.*)$", rest, re.DOTALL)
    if not other or depth >= _DEEPEST:
        return value, end
    instead = expand(other.group(2), variables, depth + 1)
    return ((instead if value else "") if other.group(1) == "+" else value or instead), end
