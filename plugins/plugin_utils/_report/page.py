# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The report as one HTML page that needs no other files; its policy allows nothing but its own script.

It contains the data as JSON, which the browser does not run; the script shows it as text. Pure, apart from its files.
"""

from __future__ import annotations

import base64
import collections
import functools
import hashlib
import json
import os
import re
import typing as t
from html import escape

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import charts, words
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import Fleet, Laptop
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.versions import versions

MAXIMUM_LINES = 50
"""Most problems and changes at the top of the page; fleet.json has all of them."""
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_LETTERS = {words.FAIL: "f", words.WARN: "w", words.UNKNOWN: "u", words.PASS: "p", words.NOT_APPLICABLE: "n"}


def render(fleet: Fleet, version: str, hidden: bool = False) -> str:
    """The page.

    :arg version: version of the collection.
    :arg hidden: names were removed, so the page cannot make lines for ``--limit``.
    """
    style, library, script = _file("page.css"), _file("table-core.js"), _file("page.js")
    # The page does not contain the source map of the library.
    library = re.sub(r"(?m)^//# sourceMappingURL=.*$", "", library)
    parts = {
        "policy": _policy([library, script], style),
        "style": style,
        "library": library,
        "script": script,
        "data": _data(fleet, hidden),
        "sentence": escape(fleet.sentence()),
        "total": f"{len(fleet.laptops):,} laptop{'' if len(fleet.laptops) == 1 else 's'}",
        "made": escape(fleet.made),
        "made_shown": escape(fleet.made.replace("T", " ").rstrip("Z") + " UTC"),
        "version": escape(version),
        "tiles": charts.tiles(fleet.counts()),
        "bar": charts.share(fleet.counts()),
        "problems": _problems(fleet.problems),
        "cards": _cards(fleet),
    }
    return _PLACE.sub(lambda match: parts[match.group(1)], _file("page.html"))


@functools.lru_cache(maxsize=None)
def _file(name: str) -> str:
    with open(os.path.join(os.path.dirname(__file__), "assets", name), encoding="utf-8") as stream:
        return stream.read()


def _policy(scripts: t.Sequence[str], style: str) -> str:
    """Content-Security-Policy: only the page's own script and style, and no text can become markup."""
    return (
        f"default-src 'none'; script-src {' '.join(map(_hash, scripts))}; style-src {_hash(style)}; img-src data:;"
        " base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _problems(problems: t.Sequence[str]) -> str:
    if not problems:
        return ""
    return (
        f'<section class="notice" aria-label="Left out"><b>Not everything could be used</b>{_lines(problems)}</section>'
    )


def _lines(lines: t.Sequence[str], css: str = "") -> str:
    more = [f"and {len(lines) - MAXIMUM_LINES} more, see fleet.json"] if len(lines) > MAXIMUM_LINES else []
    items = "".join(f"<li>{escape(line)}</li>" for line in [*lines[:MAXIMUM_LINES], *more])
    return f'<ul class="{css}">{items}</ul>'


def _cards(fleet: Fleet) -> str:
    changed = [f"{one.name}: {', '.join(one.changed)}" for one in fleet.laptops if one.changed]
    none = "<p>No laptop is in another state, or has another version, than before.</p>"
    return (
        charts.bars("Why not in order", fleet.causes(), "bad", "All laptops conform.")
        + charts.over_time(fleet.over_time)
        + charts.card("Changed since the last run", _lines(changed, "changes") if changed else none)
        + charts.bars("Toolkit", fleet.versions("toolkit"))
        + charts.bars("Driver on Windows", fleet.versions("driver"))
        + charts.bars("WSL", fleet.versions("wsl"))
        + charts.bars("Windows", fleet.versions("product"))
    )


def _data(fleet: Fleet, hidden: bool) -> str:
    # Texts are numbered, because most laptops of a fleet have the same ones.
    texts: collections.defaultdict[str, int] = collections.defaultdict(lambda: len(texts))
    laptops = [_laptop(one, texts) for one in fleet.laptops]
    states = {state: words.STATE_NAMES[state] for state in words.STATES}
    whole = {"states": states, "rows": words.ROWS, "hidden": hidden, "texts": list(texts), "laptops": laptops}
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    # Only these characters can end a script element or begin a comment in it.
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _laptop(laptop: Laptop, texts: t.Mapping[str, int]) -> dict[str, t.Any]:
    document = laptop.document
    return {
        **{name: document[name] for name in ("computer", "groups", "state", "status", "reason", "time")},
        **versions(document),
        "name": laptop.name,
        "limit": document["laptop"],
        "cause": laptop.cause,
        "step": (document["error"] or {}).get("step", ""),
        "audited": laptop.audited,
        "playbook": document["run"]["playbook"],
        "check": document["run"]["check"],
        "gpus": [str(gpu["name"] or "") for gpu in document["gpus"] or ()],
        "toolkits": [_toolkit(one) for one in document["toolkits"] or ()],
        "distributions": [
            f"{one['name']} of {one['owner']} (WSL {one['version']})" for one in document["distributions"] or ()
        ],
        "owners": sorted({str(one["owner"]) for one in document["distributions"] or ()}),
        "containers": _containers(document["containers"]),
        "changes": [
            f"{one['step']}{': ' if one['what'] else ''}{'; '.join(one['what'])}" for one in document["changes"]
        ],
        "waits": [f"{one['what']}: {one['reason']}" for one in document["waits_for"]],
        "changed": list(laptop.changed),
        "rows": "".join(_LETTERS[document["rows"][row]] for row in words.ROWS),
        "findings": [
            [
                *(texts[one[name]] for name in ("about", "id", "row")),
                _LETTERS[one["level"]],
                *(texts[one[name]] for name in ("seen", "remedy")),
            ]
            for one in document["findings"]
        ],
    }


def _toolkit(one: t.Mapping[str, t.Any]) -> str:
    """The toolkit of a distribution, in a few words."""
    version = one["version"] or "none known"
    version = f"{version}, release {one['release']}" if one["release"] else version
    program = f"; compiled program: {one['verdict'].replace('_', ' ')}" if one["verdict"] else ""
    return f"{version} ({one['about']}{program})"


def _containers(containers: t.Mapping[str, t.Any] | None) -> str:
    if containers is None:
        return ""
    engines = ", ".join(containers["engines"]) or ("Docker Desktop" if containers["docker_desktop"] else "no engine")
    return f"{engines}, toolkit {containers['version'] or 'not needed'}"
