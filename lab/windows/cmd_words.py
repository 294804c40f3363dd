# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the file commands of cmd.exe split their arguments: switches begin with ``/`` and need no blank before them."""

from __future__ import annotations

import re

_WORD = re.compile(r'(?:"[^"]*"?|[^\s,;="/]|(?<=[^\s,;="])/(?=\d*$))+|/[^\s/,;="]*')


def switches_and_words(arguments: str) -> tuple[set[str], list[str]]:
    """The switches (lower case, with ``/``) and the other words, without their quotes."""
    switches: set[str] = set()
    words: list[str] = []
    for match in _WORD.finditer(arguments):
        word = match.group()
        if word.startswith("/"):
            switches.add(word.lower())
        else:
            words.append(word.replace('"', ""))
    return switches, words
