# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of what a run looks like, from runs on a laptop of the lab: ``sudo .venv/bin/python -m scripts.docs.runs``.

It needs the lab and some minutes, so ``python -m scripts.docs`` does not make it. The integration test of provisioning
compares plays, tasks and their outcomes on the page with those of a real run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import textwrap
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLLECTIONS = ROOT / ".cache" / "collections"
PATH = ROOT / "docs" / "docsite" / "rst" / "what_a_run_looks_like.rst"
COMMAND = "sudo .venv/bin/python -m scripts.docs.runs"
CHECK, CONVERGED = "check", "converged"
_BLOCK = re.compile(r"(?m)^\.\. run: (\w+)\n\n\.\. code-block:: text\n\n((?:(?:   .*)?\n)+)")
_SHAPE = re.compile(r"(?m)^(?:(?:PLAY|TASK) \[.*\]|(?:ok|changed|skipping|included|fatal): )")
_PAGE = """\
..
  Copyright (c) 2026 The wslfleet contributors
  SPDX-License-Identifier: GPL-3.0-or-later

.. _ansible_collections.wslfleet.cuda.docsite.what_a_run_looks_like:

What a run looks like
=====================

Two runs of ``wslfleet.cuda.provision``, whole, as Ansible's own callback plugin prints them. They come from a simulated
laptop; ``{command}`` makes this page. Only the path of the collection after
``included:`` is shortened.

.. contents::
   :local:
   :depth: 1

Check mode on a laptop without WSL
----------------------------------

A line that begins with ``+`` is a step that would be taken. The Linux side is not planned, because there is no
distribution yet.

.. code-block:: console

   $ ansible-playbook -i inventory.yml wslfleet.cuda.provision --check --diff

.. run: check

.. code-block:: text

{check}

A laptop where everything is in order
-------------------------------------

The run changes nothing: three WinRS commands for Windows and one launch into the distribution.

.. code-block:: console

   $ ansible-playbook -i inventory.yml wslfleet.cuda.provision

.. run: converged

.. code-block:: text

{converged}

With many laptops, see :ref:`ansible_collections.wslfleet.cuda.docsite.on_the_terminal`.
"""


def page(outputs: t.Mapping[str, str]) -> str:
    """The page that shows OUTPUTS: name of a run -> what it printed."""
    shown = {name: _block(text) for name, text in outputs.items()}
    return _PAGE.format(command=COMMAND, **shown)


def _block(output: str) -> str:
    """OUTPUT without the folder of this checkout, and without the blanks that Ansible ends its recap's lines with."""
    lines = output.replace(f"{COLLECTIONS}/", "").strip("\n").splitlines()
    return textwrap.indent("\n".join(line.rstrip() for line in lines), "   ")


def shown(name: str, text: str) -> str:
    """What the page TEXT shows of the run NAME."""
    return textwrap.dedent(dict(_BLOCK.findall(text))[name])


def shape(output: str) -> list[str]:
    """The plays and tasks in OUTPUT, in order, with the outcome for each laptop, and nothing that they print."""
    return [line.rstrip(": ") for line in _SHAPE.findall(output)]


def main() -> int:
    """Start a laptop, run, write the page; the exit code of what failed."""
    with tempfile.TemporaryDirectory(prefix="wslfleet-runs-") as state:
        try:
            _run(sys.executable, "-m", "lab", "up", "--state", state, "--profile", "fresh")
            book = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", f"{state}/inventory.yml"]
            book.append("wslfleet.cuda.provision")
            check = _run(*book, "--check", "--diff")
            _run(*book)
            outputs = {CHECK: check, CONVERGED: _run(*book)}
        finally:
            _run(sys.executable, "-m", "lab", "down", "--state", state, "--purge")
    PATH.write_text(page(outputs), encoding="utf-8")
    print(f"wrote {PATH.relative_to(ROOT)}")
    return 0


def _run(*command: str) -> str:
    """What COMMAND prints. Exits with its code, and shows that, where it fails."""
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_FORCE_COLOR": "0",
        "ANSIBLE_NOCOLOR": "1",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout)
        sys.exit(done.returncode)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
