# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian 12 (apt 2.6) and a Debian 13 (apt 3.0) with the lab's apt repositories beside them."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from lab.internet.web import WebServer
from lab.linux import images
from lab.repository import cuda
from lab.repository.keys import lab_keys
from tests.integration.linux.linux_distribution import Distribution, Web


@pytest.fixture(scope="session")
def web() -> t.Iterator[Web]:
    """A web server on loopback with every repository of the lab."""
    cache = images.default_cache()
    with WebServer(cuda.repositories(cache)) as server:
        yield Web(server, lab_keys(cache))


def _fresh(image: str, request: pytest.FixtureRequest, network: bool = True) -> t.Iterator[Distribution]:
    """A distribution made from IMAGE, with Debian's archive for tests that are marked so."""
    folder: Path = request.getfixturevalue("tmp_path") / "box"
    archive = request.node.get_closest_marker("archive") is not None
    box = Distribution(images.image(image, images.default_cache()), folder, network, archive)
    yield box
    box.close()


@pytest.fixture(params=["debian-12", "debian-13"])
def distribution(request: pytest.FixtureRequest) -> t.Iterator[Distribution]:
    """A fresh distribution."""
    yield from _fresh(request.param, request)


@pytest.fixture
def offline(request: pytest.FixtureRequest) -> t.Iterator[Distribution]:
    """A fresh Debian 13 without any network, not even loopback."""
    yield from _fresh("debian-13", request, network=False)


@pytest.fixture
def debian13(request: pytest.FixtureRequest) -> t.Iterator[Distribution]:
    """A fresh Debian 13, whose apt 3 verifies by sqv and which has no libtinfo5."""
    yield from _fresh("debian-13", request)


@pytest.fixture
def debian12(request: pytest.FixtureRequest) -> t.Iterator[Distribution]:
    """A fresh Debian 12, which has what toolkit 12.4 needs."""
    yield from _fresh("debian-12", request)
