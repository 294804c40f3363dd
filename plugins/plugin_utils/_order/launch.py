# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The commands that the shell of a distribution runs for an order; the order itself comes on stdin.

If Python is missing, the command installs it first.
"""

from __future__ import annotations

import hashlib
import json
import shlex

from ansible_collections.wslfleet.cuda.plugins.module_utils._bundle import FOLDER, GO_ON, PROGRESS, PYTHON, STOP
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import linux_stdin

NO_PYTHON = 11
OLD_PYTHON = 12
DAMAGED = 13
INSTALLING = 14
NOT_INSTALLED = 15
INTERPRETER = "/usr/bin/python3"
PYTHON_FOLDER = "/var/lib/wslfleet/python"
"""Exists while Python is being installed."""

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

_LOOK = """\
import fcntl, json, os, sys, time
folder = "{folder}"
for attempt in range(20):
    state, alive = {{"ended": False}}, False
    try:
        with open(folder + "/lock") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                alive = True
            with open(folder + "/state.json") as file:
                state = json.load(file)
            mine = state.get("id") == "{id}"
            if mine and not alive:
                os.unlink(folder + "/state.json")
                os.unlink(folder + "/lock")
                os.rmdir(folder)
    except (OSError, ValueError):
        pass
    if not (alive and state.get("ended")):
        break
    time.sleep(0.05)
print(json.dumps(dict(state, alive=alive, bundle={name!r})))
sys.exit({stop} if state.get("ended") and state.get("stop") and state.get("id") == "{id}" else {go_on})
"""
"""Prints the state file of an order. It checks the lock first: only if that is free, the state is the last one."""

_INSTALL = """\
if [ ! -x {python} ] || [ -e {folder} ]; then
mkdir -p {folder} && cd {folder} || exit {failed}
if flock -n lock true && [ ! -e code ]; then
{environment}setsid flock lock /bin/sh -c '
dpkg --configure -a
apt-get -qq update
apt-get -qq -y -o DPkg::Lock::Timeout=300 -o APT::Get::AutomaticRemove=false install --no-install-recommends python3
echo $? >code.new
mv code.new code' </dev/null >log 2>&1 &
fi
{tell}n=0
until [ -e code ]; do sleep 0.2; n=$((n+1)); [ {hold} = 0 ] || [ $n -lt {hold} ] || exit {installing}; done
code=$(cat code); tail -n 3 log >&2
cd / && rm -rf {folder}
[ "$code" = 0 ] && [ -x {python} ] || exit {failed}
export {flag}=1
fi
"""
"""Runs in its own session, so a lost connection leaves no half installed package. ``code`` exists when it has ended."""

_INSTALLING_PYTHON = PROGRESS + json.dumps({"step": "installing Python", "ended": False})


def command(packed: bytes, may_install: bool, hold: float | None, proxy: str = "") -> str:
    """The command that runs the archive PACKED, which is its stdin.

    :arg may_install: install Python if it is missing, through PROXY (an address) if it is not empty.
    :arg hold: seconds that the command waits for the installation; None: without a limit.
    """
    loader = _LOADER.format(old=OLD_PYTHON, damaged=DAMAGED, digest=hashlib.sha256(packed).hexdigest())
    first = _installation(hold, proxy) if may_install else f"[ -x {INTERPRETER} ] || exit {NO_PYTHON}\n"
    return f"{first}exec {INTERPRETER} -c {shlex.quote(loader)}"


def _installation(hold: float | None, proxy: str) -> str:
    names = ("http_proxy", "https_proxy") if proxy else ()
    given = "".join(f"export {name}={shlex.quote(proxy)}; " for name in names)
    return _INSTALL.format(
        python=INTERPRETER,
        folder=PYTHON_FOLDER,
        environment=f"{given}export DEBIAN_FRONTEND=noninteractive; ",
        hold=0 if hold is None else round(hold * 5),
        tell=f"echo {shlex.quote(_INSTALLING_PYTHON)} >&2\n" if hold is None else "",
        failed=NOT_INSTALLED,
        installing=INSTALLING,
        flag=PYTHON,
    )


def look(identity: str, name: str) -> str:
    """The command that prints the state of the order IDENTITY in the distribution NAME."""
    program = _LOOK.format(folder=FOLDER, id=identity, name=name, stop=STOP, go_on=GO_ON)
    return f"[ -x {INTERPRETER} ] || exit {NO_PYTHON}\nexec {INTERPRETER} -c {shlex.quote(program)}"


def stream(packed: bytes, may_install: bool = False, proxy: str = "") -> bytes:
    """The whole stdin for the constant line into Linux, which then runs the archive PACKED."""
    return linux_stdin(command(packed, may_install, None, proxy)) + packed
