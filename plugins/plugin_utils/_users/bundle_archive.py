# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What a bundle brings to a distribution: one stream for the stdin of the constant line into Linux.

First the line that ``_wsl_exe.client.linux_stdin`` makes, then an archive of Python files: the collection's modules
with their module_utils as they lie here, ansible-core's module_utils, the steps. Python runs it from memory: nothing of
it, and so no secret of the steps, is written to a disk of Linux. The same steps make the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import typing as t
import zipfile
from pathlib import Path

import ansible.module_utils
from ansible.release import __version__ as core_version
from ansible_collections.wslfleet.cuda.plugins.module_utils._bundle import STEPS_FILE
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import linux_stdin

PLUGINS = Path(__file__).parents[2]
NO_PYTHON = 11
OLD_PYTHON = 12
DAMAGED = 13
PYTHON = "/usr/bin/python3"
_UNUSED = frozenset({"csharp", "facts", "powershell"})
"""Parts of ansible-core's module_utils that no module of this collection needs: more than half of it."""
_TIME = (1980, 1, 1, 0, 0, 0)

_LOADER = """\
import os, sys
if sys.version_info < (3, 8):
    sys.exit({old})
import hashlib
data = sys.stdin.buffer.read()
if hashlib.sha256(data).hexdigest() != "{digest}":
    sys.exit({damaged})
archive = os.memfd_create("wslfleet", 0)
with open(archive, "wb", closefd=False) as content:
    content.write(data)
os.execv(sys.executable, [sys.executable, "/proc/self/fd/%d" % archive])
"""

_MAIN = """\
import sys
from ansible_collections.wslfleet.cuda.plugins.module_utils._bundle import main
main(sys.path[0])
"""


def archive(document: t.Mapping[str, t.Any], modules: t.Iterable[str]) -> bytes:
    """A zip archive that ``python3`` runs: MODULES, what they import, and DOCUMENT (steps, settings, name)."""
    collection = "ansible_collections/wslfleet/cuda/plugins"
    # str: what a vault protects is no text yet in ansible-core before 2.19.
    files = {STEPS_FILE: json.dumps(document, sort_keys=True, default=str).encode(), "__main__.py": _MAIN.encode()}
    files["ansible/__init__.py"] = f"__version__ = {core_version!r}\n__author__ = 'Ansible, Inc.'\n".encode()
    files |= {f"ansible/module_utils/{name}": data for name, data in _core_files()}
    for package in ("ansible_collections", "ansible_collections/wslfleet", "ansible_collections/wslfleet/cuda"):
        files[f"{package}/__init__.py"] = b""
    for package in ("", "/modules", "/module_utils"):
        files[f"{collection}{package}/__init__.py"] = b""
    for path in sorted((PLUGINS / "module_utils").rglob("*.py")):
        # Python looks for a package in an archive by its file only.
        files[f"{collection}/{path.parent.relative_to(PLUGINS).as_posix()}/__init__.py"] = b""
        files[f"{collection}/{path.relative_to(PLUGINS).as_posix()}"] = path.read_bytes()
    for module in modules:
        files[f"{collection}/modules/{module}.py"] = (PLUGINS / "modules" / f"{module}.py").read_bytes()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(files):
            packed.writestr(zipfile.ZipInfo(name, _TIME), files[name], zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _core_files() -> t.Iterator[tuple[str, bytes]]:
    """Path below ansible/module_utils -> content."""
    top = Path(ansible.module_utils.__file__ or "").parent
    for path in sorted(top.rglob("*.py")):
        relative = path.relative_to(top)
        if relative.parts[0] not in _UNUSED:
            yield relative.as_posix(), path.read_bytes()


def stream(packed: bytes) -> bytes:
    """The whole stdin of the line into Linux that runs the archive PACKED."""
    loader = _LOADER.format(old=OLD_PYTHON, damaged=DAMAGED, digest=hashlib.sha256(packed).hexdigest())
    quoted = loader.replace("'", "'\\''")
    return linux_stdin(f"[ -x {PYTHON} ] || exit {NO_PYTHON}\nexec {PYTHON} -c '{quoted}'") + packed
