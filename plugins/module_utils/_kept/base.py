# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What every module of Ansible imports first, imported once for all modules of a kept session.

AnsiballZ sends each module with the sources of what it imports, and a short module spends more than half of its time
executing them. They are executed here, before any module runs, and the forked process of a module uses them. It only
does so if its own archive has exactly the same sources, if they have read no environment variable that is different for
it, and if the modules that they did not find are still missing. Then everything is as if it had imported them itself:
the same names in ``sys.modules``, with the paths of its own archive.

Executing them changes Python a little (core patches ``socket`` and others), so only modules of Ansible may run in a
process that is forked from this one.
"""

from __future__ import annotations

import importlib
import os
import pathlib
import re
import sys
import types
import typing as t
import zipfile
import zipimport

Entries = t.Dict[str, t.Tuple[int, int]]
"""Files of an archive: their checksums and sizes."""

_IMPORTED = ("ansible.module_utils.basic", "ansible.module_utils._internal._ansiballz._loader")
"""What AnsiballZ imports for every module; the second one since core 2.19."""
_SIZE, _CHECKSUM = 3, 7
"""Their places in the directory that zipimport keeps of an archive."""

Compile = t.Callable[[str, bytes], types.CodeType]


def entries(files: zipfile.ZipFile) -> Entries:
    """FILES of an archive, in the form in which they are compared."""
    return {item.filename: (item.CRC, item.file_size) for item in files.infolist()}


def load(archive: bytes, files: zipfile.ZipFile, compiled: Compile) -> Base | None:
    """The base in ARCHIVE, which has FILES; None if there is none, or it cannot be made here.

    COMPILED gives the code of a path and a source.
    """
    able = hasattr(os, "memfd_create") and hasattr(zipimport.zipimporter, "exec_module")  # since Python 3.10
    if not able or not hasattr(zipimport, "_compile_source") or not hasattr(_imp(), "_fix_co_filename"):
        return None
    base = Base()
    file = os.memfd_create("base")
    try:
        os.write(file, archive)
        return base if base.load(f"/proc/{os.getpid()}/fd/{file}", entries(files), compiled) else None
    finally:
        os.close(file)


class Base:
    """Imported modules that are not in ``sys.modules``."""

    def __init__(self) -> None:
        self.main = types.ModuleType("__main__")
        """The main module of every job: the base has imported it."""
        self._modules: dict[str, types.ModuleType] = {}
        self._entries: Entries = {}
        self._place = ""
        self._codes: list[types.CodeType] = []
        self._files: set[str] = set()
        self._finders: list[t.Any] = []
        self._missing = _Missing()
        self._asked: set[str] = set()

    def fits(self, found: Entries, environment: t.Mapping[str, str]) -> bool:
        """Whether a module with the archive FOUND and the variables ENVIRONMENT would import the same."""
        same = all(found.get(name) == entry for name, entry in self._entries.items())
        return same and not (environment and self._asked & {*environment, "*"}) and self._missing.still()

    # -- once, in the process that forks ---------------------------------------------------------------------------

    def load(self, place: str, found: Entries, compiled: Compile) -> bool:
        """Import from the archive at PLACE, which has the files FOUND. Returns whether all of it could be imported."""
        self._place = place
        path, finders, before = list(sys.path), list(sys.meta_path), sys.modules["__main__"]
        original: t.Any = vars(zipimport)["_compile_source"]
        environment: t.Any = os.environ
        usual, environment.__class__ = environment.__class__, _asking(environment.__class__, self._asked)

        def compile_source(name: str, source: bytes) -> types.CodeType:
            code = compiled(name, source)
            self._codes.append(code)
            self._files.add(name)
            return code

        vars(zipimport)["_compile_source"] = compile_source
        sys.path[:] = [place, *(entry for entry in path if entry not in ("", "."))]
        sys.meta_path.append(self._missing)
        sys.modules["__main__"] = self.main
        try:
            for name in _IMPORTED:
                if f"{name.replace('.', '/')}.py" in found:
                    importlib.import_module(name)
        except Exception:  # noqa: BLE001 - whoever imports it is told
            self._files.clear()
        finally:
            environment.__class__ = usual
            vars(zipimport)["_compile_source"] = original
            sys.path[:], sys.modules["__main__"] = path, before
            self._finders = [finder for finder in sys.meta_path if finder not in (*finders, self._missing)]
            sys.meta_path[:] = finders
            self._take_out()
        executed = [name[len(place) + 1 :] for name in self._files]
        self._entries = {name: found.get(name, (0, 0)) for name in executed}
        # A file that could not be imported is tried again by the module that wants it.
        return bool(executed) and all(_module(name) in self._modules for name in executed)

    def _take_out(self) -> None:
        """Remove all of it from where others would find it."""
        for name in [name for name in sys.modules if f"{name}.".startswith("ansible.")]:
            self._modules[name] = sys.modules.pop(name)
        directories: t.Any = vars(zipimport)["_zip_directory_cache"]
        for known in (sys.path_importer_cache, directories):
            for name in [name for name in known if str(name).startswith(self._place)]:
                del known[name]

    def _archived(self) -> list[types.ModuleType]:
        return [module for module in self._modules.values() if vars(module).get("__file__", "") in self._files]

    # -- in the process that is a job ------------------------------------------------------------------------------

    def use(self) -> None:
        """Use the modules for the first archive from which ``ansible`` is imported and that has the same files."""
        importer_class: t.Any = zipimport.zipimporter
        usual = importer_class.exec_module

        def exec_module(importer: t.Any, module: types.ModuleType) -> None:
            directory = vars(zipimport)["_zip_directory_cache"].get(importer.archive, {})
            if module.__name__ == "ansible":
                del importer_class.exec_module
                if self._is_in(directory):
                    self._give(importer.archive, directory)
                    return
            usual(importer, module)

        importer_class.exec_module = exec_module

    def _is_in(self, directory: dict[str, t.Any]) -> bool:
        none = (None,) * 8
        described = ((directory.get(name, none), entry) for name, entry in self._entries.items())
        return all((is_there[_CHECKSUM], is_there[_SIZE]) == entry for is_there, entry in described)

    def _give(self, archive: str, directory: dict[str, t.Any]) -> None:
        fix: t.Any = vars(_imp())["_fix_co_filename"]
        for code in self._codes:
            fix(code, code.co_filename.replace(self._place, archive, 1))
        for module in self._archived():
            self._move(module, archive, directory)
        sys.modules.update(self._modules)
        sys.meta_path.extend(self._finders)

    def _move(self, module: types.ModuleType, archive: str, directory: dict[str, t.Any]) -> None:
        """Make every path in MODULE point into ARCHIVE."""
        spec: t.Any = module.__spec__
        lists = [module.__dict__.get("__path__"), spec.submodule_search_locations]
        for owner in (module, spec, spec.loader):
            for name, value in vars(owner).items():
                if isinstance(value, (str, pathlib.PurePath)) and self._place in str(value):
                    # The entry exists already, so the dictionary does not change its size.
                    vars(owner)[name] = type(value)(str(value).replace(self._place, archive))
        for paths in lists:
            if paths is not None:
                paths[:] = [path.replace(self._place, archive) for path in paths]
        if hasattr(spec.loader, "_files"):
            spec.loader._files = directory


def _module(file: str) -> str:
    """The name of the module in FILE of an archive."""
    return re.sub(r"(/__init__)?\.py\Z", "", file).replace("/", ".")


class _Missing:
    """The last finder that is asked for a module, if no other has it."""

    def __init__(self) -> None:
        self._names: list[tuple[str, t.Any]] = []

    def find_spec(self, name: str, path: t.Any = None, target: object = None) -> None:
        """Record NAME, unless it is of Ansible: what is missing in the archive stays missing."""
        if not f"{name}.".startswith("ansible."):
            self._names.append((name, path))

    def still(self) -> bool:
        """Whether there is still none of them."""
        finders: t.Any = sys.meta_path
        return not any(finder.find_spec(name, path) for name, path in self._names for finder in finders)


def _asking(usual: t.Any, asked: set[str]) -> t.Any:
    """The class USUAL of ``os.environ`` that also records in ASKED which names are read; ``*`` is all of them."""

    class Asking(usual):  # type: ignore[misc]
        def __getitem__(self, key: str) -> t.Any:
            asked.add(key)
            return super().__getitem__(key)

        def __iter__(self) -> t.Iterator[str]:
            asked.add("*")
            return t.cast("t.Iterator[str]", super().__iter__())

    return Asking


def _imp() -> types.ModuleType:
    return __import__("_imp")
