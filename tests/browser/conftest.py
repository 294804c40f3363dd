# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One headless Chromium for all tests, and pages that fail a test on any console message or request to elsewhere."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import report
from playwright.sync_api import Browser, Page, sync_playwright

from tests.unit import a_fleet

ROOT = Path(__file__).resolve().parents[2]
NOW = "2026-11-28T14:05:00Z"
OPEN = t.Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> t.Iterator[Browser]:
    with sync_playwright() as playwright:
        # Chromium's own sandbox does not work for root, who runs the tests of the lab.
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def said() -> list[str]:
    """Messages in the console, errors, dialogs, and requests to elsewhere; none may be left at the end of a test."""
    return []


@pytest.fixture
def open_page(browser: Browser, said: list[str]) -> t.Iterator[OPEN]:
    """Opens the page of a folder; the arguments are those of playwright's ``new_context``."""
    contexts = []

    def opened(path: Path, anchor: str = "", **settings: t.Any) -> Page:
        context = browser.new_context(viewport=settings.pop("viewport", {"width": 1360, "height": 900}), **settings)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
        own = path.as_uri()
        page.on("request", lambda request: said.append(request.url) if not request.url.startswith(own) else None)
        page.goto(own + anchor)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture(scope="session")
def page_of_300(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of 300 laptops after 25 audits, one of which broke in between."""
    folder = tmp_path_factory.mktemp("report")
    for days_ago in range(24, -1, -1):
        a_fleet.run(folder, 300, days_ago, broken=[] if days_ago else ["laptop-0003"], write=days_ago == 0)
    report.write([str(folder)], str(folder), NOW, "0.2.0")
    return folder / report.PAGE


@pytest.fixture(scope="session")
def screenshots() -> Path:
    folder = Path(os.environ.get("WSLFLEET_SCREENSHOTS") or ROOT / ".cache" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
