#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Python module as Ansible's own are: tells what it sees, after it has done something that a process may do."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule


def seen() -> dict[str, object]:
    """What a module can find out about itself, but for what no two runs have in common."""
    environment = {name: value for name, value in os.environ.items() if name != "_"}
    return {
        "environment": environment,
        "umask": os.umask(0o022),
        "folder": str(Path.cwd()),
        "user": [os.getresuid(), os.getresgid(), os.getgroups()],
        "signals": [str(signal.getsignal(number)) for number in sorted(signal.valid_signals())],
        "executable": sys.executable,
        "flags": str(sys.flags),
        "encoding": [sys.getfilesystemencoding(), sys.stdout.encoding],
        "modules": "wslfleet_was_here" in sys.modules,
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "limits": Path("/proc/self/limits").read_text(encoding="ascii"),
        "priority": os.nice(0),
    }


def main() -> None:
    module = AnsibleModule(argument_spec={"how": {"type": "str", "default": "plain"}}, supports_check_mode=True)
    how = module.params["how"]
    before = seen()
    if how == "forks" and os.fork() == 0:
        os._exit(0)
    if how == "changes everything":
        sys.modules["wslfleet_was_here"] = sys.modules.pop("json")
        os.environ["WSLFLEET_WAS_HERE"] = "1"
        os.chdir("/tmp")
        os.umask(0)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if how == "exits without cleaning up":
        print('{"changed": false, "said": "before"}', flush=True)
        os._exit(0)
    if how == "closes its descriptors":
        print('{"changed": false, "said": "before"}', flush=True)
        os.closerange(0, 1000)
        os._exit(0)
    if how == "is killed":
        os.kill(os.getpid(), signal.SIGKILL)
    module.exit_json(changed=False, seen=before)


if __name__ == "__main__":
    main()
