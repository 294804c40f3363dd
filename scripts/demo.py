# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make demo``: three simulated laptops, provisioned in one run, then the same playbook again.

The first run shows the work and ends with a table; the second one must change nothing. Both write the report of the
fleet. The laptops stay up, so that one can look inside, until ``make demo-down`` or two hours later.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".demo"
REPORT = STATE / "report"
PROFILES = ["fresh", "legacy_keys", "broken_driver"]
RECAP = re.compile(
    r"^(?P<host>\S+)\s+: ok=\d+\s+changed=(?P<changed>\d+)\s+unreachable=(?P<lost>\d+)\s+failed=(?P<failed>\d+)"
)


def lab(*arguments: str) -> None:
    """Run one command of the lab; its messages go to the terminal. Exits with its code when it fails."""
    command = [sys.executable, "-m", "lab", arguments[0], "--state", str(STATE), *arguments[1:]]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code:
        sys.exit(code)


def provision() -> str:
    """Run the main playbook; shows its output as it comes and returns it. Exits with its code when it fails."""
    command = ["ansible-playbook", "-i", str(STATE / "inventory.yml"), str(ROOT / "playbooks" / "provision.yml")]
    command += ["-e", f"wslfleet_report={REPORT}"]
    environment = {**os.environ, "ANSIBLE_FORCE_COLOR": "1" if sys.stdout.isatty() else "0"}
    lines = []
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as playbook:
        assert playbook.stdout is not None  # PIPE was asked for
        for line in playbook.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if playbook.returncode:
        sys.exit(playbook.returncode)
    return "".join(lines)


def changes(output: str) -> dict[str, int]:
    """Host -> how many tasks changed something, from the recap of a playbook run."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    return {match["host"]: int(match["changed"]) for line in plain.splitlines() if (match := RECAP.match(line))}


def main() -> int:
    """The demonstration; 0 when all three laptops are provisioned and the second run changed nothing."""
    started = time.monotonic()
    lab("down", "--purge")
    lab("up", *(word for profile in PROFILES for word in ("--profile", profile)))
    ready = time.monotonic()
    print("\ndemo: provisioning three laptops\n", flush=True)
    provision()
    provisioned = time.monotonic()
    print("\ndemo: the same playbook again; it must change nothing\n", flush=True)
    again = changes(provision())
    finished = time.monotonic()
    print(
        f"\ndemo: laptops up in {ready - started:.0f} s, provisioned in {provisioned - ready:.0f} s, "
        f"second run {finished - provisioned:.0f} s"
    )
    if len(again) != len(PROFILES) or any(again.values()):
        print(f"demo: the second run was not without changes: {again}", file=sys.stderr)
        return 1
    print("demo: the second run changed nothing on all three laptops")
    print(f"\nThe report of the three laptops, for a browser:\n  {REPORT / 'fleet.html'}")
    # What make ran under sudo belongs to root.
    python = f"{'sudo ' if 'SUDO_USER' in os.environ else ''}.venv/bin/python"
    print("\nLook inside (the laptops stay up for two hours):")
    print(f"  {python} -m lab status --state .demo")
    print(f"  {python} -m lab log --state .demo fresh-1")
    print(f"  {python} -m lab shell --state .demo broken-driver-1 Debian-12")
    print("  make demo-down")
    return 0


if __name__ == "__main__":
    sys.exit(main())
