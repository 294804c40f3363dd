# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Make the answer of a row of the probe from the outcome of a command.

``holds`` and ``differs`` compare with an assumption of the collection; ``noted`` is a fact without an assumption.
"""

from __future__ import annotations

import hashlib
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import registry
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import decode_text, list_verbose


@dataclass(frozen=True)
class Answer:
    """VERDICT: holds, differs, noted or missing."""

    verdict: str
    text: str


Judge = t.Callable[[Completed], Answer]
_SHOWN = 100


def _compare(holds: bool, text: str) -> Answer:
    return Answer("holds" if holds else "differs", _shorten(text))


def _shorten(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _SHOWN else f"{one_line[: _SHOWN - 1]}…"


def _stdout(completed: Completed) -> str:
    return completed.stdout.decode("utf-8", "replace")


def prints(expected: str, exit_code: int = 0) -> Judge:
    """Exactly EXPECTED on stdout, except for blanks around it, and this exit code."""

    def answer(completed: Completed) -> Answer:
        found = _stdout(completed).strip()
        holds = found == expected and completed.exit_code == exit_code
        return _compare(holds, f"exit {completed.exit_code}: {found or 'nothing'}")

    return answer


def contains(expected: str) -> Judge:
    """EXPECTED, in any case, somewhere on stdout."""
    return lambda completed: _compare(expected in _stdout(completed).lower(), _stdout(completed))


def lacks(text: str) -> Judge:
    """TEXT, in any case, nowhere on stdout, and exit code 0."""
    return lambda completed: _compare(
        text not in _stdout(completed).lower() and completed.exit_code == 0, _stdout(completed)
    )


def fails() -> Judge:
    """Any exit code but 0."""
    return lambda completed: _compare(completed.exit_code != 0, f"exit {completed.exit_code}")


def exits(code: int) -> Judge:
    """Exactly this exit code."""
    return lambda completed: _compare(completed.exit_code == code, f"exit {completed.exit_code}")


def prints_digest(content: bytes) -> Judge:
    """The SHA-256 of CONTENT first on stdout."""
    return lambda completed: _compare(
        _stdout(completed).startswith(hashlib.sha256(content).hexdigest()), _stdout(completed)
    )


def matches(pattern: str) -> Judge:
    """PATTERN somewhere on stdout, and exit code 0."""
    return lambda completed: _compare(
        completed.exit_code == 0 and re.search(pattern, _stdout(completed)) is not None, _stdout(completed)
    )


def reads(read: t.Callable[[bytes], object]) -> Judge:
    """READ, the collection's function for such output, finds something."""

    def answer(completed: Completed) -> Answer:
        found = read(completed.stdout)
        return _compare(found not in (None, []), f"exit {completed.exit_code}: {found}")

    return answer


def is_utf8(completed: Completed) -> Answer:
    """Output that is not UTF-8 differs; only ASCII proves nothing."""
    try:
        text = completed.stdout.decode("utf-8")
    except UnicodeDecodeError as error:
        return Answer("differs", _shorten(f"byte {completed.stdout[error.start]:#04x} in {_stdout(completed)}"))
    if text.isascii():
        return Answer("noted", "nothing but ASCII")
    return Answer("holds", _shorten("".join(character for character in text if not character.isascii())))


def notes_utf8(completed: Completed) -> Answer:
    """The whole output, unless it is not UTF-8."""
    answer = is_utf8(completed)
    return answer if answer.verdict == "differs" else notes_code(completed)


def notes_code(completed: Completed) -> Answer:
    """Any exit code and text."""
    return Answer("noted", _shorten(f"exit {completed.exit_code}: {_stdout(completed).strip() or 'nothing'}"))


def _noted(completed: Completed, text: str) -> Answer:
    if completed.exit_code != 0 and not text.strip():
        return Answer("missing", f"exit {completed.exit_code}")
    return Answer("noted", _shorten(text) or "there, empty")


def notes_all(completed: Completed) -> Answer:
    """The whole output."""
    return _noted(completed, _stdout(completed))


def notes_first_line(completed: Completed) -> Answer:
    """The first line of the output."""
    return _noted(completed, _stdout(completed).strip().partition("\n")[0])


def notes_registry(scope: registry.Scope) -> Judge:
    """All values, or their number if there are many."""

    def answer(completed: Completed) -> Answer:
        tree = registry.parse(completed.stdout, scope)
        values = [
            f"{name}={_show(tree.values(key)[name])}" for key in tree.all_keys() for name in sorted(tree.values(key))
        ]
        return _noted(completed, ", ".join(values) if len(values) <= 4 else f"{len(values)} values")

    return answer


def _show(data: registry.Data) -> str:
    return data.hex() if isinstance(data, bytes) else " ".join(data) if isinstance(data, list) else str(data)


def notes_matches(pattern: str) -> Judge:
    """The first group of PATTERN, anywhere in the output."""
    return lambda completed: _noted(completed, " ".join(re.findall(pattern, _stdout(completed))))


def notes_free_space(completed: Completed) -> Answer:
    """The first number of the first line, without its translated grouping, in GiB."""
    found = re.search(r":\s*([\d.,\u00a0\u202f']+)", _stdout(completed))
    digits = re.sub(r"\D", "", found.group(1)) if found else ""
    return _noted(completed, f"{int(digits) // 1024**3} GiB" if digits else "")


def notes_sleep(completed: Completed) -> Answer:
    """The last two hexadecimal numbers: seconds on AC and on battery."""
    numbers = re.findall(r"0x([0-9a-fA-F]{8})", _stdout(completed))[-2:]
    return _noted(completed, " ".join(str(int(number, 16)) for number in numbers))


def notes_wsl(encoding: str) -> Judge:
    """The version of WSL, and whether the encoding is the expected one."""

    def answer(completed: Completed) -> Answer:
        found = re.search(r"\d+(?:\.\d+)+", decode_text(completed.stdout).partition("\n")[0])
        if completed.exit_code != 0 or not found:
            return Answer("missing", f"exit {completed.exit_code}")
        used = "utf-16" if b"\0" in completed.stdout else "utf-8"
        return _compare(used == encoding, f"{found.group(0)} in {used}")

    return answer


def notes_list(completed: Completed) -> Answer:
    """Names and versions of the distributions; what runs changes from one moment to the next."""
    rows = [f"{row.name} (WSL {row.version})" for row in list_verbose(decode_text(completed.stdout))]
    return Answer("noted", _shorten(", ".join(rows)) or "none")
