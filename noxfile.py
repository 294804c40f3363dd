# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of ``make check`` and ``make test``, each callable alone: ``nox -l``, then ``nox -s NAME``.

Nothing is installed here: the stages use the environment that nox runs in, which is .venv of scripts/setup.sh. What
needs another environment (ansible-core of another version, galaxy-importer) keeps it in the user's cache.

antsibull-nox brings the stages that antsibull-nox.toml names. Those below are ours, because it has none like them, or
its own would need containers (ansible-test, execution environments), an environment that it installs itself
(ruff check, antsibull-docs, ansible-lint, galaxy-importer, of whose warnings it only warns), or look at plugins/ only
(mypy).

Tags say when a stage runs: ``check`` in ``make check``; ``make test`` runs these first, then ``cores`` (the oldest
ansible-core, the newest, and the one that pip installs, whose unit tests are those of ``check``) beside ``lab``
(molecule, lab and integration tests); ``make test-all`` runs ``more`` too (the other ansible-cores, slow deliberate
faults). See scripts/gates/run.py.
``nox -s NAME -- WORDS`` gives more words to the last command of a stage. Words that name files below tests/ take the
place of all tests of a stage of tests.
"""

from __future__ import annotations

import importlib.metadata
import os
import sys
from pathlib import Path

import antsibull_nox
import nox

ROOT = Path(__file__).resolve().parent
COLLECTIONS = ROOT / ".cache" / "collections"
sys.path.insert(0, str(ROOT))

from scripts.gates import ansible_test, cores  # needs the path above

nox.options.default_venv_backend = "none"
nox.options.tags = ["check"]
antsibull_nox.load_antsibull_nox_toml()
for kept in ("formatters", "yamllint", "antsibull-nox-config", "docs-check", "license-check", "extra-checks"):
    nox.registry.get()[kept].tags.append("check")

SCENARIOS = sorted(path.parent.name for path in ROOT.glob("molecule/*/molecule.yml"))
INTEGRATION = ROOT / "tests" / "integration"
WHOLE = sorted(f"tests/integration/{path.name}" for path in INTEGRATION.glob("test_*.py"))
PARTS = {
    "linux": ["tests/integration/linux"],
    **{f"whole-{number + 1}": WHOLE[number::3] for number in range(3)},
    **{name: [f"tests/integration/{name}"] for name in ("connection", "windows")},
}
"""The integration tests in parts of a few minutes, the longest first, so that all workers end together."""
EVERY_CORE = [
    nox.param(each.version, id=each.version, tags=["cores" if each.always else "more"]) for each in cores.CORES
]
INSTALLED = importlib.metadata.version("ansible-core")
UNIT_CORES = [
    nox.param(
        each.version,
        id=each.version,
        tags=["cores" if each.always and not cores.repeats_unit(each, INSTALLED) else "more"],
    )
    for each in cores.CORES
]
"""In ``make test`` the unit tests run with the ansible-core that pip installs in stage ``unit``, all of them; their
newer Pythons are those of the oldest and the newest core here."""
PLUGINS = "ansible_collections.wslfleet.cuda.plugins"

SBIN = ["/usr/local/sbin", "/usr/sbin", "/sbin"]
ENVIRONMENT = {
    "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
    "LC_ALL": "C.UTF-8",
    # A user of Debian has no sbin on the PATH, which the lab keeps under sudo and where it finds chroot.
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath), *SBIN]),
    "PYTHONPATH": str(ROOT),
    # molecule paints even where nobody can see it.
    **({} if sys.stdout.isatty() else {"NO_COLOR": "1"}),
}
"""What the commands of all stages see beside the user's own variables."""

# nox looks for a program where it was started itself, which need not have .venv on its PATH.
os.environ["PATH"] = ENVIRONMENT["PATH"]


def run(session: nox.Session, *words: str) -> None:
    """Run a command at the top of the checkout; an exit code that is not 0 fails the stage."""
    session.run(*words, env=ENVIRONMENT, external=True)


def run_as_root(session: nox.Session, *words: str) -> None:
    """Run a command as root: the lab mounts file systems and makes namespaces."""
    sudo = (
        [] if os.geteuid() == 0 else ["sudo", "-E", "env", *(f"{name}={value}" for name, value in ENVIRONMENT.items())]
    )
    run(session, *sudo, *words)


def chosen(session: nox.Session, *tests: str) -> list[str]:
    """TESTS, or those that were named on the command line; then the other words from there."""
    named = any(word.startswith("tests/") for word in session.posargs)
    return [*([] if named else tests), *session.posargs]


@nox.session(tags=["check"])
def ruff(session: nox.Session) -> None:
    """Python style, and errors that are swallowed."""
    run(session, "ruff", "check", "--quiet", ".", *session.posargs)


@nox.session(tags=["check"])
def types(session: nox.Session) -> None:
    """mypy strict: the lab and the gates, then the plugins, seen where Ansible sees them."""
    run(session, "mypy", "lab", "scripts", "noxfile.py")
    with session.chdir(COLLECTIONS):
        run(session, "mypy", "--config-file", str(ROOT / "pyproject.toml"), "-p", PLUGINS)


@nox.session(tags=["check"])
def shellcheck(session: nox.Session) -> None:
    """Shell scripts."""
    run(session, "shellcheck", *sorted(str(path) for path in ROOT.glob("scripts/*.sh")), str(ROOT / ".ci" / "run"))


@nox.session(name="ansible-lint", tags=["check"])
def ansible_lint(session: nox.Session) -> None:
    """ansible-lint, profile production."""
    run(session, "ansible-lint", "--offline", "--profile", "production", "-q")


@nox.session(tags=["check"])
def changelog(session: nox.Session) -> None:
    """Changelog fragments are valid, and there is one when plugins or roles changed since the last release."""
    run(session, "antsibull-changelog", "lint")
    run(session, "python", "-m", "scripts.gates.fragments")


@nox.session(tags=["check"])
def docs(session: nox.Session) -> None:
    """Generated pages are fresh, the documentation's linter is content, and the site builds into .cache/docs/html."""
    run(session, "scripts/docs.sh", *session.posargs)


@nox.session(tags=["check"])
def unit(session: nox.Session) -> None:
    """Unit tests; coverage of plugins/ by lines and branches."""
    words = ["--cov", "--cov-config=pyproject.toml", "--cov-report=term:skip-covered", "--cov-report=json"]
    run(session, "pytest", "-q", *words, *chosen(session, "tests/unit"))
    if "--no-cov" not in session.posargs:
        run(session, "python", "-m", "scripts.gates.coverage", ".cache/coverage.json")


def _ansible_test(session: nox.Session, command: str, core: str) -> None:
    if reason := ansible_test.not_run(core):
        session.skip(reason)
    run(session, "python", "-m", "scripts.gates.ansible_test", command, core, *session.posargs)


@nox.session
@nox.parametrize("core", EVERY_CORE)
def sanity(session: nox.Session, core: str) -> None:
    """ansible-test sanity with one ansible-core."""
    _ansible_test(session, "sanity", core)


@nox.session
@nox.parametrize("core", UNIT_CORES)
def units(session: nox.Session, core: str) -> None:
    """ansible-test units with one ansible-core."""
    _ansible_test(session, "units", core)


@nox.session(tags=["cores"])
def faults(session: nox.Session) -> None:
    """Deliberate faults: each quick stage must find its own."""
    run(session, "pytest", "-q", "--durations=5", *chosen(session, "tests/gates", "-k", "not slow"))


@nox.session(name="slow-faults", tags=["more"])
def slow_faults(session: nox.Session) -> None:
    """Deliberate faults that take a laptop or a distribution to find."""
    run_as_root(session, "pytest", "-q", "--durations=5", *chosen(session, "tests/gates", "-k", "slow"))


@nox.session(tags=["cores"])
def importer(session: nox.Session) -> None:
    """Build the artifact and import it as Galaxy would; a warning fails."""
    run(session, "python", "-m", "scripts.gates.importer")


@nox.session(tags=["lab"])
def images(session: nox.Session) -> None:
    """Make the lab's distributions and packages, once: later runs find them in the user's cache."""
    run_as_root(session, "python", "-m", "lab.linux.images", "debian-12", "debian-13", "debian-12-minimal")
    run_as_root(session, "python", "-m", "lab.repository.cuda")


@nox.session(tags=["lab"])
@nox.parametrize("part", list(PARTS), ids=list(PARTS))
def integration(session: nox.Session, part: str) -> None:
    """Integration tests: the collection against lab laptops and lab distributions."""
    run_as_root(session, "pytest", "-q", "--durations=15", *chosen(session, *PARTS[part]))


@nox.session(name="second-judge", tags=["lab"])
def second_judge(session: nox.Session) -> None:
    """Wine's cmd.exe and the lab's read every line that the integration tests sent; see scripts/gates/second_judge."""
    run_as_root(session, "unshare", "--mount", "python", "-m", "scripts.gates.second_judge", *session.posargs)


@nox.session(tags=["lab"])
def attacks(session: nox.Session) -> None:
    """Attacks by a developer or on the network, each by the number of its finding."""
    run_as_root(session, "pytest", "-q", "--durations=15", *chosen(session, "tests/attacks"))


@nox.session(tags=["lab"])
def browser(session: nox.Session) -> None:
    """The report's page in headless Chromium; screenshots go to .cache/screenshots, or to WSLFLEET_SCREENSHOTS."""
    run(session, "pytest", "-q", *chosen(session, "tests/browser"))


@nox.session(name="lab-tests", tags=["lab"])
def lab_tests(session: nox.Session) -> None:
    """Tests of the lab itself."""
    run_as_root(session, "pytest", "-q", "--durations=15", *chosen(session, "tests/lab"))


@nox.session(tags=["lab"])
@nox.parametrize("scenario", SCENARIOS, ids=SCENARIOS)
def molecule(session: nox.Session, scenario: str) -> None:
    """One molecule scenario: a lab laptop is provisioned twice and verified."""
    run_as_root(session, "molecule", "test", "--scenario-name", scenario)
