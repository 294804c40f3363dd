# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guide shows of a terminal is what the callback plugin prints."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal import closing, layout, line, messages, progress
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.closing import Verdict
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.watched import Watched

GUIDE = Path(__file__).resolve().parents[3] / "docs/docsite/rst/on_the_terminal.rst"
NO_WINRM = "10.20.1.17: nothing listens on the WinRM port: check ansible_port, the listener and the firewall"
DOWNLOAD = "download 37%: wsl.2.6.3.0.x64.msi, 87.3 MiB of 236 MiB"


def shown(lines: list[str]) -> str:
    return "".join(f"   {text}\n" if text else "\n" for text in lines)


def test_while_it_runs() -> None:
    watched = Watched(0.0)
    watched.begins("Provision the laptops", ["laptop-1", "laptop-2", "laptop-3", "laptop-4", "laptop-5"])
    watched.starts("laptop-1", "Import the distribution", 31.0)
    watched.starts("laptop-2", "Install the toolkit and keep drivers out", 13.0)
    watched.tells("laptop-2", "apt 40%: Unpacking libnvjpeg-dev-12-4 (amd64)")
    watched.starts("laptop-3", "Install the toolkit and keep drivers out", 10.0)
    watched.tells("laptop-3", "apt 33%: Installing libcublas-dev-12-4 (amd64)")
    watched.fails("laptop-4", "Read the host", NO_WINRM, away=True)
    watched.starts("laptop-5", "Install WSL", 9.0)
    watched.tells("laptop-5", DOWNLOAD)
    frame = layout.frame(watched, 94, 24, line.UNICODE, 38.0)
    assert shown([one.text for one in frame]) in GUIDE.read_text(encoding="utf-8")


def test_the_end() -> None:
    verdicts = [
        *(Verdict(f"laptop-{number}", "ok", "changed") for number in (1, 2, 3, *range(10, 16))),
        Verdict("laptop-9", "failed", "Install the toolkit", "no space left on C: free 10 GiB"),
        Verdict("laptop-4", "out of reach", "no WinRM", NO_WINRM),
        Verdict("laptop-5", "waiting", "awaiting restart", "windows_host_reboot is never"),
        Verdict("laptop-6", "waiting", "awaiting restart", "windows_host_reboot is never"),
        *(Verdict(f"laptop-{number}", "ok", "nothing to change") for number in range(20, 300)),
    ]
    lines = [one.text for one in closing.lines(verdicts, 750.0, 104)]
    assert shown(lines[1:]) in GUIDE.read_text(encoding="utf-8"), shown(lines)


def test_in_a_pipe() -> None:
    lines = [
        messages.entry("laptop-1", "Install WSL", "changed"),
        progress.line("laptop-2", "apt 40%: Unpacking libnvjpeg-dev-12-4 (amd64)"),
        progress.line("laptop-5", DOWNLOAD),
        messages.entry("laptop-4", "Read the host", "out of reach", messages.why({"msg": NO_WINRM}, "laptop-4")),
    ]
    assert shown(lines) in GUIDE.read_text(encoding="utf-8")
