# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``ansible-test sanity`` and ``ansible-test units`` with one supported ansible-core.

    python -m scripts.gates.ansible_test sanity 2.21

Needs neither containers nor any server but a Python package index. ansible-test makes its own virtual environments
(``--venv``), and would download the script get-pip.py from its makers' server to fill them; a script of ours in its
place runs a pip wheel from the package index. All environments stay in the cache between runs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.gates import cores, pythons
from scripts.gates.export import export
from scripts.gates.paths import cache, locked

TESTS = {
    "sanity": ["tests/config.yml", "tests/sanity"],
    "units": [
        "tests/config.yml",
        "tests/conftest.py",
        "tests/unit/*.py",
        "tests/unit/requirements.txt",
        "tests/unit/data",
        "tests/unit/plugins",
    ],
}
"""What ansible-test reads beside the collection itself."""

NOT_FORKED = Path("tests", "not_forked")
"""A file that tells tests/conftest.py to run all tests in one process. ansible-test hides the environment from them."""

GET_PIP = """\
# Stands in for get-pip.py: runs pip from the wheel, with the arguments that get-pip.py would have got.
import runpy
import sys

sys.path.insert(0, {wheel!r})
sys.argv[1:] = ["install", "--upgrade", "--force-reinstall"] + [
    word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")
]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


def main() -> int:
    """The command line: what to run, and the core; more words go to ansible-test."""
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=("sanity", "units"))
    parser.add_argument("core", choices=[each.version for each in cores.CORES])
    options, words = parser.parse_known_args()
    core = cores.core(options.core)
    if reason := not_run(core.version):
        print(reason, file=sys.stderr)
        return 2
    search = pythons.directories(dict(os.environ))
    found = pythons.interpreters(search)
    version = str(cores.choose_python(core, found))
    with locked(core.version):
        environment = _environment(core, version, found[version], search)
        tree = export(cache() / "tree" / core.version, TESTS[options.command])
        if core.always:
            (tree / NOT_FORKED).touch()
        command = [*_program(core, version), options.command, "--venv", "--color", "no", *words]
        print(f"note: {', '.join(_described(core, version, options.command))}", flush=True)
        wanted = (version, core.oldest) if options.command == "units" else (version,)
        chosen = [["--python", each] for each in wanted if each in found]
        for more in [[]] if options.command == "sanity" and core.every_python else chosen:
            done = subprocess.run([*command, *more], cwd=tree, env=environment, stdin=subprocess.DEVNULL, check=False)
            if done.returncode != 0:
                return done.returncode
        return 0


def _described(core: cores.Core, version: str, command: str) -> list[str]:
    """What runs: the exact ansible-core, its Python, and what stands in for a requirement that cannot be had."""
    ask = [_program(core, version)[0], "-c", "import importlib.metadata as m; print(m.version('ansible-core'))"]
    exact = subprocess.run(ask, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    substitutes = core.substitutes if command == "sanity" else ()
    wide = command == "sanity" and core.every_python
    return [
        exact,
        "every Python here" if wide else f"Python {version}",
        *(f"{each.test} with {each.release}" for each in substitutes),
    ]


def not_run(version: str) -> str | None:
    """Why this machine cannot run ansible-core VERSION, or None when it can."""
    core = cores.core(version)
    if cores.choose_python(core, pythons.interpreters(pythons.directories(dict(os.environ)))):
        return None
    return "not run: needs " + " or ".join(f"python{each}" for each in sorted(core.pythons))


def _home(core: cores.Core) -> Path:
    """The home directory that ansible-test sees: it keeps environments and get-pip.py there, not in the user's."""
    return cache() / "home" / core.version


def _core_directory(core: cores.Core, version: str) -> Path:
    return cache() / "core" / f"{core.version}-python{version}"


def _program(core: cores.Core, version: str) -> list[str]:
    directory = _core_directory(core, version) / "bin"
    return [str(directory / "python"), str(directory / "ansible-test")]


def _environment(core: cores.Core, version: str, python: str, search: list[str]) -> dict[str, str]:
    """Make what is missing of the core's environment and ansible-test's home; the variables to run it with."""
    directory = _core_directory(core, version)
    stamp, wanted = directory / ".ready", f"{core.requirement} {core.substitutes}"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        print(f"installing {core.requirement} for Python {version}", flush=True)
        shutil.rmtree(directory, ignore_errors=True)
        subprocess.run([python, "-m", "venv", str(directory)], check=True)
        _pip(directory, "install", core.requirement)
        for substitute in core.substitutes:
            _substitute(directory, substitute)
        stamp.write_text(wanted, encoding="utf-8")
    home = _home(core)
    script = home / ".ansible" / "test" / "cache" / f"get_pip_{core.pip.replace('.', '_')}.py"
    if not script.exists():
        wheels = cache() / "wheels"
        _pip(directory, "download", "--no-deps", "--dest", str(wheels), f"pip=={core.pip}")
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(GET_PIP.format(wheel=str(wheels / f"pip-{core.pip}-py3-none-any.whl")), encoding="utf-8")
    _keep_pip_settings(home)
    return {
        **os.environ,
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PATH": os.pathsep.join([str(directory / "bin"), *search]),
    }


def _substitute(directory: Path, substitute: cores.Substitute) -> None:
    """Change the requirements of a sanity test in environment DIRECTORY. Raises ValueError where there is no need."""
    (file,) = directory.glob(f"lib/*/site-packages/ansible_test/_data/requirements/sanity.{substitute.test}.txt")
    lines = file.read_text(encoding="utf-8").splitlines()
    found = [line for line in lines if line.startswith(substitute.pinned)]
    if not found:
        raise ValueError(
            f"{file} no longer pins {substitute.pinned}: take the substitute out of scripts/gates/cores.py"
        )
    text = "\n".join(substitute.release if line in found else line for line in lines)
    file.write_text(f"{text}\n", encoding="utf-8")


def _keep_pip_settings(home: Path) -> None:
    """pip finds the user's settings (an index of the site) and its cache in the home directory that it is shown."""
    for name in (".config/pip", ".cache/pip"):
        real, link = Path.home() / name, home / name
        if real.exists() and not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(real)


def _pip(directory: Path, *words: str) -> None:
    command = [str(directory / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", *words]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main())
