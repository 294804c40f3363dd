# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The files of the guard: an apt pin, a hook that explains it, and a hook for what pins cannot stop.

They avoid some traps. Packages in a stanza are separated by blanks: with commas, only the last one counts, without a
warning. The first matching stanza wins, so the file is sorted first. With a priority of 0 apt does not work at all. A
hook whose script is missing makes every transaction fail, so the configuration tests for the script and only heeds one
exit code, and it is written after the scripts and removed before them.
"""

from __future__ import annotations

import hashlib
import inspect
import re
import types
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import deb_file, dependencies
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard_hook
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages, pin_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import deb822

PIN = "/etc/apt/preferences.d/00-wslfleet-guard.pref"
CONFIGURATION = "/etc/apt/apt.conf.d/99wslfleet-guard"
EXPLAIN = "/usr/local/lib/wslfleet/guard-explain"
PRE_INSTALL = "/usr/local/lib/wslfleet/guard-pre-install"

_PACKAGES = re.compile(r"^Package:(.*(?:\n[ \t].*)*)", re.MULTILINE)
_INSTEAD = re.compile(r"^Explanation: .*Install (.*) instead\.$", re.MULTILINE)


@dataclass(frozen=True)
class GuardFile:
    """One file of the guard."""

    path: str
    text: str
    mode: int = 0o644


def files(instead: str) -> t.List[GuardFile]:
    """The guard's files in the order in which they must be written. INSTEAD: what the developer should install."""
    return [
        GuardFile(EXPLAIN, explain_script(instead), 0o755),
        GuardFile(PRE_INSTALL, pre_install_script(instead), 0o755),
        GuardFile(PIN, pin_text(instead)),
        GuardFile(CONFIGURATION, configuration_text()),
    ]


def pin_text(instead: str) -> str:
    """The preferences file. ``Pin: release *`` matches every source; ``origin ""`` would only match local ones."""
    names = "\n ".join(pin_names.names())
    sources = " ".join(f"src:{source}" for source in driver_packages.DRIVER_SOURCES)
    reason = f"Explanation: WSL gets its NVIDIA driver from Windows. Install {instead} instead."
    stanzas = [f"{reason}\nPackage: {what}\nPin: release *\nPin-Priority: -1\n" for what in (sources, names)]
    return "# Written by wslfleet.cuda: keeps Linux NVIDIA drivers out of WSL.\n" + "\n".join(stanzas)


def pin_summary(text: str) -> str:
    """One line about a preferences file, for a diff instead of its thousands of names. It differs for different
    files."""
    words = [word for field in _PACKAGES.findall(text) for word in field.split()]
    sources = [word for word in words if word.startswith("src:")]
    instead = _INSTEAD.search(text)
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    told = f", explained by: install {instead.group(1)} instead" if instead else ""
    return f"{len(words) - len(sources):,} names and {len(sources)} source packages{told} (sha256 {digest})\n"


def script_summary(text: str) -> str:
    """One line about the script of the hook, for a diff. It differs for different scripts."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return f"a script of {text.count(chr(10))} lines (sha256 {digest})\n"


def configuration_text() -> str:
    """The apt configuration of both hooks.

    apt looks for the protocol version under the first word of the command; an assignment is a word that nobody else
    uses.
    """
    word = "WSLFLEET_GUARD=1"
    return f"""\
// Written by wslfleet.cuda: explains the pin in {PIN} and stops what pins cannot.
AptCli::Hooks::Install {{ "[ ! -x {EXPLAIN} ] || {EXPLAIN} || true"; }};
DPkg::Pre-Install-Pkgs {{ "{word} ; [ ! -x {PRE_INSTALL} ] || {PRE_INSTALL} || [ $? -ne {guard_hook.REFUSED} ]"; }};
DPkg::Tools::Options::{word}::Version "3";
"""


def pre_install_script(instead: str) -> str:
    """The check of plans as one script: _driver/guard_hook.py and what it imports of ours, unchanged."""
    parts = [_body(part) for part in (deb822, dependencies, deb_file, driver_packages, guard_hook)]
    return f"""\
#!/usr/bin/python3 -IS
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by wslfleet.cuda: refuses to unpack a Linux NVIDIA driver in WSL.
from __future__ import annotations

{"".join(parts)}
sys.exit(main({instead!r}))
"""


def _body(part: types.ModuleType) -> str:
    """The code of PART without its head, and without what it imports of ours."""
    text = inspect.getsource(part).split("from __future__ import annotations\n", 1)[1]
    return re.sub(r"(?m)^from ansible_collections\.(?:[^(\n]*|[^(]*\([^)]*\))\n", "", text)


def explain_script(instead: str) -> str:
    """Uses apt's JSON hook protocol (doc/json-hooks-protocol.md, versions 0.1 and 0.2), and prints if an install
    failed."""
    pattern = "|".join(driver_packages.name_patterns())
    return f"""\
#!/usr/bin/python3 -I
# Written by wslfleet.cuda: explains why apt cannot install a Linux NVIDIA driver in WSL.
import json
import os
import re
import socket
import sys

GUARDED = re.compile(r"^({pattern})$")
RELATED = re.compile(r"cuda|nvidia|^gpustat$|^nvitop$")


def explain(params):
    asked = [term.split("=")[0].split("/")[0] for term in params.get("search-terms", [])]
    guarded = [name for name in asked if GUARDED.match(name)]
    related = [name for name in asked if RELATED.search(name)]
    if guarded or related:
        what = "is" if guarded else "may need"
        print(
            "\\nwslfleet.cuda: " + " ".join(guarded or related) + " " + what
            + " a Linux NVIDIA driver, which is kept out of WSL: "
            "the driver comes from Windows. Install {instead} instead.",
            file=sys.stderr,
        )


def main():
    link = socket.socket(fileno=int(os.environ["APT_HOOK_SOCKET"])).makefile("rw", encoding="utf-8", newline="\\n")
    while True:
        line = link.readline()
        if not line:
            return
        if not line.strip():
            continue
        message = json.loads(line)
        method = message.get("method", "")
        if method == "org.debian.apt.hooks.hello":
            link.write(json.dumps({{"jsonrpc": "2.0", "id": message["id"], "result": {{"version": "0.1"}}}}) + "\\n\\n")
            link.flush()
        elif method == "org.debian.apt.hooks.install.fail":
            explain(message.get("params", {{}}))
        elif method == "org.debian.apt.hooks.bye":
            return


main()
"""


def effective(policy: str) -> t.Dict[str, str]:
    """Name -> candidate version, for the packages in the output of ``apt-cache policy`` that apt would install anyway.

    Empty if the pin works for every package in it. Needs the C locale.
    """
    open_names: t.Dict[str, str] = {}
    name = ""
    for line in policy.splitlines():
        if line and not line.startswith(" ") and line.endswith(":"):
            name = line[:-1]
        elif line.startswith("  Candidate:") and line.split(":", 1)[1].strip() != "(none)":
            open_names[name] = line.split(":", 1)[1].strip()
    return open_names
