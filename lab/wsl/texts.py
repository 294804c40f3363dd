# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsl.exe's own texts in the language of the laptop: exact culture match, else English, as wsl.exe looks them up.

Not localised in the lab although real ones are: FailedToCreateDisk and UninstallNoArguments (all three languages),
OptionalComponentInstallFailed (French, Japanese), the usage text (usage.py). French ``--version`` lines after the
second are not confirmed. The other texts are Microsoft's.
"""

from __future__ import annotations

from lab.wsl import texts_de, texts_en, texts_fr, texts_ja

CATALOGUES = {"de-DE": texts_de.TEXTS, "fr-FR": texts_fr.TEXTS, "ja-JP": texts_ja.TEXTS}

NEWEST = (9999,)


def parse_version(version: str) -> tuple[int, ...]:
    """``2.6.3.0`` as numbers."""
    return tuple(int(part) for part in version.split("."))


def text(name: str, *arguments: str, language: str = "en-US", version: tuple[int, ...] = NEWEST) -> str:
    """The text NAME with its ``{}`` filled in, as wsl.exe VERSION has it. Raises KeyError for an unknown name."""
    template = CATALOGUES.get(language, {}).get(name)
    if template is None:
        template = texts_en.TEXTS[name]
        until, older = texts_en.OLDER.get(name, ((0,), ""))
        if version < until:
            template = older
    return template.format(*arguments)
