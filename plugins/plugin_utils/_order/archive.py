# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The archive that an order sends to a distribution, as stdin of a command in its shell.

It contains Python files: the collection's modules with their module_utils, ansible-core's module_utils, and the steps.
Python runs it from memory, so secrets in the steps are never written to a disk of Linux. The same steps always give the
same bytes.
"""

from __future__ import annotations

import functools
import io
import json
import re
import typing as t
import zipfile
from pathlib import Path

import ansible.module_utils
from ansible.release import __version__ as core_version
from ansible_collections.wslfleet.cuda.plugins.module_utils._bundle import STEPS_FILE

PLUGINS = Path(__file__).parents[2]
_UNUSED = frozenset({"csharp", "facts", "powershell"})
"""Parts of ansible-core's module_utils that no module of this collection needs: more than half of it."""
_DOCUMENTATION = re.compile(r'^((?:DOCUMENTATION|EXAMPLES|RETURN) = r""")(\n.*?^)"""', re.MULTILINE | re.DOTALL)
_TIME = (1980, 1, 1, 0, 0, 0)


_MAIN = """\
import sys
from ansible_collections.wslfleet.cuda.plugins.module_utils._bundle import main
main(sys.path[0])
"""


def archive(document: t.Mapping[str, t.Any]) -> bytes:
    """A zip archive that ``python3`` runs: the modules, what they import, and DOCUMENT (steps, settings, name)."""
    content = io.BytesIO()
    content.write(fixed(PLUGINS))
    # str: a value from a vault is not a string in ansible-core before 2.19.
    steps = json.dumps(document, sort_keys=True, default=str)
    with zipfile.ZipFile(content, "a") as packed:
        packed.writestr(zipfile.ZipInfo(STEPS_FILE, _TIME), steps, zipfile.ZIP_DEFLATED)
    return content.getvalue()


@functools.lru_cache(maxsize=None)
def fixed(plugins: Path) -> bytes:
    """The part that is the same in every order: all modules of the Linux side in the folder PLUGINS, and their imports.

    Packing it takes as long as the rest of a task, so it is done before the first task.
    """
    collection = "ansible_collections/wslfleet/cuda/plugins"
    files = {"__main__.py": _MAIN.encode()}
    files["ansible/__init__.py"] = f"__version__ = {core_version!r}\n__author__ = 'Ansible, Inc.'\n".encode()
    files |= {f"ansible/module_utils/{name}": data for name, data in _core_files()}
    for package in ("ansible_collections", "ansible_collections/wslfleet", "ansible_collections/wslfleet/cuda"):
        files[f"{package}/__init__.py"] = b""
    for package in ("", "/modules", "/module_utils"):
        files[f"{collection}{package}/__init__.py"] = b""
    for path in sorted((plugins / "module_utils").rglob("*.py")):
        # Python looks for a package in an archive by its file only.
        files[f"{collection}/{path.parent.relative_to(plugins).as_posix()}/__init__.py"] = b""
        files[f"{collection}/{path.relative_to(plugins).as_posix()}"] = path.read_bytes()
    for module, text in linux_modules(plugins).items():
        files[f"{collection}/modules/{module}.py"] = without_documentation(text).encode()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(files):
            packed.writestr(zipfile.ZipInfo(name, _TIME), files[name], zipfile.ZIP_DEFLATED, compresslevel=9)
    return content.getvalue()


@functools.lru_cache(maxsize=None)
def linux_modules(plugins: Path) -> dict[str, str]:
    """Name -> text of each module in the folder PLUGINS that is a program; those of Windows are only documentation."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted((plugins / "modules").glob("*.py"))}
    return {name: text for name, text in texts.items() if "\ndef main()" in text}


def without_documentation(text: str) -> str:
    """TEXT of a module without the documentation, which is half of it. Every line keeps its number."""
    return _DOCUMENTATION.sub(lambda found: found[1] + "\n" * found[2].count("\n") + '"""', text)


def _core_files() -> t.Iterator[tuple[str, bytes]]:
    """Path below ansible/module_utils -> content."""
    top = Path(ansible.module_utils.__file__ or "").parent
    for path in sorted(top.rglob("*.py")):
        relative = path.relative_to(top)
        if relative.parts[0] not in _UNUSED:
            yield relative.as_posix(), path.read_bytes()
