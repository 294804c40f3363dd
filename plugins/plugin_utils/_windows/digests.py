# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""SHA-256 of files of the controller."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.byte_stream import file_parts
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed


def checked_digest_here(source: Path, wanted: str | None) -> str:
    """SHA-256 of the controller's file SOURCE, lower case. Raises StepFailed if it is not WANTED (None: not checked).

    Raises it too if the file cannot be read.
    """
    found = hashlib.sha256()
    for part in file_parts(source):
        found.update(part)
    digest = found.hexdigest()
    if wanted and digest != wanted.lower():
        raise StepFailed(f"{source} on the controller has SHA-256 {digest}, expected was {wanted.lower()}")
    return digest
