# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of the collection, installed or in a checkout."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.version import collection_version


def test_the_version_of_this_checkout() -> None:
    assert collection_version().count(".") == 2


def test_an_installed_collection_has_a_manifest(tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.json").write_text(json.dumps({"collection_info": {"version": "1.2.3"}}))
    assert collection_version(str(tmp_path)) == "1.2.3"


def test_neither_is_there(tmp_path: Path) -> None:
    assert collection_version(str(tmp_path)) == ""
    (tmp_path / "galaxy.yml").write_text("name: cuda\n")
    collection_version.cache_clear()
    assert collection_version(str(tmp_path)) == ""
