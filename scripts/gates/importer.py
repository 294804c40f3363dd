# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the artifact and let galaxy-importer judge it as Galaxy would. Its warnings fail too.

galaxy-importer has an environment of its own: it pins libraries that other tools need newer.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.gates.export import export
from scripts.gates.paths import cache

REQUIREMENTS = ("galaxy-importer==0.4.44", "ansible-core~=2.19.0", "setuptools<81")
_COMPLAINT = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b")


def complaints(output: str) -> list[str]:
    """The lines of galaxy-importer's output that are warnings or errors."""
    return [line for line in output.splitlines() if _COMPLAINT.search(line)]


def main() -> int:
    """Print what galaxy-importer says; 1 when it has a complaint."""
    tools = _environment() / "bin"
    with tempfile.TemporaryDirectory(prefix="wslfleet-importer-") as name:
        directory = Path(name)
        tree = export(directory)
        environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "HOME": name}
        environment.pop("ANSIBLE_COLLECTIONS_PATH", None)
        environment.pop("PYTHONPATH", None)
        build = ["ansible-galaxy", "collection", "build", str(tree), "--output-path", name]
        subprocess.run(build, env=environment, stdout=subprocess.DEVNULL, check=True)
        artifact = next(directory.glob("*.tar.gz"))
        command = [str(tools / "python"), "-m", "galaxy_importer.main", str(artifact)]
        done = subprocess.run(
            command, env=environment, cwd=name, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    print(done.stdout)
    found = complaints(done.stdout)
    if found:
        print(f"galaxy-importer: {len(found)} complaints, the first: {found[0]}", file=sys.stderr)
    return 1 if found or done.returncode != 0 else 0


def _environment() -> Path:
    directory = cache() / "galaxy-importer"
    stamp = directory / ".ready"
    wanted = "\n".join(REQUIREMENTS)
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(directory, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(directory)], check=True)
        subprocess.run(
            [str(directory / "bin" / "python"), "-m", "pip", "install", "--quiet", *REQUIREMENTS], check=True
        )
        stamp.write_text(wanted, encoding="utf-8")
    return directory


if __name__ == "__main__":
    sys.exit(main())
