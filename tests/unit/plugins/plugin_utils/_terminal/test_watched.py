# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of each host while a run goes on."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.watched import Watched


def run() -> Watched:
    made = Watched(0.0)
    made.begins("Provision", ["a", "b", "c"])
    return made


def test_a_laptop_moves_through_its_steps() -> None:
    watched = run()
    assert watched.counts() == {"waiting": 3}
    watched.starts("a", "Install", 5.0)
    assert watched.tells("a", "apt 40%: x") and not watched.tells("z", "apt 40%: x")
    assert (watched.laptops["a"].percent, watched.counts()) == (40, {"at work": 1, "waiting": 2})
    watched.done("a", changed=True)
    watched.starts("a", "Look", 6.0)
    assert (watched.laptops["a"].told, watched.laptops["a"].changed, watched.laptops["a"].since) == ("", 1, 6.0)


def test_who_failed_and_goes_on_was_rescued() -> None:
    watched = run()
    watched.fails("a", "Install", "no space")
    watched.fails("b", "Look", "no answer", away=True)
    assert watched.counts() == {"waiting": 1, "failed": 1, "out of reach": 1}
    watched.starts("a", "Mend", 1.0)
    assert watched.counts() == {"at work": 1, "waiting": 1, "out of reach": 1}


def test_another_play_and_a_guest() -> None:
    watched = run()
    watched.starts("a", "Install", 1.0)
    watched.begins("Report", ["b"])
    watched.starts("guest", "Say", 2.0)
    assert list(watched.laptops) == ["b", "guest"]
    assert [host.name for host in watched.worked()] == ["a", "guest"]
