# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of what a run looks like, and what of it is compared with a real run."""

from __future__ import annotations

from pathlib import Path

from scripts.docs import runs

OUTPUT = f"""
PLAY [Provision] ****************

TASK [role : Restart] ***********
included: {runs.COLLECTIONS}/ansible_collections/x.yml for fresh-1

TASK [role : Install] ***********
+ install WSL
changed: [fresh-1]

TASK [Show: what] ***************
ok: [fresh-1] => {{
    "msg": ["TASK [x]", "ok: fine"]
}}

PLAY RECAP **********************
fresh-1 : ok=2
"""


def test_the_page_shows_runs_as_they_are() -> None:
    text = runs.page({runs.CHECK: OUTPUT, runs.CONVERGED: OUTPUT.replace("changed", "ok")})
    short = OUTPUT.replace(f"{runs.COLLECTIONS}/", "").strip("\n")
    assert runs.shown(runs.CHECK, text).strip("\n") == short
    assert runs.shown(runs.CONVERGED, text).strip("\n") == short.replace("changed", "ok")


def test_the_shape_is_plays_tasks_and_outcomes() -> None:
    assert runs.shape(OUTPUT) == [
        "PLAY [Provision]",
        "TASK [role : Restart]",
        "included",
        "TASK [role : Install]",
        "changed",
        "TASK [Show: what]",
        "ok",
    ]


def test_the_page_of_the_guide_is_one() -> None:
    text = runs.PATH.read_text(encoding="utf-8")
    outputs = {name: runs.shown(name, text) for name in (runs.CHECK, runs.CONVERGED)}
    assert runs.page(outputs) == text, f"changed by hand: {runs.COMMAND}"
    assert all(len(runs.shape(output)) > 20 and "PLAY RECAP" in output for output in outputs.values())
    assert not [word for word in ("/tmp/", str(Path.home()), str(runs.ROOT)) if word in text]
