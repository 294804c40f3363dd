# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""NVIDIA's runtime in the configuration of docker and containerd. Nothing else in it is changed.

The old content of a file is kept in a record that only root can read, so that it can be restored.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import typing as t
from dataclasses import replace

from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import containerd_toml, daemon_json
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import as_user
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files as system_files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

DAEMON_JSON = "/etc/docker/daemon.json"
RECORD = "/var/lib/wslfleet/containers.json"
"""Path -> its old content, null for a file that did not exist."""

Texts = t.Dict[str, t.Optional[str]]


def unconfigured(system: System, serve: t.Sequence[str]) -> t.List[str]:
    """Those of SERVE that do not have NVIDIA's runtime. Raises Failure."""
    found = []
    if "docker" in serve and not docker_knows(system, DAEMON_JSON):
        found.append("docker")
    if "containerd" in serve and not containerd_toml.knows(containerd_files(system)):
        found.append("containerd")
    return found


def docker_knows(system: System, path: str, user: as_user.User | None = None) -> bool:
    """Whether the daemon.json at PATH, of USER's own docker or of root's, has the runtime. Raises Failure."""
    text = _read(system, path, user)
    with naming(path):
        return daemon_json.knows(text)


def _read(system: System, path: str, user: as_user.User | None) -> str | None:
    return system.read_text(path) if user is None else as_user.read_text(user, system.path(path))


def containerd_files(system: System) -> Texts:
    """The texts of containerd's configuration: config.toml first, then what it imports, in containerd's order."""
    found: Texts = {containerd_toml.PATH: system.read_text(containerd_toml.PATH)}
    for pattern in containerd_toml.imports(found[containerd_toml.PATH]):
        # A relative pattern is relative to the folder of the importing file.
        place = os.path.join(os.path.dirname(containerd_toml.PATH), pattern)
        for path in system.matching(place):
            found.setdefault(path, system.read_text(path))
    return found


def record(system: System) -> Texts:
    """The content of the files before they were configured."""
    return system.read_json(RECORD)


def plan(system: System, engine: str) -> t.List[system_changes.FileChange]:
    """The changes that add the runtime to ENGINE (docker or containerd); the record comes first. Raises Failure."""
    if engine == "docker":
        before = system.read_text(DAEMON_JSON)
        return [*remember(system, {DAEMON_JSON: before}), with_runtime(system, DAEMON_JSON)]
    files = containerd_files(system)
    path = containerd_toml.place(files)
    return [
        *remember(system, {path: files[path]}),
        system_changes.rewritten(path, files[path], containerd_toml.with_runtime(files)),
    ]


def with_runtime(system: System, path: str, user: as_user.User | None = None) -> system_changes.FileChange:
    """The daemon.json at PATH, of USER's own docker or of root's, with the runtime. Raises Failure."""
    before = _read(system, path, user)
    with naming(path):
        after = daemon_json.with_runtime(before)
    return system_changes.rewritten(path, before, after, user=user)


def remember(system: System, texts: t.Mapping[str, str | None]) -> t.List[system_changes.FileChange]:
    """Add TEXTS to the record."""
    text = json.dumps({**record(system), **texts}, sort_keys=True, indent=1) + "\n"
    return [
        replace(change, shown_before="(as it was)\n", shown_after="(as it was, and the files below)\n")
        for change in system_changes.change_to(system, RECORD, text, mode=0o600)
    ]


@contextlib.contextmanager
def naming(path: str) -> t.Iterator[None]:
    """Errors of daemon_json.py become a Failure that names PATH."""
    try:
        yield
    except daemon_json.DaemonJsonError as error:
        raise Failure(f"{path} cannot be used: {error}; repair it first, nothing was changed") from error


def check_docker(system: System, changes: t.Sequence[system_changes.FileChange]) -> None:
    """Ask dockerd whether it accepts the text of CHANGES, if it can (23.0 and later). Raises Failure."""
    texts = [change.after for change in changes if change.path == DAEMON_JSON and change.after is not None]
    if not texts:
        return
    with system_files.scratch() as folder:
        path = f"{folder}/daemon.json"
        system_files.write_file(path, texts[0], 0o600)
        done = system.run(["dockerd", "--validate", f"--config-file={path}"])
        why = done.last_line.replace(path, DAEMON_JSON)
    if done.code != 0 and "unknown flag" not in done.output:
        raise Failure(f"dockerd refuses {DAEMON_JSON}: {why}; repair it first, nothing was changed")


def check_containerd(system: System, changes: t.Sequence[system_changes.FileChange]) -> None:
    """Undo CHANGES and raise Failure if containerd does not read them as they are meant."""
    done = system.run(["containerd", "config", "dump"])
    # The plugin may be disabled, as in Docker's package of containerd. Then its settings are not shown.
    seen = r"\.runtimes\.[\"']?nvidia[\"']?\]|(?m:^[ \t]*disabled_plugins[ \t]*=.*cri)"
    if done.code == 0 and re.search(seen, done.stdout):
        return
    back = [replace(change, before=change.after, after=change.before) for change in changes]
    system_changes.apply(system, reversed(back))
    why = done.last_line if done.code else "the runtime nvidia does not reach it"
    raise Failure(
        f"containerd refuses {changes[-1].path} with the runtime nvidia: {why}; the file was restored, repair it first"
    )
