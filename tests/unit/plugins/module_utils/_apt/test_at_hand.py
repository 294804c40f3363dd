# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import at_hand

from tests.unit.plugins.module_utils import deb_builder
from tests.unit.plugins.module_utils.scripted_run import system_at

CONTROL = "Package: vendor-gpu\nVersion: 1:2\nArchitecture: amd64"
RECORD = {"Package": "vendor-gpu", "Version": "1:2", "Architecture": "amd64", "Filename": "pool/v/vendor-gpu.deb"}
LIBRARY = "/opt/vendor/libcuda.so.1"
SOURCES = [
    pytest.param("deb [trusted=yes] file:/srv/mirror stable main\n", "/srv/mirror/pool/v/vendor-gpu.deb", id="file"),
    pytest.param("deb file:///srv/mirror/ /\n", "/srv/mirror/pool/v/vendor-gpu.deb", id="flat, slashes"),
    pytest.param("deb copy:/srv/mirror /\n", "/srv/mirror/pool/v/vendor-gpu.deb", id="copy"),
    pytest.param(
        "deb https://x.example /\n", "/var/cache/apt/archives/vendor-gpu_1%3a2_amd64.deb", id="fetched before"
    ),
]


def put(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    deb_builder.deb(path, CONTROL, [LIBRARY])


@pytest.mark.parametrize(("source", "place"), SOURCES)
def test_of_a_source(source: str, place: str, tmp_path: Path) -> None:
    put(tmp_path / "etc/apt/sources.list")
    (tmp_path / "etc/apt/sources.list").write_text(source)
    assert at_hand.read(system_at(tmp_path), ["vendor-gpu"], [RECORD]) == []
    put(tmp_path / place.lstrip("/"))
    (found,) = at_hand.read(system_at(tmp_path), ["vendor-gpu"], [RECORD, {"Package": "x"}])
    assert (found.fields["Version"], found.files) == ("1:2", (LIBRARY,))


def test_by_its_path(tmp_path: Path) -> None:
    put(tmp_path / "x.deb")
    (tmp_path / "damaged.deb").write_bytes(b"x")
    asked = [str(tmp_path / name) for name in ("x.deb", "damaged.deb", "gone.deb")]
    assert [deb.files for deb in at_hand.read(system_at(""), [*asked, "x/stable"], [])] == [(LIBRARY,)]
