# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian 12 (apt 2.6) and a Debian 13 (apt 3.0) with the lab's apt repositories beside them."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from lab.linux import images
from lab.repository import cuda
from lab.repository.keys import lab_keys
from lab.web import WebServer
from tests.integration.linux.linux_distribution import Distribution, Web


@pytest.fixture(scope="session")
def web() -> t.Iterator[Web]:
    """A web server on loopback with every repository of the lab."""
    cache = images.default_cache()
    with WebServer(cuda.repositories(cache)) as server:
        yield Web(server, lab_keys(cache))


@pytest.fixture(params=["debian-12", "debian-13"])
def distribution(request: pytest.FixtureRequest, tmp_path: Path) -> t.Iterator[Distribution]:
    """A fresh distribution."""
    box = Distribution(images.image(request.param, images.default_cache()), tmp_path / "box")
    yield box
    box.close()


@pytest.fixture
def offline(tmp_path: Path) -> t.Iterator[Distribution]:
    """A fresh Debian 13 without any network, not even loopback."""
    box = Distribution(images.image("debian-13", images.default_cache()), tmp_path / "box", network=False)
    yield box
    box.close()


@pytest.fixture
def debian13(tmp_path: Path) -> t.Iterator[Distribution]:
    """A fresh Debian 13, whose apt 3 verifies by sqv and which has no libtinfo5."""
    box = Distribution(images.image("debian-13", images.default_cache()), tmp_path / "box")
    yield box
    box.close()


@pytest.fixture
def debian12(tmp_path: Path) -> t.Iterator[Distribution]:
    """A fresh Debian 12, which has what toolkit 12.4 needs."""
    box = Distribution(images.image("debian-12", images.default_cache()), tmp_path / "box")
    yield box
    box.close()
