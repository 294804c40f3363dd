# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Text from a laptop, made harmless before it is shown: it cannot control a terminal or forge a line.

Names, paths and messages on a laptop may have been written by somebody who is not trusted. The controller and the
distribution both use this file.
"""

from __future__ import annotations

import re
import typing as t

MAXIMUM_LENGTH = 4096
"""Most characters of one text that is shown. Real names and messages are much shorter."""

# C0, DEL and C1 control terminals (ECMA-48); the others change the order of what is read, or hide it (Unicode UAX 9).
_ACTING = "\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff"
# Texts, not compiled patterns: the process of every task loads this file, and few of them need one.
_IN_ONE_LINE = f"[{_ACTING}]"
_IN_LINES = f"(?![\n\t])[{_ACTING}]"


def clean(text: str, maximum: int = MAXIMUM_LENGTH) -> str:
    """TEXT as one line that is safe for a terminal: control characters are escaped (``\\x1b``), and it is cut after
    MAXIMUM."""
    return re.sub(_IN_ONE_LINE, _escape, _cut(text, maximum))


def clean_lines(text: str) -> str:
    """As ``clean``, but line breaks and tabs stay: for differences and other texts of several lines."""
    return re.sub(_IN_LINES, _escape, _cut(text.replace("\r\n", "\n"), 1 << 20))


def clean_result(value: t.Any) -> t.Any:
    """VALUE of a result, plain data as JSON has it, with every text in it and every name cleaned; lines stay lines."""
    if isinstance(value, str):
        return clean_lines(value)
    if isinstance(value, dict):
        return {clean(name) if isinstance(name, str) else name: clean_result(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean_result(part) for part in value]
    return value


def _cut(text: str, maximum: int) -> str:
    return text if len(text) <= maximum else f"{text[:maximum]}… ({len(text) - maximum} characters more)"


def _escape(match: t.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
