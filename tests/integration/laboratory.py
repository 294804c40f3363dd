# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What integration tests need of the lab and of Ansible: start laptops, run playbooks, read recaps and journals."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from tests.integration import preloaded

ROOT = Path(__file__).resolve().parent.parent.parent
COLLECTIONS = ROOT / ".cache" / "collections"
PLAYBOOKS = ROOT / "playbooks"
QUICK: dict[str, t.Any] = {"cuda_smoke_test": False, "cuda_host_compiler": False}
"""For runs that are about something else: Debian's compiler is as big as all other packages together, and laptops of
``--without-compiler`` could compile nothing."""
_RECAP = re.compile(
    r"^(?P<host>\S+)\s+: ok=(?P<ok>\d+)\s+changed=(?P<changed>\d+)\s+unreachable=(?P<unreachable>\d+)"
    r"\s+failed=(?P<failed>\d+)\s+skipped=(?P<skipped>\d+)"
)


@dataclass(frozen=True)
class Run:
    """A finished run of ansible or ansible-playbook."""

    code: int
    output: str

    @property
    def recap(self) -> dict[str, dict[str, int]]:
        """Host -> its numbers in the recap."""
        matches = (match for line in self.output.splitlines() if (match := _RECAP.match(line)))
        return {
            match["host"]: {key: int(match[key]) for key in match.groupdict() if key != "host"} for match in matches
        }

    def lines(self, text: str) -> list[str]:
        """The lines of the output that hold TEXT."""
        return [line for line in self.output.splitlines() if text in line]


@dataclass(frozen=True)
class Lab:
    """The running laptops of one state directory."""

    state: Path
    inventory: str = "inventory.yml"

    @property
    def over_ssh(self) -> Lab:
        """The same laptops by their SSH servers, where they were started with --ssh."""
        return replace(self, inventory="inventory_ssh.yml")

    def logons(self, laptop: str) -> int:
        """How many SSH connections LAPTOP has seen."""
        file = self.laptop(laptop) / "ssh.jsonl"
        return len(file.read_text(encoding="utf-8").splitlines()) if file.exists() else 0

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``python -m lab`` with this state; the caller looks at the return code."""
        command = [sys.executable, "-m", "lab", arguments[0], "--state", str(self.state), *arguments[1:]]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    @property
    def variables(self) -> dict[str, t.Any]:
        """The group variables of the lab's inventory."""
        inventory = yaml.safe_load((self.state / self.inventory).read_text(encoding="utf-8"))
        found: dict[str, t.Any] = inventory["all"]["children"]["laptops"]["vars"]
        return found

    def laptop(self, name: str) -> Path:
        """The state directory of one laptop."""
        return self.state / "laptops" / name

    def journal(self, laptop: str) -> list[dict[str, t.Any]]:
        """The WinRS commands of LAPTOP so far."""
        file = self.laptop(laptop) / "commands.jsonl"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []

    def secrets(self) -> set[str]:
        """The passwords that the lab's inventory holds; none where no laptop was started."""
        inventory = self.state / "inventory.yml"
        return set(_passwords(yaml.safe_load(inventory.read_text(encoding="utf-8")))) if inventory.exists() else set()

    def check_journals(self) -> None:
        """No command line on Windows held a secret: there, every user reads those of all others."""
        journals = [file for name in ("commands", "interop") for file in self.state.glob(f"laptops/*/{name}.jsonl")]
        for file in journals:
            for line in file.read_text(encoding="utf-8").splitlines():
                without_secrets(line, self.secrets())

    def playbook(self, playbook: str | Path, *arguments: str, variables: dict[str, t.Any] | None = None) -> Run:
        """Run a playbook (a name below playbooks/ or a path) on the laptops."""
        path = PLAYBOOKS / f"{playbook}.yml" if isinstance(playbook, str) else playbook
        return self._run("ansible-playbook", str(path), arguments, variables)

    def task(self, laptop: str, module: str, arguments: str = "", variables: dict[str, t.Any] | None = None) -> Run:
        """Run one ad-hoc task on LAPTOP."""
        words = ["-m", module, *(["-a", arguments] if arguments else [])]
        return self._run("ansible", laptop, words, variables)

    def linux(self, laptop: str, command: str, variables: dict[str, t.Any] | None = None) -> Run:
        """Run a shell command inside the laptop's distribution, through the collection's connection."""
        inside = {
            "ansible_connection": "wslfleet.cuda.wsl",
            "ansible_wsl_distribution": self.variables["windows_host_distribution"],
            "ansible_shell_type": "sh",
            **(variables or {}),
        }
        return self._run("ansible", laptop, ["-m", "ansible.builtin.raw", "-a", command], inside)

    def _run(self, program: str, first: str, arguments: t.Iterable[str], variables: dict[str, t.Any] | None) -> Run:
        words = ["-i", str(self.state / self.inventory), first, *arguments]
        if variables:
            words += ["-e", json.dumps(variables)]
        environment = {
            # What a test sets, which a process that was loaded before does not see.
            **{name: text for name, text in os.environ.items() if name.startswith("ANSIBLE_")},
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_FORCE_COLOR": "0",
            "ANSIBLE_NOCOLOR": "1",
            "LC_ALL": "C.UTF-8",
        }
        done = preloaded.run(program, words, environment)
        without_secrets(done.output, self.secrets() | set(_passwords(variables)))
        return Run(done.code, done.output)


def _passwords(value: t.Any, name: str = "") -> t.Iterator[str]:
    """The values in VALUE, at any depth, that stand below a name with ``password`` in it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _passwords(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _passwords(inner, name)
    elif "password" in name and isinstance(value, str) and "{{" not in value:
        yield value


def without_secrets(output: str, secrets: t.Iterable[str]) -> str:
    """OUTPUT, which must show none of the SECRETS. The failure does not repeat them."""
    for line in output.splitlines():
        for secret in secrets:
            hidden = line.replace(secret, "********")
            assert hidden == line, f"a secret is shown: {hidden}"
    return output


StartLab = t.Callable[..., Lab]
"""``start_lab("--profile", "fresh", …)`` starts laptops; they are stopped after the module's tests."""
