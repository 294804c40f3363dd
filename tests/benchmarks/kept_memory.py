# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a kept Python holds after many modules: memory, descriptors, children.

    python tests/benchmarks/kept_memory.py [--modules 1000]

Runs the Python of a kept session on this machine. Every tenth module is one that it has not seen, with 150 kB of
sources; the others come again. All have one base, which is imported once. Exit code 1 where it holds more at the end
than it may remember of them, compiled.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import typing as t
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / ".cache" / "collections")]

from ansible_collections.wslfleet.cuda.plugins.module_utils._kept import base, service  # noqa: E402
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.job import (  # noqa: E402
    KNOWN_BYTES,
    AnswerReader,
    JobWriter,
)

MARK = "0123456789abcdef" * 2
LIMIT = 1 << 20
BASE = "".join(f"def g{line}():\n    return {line}\n" for line in range(1000))
COMMAND = f"/bin/sh -c '{sys.executable} && sleep 0'"


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what a kept Python holds after many modules.")
    parser.add_argument("--modules", type=int, default=1000)
    modules = parser.parse_args().modules
    with tempfile.NamedTemporaryFile("wb") as program:
        program.write(Path(service.__file__).read_bytes())
        program.flush()
        process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {sys.executable} 3<&0 <{program.name}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        stdin, stdout = t.cast(t.IO[bytes], process.stdin), t.cast(t.IO[bytes], process.stdout)
        source = Path(base.__file__).read_text(encoding="utf-8")
        stdin.write(json.dumps({"mark": MARK, "silence": 60, "limit": LIMIT, "base": source}).encode() + b"\n")
        stdin.flush()
        reader, writer = AnswerReader(MARK, LIMIT), JobWriter(sys.executable)
        while not reader.ready():
            reader.add(os.read(stdout.fileno(), 65536))
        first = tell(process.pid, 0)
        started = time.monotonic()
        for number in range(1, modules + 1):
            stdin.write(writer.write(COMMAND, module(number // 10)))
            stdin.flush()
            while (answer := reader.answer(writer.number)) is None:
                reader.add(os.read(stdout.fileno(), 65536))
            assert (answer.code, answer.stdout) == (0, b"150 %d\n" % (number == 1)), answer
            if number % 100 == 0:
                last = tell(process.pid, number)
        print(f"{(time.monotonic() - started) / modules * 1000:.1f} ms a module")
        stdin.close()
        process.wait(10)
    return 0 if last - first < KNOWN_BYTES + 16 * service.CODE_BYTES else 1


def module(seed: int) -> bytes:
    """A program that imports from an archive in its own text, as AnsiballZ does; another one for each SEED."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        source = f"SEED = {seed}\n" + "".join(f"def f{line}():\n    return {line} + SEED\n" for line in range(3000))
        archive.writestr("archived.py", source)
        archive.writestr("ansible/__init__.py", "")
        archive.writestr("ansible/module_utils/__init__.py", "")
        archive.writestr("ansible/module_utils/basic.py", f"import os\nPROCESS = os.getpid()\n{BASE}")
        archive.writestr("padding", bytes((seed * number) % 251 for number in range(30_000)))
    text = base64.b64encode(packed.getvalue()).decode()
    return (
        "_ANSIBALLZ_WRAPPER = True\n"
        f"import base64, os, sys, tempfile\ndata = '{text}'\nfile = tempfile.NamedTemporaryFile(suffix='.zip')\n"
        "file.write(base64.b64decode(data))\nfile.flush()\nsys.path.insert(0, file.name)\nimport archived\n"
        "from ansible.module_utils import basic\n"
        "print(archived.f150() - archived.SEED, int(basic.PROCESS == os.getpid()))\n"
    ).encode()


def tell(pid: int, number: int) -> int:
    """Print and return the resident size of PID after NUMBER modules."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    size = int(status.partition("VmRSS:")[2].split()[0]) << 10
    descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    print(f"{number:5} modules {size >> 20:4} MiB {descriptors:3} descriptors {len(children):3} children", flush=True)
    return size


if __name__ == "__main__":
    sys.exit(main())
