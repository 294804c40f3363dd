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
    # Longer than the first look: the others know nothing of the packages that came.
    slow(ready, 3)
    first = ready.module("cuda_toolkit", **WANTED)
    assert planned["diff"][-1] in first["diff"] and len(first["diff"]) > 2, first["diff"]
    ready.run("rm /etc/apt/apt.conf.d/10slow")
    assert first["changed"] and first["nvcc"] == "/usr/local/cuda-12.8/bin/nvcc", first
    assert ready.run("sh -lc 'command -v nvcc'").strip() == "/usr/local/cuda/bin/nvcc"
    assert "release 12.8" in ready.run("PATH=/usr/local/bin:/usr/bin:/bin; nvcc --version"), "without a login shell"
    ready.run("rm -r /var/lib/apt/lists")
    assert not ready.module("cuda_toolkit", **WANTED)["changed"]
    gone = ready.module("cuda_toolkit", state="absent", **WANTED)
    assert gone["changed"] and "12-8" not in ready.run("dpkg -l | cat; ls /usr/local/bin"), gone
    assert ready.run("ls /usr/local/bin /etc/profile.d | grep -E 'nvcc|wslfleet'; true") == ""
    assert not ready.module("cuda_toolkit", state="absent", **WANTED)["changed"]


def test_bad_input_is_one_line(debian12: Distribution) -> None:
    # Everything else that is wrong is refused without a look at the distribution, see the unit tests.
    result = debian12.module("cuda_toolkit", version="12.9")
    assert result["failed"] and "Unable to locate package cuda-toolkit-12-9" in result["msg"], result
    assert "\n" not in result["msg"] and "toolkits that are there: none" in result["msg"]
    assert "transactions" not in debian12.run("ls /var/lib/wslfleet 2>/dev/null; true")


def state(box: Distribution) -> dict[str, str]:
    """The packages of the toolkits: name -> hold or install, and version."""
    listing = box.run("dpkg-query -W -f '${Package} ${db:Status-Want} ${db:Status-Status} ${Version}\\n'")
    rows = [line.split() for line in listing.splitlines()]
    return {row[0]: f"{row[1]} {row[3]}" for row in rows if row[0].startswith("cuda-") and row[2] == "installed"}


def test_from_release_to_release(debian12: Distribution, web: Web) -> None:
    box = debian12
    box.module("cuda_guard")
    box.module("cuda_repository", url=web.repository(), key_fingerprint=web.fingerprint)

    def bring(version: str, **options: t.Any) -> dict[str, t.Any]:
        done = box.module("cuda_toolkit", **{**WANTED, "version": version, **options})
        assert done["failed"] or done["changed"], done
        return done

    # An exact release, all parts of it, held.
    first = bring("12.8.0")
    assert first["version"] == "12.8" and first["release"] == "", first
    assert {state(box)[name] for name in ("cuda-nvcc-12-8", "cuda-crt-12-8", "cuda-nvvm-12-8")} == {"hold 12.8.61-1"}
    assert "12-8" not in box.run("apt-get -s -q upgrade | grep ^Inst; true")
    box.run("mv /usr/bin/apt-get /usr/bin/apt-cache /srv; touch /mark; sleep 0.1")
    again = box.module("cuda_toolkit", **{**WANTED, "version": "12.8.0"})
    assert not again["changed"] and not again["failed"], again
    box.run("mv /srv/apt-get /srv/apt-cache /usr/bin")
    unknown = bring("12.8.7")
    assert "of 12.8 there are 12.8.0, 12.8.1" in unknown["msg"], unknown
    # Up, down when allowed, up again and free.
    bring("12.8.1")
    assert state(box)["cuda-crt-12-8"] == "hold 12.8.93-1"
    back = bring("12.8.0")
    assert "set allow_downgrade to go back" in back["msg"], back
    bring("12.8.0", allow_downgrade=True)
    assert state(box)["cuda-nvcc-12-8"] == "hold 12.8.61-1"
    bring("12.8", state="latest")
    assert {state(box)[name] for name in ("cuda-nvcc-12-8", "cuda-crt-12-8")} == {"install 12.8.93-1"}
    assert not box.module("cuda_toolkit", **{**WANTED, "state": "latest"})["changed"]
    # Two side by side, the older one as the default.
    bring("12.4", default=True)
    assert "release 12.4" in box.run("/usr/local/bin/nvcc --version")
    assert "release 12.8" in box.run("/usr/local/cuda-12.8/bin/nvcc --version")
    # The newest, and the others go: what the two share stays.
    newest = bring("12.latest", others="remove")
    assert (newest["version"], newest["nvcc"]) == ("12.8", "/usr/local/cuda-12.8/bin/nvcc"), newest
    assert "-12-4" not in " ".join(state(box)) and "cuda-toolkit-config-common" in state(box)
    assert "release 12.8" in box.run("/usr/local/bin/nvcc --version; dpkg --audit")
    bring("12.8", state="absent")
    assert state(box) == {}


GPU = """#!/bin/sh
case "$*" in
*compute_cap*) echo "{}" ;;
esac
"""
PASCAL = "NVIDIA GeForce GTX 1060, 581.15, 6.1"
OLD_DRIVER = "NVIDIA RTX 4000 Ada, 566.36, 8.9"
CURRENT = "NVIDIA RTX 4000 Ada, 581.15, 8.9"


def windows_driver(box: Distribution, answer: str) -> None:
    """WSL's nvidia-smi, which asks the driver on Windows."""
    box.write("/usr/lib/wsl/lib/nvidia-smi", GPU.format(answer))
    box.run("chmod 755 /usr/lib/wsl/lib/nvidia-smi")


def test_what_cannot_work_is_refused_before_a_download(debian13: Distribution, web: Web) -> None:
    box = debian13
    box.write("/etc/apt/sources.list.d/cuda-ubuntu2404.list", f"deb [trusted=yes] {web.repository('ubuntu2404')} /\n")
    box.module("cuda_guard")
    box.module("cuda_repository", url=web.repository(), key_fingerprint=web.fingerprint)
    box.run("apt-get -q update")
    legacy = box.module("cuda_legacy", repository_url=web.repository(), repository_name="wsl-ubuntu")
    assert not legacy["changed"], "a second source of NVIDIA's that works is somebody's intention"
    before = len(web.server.requests)
    trap = box.module("cuda_toolkit", version="12.4", host_compiler=False)
    assert trap["failed"] and "needs libtinfo5" in trap["msg"] and "cuda_version 13.0 or newer" in trap["msg"], trap
    for answer, words in (
        (PASCAL, "GTX 1060 has compute capability 6.1"),
        (OLD_DRIVER, "the Windows driver 566.36 is too old for CUDA 13.0, which needs 580.00 or newer"),
    ):
        windows_driver(box, answer)
        old = box.module("cuda_toolkit", version="13.0", host_compiler=False)
        assert old["failed"] and words in old["msg"] and "use cuda_version 12.9" in old["msg"], old
    assert not [line for line in web.server.requests[before:] if ".deb" in line]
    # Both of NVIDIA's sources are there: the toolkit gets in, a driver does not.
    done = box.module("cuda_toolkit", **WANTED)
    assert done["changed"] and not done["failed"], done
    assert "nvidia" not in box.run("dpkg-query -W") and "cuda-drivers" not in box.run(
        "apt-get -s install cuda", check=False
    )
    # From 12 to 13: side by side on the new driver, then the newest 13 alone.
    windows_driver(box, CURRENT)
    beside = box.module("cuda_toolkit", **{**WANTED, "version": "13.0"})
    assert not beside["failed"] and beside["nvcc"] == "/usr/local/cuda-13.0/bin/nvcc", beside
    both = box.run("/usr/local/bin/nvcc --version; /usr/local/cuda-12/bin/nvcc --version")
    assert "release 13.0" in both and "release 12.8" in both, both
    transactions = "ls -d /var/lib/wslfleet/transactions/*-toolkit | wc -l"
    count = int(box.run(transactions))
    newest = box.module("cuda_toolkit", **{**WANTED, "version": "13.latest", "others": "remove"})
    assert not newest["failed"], newest
    assert int(box.run(transactions)) == count + 1, "what it took away with the old it had to install again"
    assert (newest["version"], newest["nvcc"]) == ("13.3", "/usr/local/cuda-13.3/bin/nvcc"), newest
    left = " ".join(state(box))
    assert "-12-8" not in left and "-13-0" not in left and "cuda-toolkit-13-config-common" in left, left
    assert "cuda-toolkit-12-config-common" not in left, left
    assert "release 13.3" in box.run("/usr/local/bin/nvcc --version; dpkg --audit")
    assert not box.module("cuda_toolkit", **{**WANTED, "version": "13.latest"})["changed"]


def test_lost_connection_leaves_apt_alone_and_the_next_run_finds_it(ready: Distribution) -> None:
    slow(ready, 6)
    cut = ready.scratch / "cut"
    threading.Timer(4.0, cut.touch).start()
    lost = ready.module("cuda_toolkit", wait=1, **WANTED)
    assert lost["unreachable"], lost
    assert "continues inside the distribution; run the playbook again" in lost["msg"]
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
