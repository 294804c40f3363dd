# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian 12 (apt 2.6) and a Debian 13 (apt 3.0) with the lab's apt repositories beside them."""

from __future__ import annotations

import functools
import http.server
import threading
import typing as t
from pathlib import Path

import pytest

from lab.linux import images
from lab.repository import cuda
from lab.repository.keys import lab_keys
from tests.integration.linux.linux_distribution import Distribution, Quiet, Web


@pytest.fixture(scope="session")
def web() -> t.Iterator[Web]:
    """A web server on loopback with every repository of the lab."""
    cache = images.default_cache()
    root = cuda.repositories(cache)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Web(f"http://127.0.0.1:{server.server_address[1]}", lab_keys(cache).new.fingerprint)
    server.shutdown()


@pytest.fixture(params=["debian-12", "debian-13"])
def distribution(request: pytest.FixtureRequest, tmp_path: Path) -> t.Iterator[Distribution]:
    """A fresh distribution."""
    box = Distribution(images.image(request.param, images.default_cache()), tmp_path / "box")
    yield box
    box.close()


@pytest.fixture
def debian12(tmp_path: Path) -> t.Iterator[Distribution]:
    """A fresh Debian 12, which has what toolkit 12.4 needs."""
    box = Distribution(images.image("debian-12", images.default_cache()), tmp_path / "box")
    yield box
    box.close()
