# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Ansible in a kept Python that has imported their base, beside a Python of their own."""

from __future__ import annotations

import base64
import hashlib
import io
import subprocess
import sys
import typing as t
import zipfile
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._kept import base

from tests.unit.plugins.module_utils.kept_python import KeptPython, environment

PACKAGE = "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n"
BASIC = """
import os, pathlib, socket, sys
import __main__
from ansible.module_utils import helper, replaced
try:
    import comes_later
except ImportError:
    comes_later = None
PROCESS = os.getpid()
ASKED = os.environ.get("WSLFLEET_ASKED")
HERE = pathlib.Path(__file__).parent
socket.wslfleet_patched = True
STATE = []

class Finder:
    def find_spec(self, name, path=None, target=None):
        return None

sys.meta_path.append(Finder())

def fails():
    raise RuntimeError("a reason")
"""
FILES = {
    "ansible/__init__.py": PACKAGE,
    "ansible/module_utils/__init__.py": PACKAGE,
    "ansible/module_utils/basic.py": BASIC,
    "ansible/module_utils/helper.py": "def helps():\n    return __name__\n",
    "ansible/module_utils/inner/__init__.py": "",
    "ansible/module_utils/inner/later.py": "WHO = __name__\n",
    "ansible/module_utils/replaced/__init__.py": "import sys\nfrom ansible.module_utils import helper\n"
    "sys.modules['ansible.module_utils.replaced'] = helper\n",
}
LOOK = """
import inspect, linecache, traceback
names = sorted(name for name in sys.modules if name.startswith("ansible"))
print(names)
for name in names:
    module = sys.modules[name]
    spec = module.__spec__
    print(name, module.__file__, module.__cached__, getattr(module, "__path__", None), module.__package__, spec.origin)
    print(spec.submodule_search_locations, spec.cached, spec.has_location, spec.loader is module.__loader__)
    print(spec.loader.archive, spec.loader.prefix, len(spec.loader._files), spec.loader.get_source(name)[:9])
print(basic.HERE, basic.__main__ is sys.modules["__main__"], basic.__main__.__dict__ is globals())
print(basic.fails.__code__.co_filename, inspect.getsource(basic.fails))
try:
    basic.fails()
except RuntimeError:
    print(traceback.format_exc())
from ansible.module_utils.inner import later
print(later.WHO, later.__file__, basic.replaced is basic.helper, basic.helper.helps())
print([type(finder).__name__ for finder in sys.meta_path][3:], len(sys.path_importer_cache) > 2)
print(basic.STATE, basic.ASKED, basic.comes_later, __name__, sorted(globals()))
"""


def module(folder: Path, then: str, files: dict[str, str] = FILES) -> str:
    """A program as AnsiballZ makes them, which has FILES in its archive and does THEN."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, source in files.items():
            archive.writestr(zipfile.ZipInfo(name), source)
        archive.writestr(zipfile.ZipInfo("padding"), b"0123456789" * 600)
    return (
        "_ANSIBALLZ_WRAPPER = True\nimport base64, os, sys\n"
        f"data = '{base64.b64encode(packed.getvalue()).decode()}'\nplace = {str(folder / 'payload.zip')!r}\n"
        "with open(place, 'wb') as file:\n    file.write(base64.b64decode(data))\ndel data, file\n"
        f"sys.path.insert(0, place)\nfrom ansible.module_utils import basic\n{then}\n"
    )


class Kept(KeptPython):
    """With its base."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**environment(), "PYTHONPATH": str(folder)}
        super().__init__(folder, self.environment, 1 << 20, base=Path(base.__file__).read_text(encoding="utf-8"))

    def run(self, program: str, variables: t.Mapping[str, str] | None = None) -> tuple[int, str, str]:
        """Its exit code, stdout and stderr; long lines are parts that are kept."""
        lines = program.encode().splitlines(keepends=True)
        digests = [hashlib.sha256(line).hexdigest() if len(line) > 4096 else "" for line in lines]
        parts = [(("text", len(line), digest), line) for line, digest in zip(lines, digests)]
        self.ask(parts, environment=variables or {})
        code, out, err = self.result()
        return code, out.decode(), err.decode()

    def ordinary(self, program: str) -> tuple[int, str, str]:
        """What PROGRAM prints in a Python of its own."""
        command = ["/bin/sh", "-c", sys.executable]
        done = subprocess.run(
            command, input=program, capture_output=True, text=True, cwd=self.folder, env=self.environment
        )
        return done.returncode, done.stdout, done.stderr


needs_exec_module = pytest.mark.skipif(sys.version_info < (3, 10), reason="zipimport has no exec_module")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Kept]:
    """One that has run a module, and so has its base."""
    started = Kept(tmp_path_factory.mktemp("kept"))
    assert started.run(module(started.folder, "print(basic.PROCESS == os.getpid())")) == (0, "True\n", "")
    yield started
    started.end()


@needs_exec_module
def test_the_base_is_imported_before(kept: Kept) -> None:
    program = module(kept.folder, "print(basic.PROCESS == os.getpid(), basic.helper.__name__)")
    assert kept.run(program) == (0, "False ansible.module_utils.helper\n", "")


@pytest.mark.parametrize("then", [LOOK, "basic.fails()", "import ansible.module_utils.nothing"])
def test_a_module_sees_what_it_sees_in_a_python_of_its_own(kept: Kept, then: str) -> None:
    program = module(kept.folder, then)
    assert kept.run(program) == kept.ordinary(program)


def test_nothing_of_one_module_is_left_for_the_next(kept: Kept) -> None:
    change = "basic.STATE.append(1); basic.helper.helps = None; sys.modules['ansible.module_utils.helper'] = None"
    assert kept.run(module(kept.folder, change))[0] == 0
    assert kept.run(module(kept.folder, "print(basic.STATE, basic.helper.helps())"))[1] == (
        "[] ansible.module_utils.helper\n"
    )


@pytest.mark.parametrize("name", sorted(name for name in FILES if "inner" not in name))
def test_another_source_is_executed(kept: Kept, name: str) -> None:
    """Of those that the base has."""
    files = {**FILES, name: f"{FILES[name]}\nimport os\nfrom_here = os.getpid()\n"}
    program = module(kept.folder, "print(basic.PROCESS == os.getpid(), basic.STATE)", files)
    assert kept.run(program) == (0, "True []\n", "")


def test_a_variable_that_the_base_asks_for(kept: Kept) -> None:
    program = module(kept.folder, "print(basic.ASKED, os.environ.get('WSLFLEET_ASKED'), basic.PROCESS == os.getpid())")
    assert kept.run(program, {"WSLFLEET_ASKED": "x"}) == (0, "x x True\n", "")


@needs_exec_module
def test_a_variable_that_the_base_does_not_ask_for(kept: Kept) -> None:
    program = module(kept.folder, "print(os.environ['OTHER'], basic.PROCESS == os.getpid())")
    assert kept.run(program, {"OTHER": "x"}) == (0, "x False\n", "")


def test_what_the_base_missed_and_is_there_now(kept: Kept) -> None:
    file = kept.folder / "comes_later.py"
    file.write_text("", encoding="utf-8")
    try:
        program = module(kept.folder, "print(basic.comes_later.__name__)")
        assert kept.run(program) == (0, "comes_later\n", "")
    finally:
        file.unlink()


def test_other_programs_have_a_python_of_their_own(kept: Kept) -> None:
    program = (
        "import socket, sys; print(hasattr(socket, 'wslfleet_patched'), sorted(sys.modules)); print(sys.argv, sys.path)"
    )
    assert kept.run(program) == kept.ordinary(program)
    assert kept.run("import os; print(os.environ['A'])", {"A": "b c"}) == (0, "b c\n", "")


def test_an_archive_without_a_base(tmp_path: Path) -> None:
    """Its modules are executed anew, each time."""
    broken = {**FILES, "ansible/module_utils/helper.py": "raise ImportError('not here')\n"}
    kept = Kept(tmp_path)
    try:
        for _time in range(2):
            code, out, err = kept.run(module(tmp_path, "print(1)", broken))
            assert (code, out) == (1, "") and err.endswith("ImportError: not here\n")
        program = module(tmp_path, "print(basic.PROCESS == os.getpid())")
        assert kept.run(program) == (0, "True\n", "")
    finally:
        kept.end()
