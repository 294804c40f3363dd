# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``ansible`` and ``ansible-playbook`` without waiting for Python to load them each time.

A process that has loaded them forks for every run: the run is that of the real command, only its first half second is
missing. There is one such process for each set of ANSIBLE_* variables, since Ansible reads most of them while it is
loaded. They end with the process that asked for the first run, whatever becomes of it: their stdin ends.
"""

from __future__ import annotations

import functools
import gc
import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = {"ansible": "ansible.cli.adhoc", "ansible-playbook": "ansible.cli.playbook"}
_NEEDED_LATER = (
    "ansible.executor.process.worker",
    "ansible.plugins.callback.default",
    "ansible.plugins.strategy.linear",
    "winrm",
    "spnego._ntlm",
    "cryptography.x509",
)
"""Most of all what leads to a laptop, which each run would load once more."""


class Done(t.NamedTuple):
    """A finished run: its exit code, and what it printed to both streams."""

    code: int
    output: str


def run(program: str, arguments: t.Sequence[str], environment: t.Mapping[str, str]) -> Done:
    """Run PROGRAM at the top of the checkout, beside the variables of this process with those of ENVIRONMENT."""
    settings = tuple(sorted((name, text) for name, text in environment.items() if name.startswith("ANSIBLE_")))
    return _server(settings).run({"program": program, "arguments": list(arguments), "environment": dict(environment)})


class _Server:
    """The other process: a line of JSON asks, a line answers."""

    def __init__(self, settings: t.Mapping[str, str]) -> None:
        self._one = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.preloaded"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, request: dict[str, t.Any]) -> Done:
        asked, answered = t.cast("t.IO[str]", self._process.stdin), t.cast("t.IO[str]", self._process.stdout)
        with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as output, self._one:
            asked.write(json.dumps({**request, "output": output.name}) + "\n")
            asked.flush()
            return Done(int(answered.readline()), output.read())


@functools.lru_cache(maxsize=None)
def _server(settings: tuple[tuple[str, str], ...]) -> _Server:
    return _Server(dict(settings))


def _serve() -> None:
    """Answer requests until there are no more of them."""
    for name in (*PROGRAMS.values(), *_NEEDED_LATER):
        importlib.import_module(name)
    # What every run shares is not looked through in each of them, which would copy it.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(**json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become(program: str, arguments: list[str], environment: dict[str, str], output: str) -> t.NoReturn:
    """Be the command PROGRAM, and end with it."""
    printed = os.open(output, os.O_WRONLY)
    for file, number in ((os.open(os.devnull, os.O_RDONLY), 0), (printed, 1), (printed, 2)):
        os.dup2(file, number)
    constants: t.Any = importlib.import_module("ansible.constants")
    constants.DEFAULT_LOCAL_TMP = tempfile.mkdtemp(dir=constants.DEFAULT_LOCAL_TMP)
    sys.argv = [str(Path(sys.executable).parent / program), *arguments]
    os.environ.update(environment)
    code: t.Any = None
    try:
        importlib.import_module(PROGRAMS[program]).main(sys.argv)
    except SystemExit as ended:
        code = ended.code
    sys.stdout.flush()
    sys.stderr.flush()
    # Without the handlers of sys.exit: they would remove the folder in which all runs have their temporary one.
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    _serve()
