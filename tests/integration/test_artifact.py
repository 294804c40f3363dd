# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users get: the tarball, installed into an empty project, with nothing but ansible-core and pywinrm beside it.

The lab runs from the checkout's environment; the controller's half runs from another one, that knows nothing of the
checkout: no PYTHONPATH, a home of its own, no other collections.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from scripts.gates.paths import cache, locked
from tests.integration.laboratory import QUICK, ROOT, Run, StartLab, without_secrets

ENTRIES = {
    ".ansible-lint",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "FILES.json",
    "LICENSE",
    "LICENSES",
    "MANIFEST.json",
    "README.md",
    "SECURITY.md",
    "changelogs",
    "docs",
    "extensions",
    "meta",
    "playbooks",
    "plugins",
    "roles",
}
"""All that may stand at the top of the artifact."""
MAXIMUM_BYTES = 1_000_000
"""Galaxy takes 20 MB; this collection holds text only."""
REQUIREMENTS = ("ansible-core", "pywinrm")
LAPTOPS = ("fresh-1", "two-developers-1")
TWO_ROLES = """\
- hosts: laptops
  gather_facts: false
  roles: [wslfleet.cuda.windows_host, wslfleet.cuda.cuda_toolkit]
"""
AUDIT = ("-i", "inventory.yml", "wslfleet.cuda.audit", "--limit", "fresh-1")
DEVELOPER_TOOLS = ("pytest", "ansible-lint", "molecule", "mypy", "ansible-builder")


@dataclass(frozen=True)
class Project:
    """An empty project with the artifact installed, and an environment that holds nothing else."""

    programs: Path
    home: Path

    @property
    def directory(self) -> Path:
        """Where a user would stand."""
        return self.home / "project"

    def run(self, program: str, *arguments: str, **environment: str) -> Run:
        """Run one of Ansible's programs as a user would, in the project."""
        clean = {
            "HOME": str(self.home),
            "PATH": f"{self.programs}:/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_NOCOLOR": "1",
            **{name: os.environ[name] for name in ("PIP_CERT", "SSL_CERT_FILE") if name in os.environ},
            **environment,
        }
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            cwd=self.directory,
            env=clean,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Run(done.returncode, done.stdout)


def _pinned() -> list[str]:
    return [f"{name}=={importlib.metadata.version(name)}" for name in REQUIREMENTS]


def _programs() -> Path:
    """The folder of programs of an environment with ansible-core and pywinrm in this checkout's versions, kept."""
    tag = re.sub(r"[^0-9A-Za-z.]+", "-", "-".join([f"{sys.version_info[0]}.{sys.version_info[1]}", *_pinned()]))
    venv = cache() / "artifact" / tag
    with locked("artifact"):
        if not (venv / "ready").exists():
            shutil.rmtree(venv, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
            pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
            subprocess.run([*pip, *_pinned()], check=True)
            (venv / "ready").touch()
    return venv / "bin"


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tarball that would be published."""
    folder = tmp_path_factory.mktemp("artifact")
    galaxy = Path(sys.executable).parent / "ansible-galaxy"
    build = [str(galaxy), "collection", "build", str(ROOT), "--output-path", str(folder)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = folder.glob("wslfleet-cuda-*.tar.gz")
    return file


@pytest.fixture(scope="module")
def project(artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The artifact installed where a user's playbooks will find it."""
    made = Project(_programs(), tmp_path_factory.mktemp("home"))
    made.directory.mkdir()
    run = made.run("ansible-galaxy", "collection", "install", str(artifact))
    assert run.code == 0, run.output
    return made


def test_the_artifact_holds_only_what_users_need(artifact: Path) -> None:
    with tarfile.open(artifact) as archive:
        names = archive.getnames()
    assert {name.split("/")[0] for name in names} <= ENTRIES
    hidden = {name for name in names if re.search(r"__pycache__|\.pyc$|\.cache|/fragments|(^|/)\.", name)}
    # Galaxy's own ansible-lint reads it, and else knows nothing of the modules that extensions/awx uses.
    assert hidden == {".ansible-lint"}
    assert {"meta/runtime.yml", "meta/execution-environment.yml", "playbooks/provision.yml"} <= set(names)
    print(f"{len(names)} entries, {artifact.stat().st_size} bytes")
    assert artifact.stat().st_size < MAXIMUM_BYTES


def test_an_execution_environment_can_be_made_of_it(project: Project, tmp_path: Path) -> None:
    builder = str(Path(sys.executable).parent / "ansible-builder")
    collections = project.home / ".ansible" / "collections"
    done = subprocess.run([builder, "introspect", str(collections)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = yaml.safe_load(done.stdout)
    assert [line for line in found["python"] if line.startswith("pywinrm>=")], done.stdout
    assert [line for line in found["system"] if line.startswith("krb5-workstation ")], done.stdout

    definition = {
        "version": 3,
        "images": {"base_image": {"name": "registry.example.com/base:latest"}},
        "dependencies": {"galaxy": {"collections": [{"name": "wslfleet.cuda"}]}},
    }
    file, context = tmp_path / "execution-environment.yml", tmp_path / "context"
    file.write_text(yaml.safe_dump(definition), encoding="utf-8")
    create = [builder, "create", "--output-filename", "Containerfile", "-f", str(file), "-c", str(context)]
    done = subprocess.run(create, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "introspect" in (context / "Containerfile").read_text(encoding="utf-8")


@pytest.mark.lab
def test_it_provisions_a_laptop_and_says_what_is_wrong(project: Project, start_lab: StartLab) -> None:
    """The mistakes of the first ten minutes leave the laptop as it was. Then a play of two roles does all there is.

    That is a fresh laptop, and two developers of another one, who get what was built for them.
    """
    installed = [path.name.lower() for path in project.programs.iterdir()]
    assert not [tool for tool in DEVELOPER_TOOLS if tool in installed]
    few = ("--without-compiler", "--without-archive")
    lab = start_lab("--profile", "fresh", "--profile", "two_developers", *few)
    inventory = yaml.safe_load((lab.state / "inventory.yml").read_text(encoding="utf-8"))
    laptops = inventory["all"]["children"]["laptops"]
    laptops["hosts"]["two-developers-1"]["windows_host_windows_users"] = ["anna", "ben"]
    laptops["vars"].update({**QUICK, "cuda_components": ["cudart"]})
    (project.directory / "inventory.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    (project.directory / "site.yml").write_text(TWO_ROLES, encoding="utf-8")
    before = (lab.laptop("fresh-1") / "laptop.json").read_bytes()

    stub = project.home / "stub" / "winrm"
    stub.mkdir(parents=True)
    (stub / "__init__.py").write_text("raise ImportError(\"No module named 'winrm'\")\n", encoding="utf-8")
    mistakes = [
        (["-e", "ansible_port=1"], {}, "nothing listens on the WinRM port: check ansible_port"),
        (["-e", "ansible_password=wrong"], {}, "Windows refused the account 'fleetadmin': check its name"),
        (["-e", "ansible_connection=ssh"], {}, "does not lead to Windows: set ansible_connection to winrm"),
        ([], {"PYTHONPATH": str(stub.parent)}, "(No module named 'winrm'): pip install pywinrm"),
    ]
    for arguments, environment, told in mistakes:
        run = project.run("ansible-playbook", *AUDIT, *arguments, **environment)
        assert run.code != 0, run.output
        (line,) = run.lines("fatal: [fresh-1]")
        assert told in line, run.output
        assert "Traceback" not in run.output
        without_secrets(run.output, lab.secrets())
    assert (lab.laptop("fresh-1") / "laptop.json").read_bytes() == before

    run = project.run("ansible-playbook", "-i", "inventory.yml", "site.yml")
    assert run.code == 0, run.output
    assert all(run.recap[name]["changed"] > 0 for name in LAPTOPS), run.output
    places = run.lines("included: /")
    assert places
    assert all(f"included: {project.home}/" in line for line in places), places
    without_secrets(run.output, lab.secrets())

    again = ("-i", "inventory.yml", "wslfleet.cuda.provision", "-e", "wslfleet_report=report")
    run = project.run("ansible-playbook", *again)
    assert run.code == 0, run.output
    assert all(run.recap[name]["changed"] == 0 for name in LAPTOPS), run.output
    told = ("fresh-1           provisioned", "two-developers-1  handed over")
    assert all(run.lines(words) for words in told), run.output
    manifest = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    page = (project.directory / "report" / "fleet.html").read_text(encoding="utf-8")
    assert all(name in page for name in LAPTOPS) and f"wslfleet.cuda {manifest['version']}<" in page
    without_secrets(run.output, lab.secrets())
