# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The toolkit's transaction: refused before a download, detached, found again, mended."""

from __future__ import annotations

import threading
import time
import typing as t

import pytest

from tests.integration.linux.linux_distribution import Distribution, Web

pytestmark = pytest.mark.lab


@pytest.fixture
def ready(distribution: Distribution, web: Web) -> Distribution:
    """A distribution with guard and source."""
    distribution.module("cuda_guard")
    done = distribution.module("cuda_repository", url=web.repository(), key_fingerprint=web.fingerprint)
    assert not done["failed"], done
    return distribution


WANTED: dict[str, t.Any] = {"version": "12.8", "components": ["nvcc"], "host_compiler": False}


def slow(box: Distribution, seconds: int) -> None:
    """Make every transaction take SECONDS more, before it unpacks anything."""
    box.write("/etc/apt/apt.conf.d/10slow", f'DPkg::Pre-Invoke {{ "sleep {seconds}"; }};\n')


def test_install_twice_and_remove(ready: Distribution) -> None:
    planned = ready.module("cuda_toolkit", check_mode=True, **WANTED)
    assert planned["changed"] and "cuda-nvcc-12-8" in planned["diff"][-1]["after"], planned
    assert "cuda-nvcc" not in ready.run("dpkg -l | cat")
    first = ready.module("cuda_toolkit", **WANTED)
    assert first["changed"] and first["nvcc"] == "/usr/local/cuda-12.8/bin/nvcc", first
    assert ready.run("sh -lc 'command -v nvcc'").strip() == "/usr/local/cuda/bin/nvcc"
    ready.run("rm -r /var/lib/apt/lists")
    assert not ready.module("cuda_toolkit", **WANTED)["changed"]
    gone = ready.module("cuda_toolkit", state="absent", **WANTED)
    assert gone["changed"] and "12-8" not in ready.run("dpkg -l | cat"), gone
    assert not ready.module("cuda_toolkit", state="absent", **WANTED)["changed"]


def test_bad_input_is_one_line(ready: Distribution) -> None:
    for options, words in (
        ({"version": "12"}, 'quoted, as in "12.8"'),
        ({"version": "12.99"}, "no such toolkit; known: 12.0"),
        ({"version": "12.8", "components": ["cuda"]}, "brings a Linux driver"),
        ({"version": "12.8", "components": ["cuda-drivers"]}, "name one of: toolkit"),
        ({"version": "12.9"}, "Unable to locate package cuda-toolkit-12-9"),
    ):
        result = ready.module("cuda_toolkit", **options)
        assert result["failed"] and words in result["msg"] and "\n" not in result["msg"], result
    assert "transactions" not in ready.run("ls /var/lib/wslfleet 2>/dev/null; true")


def test_lost_connection_leaves_apt_alone_and_the_next_run_finds_it(ready: Distribution) -> None:
    slow(ready, 6)
    cut = ready.scratch / "cut"
    threading.Timer(4.0, cut.touch).start()
    lost = ready.module("cuda_toolkit", wait=1, **WANTED)
    assert lost["unreachable"], lost
    assert "goes on inside the distribution; run the playbook again" in lost["msg"]
    cut.unlink()
    found = ready.module("cuda_toolkit", wait=1, **WANTED)
    assert not found["failed"] and found["changed"], found
    assert found["transaction"]["id"] in lost["msg"]
    assert ready.run("ls /var/lib/wslfleet/transactions | wc -l").strip() == "1"
    assert ready.run("dpkg --audit") == ""
    assert not ready.module("cuda_toolkit", **WANTED)["changed"]


def test_killed_transaction_is_mended_by_the_next_run(ready: Distribution) -> None:
    slow(ready, 30)
    runner = threading.Thread(target=ready.module, args=("cuda_toolkit",), kwargs=WANTED)
    runner.start()
    while not ready.run("ls /var/lib/wslfleet/transactions/*/pid 2>/dev/null; true"):
        time.sleep(0.2)
    time.sleep(1)
    # The laptop is switched off: everything of the transaction dies at once, dpkg is left with a journal.
    leader = ready.run("cut -d' ' -f1 /var/lib/wslfleet/transactions/*/pid").strip()
    ready.run(f"python3 -c 'import os; os.killpg({leader}, 9)'")
    ready.run("rm /etc/apt/apt.conf.d/10slow")
    runner.join()
    stanza = "sed -n '/^Package: procps$/,/^$/p' /var/lib/dpkg/status"
    ready.run(f"{stanza} | sed 's/ installed$/ unpacked/' >/var/lib/dpkg/updates/0000")
    again = ready.module("cuda_toolkit", **WANTED)
    assert not again["failed"] and again["changed"], again
    assert ready.run("dpkg --audit; ls /var/lib/dpkg/updates") == ""


def test_failing_package_is_told_with_its_state(ready: Distribution) -> None:
    ready.write("/etc/apt/apt.conf.d/10fail", 'DPkg::Pre-Install-Pkgs { "echo no room >&2; false"; };\n')
    result = ready.module("cuda_toolkit", **WANTED)
    assert result["failed"] and "ended with code 100" in result["msg"] and "log in the distribution" in result["msg"]
