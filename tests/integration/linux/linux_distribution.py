# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Debian for a test: an overlay of a lab image in mount and process namespaces of its own, gone at the end."""

from __future__ import annotations

import json
import subprocess
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from lab.internet.web import WebServer
from lab.linux import disks
from lab.repository.keys import Keys
from tests.integration import preloaded

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
SETUP = r"""
set -e
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work,volatile" "$2/root"
cd "$2/root"
mount -t proc proc proc
mount -t tmpfs -o mode=755 dev dev
for name in null zero full random urandom tty; do touch dev/$name; mount --bind /dev/$name dev/$name; done
ln -s /proc/self/fd dev/fd
mkdir -p dev/shm
rm -f etc/resolv.conf
cat /etc/resolv.conf >etc/resolv.conf
printf '#!/bin/sh\nexit 101\n' >usr/sbin/policy-rc.d
chmod 755 usr/sbin/policy-rc.d
exec chroot . /bin/sh -c 'echo ready; while :; do sleep 1000 & wait; done'
"""


class Distribution:
    """A running root file system. Volatile: no sync at every package, it need not survive a power cut."""

    def __init__(self, image: Path, scratch: Path, network: bool = True, archive: bool = False) -> None:
        """IMAGE is the lower layer; SCRATCH holds everything else. Without NETWORK not even loopback is there.

        Without ARCHIVE apt knows no source of Debian, and is quicker.
        """
        self.scratch = scratch
        for name in ("upper", "work", "root"):
            (scratch / name).mkdir(parents=True)
        if not archive:
            disks.forget_archive(scratch / "upper")
        self._holder = subprocess.Popen(
            [
                *("unshare", "-m", "-p", *([] if network else ["-n"]), "-f", "--kill-child"),
                *("sh", "-c", SETUP, "sh", str(image), str(scratch)),
            ],
            stdout=subprocess.PIPE,
        )
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == b"ready\n", "the namespaces did not come up"
        children = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children").read_text()
        self.pid = int(children.split()[0])
        self.inventory = scratch / "inventory.json"
        variables = {
            "ansible_connection": "lab_root",
            "ansible_lab_pid": self.pid,
            "ansible_lab_dies_after": str(scratch / "cut"),
            "ansible_python_interpreter": "/usr/bin/python3",
            "ansible_pipelining": True,
        }
        self.inventory.write_text(json.dumps({"all": {"hosts": {"box": variables}}}))

    def close(self) -> None:
        """End every process in it; the mounts go with the namespace."""
        self._holder.kill()
        self._holder.wait()

    def run(self, command: str, check: bool = True, data: bytes = b"") -> str:
        """Run a shell COMMAND as root; both streams."""
        environment = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"]
        line = ["nsenter", "-t", str(self.pid), "-m", "-n", "-p", "-r", "-w", *environment, "/bin/sh", "-c", command]
        done = subprocess.run(line, input=data, capture_output=True, check=False)
        text = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert not check or done.returncode == 0, f"{command}: {done.returncode}\n{text}"
        return text

    def write(self, path: str, content: str | bytes) -> None:
        """Write a file in it."""
        data = content.encode() if isinstance(content, str) else content
        self.run(f"mkdir -p '{Path(path).parent}' && cat >'{path}'", data=data)

    @property
    def environment(self) -> dict[str, str]:
        """For ansible commands."""
        return {
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
            "ANSIBLE_COLLECTIONS_PATH": str(REPOSITORY / ".cache" / "collections"),
            "ANSIBLE_CONNECTION_PLUGINS": str(HERE / "connection_plugins"),
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_NOCOLOR": "1",
        }

    def module(self, name: str, check_mode: bool = False, **options: t.Any) -> dict[str, t.Any]:
        """Run one module of the collection, as ansible does; its result."""
        line = ["box", "-i", str(self.inventory), "-m", f"wslfleet.cuda.{name}"]
        line += ["-a", json.dumps(options)] if options else []
        line += ["--check", "--diff"] if check_mode else ["--diff"]
        kept = self.scratch / "result.json"
        kept.unlink(missing_ok=True)
        own = {"ANSIBLE_STDOUT_CALLBACK": "lab_results", "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1"}
        done = preloaded.run("ansible", line, {**self.environment, **own, "WSLFLEET_RESULT": str(kept)})
        assert kept.exists(), done.output
        result: dict[str, t.Any] = json.loads(kept.read_text())
        return result

    def role(self, *arguments: str, role: str = "cuda_toolkit", tasks: str = "main", **variables: t.Any) -> Played:
        """Run a role of the collection, or the entry point TASKS of it."""
        name = f"wslfleet.cuda.{role}"
        work: dict[str, t.Any] = {"roles": [name]}
        if tasks != "main":
            work = {"tasks": [{"ansible.builtin.include_role": {"name": name, "tasks_from": tasks}}]}
        play = [{"hosts": "box", "gather_facts": False, "vars": variables, **work}]
        file = self.scratch / "play.json"
        file.write_text(json.dumps(play))
        begin = time.monotonic()
        line = ["-i", str(self.inventory), str(file), *arguments]
        done = preloaded.run("ansible-playbook", line, self.environment)
        return Played(done.code, done.output, time.monotonic() - begin)


@dataclass(frozen=True)
class Web:
    """The repositories over HTTP, and the keys that sign them."""

    server: WebServer
    keys: Keys

    @property
    def url(self) -> str:
        """The root of the server, without a slash."""
        return self.server.url

    @property
    def fingerprint(self) -> str:
        """The key that stands for NVIDIA's."""
        return self.keys.new.fingerprint

    def repository(self, name: str = "wsl-ubuntu") -> str:
        """The address of a repository."""
        return f"{self.url}/compute/cuda/repos/{name}/x86_64/"

    def role_variables(self, name: str = "wsl-ubuntu") -> dict[str, str]:
        """What the role needs to use it."""
        return {"cuda_repository_url": self.repository(name), "cuda_key_fingerprint": self.fingerprint}


class Played(t.NamedTuple):
    """The end of a playbook run."""

    code: int
    output: str
    seconds: float

    @property
    def changed(self) -> int:
        """The number of changed tasks in the recap."""
        return int(self.output.split("changed=")[-1].split()[0])
