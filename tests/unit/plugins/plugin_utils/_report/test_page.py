# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: its policy fits it, nothing of a laptop is markup, nothing comes from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import fleet, page
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import Found

from tests.unit import a_fleet

MARKUP = "</script><script>alert(1)</script><img src=x onerror=alert(2)><!--&amp;\u2028{{data}}"


class Reader(HTMLParser):
    """Elements with attributes, and the texts of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.elements.append((f"/{tag}", {}))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] in ("script", "style"):
            self.raw.append((*self.elements[-1], data))


def rendered(which: fleet.Fleet, hidden: bool = False) -> Reader:
    return Reader(page.render(which, "0.2.0", hidden))


def data_of(reader: Reader) -> dict[str, list[dict[str, str]]]:
    text = "".join(text for _tag, attributes, text in reader.raw if attributes.get("type") == "application/json")
    loaded: dict[str, list[dict[str, str]]] = json.loads(text)
    return loaded


def test_the_policy_names_the_hash_of_every_script_and_style_and_nothing_else() -> None:
    reader = rendered(fleet.merge([Found("r", a_fleet.documents(3), [], [])], a_fleet.REPORTED))
    policy = next(str(a["content"]) for tag, a in reader.elements if a.get("http-equiv") == "Content-Security-Policy")
    inline = [text for _tag, attributes, text in reader.raw if attributes.get("type") != "application/json"]
    hashes = {f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}" for text in inline}
    assert (len(hashes), set(re.findall(r"sha256-[\w+/=]+", policy))) == (3, hashes)
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy and "http" not in policy


def test_nothing_comes_from_elsewhere_and_no_element_has_a_style_or_a_handler() -> None:
    reader = rendered(a_fleet.hostile())
    for tag, attributes in reader.elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")], tag
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,")), (tag, name)


def test_what_a_laptop_says_is_never_markup() -> None:
    harmless = rendered(a_fleet.hostile("fine"))
    reader = rendered(a_fleet.hostile(MARKUP))
    assert [tag for tag, _attributes in reader.elements] == [tag for tag, _attributes in harmless.elements]
    (laptop,) = data_of(reader)["laptops"]
    assert (laptop["name"], laptop["reason"]) == (MARKUP, MARKUP)


def test_the_library_is_as_it_was_published_but_for_its_map() -> None:
    text = page._file("table-core.js")
    assert hashlib.sha256(text.encode()).hexdigest() == (
        "a0d1d4531c0c4ae7cdaec01f217c724aa969cacaff7f7d8971c334ac97500379"
    )
    assert "sourceMappingURL" not in page.render(fleet.merge([], a_fleet.REPORTED), "0.2.0")


def test_problems_and_changes_are_bounded() -> None:
    problems = [f"problem {number}" for number in range(80)]
    text = page.render(fleet.merge([Found("r", [], [], problems)], a_fleet.REPORTED), "0.2.0")
    assert "problem 49<" in text and "problem 50<" not in text and "and 30 more, see fleet.json" in text


def test_what_changed_is_told_at_the_top() -> None:
    source = Found("r", a_fleet.documents(40), [], [])
    for days_ago in (1, 0):
        made = a_fleet.documents(40, days_ago, broken=() if days_ago else ("laptop-0003",))
        source.history += [fleet.history.line(one) for one in made]
    text = page.render(fleet.merge([source], a_fleet.REPORTED), "0.2.0")
    assert "laptop-0003: in order → not in order, new: dpkg_states, new: driver_packages" in text


def test_names_that_are_left_out_make_no_line_for_limit() -> None:
    which = fleet.merge([Found("r", a_fleet.documents(1), [], [])], a_fleet.REPORTED)
    assert (data_of(rendered(which, True))["hidden"], data_of(rendered(which))["hidden"]) == (True, False)


def test_containers_in_a_few_words() -> None:
    some = {"engines": ["docker", "podman"], "version": "1.19.1", "docker_desktop": False, "notes": []}
    assert page._containers(some) == "docker, podman, toolkit 1.19.1"
    assert page._containers({**some, "engines": [], "version": "", "docker_desktop": True}) == (
        "Docker Desktop, toolkit not needed"
    )
